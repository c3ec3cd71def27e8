"""What is not wrong with the selections of a rule, and still not as it should be."""

from collections.abc import Iterator
from typing import Any

from llmsec_tui.detect.sigma.document import Document, Place

_SPECIAL = "\\.^$*+?()[]{}|"
_WHOLE = ("startswith", "endswith", "contains")


def look(document: Document) -> None:
    """Note in the document what could be better."""
    for section in ("detection", "filter"):
        selections = document.data.get(section)
        if isinstance(selections, dict):
            _equal(document, selections, section)
            for place, key, value in items(selections, (section,)):
                _values(document, place, key.split("|")[1:], value)


def items(value: Any, place: Place) -> Iterator[tuple[Place, str, Any]]:
    """Every comparison below a place: where it stands, its field with modifiers, and its value or values."""
    if isinstance(value, list):
        for number, part in enumerate(value):
            yield from items(part, (*place, number))
    elif isinstance(value, dict):
        for key, part in value.items():
            here = (*place, key)
            if len(place) == 1 and key in ("condition", "rules"):
                continue
            plain = not isinstance(part, list) or not any(isinstance(one, dict | list) for one in part)
            # Directly below the section stand names of selections, not fields.
            if len(place) > 1 and plain and not isinstance(part, dict):
                yield here, key, part
            else:
                yield from items(part, here)


def twice(values: list[Any], modifiers: list[str]) -> Iterator[int]:
    """Positions of values that stood in the list before, by the case that the modifiers ask for."""
    seen = set()
    cased = not {"re", "cased", "base64", "base64offset"}.isdisjoint(modifiers)
    for number, value in enumerate(values):
        key = (type(value), value if cased or not isinstance(value, str) else value.lower())
        if key in seen:
            yield number
        seen.add(key)


def _equal(document: Document, selections: dict[str, Any], section: str) -> None:
    seen: list[tuple[str, Any]] = []
    for name, definition in selections.items():
        if name in ("condition", "rules") or not isinstance(definition, dict | list):
            continue
        if other := next((one for one, known in seen if known == definition), None):
            document.complain("equal-selections", f"{name!r} is the same as {other!r}", section, name)
        seen.append((name, definition))


def _values(document: Document, place: Place, modifiers: list[str], value: Any) -> None:
    values = value if isinstance(value, list) else [value]
    for number in twice(values, modifiers):
        document.complain("duplicate-value", f"{values[number]!r} is in this list before", *place, number)
    if None in values and len(values) > 1:
        message = "null among other values is read differently by different engines; use a selection of its own"
        document.complain("null-in-list", message, *place, values.index(None))
    if not modifiers and "*" in values:
        document.complain("wildcard-only", "* is any value at all: write 'exists: true'", *place)
    texts = [(number, one) for number, one in enumerate(values) if isinstance(one, str)]
    if "re" in modifiers:
        _patterns(document, place, texts)
    elif "contains" in modifiers and "all" not in modifiers and "windash" not in modifiers:
        _contained(document, place, texts, cased="cased" in modifiers)
    for number, text in texts:
        if not {"contains", "endswith"}.isdisjoint(modifiers) and text.startswith("*") and len(text) > 1:
            document.complain("idle-wildcard", f"the * before {text[1:]!r} changes nothing", *place, number)


def _patterns(document: Document, place: Place, texts: list[tuple[int, str]]) -> None:
    for number, text in texts:
        if text and not any(mark in text for mark in _SPECIAL):
            message = f"{text!r} has nothing regular about it; 'contains' is cheaper, and knows no case"
            document.complain("plain-pattern", message, *place, number)
        elif text.startswith(".*") or (text.endswith(".*") and not text.endswith("\\.*")):
            message = "patterns are found anywhere, so .* at an end changes nothing"
            document.complain("idle-wildcard", message, *place, number)


def _contained(document: Document, place: Place, texts: list[tuple[int, str]], *, cased: bool) -> None:
    folded = [(number, text if cased else text.lower()) for number, text in texts[:200]]
    for number, text in folded:
        other = next((one for _, one in folded if one and one != text and one in text), None)
        if other is not None and "*" not in other and "?" not in other:
            message = f"{text!r} is never needed: {other!r} is found wherever it is"
            document.complain("redundant-value", message, *place, number)
