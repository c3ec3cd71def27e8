"""How many texts of others are judged."""

from duckdb import DuckDBPyConnection

from llmsec_tui.store.rows import Row, rows

_TEXTS = """
WITH seen AS (
    SELECT content_sha256, least(coalesce(ts, committed_at), committed_at) AS "at" FROM events
    WHERE trust IN ('user', 'tool', 'retrieved') AND content_sha256 IS NOT NULL
), newest AS (SELECT max("at") AS last FROM seen)
SELECT count(DISTINCT content_sha256) AS texts, epoch_us(min("at")) AS first_at, epoch_us(max("at")) AS last_at
FROM seen, newest WHERE "at" > last - to_days($days::INTEGER)
"""
_KEPT = """
SELECT count(*) FROM alerts WHERE raised_at > make_timestamp($since::BIGINT) AND ends_with(reason, $words)
"""


def judged_volume(cursor: DuckDBPyConnection, days: int) -> Row:
    """``texts``: distinct ones of users, tools and documents in the last ``days`` before the newest of them, in which
    ``first_at`` and ``last_at`` (µs, None without any) are the first and the last. A log's own times count, but none
    after it was read."""
    [found] = rows(cursor, _TEXTS, {"days": days})
    return found


def ending_in(cursor: DuckDBPyConnection, words: str, since: int) -> int:
    """How many alerts were raised after ``since`` (µs) whose reason ends so."""
    [(count,)] = cursor.execute(_KEPT, {"since": since, "words": words}).fetchall()
    return int(count)
