"""What monitors remember, and what those of rules look at."""

from collections.abc import Mapping

from duckdb import DuckDBPyConnection

from llmsec_tui.drift.sequential import Cusum

_STATE = """
SELECT state FROM monitor_states
WHERE monitor = $monitor AND "at" < make_timestamp($before::BIGINT) AND "at" >= make_timestamp($since::BIGINT)
ORDER BY "at" DESC LIMIT 1
"""
_DROP = 'DELETE FROM monitor_states WHERE monitor = $monitor AND "at" = make_timestamp($at::BIGINT)'
_KEEP = """
INSERT INTO monitor_states BY NAME
SELECT make_timestamp($at::BIGINT) AS "at", $monitor AS monitor, $state::BLOB AS state
"""
_FORGET = 'DELETE FROM monitor_states WHERE "at" < make_timestamp($before::BIGINT)'
_DROP_SPENT = 'DELETE FROM spent_hours WHERE "at" = make_timestamp($at::BIGINT) AND "by" = $by'
_FORGET_SPENT = 'DELETE FROM spent_hours WHERE "at" < make_timestamp($before::BIGINT)'
_ADD_SPENT = """
INSERT INTO spent_hours BY NAME
SELECT make_timestamp($at::BIGINT) AS "at", $by AS "by", unnest($marks::VARCHAR[]) AS mark,
    unnest($dollars::DOUBLE[]) AS dollars
"""
_SPENT = """
SELECT mark, list(dollars ORDER BY "at") FROM spent_hours
WHERE "by" = $by AND "at" >= make_timestamp($since::BIGINT) AND "at" < make_timestamp($until::BIGINT) GROUP BY mark
"""
_ALERT_DAYS = """
SELECT DISTINCT rule_id, epoch_us(date_trunc('day', coalesce(ts, raised_at))) // 86400000000 AS "day" FROM alerts
WHERE coalesce(ts, raised_at) >= make_timestamp($since::BIGINT)
"""
_TRAFFIC_DAYS = """
SELECT DISTINCT epoch_us(date_trunc('day', "at")) // 86400000000 AS "day" FROM behaviour_hours
WHERE "at" >= make_timestamp($since::BIGINT) ORDER BY "day"
"""

_SUMS = """
SELECT slice, metric, arg_max(up, "at"), arg_max(down, "at"), max_by(up_since, "at"), max_by(down_since, "at")
FROM behaviour_points
WHERE "at" >= make_timestamp($since::BIGINT) AND "at" < make_timestamp($until::BIGINT) AND baseline = $version
GROUP BY slice, metric
"""


def sums(connection: DuckDBPyConnection, since: int, until: int, version: int) -> dict[tuple[str, str], Cusum]:
    """The newest sums of deviations from a baseline from ``since`` to before ``until`` (µs), by slice and metric."""
    found = connection.execute(_SUMS, {"since": since, "until": until, "version": version}).fetchall()
    return {(part, metric): Cusum(*rest) for part, metric, *rest in found}


def state(connection: DuckDBPyConnection, monitor: str, since: int, before: int) -> bytes | None:
    """The newest that is from ``since`` to before ``before`` (µs); None where there is none."""
    found = connection.execute(_STATE, {"monitor": monitor, "since": since, "before": before}).fetchone()
    return None if found is None else bytes(found[0])


def keep(connection: DuckDBPyConnection, monitor: str, at: int, packed: bytes) -> None:
    """Remember where a monitor stands after the hour or day that began ``at`` (µs)."""
    connection.execute(_DROP, {"monitor": monitor, "at": at})
    connection.execute(_KEEP, {"monitor": monitor, "at": at, "state": packed})


def forget(connection: DuckDBPyConnection, before: int) -> None:
    """Drop what is of hours before that (µs)."""
    connection.execute(_FORGET, {"before": before})


def keep_spent(connection: DuckDBPyConnection, at: int, by: str, spent: Mapping[str, float], before: int) -> None:
    """What was spent in the hour that began ``at`` (µs), by the marks of who did; hours before ``before`` go."""
    connection.execute(_DROP_SPENT, {"at": at, "by": by})
    connection.execute(_FORGET_SPENT, {"before": before})
    connection.execute(_ADD_SPENT, {"at": at, "by": by, "marks": list(spent), "dollars": list(spent.values())})


def spent_hours(connection: DuckDBPyConnection, by: str, since: int, until: int) -> dict[str, list[float]]:
    """By mark, what was spent in each hour with any cost from ``since`` to before ``until`` (µs)."""
    return dict(connection.execute(_SPENT, {"by": by, "since": since, "until": until}).fetchall())


def alert_days(connection: DuckDBPyConnection, since: int) -> dict[str, list[int]]:
    """By the id of each rule the days (since 1970 UTC) with alerts, from ``since`` (µs) on."""
    found: dict[str, list[int]] = {}
    for rule, day in connection.execute(_ALERT_DAYS, {"since": since}).fetchall():
        found.setdefault(rule, []).append(int(day))
    return found


def traffic_days(connection: DuckDBPyConnection, since: int) -> list[int]:
    """The days (since 1970 UTC) with hours that are over, in order."""
    return [int(day) for (day,) in connection.execute(_TRAFFIC_DAYS, {"since": since}).fetchall()]
