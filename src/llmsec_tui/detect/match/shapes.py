"""What a match looks like in a folded text of plain ASCII: short and rare enough to be looked for with all others.

Whatever a pattern or a string matches in a plain text, the folded text has its shape; not the other way round. A plain
character folds to itself in lower case, white space to one space, or to nothing after other white space. Case, flags,
anchors and long counts are let go, and so is everything but the rarest stretch: whoever has the shape is looked at.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log2
from typing import Any

import polars as pl

from llmsec_tui.detect.kept import kept
from llmsec_tui.detect.match.needs import COMMON, bits_of
from llmsec_tui.detect.match.syntax import Atom, Choice, Edge, Repeat, Sequence, Syntax, Unclear, folds, parse
from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.tree import Leaf, Regex, Text, Wild

_COUNTED = 32
"""Counts up to this are looked at."""
_NEAR = 15
"""Something may be so far from the next thing without breaking the stretch."""
_SMALL = 100
"""What may be there or not breaks the stretch when it has more atoms than this."""
_BOTH, _LONG, _FAR = 10.0, 500, 7.0
"""Two stretches are looked for together when each is so unlikely, as -log2, and they are not longer; the second may
stand in 2 to the power of so many places."""
LARGE = 400
"""Atoms, or choices, that a stretch may have."""
_WORD, _COMMON_WORD, _RUN = 14.0, 7.0, 10.0
"""How unlikely a word may be said to be, as -log2: words are more frequent than their letters make them. A run of many
characters of a class may be as rare as it likes; it takes long to look for."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An expression for Hyperscan, in ASCII and without flags, that cannot reach over a line break."""

    expression: str
    frequency: float
    """How often, per character of English text, it may be expected."""


@lru_cache(4_096)
def of_leaf(leaf: Leaf) -> Shape | None:
    """The shape of what a leaf on the text looks for; None when no plain text has it.

    Raises :class:`Unclear` when a plain text may have it in too many shapes.
    """
    match leaf.match:
        case Regex(pattern):
            found = _of_pattern(pattern)
            if isinstance(found, str):
                raise Unclear(found)
            return found
        case Text() as text:
            return of_syntax(Sequence(tuple(_of_text(text))))
    raise Unclear(str(leaf.match))


def _plain(found: Shape | str | None) -> Any:
    return [found.expression, found.frequency] if isinstance(found, Shape) else found


def _shape(plain: Any) -> Shape | str | None:
    return Shape(*plain) if isinstance(plain, list) else plain


@kept("shape", _plain, _shape)
def _of_pattern(pattern: str) -> Shape | str | None:
    """As :func:`of_leaf`, for a pattern; the reason where that is unclear."""
    try:
        return of_syntax(parse(pattern))
    except Unclear as unclear:
        return str(unclear)


def _of_text(text: Text) -> Iterator[Syntax]:
    for part in text.parts:
        if isinstance(part, str):
            yield from (Atom(pl.escape_regex(character)) for character in fold(part))
        else:
            yield Repeat(Atom("."), 0, None) if part is Wild.ANY else Atom(".")


def of_syntax(tree: Syntax) -> Shape | None:
    """As :func:`of_leaf`, for a pattern."""
    made = _rarest(tree)
    if made is None:
        return None
    if not made.expression:
        raise Unclear("any text")
    return Shape(made.expression, 2**-made.bits)


@dataclass(frozen=True, slots=True)
class _Made:
    expression: str
    bits: float
    """How unlikely it is at a given place, as -log2."""
    solid: bool
    """It ends in a character that is no space, so that a space after it is not swallowed."""


_ANYTHING = _Made("", 0, False)


def _rarest(tree: Syntax) -> _Made | None:
    """Of what must be there, the stretch, or two in a row, that is least likely; None when nothing can be there."""
    if isinstance(tree, Choice):
        return _any_of([_rarest(part) for part in tree.parts])
    best = _ANYTHING
    before: tuple[Syntax, ...] = ()
    gap = ""
    for part in _stretches(tree.parts if isinstance(tree, Sequence) else (tree,)):
        if isinstance(part, str):
            gap = part
            continue
        stretch = part if isinstance(part, tuple) else ()
        made = _sequence(_trimmed(part), solid=True) if isinstance(part, tuple) else part
        if made is None:
            return None
        both = _joined(before, gap, stretch) if gap else made
        best = max(best, made, both, key=lambda one: one.bits)
        before, gap = stretch, ""
    return best


