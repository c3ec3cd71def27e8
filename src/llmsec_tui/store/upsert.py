"""Change the rows of a small table by their keys, and add those that are not there yet.

An UPDATE that touches no key leaves the index alone. ``INSERT … ON CONFLICT`` goes through it and plans for both cases:
in every batch that took four times as long.
"""

from collections.abc import Mapping

from duckdb import DuckDBPyConnection


class Upsert:
    """Both statements of one table, with the same parameters: a list a column, with a value for each row."""

    def __init__(self, update: str, insert: str, incoming: str) -> None:
        """``incoming`` is the SELECT that makes rows of the parameters; ``update`` and ``insert`` read it by this name.

        ``insert`` must leave out what is there.
        """
        self._update = update.replace("incoming_rows", incoming)
        self._insert = insert.replace("incoming_rows", incoming)

    def run(self, connection: DuckDBPyConnection, given: Mapping[str, object], count: int) -> None:
        """Take in ``count`` rows, of which no two have the same key."""
        if not count:
            return
        [(changed,)] = connection.execute(self._update, dict(given)).fetchall()
        if changed < count:
            connection.execute(self._insert, dict(given))
