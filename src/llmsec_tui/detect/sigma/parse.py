"""From a rule's ``detection`` block to a tree; what we cannot evaluate exactly is refused, with its place and why."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from yaml import ScalarEvent

from llmsec_tui.detect.fields import FIELDS, TEXT, Field, nearest
from llmsec_tui.detect.sigma import arrays, condition
from llmsec_tui.detect.sigma import modifiers as reading
from llmsec_tui.detect.sigma.condition import joined
from llmsec_tui.detect.sigma.document import Document, Place
from llmsec_tui.detect.sigma.modifiers import Modifiers
from llmsec_tui.detect.sigma.strings import MOST_VALUES, Refused
from llmsec_tui.detect.sigma.values import Placeholders, Value, to_matches
from llmsec_tui.detect.tree import Elements, Leaf, Node, Not

_NONE: Placeholders = {}


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the names in a selection mean."""

    document: Document
    placeholders: Placeholders
    fields: Mapping[str, Field]
    selection: str


def parse(
    document: Document,
    placeholders: Placeholders = _NONE,
    *,
    section: str = "detection",
    others: tuple[str, ...] = (),
    fields: Mapping[str, Field] = FIELDS,
) -> Node | None:
    """The tree of the selections and the condition in a section of a document.

    ``others`` are keys of the section that are no selections, ``fields`` what it may ask for. None when there are
    issues, which are all noted in the document.
    """
    before = len(document.issues)
    detection = document.data.get(section)
    if not isinstance(detection, dict):
        document.complain(section, f"{section!r} must be a mapping of selections and a condition", section)
        return None
    inside = {name: value for name, value in detection.items() if name not in others}
    tree = _detection(_Scope(document, placeholders, fields, ""), inside, (section,))
    return tree if len(document.issues) == before else None


def _detection(scope: _Scope, detection: Mapping[str, Any], place: Place) -> Node | None:
    selections = {
        name: _selection(replace(scope, selection=scope.selection or name), name, definition, (*place, name))
        for name, definition in detection.items()
        if name != "condition"
    }
    tree, used = condition.read(scope.document, detection.get("condition"), selections, (*place, "condition"))
    for name in selections:
        if used is not None and name not in used:
            scope.document.complain("unused-selection", f"the condition does not use {name!r}", *place, name)
    return tree


def _selection(scope: _Scope, name: str, definition: Any, place: Place) -> Node | None:
    """A mapping, a keyword, or a list of either."""
    if isinstance(definition, dict) and definition:
        return _mapping(scope, definition, place)
    if isinstance(definition, list) and definition:
        parts = [_selection(scope, name, part, (*place, index)) for index, part in enumerate(definition)]
        if not any(isinstance(part, list) for part in definition):
            return joined(parts, every=False)
    elif isinstance(definition, str | int | float) and not isinstance(definition, bool):
        return _keywords(scope, (), definition, place)
    message = f"the selection {name!r} must be a mapping of fields to values, keywords, or a list of either"
    scope.document.complain("selection", message, *place)
    return None


def _mapping(scope: _Scope, mapping: Mapping[str, Any], place: Place) -> Node | None:
    """All of the conditions on fields."""
    apart = Counter(key.split("|")[0].split("]")[0] for key in mapping if "[" in key.split("|")[0])
    nodes: list[Node | None] = []
    for key, value in mapping.items():
        array = key.split("|")[0].split("]")[0]
        here = (*place, key)
        if apart[array] > 1 and array.endswith(("[any", "[none")) and not array.startswith(arrays.MESSAGES):
            message = f"conditions on {array}] that stand apart may hold on different elements; put them below one key"
            scope.document.complain("array-apart", f"{message} {array}]", *here)
            nodes.append(None)
        else:
            nodes.append(_item(scope, key, value, here))
    return joined(nodes, every=True)


def _item(scope: _Scope, key: str, value: Any, place: Place) -> Node | None:
    name, *words = key.split("|")
    if not name:
        return _keywords(scope, words, value, place)
    try:
        if "[" in name:
            return _array(scope, name, words, value, place)
        field = _known(scope.fields, name)
    except Refused as refused:
        scope.document.complain(refused.code, refused.message, *place)
        # What is wrong with the modifiers is worth saying at once.
        _read(scope, words, place)
        return None
    return _compared(scope, field, words, value, place)


