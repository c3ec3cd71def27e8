"""The keys that were seen before: a bounded memory in front of the store's table."""

import threading
from collections.abc import Collection, Mapping, Set

import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.store.arrow import append, lent
from llmsec_tui.store.connect import cursor

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
        self._asking = cursor(connection)
        self._lock = threading.Lock()
        self._most = most
        self._recent: dict[int, str] = {}
        self._older: dict[int, str] = {}
        """What was recent until that was full. Keys that are asked for become recent again; the others go together."""
        self._absent: set[int] = set()
        """Keys that were asked for and are not in the table yet. The batch that asked will write them."""
        (count,) = connection.execute(_COUNT).fetchall()[0]
        self._has_all = count <= min(most, MOST_AT_START)
        if self._has_all:
            self._recent.update(connection.execute(_ALL).fetchall())

    def known(self, keys: Collection[int]) -> dict[int, str]:
        """Those of ``keys`` that were seen."""
        asked = keys if isinstance(keys, Set) else set(keys)
        with self._lock:
            found = _those_in(self._recent, asked)
            if self._older and len(found) < len(asked):
                older = _those_in(self._older, asked)
                self._recent |= {key: name for key, name in older.items() if key not in found}
                found = older | found
            if not self._has_all and len(found) < len(asked):
                missing = asked - found.keys() - self._absent
                stored = self._stored(missing) if missing else {}
                self._remember(stored)
                self._absent |= missing - stored.keys()
                found |= stored
            return found

    def write(self, keys: Mapping[int, str]) -> None:
        """Put new keys, and those that changed their conversation, into the table. Memory learns them afterwards."""
        known = self.known(keys.keys())
        changed = {key: name for key, name in known.items() if keys[key] != name}
        append(self._connection, _FORGET, _frame(changed))
        new = {key: name for key, name in keys.items() if known.get(key) != name} if known else keys
        append(self._connection, _INSERT, _frame(new))

    def remember(self, keys: Mapping[int, str]) -> None:
        """Keep committed keys at hand, and let go of those that were not asked for in a long time."""
        with self._lock:
            self._remember(keys)

    def close(self) -> None:
        """Let go of the cursor."""
        self._asking.close()

    def _remember(self, keys: Mapping[int, str]) -> None:
        self._recent.update(keys)
        self._absent.difference_update(keys)
        if len(self._recent) > self._most // 2:
            self._has_all = self._has_all and not self._older
            self._older, self._recent = self._recent, {}
        if len(self._absent) > self._most:
            # Nobody wrote what was asked for; asking the table again costs time and nothing else.
            self._absent.clear()

    def _stored(self, keys: Collection[int]) -> dict[int, str]:
        with lent(self._asking, pl.DataFrame({"key": list(keys)}, schema={"key": pl.UInt64})):
            return dict(self._asking.execute(_LOOK_UP).fetchall())


def _those_in(memory: dict[int, str], asked: Set[int]) -> dict[int, str]:
    return {key: memory[key] for key in memory.keys() & asked}


def _frame(keys: Mapping[int, str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"key": list(keys), "conversation_id": list(keys.values())},
        schema={"key": pl.UInt64, "conversation_id": pl.String},
    )
