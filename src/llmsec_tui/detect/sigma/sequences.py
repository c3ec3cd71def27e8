"""The examples of a rule over time: sequences of events, each with when it happens."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from llmsec_tui.detect.rule import Sequence, Sequences
from llmsec_tui.detect.sigma import timespan
from llmsec_tui.detect.sigma.document import Document, Place
from llmsec_tui.detect.sigma.examples import both_kinds, event_of
from llmsec_tui.events.model import Event, TsSource

START = 1_767_225_600_000_000
"""2026-01-01 00:00 UTC: when 0s is."""
MOST_EVENTS = 10_000
_WHEN = ("at", "times", "every")


def read_sequences(document: Document, data: Any, *place: str) -> Sequences:
    """Both lists of sequences; what is wrong with them is noted in the document."""
    lists = both_kinds(document, data, *place)
    if not lists:
        return Sequences((), ())
    return Sequences(*(tuple(_read(document, given, (*place, kind))) for kind, given in lists.items()))


def _read(document: Document, sequences: Any, place: Place) -> Iterator[Sequence]:
    if not isinstance(sequences, list) or not sequences:
        document.complain("examples", f"{place[-1]!r} needs at least one sequence of events", *place)
        return
    for index, sequence in enumerate(sequences):
        here = (*place, index)
        if not isinstance(sequence, list) or not sequence:
            document.complain("examples", "an example of a rule over time is a list of events, each with 'at'", *here)
            continue
        events = [event for at, one in enumerate(sequence) for event in _events(document, one, (*here, at))]
        if len(events) > MOST_EVENTS:
            document.complain("examples", f"a sequence may have at most {MOST_EVENTS:,} events", *here)
            continue
        events.sort(key=lambda event: event.ts or 0)
        yield Sequence(tuple(events), document.line(*here))


def _events(document: Document, given: Any, place: Place) -> Iterator[Event]:
    """The event at each of its times."""
    if not isinstance(given, dict) or not given:
        document.complain("examples", "an example event is a mapping of fields to values, with 'at'", *place)
        return
    before = len(document.issues)
    at, every = (_offset(document, given, key, place) for key in ("at", "every"))
    times = given.get("times", 1)
    if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= MOST_EVENTS:
        document.complain("example-time", f"'times' must be a whole number from 1 to {MOST_EVENTS:,}", *place, "times")
    if "at" not in given:
        document.complain("example-time", "an event of a sequence needs 'at', such as at: 10s", *place)
    if ("every" in given) != ("times" in given):
        document.complain("example-time", "'times' and 'every' go together", *place)
    event = event_of(document, {key: value for key, value in given.items() if key not in _WHEN}, place)
    if event is not None and len(document.issues) == before:
        yield from (_timed(event, START + at + number * every) for number in range(times))


def _timed(event: Event, ts: int) -> Event:
    return replace(event, ts=ts, ts_source=TsSource.NATIVE)


def _offset(document: Document, given: dict[str, Any], key: str, place: Place) -> int:
    span = timespan.micros(given.get(key, "0s"))
    if span is None:
        message = f"'{key}' must be a number and s, m, h or d, such as 10s; it is {given[key]!r}"
        document.complain("example-time", message, *place, key)
    return span or 0
