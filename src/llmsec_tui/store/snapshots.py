"""A cursor of one thread that asks one state of the store at a time, and that another thread can interrupt."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from duckdb import DuckDBPyConnection

from llmsec_tui.errors import DeadlineExceeded
from llmsec_tui.store.filters import Filter
from llmsec_tui.store.pseudonyms import Pseudonyms
from llmsec_tui.store.searching import understood
from llmsec_tui.store.sight import EVERYTHING, Sight
from llmsec_tui.store.trouble import told
from llmsec_tui.store.views import View

T = TypeVar("T")

_USERS = (
    "SELECT user_id FROM events WHERE user_id IS NOT NULL UNION SELECT user_id FROM alerts WHERE user_id IS NOT NULL"
)


class Snapshots:
    """What every part of the reading side stands on."""

    def __init__(
        self,
        path: Path,
        cursor: DuckDBPyConnection,
        sight: Sight = EVERYTHING,
        pseudonyms: Pseudonyms | None = None,
    ) -> None:
        self._path = path
        self._cursor = cursor
        self.sight = sight
        """What of the store is to be seen here."""
        self._pseudonyms = pseudonyms
        self._gate = threading.Lock()
        self._asking = False
        self._given_up = False
        self._begun = False
        self.closed = False

    def interrupt(self) -> None:
        """Stop the query that another thread runs on this reader; does nothing when none does."""
        with self._gate:
            if self._asking:
                self._given_up = True
                self._cursor.interrupt()

    def close(self) -> None:
        """Let go of the cursor. Does no harm when done twice."""
        self.closed = True
        self._cursor.close()

    def understood(self, typed: str, view: View, now: int) -> Filter:
        """A filter as this reader may look into things. Raises ConfigError, AccessRefused."""
        return understood(typed, view, now, self.sight, self._named)

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """All that is asked inside is answered from one state of the store, and a little faster for that."""
        with self._snapshot():
            yield

    @contextmanager
    def _snapshot(self) -> Iterator[DuckDBPyConnection]:
        with told(self._path, "answer"):
            if self._begun:
                yield self._cursor
                return
            self._cursor.execute("BEGIN")
            self._begun = True
            self._let_interrupt(True)
            try:
                yield self._cursor
            finally:
                # An interrupt that hit the rollback would leave the transaction open for ever.
                self._let_interrupt(False)
                self._begun = False
                self._cursor.execute("ROLLBACK")

    def _named(self, pseudonym: str) -> list[str]:
        """The users who are called so."""
        if self._pseudonyms is None:
            return []
        with self._snapshot() as cursor:
            users = [user for (user,) in cursor.execute(_USERS).fetchall()]
        return self._pseudonyms.named(pseudonym, users)

    def _still_asked(self, batch: T) -> T:
        if self._given_up:
            raise DeadlineExceeded("The query was interrupted before it had an answer.")
        return batch

    def _let_interrupt(self, asking: bool) -> None:
        with self._gate:
            self._asking = asking
            self._given_up = False
