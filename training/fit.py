"""Fit the linear model: logistic loss over hashed n-grams by Adagrad, in plain numpy, the same on every run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmsec_tui.detect.scorer.ngrams import NOWHERE, grams
from llmsec_tui.detect.scorer.normal import normal

Floats = NDArray[np.float32]
_AT_ONCE = 256
_STEP = 0.5
_FIRST_SQUARE = 1e-4
_BATCH = 512
_SEED = 1


@dataclass(frozen=True, slots=True)
class Features:
    """The buckets of many texts, one text after the other."""

    buckets: NDArray[np.int32]
    starts: NDArray[np.int64]


def features(texts: Sequence[str], table: NDArray[np.uint16]) -> Features:
    """What the scorer counts in each text."""
    pieces: list[NDArray[np.int32]] = []
    for first in range(0, len(texts), _AT_ONCE):
        pieces += _pieces(texts[first : first + _AT_ONCE], table)
    lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
    return Features(np.concatenate(pieces), np.concatenate(([0], np.cumsum(lengths))))


def _pieces(texts: Sequence[str], table: NDArray[np.uint16]) -> Iterator[NDArray[np.int32]]:
    batch = normal(texts, table)
    found = grams(batch)
    columns = [*((one, batch.starts) for one in found.characters), *((one, found.word_starts) for one in found.words)]
    for text in range(len(texts)):
        yield np.concatenate([one[starts[text] : starts[text + 1]] for one, starts in columns]).astype(np.int32)


def fit(
    data: Features, labels: Floats, importance: Floats, rows: NDArray[np.int64], *, passes: int
) -> tuple[Floats, float]:
    """Weights by bucket and a bias, from the given rows: the mean of what the later half of the passes end with."""
    random = np.random.default_rng(_SEED)
    weights = np.zeros(NOWHERE + 1, np.float32)
    squares = np.full(NOWHERE + 1, _FIRST_SQUARE, np.float32)
    bias, bias_square = 0.0, _FIRST_SQUARE
    ends: list[Floats] = []
    for turn in range(passes):
        order = random.permutation(rows)
        for first in range(0, len(order), _BATCH):
            chosen = order[first : first + _BATCH]
            buckets, lengths = _gathered(data, chosen)
            scale = (1 / np.sqrt(lengths)).astype(np.float32)
            offsets = np.concatenate(([0], np.cumsum(lengths)[:-1]))
            found = np.add.reduceat(weights[buckets], offsets) * scale + bias
            slope = (1 / (1 + np.exp(-found)) - labels[chosen]) * importance[chosen]
            gradient = np.bincount(buckets, np.repeat(slope * scale, lengths), NOWHERE + 1).astype(np.float32)
            gradient /= len(chosen)
            gradient[NOWHERE] = 0
            squares += gradient * gradient
            weights -= _STEP * gradient / np.sqrt(squares)
            bias_slope = float(slope.mean())
            bias_square += bias_slope**2
            bias -= _STEP * bias_slope / bias_square**0.5
        if turn >= passes // 2:
            ends.append(weights.copy())
    return np.mean(ends, axis=0, dtype=np.float32), bias


def _gathered(data: Features, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    lengths = data.starts[chosen + 1] - data.starts[chosen]
    shifts = data.starts[chosen] - np.concatenate(([0], np.cumsum(lengths)[:-1]))
    return data.buckets[np.arange(lengths.sum()) + np.repeat(shifts, lengths)], lengths


def rounded(weights: Floats) -> tuple[NDArray[np.int8], float]:
    """Weights as whole numbers from -127 to 127, the greatest of them being one of these, and what one is worth."""
    unit = float(np.abs(weights).max()) / 127 or 1.0
    return np.rint(weights / unit).astype(np.int8), unit
