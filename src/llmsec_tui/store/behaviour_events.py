"""What is looked up in the events themselves to explain a shift, and to say what calls cost."""

from collections.abc import Iterator, Sequence

from duckdb import DuckDBPyConnection

from llmsec_tui.events.batch import EventBatch
from llmsec_tui.store.event_batches import these
from llmsec_tui.store.rows import Row, rows

# What no column holds (language, prompt) leaves out nothing here, nor does a model: the measurer places those.
_SEQS = """
SELECT seq FROM events
WHERE ts >= make_timestamp($since::BIGINT) AND ts < make_timestamp($until::BIGINT)
    AND CASE $dimension
        WHEN 'app' THEN service_name = $value
        WHEN 'tenant' THEN tenant_id = $value
        WHEN 'agent' THEN coalesce(agent_name, agent_id) = $value
        ELSE true
    END
ORDER BY seq DESC LIMIT $most
"""
_ALERTED = """
SELECT DISTINCT event_id FROM alerts
WHERE event_id IN (SELECT unnest($events::VARCHAR[])) AND list_contains(tags, 'owasp.llm01')
"""
# The hashes of their ids choose among answers: as good as by lot, and always the same.
_ANSWERS = """
WITH chosen AS (
    SELECT seq, content_key, content_sha256 FROM events
    WHERE ts >= make_timestamp($since::BIGINT) AND ts < make_timestamp($until::BIGINT)
        AND kind = 'message' AND role = 'assistant' AND content_sha256 IS NOT NULL
        AND ($hours::BIGINT[] IS NULL OR list_contains($hours::BIGINT[], epoch_us(date_trunc('hour', ts))))
        AND CASE $dimension
            WHEN 'app' THEN service_name = $value
            WHEN 'model' THEN coalesce(response_model, request_model) = $value
            WHEN 'tenant' THEN tenant_id = $value
            WHEN 'agent' THEN coalesce(agent_name, agent_id) = $value
            ELSE true
        END
    ORDER BY hash(event_id) LIMIT $most
)
SELECT contents.text FROM chosen JOIN contents USING (content_key, content_sha256)
WHERE contents.text <> '' ORDER BY chosen.seq
"""
_ALERTS = """
SELECT epoch_us(date_trunc('hour', coalesce(ts, raised_at))) AS "hour", count(*) AS n FROM alerts
WHERE coalesce(ts, raised_at) >= make_timestamp($since::BIGINT)
    AND coalesce(ts, raised_at) < make_timestamp($until::BIGINT)
    AND CASE $dimension
        WHEN '' THEN true
        WHEN 'model' THEN model = $value
        ELSE list_contains($apps::VARCHAR[], coalesce(app, ''))
    END
GROUP BY ALL
"""
_NEWEST = "SELECT epoch_us(max(ts)) FROM events WHERE ts < make_timestamp($before::BIGINT)"
# Several events may tell of one call: each figure counts once.
_USAGE = """
WITH calls AS (
    SELECT min(ts) AS ts,
        coalesce(first(CASE $by
            WHEN 'app' THEN service_name
            WHEN 'model' THEN coalesce(response_model, request_model)
            WHEN 'tenant' THEN tenant_id
            WHEN 'agent' THEN coalesce(agent_name, agent_id)
            WHEN 'key' THEN coalesce(json_extract_string(attrs, '$.api_key_alias'),
                json_extract_string(attrs, '$.api_key_hash'))
            ELSE user_id
        END ORDER BY seq), '') AS "name",
        coalesce(first(coalesce(response_model, request_model) ORDER BY seq), '') AS model,
        greatest(max(input_tokens), 0) AS input_tokens, greatest(max(output_tokens), 0) AS output_tokens,
        greatest(max(cache_read_input_tokens), 0) AS cached_tokens,
        greatest(max(cache_write_input_tokens), 0) AS written_tokens,
        max(cost_usd) FILTER (isfinite(cost_usd) AND cost_usd >= 0) AS cost
    FROM events
    WHERE ts >= make_timestamp($since::BIGINT) AND ts < make_timestamp($until::BIGINT)
        AND (kind IN ('llm_call', 'usage', 'error') OR (role = 'assistant' AND (
            input_tokens IS NOT NULL OR output_tokens IS NOT NULL OR cost_usd IS NOT NULL
            OR finish_reasons IS NOT NULL
        )))
    GROUP BY coalesce(usage_key, event_id)
)
SELECT "name", model, greatest(epoch_us(date_trunc('hour', ts)), $spark::BIGINT) AS "hour", count(*) AS calls,
    coalesce(sum(input_tokens), 0)::BIGINT AS input_tokens, coalesce(sum(cached_tokens), 0)::BIGINT AS cached_tokens,
    coalesce(sum(output_tokens), 0)::BIGINT AS output_tokens, coalesce(sum(cost), 0) AS told,
    count(*) FILTER (cost IS NULL AND (input_tokens IS NOT NULL OR output_tokens IS NOT NULL)) AS untold,
    count(*) FILTER (cost IS NULL AND input_tokens IS NULL AND output_tokens IS NULL) AS unmeasured,
    coalesce(sum(greatest(coalesce(input_tokens, 0) - coalesce(cached_tokens, 0) - coalesce(written_tokens, 0), 0))
        FILTER (cost IS NULL), 0)::BIGINT AS untold_input,
    coalesce(sum(cached_tokens) FILTER (cost IS NULL), 0)::BIGINT AS untold_cached,
    coalesce(sum(written_tokens) FILTER (cost IS NULL), 0)::BIGINT AS untold_written,
    coalesce(sum(output_tokens) FILTER (cost IS NULL), 0)::BIGINT AS untold_output
FROM calls GROUP BY ALL
"""


