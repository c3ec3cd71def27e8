"""Answers that a log holds in pieces, a record each: what is there of them so far is in the source's memory.

An answer is told while it grows, and each time it amends what was told before: a phrase must not be cut where a piece
ends, and a stream that breaks off must not take what it said with it.
"""

from typing import Any

from llmsec_tui.events.model import ContentState, Event, Kind, Role, Trust, TsSource
from llmsec_tui.formats.parts import Fields, reasoning_fields, text_fields, tool_call_fields
from llmsec_tui.formats.values import as_dict, as_id, as_str

Said = dict[str, Any]
"""What a format remembers of a source: here, an answer by its id."""

_SOON = (1, 4, 16)
_EVERY = 64
"""After so many pieces an answer is told again."""
_MOST_OPEN = 96
_MOST_PARTS = 64
_MOST_CHARACTERS = 16_000
"""Of all answers that are open: a memory is small. What does not fit is told, and what follows is told as its rest."""
_LONGEST = 8_000
"""Characters of a part; what goes on after that is a part of its own, which begins with the end of this one."""
_OVERLAP = 1_000
_OPEN = "open:"
"""Before the ids of answers, which are a log's own words, in the names of what is remembered."""


def answer_of(said: Said, answer_id: str, about: Fields) -> Said:
    """The answer of this id, begun if need be with what all its events share."""
    known: Said | None = said.get(_OPEN + answer_id)
    if known is None:
        known = said[_OPEN + answer_id] = {"about": about, "parts": {}, "pieces": 0, "told": 0, "number": 0, "size": 0}
        if len(said) > _MOST_OPEN:
            del said[next(name for name in said if name.startswith(_OPEN))]
    return known


def forget(said: Said, answer_id: str) -> None:
    """An answer that has ended."""
    said.pop(_OPEN + answer_id, None)


def is_open(said: Said, answer_id: str) -> bool:
    """Whether an answer has begun and not ended."""
    return _OPEN + answer_id in said


def add_piece(answer: Said, part: str, kind: str, text: Any, **names: Any) -> None:
    """A piece of a part: ``message``, ``refusal``, ``reasoning`` or ``tool_call``, with the names of the call."""
    held = answer["parts"].setdefault(part, {"kind": kind, "text": "", "number": answer["number"]})
    if piece := as_str(text):
        held["text"] += piece
        answer["size"] += len(piece)
        answer["pieces"] += 1
    for name, value in names.items():
        if (named := as_id(value)) is not None:
            held[name] = named


def grow(said: Said, answer_id: str) -> list[Event]:
    """One more record of an answer: its events, when it is time to tell it."""
    answer = said[_OPEN + answer_id]
    pieces, parts = answer["pieces"], answer["parts"]
    full = [part for part in parts.values() if len(part["text"]) > _LONGEST]
    events: list[Event] = []
    if full or (pieces != answer["told"] and (pieces in _SOON or pieces % _EVERY == 0)):
        events = told(answer, answer_id)
        answer["told"] = pieces
    for part in full:
        answer["size"] -= len(part["text"]) - _OVERLAP
        part["text"] = part["text"][-_OVERLAP:]
        part["number"] += 1
    if len(parts) > _MOST_PARTS:
        events += _emptied(answer, answer_id)
    return events + _make_room(said)


def _make_room(said: Said) -> list[Event]:
    open_ones = [(name, one) for name, one in said.items() if name.startswith(_OPEN) and one["parts"]]
    characters = sum(one["size"] for _, one in open_ones)
    events: list[Event] = []
    for name, one in open_ones:
        if characters <= _MOST_CHARACTERS:
            break
        characters -= one["size"]
        events += _emptied(one, name.removeprefix(_OPEN))
    return events


def _emptied(answer: Said, answer_id: str) -> list[Event]:
    """What is there of an answer. What goes on after that has names of its own, and amends none of it."""
    events = told(answer, answer_id)
    answer["number"] = 1 + max(part["number"] for part in answer["parts"].values())
    answer["parts"], answer["size"] = {}, 0
    return events


def finish_part(answer: Said, answer_id: str, part: str) -> list[Event]:
    """A part that has ended, whole."""
    held = answer["parts"].pop(part, None)
    if held is None:
        return []
    answer["size"] -= len(held["text"])
    return [_event(answer, answer_id, part, held, whole=True)]


def told(answer: Said, answer_id: str) -> list[Event]:
    """Every part of an answer as it is now."""
    return [_event(answer, answer_id, name, part, whole=False) for name, part in answer["parts"].items()]


def part_id(answer_id: str, part: str) -> str:
    """What the event of a part is known by."""
    return f"{answer_id}/{part}"


def about_call(answer: Said, answer_id: str, outcome: Fields) -> Event:
    """The call itself, with what it used and how it ended."""
    return Event(**{**_shared(answer), "kind": Kind.LLM_CALL, "native_id": answer_id, **outcome})


def _shared(answer: Said) -> Fields:
    shared = dict(as_dict(answer.get("about")))
    # What was remembered over a restart has the name and not the member.
    shared["ts_source"] = TsSource(shared.get("ts_source", TsSource.NONE))
    return shared


def _event(answer: Said, answer_id: str, name: str, part: Said, *, whole: bool) -> Event:
    text, number = part["text"], part["number"]
    if part["kind"] == "tool_call":
        fields = tool_call_fields(part.get("name"), text or None, part.get("call"))
    elif part["kind"] == "reasoning":
        fields = reasoning_fields(text)
    else:
        fields = text_fields(text, (Role.ASSISTANT, Trust.MODEL))
        if part["kind"] == "refusal":
            fields["refusal"] = True
    if not whole and fields.get("text"):
        fields["content_state"] = ContentState.TRUNCATED
    fields["native_id"] = part_id(answer_id, f"{name}.{number}" if number else name)
    return Event(**{**_shared(answer), **fields})
