"""The time that a logger wrote beside a record on its line, for records that say none themselves."""

from collections.abc import Iterator

from msgspec.structs import replace

from llmsec_tui.events.model import Event, TsSource
from llmsec_tui.events.time import to_micros

_AROUND = "[](){}<>|,;"


def timed_beside(events: list[Event], beside: str) -> list[Event]:
    """The events; those without a time have the one that begins the text beside their record."""
    moment = next((micros for text in _candidates(beside) if (micros := to_micros(text)) is not None), None)
    if moment is None:
        return events
    return [replace(one, ts=moment, ts_source=TsSource.NATIVE) if one.ts is None else one for one in events]


def _candidates(beside: str) -> Iterator[str]:
    first, _, rest = beside.strip().partition(" ")
    second, _, zone = rest.strip().partition(" ")
    first, second = first.strip(_AROUND), second.strip(_AROUND).replace(",", ".")
    if ":" in second:
        # A date alone is no time, so the clock is looked at first.
        yield f"{first} {second}{zone.split(' ')[0]}" if zone[:1] in ("+", "-") else f"{first} {second}"
    if ":" in first or first.replace(".", "").isdigit():
        yield first
