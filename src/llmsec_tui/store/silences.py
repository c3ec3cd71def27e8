"""Silences as they are stored: who wanted what hidden until when and why, and how much each has hidden."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.detect.suppress import Matcher, Silence
from llmsec_tui.store.arrow import append

_ALL = """
SELECT silence_id, author, reason, epoch_us(created_at), epoch_us(until), matchers, epoch_us(ended_at), ended_by,
    end_reason, hidden, epoch_us(last_hidden_at)
FROM silences ORDER BY created_at DESC, silence_id
"""
_ADD = """
INSERT INTO silences BY NAME
SELECT $silence_id AS silence_id, $author AS author, $reason AS reason,
    make_timestamp($created_at::BIGINT) AS created_at, make_timestamp($until::BIGINT) AS until,
    $matchers AS matchers, 0 AS hidden
"""
_END = """
UPDATE silences SET ended_at = make_timestamp($at::BIGINT), ended_by = $by, end_reason = $reason
WHERE silence_id = $silence_id
"""
_COUNT = """
UPDATE silences SET hidden = hidden + incoming.n, last_hidden_at = incoming.at
FROM incoming WHERE silences.silence_id = incoming.silence_id
"""

SILENCED = "silenced"
"""What ``suppressed_by`` says of alerts that a silence hides."""


@dataclass(frozen=True, slots=True)
class StoredSilence:
    """A silence with its history. Times are microseconds since 1970 UTC."""

    silence: Silence
    author: str
    reason: str
    created_at: int
    ended_at: int | None = None
    """When somebody ended it before its time."""
    ended_by: str | None = None
    end_reason: str | None = None
    hidden: int = 0
    """Alerts that it kept from being shown."""
    last_hidden_at: int | None = None

    def holds(self, now: int) -> bool:
        """Whether it hides what comes now."""
        return self.ended_at is None and now < self.silence.until


def all_silences(connection: DuckDBPyConnection) -> list[StoredSilence]:
    """Every silence that there ever was, newest first."""
    return [
        StoredSilence(Silence(silence_id, _matchers(matchers), until), author, reason, created_at, *rest)
        for silence_id, author, reason, created_at, until, matchers, *rest in connection.execute(_ALL).fetchall()
    ]


def add_silence(connection: DuckDBPyConnection, stored: StoredSilence) -> None:
    """Keep a new silence."""
    silence = stored.silence
    pairs = [(matcher.field, matcher.value) for matcher in silence.matchers]
    connection.execute(
        _ADD,
        {
            "silence_id": silence.id,
            "author": stored.author,
            "reason": stored.reason,
            "created_at": stored.created_at,
            "until": silence.until,
            "matchers": msgspec.json.encode(pairs).decode(),
        },
    )


def end_silence(connection: DuckDBPyConnection, silence_id: str, *, at: int, by: str, reason: str) -> None:
    """Note that a silence was ended before its time."""
    connection.execute(_END, {"silence_id": silence_id, "at": at, "by": by, "reason": reason})


def count_silenced(connection: DuckDBPyConnection, alerts: pl.DataFrame, at: int) -> None:
    """Add new alerts to the counts of the silences that hide them."""
    if "suppressed_by" not in alerts.columns:
        return
    silenced = alerts.filter(pl.col("suppressed_by") == SILENCED)
    counts = silenced.group_by(pl.col("suppressed_ref").alias("silence_id")).agg(n=pl.len().cast(pl.Int64))
    append(connection, _COUNT, counts.with_columns(at=pl.lit(at).cast(pl.Datetime("us"))))


def _matchers(stored: str) -> tuple[Matcher, ...]:
    pairs: Sequence[tuple[str, str]] = msgspec.json.decode(stored, type=list[tuple[str, str]])
    return tuple(Matcher(field, value) for field, value in pairs)
