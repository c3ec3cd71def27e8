"""What is counted of each rule, and which rules somebody has turned off."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.store.arrow import append
from llmsec_tui.store.commit import LeftOut
from llmsec_tui.store.suppression import only_shown
from llmsec_tui.store.upsert import Upsert

_INCOMING = """
SELECT unnest($rule_ids::VARCHAR[]) AS rule_id, unnest($alerts::BIGINT[]) AS alerts,
    unnest($not_evaluable::BIGINT[]) AS not_evaluable, unnest($late::BIGINT[]) AS late,
    unnest($untimed::BIGINT[]) AS untimed, unnest($ungrouped::BIGINT[]) AS ungrouped,
    unnest($future::BIGINT[]) AS future, unnest($evicted::BIGINT[]) AS evicted
"""
_ADD_UP = """
UPDATE rule_stats SET alerts = rule_stats.alerts + incoming.alerts,
    last_alert_at = CASE WHEN incoming.alerts > 0 THEN greatest(last_alert_at, make_timestamp($at::BIGINT))
        ELSE last_alert_at END,
    not_evaluable = rule_stats.not_evaluable + incoming.not_evaluable, late = rule_stats.late + incoming.late,
    untimed = rule_stats.untimed + incoming.untimed, ungrouped = rule_stats.ungrouped + incoming.ungrouped,
    future = rule_stats.future + incoming.future, evicted = rule_stats.evicted + incoming.evicted
FROM (incoming_rows) AS incoming WHERE rule_stats.rule_id = incoming.rule_id
"""
_BEGIN = """
INSERT INTO rule_stats BY NAME
SELECT *, CASE WHEN alerts > 0 THEN make_timestamp($at::BIGINT) END AS last_alert_at, 0 AS withdrawn
FROM (incoming_rows) AS incoming ANTI JOIN rule_stats USING (rule_id)
"""
_COUNTS = Upsert(_ADD_UP, _BEGIN, _INCOMING)
_BY_SOURCE = """
UPDATE source_stats SET alerts = alerts + counted.n
FROM (SELECT source_id, count(*) AS n FROM events JOIN incoming USING (event_id) GROUP BY source_id) AS counted
WHERE source_stats.source_id = counted.source_id
"""
_REASONS = ("late", "untimed", "ungrouped", "future", "evicted")
_OFF = "SELECT rule_id, epoch_us(noted_at), actor, reason FROM rules_off ORDER BY rule_id"
_TURN_OFF = "INSERT OR REPLACE INTO rules_off VALUES ($rule_id, make_timestamp($at::BIGINT), $actor, $reason)"
_TURN_ON = "DELETE FROM rules_off WHERE rule_id = $rule_id"


@dataclass(frozen=True, slots=True)
class Off:
    """Who turned a rule off, when (µs) and why."""

    at: int
    actor: str
    reason: str


def count_by_rule(
    connection: DuckDBPyConnection,
    raised: pl.DataFrame,
    left_out: Sequence[LeftOut],
    not_evaluable: Mapping[str, int],
    at: int,
) -> None:
    """Count to the rules what a batch raised at that time (µs), what took no part, and what could not be judged."""
    alerts = Counter[str](raised["rule_id"].to_list())
    out: dict[str, Counter[str]] = {}
    for one in left_out:
        counts = asdict(one)
        out.setdefault(counts.pop("rule_id"), Counter()).update(counts)
    rule_ids = sorted({*alerts, *out, *not_evaluable})
    nothing = Counter[str]()
    given = {
        "rule_ids": rule_ids,
        "at": at,
        "alerts": [alerts[name] for name in rule_ids],
        "not_evaluable": [not_evaluable.get(name, 0) for name in rule_ids],
        **{reason: [out.get(name, nothing)[reason] for name in rule_ids] for reason in _REASONS},
    }
    _COUNTS.run(connection, given, len(rule_ids))


def count_by_source(connection: DuckDBPyConnection, raised: pl.DataFrame) -> None:
    """Count what is shown of new alerts of rules over time to its sources, once events and sources are stored."""
    over_time = raised.filter(pl.col("n_events").is_not_null())
    append(connection, _BY_SOURCE, only_shown(over_time).select("event_id"))


def rules_off(connection: DuckDBPyConnection) -> Mapping[str, Off]:
    """The rules that are off, by id."""
    return {rule_id: Off(at, actor, reason) for rule_id, at, actor, reason in connection.execute(_OFF).fetchall()}


def turn_off(connection: DuckDBPyConnection, rule_id: str, off: Off) -> None:
    """Keep in mind that a rule is off."""
    connection.execute(_TURN_OFF, {"rule_id": rule_id, "at": off.at, "actor": off.actor, "reason": off.reason})


def turn_on(connection: DuckDBPyConnection, rule_id: str) -> None:
    """Keep in mind that a rule is on, as all are that nobody turned off."""
    connection.execute(_TURN_ON, {"rule_id": rule_id})