def _joined(one: tuple[Syntax, ...], gap: str, other: tuple[Syntax, ...]) -> _Made:
    """Two stretches with a gap between, if that is worth it."""
    first = _sequence(_from_start(one), solid=True)
    second = _sequence(_to_end(other), solid=first is not None and first.solid)
    if first is None or second is None or min(first.bits, second.bits) < _BOTH:
        return _ANYTHING
    expression = first.expression + gap + second.expression
    return _ANYTHING if len(expression) > _LONG else _Made(expression, first.bits + second.bits - _FAR, second.solid)


def _stretches(parts: Iterable[Syntax]) -> Iterator[tuple[Syntax, ...] | str | _Made | None]:
    """What must be there: parts in a row, or the rarest of a larger part; between rows, as an expression, a gap."""
    stretch: list[Syntax] = []
    for part in parts:
        match part:
            case Repeat(Atom() as atom, low, _) if low and _wanders(part):
                yield from ((*stretch, Repeat(atom, low, low)), _between(part))
                stretch = []
            case Repeat(_, 0, _) if _size(part) > _SMALL or _wanders(part):
                yield from (tuple(stretch), _between(part))
                stretch = []
            case Choice() if _wanders(part):
                yield from (tuple(stretch), _rarest(part))
                stretch = []
            case Repeat(inner, _, _) if _wanders(part):
                yield from (tuple(stretch), _rarest(inner))
                stretch = []
            case _ if len(stretch) >= LARGE or (stretch and _size(part) > LARGE):
                yield tuple(stretch)
                stretch = [part]
            case _:
                stretch.append(part)
    yield tuple(stretch)


def _between(part: Syntax) -> str:
    """Any number of the characters of a part."""
    characters = frozenset[str]().union(*(folds(one) for one in _atoms(part)))
    return f"{_written(characters)}*" if characters else ""


def _atoms(node: Syntax) -> Iterator[str]:
    match node:
        case Atom(written):
            yield written
        case Repeat(part):
            yield from _atoms(part)
        case Sequence(parts) | Choice(parts):
            for part in parts:
                yield from _atoms(part)


def _wanders(node: Syntax) -> bool:
    """Whether two things in it may be far from one another."""
    match node:
        case Atom() | Edge():
            return False
        case Repeat(Atom(written)) if folds(written) <= {" "}:
            return False
        case Repeat(part, _, high):
            return high is None or high > _NEAR or _wanders(part)
        case Sequence(parts) | Choice(parts):
            return any(map(_wanders, parts))


def _size(node: Syntax) -> int:
    match node:
        case Atom() | Edge():
            return 1
        case Repeat(part, low, high):
            return _size(part) * max(min(low, _COUNTED), min(high or 1, _NEAR))
        case Sequence(parts) | Choice(parts):
            return sum(map(_size, parts))


def _trimmed(parts: tuple[Syntax, ...]) -> tuple[Syntax, ...]:
    """Without what may be there or not at either end: less to look at, and fewer places where it ends."""
    return _to_end(_from_start(parts))


def _to_end(parts: tuple[Syntax, ...]) -> tuple[Syntax, ...]:
    return _from_start(parts[::-1])[::-1]


def _from_start(parts: tuple[Syntax, ...]) -> tuple[Syntax, ...]:
    for at, part in enumerate(parts):
        match part:
            case Edge():
                continue
            case Repeat(_, 0, _):
                return _from_start(parts[at + 1 :])
            case Repeat(inner, low, high) if low != high:
                return (Repeat(inner, low, low), *parts[at + 1 :])
        return parts
    return ()


