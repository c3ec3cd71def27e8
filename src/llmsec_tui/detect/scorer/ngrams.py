"""Hash the n-grams of a batch to numbered buckets: runs of 3 to 5 characters, and of 1 to 3 words."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmsec_tui.detect.scorer.normal import FIRST_LETTER, Codes, Normal, Places

BITS = 19
NOWHERE = 1 << BITS
"""The bucket of what is no n-gram since it would reach into the next text; its weight is zero."""

Buckets = NDArray[np.int64]

_WRITTEN_WITHOUT_SPACES = 0x2E80
_BASE = 0x01000193
_INVERSE = pow(_BASE, -1, 1 << 32)
_FACTORS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1)
_FINAL = (0x2C1B3C6D, 0x297A2D39, 0x7FEB352D, 0x846CA68B, 0x9E3779B9, 0x21F0AAAD)


@dataclass(frozen=True, slots=True)
class Grams:
    """The buckets of a batch, by where their n-grams begin."""

    characters: tuple[Buckets, ...]
    """For 3, 4 and 5 characters: one bucket a code."""
    words: tuple[Buckets, ...]
    """For 1, 2 and 3 words: one bucket a word."""
    word_places: Places
    """The code that each word begins with."""
    word_starts: Places
    """The first word of each text, and the number of all words."""


def grams(batch: Normal) -> Grams:
    """All n-grams of all texts of a batch."""
    places = _word_places(batch.codes)
    word_starts = np.searchsorted(places, batch.starts)
    words = _hashed_words(batch.codes, places)
    return Grams(
        tuple(_runs(batch.codes, batch.starts, (3, 4, 5), _FINAL[:3])),
        tuple(_runs(words, word_starts, (1, 2, 3), _FINAL[3:])),
        places,
        word_starts,
    )


def _runs(items: Codes, starts: Places, lengths: tuple[int, ...], finals: tuple[int, ...]) -> list[Buckets]:
    """Buckets of the runs of each length; a run is the sum of its items, each times the factor of its place."""
    longest = lengths[-1]
    padded = np.concatenate((items, np.zeros(longest, np.uint32)))
    total = np.zeros(len(items), np.uint32)
    found = []
    for place in range(longest):
        total = total + padded[place : place + len(items)] * np.uint32(_FACTORS[place])
        if place + 1 in lengths:
            final = np.uint32(finals[lengths.index(place + 1)])
            mixed = (total ^ (total >> np.uint32(15))) * final
            buckets = (mixed >> np.uint32(32 - BITS)).astype(np.int64)
            for back in range(1, place + 1):
                buckets[np.maximum(starts[1:] - back, starts[:-1])[starts[1:] > starts[:-1]]] = NOWHERE
            found.append(buckets)
    return found


def _word_places(codes: Codes) -> Places:
    letters = codes >= FIRST_LETTER
    single = codes >= _WRITTEN_WITHOUT_SPACES
    begins = letters.copy()
    begins[1:] &= ~letters[:-1] | single[1:] | single[:-1]
    return np.flatnonzero(begins)


def _hashed_words(codes: Codes, places: Places) -> Codes:
    if not len(places):
        return np.zeros(0, np.uint32)
    letters = np.where(codes >= FIRST_LETTER, codes, np.uint32(0))
    powers = _powers(_BASE, len(codes))
    sums = np.add.reduceat(letters * powers, places, dtype=np.uint32)
    # Taken back to the power of the word's own beginning, a word counts the same wherever it stands.
    return sums * _powers(_INVERSE, len(codes))[places]


def _powers(base: int, count: int) -> Codes:
    powers = np.full(count, base, np.uint32)
    powers[:1] = 1
    return np.multiply.accumulate(powers, dtype=np.uint32)
