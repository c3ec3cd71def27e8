"""One connection that many threads write through, one at a time, in transactions that may be nested."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from llmsec_tui.store.trouble import told


class Transactions:
    """What every part of the writing side stands on."""

    def __init__(self, path: Path, connection: DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()
        self._depth = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done to the store inside is done together, or not at all. May be nested; the outermost counts."""
        with self._lock:
            if self._depth:
                yield
                return
            with told(self.path, "take this in"):
                self._connection.execute("BEGIN")
                self._depth = 1
                try:
                    yield
                    self._connection.execute("COMMIT")
                except BaseException:
                    self._roll_back()
                    raise
                finally:
                    self._depth = 0

    @contextmanager
    def _looking(self, doing: str) -> Iterator[DuckDBPyConnection]:
        """The connection, to ask what is stored and what this transaction has written so far."""
        with self._lock, told(self.path, doing):
            yield self._connection

    def _roll_back(self) -> None:
        try:
            self._connection.execute("ROLLBACK")
        except duckdb.TransactionException:
            # A COMMIT that failed has already ended the transaction.
            return
        except duckdb.FatalException:
            # DuckDB gave up on the file; the error that is on its way says so, and the WAL holds no half batch.
            return
