"""Sketches of payloads: how alike two are can be told from their sketches alone.

MinHash (Broder, "On the resemblance and containment of documents", 1997) over all pieces of four letters, so a word
more or less, another order of sentences or another name in it changes a sketch little. Candidates are found by bands
(Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3.4): with 16 bands of 4 numbers two payloads
that share half of their pieces meet with probability 0.64, and with four fifths with 0.9998.
"""

import numpy as np
import numpy.typing as npt

from llmsec_tui.detect.text.folding import fold

SIZE = 64
"""Numbers of a sketch."""
ROWS = 4
BANDS = SIZE // ROWS
_GRAM = 4
_LEAST_LETTERS = 16
"""Shorter payloads are alike by accident."""

_GOLDEN = 0x9E3779B97F4A7C15


def _splitmix(count: int) -> npt.NDArray[np.uint64]:
    """Numbers that are always the same (Steele, Lea and Flood, "Fast splittable pseudorandom number generators")."""
    with np.errstate(over="ignore"):
        state = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_GOLDEN)
        return _mixed(state)


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


_FACTORS = _splitmix(SIZE) | np.uint64(1)
"""Odd ones: by each of them the pieces come into another order (multiply-shift hashing)."""


def letters(text: str) -> str:
    """The letters and digits of a text, folded: layout, case and punctuation make no variant."""
    return "".join(letter for letter in fold(text) if letter.isalnum())


def sketch(said: str) -> bytes | None:
    """The sketch of a payload's :func:`letters`: ``SIZE`` numbers of 32 bits, little endian; None when it is too
    short."""
    if len(said) < _LEAST_LETTERS:
        return None
    codes = np.frombuffer(said.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    with np.errstate(over="ignore"):
        count = len(codes) - _GRAM + 1
        pieces = np.zeros(count, dtype=np.uint64)
        for place in range(_GRAM):
            pieces = pieces * np.uint64(_GOLDEN) + codes[place : place + count]
        pieces = np.unique(_mixed(pieces))
        least = (pieces[:, np.newaxis] * _FACTORS).min(axis=0)
    sketched: bytes = (least >> np.uint64(32)).astype("<u4").tobytes()
    return sketched


def bands(sketched: bytes) -> list[tuple[int, bytes]]:
    """What candidates have in common with a sketch: at least one of these."""
    width = 4 * ROWS
    return [(band, sketched[band * width : (band + 1) * width]) for band in range(BANDS)]


def likeness(one: bytes, other: bytes) -> float:
    """The share of pieces that two payloads have in common of all that either has (Jaccard), as estimated."""
    return float((np.frombuffer(one, dtype="<u4") == np.frombuffer(other, dtype="<u4")).mean())
