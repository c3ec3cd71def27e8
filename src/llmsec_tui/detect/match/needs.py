"""What a folded text must contain before a condition can be true: a formula of 'and' and 'or' over pieces of text.

Being wrong towards "don't know" only costs time; being wrong the other way hides attacks. So whatever is not plainly
understood needs nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from llmsec_tui.detect.text.folding import fold


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these are needed."""

    parts: frozenset["Need"]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these is needed."""

    parts: frozenset["Need"]


Need = str | AllOf | AnyOf
"""A piece of folded text, or a combination."""

ODD = "\0odd"
"""Stands for a character that plain ASCII text doesn't have; no folded text contains this."""

_BITS = {
    letter: bits
    for bits, letters in (
        *((3.5, "etaoinsr"), (4.5, "hldcu"), (5.5, "mfpgwy"), (6.5, "bvk"), (9.5, "xjqz")),
        *((1.0, " "), (5.0, ".,-'/_:()\"0123456789"), (7.0, "=;*#+!?<>[]{}|\\`&$%"), (10.0, "@^~")),
    )
    for letter in letters
}
_OTHER_BITS = 14.0
MIN_BITS = 12.0
"""How unlikely a piece must be at a given place of English text, as -log2, to be worth looking for."""
SHORT = 9.0
"""The same for a value that is looked for as a whole, not as a part of a pattern."""
_MOST_PARTS = 3
"""Of many pieces that are all needed, looking for the rarest few rules out nearly as much."""
_COMMON_PIECES = """
about after all also and any are but can could does each every for from get had has have her him his how into
its just like make may more most must not now one only other our out over same she should some such than that
the their them then there these they this those time too two use used user was way well were what when where
which who will with without would you your
a an as at be by do he i if in is it me my no of on or so to up us we yes
able ation der ence ance ing ment ness pre red sing tion ver
"""
COMMON = frozenset(_COMMON_PIECES.split())
"""Words, and ends and beginnings of words, that are in nearly every text."""


def all_of(parts: Iterable[Need | None]) -> Need | None:
    """What remains certain when all parts hold."""
    known = {part for part in parts if part is not None}
    rarest = frozenset(sorted(known, key=_frequency)[:_MOST_PARTS])
    return AllOf(rarest) if len(rarest) > 1 else next(iter(rarest), None)


def any_of(parts: Iterable[Need | None]) -> Need | None:
    """What is certain when one of the parts holds: nothing, if nothing is for one of them."""
    found = list(parts)
    known = frozenset(part for part in found if part is not None)
    if None in found or not known:
        return None
    return AnyOf(known) if len(known) > 1 else next(iter(known))


def of_literal(literal: str, least: float = MIN_BITS) -> Need | None:
    """A literal, folded, if it is rare enough to be worth looking for."""
    folded = fold(literal)
    return folded if folded.strip(" ") not in COMMON and bits_of(folded) >= least else None


def cover(need: Need) -> frozenset[str]:
    """The rarest set of pieces of which every text that has what is needed contains one."""
    if isinstance(need, str):
        return frozenset({need})
    if isinstance(need, AnyOf):
        return frozenset().union(*(cover(part) for part in need.parts))
    return cover(min(need.parts, key=_frequency))


def frequency(need: Need) -> float:
    """How often, per character of text, the rarest pieces of what is needed are expected."""
    return sum(2 ** -bits_of(piece) for piece in cover(need))


def _frequency(need: Need) -> tuple[float, list[str]]:
    """To find the rarest; the pieces only make the order certain."""
    return frequency(need), sorted(cover(need))


def bits_of(piece: str) -> float:
    """How unlikely it is that a given place of English text says this, as -log2, letter by letter."""
    return sum(_BITS.get(character, _OTHER_BITS) for character in piece)
