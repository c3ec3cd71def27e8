"""A condition in the forms that the engine runs."""

from collections.abc import Mapping
from dataclasses import dataclass

from llmsec_tui.detect.fields import FieldType
from llmsec_tui.detect.match import shapes
from llmsec_tui.detect.match.compile import cheapest_first, on_text, signals
from llmsec_tui.detect.match.outline import Outline, outline
from llmsec_tui.detect.match.signs import Gate, Signs, exact_mark, of_any_text, of_event, of_plain_text
from llmsec_tui.detect.match.syntax import Unclear
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or, SameAs, leaves


@dataclass(frozen=True, slots=True)
class Compiled:
    """One condition, made once."""

    tree: Node
    plan: Node
    """The same, in the order in which it is cheapest to evaluate."""
    outline: Outline
    """The same once more, its parts on the text in the order of ``plan``."""
    gate: Gate
    """Where the event around the text allows a hit."""
    text_leaves: tuple[Leaf, ...]
    event_leaves: tuple[Leaf, ...]
    signs: Signs
    """What any text or an event must have to be hit."""
    plain_signs: Signs
    """The same for texts of plain ASCII."""
    exact: Mapping[Leaf, str]
    """Leaves with the mark among ``plain_signs`` that every plain text has on which the leaf holds, and no other."""
    lowered: frozenset[str]
    """String fields that it needs in lower case."""
    signals: frozenset[str]
    """Signals that it looks at."""


def compile_tree(tree: Node) -> Compiled:
    """All forms of a condition."""
    found = tuple(dict.fromkeys(leaves(tree)))
    on_texts = tuple(leaf for leaf in found if on_text(leaf))
    plain_signs = of_plain_text(tree)
    exact = {leaf: mark for leaf in on_texts if (mark := exact_mark(leaf)) in plain_signs.marks and mark}
    plan = _marked_first(cheapest_first(tree), plain_signs.marks)
    return Compiled(
        tree=tree,
        plan=plan,
        outline=outline(plan),
        gate=of_event(tree),
        text_leaves=on_texts,
        event_leaves=tuple(leaf for leaf in found if not on_text(leaf)),
        signs=of_any_text(tree),
        plain_signs=plain_signs,
        exact=exact,
        lowered=frozenset(name for leaf in found for name in _lowered(leaf)),
        signals=frozenset[str]().union(*map(signals, found)),
    )


def _marked_first(node: Node, marks: frozenset[str]) -> Node:
    """The same condition with that first which made a text suspicious: most are cleared by looking at it closely."""
    match node:
        case Leaf():
            return node
        case Not(part):
            return Not(_marked_first(part, marks))
        case And(parts) | Or(parts):
            ordered = sorted(parts, key=lambda part: not any(_has_mark(leaf, marks) for leaf in leaves(part)))
            return type(node)(tuple(_marked_first(part, marks) for part in ordered))


def _has_mark(leaf: Leaf, marks: frozenset[str]) -> bool:
    try:
        shape = shapes.of_leaf(leaf) if on_text(leaf) else None
    except Unclear:
        return False
    return shape is not None and shape.expression in marks


def _lowered(leaf: Leaf) -> list[str]:
    if leaf.field.type is not FieldType.STRING:
        return []
    other = [leaf.match.field.name] if isinstance(leaf.match, SameAs) else []
    return [leaf.field.name, *other]
