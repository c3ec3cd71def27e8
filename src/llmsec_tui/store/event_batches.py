"""Stored events as detectors see them, to explain an answer or to run rules over what was stored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.errors import NotFound
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.schema import CONTENTS, EVENTS
from llmsec_tui.store.arrow import taken
from llmsec_tui.store.filters import EVERYTHING, Where
from llmsec_tui.store.rows import span

_ONE = "SELECT * FROM events WHERE event_id = $event_id"
_SLICE = """
SELECT * FROM events
WHERE seq BETWEEN $low AND $high
    AND ($since::BIGINT IS NULL OR epoch_us(ts) >= $since) AND ($until::BIGINT IS NULL OR epoch_us(ts) <= $until)
ORDER BY seq
"""
_BETWEEN = """
SELECT seq FROM events
WHERE ($since::BIGINT IS NULL OR ts >= make_timestamp($since::BIGINT)) AND ts <= make_timestamp($until::BIGINT) AND """
_NEWEST_FIRST = " ORDER BY ts DESC, seq DESC LIMIT $most"
_THESE = """
SELECT * FROM events WHERE seq BETWEEN $low AND $high AND seq IN (SELECT unnest($seqs::BIGINT[])) ORDER BY seq
"""
_LATE = """
WITH earlier AS (
    SELECT max(ts) AS clock FROM events WHERE seq < $low AND ts <= committed_at
), arrived AS (
    SELECT seq, event_id, ts, max(ts) FILTER (WHERE ts <= committed_at)
        OVER (ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS clock
    FROM events WHERE seq BETWEEN $low AND $high
)
SELECT event_id FROM arrived, earlier
WHERE arrived.ts < greatest(arrived.clock, earlier.clock) - to_microseconds($lateness::BIGINT)
    AND seq IN (SELECT unnest($seqs::BIGINT[]))
"""
_CLOCK = "SELECT epoch_us(max(ts)) FROM events WHERE ts <= committed_at"
_DECIDED = "SELECT DISTINCT event_id, state FROM alerts ORDER BY ALL"
_LAST = "SELECT coalesce(max(seq), 0) FROM events"
# By their row numbers DuckDB finds the few rows; by the keys alone it would unpack all texts of the store.
_CONTENTS = """
SELECT content_sha256, text, n_chars, n_bytes FROM contents WHERE rowid IN (
    SELECT rowid FROM contents WHERE content_key IN (SELECT unnest($keys::UBIGINT[]))
)
"""


def one_event(cursor: DuckDBPyConnection, event_id: str) -> EventBatch:
    """A batch of this event alone. Raises :class:`NotFound`."""
    batch = _batch(cursor, taken(cursor, _ONE, {"event_id": event_id}))
    if batch.events.is_empty():
        raise NotFound(f"There is no event {event_id}.")
    return batch


def event_batches(
    cursor: DuckDBPyConnection, size: int, since: int | None = None, until: int | None = None
) -> Iterator[EventBatch]:
    """All events in the order of their arrival, at most ``size`` in a batch; with bounds (µs, inclusive) only those
    whose time is within them."""
    [(last,)] = cursor.execute(_LAST).fetchall()
    for low in range(1, last + 1, size):
        bounds = {"low": low, "high": low + size - 1, "since": since, "until": until}
        events = taken(cursor, _SLICE, bounds)
        if events.height:
            yield _batch(cursor, events)


def these(cursor: DuckDBPyConnection, seqs: Sequence[int]) -> EventBatch:
    """The events of these numbers, of which there is at least one."""
    return _batch(cursor, taken(cursor, _THESE, span(list(seqs))))


def decided(cursor: DuckDBPyConnection) -> pl.DataFrame:
    """The states of the alerts on each event, each pair once: event_id, state."""
    return taken(cursor, _DECIDED, {})


@dataclass(frozen=True, slots=True)
class Around:
    """The events around one, for rules over time."""

    batches: Iterator[tuple[EventBatch, frozenset[str]]]
    """Each with the ids of its events that came more than the lateness after a younger one."""
    clock: int | None
    """The time of the newest event that was not dated in the future when it came (µs)."""
    cut: bool
    """Whether there are more than were asked for: the oldest are missing."""


def around(
    cursor: DuckDBPyConnection,
    since: int | None,
    until: int,
    same: Sequence[Mapping[str, object]],
    *,
    lateness: int,
    most: int,
    size: int,
) -> Around:
    """The newest ``most`` events within bounds (µs, inclusive), ``size`` in a batch.

    ``same`` are columns with their values, of which any one set must be met; without any, all events are taken.
    """
    wanted = _wanted(same)
    bounds = {"since": since, "until": until, "most": most + 1, **wanted.params}
    found = cursor.execute(_BETWEEN + wanted.sql + _NEWEST_FIRST, bounds).fetchall()
    seqs = sorted(seq for (seq,) in found[:most])
    [(clock,)] = cursor.execute(_CLOCK).fetchall()
    return Around(_arrived(cursor, seqs, lateness, size), clock, len(found) > most)


def _wanted(same: Sequence[Mapping[str, object]]) -> Where:
    """The condition that an event has one of these sets of values; only names of columns get into the SQL."""
    params: dict[str, object] = {}
    sets = []
    for values in same:
        parts = []
        for column, value in values.items():
            assert column in EVENTS, "this is no column"
            name = "same" + str(len(params))
            params[name] = value
            parts.append(column + " = $" + name)
        sets.append("(" + " AND ".join(parts) + ")")
    return Where("(" + " OR ".join(sets) + ")" if sets else EVERYTHING, params)


def _arrived(
    cursor: DuckDBPyConnection, seqs: Sequence[int], lateness: int, size: int
) -> Iterator[tuple[EventBatch, frozenset[str]]]:
    if not seqs:
        return
    every = span(list(seqs))
    late = frozenset(name for (name,) in cursor.execute(_LATE, {**every, "lateness": lateness}).fetchall())
    for start in range(0, len(seqs), size):
        events = taken(cursor, _THESE, span(list(seqs[start : start + size])))
        yield _batch(cursor, events), late.intersection(events["event_id"])


def _batch(cursor: DuckDBPyConnection, events: pl.DataFrame) -> EventBatch:
    keys: Mapping[str, Any] = {"keys": events["content_key"].drop_nulls().unique().to_list()}
    contents = taken(cursor, _CONTENTS, keys)
    return EventBatch(_shaped(events, EVENTS), _shaped(contents, CONTENTS), [])


def _shaped(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())
