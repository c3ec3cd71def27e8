"""The board: every metric of every slice of one window, held against what is usual."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from llmsec_tui.drift.baseline import HOUR, Baseline, hour_of_week
from llmsec_tui.drift.metrics import METRICS, Metric
from llmsec_tui.drift.segments import Segment, Slice, slices
from llmsec_tui.drift.sketch import Sketch, merged_by
from llmsec_tui.drift.verdict import Finding, Verdict, judge, settled

MOST_SLICES = 60
"""Slices with the most calls that are on the board."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One metric of one slice."""

    part: Slice
    metric: Metric
    counts: npt.NDArray[np.int64]
    """Of the window."""
    finding: Finding


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured in some stretch of time, by the number of the segment."""

    since: int
    """Microseconds since 1970 UTC."""
    until: int
    sketches: Mapping[int, Sketch]

    @property
    def hours(self) -> tuple[int, ...]:
        """The hours of the week that it lies in."""
        first, last = self.since // HOUR, max(self.until - 1, self.since) // HOUR
        return tuple(sorted({hour_of_week(at * HOUR) for at in range(first, min(last, first + 167) + 1)}))

    def of(self, numbers: Iterable[int]) -> Sketch:
        """The sum over some segments."""
        whole = Sketch()
        for number in numbers:
            if number in self.sketches:
                whole.add(self.sketches[number])
        return whole


def window(since: int, until: int, found: Iterable[tuple[int, int, bytes]]) -> Window:
    """Out of sketches as the store has them: time, number of the segment, sketch."""
    return Window(since, until, merged_by((number, packed) for _, number, packed in found))


def board(seen: Window, segments: Mapping[int, Segment], baseline: Baseline | None) -> list[Cell]:
    """All cells of which the logs tell anything, now or in the baseline; the slice of all first."""
    present = {number: segments[number] for number in seen.sketches if number in segments}
    hours = seen.hours
    cells = [
        Cell(part, metric, sketch.of(metric), judge(metric, sketch, of_slice, hours))
        for part, sketch in _summed(seen, present)
        for of_slice in (baseline.of(part) if baseline is not None else None,)
        for metric in METRICS
    ]
    told = [cell for cell in cells if cell.finding.verdict is not Verdict.ABSENT]
    verdicts = settled([cell.finding for cell in told])
    return [replace(cell, finding=one) for cell, one in zip(told, verdicts, strict=True)]


def _summed(seen: Window, segments: Mapping[int, Segment]) -> Sequence[tuple[Slice, Sketch]]:
    parts = [(part, seen.of(numbers)) for part, numbers in slices(segments).items()]
    most = sorted(parts, key=lambda one: (bool(one[0].dimension), -int(one[1].counts.sum()), one[0]))
    return most[:MOST_SLICES]
