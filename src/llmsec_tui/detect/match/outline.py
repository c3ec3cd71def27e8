"""A condition in outline, for events whose text allows it: whatever it asks of the text alone is one part."""

from dataclasses import dataclass

from llmsec_tui.detect.match.compile import on_text
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or, leaves


@dataclass(frozen=True, slots=True)
class Settled:
    """A part on the text alone that holds wherever the text allows the condition."""


@dataclass(frozen=True, slots=True)
class OfText:
    """A part on the text alone that has to be asked."""

    number: int


@dataclass(frozen=True, slots=True)
class Joined:
    """All of the parts, or any of them."""

    parts: tuple["Part", ...]
    every: bool


@dataclass(frozen=True, slots=True)
class Opposite:
    """Not this."""

    part: "Part"


Part = Leaf | Settled | OfText | Joined | Opposite
"""Its leaves look at the event, or at what is computed from the text."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A condition as parts."""

    whole: Part
    of_text: tuple[Node, ...]
    """What each :class:`OfText` stands for, by its number."""


def outline(tree: Node) -> Outline:
    """The outline of a condition."""
    of_text: list[Node] = []

    def part(node: Node, *, is_needed: bool) -> Part:
        if all(map(on_text, leaves(node))):
            if is_needed:
                return Settled()
            of_text.append(node)
            return OfText(len(of_text) - 1)
        match node:
            case Leaf():
                return node
            case Not(inner):
                return Opposite(part(inner, is_needed=False))
            case And(parts):
                return Joined(tuple(part(one, is_needed=is_needed) for one in parts), every=True)
            case Or(parts):
                return Joined(tuple(part(one, is_needed=False) for one in parts), every=False)

    whole = part(tree, is_needed=True)
    return Outline(whole, tuple(of_text))
