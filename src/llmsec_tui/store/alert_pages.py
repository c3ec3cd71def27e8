"""Pages of alerts: those that people are shown, one by one or group by group."""

from duckdb import DuckDBPyConnection

from llmsec_tui.store.alert_queries import ROW
from llmsec_tui.store.filters import EVERYTHING, Filter, Where
from llmsec_tui.store.rows import NEWEST, Pages, Row, rows, span
from llmsec_tui.store.views import OF_SUPPRESSED

_PAGES = Pages("alerts AS a", "a.seq")
_PAGE = ROW + "WHERE seq BETWEEN $low AND $high AND seq IN (SELECT unnest($seqs::BIGINT[])) ORDER BY seq DESC"
_SHOWN, _NOT_SHOWN = "a.suppressed_by IS NULL", "a.suppressed_by IS NOT NULL"
_COUNT = "SELECT count(*) FROM alerts AS a WHERE "
_GROUPS = (
    "WITH groups AS (SELECT max(a.seq) AS newest, count(*) AS grouped FROM alerts AS a WHERE ",
    " GROUP BY coalesce(a.group_id, a.alert_id)) ",
)
_HOW_MANY = "SELECT count(*) FROM groups"
_WITHIN = "SELECT newest, grouped FROM groups WHERE newest < $before AND newest > $after ORDER BY newest"


def alert_page(
    cursor: DuckDBPyConnection, sought: Filter, before: int | None, after: int | None, limit: int
) -> tuple[list[Row], int]:
    """One page of alerts, newest first, and how many there are on all pages.

    Those that are not shown are left out, unless the filter says what it wants of them.
    """
    seqs, total = _PAGES.find(cursor, _of_shown(sought), before, after, limit)
    return (rows(cursor, _PAGE, span(seqs)) if seqs else []), total


def group_page(
    cursor: DuckDBPyConnection, sought: Filter, before: int | None, after: int | None, limit: int
) -> tuple[list[Row], int]:
    """As :func:`alert_page`, with the newest alert of each group only, and as ``grouped`` how many match in it."""
    where = _of_shown(sought)
    groups = where.sql.join(_GROUPS)
    [(total,)] = cursor.execute(groups + _HOW_MANY, where.params).fetchall()
    newer = before is None and after is not None
    bounds = {
        "before": NEWEST if before is None else before,
        "after": -1 if after is None else after,
        "limit": max(limit, 1),
    }
    page = groups + _WITHIN + (" LIMIT $limit" if newer else " DESC LIMIT $limit")
    counts = dict(cursor.execute(page, {**bounds, **where.params}).fetchall())
    if not counts:
        return [], total
    return [{**row, "grouped": counts[row["seq"]]} for row in rows(cursor, _PAGE, span(list(counts)))], total


def suppressed(cursor: DuckDBPyConnection, sought: Filter) -> int:
    """How many alerts match that the pages leave out."""
    if sought.fields & OF_SUPPRESSED:
        return 0
    where = sought.where()
    [(count,)] = cursor.execute(_COUNT + _both(where.sql, _NOT_SHOWN), where.params).fetchall()
    return int(count)


def _of_shown(sought: Filter) -> Where:
    where = sought.where()
    return where if sought.fields & OF_SUPPRESSED else Where(_both(where.sql, _SHOWN), where.params)


def _both(one: str, other: str) -> str:
    return other if one == EVERYTHING else " AND ".join((one, other))
