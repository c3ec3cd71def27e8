"""The parts of the store for what is erased, expires or is held."""

from llmsec_tui.store import erasing, holds, retention
from llmsec_tui.store.erasing import Erased
from llmsec_tui.store.holds import Hold
from llmsec_tui.store.retention import Kept
from llmsec_tui.store.rows import Row
from llmsec_tui.store.snapshots import Snapshots
from llmsec_tui.store.transactions import Transactions


class RetentionStore(Transactions):
    """Writes it."""

    def erase(self, *, of: str, name: str, author: str, reason: str, at: int) -> Erased:
        """Erase all content of an event, a conversation or a user; whether it is held is asked before."""
        with self.transaction():
            return erasing.erase(self._connection, of=of, name=name, author=author, reason=reason, at=at)

    def expire(self, *, before: int, most: int, author: str, reason: str, at: int) -> Erased:
        """Erase the content of at most ``most`` events that are older than ``before`` (µs) and not held."""
        with self.transaction():
            return erasing.expire(self._connection, before=before, most=most, author=author, reason=reason, at=at)

    def holds_on(self, of: str, name: str) -> list[Hold]:
        """The holds in force that keep something of this."""
        with self._looking("say what is held") as connection:
            return holds.touching(connection, of, name)

    def add_hold(self, *, of: str, name: str, reason: str, author: str, at: int) -> int:
        """Keep what this reaches, also what is yet to come of it; the hold's number."""
        with self.transaction():
            return holds.add(self._connection, of=of, name=name, reason=reason, author=author, at=at)

    def release_hold(self, name: str, *, by: str, note: str, at: int) -> Hold:
        """End a hold; as it was. Raises NotFound, ServiceError."""
        with self.transaction():
            return holds.release(self._connection, name, by=by, note=note, at=at)

    def kept(self) -> Kept:
        """For how long content is kept."""
        with self._looking("say how long content is kept") as connection:
            return retention.kept(connection)

    def keep(self, *, days: int, author: str, note: str, at: int) -> None:
        """Keep content for so many days from now on; 0 for ever."""
        with self.transaction():
            retention.keep(self._connection, days=days, author=author, note=note, at=at)


class RetentionReader(Snapshots):
    """Asks about it."""

    def retention(self, now: int) -> tuple[Row, list[Hold]]:
        """The fields of ``RetentionState`` but its holds, and every hold, newest first."""
        with self._snapshot() as cursor:
            return retention.state(cursor, now), holds.all_holds(cursor)

    def erasure(self, of: str, name: str) -> tuple[Row, list[Hold]]:
        """What erasing this would take: the counts of ``ErasurePreview``, and the holds that forbid it."""
        with self._snapshot() as cursor:
            return retention.preview(cursor, of, name)

    def reached(self, of: str, name: str) -> tuple[int, int]:
        """How many events this reaches: of those that are seen here, and in all."""
        with self._snapshot() as cursor:
            return retention.reached(cursor, of, name)
