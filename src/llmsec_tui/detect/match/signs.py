"""What gives a rule away: marks of which a text must have one, and events to look at whatever their text says."""

from collections.abc import Callable
from dataclasses import dataclass

from llmsec_tui.detect import fields
from llmsec_tui.detect.match import needs, shapes
from llmsec_tui.detect.match.compile import on_content, on_text
from llmsec_tui.detect.match.literals import required
from llmsec_tui.detect.match.shapes import Shape
from llmsec_tui.detect.match.syntax import Unclear
from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or, Text

MOST = 2**-10
"""How often, per character of text, the shapes of a condition may be expected to be found."""

Gate = Node | bool
"""A condition on the event alone."""


@dataclass(frozen=True, slots=True)
class Signs:
    """An event that a condition hits has a text with one of the marks, or passes the gate ``silent``."""

    marks: frozenset[str]
    silent: Gate


def of_any_text(node: Node) -> Signs:
    """The signs of a condition; the marks are pieces of folded text, ODD among them."""
    return _signs(node, _pieces)


def of_plain_text(node: Node) -> Signs:
    """The signs of a condition for texts of plain ASCII; the marks are shapes of folded text."""
    return _signs(node, _shapes)


def _signs(node: Node, marks: Callable[[Node], frozenset[str] | None]) -> Signs:
    found = marks(node)
    if found is not None:
        return Signs(found, False)
    match node:
        case And(parts) | Or(parts):
            signs = [_signs(part, marks) for part in parts]
            every = frozenset[str]().union(*(one.marks for one in signs))
            return Signs(every, _joined([one.silent for one in signs], every=isinstance(node, And)))
        case Leaf() | Not():
            return Signs(frozenset(), of_event(node))


def _pieces(node: Node) -> frozenset[str] | None:
    need = required(node)
    return None if need is None else needs.cover(need)


def _shapes(node: Node) -> frozenset[str] | None:
    found = _rarest(node)
    if found is None or _frequency(found) > MOST:
        return None
    return frozenset(shape.expression for shape in found)


def _rarest(node: Node) -> frozenset[Shape] | None:
    """Of the sets of shapes of which a plain text must have one, the rarest; None when there is none."""
    match node:
        case Leaf() if on_text(node):
            try:
                shape = shapes.of_leaf(node)
            except Unclear:
                return None
            return frozenset(() if shape is None else (shape,))
        case Leaf() | Not():
            return None
        case And(parts):
            found = [one for part in parts if (one := _rarest(part)) is not None]
            return min(found, key=lambda one: (_frequency(one), len(one), sorted(map(repr, one))), default=None)
        case Or(parts):
            every = [_rarest(part) for part in parts]
            known = [one for one in every if one is not None]
            return frozenset[Shape]().union(*known) if len(known) == len(every) else None


def _frequency(found: frozenset[Shape]) -> float:
    return sum(sorted(shape.frequency for shape in found))


def exact_mark(leaf: Leaf) -> str | None:
    """The shape that a plain text has if, and only if, the leaf holds on it; None when there is none."""
    match leaf:
        case Leaf(field=field, match=Text(cased=False) as text) if field is fields.TEXT:
            whole = text.literal and text.open_start and text.open_end and len(fold(text.literal)) <= shapes.LARGE
            if whole and (shape := shapes.of_leaf(leaf)):
                return shape.expression
    return None


def of_event(node: Node, *, unknown: bool = True) -> Gate:
    """What the condition demands of the event, whatever the text says.

    A leaf on the text, or on a signal of it, counts as ``unknown``, and as the opposite below a 'not', so the gate is
    never too narrow.
    """
    match node:
        case Leaf():
            return unknown if on_content(node) else node
        case Not(part):
            inner = of_event(part, unknown=not unknown)
            return not inner if isinstance(inner, bool) else Not(inner)
        case And(parts) | Or(parts):
            return _joined([of_event(part, unknown=unknown) for part in parts], every=isinstance(node, And))


def _joined(gates: list[Gate], *, every: bool) -> Gate:
    """All of the gates, or any of them."""
    if any(gate is not every for gate in gates if isinstance(gate, bool)):
        return not every
    nodes = tuple(dict.fromkeys(gate for gate in gates if not isinstance(gate, bool)))
    if len(nodes) > 1:
        return And(nodes) if every else Or(nodes)
    return nodes[0] if nodes else every
