"""The examples in a rule file: events that a rule must hit, and events that it must not."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from llmsec_tui.detect.fields import EXAMPLE_FIELDS, FIELDS, FieldType, nearest
from llmsec_tui.detect.rule import Example, Examples
from llmsec_tui.detect.sigma.document import Document, Place
from llmsec_tui.events.batch import EventBatch, build
from llmsec_tui.events.history import Kept
from llmsec_tui.events.identity import content_sha256, event_id, key64
from llmsec_tui.events.model import ContentState, Event, Kind, PartType, Record, Role, Trust, TsSource

_TRUST = {
    Role.SYSTEM: Trust.SYSTEM,
    Role.DEVELOPER: Trust.OPERATOR,
    Role.USER: Trust.USER,
    Role.ASSISTANT: Trust.MODEL,
    Role.TOOL: Trust.TOOL,
    Role.HARNESS: Trust.HARNESS,
}
_ENUMS = {"kind": Kind, "role": Role, "trust": Trust, "part_type": PartType, "content_state": ContentState}


def read_examples(document: Document, data: Any, *place: str) -> Examples:
    """Both lists of examples; what is wrong with them is noted in the document."""
    lists = both_kinds(document, data, *place)
    if not lists:
        return Examples((), ())
    return Examples(*(tuple(_read(document, given, (*place, kind))) for kind, given in lists.items()))


def both_kinds(document: Document, data: Any, *place: str) -> dict[str, Any]:
    """What is given under ``match`` and ``no_match``; unknown kinds of examples are noted in the document."""
    kinds = ("match", "no_match")
    if not isinstance(data, dict):
        document.complain("examples", "'examples' must have a list 'match' and a list 'no_match'", *place)
        return {}
    for key in data:
        if key not in kinds:
            message = f"there is no kind of examples called {key!r}{nearest(key, kinds)}"
            document.complain("unknown-key", message, *place, key)
    return {kind: data.get(kind) for kind in kinds}


def _read(document: Document, events: Any, place: Place) -> Iterator[Example]:
    if not isinstance(events, list) or not events:
        document.complain("examples", f"{place[-1]!r} needs at least one example event", *place)
        return
    for index, given in enumerate(events):
        here = (*place, index)
        if not isinstance(given, dict) or not given:
            document.complain("examples", "an example is a mapping of fields to values", *here)
        elif (event := event_of(document, given, here)) is not None:
            yield Example(event, document.line(*here))


def event_of(document: Document, given: Mapping[str, Any], place: Place) -> Event | None:
    """The event with these fields, or None when something is wrong with them, which is noted in the document."""
    problems = [problem for name, value in given.items() for problem in _problems(name, value)]
    for name, message in problems:
        document.complain("example-field", message, *place, name)
    return None if problems else _event(given)


def _problems(name: str, value: object) -> Iterator[tuple[str, str]]:
    if name not in EXAMPLE_FIELDS:
        yield name, f"examples have no field {name!r}{nearest(name, EXAMPLE_FIELDS)}"
        return
    field = FIELDS[name]
    if field.type in (FieldType.TEXT, FieldType.STRING) and not isinstance(value, str):
        yield name, f"{name} holds text; quote {value!r}"
    elif field.type is FieldType.NUMBER and (isinstance(value, bool) or not isinstance(value, int | float)):
        yield name, f"{name} holds a number, not {value!r}"
    elif field.type is FieldType.FLAG and not isinstance(value, bool):
        yield name, f"{name} is true or false, not {value!r}"
    elif field.type is FieldType.TIME and not isinstance(value, datetime):
        yield name, f"{name} is a time, such as 2026-01-01T22:30:00Z, not {value!r}"
    elif field.values and value not in field.values:
        yield name, f"{name} is never {value!r}{nearest(str(value), field.values)}"


def _event(given: Mapping[str, Any]) -> Event:
    values: dict[str, Any] = {name: _ENUMS[name](value) if name in _ENUMS else value for name, value in given.items()}
    values.setdefault("kind", Kind.MESSAGE)
    if "ts" in values:
        values |= {"ts": _micros(values["ts"]), "ts_source": TsSource.NATIVE}
    if "role" in values:
        values.setdefault("trust", _TRUST[values["role"]])
    if "text" in values:
        values.setdefault("content_state", ContentState.PRESENT)
    return Event(**values)


def _micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC; a time without a zone is one in UTC."""
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def to_batch(examples: list[Example]) -> EventBatch:
    """Examples as the engine sees events; the n-th has ``source_offset`` n."""
    return build([_kept(number, example.event) for number, example in enumerate(examples)])


def _kept(number: int, event: Event) -> Kept:
    record = Record("example", "example", number, number, 1, b"", None)
    sha = content_sha256(event.text) if event.text is not None else None
    return Kept(
        record=record,
        format="example",
        sub_idx=0,
        event_id=event_id(key64("example", number)),
        content_sha256=sha,
        event=event,
        conversation_id=event.conversation_id,
    )
