"""The bins that values of a metric fall into. They are fixed for ever, so that sketches can be added up.

Numbers fall into bins of equal width on a logarithmic scale: one huge value is one value in the last bin, and moves
neither the others nor any border.
"""

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Protocol

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


class Bins(Protocol):
    """Of one metric."""

    @property
    def size(self) -> int:
        """How many there are."""

    @property
    def places(self) -> Values:
        """A value that stands for each bin, in order."""

    @property
    def scores(self) -> Values:
        """What is averaged: such that a difference means the same wherever it is."""

    def of(self, values: Values) -> Numbers:
        """The bin of each value."""

    def inside(self, at: int, share: float) -> float:
        """The value that this share of a bin lies below, its values taken to be spread evenly."""


def quantile(bins: Bins, counts: Numbers, share: float) -> float | None:
    """The value that this share of all values lies below, as far as bins tell; None where there are none."""
    whole = np.cumsum(counts)
    n = int(whole[-1])
    if not n:
        return None
    wanted = min(max(share, 0.0), 1.0) * n
    at = int(np.searchsorted(whole, max(wanted, 0.5)))
    within = (wanted - float(whole[at] - counts[at])) / float(counts[at])
    return bins.inside(at, min(max(within, 0.0), 1.0))


@dataclass(frozen=True)
class LogBins:
    """``per_decade`` bins for each power of ten from ``10**low`` to ``10**high``; the first is for less, also for 0."""

    low: int
    high: int
    per_decade: int = 8

    @property
    def size(self) -> int:
        return (self.high - self.low) * self.per_decade + 1

    @cached_property
    def places(self) -> Values:
        exponents = self.low + (np.arange(self.size - 1) + 0.5) / self.per_decade
        return np.concatenate(([0.0], 10.0**exponents))

    @cached_property
    def scores(self) -> Values:
        """Powers of ten."""
        return self.low + (np.arange(self.size) - 0.5) / self.per_decade

    def of(self, values: Values) -> Numbers:
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.floor((np.log10(values) - self.low) * self.per_decade)
        found: Numbers = np.clip(np.nan_to_num(steps, nan=-1.0, neginf=-1.0) + 1, 0, self.size - 1).astype(np.int64)
        return found

    def inside(self, at: int, share: float) -> float:
        return 10.0 ** (self.low + (at - 1 + share) / self.per_decade) if at else 0.0


@dataclass(frozen=True)
class LinearBins:
    """``size`` bins of equal width from ``low`` to ``high``; what lies outside is in the first or the last."""

    low: float
    high: float
    size: int

    @cached_property
    def places(self) -> Values:
        return self.low + (np.arange(self.size) + 0.5) * (self.high - self.low) / self.size

    @property
    def scores(self) -> Values:
        return self.places

    def of(self, values: Values) -> Numbers:
        steps = np.floor((values - self.low) / (self.high - self.low) * self.size)
        found: Numbers = np.clip(np.nan_to_num(steps), 0, self.size - 1).astype(np.int64)
        return found

    def inside(self, at: int, share: float) -> float:
        # Nothing and all are the commonest values of a share: the ends stand for them.
        if at in (0, self.size - 1):
            return self.high if at else self.low
        return self.low + (at + share) * (self.high - self.low) / self.size


@dataclass(frozen=True)
class YesNo:
    """0 and 1."""

    size: int = 2

    @property
    def places(self) -> Values:
        return np.array([0.0, 1.0])

    @property
    def scores(self) -> Values:
        return self.places

    def of(self, values: Values) -> Numbers:
        return (values > 0).astype(np.int64)

    def inside(self, at: int, share: float) -> float:
        return float(at)


@dataclass(frozen=True)
class Names:
    """Names by their hash, so that nobody has to agree on numbers for them; of twenty two may share a bin."""

    size: int = 256

    @property
    def places(self) -> Values:
        return np.arange(self.size, dtype=np.float64)

    @property
    def scores(self) -> Values:
        return self.places

    def of(self, values: Values) -> Numbers:
        return values.astype(np.int64)

    def inside(self, at: int, share: float) -> float:
        return float(at)

    def slot(self, name: str) -> int:
        """The bin of a name."""
        digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=4).digest()
        return int.from_bytes(digest) % self.size
