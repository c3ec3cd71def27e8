"""The part of the reading side for what goes out of the desk and comes back: messages, outputs of remedies, markers."""

from collections.abc import Mapping

from llmsec_tui.store import markers, notifications, remedy_values, run_outputs
from llmsec_tui.store.rows import Row
from llmsec_tui.store.snapshots import Snapshots


class OutwardReader(Snapshots):
    """Pages are as in ``alerts``: exclusive bounds on ``seq``, newest first."""

    def notifications(self, before: int | None, after: int | None, limit: int) -> tuple[list[Row], int]:
        """A page of messages, the fields of ``NotificationRow``, and how many there are."""
        with self._snapshot() as cursor:
            return notifications.page(cursor, before, after, limit)

    def markers(self, before: int | None, after: int | None, limit: int) -> tuple[list[Row], int]:
        """A page of markers, the fields of ``MarkerRow``, and how many there are."""
        with self._snapshot() as cursor:
            return markers.page(cursor, before, after, limit)

    def run_output(self, incident_id: str, run: int) -> tuple[bytes, int]:
        """What is kept of what a remedy wrote, and how many bytes are left out in its middle."""
        with self._snapshot() as cursor:
            return run_outputs.read(cursor, incident_id, run)

    def remedy_values(self, incident_id: str) -> Mapping[str, list[str]]:
        """What the alerts of an incident have for a remedy's placeholders, by their names, each value once."""
        with self._snapshot() as cursor:
            return remedy_values.remedy_values(cursor, incident_id)
