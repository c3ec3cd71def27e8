"""What gives a rule away: strings of which a text must have one, and events to look at whatever their text says."""

from collections.abc import Mapping
from dataclasses import dataclass

from llmsec_tui.detect.fields import TEXT
from llmsec_tui.detect.match import needs
from llmsec_tui.detect.match.compile import on_text
from llmsec_tui.detect.match.literals import required
from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or, Text

MOST = 2**-12.5
"""How often, per character of text, the pieces of a clue may be expected to be found."""

Gate = Node | bool
"""A condition on the event alone."""


@dataclass(frozen=True, slots=True)
class Signs:
    """An event that a condition hits has a text with one of the pieces, or passes the gate ``silent``."""

    pieces: frozenset[str]
    """Of folded text, ODD among them."""
    silent: Gate


def signs(node: Node) -> Signs:
    """The signs of a condition, the rarer the better."""
    need = required(node)
    if need is not None:
        return Signs(needs.cover(need), False)
    match node:
        case And(parts) | Or(parts):
            found = [signs(part) for part in parts]
            pieces = frozenset[str]().union(*(one.pieces for one in found))
            return Signs(pieces, _joined([one.silent for one in found], every=isinstance(node, And)))
        case Leaf() | Not():
            return Signs(frozenset(), of_event(node))


@dataclass(frozen=True, slots=True)
class Clue:
    """A text on which a leaf holds has one of the pieces."""

    pieces: frozenset[str]
    is_all: bool
    """Every text with one of them is one on which the leaf holds."""


Clues = Mapping[Leaf, Clue | None]
"""The leaves on the text, with what a text must have for them to hold, where that is looked for."""


def clue(leaf: Leaf) -> Clue | None:
    """What to look for to find the texts on which a leaf holds; None when it would be found in too many."""
    match leaf:
        case Leaf(field=field, match=Text(cased=False) as text) if field is TEXT and text.literal:
            return Clue(frozenset({fold(text.literal)}), text.open_start and text.open_end)
    need = required(leaf)
    if need is None or needs.frequency(need) > MOST:
        return None
    return Clue(needs.cover(need), False)


def of_event(node: Node, *, unknown: bool = True) -> Gate:
    """What the condition demands of the event, whatever the text says.

    A leaf on the text counts as ``unknown``, and as the opposite below a 'not', so the gate is never too narrow.
    """
    match node:
        case Leaf():
            return unknown if on_text(node) else node
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
