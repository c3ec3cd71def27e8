"""The one door from data to the screen: every text that a widget draws is a ``Span``, and spans are made here only.

A span's text has been through ``llmsec_tui.text``; nothing in it is obeyed by a terminal or read as markup.
Making it visible twice would escape its own marks, so spans are cut, padded and wrapped here as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from llmsec_tui.text import visible, visible_lines

_LINE_BREAKS = {0x0A: " ", 0x0D: " ", 0x09: " "}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of visible text and the name of its style (see ``look``)."""

    text: str
    style: str = ""


Line = Sequence[Span]


def span(text: str, style: str = "") -> Span:
    """One line of text; line breaks become glyphs."""
    return Span(visible(text), style)


def preview(text: str, style: str = "", most: int = 400) -> Span:
    """The beginning of a text as one line, its line breaks as spaces: for lists."""
    return Span(visible(text[:most].lstrip(" \n\t").translate(_LINE_BREAKS)), style)


def passage(text: str, style: str = "") -> Span:
    """A text whose line breaks stay; give it to ``wrap``."""
    return Span(visible_lines(text.replace("\r\n", "\n")), style)


def content(text: str) -> Content:
    """For Textual's own widgets, which would read a plain str as markup."""
    return Content(visible(text))


def width_of(line: Iterable[Span]) -> int:
    """The width in cells."""
    return sum(cell_len(piece.text) for piece in line)


def fit(line: Iterable[Span], width: int, *, right: bool = False) -> list[Span]:
    """Exactly ``width`` cells: padded with spaces, or cut with an ellipsis as the last cell."""
    pieces = list(line)
    spare = width - width_of(pieces)
    if spare >= 0:
        padding = Span(" " * spare)
        return [padding, *pieces] if right else [*pieces, padding]
    return list(_cut(pieces, width - 1)) if width > 0 else []


def _cut(pieces: Iterable[Span], width: int) -> Iterator[Span]:
    for piece in pieces:
        cells = cell_len(piece.text)
        if cells > width:
            yield Span(set_cell_size(piece.text, width) + "…", piece.style)
            return
        width -= cells
        yield piece


def wrap(pieces: Iterable[Span], width: int) -> list[Line]:
    """Lines of at most ``width`` cells, broken at the texts' own line breaks and, where needed, between words."""
    return [part for line in _logical_lines(pieces) for part in _wrap_line(line, max(width, 2))]


def _logical_lines(pieces: Iterable[Span]) -> Iterator[list[Span]]:
    line: list[Span] = []
    for piece in pieces:
        first, *others = piece.text.split("\n")
        line.append(Span(first, piece.style))
        for other in others:
            yield line
            line = [Span(other, piece.style)]
    yield line


def _wrap_line(line: list[Span], width: int) -> Iterator[Line]:
    if width_of(line) <= width:
        yield line
        return
    text = "".join(piece.text for piece in line)
    start = 0
    while start < len(text):
        end = _break(text, start, width)
        yield _between(line, start, end)
        start = end
        while text[start : start + 1] == " ":
            start += 1


def _break(text: str, start: int, width: int) -> int:
    """Where the line that begins at ``start`` ends: after a space if there is one in its second half."""
    end = start + width if text.isascii() else _reach(text, start, width)
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", start + width // 2, end)
    return space + 1 if space >= 0 else max(end, start + 1)


def _reach(text: str, start: int, width: int) -> int:
    """The end of what fits into ``width`` cells."""
    cells = 0
    # Marks without a width would let one line hold a whole document.
    for end in range(start, min(len(text), start + 8 * width)):
        cells += cell_len(text[end])
        if cells > width:
            return end
    return min(len(text), start + 8 * width)


def _between(line: list[Span], start: int, end: int) -> Line:
    """The part of a line from one character to another."""
    part: list[Span] = []
    at = 0
    for piece in line:
        if (text := piece.text[max(start - at, 0) : max(end - at, 0)]) != "":
            part.append(Span(text, piece.style))
        at += len(piece.text)
    return part
