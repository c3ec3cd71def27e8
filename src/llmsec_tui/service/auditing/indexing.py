"""Keep the store's index of the journal: it follows the journal, and is made anew whenever it says something else."""

import logging
from threading import Lock

from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.record import Act, Keeper, Result
from llmsec_tui.store.store import Store

log = logging.getLogger(__name__)

REINDEX = "journal.reindex"
_CHUNK = 2_000


class AuditIndex:
    """The index of one journal in one store. Any thread may use it."""

    def __init__(self, journal: Journal, store: Store) -> None:
        self._journal = journal
        self._store = store
        self._lock = Lock()
        self._last: int | None = None
        """Up to which record the index goes; None while nobody has compared it."""

    def catch_up(self) -> None:
        """Take in what was recorded since; the first time, compare everything. Raises StoreError."""
        with self._lock:
            if self._last is None and (why := self._difference()):
                self._rebuild(why)
            last = self._store.audit_extent().last if self._last is None else self._last
            self._take_in(max(last, self._journal.first_seq - 1))

    def compare(self) -> str:
        """Where the index said something else than the journal, as a sentence; empty when it agreed with all of it.

        If it did not, it is made anew, on record. Raises StoreError.
        """
        with self._lock:
            if why := self._difference():
                self._rebuild(why)
            return why

    def rebuild(self, why: str) -> None:
        """Make it anew, on record; raises StoreError."""
        with self._lock:
            self._rebuild(why)

    def _difference(self) -> str:
        extent = self._store.audit_extent()
        first = self._journal.first_seq
        if not extent.rows:
            return ""
        if extent.last > self._journal.last_seq:
            return f"It had record {extent.last}, and the journal ends at {self._journal.last_seq}."
        if extent.first != first or extent.rows != extent.last - first + 1:
            return (
                f"It had {extent.rows} records from {extent.first} to {extent.last}, and the journal begins at {first}."
            )
        for low in range(first, extent.last + 1, _CHUNK):
            high = min(low + _CHUNK - 1, extent.last)
            recorded = self._journal.page(before=high + 1, limit=high - low + 1)[0][::-1]
            kept = self._store.audit_rows(low, high)
            if kept != recorded:
                pairs = zip(kept, recorded, strict=False)
                at = next((true["seq"] for found, true in pairs if found != true), low + len(kept))
                return f"It said something else about record {at}."
        return ""

    def _rebuild(self, why: str) -> None:
        log.warning("the index of the journal is made anew: %s", why)
        rows = self._store.audit_extent().rows
        self._store.clear_audit_rows()
        self._take_in(self._journal.first_seq - 1)
        act = Act(Keeper(), REINDEX, "journal:index", Result.DONE, before={"rows": rows}, reason=why)
        self._journal.append(act)

    def _take_in(self, last: int) -> None:
        while rows := self._journal.page(after=last, limit=_CHUNK)[0]:
            self._store.add_audit_rows(rows[::-1])
            last = rows[0]["seq"]
        self._last = last
