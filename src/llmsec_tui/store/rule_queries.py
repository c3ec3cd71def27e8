"""What is asked about rules."""

from duckdb import DuckDBPyConnection

from llmsec_tui.incidents.metrics import Judged
from llmsec_tui.store.incident_metrics import judged_rules
from llmsec_tui.store.rows import Row, rows

_STATS = """
SELECT rule_id, alerts, epoch_us(last_alert_at) AS last_alert_at, withdrawn, not_evaluable, late, untimed, ungrouped,
    future, evicted
FROM rule_stats
"""
_RECENT = "SELECT rule_id, count(*) FROM alerts WHERE raised_at > make_timestamp($since::BIGINT) GROUP BY rule_id"


def rule_stats(cursor: DuckDBPyConnection, since: int) -> dict[str, Row]:
    """By the id of each rule that was ever counted: what was counted, its alerts raised after ``since`` (µs), and
    of the closed incidents with its alerts, in how many it was judged and in which share of these it was right."""
    recent = dict(cursor.execute(_RECENT, {"since": since}).fetchall())
    ended = judged_rules(cursor)
    return {
        row["rule_id"]: {
            **row,
            "alerts_24h": recent.get(row["rule_id"], 0),
            **_right(ended.get(row["rule_id"], Judged())),
        }
        for row in rows(cursor, _STATS)
    }


def _right(judged: Judged) -> Row:
    return {"judged": judged.judged, "precision": judged.precision}
