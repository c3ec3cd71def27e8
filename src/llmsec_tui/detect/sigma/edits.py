"""Change single places in the text of a rule file and leave everything else as it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from yaml import ScalarEvent

from llmsec_tui.detect.sigma.document import Document, Place, Spot


class How(Enum):
    """What becomes of the value at a place."""

    SET = "set"
    DROP = "drop"
    RENAME = "rename"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change in the text, and what it is to change in the data."""

    start: int
    """In characters of the file."""
    end: int
    text: str
    line: int
    code: str
    says: str
    place: Place
    how: How
    value: Any = None
    """The new value, or the new key."""


def replaced(document: Document, text: str, place: Place, code: str, value: Any, written: str) -> Iterator[Edit]:
    """Another scalar at a place; nothing where the old one is not written on one line."""
    spot = document.spots[place]
    if not isinstance(spot.value, ScalarEvent) or (around := _bounds(spot, text)) is None:
        return
    start, end = around
    says = f"{text[start:end]} is now {written}"
    yield Edit(start, end, written, spot.mark.line + 1, code, says, place, How.SET, value)


def requoted(document: Document, text: str, place: Place, code: str, value: str) -> Iterator[Edit]:
    """Another plain word at a place, in the quotes of the old one."""
    spot = document.spots[place]
    quote = (spot.value.style or "") if isinstance(spot.value, ScalarEvent) else "|"
    if quote in ("", "'", '"') and not any(mark in value for mark in "'\"\\: #"):
        yield from replaced(document, text, place, code, value, f"{quote}{value}{quote}")


def renamed(document: Document, text: str, place: Place, code: str, key: str) -> Iterator[Edit]:
    """Another key; nothing where the old one is not written as it reads."""
    spot, old = document.spots[place], str(place[-1])
    start = spot.mark.index + (text[spot.mark.index : spot.mark.index + 1] in ("'", '"'))
    if text.startswith(old, start):
        says = f"{old} is now {key}"
        yield Edit(start, start + len(old), key, spot.mark.line + 1, code, says, place, How.RENAME, key)


def dropped(document: Document, text: str, place: Place, code: str) -> Iterator[Edit]:
    """One entry of a list less; nothing where a comment would be lost or the entry is not alone on its line."""
    spot, before = document.spots[place], document.spots[(*place[:-1], int(place[-1]) - 1)]
    around, earlier = _bounds(spot, text), _bounds(before, text)
    if around is None or earlier is None:
        return
    start, end = around
    line, after = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    after = len(text) if after < 0 else after + 1
    says = f"{text[start:end]} is out, as it is in the list before"
    if text[line:start].strip() == "-" and not text[end:after].strip():
        yield Edit(line, after, "", spot.mark.line + 1, code, says, place, How.DROP)
    elif text[earlier[1] : start].replace(" ", "") == ",":
        yield Edit(earlier[1], end, "", spot.mark.line + 1, code, says, place, How.DROP)


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text with all edits, none of which overlap."""
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def expected(data: Mapping[str, Any], edits: Sequence[Edit]) -> Any:
    """What must be read from the text once the edits are made."""
    return _expected(data, (), {edit.place: edit for edit in edits})


def _expected(value: Any, place: Place, edits: Mapping[Place, Edit]) -> Any:
    edit = edits.get(place)
    if edit is not None and edit.how is How.SET:
        return edit.value
    if isinstance(value, dict):
        return {_key(edits.get((*place, key)), key): _expected(one, (*place, key), edits) for key, one in value.items()}
    if isinstance(value, list):
        kept = [(*place, number) for number in range(len(value)) if not _drops(edits.get((*place, number)))]
        return [_expected(value[int(one[-1])], one, edits) for one in kept]
    return value


def _key(edit: Edit | None, key: str) -> str:
    return str(edit.value) if edit is not None and edit.how is How.RENAME else key


def _drops(edit: Edit | None) -> bool:
    return edit is not None and edit.how is How.DROP


def _bounds(spot: Spot, text: str) -> tuple[int, int] | None:
    """Where a scalar on one line begins and ends, with its quotes."""
    event = spot.value
    if not isinstance(event, ScalarEvent) or event.start_mark is None or event.end_mark is None:
        return None
    start, end = event.start_mark.index, event.end_mark.index
    if event.style in ("|", ">") or "\n" in text[start:end] or event.tag or event.anchor:
        return None
    return start, end