def batches(
    cursor: DuckDBPyConnection, since: int, until: int, dimension: str, value: str, *, most: int, size: int
) -> Iterator[tuple[EventBatch, list[str]]]:
    """The newest events from ``since`` to before ``until`` (µs), in the order of their arrival, each batch with those
    that have an alert for injection. Of a model, what else was said in its conversations is there too."""
    wanted = {"since": since, "until": until, "dimension": dimension, "value": value, "most": most}
    seqs = sorted(seq for (seq,) in cursor.execute(_SEQS, wanted).fetchall())
    for start in range(0, len(seqs), size):
        batch = these(cursor, seqs[start : start + size])
        events = batch.events["event_id"].to_list()
        yield batch, [name for (name,) in cursor.execute(_ALERTED, {"events": events}).fetchall()]


def answers(
    cursor: DuckDBPyConnection,
    since: int,
    until: int,
    dimension: str,
    value: str,
    *,
    most: int,
    hours: Sequence[int] | None = None,
) -> list[str]:
    """What models answered, at most so many texts, oldest first; with ``hours`` (µs) only of those."""
    wanted = {"since": since, "until": until, "dimension": dimension, "value": value, "most": most, "hours": hours}
    return [text for (text,) in cursor.execute(_ANSWERS, wanted).fetchall()]


def alerts_by_hour(
    cursor: DuckDBPyConnection, since: int, until: int, dimension: str, value: str, apps: Sequence[str]
) -> dict[int, int]:
    """How many alerts there are of each hour (µs): all, those of a model, or those of applications."""
    wanted = {"since": since, "until": until, "dimension": dimension, "value": value, "apps": apps}
    return dict(cursor.execute(_ALERTS, wanted).fetchall())


def usage(cursor: DuckDBPyConnection, by: str, since: int, until: int, spark: int) -> list[Row]:
    """What calls used, by name, model and hour; hours before ``spark`` (µs) are one.

    ``told`` is what logs say that calls cost; what begins with ``untold`` is of calls of which they do not.
    """
    return rows(cursor, _USAGE, {"by": by, "since": since, "until": until, "spark": spark})


def newest(cursor: DuckDBPyConnection, before: int) -> int | None:
    """The time (µs) of the last event that is dated before ``before`` (µs)."""
    [(at,)] = cursor.execute(_NEWEST, {"before": before}).fetchall()
    return None if at is None else int(at)
