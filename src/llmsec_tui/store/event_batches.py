"""Stored events as detectors see them, to explain an answer or to run rules over what was stored."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.errors import NotFound
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.schema import CONTENTS, EVENTS
from llmsec_tui.store.arrow import taken

_ONE = "SELECT * FROM events WHERE event_id = $event_id"
_SLICE = """
SELECT * FROM events
WHERE seq BETWEEN $low AND $high
    AND ($since::BIGINT IS NULL OR epoch_us(ts) >= $since) AND ($until::BIGINT IS NULL OR epoch_us(ts) <= $until)
ORDER BY seq
"""
_LAST = "SELECT coalesce(max(seq), 0) FROM events"
_CONTENTS = """
SELECT content_sha256, text, n_chars, n_bytes FROM contents
WHERE content_key IN (SELECT unnest($keys::UBIGINT[]))
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


def _batch(cursor: DuckDBPyConnection, events: pl.DataFrame) -> EventBatch:
    keys: Mapping[str, Any] = {"keys": events["content_key"].drop_nulls().unique().to_list()}
    contents = taken(cursor, _CONTENTS, keys)
    return EventBatch(_shaped(events, EVENTS), _shaped(contents, CONTENTS), [])


def _shaped(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())
