"""The examples in a rule file: events that a rule must hit, and events that it must not."""

from collections.abc import Iterator, Mapping
from typing import Any

from llmsec_tui.detect.fields import EXAMPLE_FIELDS, FIELDS, FieldType, nearest
from llmsec_tui.detect.rule import Example, Examples
from llmsec_tui.detect.sigma.document import Document, Place
from llmsec_tui.events.batch import EventBatch, build
from llmsec_tui.events.history import Kept
from llmsec_tui.events.identity import content_sha256, event_id, key64
from llmsec_tui.events.model import ContentState, Event, Kind, PartType, Record, Role, Trust

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
    if not isinstance(data, dict):
        document.complain("examples", "'examples' must have a list 'match' and a list 'no_match'", *place)
        return Examples((), ())
    for key in data:
        if key not in ("match", "no_match"):
            message = f"there is no kind of examples called {key!r}{nearest(key, ('match', 'no_match'))}"
            document.complain("unknown-key", message, *place, key)
    return Examples(*(tuple(_read(document, data.get(kind), (*place, kind))) for kind in ("match", "no_match")))


def _read(document: Document, events: Any, place: Place) -> Iterator[Example]:
    if not isinstance(events, list) or not events:
        document.complain("examples", f"{place[-1]!r} needs at least one example event", *place)
        return
    for index, event in enumerate(events):
        here = (*place, index)
        if not isinstance(event, dict) or not event:
            document.complain("examples", "an example is a mapping of fields to values", *here)
            continue
        problems = [problem for name, value in event.items() for problem in _problems(name, value)]
        for name, message in problems:
            document.complain("example-field", message, *here, name)
        if not problems:
            yield Example(_event(event), document.line(*here))


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
    elif field.values and value not in field.values:
        yield name, f"{name} is never {value!r}{nearest(str(value), field.values)}"


def _event(given: Mapping[str, Any]) -> Event:
    values: dict[str, Any] = {name: _ENUMS[name](value) if name in _ENUMS else value for name, value in given.items()}
    values.setdefault("kind", Kind.MESSAGE)
    if "role" in values:
        values.setdefault("trust", _TRUST[values["role"]])
    if "text" in values:
        values.setdefault("content_state", ContentState.PRESENT)
    return Event(**values)


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
