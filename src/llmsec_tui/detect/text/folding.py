"""Fold text to one plain form, so that writing a word strangely doesn't hide it.

Each character is folded by itself (compatibility form, case, marks, look-alikes; invisible ones vanish), and then every
run of white space becomes one space. So what a text contains, its folded form contains folded. Rules rely on that.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from unicodedata import category, normalize

import polars as pl

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


_BLOCK = 512


def unfold(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where stretches ``[start, end)`` of ``fold(text)`` stand in ``text`` itself; none of them may be empty."""
    wanted = sorted({position for start, end in spans for position in (start, end - 1)})
    origin: dict[int, int] = {}
    position, spaced = 0, False
    for offset in range(0, len(text), _BLOCK):
        block = text[offset : offset + _BLOCK]
        folded = fold(block)
        length = len(folded) - (spaced and folded.startswith(" "))
        inside = wanted[bisect_left(wanted, position) : bisect_left(wanted, position + length)]
        if inside:
            # A plain ASCII character folds to one character or to none.
            unchanged = block.isascii() and length == len(block)
            origins = range(length) if unchanged else _origins(block, spaced=spaced)
            origin |= {one: offset + origins[one - position] for one in inside}
        position += length
        spaced = folded.endswith(" ") if folded else spaced
    return [(origin[start], origin[end - 1] + 1) for start, end in spans]


def _origins(block: str, *, spaced: bool) -> list[int]:
    """For each character of the folded block, the position of the character that it comes from."""
    origins = []
    for raw, character in enumerate(block):
        for folded in _TABLE[ord(character)]:
            if folded != " " or not spaced:
                origins.append(raw)
            spaced = folded == " "
    return origins
