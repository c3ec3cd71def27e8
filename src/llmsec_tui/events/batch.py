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
    fields = dict(zip(_EVENT_FIELDS, zip(*(astuple(k.event) for k in kept), strict=True), strict=True)) if kept else {}
    columns: dict[str, Sequence[Any]] = {
        **fields,
        "event_id": [k.event_id for k in kept],
        "source_id": [k.record.source_id for k in kept],
        "source_path": [k.record.path for k in kept],
        "source_offset": [k.record.offset for k in kept],
        "source_len": [k.record.length for k in kept],
        "record_sha256": [k.record.sha256 for k in kept],
        "record_idx": [k.record.index for k in kept],
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


def _frame(columns: dict[str, Sequence[Any]], schema: dict[str, pl.DataType], height: int) -> pl.DataFrame:
    return pl.DataFrame([_series(name, columns.get(name, ()), dtype, height) for name, dtype in schema.items()])


def _series(name: str, values: Sequence[Any], dtype: pl.DataType, height: int) -> pl.Series:
    # Most columns are empty in most batches; making them from nothing saves half the time.
    if values.count(None) == len(values):
        return pl.Series(name, [None], dtype=dtype).new_from_index(0, height)
    return pl.Series(name, values, dtype=dtype, strict=True)
