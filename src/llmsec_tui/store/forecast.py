"""What a silence would have hidden of the alerts that there were."""

import re2
from duckdb import DuckDBPyConnection

from llmsec_tui.detect.suppress import MATCHED, Silence
from llmsec_tui.store.alert_queries import ROW
from llmsec_tui.store.rows import Row, rows

EXAMPLES = 5

_OF_LATE = """
WHERE raised_at > make_timestamp($since::BIGINT) AND state <> 'withdrawn'
    AND suppressed_by IS DISTINCT FROM 'inhibited'
"""
_TOTAL = "SELECT count(*) FROM alerts"
_BY_RULE = """
SELECT rule_id, max_by(title, seq) AS title, level, count(*) AS n, count(*) FILTER (suppressed_by IS NULL) AS shown
FROM alerts
"""
_GROUPED = " GROUP BY rule_id, level ORDER BY n DESC, title, level"
_NEWEST = " ORDER BY seq DESC LIMIT $limit"
_NOT_CRITICAL = " AND level <> 'critical'"


def forecast(cursor: DuckDBPyConnection, silence: Silence, since: int) -> Row:
    """What the silence would have hidden of the alerts raised after ``since`` (µs).

    ``total`` alerts went past the silences then, inhibited ones do not; ``rules`` are those hidden, by rule and level,
    with how many of them were ``shown``; ``examples`` the newest of them. ``critical`` are those that it matches and
    does not hide, because it names no rule.
    """
    matches, given = _matches(silence, since)
    [(total,)] = cursor.execute(_TOTAL + _OF_LATE, {"since": since}).fetchall()
    rules = rows(cursor, _BY_RULE + matches + _GROUPED, given)
    hidden = "" if silence.names_rule else _NOT_CRITICAL
    return {
        "total": total,
        "rules": [row for row in rules if silence.names_rule or row["level"] != "critical"],
        "critical": 0 if silence.names_rule else sum(row["n"] for row in rules if row["level"] == "critical"),
        "examples": rows(cursor, ROW + matches + hidden + _NEWEST, {**given, "limit": EXAMPLES}),
    }


def _matches(silence: Silence, since: int) -> tuple[str, dict[str, object]]:
    """The silence as a condition; what somebody typed is a parameter, and a pattern that takes linear time."""
    given: dict[str, object] = {"since": since}
    condition = _OF_LATE
    for number, matcher in enumerate(silence.matchers):
        column = MATCHED[MATCHED.index(matcher.field)]
        condition += " AND regexp_full_match(" + column + ", $m" + str(number) + ", 's')"
        given["m" + str(number)] = ".*".join(map(_quoted, matcher.value.split("*")))
    return condition, given


def _quoted(text: str) -> str:
    return str(re2.escape(text))
