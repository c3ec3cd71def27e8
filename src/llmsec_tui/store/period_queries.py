"""What a period held: logs and how much of them could be seen, alerts by rule, incidents. Times are those of the logs,
and where a log has none, when its record came in."""

from collections.abc import Mapping

from duckdb import DuckDBPyConnection

from llmsec_tui.incidents.incident import Incident
from llmsec_tui.store import incident_rows
from llmsec_tui.store.rows import Row, rows

_OF_EVENTS = """
FROM events WHERE coalesce(ts, committed_at) >= make_timestamp($since::BIGINT)
    AND coalesce(ts, committed_at) < make_timestamp($until::BIGINT)
"""
_SOURCES = (
    "SELECT source_path AS path, any_value(format ORDER BY seq DESC) AS format, content_state AS state, count(*) AS n"
    + _OF_EVENTS
    + "AND kind <> 'intake' GROUP BY source_path, content_state ORDER BY source_path, content_state"
)
_NOTICES = "SELECT error_type, count(*)" + _OF_EVENTS + "AND kind = 'intake' AND error_type IS NOT NULL GROUP BY ALL"
_OLDEST = "SELECT epoch_us(min(coalesce(ts, committed_at))) FROM events"
_DEAD_LETTERS = """
SELECT reason, count(*) FROM dead_letters
WHERE noted_at >= make_timestamp($since::BIGINT) AND noted_at < make_timestamp($until::BIGINT) GROUP BY ALL
"""
_UNKNOWN = "SELECT name, sum(n)::BIGINT FROM source_counts WHERE kind = 'unknown' GROUP BY ALL"
_OF_ALERTS = """
FROM alerts WHERE coalesce(ts, raised_at) >= make_timestamp($since::BIGINT)
    AND coalesce(ts, raised_at) < make_timestamp($until::BIGINT)
"""
_LEVELS = "SELECT level, count(*)" + _OF_ALERTS + "AND suppressed_by IS NULL AND state <> 'withdrawn' GROUP BY ALL"
_HIDDEN = "SELECT suppressed_by, count(*)" + _OF_ALERTS + "AND suppressed_by IS NOT NULL GROUP BY ALL"
_BY_RULE = (
    "SELECT rule_id, arg_max(title, seq) AS title, arg_max(tags, seq) AS tags, count(*) AS n,"
    " epoch_us(max(coalesce(ts, raised_at))) AS last_at"
    + _OF_ALERTS
    + "AND state <> 'withdrawn' GROUP BY rule_id ORDER BY rule_id"
)
_INCIDENTS = """
SELECT incident_id, snapshot FROM incidents WHERE opened_at < make_timestamp($until::BIGINT) ORDER BY number
"""


def sources(cursor: DuckDBPyConnection, since: int, until: int) -> list[Row]:
    """Rows of path, format, state and n: how many events of each content state each log had."""
    return rows(cursor, _SOURCES, {"since": since, "until": until})


def counts(cursor: DuckDBPyConnection, since: int, until: int) -> Mapping[str, Mapping[str, int]]:
    """Counts by name: ``notices``, ``dead_letters``, ``unknown`` (since the store began), ``alerts`` and ``hidden``."""
    within = {"since": since, "until": until}
    asked = {"notices": _NOTICES, "dead_letters": _DEAD_LETTERS, "alerts": _LEVELS, "hidden": _HIDDEN}
    found = {name: dict(cursor.execute(sql, within).fetchall()) for name, sql in asked.items()}
    return {**found, "unknown": dict(cursor.execute(_UNKNOWN).fetchall())}


def by_rule(cursor: DuckDBPyConnection, since: int, until: int) -> list[Row]:
    """Rows of rule_id, title, tags, n and last_at (µs): what each rule raised; rules that are gone since among them."""
    return rows(cursor, _BY_RULE, {"since": since, "until": until})


def incidents(cursor: DuckDBPyConnection, since: int, until: int) -> list[Incident]:
    """Those that were open at any time of the period."""
    found = cursor.execute(_INCIDENTS, {"until": until}).fetchall()
    opened = [incident_rows.unpack(snapshot, name) for name, snapshot in found]
    return [one for one in opened if one.closed_at is None or one.closed_at >= since]


def oldest_event_at(cursor: DuckDBPyConnection) -> int | None:
    """When the oldest event in the store was, in µs."""
    [(at,)] = cursor.execute(_OLDEST).fetchall()
    return None if at is None else int(at)
