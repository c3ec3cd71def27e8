"""Say how likely a text is an injection, and which of its words say so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from llmsec_tui.detect.scorer.ngrams import Grams, grams
from llmsec_tui.detect.scorer.normal import Normal, Places, normal
from llmsec_tui.detect.scorer.weights import Curve, Weights, shipped
from llmsec_tui.detect.scorer.windows import Windows, windows
from llmsec_tui.events.model import Trust

_DATA = frozenset({Trust.TOOL, Trust.RETRIEVED})
_AT_ONCE = 1 << 16
"""About so many characters are worked on together: what fits the processor's cache."""
_PLACES = 6
_FAINT = 6
_MOST_DOUBLINGS = 6.0
"""Beyond so many a longer text pays no more: padding is not to hide an attack."""

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch ``[start, end)`` of the raw text that speaks for an injection."""

    start: int
    end: int
    text: str
    weight: float
    """Its share of what speaks for an injection, 0 to 1."""


class Scorer:
    """The model. The same text and trust have the same score in any batch and on any machine: sums are of integers."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @classmethod
    def load(cls) -> Self:
        """The model that is in the package."""
        return cls(shipped())

    @property
    def version(self) -> str:
        """Changes with the weights."""
        return self._weights.version

    def score(self, texts: Sequence[str], trusts: Sequence[str]) -> list[float]:
        """For each text and the trust of where it comes from, the probability from 0 to 1 that it is an injection."""
        scores: list[float] = []
        for part in _parts(texts):
            from_data = [trust in _DATA for trust in trusts[part]]
            margins = self.margins(texts[part], from_data)
            scores += np.where(from_data, _on(self._weights.data, margins), _on(self._weights.words, margins)).tolist()
        return scores

    def margins(self, texts: Sequence[str], from_data: Sequence[bool]) -> NDArray[np.float64]:
        """The verdicts before they are made probabilities: any numbers, the higher the more likely.

        ``from_data`` says of each text whether a tool or retrieval brought it.
        """
        batch = normal(texts, self._weights.table)
        found = grams(batch)
        cut = self._windows(batch, from_data)
        best = np.maximum.reduceat(_means(*self._sums(found), found, cut), cut.starts)
        tolls = np.where(from_data, self._weights.cut_data.toll, self._weights.cut_words.toll)
        return best - tolls * _doublings(cut.counts)

    def _windows(self, batch: Normal, from_data: Sequence[bool]) -> Windows:
        data, words = self._weights.cut_data, self._weights.cut_words
        sizes, steps = np.where(from_data, data.size, words.size), np.where(from_data, data.step, words.step)
        return windows(batch, sizes, steps)

    def why(self, text: str, trust: str, most: int = 3) -> list[Fragment]:
        """The stretches that say most for an injection, in the order of the text; none where nothing does."""
        batch = normal([text], self._weights.table)
        found = grams(batch)
        cut = self._windows(batch, [trust in _DATA])
        best = int(np.argmax(_means(*self._sums(found), found, cut)))
        first, last = int(cut.first[best]), int(cut.last[best])
        inside = found.word_places[(found.word_places > first) & (found.word_places < last)]
        words = np.concatenate(([first], inside, [last]))
        return _fragments(text, batch, words, self._credit(batch, found)[:last], most)

    def _sums(self, found: Grams) -> tuple[Numbers, Numbers]:
        """Running totals of the weights over the codes, and over the words."""
        return _running(self._weights.buckets, found.characters), _running(self._weights.buckets, found.words)

    def _credit(self, batch: Normal, found: Grams) -> NDArray[np.float64]:
        """What each code adds, every n-gram shared out among what it covers."""
        credit = self._shared(found.characters, (3, 4, 5))
        if len(found.word_places):
            widths = np.diff(np.append(found.word_places, len(batch.codes)))
            credit[found.word_places[0] :] += np.repeat(self._shared(found.words, (1, 2, 3)) / widths, widths)
        return credit

    def _shared(self, runs: Sequence[Places], lengths: tuple[int, ...]) -> NDArray[np.float64]:
        count = len(runs[0])
        credit = np.zeros(count + lengths[-1])
        for length, buckets in zip(lengths, runs, strict=True):
            for place in range(length):
                credit[place : place + count] += self._weights.buckets[buckets] / length
        return credit[:count]


def _parts(texts: Sequence[str]) -> Iterator[slice]:
    first, size = 0, 0
    for number, text in enumerate(texts):
        if size and size + len(text) > _AT_ONCE:
            yield slice(first, number)
            first, size = number, 0
        size += len(text) + 2
    if first < len(texts):
        yield slice(first, len(texts))


def _running(weights: NDArray[np.int8], runs: Sequence[Places]) -> Numbers:
    total = np.zeros(len(runs[0]) + 1, np.int64)
    for buckets in runs:
        total[1:] += weights[buckets]
    return np.cumsum(total)


def _means(characters: Numbers, words: Numbers, found: Grams, cut: Windows) -> NDArray[np.float64]:
    """Of each window: the sum of all weights, over the square root of their number."""
    first, last = np.searchsorted(found.word_places, cut.first), np.searchsorted(found.word_places, cut.last)
    totals = characters[cut.last] - characters[cut.first] + words[last] - words[first]
    counts = 3 * (cut.last - cut.first) + 3 * (last - first)
    # A quotient and a square root are rounded alike on every machine, sums of floats may not be.
    return np.asarray(totals / np.sqrt(counts), np.float64)


def _doublings(counts: Places) -> NDArray[np.float64]:
    return np.minimum(np.frexp(counts)[1] - 1.0, _MOST_DOUBLINGS)


def _on(curve: Curve, margins: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = np.array(curve.margins), np.array(curve.probabilities)
    at = np.clip(np.searchsorted(x, margins, "right") - 1, 0, len(x) - 2)
    share = np.clip((margins - x[at]) / (x[at + 1] - x[at]), 0.0, 1.0)
    return np.asarray(np.round(y[at] + share * (y[at + 1] - y[at]), _PLACES), np.float64)


def _fragments(text: str, batch: Normal, words: Places, credit: NDArray[np.float64], most: int) -> list[Fragment]:
    """The heaviest stretches of whole words; ``words`` has where each begins, and where the last one ends."""
    left = np.add.reduceat(credit, words[:-1])
    whole = float(left[left > 0].sum())
    found: list[Fragment] = []
    for _ in range(most):
        # Words around the attack add a little too; they are worth showing only where they add much.
        first, last = _heaviest(left - max(0.0, float(left.max())) / _FAINT)
        weight = float(left[first:last].sum())
        if weight <= 0 or weight < whole / 20:
            break
        # What was taken is never worth going over again.
        left[first:last] = -2 * whole
        start = max(0, int(batch.raw[words[first]] - batch.raw_starts[0]))
        end = int(batch.raw[words[last] - 1] - batch.raw_starts[0]) + 1
        stretch = text[start:end].rstrip()
        if stretch:
            found.append(Fragment(start, start + len(stretch), stretch, round(weight / whole, 3)))
    return sorted(found, key=lambda one: one.start)


def _heaviest(values: NDArray[np.float64]) -> tuple[int, int]:
    """The stretch with the greatest sum."""
    totals = np.concatenate(([0.0], np.cumsum(values)))
    lowest = np.minimum.accumulate(totals)
    last = int(np.argmax(totals - lowest))
    first = int(np.argmin(totals[: last + 1]))
    return first, last
