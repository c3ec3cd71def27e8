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
    characters = [(character, piece.style) for piece in line for character in piece.text]
    start = 0
    while start < len(characters):
        end = _break(characters, start, width)
        yield _join(characters[start:end])
        start = end
        while start < len(characters) and characters[start][0] == " ":
            start += 1


def _break(characters: list[tuple[str, str]], start: int, width: int) -> int:
    """Where the line that begins at ``start`` ends: after a space if there is one in its second half."""
    end, cells = start, 0
    while end < len(characters):
        cells += cell_len(characters[end][0])
        # Marks without a width would let one line hold a whole document.
        if cells > width or end - start >= 8 * width:
            break
        end += 1
    if end == len(characters):
        return end
    for place in range(end, start + width // 2, -1):
        if characters[place - 1][0] == " ":
            return place
    return max(end, start + 1)


def _join(characters: list[tuple[str, str]]) -> Line:
    spans: list[Span] = []
    for character, style in characters:
        if spans and spans[-1].style == style:
            spans[-1] = Span(spans[-1].text + character, style)
        else:
            spans.append(Span(character, style))
    return spans
