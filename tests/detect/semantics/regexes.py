"""Regular expressions as trees, which are written as patterns and judged by trying everything."""

from collections.abc import Collection
from dataclasses import dataclass

from hypothesis import strategies as st

LETTERS = "aAbkK\u212asSſéÉ1 \n"


@dataclass(frozen=True)
class One:
    """One of these characters, or one that is none of them."""

    characters: str
    negated: bool = False


@dataclass(frozen=True)
class Mark:
    """``.``, ``^`` or ``$``."""

    sign: str


@dataclass(frozen=True)
class Several:
    """The same over and over."""

    tree: "Tree"
    least: int
    most: int | None


@dataclass(frozen=True)
class Joined:
    """One after the other, or one of them."""

    trees: tuple["Tree", ...]
    either: bool


Tree = One | Mark | Several | Joined


def written(tree: Tree) -> str:
    """The tree as a pattern."""
    match tree:
        case One(characters, negated):
            plain = characters.replace("\n", "\\n")
            return plain if len(characters) == 1 and not negated else f"[{'^' * negated}{plain}]"
        case Mark(sign):
            return sign
        case Several(inner, least, most):
            sign = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((least, most), f"{{{least},{most or ''}}}")
            return f"(?:{written(inner)}){sign}"
        case Joined(trees, either):
            return f"(?:{'|'.join(map(written, trees))})" if either else "".join(map(written, trees))


def found(tree: Tree, text: str, flags: Collection[str]) -> bool:
    """Whether the tree matches anywhere in the text."""
    return bool(_ends(tree, text, set(range(len(text) + 1)), flags))


def _ends(tree: Tree, text: str, starts: set[int], flags: Collection[str]) -> set[int]:
    match tree:
        case One(characters, negated):
            return {at + 1 for at in starts if at < len(text) and _among(text[at], characters, flags) is not negated}
        case Mark("."):
            return {at + 1 for at in starts if at < len(text) and (text[at] != "\n" or "s" in flags)}
        case Mark("^"):
            return {at for at in starts if at == 0 or ("m" in flags and text[at - 1] == "\n")}
        case Mark():
            return {at for at in starts if at == len(text) or ("m" in flags and text[at] == "\n")}
        case Joined(trees, True):
            return set().union(*(_ends(each, text, starts, flags) for each in trees))
        case Joined(trees):
            for each in trees:
                starts = _ends(each, text, starts, flags)
            return starts
        case Several(inner, least, most):
            ends = starts if least == 0 else set()
            for times in range(1, (most or len(text) + least + 1) + 1):
                starts = _ends(inner, text, starts, flags)
                ends = ends | starts if times >= least else ends
            return ends


def _among(character: str, characters: str, flags: Collection[str]) -> bool:
    if "i" not in flags:
        return character in characters
    return any(character.casefold() == one.casefold() for one in characters)


@st.composite
def like(draw: st.DrawFn, tree: Tree) -> str:
    """A text that may well have the pattern in it, or nearly."""
    match tree:
        case One(characters, negated):
            return draw(st.sampled_from(LETTERS if negated else characters + characters.swapcase()))
        case Mark("."):
            return draw(st.sampled_from("a\n"))
        case Mark():
            return draw(st.sampled_from(["", "\n"]))
        case Joined(trees, either):
            return "".join(draw(like(each)) for each in ([draw(st.sampled_from(trees))] if either else trees))
        case Several(inner, least, most):
            return "".join(draw(like(inner)) for _ in range(draw(st.integers(least, 2 if most is None else most))))


def _inner(trees: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    several = st.lists(trees, min_size=1, max_size=3).map(tuple)
    counts = st.sampled_from([(0, None), (1, None), (0, 1), (2, 2), (1, 2), (2, None)])
    return st.one_of(
        st.builds(Joined, several, st.booleans()),
        st.builds(lambda tree, count: Several(tree, *count), trees, counts),
    )


_CLASSES = st.lists(st.sampled_from(LETTERS), min_size=1, max_size=3, unique=True).map("".join)
_LEAVES: st.SearchStrategy[Tree] = st.one_of(
    st.builds(One, st.sampled_from(LETTERS)),
    st.builds(One, _CLASSES, st.booleans()),
    st.builds(Mark, st.sampled_from(".^$")),
)
_ANY_TREES: st.SearchStrategy[Tree] = st.recursive(_LEAVES, _inner, max_leaves=5)


def _framed(trees: tuple[Tree | None, ...]) -> Tree:
    return Joined(tuple(tree for tree in trees if tree), False)


_BEFORE: st.SearchStrategy[Tree | None] = st.sampled_from([None, Mark("^"), Mark(".")])
_AFTER: st.SearchStrategy[Tree | None] = st.sampled_from([None, Mark("$"), Mark(".")])
TREES: st.SearchStrategy[Tree] = st.tuples(_BEFORE, _ANY_TREES, _AFTER).map(_framed)
"""Often with something around them that the flags ``m`` and ``s`` change the meaning of."""
