"""Fold text to one plain form, so that writing a word strangely doesn't hide it.

Each character is folded by itself (compatibility form, case, marks, look-alikes; invisible ones vanish), and then every
run of white space becomes one space. So what a text contains, its folded form contains folded. Rules rely on that.
"""

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from unicodedata import category, normalize

import numpy as np
import polars as pl
from numpy.typing import NDArray

_LOOKALIKES = {
    # Cyrillic, after case folding
    **dict(zip("авсԁеһіјкӏмноԛрѕтуԝхѵь", "abcdehijklmhoqpstywxvb", strict=True)),
    # Greek
    **dict(zip("αβγεζηικμνορτυχωϲϳ", "abyeznikmvoptuxwcj", strict=True)),
    # Armenian
    **dict(zip("օոսհյզց", "onuhjqg", strict=True)),
    # Latin: dotless, script, small capitals, strokes
    **dict(zip("ıɩɡɑȷøđłħŧƀƙɓɗɠʋ", "iigajodlhtbkbdgv", strict=True)),
    **dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz", strict=True)),
    "æ": "ae",
    "œ": "oe",
    # Quotation marks and dashes that editors put in place of the plain ones
    **dict.fromkeys("‘’‚‛′ʹʻʼʽ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‒–—―−⁃", "-"),
    "⠀": " ",
}
_ENCLOSED = {chr(start + i): chr(ord("a") + i) for start in (0x1F150, 0x1F170, 0x1F1E6) for i in range(26)}
"""White-on-black letters and regional indicators, which have no compatibility form."""

_MARKS = (
    range(0x300, 0x370),
    range(0x1AB0, 0x1B00),
    range(0x1DC0, 0x1E00),
    range(0x20D0, 0x2100),
    range(0xFE20, 0xFE30),
)
_FILLERS = frozenset((0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)))
_SPACES = frozenset(
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
)

ODD = r"[^\t\n\x0c\r -~]"
"""A character that folding may do more to than lower its case, or that engines for patterns class differently."""
_SPACE_RUN = r"[\t-\r ]{2,}|[\t-\r]"


class _Table(dict[int, str]):
    """What each character folds to, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    if character in _SPACES:
        return " "
    code = ord(character)
    if code in _FILLERS or 0xE0100 <= code < 0xE01F0 or category(character) in ("Cc", "Cf", "Cs"):
        return ""
    folded = "".join(map(_plain, normalize("NFKC", character).casefold()))
    return folded if folded == character else "".join(map(_fold_character, folded))


def _plain(character: str) -> str:
    found = _LOOKALIKES.get(character) or _ENCLOSED.get(character)
    if found:
        return found
    pieces = [piece for piece in normalize("NFD", character) if not any(ord(piece) in marks for marks in _MARKS)]
    # Only diacritics are taken off; a syllable of Hangul is not taken apart.
    return character if normalize("NFC", "".join(pieces)) == character else "".join(pieces)


_TABLE = _Table()


def mapped(text: str) -> str:
    """Each character folded, and so is all white space but runs of it."""
    return text.translate(_TABLE)


def fold(text: str) -> str:
    """The folded form of one text."""
    folded = mapped(text)
    while "  " in folded:
        folded = folded.replace("  ", " ")
    return folded


def odd_positions(texts: pl.Series) -> pl.Series:
    """The positions of the texts that aren't plain ASCII."""
    return texts.str.contains(ODD).fill_null(False).arg_true()


def fold_texts(texts: pl.Series, odd: pl.Series | None = None) -> pl.Series:
    """As :func:`fold` for a column; ``odd`` are its :func:`odd_positions`, where they are known.

    The other texts need lower case and single spaces only.
    """
    odd = odd_positions(texts) if odd is None else odd
    folded = texts.str.to_lowercase()
    if len(odd):
        folded = folded.scatter(odd, _map_odd(folded.gather(odd)))
    # One or two characters are looked for many times as quickly as a class of them.
    spaced = folded.str.contains("  ", literal=True)
    for few in (r"[\t\n\r]", r"[\x0B\x0C]"):
        spaced |= folded.str.contains(few)
    runs = spaced.fill_null(False).arg_true()
    return folded.scatter(runs, folded.gather(runs).str.replace_all(_SPACE_RUN, " ")) if len(runs) else folded


