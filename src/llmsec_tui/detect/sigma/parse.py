"""From a rule's ``detection`` block to a tree, by way of pySigma; what we cannot evaluate exactly is refused."""

from collections.abc import Iterator
from typing import Any

from sigma.conditions import (
    ConditionAND,
    ConditionIdentifier,
    ConditionItem,
    ConditionNOT,
    ConditionOR,
    ConditionSelector,
    SigmaCondition,
    unwrap_parse_result_operand,
)
from sigma.exceptions import SigmaError
from sigma.modifiers import modifier_mapping
from sigma.rule.detection import EmptySigmaDetections, SigmaDetectionItem

from llmsec_tui.detect.fields import FIELDS, Field, nearest
from llmsec_tui.detect.match import patterns
from llmsec_tui.detect.sigma.document import Document, Place
from llmsec_tui.detect.sigma.values import Refused, to_match
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or

_NO_MODIFIERS = frozenset({"expand", "minute", "hour", "day", "week", "month", "year"})
_ENCODINGS = frozenset({"base64", "base64offset", "wide", "utf16", "utf16be"})
_ANCHORS = frozenset({"contains", "startswith", "endswith"})


def parse(document: Document) -> Node | None:
    """The tree of ``detection``; None when there are issues, which are all noted in the document."""
    before = len(document.issues)
    detection = document.data.get("detection")
    if not isinstance(detection, dict):
        document.complain("detection", "'detection' must be a mapping of selections and a condition", "detection")
        return None
    selections = {
        name: _selection(document, name, definition, ("detection", name))
        for name, definition in detection.items()
        if name != "condition"
    }
    condition = _condition(document, detection)
    if condition is None:
        return None
    used: set[str] = set()
    tree = _resolve(document, condition, selections, used)
    for name in selections:
        if name not in used:
            document.complain("unused-selection", f"the condition does not use {name!r}", "detection", name)
    return tree if len(document.issues) == before else None


def _condition(document: Document, detection: dict[str, Any]) -> ConditionItem | None:
    text = detection.get("condition")
    if not isinstance(text, str):
        document.complain("condition", "'condition' must be one line of text", "detection", "condition")
        return None
    try:
        parsed = SigmaCondition(text, EmptySigmaDetections()).parse(postprocess=False)
        item = unwrap_parse_result_operand(parsed)
    except SigmaError as error:
        document.complain("condition", f"the condition cannot be read: {error}", "detection", "condition")
        return None
    return item if isinstance(item, ConditionItem) else None


def _resolve(document: Document, item: object, selections: dict[str, Node | None], used: set[str]) -> Node | None:
    match item:
        case ConditionIdentifier():
            names = [item.identifier] if item.identifier in selections else []
            found = _found(document, f"the selection {item.identifier!r}", names, selections, used)
            return found[0] if found else None
        case ConditionSelector():
            names = [name for name in selections if _selects(item.pattern, name)]
            found = _found(document, f"any selection like {item.pattern!r}", names, selections, used)
            return _joined(found, every=item.cond_class is ConditionAND)
        case ConditionNOT():
            part = _resolve(document, item.args[0], selections, used)
            return None if part is None else Not(part)
        case ConditionAND() | ConditionOR():
            parts = [_resolve(document, arg, selections, used) for arg in item.args]
            return _joined(parts, every=isinstance(item, ConditionAND))
    document.complain("condition", "the condition cannot be read", "detection", "condition")
    return None


def _found(
    document: Document, what: str, names: list[str], selections: dict[str, Node | None], used: set[str]
) -> list[Node | None]:
    if not names:
        document.complain("undefined-selection", f"there isn't {what}", "detection", "condition")
    used.update(names)
    return [selections[name] for name in names]


def _selects(pattern: str, name: str) -> bool:
    if pattern == "them":
        return not name.startswith("_")
    return patterns.compiled(pattern.replace("*", ".*")).fullmatch(name) is not None


def _joined(parts: list[Node | None], *, every: bool) -> Node | None:
    whole = tuple(part for part in parts if part is not None)
    if not whole or len(whole) < len(parts):
        return None
    if len(whole) == 1:
        return whole[0]
    return And(whole) if every else Or(whole)


