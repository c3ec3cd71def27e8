"""The parts of the store for the index of the audit journal: the writing side and the reading side."""

import time
from collections.abc import Sequence

from llmsec_tui.store import audit_index
from llmsec_tui.store.audit_index import Extent
from llmsec_tui.store.filters import parse
from llmsec_tui.store.rows import Row
from llmsec_tui.store.snapshots import Snapshots
from llmsec_tui.store.transactions import Transactions
from llmsec_tui.store.views import AUDIT


class AuditStore(Transactions):
    """Keeps the index."""

    def add_audit_rows(self, added: Sequence[Row]) -> None:
        """Add records of the journal, with the fields of ``AuditRow``."""
        with self.transaction():
            audit_index.add(self._connection, added)

    def clear_audit_rows(self) -> None:
        """Forget the index."""
        with self.transaction():
            audit_index.clear(self._connection)

    def audit_extent(self) -> Extent:
        """How much of the journal the index has."""
        with self._looking("say what it knows of the journal") as connection:
            return audit_index.extent(connection)

    def audit_rows(self, low: int, high: int) -> list[Row]:
        """The rows from ``low`` to ``high``, both inclusive, oldest first."""
        with self._looking("say what it knows of the journal") as connection:
            return audit_index.between(connection, low, high)


class AuditReader(Snapshots):
    """Asks it."""

    def audit(
        self, typed: str = "", before: int | None = None, after: int | None = None, limit: int = 100
    ) -> tuple[list[Row], int]:
        """A page of records that match the filter, newest first, and how many match on all pages; as in ``alerts``."""
        sought = parse(typed, AUDIT, time.time_ns() // 1000)
        with self._snapshot() as cursor:
            return audit_index.page(cursor, sought, before, after, limit)
