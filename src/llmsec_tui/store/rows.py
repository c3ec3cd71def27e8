"""Rows of the database as dicts, and pages of them by key."""

from collections.abc import Mapping
from typing import Any

from duckdb import DuckDBPyConnection

from llmsec_tui.store.filters import EVERYTHING, Where

Row = dict[str, Any]

NEWEST = (1 << 63) - 1


def rows(cursor: DuckDBPyConnection, sql: str, params: Mapping[str, object] | None = None) -> list[Row]:
    """The rows of a query, each by the names of its columns."""
    cursor.execute(sql, dict(params) if params else None)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Pages:
    """Finds the keys of a page in one table. Both names are constants of this package."""

    def __init__(self, table: str, key: str) -> None:
        self._count = " ".join(("SELECT count(*) FROM", table))
        within = " ".join((key, "< $before AND", key, "> $after"))
        keys = " ".join(("SELECT", key, "FROM", table, "WHERE", within, "ORDER BY", key))
        self._older, self._newer = keys + " DESC LIMIT $limit", keys + " LIMIT $limit"
        some = ", $limit) FILTER (WHERE " + within + ") FROM " + table + " WHERE "
        self._older_where = "SELECT count(*), max(" + key + some
        self._newer_where = "SELECT count(*), min(" + key + some

    def find(
        self, cursor: DuckDBPyConnection, where: Where, before: int | None, after: int | None, limit: int
    ) -> tuple[list[int], int]:
        """The keys of one page, and how many rows match on all pages.

        With ``after`` alone the page is the one next to it, else the newest below ``before``.
        """
        newer = before is None and after is not None
        bounds = {
            "before": NEWEST if before is None else before,
            "after": -1 if after is None else after,
            "limit": max(limit, 1),
        }
        if where.sql != EVERYTHING:
            statement = (self._newer_where if newer else self._older_where) + where.sql
            [(total, keys)] = cursor.execute(statement, {**bounds, **where.params}).fetchall()
            return list(keys or ()), total
        [(total,)] = cursor.execute(self._count).fetchall()
        found = cursor.execute(self._newer if newer else self._older, bounds).fetchall()
        return [key for (key,) in found], total


def span(seqs: list[int]) -> dict[str, object]:
    """Parameters that say "these keys" in a way that lets DuckDB skip what lies outside of them."""
    return {"seqs": seqs, "low": min(seqs), "high": max(seqs)}
