"""Records that a shipper put into a record of its own: CloudWatch, Docker, ECS, OCSF, syslog-like JSON.

What is inside is mapped as if it had come alone; a time that the inner record lacks is taken from the outer.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from llmsec_tui.events.model import Event, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.values import as_dict, as_dicts, decoded

_HOLDERS = ("message", "log", "msg", "body", "textPayload", "jsonPayload", "event", "raw_data", "unmapped", "record")
_SIGNS = frozenset((*_HOLDERS, "logEvents", "event.original"))
_TIMES = ("@timestamp", "timestamp", "time", "ts", "ingestionTime", "ingestion_time")


def unwrapped(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The records that may be inside of this one, the likeliest first."""
    if _SIGNS.isdisjoint(data):
        return
    for entry in as_dicts(data.get("logEvents")):
        yield from _inside(entry)
    yield from _inside(data)


def _inside(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    original = as_dict(data.get("event")).get("original") or data.get("event.original")
    for held in (original, *(data.get(key) for key in _HOLDERS)):
        inner = decoded(held) if isinstance(held, str) else held
        if isinstance(inner, dict) and inner:
            yield inner


def timed(events: Iterable[Event], outer: dict[str, Any]) -> list[Event]:
    """The events of an inner record; those without a time have the shipper's."""
    given = next((moment for key in _TIMES if (moment := to_micros(outer.get(key))) is not None), None)
    if given is None:
        return list(events)
    return [replace(one, ts=given, ts_source=TsSource.NATIVE) if one.ts is None else one for one in events]
