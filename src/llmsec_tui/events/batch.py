"""Frames out of new events: one for events, one for their distinct texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from msgspec.structs import astuple

from llmsec_tui.events.history import Kept
from llmsec_tui.events.model import DeadLetter, Event
from llmsec_tui.events.schema import CONTENTS, DEAD_LETTERS, EVENTS

_EVENT_FIELDS = Event.__struct_fields__
_TURNED_AT_ONCE = 256
"""Events that fit a processor's cache while rows become columns."""


@dataclass(frozen=True, slots=True)
class EventBatch:
    """New events and the distinct texts they refer to."""

    events: pl.DataFrame
    """Columns of ``schema.EVENTS``."""
    contents: pl.DataFrame
    """Columns of ``schema.CONTENTS``; each text once, even where the store already has it."""
    amended: list[str]
    """Ids of events in this batch that replace an event of the same id."""


def build(kept: Sequence[Kept]) -> EventBatch:
    """Lay new events out as columns, in their order."""
    records = [k.record for k in kept]
    columns: dict[str, Sequence[Any]] = {
        **_fields([k.event for k in kept]),
        "event_id": [k.event_id for k in kept],
        "source_id": [r.source_id for r in records],
        "source_path": [r.path for r in records],
        "source_offset": [r.offset for r in records],
        "source_len": [r.length for r in records],
        "record_sha256": [r.sha256 for r in records],
        "record_idx": [r.index for r in records],
        "sub_idx": [k.sub_idx for k in kept],
        "format": [k.format for k in kept],
        "content_sha256": [k.content_sha256 for k in kept],
        "conversation_id": [k.conversation_id for k in kept],
    }
    texts = {k.content_sha256: k.event.text for k in kept if k.content_sha256 is not None}
    contents = pl.DataFrame(
        {"content_sha256": list(texts), "text": list(texts.values())},
        schema={name: CONTENTS[name] for name in ("content_sha256", "text")},
    ).with_columns(
        n_chars=pl.col("text").str.len_chars().cast(pl.Int64), n_bytes=pl.col("text").str.len_bytes().cast(pl.Int64)
    )
    return EventBatch(_frame(columns, EVENTS, len(kept)), contents, [k.event_id for k in kept if k.amends])


def dead_letters(letters: Sequence[DeadLetter]) -> pl.DataFrame:
    """Dead letters as a frame of ``schema.DEAD_LETTERS``."""
    rows = [(d.source_id, d.path, d.offset, d.length, d.sha256, d.reason, d.excerpt) for d in letters]
    return pl.DataFrame(rows, schema=DEAD_LETTERS, orient="row")


def _fields(events: list[Event]) -> dict[str, list[Any]]:
    columns: list[list[Any]] = [[] for _ in _EVENT_FIELDS]
    for start in range(0, len(events), _TURNED_AT_ONCE):
        rows = map(astuple, events[start : start + _TURNED_AT_ONCE])
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column += values
    return dict(zip(_EVENT_FIELDS, columns, strict=True))


def _frame(columns: dict[str, Sequence[Any]], schema: dict[str, pl.DataType], height: int) -> pl.DataFrame:
    return pl.DataFrame([_series(name, columns.get(name, ()), dtype, height) for name, dtype in schema.items()])


def _series(name: str, values: Sequence[Any], dtype: pl.DataType, height: int) -> pl.Series:
    # Most columns are empty in most batches; making them from nothing saves half the time.
    # That any value is true is found out at the first one, and counting looks at all.
    if not any(values) and values.count(None) == len(values):
        return pl.Series(name, [None], dtype=dtype).new_from_index(0, height)
    return pl.Series(name, values, dtype=dtype, strict=True)
