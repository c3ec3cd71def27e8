"""The second layer: on its way to the terminal, no character of any widget may be one that a terminal obeys."""

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from llmsec_tui.text import visible

_MARKS_OF_OURS = frozenset("⟦⟧")
_WIDE_AS_NOTHING = "\u0338"
"""A stroke through the character before: it is seen, and takes no cell of its own."""


@lru_cache(4096)
def _harmless(text: str) -> str:
    return "".join(_glyph(character) for character in text)


def _glyph(character: str) -> str:
    if character in _MARKS_OF_OURS or visible(character) == character:
        return character
    return "\N{REPLACEMENT CHARACTER}" if cell_len(character) else _WIDE_AS_NOTHING


class Harmless(LineFilter):
    """Replaces what slipped past ``safe_text`` (pasted input, Textual's own widgets) by glyphs of the same width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.control or _is_plain(segment.text) else Segment(_harmless(segment.text), segment.style)
            for segment in segments
        ]


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()
