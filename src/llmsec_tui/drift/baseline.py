"""What is usual: a frozen stretch of time, hour by hour of the week, and how much it varies by itself.

A baseline is pinned by a person and never changes: hours with an open incident are left out when it is made, so an
attack cannot teach that it is normal. What a window is held against is the baseline's calls of the same hours of the
week, where it has enough of them; else those of the same hours of the day; else all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from llmsec_tui.drift import unrest
from llmsec_tui.drift.metrics import LAYOUT, METRICS, SCHEMA, Metric, Shape
from llmsec_tui.drift.segments import Segment, Slice
from llmsec_tui.drift.sketch import unpack

Counts = npt.NDArray[np.int64]

HOUR = 3_600_000_000
WEEK = 168
ENOUGH = 500
"""Values of a metric that make up what is usual at some hours, at least; with fewer, more hours are taken together."""
TIMES = 4
"""And so many times the values of the window: otherwise the chance that made the baseline would be blamed on it."""
_MONDAY = 72
"""1970 began on a Thursday: so many hours after midnight of a Monday."""


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
    return (at // HOUR + _MONDAY) % WEEK


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
    _unpacked: "_Cells | None" = None

    def of(self, part: Slice) -> "OfSlice":
        """What is usual in one slice."""
        if part not in self._slices:
            if self._unpacked is None:
                self._unpacked = _cells(self.hours)
            self._slices[part] = self._unpacked.of(part)
        return self._slices[part]

    def has(self, part: Slice) -> bool:
        """Whether there is anything of this slice in it."""
        return any(part.holds(one.segment) for one in self.hours)


@dataclass(frozen=True, slots=True)
class _Cells:
    """What is not zero in the hours of a baseline: hour, bin and count of each, those of one segment in a row."""

    hours: Counts
    """The beginnings of all hours, in order."""
    at: npt.NDArray[np.int32]
    bins: npt.NDArray[np.uint16]
    counts: npt.NDArray[np.uint32]
    segments: Mapping[Segment, slice]
    """Where those of each segment are."""

    def of(self, part: Slice) -> "OfSlice":
        wanted = [where for segment, where in self.segments.items() if part.holds(segment)]
        if not wanted:
            return OfSlice(self.hours[:0], np.zeros((0, LAYOUT.size), dtype=np.int64))
        at, bins, counts = (
            np.concatenate([one[where] for where in wanted]) for one in (self.at, self.bins, self.counts)
        )
        place = at.astype(np.int64) * LAYOUT.size + bins
        whole = np.bincount(place, counts, len(self.hours) * LAYOUT.size).astype(np.int64).reshape(-1, LAYOUT.size)
        there = whole.any(axis=1)
        return OfSlice(self.hours[there], whole[there])


def _cells(hours: Sequence[HourOf]) -> _Cells:
    begins = np.unique(np.array([one.at for one in hours], dtype=np.int64))
    ordered = sorted(hours, key=lambda one: one.segment)
    found = unpack([one.sketch for one in ordered])
    at = np.searchsorted(begins, np.array([one.at for one in ordered], dtype=np.int64))
    # Where each segment's sketches begin, and so their cells.
    firsts = [place for place, one in enumerate(ordered) if not place or one.segment != ordered[place - 1].segment]
    borders = np.searchsorted(found.of, [*firsts, len(ordered)]).tolist()
    segments = {ordered[first].segment: slice(*ends) for first, ends in zip(firsts, pairwise(borders), strict=True)}
    return _Cells(begins, at[found.of].astype(np.int32), found.places, found.counts, segments)


class OfSlice:
    """What is usual in one slice."""

    def __init__(self, hours: Counts, counts: Counts) -> None:
        """The beginnings of hours (µs), and a row of counts for each, with a column for each bin of the layout."""
        self._hours = hours // HOUR
        self._bins = np.flatnonzero(counts.any(axis=0))
        # Few bins have anything in them, and a board has sixty of these.
        self._counts = counts[:, self._bins].astype(np.int32)
        self._week = np.zeros((WEEK, len(self._bins)), dtype=np.int64)
        np.add.at(self._week, (self._hours + _MONDAY) % WEEK, self._counts)
        starts = np.searchsorted(self._bins, [LAYOUT.of(metric).start for metric in METRICS])
        ends = [*starts[1:].tolist(), len(self._bins)]
        self._columns = {m.name: slice(*both) for m, *both in zip(METRICS, starts.tolist(), ends, strict=True)}
        """Where a metric's bins are among those that have anything in them."""
        self._of_hours = {name: self._week[:, where].sum(axis=1).tolist() for name, where in self._columns.items()}
        """How many values of a metric each hour of the week has."""
        self._enough = lru_cache(maxsize=4096)(self._usual)
        self._whole = lru_cache(maxsize=None)(self._usual_of_all)
        self._known: dict[str, _Unrest] = {}

    def has(self, metric: Metric) -> bool:
        """Whether there is any value of a metric."""
        columns = self._columns[metric.name]
        return bool(columns.start < columns.stop)

    def usual(self, metric: Metric, hours: tuple[int, ...], n: int) -> Counts:
        """The counts that a window of ``n`` values over these hours of the week is held against."""
        if not self.has(metric):
            return np.zeros(metric.bins.size, dtype=np.int64)
        return self._enough(metric, hours, max(ENOUGH, TIMES * (1 << (n - 1).bit_length() if n > 1 else 1)))

    def _usual(self, metric: Metric, hours: tuple[int, ...], enough: int) -> Counts:
        mine = self._week[:, self._columns[metric.name]]
        of_hours = self._of_hours[metric.name]
        for chosen in (sorted(set(hours)), sorted({day * 24 + hour % 24 for hour in hours for day in range(7)})):
            if sum(of_hours[hour] for hour in chosen) >= enough:
                return self._spread(metric, mine[chosen].sum(axis=0))
        return self._whole(metric)

    def _usual_of_all(self, metric: Metric) -> Counts:
        return self._spread(metric, self._week[:, self._columns[metric.name]].sum(axis=0))

    def _spread(self, metric: Metric, counts: Counts) -> Counts:
        """In all bins of a metric; of one row, or of a row for each hour."""
        whole = np.zeros((*counts.shape[:-1], metric.bins.size), dtype=np.int64)
        whole[..., self._bins[self._columns[metric.name]] - LAYOUT.of(metric).start] = counts
        return whole

    def dispersion(self, metric: Metric, n: int, hours: int) -> float:
        """How much more windows of ``n`` values over so many hours vary than independent calls would, in the direction
        in which they vary most: 1 or more. What an hour's values have in common counts once for each of them."""
        hours = max(hours, 1)
        # Nothing is known of how long the mood of a mix lasts: it is taken to last.
        lasting = hours if metric.shape is Shape.MIX else min(hours, self.memory(metric))
        return 1.0 + n / hours * self._unrest(metric).restlessness * lasting

    def unrest(self, metric: Metric) -> float:
        """How much more the means of hours vary than those of independent calls would: 1 or more."""
        return self._unrest(metric).unrest

    def memory(self, metric: Metric) -> float:
        """How much more sums of hours in a row vary because each resembles those before: 1 or more."""
        return self._unrest(metric).memory

    def _unrest(self, metric: Metric) -> "_Unrest":
        if metric.name not in self._known:
            own = self._counts[:, self._columns[metric.name]].astype(np.int64)
            others = self._usual_of_hours(metric, own) - own
            groups = grouping(metric, self._spread(metric, own.sum(axis=0)))
            mine = groups[self._bins[self._columns[metric.name]] - LAYOUT.of(metric).start]
            together = (mine[:, None] == np.unique(mine)).astype(np.int64)
            spread = self._spread(metric, own), self._spread(metric, others)
            found = unrest.deviations(metric, self._hours, *spread)
            self._known[metric.name] = _Unrest(
                unrest.restlessness(own @ together, others @ together), unrest.unrest(found), unrest.memory(found)
            )
        return self._known[metric.name]

    def _usual_of_hours(self, metric: Metric, own: Counts) -> Counts:
        """What each hour of the baseline would be held against, itself among it; see :meth:`usual`."""
        n = own.sum(axis=1)
        # The bits that n - 1 takes, as above.
        enough = np.maximum(ENOUGH, TIMES * 2.0 ** np.frexp(np.maximum(n - 1, 0))[1])
        week = self._week[:, self._columns[metric.name]]
        day, at = week.reshape(7, 24, -1).sum(axis=0), (self._hours + _MONDAY) % WEEK
        of_week, of_day = (week.sum(axis=1)[at] >= enough)[:, None], (day.sum(axis=1)[at % 24] >= enough)[:, None]
        return np.where(of_week, week[at], np.where(of_day, day[at % 24], week.sum(axis=0)))

    def deviation(self, metric: Metric, counts: Counts, hours: tuple[int, ...]) -> float | None:
        """By how many standard errors the mean score of a window is off what is usual; None where that says nothing."""
        n = int(counts.sum())
        if metric.shape is Shape.MIX or n < unrest.LEAST_OF_HOUR:
            return None
        usual = self.usual(metric, hours, n)
        found = unrest.deviations(metric, np.zeros(1, dtype=np.int64), counts[None], usual[None]).errors
        return float(found[0]) / sqrt(self.unrest(metric) * self.memory(metric)) if len(found) else None


class _Unrest(NamedTuple):
    """Of one metric; see ``drift/unrest.py``."""

    restlessness: float
    unrest: float
    memory: float


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
