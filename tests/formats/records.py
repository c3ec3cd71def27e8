"""Make records for tests, and look at what becomes of them."""

from typing import Any

import polars as pl

from llmsec_tui.events.batch import build
from llmsec_tui.events.history import Mapped, resolve
from llmsec_tui.events.model import Event, Record
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.registry import Outcome, Registry

Row = tuple[str, str | None, str | None, str | None]


def record(data: Any) -> Record:
    """A record that holds ``data``."""
    return Record("source", "/logs/app.jsonl", 0, 128, 64, bytes(32), data)


def outcome(data: Any, memory: Memory | None = None) -> Outcome:
    """What the registry makes of ``data``, after what ``memory`` holds of the records before."""
    return Registry().map(record(data), Memory() if memory is None else memory)


def events_of(data: Any) -> list[Event]:
    """The events of ``data``, which must be mapped without a rest."""
    mapped = outcome(data)
    assert mapped.unknown is None, mapped.unknown
    return mapped.events


def rows(events: list[Event]) -> list[Row]:
    """(kind, role, trust, text) of every event."""
    return [(event.kind.value, _value(event.role), _value(event.trust), event.text) for event in events]


def frame(data: Any, memory: Memory | None = None) -> pl.DataFrame:
    """The frame of all events of ``data``; fails if any field of any event has a wrong type."""
    kept = resolve([Mapped(record(data), "test", outcome(data, memory).events)], lambda keys: {})
    return build(kept.kept).events


def _value(member: Any) -> str | None:
    return None if member is None else str(member.value)