def _selection(document: Document, name: str, definition: Any, place: Place) -> Node | None:
    if isinstance(definition, dict) and definition:
        items = [_item(document, name, key, value, (*place, key)) for key, value in definition.items()]
        return _joined(items, every=True)
    if isinstance(definition, list) and definition and all(isinstance(part, dict) for part in definition):
        parts = [_selection(document, name, part, (*place, index)) for index, part in enumerate(definition)]
        return _joined(parts, every=False)
    message = f"the selection {name!r} must be a mapping of fields to values, or a list of such mappings"
    document.complain("selection", message, *place)
    return None


def _item(document: Document, selection: str, key: str, value: Any, place: Place) -> Node | None:
    name, *modifiers = key.split("|")
    problems = [*_field_problems(name), *_modifier_problems(modifiers), *_value_problems(modifiers, value)]
    for code, message in problems:
        document.complain(code, message, *place)
    if problems:
        return None
    field = FIELDS[name]
    exact = not _ENCODINGS.isdisjoint(modifiers)
    try:
        item = SigmaDetectionItem.from_mapping(key, value)
        return _joined_values(selection, field, item, exact=exact)
    except SigmaError as error:
        document.complain("value", f"{key}: {error}", *place)
    except Refused as refused:
        document.complain(refused.code, f"{key}: {refused.message}", *place)
    return None


def _joined_values(selection: str, field: Field, item: SigmaDetectionItem, *, exact: bool) -> Node | None:
    nodes: list[Node | None] = []
    for value in item.value:
        match = to_match(field, value, exact=exact)
        found: list[Node | None] = [Leaf(selection, field, one) for one in match]
        nodes.append(_joined(found, every=False))
    node = _joined(nodes, every=item.value_linking is _AND)
    return Not(node) if node is not None and item.negated else node


_AND: object = ConditionAND


def _field_problems(name: str) -> Iterator[tuple[str, str]]:
    if not name:
        yield "keyword", "searches without a field are not supported; name one, such as 'text|contains'"
    elif "[" in name:
        yield "array-field", f"array fields such as {name!r} are not supported"
    elif name not in FIELDS:
        yield "unknown-field", f"there is no field {name!r}{nearest(name, FIELDS)}"


def _modifier_problems(modifiers: list[str]) -> Iterator[tuple[str, str]]:
    for modifier in modifiers:
        if modifier not in modifier_mapping:
            yield "unknown-modifier", f"there is no modifier {modifier!r}{nearest(modifier, modifier_mapping)}"
        elif modifier == "expand":
            yield "placeholder", "placeholders cannot be resolved here; write the values out"
        elif modifier in _NO_MODIFIERS:
            yield "unsupported-modifier", f"the modifier {modifier!r} is not supported"
    if "re" in modifiers and not _ANCHORS.isdisjoint(modifiers):
        yield "unsupported-modifier", "'re' finds its pattern anywhere already; anchor it with ^ or $ instead"
    if not _ENCODINGS.isdisjoint(modifiers) and _ANCHORS.isdisjoint(modifiers):
        yield "unsupported-modifier", "an encoded value is never the whole text; add 'contains'"


def _value_problems(modifiers: list[str], value: Any) -> Iterator[tuple[str, str]]:
    values = value if isinstance(value, list) else [value]
    if not values:
        yield "value", "the list of values is empty"
    for one in values:
        if not isinstance(one, str | int | float | bool | None):
            yield "value", f"{one!r} is not a plain value; quote it"
        elif one == "" and not _ANCHORS.isdisjoint(modifiers):
            yield "empty-literal", "an empty value is in every text"
        elif "re" in modifiers:
            if not isinstance(one, str):
                yield "value", f"the pattern {one!r} must be quoted"
            elif reason := patterns.problem(one):
                yield "pattern", reason
        elif isinstance(one, str) and _is_placeholder(one) and "expand" not in modifiers:
            yield "placeholder", f"{one!r} looks like a placeholder, and nothing would resolve it"


def _is_placeholder(value: str) -> bool:
    name = value[1:-1]
    return len(value) > 2 and value[0] == value[-1] == "%" and name.replace("_", "").replace("-", "").isalnum()