def _made(node: Syntax, *, solid: bool) -> _Made | None:
    """``solid``: it follows a character that is no space, or begins the stretch. None when it cannot be."""
    match node:
        case Atom(written):
            return _atom(folds(written), solid=solid)
        case Edge(written):
            return _Made(written if written == "\\b" else "", 0, solid)
        case Repeat(Atom(written), low, high):
            return _run(folds(written), low, high, solid=solid)
        case Repeat(part, low, high):
            return _repeat(part, low, high, solid=solid)
        case Sequence(parts):
            return _sequence(parts, solid=solid)
        case Choice(parts):
            return _choice(parts, solid=solid)


def _atom(characters: frozenset[str], *, solid: bool) -> _Made | None:
    if not characters:
        return None
    if solid or " " not in characters:
        return _Made(_written(characters), _bits(characters), " " not in characters)
    return _Made(f"{_written(characters)}?", 0, False)


def _run(characters: frozenset[str], low: int, high: int | None, *, solid: bool) -> _Made | None:
    """So many of these characters."""
    if not characters or high == 0:
        return None if low else _Made("", 0, solid)
    if characters == {" "}:
        return _atom(characters, solid=True) if low and solid else _Made("\\x20?", 0, False)
    low = min(low, int(solid) if " " in characters else _COUNTED)
    solid = " " not in characters and (solid or low > 0)
    bits = min(low * _bits(characters), max(_RUN, _bits(characters)))
    return _Made(_written(characters) + _counted(low, high), bits, solid)


def _repeat(part: Syntax, low: int, high: int | None, *, solid: bool) -> _Made | None:
    made = _made(part, solid=solid and high == 1)
    if made is None or high == 0:
        return None if low else _Made("", 0, solid)
    low = min(low, _COUNTED)
    return _Made(f"(?:{made.expression}){_counted(low, high)}", low * made.bits, made.solid and (solid or low > 0))


def _counted(low: int, high: int | None) -> str:
    if low == high:
        return "" if low == 1 else f"{{{low}}}"
    if high is None or high > max(low, _NEAR):
        return {0: "*", 1: "+"}.get(low, f"{{{low},}}")
    return "?" if (low, high) == (0, 1) else f"{{{low},{high}}}"


def _sequence(parts: Iterable[Syntax], *, solid: bool) -> _Made | None:
    expression, bits, word = "", 0.0, ""
    for part in parts:
        made = _made(part, solid=solid)
        if made is None:
            return None
        expression, solid = expression + made.expression, made.solid
        if made.expression.isalpha():
            word += made.expression
        else:
            bits, word = bits + _word_bits(word) + made.bits, ""
    return _Made(expression, bits + _word_bits(word), solid)


def _word_bits(word: str) -> float:
    return min(bits_of(word), _COMMON_WORD if word in COMMON else _WORD)


def _choice(parts: Iterable[Syntax], *, solid: bool) -> _Made | None:
    made = [one for part in parts if (one := _made(part, solid=solid)) is not None]
    if not made:
        return None
    expressions = dict.fromkeys(one.expression for one in made)
    bits = max(-log2(sum(2**-one.bits for one in made)), 0)
    return _Made(f"(?:{'|'.join(expressions)})", bits, all(one.solid for one in made))


def _any_of(every: Iterable[_Made | None]) -> _Made | None:
    made = [one for one in every if one is not None]
    if not made:
        return None
    if not all(one.expression for one in made):
        return _ANYTHING
    expressions = dict.fromkeys(one.expression for one in made)
    bits = max(-log2(sum(2**-one.bits for one in made)), 0)
    return _Made(f"(?:{'|'.join(expressions)})", bits, all(one.solid for one in made))


@cache
def _bits(characters: frozenset[str]) -> float:
    return max(-log2(sum(2 ** -bits_of(one) for one in characters)), 0)


@cache
def _written(characters: frozenset[str]) -> str:
    codes = sorted(map(ord, characters))
    starts = [code for code in codes if code - 1 not in codes]
    ends = [code for code in codes if code + 1 not in codes]
    ranges = [
        _code(low) if low == high else f"{_code(low)}-{_code(high)}" for low, high in zip(starts, ends, strict=True)
    ]
    return ranges[0] if len(codes) == 1 else f"[{''.join(ranges)}]"


def _code(code: int) -> str:
    return chr(code) if chr(code).isalnum() else f"\\x{code:02x}"
