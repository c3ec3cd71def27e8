"""What was put before people of late, so that a collector that starts goes on where the last one stopped."""

from duckdb import DuckDBPyConnection

from llmsec_tui.detect.suppress import MEMORY, Shown, place_of
from llmsec_tui.store.rows import rows

_MOST = 100_000
_RECENT = """
SELECT alert_id, rule_id, conversation_id, user_id, source_path, excerpt, epoch_us(coalesce(ts, raised_at)) AS "at",
    coalesce(group_id, alert_id) AS group_id, level = 'informational' AS informs
FROM (
    SELECT * FROM alerts
    WHERE suppressed_by IS NULL AND state NOT IN ('withdrawn', 'closed')
        AND greatest(ts, raised_at) > make_timestamp($since::BIGINT)
    ORDER BY seq DESC LIMIT $most
)
ORDER BY seq
"""


def shown(connection: DuckDBPyConnection, now: int) -> list[Shown]:
    """The alerts shown within the hour before ``now`` (µs), by their own time or that of arrival, in order.

    Not those that were closed since: what comes again after a close is news.
    """
    recent = rows(connection, _RECENT, {"since": max(now - MEMORY, 0), "most": _MOST})
    return [
        Shown(
            row["alert_id"], row["rule_id"], place_of(row), row["excerpt"], row["at"], row["group_id"], row["informs"]
        )
        for row in recent
    ]
