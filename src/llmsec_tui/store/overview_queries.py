"""What is asked about the whole store: counts, rates, sources, dead letters."""

from typing import Any

from duckdb import DuckDBPyConnection

from llmsec_tui.events.schema import LEVELS
from llmsec_tui.store.alert_queries import latest_alerts
from llmsec_tui.store.incident_queries import desk_counts
from llmsec_tui.store.rows import NEWEST, Row, rows
from llmsec_tui.store.views import STATES

LATEST = 20
"""How many alerts the overview shows."""
_RATE_S = 10

_STATES = """
SELECT state, level, count(*) FILTER (suppressed_by IS NULL), count(*) FILTER (suppressed_by IS NOT NULL)
FROM alerts GROUP BY ALL
"""
_TOTALS = """
SELECT (SELECT count(*) FROM events) AS events,
    (SELECT count(DISTINCT conversation_id) FROM events) AS conversations,
    (SELECT count(*) FROM dead_letters) AS dead_letters
"""
_EVENT_RATE = """
SELECT epoch_us(committed_at) // $width, count(*), count(*) FILTER (committed_at > make_timestamp($since::BIGINT))
FROM events WHERE committed_at >= make_timestamp(least($start, $since)::BIGINT) GROUP BY ALL
"""
_ALERT_RATE = """
SELECT epoch_us(raised_at) // $width, count(*) FROM alerts
WHERE suppressed_by IS NULL AND raised_at >= make_timestamp($start::BIGINT) GROUP BY ALL
"""
_SOURCES = """
SELECT source_id, path, format, records, events, dead_letters, alerts, content_yes,
    epoch_us(last_event_at) AS last_event_at
FROM source_stats ORDER BY path, source_id
"""
_COUNTS = "SELECT source_id, kind, name, n FROM source_counts ORDER BY n DESC, name"
_DEAD_LETTERS = """
SELECT seq, source_path, source_offset, source_len, reason, excerpt, epoch_us(noted_at) AS "at" FROM dead_letters
WHERE seq < $before ORDER BY seq DESC LIMIT $limit
"""
_DEAD_LETTER_COUNT = "SELECT count(*) FROM dead_letters"
_MAXIMA = "SELECT (SELECT coalesce(max(seq), 0) FROM alerts), (SELECT coalesce(max(seq), 0) FROM events)"


def overview(cursor: DuckDBPyConnection, buckets: int, bucket_s: int, now: int) -> Row:
    """The fields of ``Overview`` but its sources. ``now`` is in microseconds since 1970 UTC."""
    by_state: dict[str, dict[str, int]] = {state: {} for state in STATES}
    suppressed = 0
    for state, level, shown, hidden in cursor.execute(_STATES).fetchall():
        by_state[state][level] = shown
        suppressed += hidden
    [totals] = rows(cursor, _TOTALS)
    desk = desk_counts(cursor, "", now)
    rate, recent = _rate(cursor, buckets, bucket_s, now)
    return {
        "open_by_level": {level: by_state["new"].get(level, 0) for level in LEVELS},
        "acknowledged": sum(by_state["acknowledged"].values()),
        "dismissed": sum(by_state["dismissed"].values()),
        "withdrawn": sum(by_state["withdrawn"].values()),
        "closed": sum(by_state["closed"].values()),
        "suppressed": suppressed,
        **totals,
        "events_per_s": recent / _RATE_S,
        "bucket_s": bucket_s,
        "rate": rate,
        "latest": latest_alerts(cursor, LATEST),
        "incidents_open": desk["open"],
        "incidents_unowned": desk["unowned"],
        "incidents_breached": desk["breached"],
    }


def sources(cursor: DuckDBPyConnection) -> list[Row]:
    """The fields of ``SourceRow`` that last: not its state, size, offset and lag."""
    found = [{**row, "unknown": {}, "content_no": {}} for row in rows(cursor, _SOURCES)]
    by_id: dict[str, dict[str, Any]] = {row["source_id"]: row for row in found}
    for source_id, kind, name, n in cursor.execute(_COUNTS).fetchall():
        by_id[source_id][kind][name] = n
    return found


def dead_letters(cursor: DuckDBPyConnection, before: int | None, limit: int) -> tuple[list[Row], int]:
    """One page of dead letters, newest first, and how many there are."""
    [(total,)] = cursor.execute(_DEAD_LETTER_COUNT).fetchall()
    return rows(cursor, _DEAD_LETTERS, {"before": NEWEST if before is None else before, "limit": limit}), total


def maxima(cursor: DuckDBPyConnection) -> tuple[int, int]:
    """The highest ``seq`` of alerts and of events."""
    [(alerts, events)] = cursor.execute(_MAXIMA).fetchall()
    return alerts, events


def _rate(cursor: DuckDBPyConnection, buckets: int, bucket_s: int, now: int) -> tuple[list[Row], int]:
    """What came in each bucket, and how many events of late."""
    width = bucket_s * 1_000_000
    first = now // width - buckets + 1
    asked = {"width": width, "start": first * width}
    since = now - _RATE_S * 1_000_000
    counted = cursor.execute(_EVENT_RATE, {**asked, "since": since}).fetchall()
    events = {bucket: count for bucket, count, _ in counted}
    alerts = dict(cursor.execute(_ALERT_RATE, asked).fetchall())
    found = [
        {"at": bucket * width, "events": events.get(bucket, 0), "alerts": alerts.get(bucket, 0)}
        for bucket in range(first, first + buckets)
    ]
    return found, sum(count for _, _, count in counted)
