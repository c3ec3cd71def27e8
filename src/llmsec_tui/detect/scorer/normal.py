"""Bring texts to the plain letters that the scorer counts: one array for a whole batch, no loop over characters."""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

from llmsec_tui.detect.text.folding import mapped

SPACE = 0
GONE = 0xFFFF
FIRST_LETTER = 64
"""Codes from here on are letters; those below are marks of punctuation, and zero is space."""
_OTHER_LETTER = 0xFFFE
_TABLED = 0x20000
_TAGS = range(0xE0000, 0xE1000)
_MARKS = {mark: number for number, mark in enumerate("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", 1)}

Codes = NDArray[np.uint32]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Normal:
    """A batch: the codes of all texts one after the other, each beginning and ending with one space."""

    codes: Codes
    starts: Places
    """Where each text begins, and where the last one ends."""
    raw: Places
    """For each code, the character of the joined texts that it comes from."""
    raw_starts: Places
    """For each text, where its first character is among those."""


def character_table() -> NDArray[np.uint16]:
    """What each character below U+20000 counts as. It is kept with the weights, so that no Unicode version matters."""
    table = np.zeros(_TABLED, np.uint16)
    for code in range(_TABLED):
        if not 0xD800 <= code < 0xE000:
            table[code] = _counts_as(chr(code))
    return table


def _counts_as(character: str) -> int:
    folded = mapped(character)
    if not folded:
        return SPACE if character.isspace() or category(character) == "Cc" else GONE
    first = folded[0]
    if first in _MARKS:
        return _MARKS[first]
    kind = category(first)
    if kind[0] == "N":
        return FIRST_LETTER
    if kind[0] not in "LM":
        return SPACE
    return max(FIRST_LETTER + 1, ord(first)) if ord(first) < _OTHER_LETTER else _OTHER_LETTER


def normal(texts: Sequence[str], table: NDArray[np.uint16]) -> Normal:
    """The normal form of texts; each stands alone, whatever texts are around it."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    joined = "".join(f"\n{text}\n" for text in texts).encode("utf-32-le", "surrogatepass")
    characters = np.frombuffer(joined, "<u4")
    codes = table[np.minimum(characters, _TABLED - 1)]
    high = characters >= _TABLED
    if high.any():
        tags = (characters >= _TAGS.start) & (characters < _TAGS.stop)
        codes[high] = _OTHER_LETTER
        codes[tags] = GONE
    raw_starts = np.concatenate(([0], np.cumsum(lengths + 2)))
    kept = _without_runs_of_space(codes, raw_starts[:-1])
    starts = np.searchsorted(kept, raw_starts)
    return Normal(codes[kept].astype(np.uint32), starts, kept, raw_starts[:-1] + 1)


def _without_runs_of_space(codes: NDArray[np.uint16], starts: Places) -> Places:
    visible = np.flatnonzero(codes != GONE)
    spaces = codes[visible] == SPACE
    again = np.zeros(len(visible), bool)
    again[1:] = spaces[1:] & spaces[:-1]
    again[np.searchsorted(visible, starts)] = False
    return visible[~again]
