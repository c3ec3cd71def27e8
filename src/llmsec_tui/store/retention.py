"""For how long content is kept, and what is known of what was erased."""

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from llmsec_tui.store import erasing, holds
from llmsec_tui.store.holds import Hold
from llmsec_tui.store.rows import Row, rows

DAY_US = 86_400_000_000
_NOW = 'SELECT days, epoch_us("at"), author, note FROM retention ORDER BY number DESC LIMIT 1'
_SET = """
INSERT INTO retention BY NAME
SELECT (SELECT coalesce(max(number), 0) + 1 FROM retention) AS number, $days AS days,
    make_timestamp($at::BIGINT) AS "at", $author AS author, $note AS note
"""
_TOTALS = """
SELECT coalesce(sum(events), 0)::BIGINT AS erased_events, coalesce(sum(contents), 0)::BIGINT AS erased_contents,
    epoch_us(max("at") FILTER (of_what = 'expired')) AS last_expired_at,
    (SELECT epoch_us(min(since)) FROM rewrite_due) AS rewrite_since
FROM erasures
"""
_REACHED = (
    """
WITH reached AS (SELECT e.seq, e.event_id, e.content_sha256, e.erasure FROM events AS e WHERE """,
    """),
texts AS (SELECT DISTINCT content_sha256 FROM reached WHERE erasure IS NULL AND content_sha256 IS NOT NULL)
SELECT (SELECT count(*) FROM reached WHERE erasure IS NULL) AS events,
    (SELECT count(*) FROM reached WHERE erasure IS NOT NULL) AS erased,
    (SELECT count(*) FROM texts) AS contents,
    (SELECT count(DISTINCT content_sha256) FROM events
        WHERE content_sha256 IN (FROM texts) AND seq NOT IN (SELECT seq FROM reached)) AS shared,
    (SELECT count(*) FROM alerts WHERE event_id IN (SELECT event_id FROM reached WHERE erasure IS NULL)) AS alerts
""",
)
_EVERYWHERE = "SELECT count(*) FROM store.events AS e WHERE "
_INSIDE = "SELECT count(*) FROM events AS e WHERE "


@dataclass(frozen=True, slots=True)
class Kept:
    """How long content is kept."""

    days: int = 0
    """0: for ever."""
    at: int | None = None
    """When that was said, in microseconds since 1970 UTC; None when it never was."""
    author: str = ""
    note: str = ""


def kept(connection: DuckDBPyConnection) -> Kept:
    """What holds now."""
    row = connection.execute(_NOW).fetchone()
    return Kept() if row is None else Kept(*row)


def keep(connection: DuckDBPyConnection, *, days: int, author: str, note: str, at: int) -> None:
    """Let this hold from now on."""
    connection.execute(_SET, {"days": days, "author": author, "note": note, "at": at})


def state(connection: DuckDBPyConnection, now: int) -> Row:
    """The fields of ``RetentionState`` but its holds; ``due`` and ``due_held`` are counts of events."""
    policy = kept(connection)
    free, stay = erasing.due(connection, now - policy.days * DAY_US) if policy.days else (0, 0)
    [totals] = rows(connection, _TOTALS)
    said = {"days": policy.days, "set_at": policy.at, "set_by": policy.author, "note": policy.note}
    return {**said, "due": free, "due_held": stay, **totals}


def preview(connection: DuckDBPyConnection, of: str, name: str) -> tuple[Row, list[Hold]]:
    """The counts of ``ErasurePreview``, and the holds that forbid it."""
    before, after = _REACHED
    [counts] = rows(connection, before + holds.reach(of, "id") + after, {"id": name})
    return counts, holds.touching(connection, of, name)


def reached(connection: DuckDBPyConnection, of: str, name: str) -> tuple[int, int]:
    """How many events this reaches, within what the connection sees and in all."""
    [(inside,)] = connection.execute(_INSIDE + holds.reach(of, "id"), {"id": name}).fetchall()
    [(everywhere,)] = connection.execute(_EVERYWHERE + holds.reach(of, "id"), {"id": name}).fetchall()
    return inside, everywhere
