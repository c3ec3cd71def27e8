"""The part of the writing side for what goes out of the desk and comes back: messages, outputs of remedies, markers."""

from collections.abc import Collection, Mapping

from llmsec_tui.store import markers, notifications, remedy_values, run_outputs
from llmsec_tui.store.notifications import Notification
from llmsec_tui.store.transactions import Transactions


class OutwardStore(Transactions):
    """All that is asked here is as this process has written it so far, also inside of :meth:`transaction`."""

    def add_notification(self, one: Notification) -> int:
        """Put a message into the queue; the number that it gets."""
        with self.transaction():
            return notifications.add(self._connection, one)

    def change_notification(self, one: Notification) -> None:
        """Keep what became of a message."""
        with self.transaction():
            notifications.change(self._connection, one)

    def notification(self, seq: int) -> Notification | None:
        """The message with this number."""
        with self._looking("give its messages") as connection:
            return notifications.one(connection, seq)

    def latest_notification(self, incident_id: str, channel: str, about: str, since: int) -> Notification | None:
        """The last message of the same kind that came up after ``since`` (µs)."""
        with self._looking("give its messages") as connection:
            return notifications.latest(connection, incident_id=incident_id, channel=channel, about=about, since=since)

    def due_notifications(
        self, now: int, limit: int, busy: Collection[str] = (), resting: Collection[str] = ()
    ) -> list[Notification]:
        """What is to be delivered at ``now`` (µs), first come first: to channels that rest trials only, to busy ones
        nothing."""
        with self._looking("give its messages") as connection:
            return notifications.due(connection, now, limit, busy, resting)

    def hasten_notifications(self, channel: str, now: int) -> None:
        """Make everything due that failed on a channel before."""
        with self.transaction():
            notifications.hasten(self._connection, channel, now)

    def keep_run_output(self, incident_id: str, run: int, output: bytes, cut: int) -> None:
        """Keep what a remedy wrote; ``cut`` bytes are left out in its middle."""
        with self.transaction():
            run_outputs.keep(self._connection, incident_id, run, output, cut)

    def remedy_values(self, incident_id: str) -> Mapping[str, list[str]]:
        """What the alerts of an incident have for a remedy's placeholders, by their names, each value once."""
        with self._looking("say what remedies are filled with") as connection:
            return remedy_values.remedy_values(connection, incident_id)

    def add_marker(self, *, at: int, noted_at: int, kind: str, text: str, app: str, author: str) -> int:
        """Note that something changed outside ``at`` (µs); its number."""
        with self.transaction():
            return markers.add(self._connection, at=at, noted_at=noted_at, kind=kind, text=text, app=app, author=author)
