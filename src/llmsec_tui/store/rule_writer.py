"""What is counted of each rule, and which rules somebody has turned off."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.store.arrow import append
from llmsec_tui.store.commit import LeftOut
from llmsec_tui.store.suppression import only_shown

_RAISED = """
INSERT INTO rule_stats BY NAME
SELECT rule_id, n AS alerts, last_alert_at, 0 AS withdrawn, 0 AS not_evaluable, 0 AS late, 0 AS untimed,
    0 AS ungrouped, 0 AS future, 0 AS evicted
FROM incoming
ON CONFLICT (rule_id) DO UPDATE SET
    alerts = alerts + excluded.alerts, last_alert_at = greatest(last_alert_at, excluded.last_alert_at)
"""
_LEFT_OUT = """
INSERT INTO rule_stats BY NAME SELECT *, 0 AS alerts, 0 AS withdrawn, 0 AS not_evaluable FROM incoming
ON CONFLICT (rule_id) DO UPDATE SET
    late = late + excluded.late, untimed = untimed + excluded.untimed, ungrouped = ungrouped + excluded.ungrouped,
    future = future + excluded.future, evicted = evicted + excluded.evicted
"""
_NOT_EVALUABLE = """
INSERT INTO rule_stats BY NAME
SELECT rule_id, n AS not_evaluable, 0 AS alerts, 0 AS withdrawn, 0 AS late, 0 AS untimed, 0 AS ungrouped, 0 AS future,
    0 AS evicted
FROM incoming
ON CONFLICT (rule_id) DO UPDATE SET not_evaluable = not_evaluable + excluded.not_evaluable
"""
_BY_SOURCE = """
UPDATE source_stats SET alerts = alerts + counted.n
FROM (SELECT source_id, count(*) AS n FROM events JOIN incoming USING (event_id) GROUP BY source_id) AS counted
WHERE source_stats.source_id = counted.source_id
"""
_OFF = "SELECT rule_id, epoch_us(noted_at), actor, reason FROM rules_off ORDER BY rule_id"
_TURN_OFF = "INSERT OR REPLACE INTO rules_off VALUES ($rule_id, make_timestamp($at::BIGINT), $actor, $reason)"
_TURN_ON = "DELETE FROM rules_off WHERE rule_id = $rule_id"

_COUNT_SCHEMA: dict[str, pl.DataType] = {"rule_id": pl.String(), "n": pl.Int64()}
_LEFT_OUT_SCHEMA: dict[str, pl.DataType] = {
    "rule_id": pl.String(),
    "late": pl.Int64(),
    "untimed": pl.Int64(),
    "ungrouped": pl.Int64(),
    "future": pl.Int64(),
    "evicted": pl.Int64(),
}


@dataclass(frozen=True, slots=True)
class Off:
    """Who turned a rule off, when (µs) and why."""

    at: int
    actor: str
    reason: str


def count_alerts(connection: DuckDBPyConnection, raised: pl.DataFrame, at: int) -> None:
    """Count new alerts to their rules, and what is shown of rules over time to its sources, once events are stored."""
    when = pl.lit(at).cast(pl.Datetime("us"))
    by_rule = raised.group_by("rule_id").agg(n=pl.len().cast(pl.Int64)).with_columns(last_alert_at=when)
    append(connection, _RAISED, by_rule)
    over_time = raised.filter(pl.col("n_events").is_not_null())
    append(connection, _BY_SOURCE, only_shown(over_time).select("event_id"))


def count_left_out(connection: DuckDBPyConnection, left_out: Sequence[LeftOut]) -> None:
    """Add up what took no part in rules over time."""
    rows = [astuple(one) for one in left_out]
    append(connection, _LEFT_OUT, pl.DataFrame(rows, schema=_LEFT_OUT_SCHEMA, orient="row"))


def count_not_evaluable(connection: DuckDBPyConnection, counts: Mapping[str, int]) -> None:
    """Add up the events that rules could not judge."""
    append(connection, _NOT_EVALUABLE, pl.DataFrame([*counts.items()], schema=_COUNT_SCHEMA, orient="row"))


def rules_off(connection: DuckDBPyConnection) -> Mapping[str, Off]:
    """The rules that are off, by id."""
    return {rule_id: Off(at, actor, reason) for rule_id, at, actor, reason in connection.execute(_OFF).fetchall()}


def turn_off(connection: DuckDBPyConnection, rule_id: str, off: Off) -> None:
    """Keep in mind that a rule is off."""
    connection.execute(_TURN_OFF, {"rule_id": rule_id, "at": off.at, "actor": off.actor, "reason": off.reason})


def turn_on(connection: DuckDBPyConnection, rule_id: str) -> None:
    """Keep in mind that a rule is on, as all are that nobody turned off."""
    connection.execute(_TURN_ON, {"rule_id": rule_id})
