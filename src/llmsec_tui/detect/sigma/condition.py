"""From the ``condition`` of a detection to a tree over its selections, by way of pySigma's grammar."""

from collections.abc import Mapping

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
from sigma.rule.detection import EmptySigmaDetections

from llmsec_tui.detect.fields import nearest
from llmsec_tui.detect.sigma.document import Document, Place
from llmsec_tui.detect.tree import And, Node, Not, Or

MOST_CHARACTERS = 4_000
MOST_DEEP = 30
"""Parentheses and 'not' inside each other; pySigma's parser calls itself a dozen times for each."""

Selections = Mapping[str, Node | None]
"""Those that are wrong are None."""


def joined(parts: list[Node | None], *, every: bool) -> Node | None:
    """All of the parts, or any of them; None when there are none, or one of them is wrong."""
    whole = tuple(part for part in parts if part is not None)
    if not whole or len(whole) < len(parts):
        return None
    if len(whole) == 1:
        return whole[0]
    return And(whole) if every else Or(whole)


def read(
    document: Document, condition: object, selections: Selections, place: Place
) -> tuple[Node | None, set[str] | None]:
    """The tree, or None when issues were noted; and the selections that it uses, or None when that is not known.

    Several conditions are an 'or'.
    """
    used: set[str] = set()
    several = condition if isinstance(condition, list) else [condition]
    if not several or not all(isinstance(one, str) for one in several):
        document.complain("condition", "'condition' must be one line of text, or a list of such lines", *place)
        return None, None
    trees: list[Node | None] = []
    readable = True
    for index, text in enumerate(several):
        here = (*place, index) if isinstance(condition, list) else place
        item = _parsed(document, text, here)
        readable = readable and item is not None
        trees.append(None if item is None else _resolved(document, item, selections, used, here))
    return joined(trees, every=False), used if readable else None


def _parsed(document: Document, text: str, place: Place) -> ConditionItem | None:
    if len(text) > MOST_CHARACTERS or _depth(text) > MOST_DEEP:
        message = f"the condition is longer than {MOST_CHARACTERS:,} characters or deeper than {MOST_DEEP} levels"
        document.complain("condition", message, *place)
        return None
    try:
        parsed = SigmaCondition(text, EmptySigmaDetections()).parse(postprocess=False)
        item = unwrap_parse_result_operand(parsed)
    except SigmaError as error:
        document.complain("condition", f"the condition cannot be read: {error}", *place)
        return None
    if isinstance(item, ConditionItem):
        return item
    document.complain("condition", "the condition cannot be read", *place)
    return None


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    words = text.replace("(", " ( ").split()
    return deepest + max((run for run in _runs(words, "not")), default=0)


def _runs(words: list[str], wanted: str) -> list[int]:
    runs = [0]
    for word in words:
        runs.append(runs[-1] + 1 if word == wanted else 0)
    return runs


def _resolved(document: Document, item: object, selections: Selections, used: set[str], place: Place) -> Node | None:
    match item:
        case ConditionIdentifier():
            if item.identifier not in selections:
                message = f"there isn't the selection {item.identifier!r}{nearest(item.identifier, selections)}"
                document.complain("undefined-selection", message, *place)
                return None
            used.add(item.identifier)
            return selections[item.identifier]
        case ConditionSelector():
            names = [name for name in selections if _selects(item.pattern, name)]
            if not names:
                message = f"there isn't any selection like {item.pattern!r}"
                document.complain("undefined-selection", message, *place)
            used.update(names)
            return joined([selections[name] for name in names], every=item.cond_class is ConditionAND)
        case ConditionNOT():
            part = _resolved(document, item.args[0], selections, used, place)
            return None if part is None else Not(part)
        case ConditionAND() | ConditionOR():
            parts = [_resolved(document, arg, selections, used, place) for arg in item.args]
            return joined(parts, every=isinstance(item, ConditionAND))
    document.complain("condition", "the condition cannot be read", *place)
    return None


def _selects(pattern: str, name: str) -> bool:
    """Names with an underscore in front are meant only by patterns with one."""
    if name.startswith("_") and not pattern.startswith("_"):
        return False
    return pattern == "them" or _like(pattern.split("*"), name)


def _like(pieces: list[str], name: str) -> bool:
    """Whether a name is the pieces with anything between them."""
    if len(pieces) == 1:
        return name == pieces[0]
    first, *middle, last = pieces
    if not name.startswith(first) or not name.endswith(last) or len(name) < len(first) + len(last):
        return False
    inner, at = name[len(first) : len(name) - len(last)], 0
    for piece in middle:
        found = inner.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return True
