"""Whether two heaps of texts differ in wording, and in which words; without any model but the one that is made of them.

A domain classifier (Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", 2017): logistic regression on hashed
words and pairs of words, judged on texts that it was not made of. And the maximum mean discrepancy on the same vectors
with a linear kernel, against a permutation null (Gretton and others, "A kernel two-sample test", 2012).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from math import log

import numpy as np
import numpy.typing as npt

from llmsec_tui.detect.text.folding import fold

LEAST = 50
"""Texts on either side below which nothing is said."""
MOST = 1_000
"""Texts of either side that are looked at."""
_SIZE = 4_096
_FOLDS = 5
_STEPS = 60
_RATE = 1.0
_DECAY = 1e-3
_SHUFFLES = 99
_CHARS = 4_000
_LEAST_TEXTS = 5

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TextDrift:
    """How two heaps of texts differ."""

    n: int
    usual_n: int
    auc: float
    """How well the classifier tells them apart on texts that it does not know: 0.5 is not at all, 1 always."""
    auc_limit: float
    """What it gets to by chance in one of twenty cases."""
    mmd: float
    mmd_p: float
    more: tuple[str, ...]
    """The words that tell the newer texts most."""
    fewer: tuple[str, ...]
    """Those that tell the usual ones."""


def compare(usual: Sequence[str], now: Sequence[str]) -> TextDrift | None:
    """Compare two heaps; None when either is too small."""
    usual, now = usual[:MOST], now[:MOST]
    if min(len(usual), len(now)) < LEAST:
        return None
    words = [_words(text) for text in (*usual, *now)]
    x = _vectors(words)
    y = np.array([0.0] * len(usual) + [1.0] * len(now), dtype=np.float32)
    scores = _out_of_fold(x, y)
    auc = _auc(scores, y)
    # The variance of an AUC where there is nothing to tell (Hanley and McNeil, 1982).
    limit = 0.5 + 1.645 * float(np.sqrt((len(usual) + len(now) + 1) / (12 * len(usual) * len(now))))
    mmd, mmd_p = _mmd(x, y)
    more, fewer = _driving(words[: len(usual)], words[len(usual) :])
    return TextDrift(len(now), len(usual), auc, limit, mmd, mmd_p, more, fewer)


def _words(text: str) -> list[str]:
    folded = fold(text[:_CHARS])
    return "".join(letter if letter.isalnum() else " " for letter in folded).split()


def _vectors(texts: Sequence[Sequence[str]]) -> Matrix:
    """Each text as a vector of length one; of places that no text has nothing is kept."""
    x = np.zeros((len(texts), _SIZE), dtype=np.float32)
    slots: dict[str, int] = {}
    for row, words in enumerate(texts):
        for term, count in Counter([*words, *(f"{a} {b}" for a, b in pairwise(words))]).items():
            if (slot := slots.get(term)) is None:
                digest = blake2b(term.encode("utf-8", "surrogatepass"), digest_size=4).digest()
                slot = slots[term] = int.from_bytes(digest) % _SIZE
            x[row, slot] += 1 + log(count)
    norms = np.linalg.norm(x, axis=1, keepdims=True)
    there = x.any(axis=0)
    vectors: Matrix = (x[:, there] / np.where(norms > 0, norms, 1)).astype(np.float32)
    return vectors


def _out_of_fold(x: Matrix, y: Matrix) -> Matrix:
    """The score of each text by a classifier that was made without it."""
    # Texts come in order of time: every fifth goes into a fold, of both sides alike.
    place = np.zeros(len(y), dtype=np.int64)
    for side in (0.0, 1.0):
        place[y == side] = np.arange(int((y == side).sum()))
    fold_of = place % _FOLDS
    scores = _trained(x, y, fold_of[:, None] != np.arange(_FOLDS))
    held: Matrix = np.take_along_axis(scores, fold_of[:, None], axis=1)[:, 0]
    return held


def _trained(x: Matrix, y: Matrix, known: npt.NDArray[np.bool_]) -> Matrix:
    """The scores of all texts by a classifier for each column of ``known``, made of the texts that are in that.

    Logistic regression by gradient descent with momentum; both sides weigh the same. All are made in one go, as
    reading the texts' vectors is what takes time.
    """
    n = known.sum(axis=0, dtype=np.float32)
    ones = (known * y[:, None]).sum(axis=0, dtype=np.float32) / n
    weight = known * np.where(y[:, None] == 1, 0.5 / np.maximum(ones, 1e-9), 0.5 / np.maximum(1 - ones, 1e-9))
    weight = weight.astype(np.float32)
    weights = np.zeros((x.shape[1], known.shape[1]), dtype=np.float32)
    pace, bias = np.zeros_like(weights), np.zeros(known.shape[1], dtype=np.float32)
    for _ in range(_STEPS):
        error = weight * (1 / (1 + np.exp(-(x @ weights + bias))) - y[:, None])
        slope = x.T @ error / n * np.float32(10) + np.float32(_DECAY) * weights
        pace = np.float32(0.9) * pace - np.float32(_RATE) * slope
        weights = weights + pace
        bias = bias - error.sum(axis=0) / n
    scores: Matrix = x @ weights + bias
    return scores


def _auc(scores: Matrix, y: Matrix) -> float:
    """The chance that a newer text scores above a usual one; ties count half (Mann and Whitney, 1947)."""
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    ones = int(y.sum())
    return float((ranks[y == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(y) - ones)))


def _mmd(x: Matrix, y: Matrix) -> tuple[float, float]:
    """The distance of the two mean vectors, and how often a shuffle of the sides gives as much."""
    chance = np.random.default_rng(7)
    sides = np.stack([y, *(chance.permutation(y) for _ in range(_SHUFFLES))])
    n = float(y.sum())
    distances = np.linalg.norm((sides / n - (1 - sides) / (len(y) - n)) @ x, axis=1)
    as_much = int((distances[1:] >= distances[0]).sum())
    return float(distances[0]), (as_much + 1) / (_SHUFFLES + 1)


def _driving(
    usual: Sequence[Sequence[str]], now: Sequence[Sequence[str]], most: int = 8
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words whose share of texts changed most, by how sure that is (a z score of two shares); of words that
    hardly any text has, such as numbers of orders, a score says nothing."""
    before, after = (Counter(word for words in side for word in set(words)) for side in (usual, now))
    n0, n1 = len(usual), len(now)
    scores = {}
    for word in before.keys() | after.keys():
        if before[word] + after[word] < _LEAST_TEXTS:
            continue
        share = (before[word] + after[word] + 1) / (n0 + n1 + 2)
        scores[word] = (after[word] / n1 - before[word] / n0) / (share * (1 - share) * (1 / n0 + 1 / n1)) ** 0.5
    ranked = sorted(scores, key=lambda word: (-scores[word], word))
    return (
        tuple(word for word in ranked[:most] if scores[word] > 2),
        tuple(word for word in ranked[::-1][:most] if scores[word] < -2),
    )