def _map_odd(texts: pl.Series, table: Mapping[int, str] = _TABLE) -> pl.Series:
    characters = texts.str.extract_all(ODD).explode().unique().drop_nulls()
    changed = {one: folded for one in characters if (folded := table[ord(one)]) != one}
    return texts.str.replace_many(changed) if changed else texts


class _ClearTable(dict[int, str]):
    """What each character folds to, in its own case; plain ASCII stays as it is."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = _TABLE[code].upper() if character.isupper() else _TABLE[code]
        clear = self[code] = character if character in _PLAIN else folded
        return clear


_PLAIN = frozenset("\t\n\x0c\r" + "".join(map(chr, range(0x20, 0x7F))))
_CLEAR = _ClearTable()


def clear_texts(texts: pl.Series | list[str]) -> pl.Series | list[str]:
    """Texts with every odd character folded, but with their case and their white space."""
    return _map_odd(texts, _CLEAR) if isinstance(texts, pl.Series) else [text.translate(_CLEAR) for text in texts]


def clear(text: str) -> Iterator[tuple[int, int, str]]:
    """The characters that :func:`clear_texts` changes, with their places."""
    for at, character in enumerate(text):
        if (folded := _CLEAR[ord(character)]) != character:
            yield at, at + 1, folded


_BLOCK = 8_192
_GONE, _SPACE, _OTHER, _SEVERAL = 1, 2, 3, 4
"""What a character folds to: nothing, a space, one other character, or more than one."""
_KINDS = np.zeros(sys.maxunicode + 1, np.uint8)
"""By the code of a character; 0 until it is first met."""


class Unfolding:
    """The way back from a folded text to the text itself, which is gone over once and only as far as is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._blocks: list[NDArray[np.uint16]] = []
        """For the blocks of the text that were gone over: where in it each character of the folded one comes from."""
        self._ends: list[int] = []
        """How long the folded text is up to the end of each of them."""
        self._spaced = False

    def __call__(self, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Where stretches ``[start, end)`` of ``fold(text)`` stand in the text; none of them may be empty."""
        return [(self._origin(start), self._origin(end - 1) + 1) for start, end in spans]

    def _origin(self, position: int) -> int:
        while not self._ends or self._ends[-1] <= position:
            self._go_on()
        number = bisect_right(self._ends, position)
        block = self._blocks[number]
        return number * _BLOCK + int(block[position - self._ends[number] + len(block)])

    def _go_on(self) -> None:
        start = len(self._blocks) * _BLOCK
        block = self._text[start : start + _BLOCK]
        assert block, "the folded text ends before that"
        origins, self._spaced = _origins(block, spaced=self._spaced)
        self._blocks.append(origins)
        self._ends.append((self._ends[-1] if self._ends else 0) + len(origins))


def unfold(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """As :class:`Unfolding`, once."""
    return Unfolding(text)(spans)


def _origins(block: str, *, spaced: bool) -> tuple[NDArray[np.uint16], bool]:
    """For each character of the folded block, the position of the character that it comes from, and whether the last
    one is a space; ``spaced`` says whether a space stands before the first."""
    kinds = _kinds(block)
    if (kinds == _SEVERAL).any():
        return _origins_one_by_one(block, spaced=spaced)
    shown = np.flatnonzero(kinds != _GONE)
    spaces = kinds[shown] == _SPACE
    again = np.concatenate(([spaced], spaces[:-1]))[: len(spaces)] & spaces
    return shown[~again].astype(np.uint16), bool(spaces[-1]) if len(spaces) else spaced


def _origins_one_by_one(block: str, *, spaced: bool) -> tuple[NDArray[np.uint16], bool]:
    origins = []
    for raw, character in enumerate(block):
        for folded in _TABLE[ord(character)]:
            if folded != " " or not spaced:
                origins.append(raw)
            spaced = folded == " "
    return np.array(origins, np.uint16), spaced


def _kinds(block: str) -> NDArray[np.uint8]:
    codes = np.frombuffer(block.encode("utf-32-le", "surrogatepass"), "<u4")
    kinds: NDArray[np.uint8] = _KINDS[codes]
    if kinds.all():
        return kinds
    for code in set(codes[kinds == 0].tolist()):
        folded = _TABLE[code]
        _KINDS[code] = _SEVERAL if len(folded) > 1 else {"": _GONE, " ": _SPACE}.get(folded, _OTHER)
    return _kinds(block)
