"""Find the spans of a text that are personal data or secrets, in time linear in its length."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import re2

from llmsec_tui.masking.shapes import SHAPES, Shape


class Span(NamedTuple):
    """A piece of text that is not for everybody."""

    start: int
    """In characters; ``end`` is exclusive."""
    end: int
    what: str
    """email | phone | card | iban | id | key | token | password"""


def _compiled(pattern: bytes) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Full-width forms of ASCII, which are as long in characters."""
_ESCAPED = {f"\\{letter}": "  " for letter in 'nrtfb"/'}
"""In JSON within a text; else the ``n`` of a line break would belong to the word after it."""
_FINDERS = tuple((shape, _compiled(shape.pattern)) for shape in SHAPES)
_ANY = _compiled(b"|".join(b"(?:" + shape.pattern + b")" for shape in SHAPES))


def find(text: str) -> list[Span]:
    """The spans in order, none touching another; what two shapes claim in part is one span with the first's name."""
    plain = _plain(text)
    data = plain.encode("utf-8", "replace")
    if _ANY.search(data) is None:
        return []
    found = [(*span, rank) for rank, (shape, finder) in enumerate(_FINDERS) for span in _places(shape, finder, data)]
    return list(_in_characters(_joined(sorted(found)), data))


def _plain(text: str) -> str:
    """The text as the shapes read it, character for character at the same place."""
    plain = text if text.isascii() else text.translate(_WIDE)
    if "\\" in plain:
        for escaped, spaces in _ESCAPED.items():
            plain = plain.replace(escaped, spaces)
    return plain


def _places(shape: Shape, finder: re2._Regexp, data: bytes) -> Iterator[tuple[int, int]]:
    """In bytes."""
    group = min(finder.groups, 1)
    for match in finder.finditer(data):
        start, end = match.span(group)
        found = data[start:end].decode("utf-8", "replace")
        if shape.within is not None:
            yield from ((start + first, start + last) for first, last in shape.within(found))
        elif shape.holds(found):
            yield start, end


def _joined(found: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Those that overlap or touch as one, with the rank of the first of the shapes."""
    start, end, rank = -1, -1, 0
    for first, last, shape in found:
        if first <= end:
            end, rank = max(end, last), min(rank, shape)
            continue
        if end > start:
            yield start, end, rank
        start, end, rank = first, last, shape
    if end > start:
        yield start, end, rank


def _in_characters(places: Iterable[tuple[int, int, int]], data: bytes) -> Iterator[Span]:
    at = characters = 0
    for start, end, rank in places:
        first = characters + len(data[at:start].decode())
        characters = first + len(data[start:end].decode())
        at = end
        yield Span(first, characters, SHAPES[rank].what)
