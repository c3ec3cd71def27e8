"""Make untrusted text safe to show: every character that a terminal could obey becomes a visible glyph.

This is the one door for text that came out of a log, a rule file or a file name. It replaces single characters and
never strips sequences, so an unterminated escape cannot swallow what follows, and two different inputs look different.
"""

from functools import cache

_TAGS = range(0xE0000, 0xE0080)
_INVISIBLE = (
    *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
    *range(0x180B, 0x1810),
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),
    *range(0xFFF9, 0xFFFC),
)


@cache
def _glyphs() -> dict[int, str]:
    table = {code: chr(0x2400 + code) for code in range(0x20)}
    table[0x7F] = "␡"
    table |= {code: f"⟦U+{code:04X}⟧" for code in (*range(0x80, 0xA0), *_INVISIBLE)}
    table |= {code: f"⟦U+{code:04X}⟧" for code in range(0xD800, 0xE000)}
    table |= {code: f"⟦U+{code:04X}⟧" for code in range(0xE0000, 0xE1000)}
    table |= {code: f"⟦TAG {chr(code - 0xE0000)}⟧" for code in _TAGS if 0x20 < code - 0xE0000 < 0x7F}
    nonchars = [plane + end for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)]
    table |= {code: f"⟦U+{code:04X}⟧" for code in nonchars}
    # The brackets that this function writes with are escaped themselves, so that nobody can fake its marks.
    table[ord("⟦")] = "⟦U+27E6⟧"
    return table


@cache
def _glyphs_keeping_lines() -> dict[int, str]:
    return {code: glyph for code, glyph in _glyphs().items() if code not in (0x0A, 0x09)} | {0x09: "    "}


def visible(text: str) -> str:
    """One line of text with nothing in it that a terminal obeys; newlines and tabs become glyphs too."""
    return text if text.isascii() and text.isprintable() else text.translate(_glyphs())


def visible_lines(text: str) -> str:
    """As :func:`visible`, but newlines stay and tabs become four spaces, for panes that show whole texts."""
    return text.translate(_glyphs_keeping_lines())


def clip(text: str, width: int) -> str:
    """At most ``width`` characters of already visible text, the last one an ellipsis where something is cut."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"
