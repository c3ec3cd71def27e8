"""What is usual: a frozen stretch of time, hour by hour of the week, and how much it varies by itself.

A baseline is pinned by a person and never changes: hours with an open incident are left out when it is made, so an
attack cannot teach that it is normal. What a window is held against is the baseline's calls of the same hours of the
week, where it has enough of them; else those of the same hours of the day; else all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from math import sqrt

import numpy as np
import numpy.typing as npt

from llmsec_tui.drift.metrics import LAYOUT, SCHEMA, Metric, Shape
from llmsec_tui.drift.segments import Segment, Slice
from llmsec_tui.drift.sketch import Sketch

Counts = npt.NDArray[np.int64]

HOUR = 3_600_000_000
WEEK = 168
ENOUGH = 500
"""Values of a metric that make up what is usual at some hours, at least; with fewer, more hours are taken together."""
TIMES = 4
"""And so many times the values of the window: otherwise the chance that made the baseline would be blamed on it."""
_LEAST_USUAL = 200
LEAST_HOURS = 8
"""Hours that it takes to tell how much a metric varies from hour to hour."""
_LEAST_OF_HOUR = 20
_TRIM = 0.1
_MOST_OF_TENTH = 4.0
"""No hour differs by more than so many times what nine of ten stay below: a chi-squared variable does once in 1,000."""
_MOST_DEVIATION = 10.0
_MOST_LAG = 24


@dataclass(frozen=True, slots=True)
class HourOf:
    """One hour of one segment."""

    at: int
    """Its beginning, in microseconds since 1970 UTC."""
    segment: Segment
    sketch: bytes


@dataclass(frozen=True, slots=True)
class Pinned:
    """What is known of a baseline beside its hours."""

    version: int
    since: int
    until: int
    at: int
    """When it was pinned."""
    by: str
    note: str
    digest: str
    """SHA-256 over all its hours: whoever has the same hours gets the same digest."""
    hours: int
    left_out: int
    """Hours with open incidents."""
    schema: int = SCHEMA


def hour_of_week(at: int) -> int:
    """0 is Monday from midnight UTC, 167 the last hour of Sunday."""
    return (at // HOUR + 72) % WEEK


def digest(hours: Iterable[HourOf]) -> str:
    """The hash of these hours, whatever their order."""
    lines = sorted(f"{one.at}\0{chr(0).join(one.segment)}\0{sha256(one.sketch).hexdigest()}" for one in hours)
    return sha256("\n".join([str(SCHEMA), *lines]).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass
class Baseline:
    """A baseline that is ready to be compared with."""

    pinned: Pinned
    hours: Sequence[HourOf]
    _slices: dict[Slice, "OfSlice"] = field(default_factory=dict)

    def of(self, part: Slice) -> "OfSlice":
        """What is usual in one slice."""
        if part not in self._slices:
            mine = [one for one in self.hours if part.holds(one.segment)]
            self._slices[part] = OfSlice(_by_hour(mine))
        return self._slices[part]

    def has(self, part: Slice) -> bool:
        """Whether there is anything of this slice in it."""
        return any(part.holds(one.segment) for one in self.hours)


def _by_hour(hours: Iterable[HourOf]) -> dict[int, Sketch]:
    found: dict[int, Sketch] = {}
    for one in hours:
        found.setdefault(one.at, Sketch()).add_packed(one.sketch)
    return found


class OfSlice:
    """What is usual in one slice."""

    def __init__(self, by_hour: Mapping[int, Sketch]) -> None:
        self._by_hour = by_hour
        self._of_week = np.zeros((WEEK, LAYOUT.size), dtype=np.int64)
        for at, sketch in by_hour.items():
            self._of_week[hour_of_week(at)] += sketch.counts
        self._enough = lru_cache(maxsize=4096)(self._usual)
        self.restlessness = lru_cache(maxsize=None)(self._restlessness)
        self.unrest = lru_cache(maxsize=None)(self._unrest)
        self.memory = lru_cache(maxsize=None)(self._memory)

    @property
    def n_hours(self) -> int:
        return len(self._by_hour)

    def usual(self, metric: Metric, hours: tuple[int, ...], n: int) -> Counts:
        """The counts that a window of ``n`` values over these hours of the week is held against."""
        return self._enough(metric, hours, max(ENOUGH, TIMES * (1 << (n - 1).bit_length() if n > 1 else 1)))

    def _usual(self, metric: Metric, hours: tuple[int, ...], enough: int) -> Counts:
        mine = self._of_week[:, LAYOUT.of(metric)]
        for chosen in (sorted(set(hours)), sorted({day * 24 + hour % 24 for hour in hours for day in range(7)})):
            counts: npt.NDArray[np.int64] = mine[chosen].sum(axis=0)
            if counts.sum() >= enough:
                return counts
        whole: npt.NDArray[np.int64] = mine.sum(axis=0)
        return whole

    def dispersion(self, metric: Metric, n: int, hours: int) -> float:
        """How much more windows of ``n`` values over so many hours vary than independent calls would, in the direction
        in which they vary most: 1 or more. What an hour's values have in common counts once for each of them."""
        hours = max(hours, 1)
        # Nothing is known of how long the mood of a mix lasts: it is taken to last.
        lasting = hours if metric.shape is Shape.MIX else min(hours, self.memory(metric))
        return 1.0 + n / hours * self.restlessness(metric) * lasting

    def _restlessness(self, metric: Metric) -> float:
        """By how much Pearson's statistic of an hour against all others of its kind is above its degrees of freedom,
        for each value of the hour (McCullagh and Nelder, "Generalized Linear Models", 1989, 4.5)."""
        excess = [(statistic / freedom, freedom, n) for statistic, freedom, n in self._statistics(metric)]
        if len(excess) < LEAST_HOURS:
            return 0.0
        # An hour in which something happened says little of what is usual.
        most = _MOST_OF_TENTH * float(np.quantile([ratio for ratio, _, _ in excess], 0.9))
        above = sum((min(ratio, most) - 1) * freedom for ratio, freedom, _ in excess)
        return max(0.0, above / sum(n for _, _, n in excess))

    def _statistics(self, metric: Metric) -> Iterator[tuple[float, int, int]]:
        """Of each hour with enough in it: the statistic, its degrees of freedom, the values."""
        groups = grouping(metric, self._of_week[:, LAYOUT.of(metric)].sum(axis=0))
        for at, sketch in self._by_hour.items():
            own = regroup(sketch.of(metric), groups)
            n = int(own.sum())
            others = regroup(self.usual(metric, (hour_of_week(at),), n), groups) - own
            m = int(others.sum())
            there = others > 0
            if n < _LEAST_OF_HOUR or m < _LEAST_USUAL or there.sum() < 2:
                continue
            expected = n * others[there] / m
            statistic = float(((own[there] - expected) ** 2 / expected).sum() / (1 + n / m))
            yield statistic, int(there.sum()) - 1, n

    def deviation(self, metric: Metric, counts: Counts, hours: tuple[int, ...]) -> float | None:
        """By how many standard errors the mean score of a window is off what is usual; None where that says nothing."""
        z = self._raw_deviation(metric, counts, self.usual(metric, hours, int(counts.sum())))
        return None if z is None else z / sqrt(self.unrest(metric) * self.memory(metric))

    def _raw_deviation(self, metric: Metric, counts: Counts, usual: Counts) -> float | None:
        n, m = int(counts.sum()), int(usual.sum())
        if n < _LEAST_OF_HOUR or m < _LEAST_USUAL or metric.shape is Shape.MIX:
            return None
        scores = metric.bins.scores
        middle = float(usual @ scores) / m
        variance = float(usual @ (scores - middle) ** 2) / m
        if metric.shape is Shape.RATE:
            # A rate that was never seen is still possible.
            share = (float(usual[1]) + 0.5) / (m + 1)
            variance = share * (1 - share)
        spread = sqrt(variance * (1 / n + 1 / m))
        return (float(counts @ scores) / n - middle) / spread if spread > 0 else None

    def _unrest(self, metric: Metric) -> float:
        """How much more the means of hours vary than those of independent calls would: 1 or more."""
        squares = sorted(z * z for _, z in self._deviations(metric))
        cut = int(len(squares) * _TRIM)
        # The mean of squares of normal deviates without the greatest and least tenth of them is 0.68.
        kept = squares[cut : len(squares) - cut]
        return max(1.0, float(np.mean(kept)) / 0.68) if len(squares) >= LEAST_HOURS else 1.0

    def _memory(self, metric: Metric) -> float:
        """How much more sums of hours in a row vary because each resembles those before: 1 or more.

        ``1 + 2 (r₁ + r₂ + …)`` over the correlations of hours so far apart, up to the first that is not above 0 (Geyer,
        "Practical Markov chain Monte Carlo", 1992, 3.3).
        """
        found = {at: max(-_MOST_DEVIATION, min(_MOST_DEVIATION, z)) for at, z in self._deviations(metric)}
        memory = 1.0
        for lag in range(1, _MOST_LAG + 1):
            pairs = np.array([(z, found[at + lag * HOUR]) for at, z in found.items() if at + lag * HOUR in found])
            if len(pairs) < LEAST_HOURS or not (variance := float((pairs**2).mean())):
                break
            alike = float((pairs[:, 0] * pairs[:, 1]).mean()) / variance
            if alike <= 0:
                break
            memory += 2 * alike
        return memory

    def _deviations(self, metric: Metric) -> Iterator[tuple[int, float]]:
        """Of each hour from all others of its kind, with its time."""
        for at, sketch in self._by_hour.items():
            own = sketch.of(metric)
            z = self._raw_deviation(metric, own, self.usual(metric, (hour_of_week(at),), int(own.sum())) - own)
            if z is not None:
                yield at, z


GROUPS = 10
"""Into so many groups of about equal size the bins of a number are put, by what is usual."""


def grouping(metric: Metric, usual: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The group of each bin of a metric: by quantiles of what is usual for numbers, each bin for itself otherwise."""
    if metric.shape is not Shape.NUMBER:
        return np.arange(len(usual))
    total = usual.sum()
    if not total:
        return np.zeros(len(usual), dtype=np.int64)
    # The share below the middle of the bin: a bin that holds many values does not go to the group after its own.
    below = (np.cumsum(usual) - usual / 2) / total
    groups: npt.NDArray[np.int64] = np.minimum((below * GROUPS).astype(np.int64), GROUPS - 1)
    return groups


def regroup(counts: npt.NDArray[np.int64], groups: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Counts by group."""
    found = np.zeros(int(groups.max(initial=0)) + 1, dtype=np.int64)
    np.add.at(found, groups, counts)
    return found
