"""Stored events as they are measured: only the columns that it takes, and only the texts that are looked at.

Whole events with all their texts took most of the time of measuring them, and the more the larger the store was.
"""

from typing import Any

import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.drift.measuring import looked_at
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.store.arrow import taken

_NEXT = """
SELECT seq, event_id, source_id, record_idx, kind, ts, request_model, response_model, conversation_id, trace_id,
    user_id, service_name, tenant_id, agent_id, agent_name, "role", trust, content_sha256, content_key, content_state,
    tool_name, tool_is_error, finish_reasons, refusal, input_tokens, output_tokens, cache_read_input_tokens, usage_key,
    duration_ms, ttft_ms, cost_usd, error_type, guardrail_verdict
FROM events WHERE seq BETWEEN $low AND $high ORDER BY seq
"""
_ALERTED = """
SELECT DISTINCT event_id FROM alerts SEMI JOIN (
    SELECT event_id FROM events WHERE seq BETWEEN $low AND $high
) USING (event_id)
WHERE list_contains(tags, 'owasp.llm01')
"""
# By their row numbers DuckDB finds the few rows; by the keys alone it would unpack all texts of the store.
_LENGTHS = """
SELECT content_sha256, n_chars FROM contents WHERE rowid IN (
    SELECT rowid FROM contents SEMI JOIN (
        SELECT content_key FROM events WHERE seq BETWEEN $low AND $high AND kind = 'message' AND "role" = 'assistant'
    ) USING (content_key)
)
"""
_TEXTS = """
SELECT content_sha256, text FROM contents WHERE rowid IN (
    SELECT rowid FROM contents WHERE content_key IN (SELECT unnest($keys::UBIGINT[]))
)
"""
_CONTENTS = {"content_sha256": pl.Binary(), "n_chars": pl.Int64(), "text": pl.String()}


def following(cursor: DuckDBPyConnection, seq: int, size: int) -> tuple[EventBatch, int, list[str]]:
    """The next events after one, at most ``size``; the number of the last; and those with an alert for injection.

    Of the events only those columns are there that are measured; of contents how long answers are, and a few texts.
    """
    bounds = {"low": seq + 1, "high": seq + size}
    events = taken(cursor, _NEXT, bounds)
    if events.is_empty():
        return EventBatch(events, pl.DataFrame(schema=_CONTENTS), []), seq, []
    alerted = [name for (name,) in cursor.execute(_ALERTED, bounds).fetchall()]
    lengths = taken(cursor, _LENGTHS, bounds)
    chosen = events.filter(pl.col("content_sha256").is_in(looked_at(events)))
    keys: dict[str, Any] = {"keys": chosen["content_key"].unique().to_list()}
    contents = lengths.join(taken(cursor, _TEXTS, keys), on="content_sha256", how="full", coalesce=True)
    return EventBatch(events, contents, []), int(events["seq"][-1]), alerted
