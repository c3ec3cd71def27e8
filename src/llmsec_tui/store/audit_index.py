"""The index of the audit journal: its rows, and pages of those that match a filter."""

from collections.abc import Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from llmsec_tui.store.filters import Filter
from llmsec_tui.store.rows import Pages, Row, rows, span

_COLUMNS = {
    "seq": "BIGINT",
    "at": "BIGINT",
    "actor": "VARCHAR",
    "uid": "BIGINT",
    "role": "VARCHAR",
    "action": "VARCHAR",
    "object": "VARCHAR",
    "result": "VARCHAR",
    "reason": "VARCHAR",
    "hash": "VARCHAR",
    "os_user": "VARCHAR",
    "session": "VARCHAR",
    "tty": "VARCHAR",
}
_INCOMING = ", ".join(f'unnest(${name}::{kind}[]) AS "{name}"' for name, kind in _COLUMNS.items())
_ADD = (
    'INSERT INTO audit_index BY NAME SELECT * REPLACE (make_timestamp("at") AS "at") FROM (SELECT {incoming})'.replace(
        "{incoming}", _INCOMING
    )
)
_CLEAR = "DELETE FROM audit_index"
_EXTENT = (
    "SELECT count(*), coalesce(min(seq), 0), coalesce(max(seq), 0), coalesce(arg_max(hash, seq), '') FROM audit_index"
)
_ROW = """
SELECT seq, epoch_us(j."at") AS "at", actor, uid, role, action, object, result, reason, hash, os_user, session, tty
FROM audit_index AS j
"""
_PAGES = Pages("audit_index AS j", "j.seq")
_PAGE = _ROW + "WHERE seq BETWEEN $low AND $high AND seq IN (SELECT unnest($seqs::BIGINT[])) ORDER BY seq DESC"
_BETWEEN = _ROW + "WHERE seq BETWEEN $low AND $high ORDER BY seq"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of the journal an index has."""

    rows: int
    first: int
    """Number of its first record; 0 for none."""
    last: int
    head: str
    """Hash of that one."""


def add(connection: DuckDBPyConnection, added: Sequence[Row]) -> None:
    """Add rows with the fields of ``AuditRow``."""
    connection.execute(_ADD, {name: [row[name] for row in added] for name in _COLUMNS})


def clear(connection: DuckDBPyConnection) -> None:
    """Forget everything."""
    connection.execute(_CLEAR)


def extent(connection: DuckDBPyConnection) -> Extent:
    """What it has."""
    [(count, first, last, head)] = connection.execute(_EXTENT).fetchall()
    return Extent(count, first, last, head)


def page(
    cursor: DuckDBPyConnection, sought: Filter, before: int | None, after: int | None, limit: int
) -> tuple[list[Row], int]:
    """One page of rows, newest first, and how many there are on all pages."""
    seqs, total = _PAGES.find(cursor, sought.where(), before, after, limit)
    return (rows(cursor, _PAGE, span(seqs)) if seqs else []), total


def between(connection: DuckDBPyConnection, low: int, high: int) -> list[Row]:
    """The rows from ``low`` to ``high``, both inclusive, oldest first."""
    return rows(connection, _BETWEEN, {"low": low, "high": high})