def _known(fields: Mapping[str, Field], name: str) -> Field:
    if name not in fields:
        raise Refused("unknown-field", f"there is no field {name!r}{nearest(name, fields)}")
    return fields[name]


def _array(scope: _Scope, name: str, words: list[str], value: Any, place: Place) -> Node | None:
    found = arrays.read(name)
    inside = replace(scope, fields=found.fields)
    node: Node | None
    if isinstance(value, dict) and value and not found.part and not words:
        node = _detection(inside, value, place) if "condition" in value else _mapping(inside, value, place)
    else:
        node = _compared(inside, arrays.part_of(found, name), words, value, place)
    if node is None or found.array is None:
        return node
    return Leaf(scope.selection, found.array, Elements(found.which, node))


def _keywords(scope: _Scope, words: list[str] | tuple[()], value: Any, place: Place) -> Node | None:
    """Texts to be found anywhere in the content."""
    if scope.fields is not FIELDS:
        scope.document.complain("keyword", "a keyword searches the whole text, so it cannot stand here", *place)
        return None
    modifiers = _read(scope, words, place)
    values = value if isinstance(value, list) else [value]
    if modifiers is None:
        return None
    if modifiers.kind not in ("", "re") or modifiers.anchor in ("startswith", "endswith") or None in values:
        message = "a keyword is found anywhere in the text; name a field for anything else, such as 'text|startswith'"
        scope.document.complain("keyword", message, *place)
        return None
    anchor = "contains" if not modifiers.kind else ""
    return _joined_values(scope, TEXT, replace(modifiers, anchor=anchor), value, place)


def _compared(scope: _Scope, field: Field, words: list[str], value: Any, place: Place) -> Node | None:
    modifiers = _read(scope, words, place)
    return None if modifiers is None else _joined_values(scope, field, modifiers, value, place)


def _read(scope: _Scope, words: list[str] | tuple[()], place: Place) -> Modifiers | None:
    modifiers, problems = reading.read(words)
    for code, message in problems:
        scope.document.complain(code, message, *place)
    return None if problems else modifiers


def _joined_values(scope: _Scope, field: Field, modifiers: Modifiers, value: Any, place: Place) -> Node | None:
    nodes: list[Node | None] = []
    before = len(scope.document.issues)
    for one, here in _values(scope.document, value, place):
        try:
            for matches in to_matches(field, modifiers, one, scope.placeholders, scope.fields):
                nodes.append(joined([Leaf(scope.selection, field, match) for match in matches], every=False))
        except Refused as refused:
            scope.document.complain(refused.code, f"{place[-1]}: {refused.message}", *here)
    if len(scope.document.issues) == before:
        for code, message in _list_problems(modifiers, value, len(nodes)):
            scope.document.complain(code, f"{place[-1]}: {message}", *place)
    if len(scope.document.issues) > before:
        return None
    node = joined(nodes, every=modifiers.every)
    return Not(node) if node is not None and modifiers.negated else node


def _values(document: Document, value: Any, place: Place) -> Iterator[tuple[Value, Place]]:
    several = enumerate(value) if isinstance(value, list) else None
    for one, here in [(value, place)] if several is None else [(each, (*place, at)) for at, each in several]:
        spot = document.spots.get(here)
        written = spot.value.value if spot and isinstance(spot.value, ScalarEvent) else str(one)
        yield Value(one, written), here


def _list_problems(modifiers: Modifiers, value: Any, many: int) -> Iterator[tuple[str, str]]:
    if not many:
        yield "value", "the list of values is empty"
    if many > MOST_VALUES:
        yield "value", f"these are {many:,} values; at most {MOST_VALUES:,} are possible"
    if modifiers.every and not modifiers.expand and (not isinstance(value, list) or len(value) < 2):
        yield "all-single", "'all' says that all of several values must be there; here is only one"
