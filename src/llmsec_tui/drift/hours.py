"""What each hour came to: the points of the charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmsec_tui.drift.baseline import Baseline, hour_of_week
from llmsec_tui.drift.board import Cell
from llmsec_tui.drift.metrics import Metric, Shape
from llmsec_tui.drift.segments import Slice
from llmsec_tui.drift.sequential import Cusum
from llmsec_tui.drift.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Point:
    """One metric of one slice in one hour."""

    at: int
    """The beginning of the hour, in microseconds since 1970 UTC."""
    part: Slice
    metric: str
    n: int
    value: float | None
    usual: float | None
    effect: float
    p_value: float
    verdict: Verdict
    slow: Cusum
    """Of the hours up to this one."""
    baseline: int
    """The version that it was held against; 0 for none."""


def points(
    at: int, cells: Sequence[Cell], baseline: Baseline | None, before: Mapping[tuple[str, str], Cusum]
) -> list[Point]:
    """The points of one hour. ``before`` has the sums of the hour before, by the names of slice and metric."""
    version = baseline.pinned.version if baseline is not None else 0
    found = []
    for cell in cells:
        one = cell.finding
        slow = before.get((cell.part.name, cell.metric.name), Cusum())
        z = (
            None
            if baseline is None
            else baseline.of(cell.part).deviation(cell.metric, cell.counts, (hour_of_week(at),))
        )
        slow = slow if z is None else slow.after(z, at)
        verdict = Verdict.WATCH if one.verdict is Verdict.STEADY and slow.since is not None else one.verdict
        found.append(
            Point(
                *(at, cell.part, one.metric, one.n, one.value, one.usual, one.effect, one.p_value, verdict, slow),
                version,
            )
        )
    return found


def shown(value: float, metric: Metric) -> str:
    """A value with its unit."""
    if metric.shape is Shape.RATE or metric.unit == "%":
        return f"{value:.1%}"
    number = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"${number}" if metric.unit == "$" else f"{number} {metric.unit}".rstrip()
