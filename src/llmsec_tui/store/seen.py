"""The keys that were seen before: a bounded memory in front of the store's table."""

import threading
from collections.abc import Collection, Mapping
from itertools import islice

import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.store.arrow import append, lent

MOST_IN_MEMORY = 500_000
MOST_AT_START = 100_000
"""A store with more keys than this starts with none in memory, so that it opens in a fraction of a second."""

_LOOK_UP = "SELECT key, conversation_id FROM seen_keys SEMI JOIN incoming USING (key)"
_INSERT = "INSERT INTO seen_keys BY NAME SELECT * FROM incoming"
_FORGET = "DELETE FROM seen_keys WHERE key IN (SELECT key FROM incoming)"
_COUNT = "SELECT count(*) FROM seen_keys"
_ALL = "SELECT key, conversation_id FROM seen_keys"


class SeenKeys:
    """Which keys the store has, and the conversation of each. Asking does not wait for a batch being written."""

    def __init__(self, connection: DuckDBPyConnection, most: int = MOST_IN_MEMORY) -> None:
        self._connection = connection
        self._asking = connection.cursor()
        self._lock = threading.Lock()
        self._most = most
        self._memory: dict[int, str] = {}
        """Least recently used first."""
        (count,) = connection.execute(_COUNT).fetchall()[0]
        self._has_all = count <= min(most, MOST_AT_START)
        if self._has_all:
            self._memory.update(connection.execute(_ALL).fetchall())

    def known(self, keys: Collection[int]) -> dict[int, str]:
        """Those of ``keys`` that were seen."""
        with self._lock:
            memory = self._memory
            found = {key: memory[key] for key in keys if key in memory}
            for key in found:
                memory[key] = memory.pop(key)
            if not self._has_all and len(found) < len(keys):
                stored = self._stored([key for key in keys if key not in found])
                found |= stored
                self._remember(stored)
            return found

    def write(self, keys: Mapping[int, str]) -> None:
        """Put new keys, and those that changed their conversation, into the table. Memory learns them afterwards."""
        known = self.known(keys)
        changed = {key: name for key, name in keys.items() if known.get(key, name) != name}
        append(self._connection, _FORGET, _frame(changed))
        append(self._connection, _INSERT, _frame({key: name for key, name in keys.items() if known.get(key) != name}))

    def remember(self, keys: Mapping[int, str]) -> None:
        """Keep committed keys at hand, and let go of the least recently used beyond the bound."""
        with self._lock:
            self._remember(keys)

    def close(self) -> None:
        """Let go of the cursor."""
        self._asking.close()

    def _remember(self, keys: Mapping[int, str]) -> None:
        self._memory.update(keys)
        excess = len(self._memory) - self._most
        if excess > 0:
            self._has_all = False
            for key in list(islice(self._memory, excess)):
                del self._memory[key]

    def _stored(self, keys: list[int]) -> dict[int, str]:
        with lent(self._asking, pl.DataFrame({"key": keys}, schema={"key": pl.UInt64})):
            return dict(self._asking.execute(_LOOK_UP).fetchall())


def _frame(keys: Mapping[int, str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"key": list(keys), "conversation_id": list(keys.values())},
        schema={"key": pl.UInt64, "conversation_id": pl.String},
    )
