"""The points of a chart: what each hour came to, and between what it usually is."""

from collections.abc import Collection, Mapping, Sequence
from math import sqrt

from llmsec_tui.drift.baseline import HOUR, Baseline, OfSlice, hour_of_week
from llmsec_tui.drift.bins import quantile
from llmsec_tui.drift.metrics import Metric, Shape
from llmsec_tui.drift.segments import Slice
from llmsec_tui.drift.sketch import Sketch, merged_by
from llmsec_tui.drift.verdict import judge
from llmsec_tui.service.behaviour.api import BehaviourPoint
from llmsec_tui.store.queries import Reader

_NINE_OF_TEN = 1.645
"""Standard errors to either side, between which nine of ten hours are."""

Band = tuple[float | None, float | None]


def chart(
    reader: Reader, metric: Metric, part: Slice, baseline: Baseline | None, since: int, until: int
) -> list[BehaviourPoint]:
    """The hours from ``since`` to before ``until`` (µs), those without a value too."""
    version, usual = (baseline.pinned.version, baseline.of(part)) if baseline is not None else (0, None)
    mine = {number: one for number, one in reader.segments().items() if part.holds(one)}
    by_hour = _by_hour(reader, mine, since, until)
    stored = reader.behaviour_points(since, until, part.name, metric.name)
    judged = {one["at"]: one["verdict"] for one in stored if one["baseline"] == version}
    alerts = reader.alerts_by_hour(since, until, part, sorted({one.app for one in mine.values()}))
    found = []
    for at in range(since, until, HOUR):
        sketch = by_hour.get(at, Sketch())
        finding = judge(metric, sketch, usual, (hour_of_week(at),))
        low, high = band(metric, usual, at, finding.n) if usual is not None else (None, None)
        # Of a mix the effect is drawn: how much of it is otherwise.
        value = finding.effect if metric.shape is Shape.MIX and finding.usual_n and finding.n else finding.value
        found.append(
            BehaviourPoint(
                at=at,
                n=finding.n,
                value=value,
                low=low,
                high=high,
                # The verdict of an hour that was judged is that of its whole board.
                verdict=judged.get(at, finding.verdict),
                alerts=alerts.get(at, 0),
            )
        )
    return found


def _by_hour(reader: Reader, mine: Collection[int], since: int, until: int) -> Mapping[int, Sketch]:
    found = (*reader.hours(since, until), *reader.minutes(since, until))
    return merged_by((at // HOUR * HOUR, packed) for at, number, packed in found if number in mine)


def band(metric: Metric, baseline: OfSlice, at: int, n: int) -> Band:
    """Between what nine of ten hours of ``n`` values lie at that hour of the week; None where that is not known.

    Of a rate 1.645 standard errors of a share to either side, of a number the quantiles that lie as far from the
    middle as a median of so many values does (David and Nagaraja, "Order Statistics", 2003, 7.1); both as much wider as
    hours vary more than by chance. Of a mix from nothing to what is too little to matter.
    """
    usual = baseline.usual(metric, (hour_of_week(at),), n)
    m = int(usual.sum())
    if not n or not m:
        return None, None
    if metric.shape is Shape.MIX:
        return 0.0, metric.floor
    spread = sqrt((1 / n + 1 / m) * baseline.unrest(metric))
    if metric.shape is Shape.RATE:
        share = float(usual[1]) / m
        # A rate that was never seen is still possible.
        likely = (float(usual[1]) + 0.5) / (m + 1)
        off = _NINE_OF_TEN * sqrt(likely * (1 - likely)) * spread
        return max(0.0, share - off), min(1.0, share + off)
    off = _NINE_OF_TEN * 0.5 * spread
    return quantile(metric.bins, usual, 0.5 - off), quantile(metric.bins, usual, 0.5 + off)


def began(points: Sequence[BehaviourPoint], since: int) -> int:
    """When (µs) the drift began that there is at the end: the first of the hours in a row that differ."""
    start = since
    for one in reversed([one for one in points if one.at < since]):
        if one.verdict not in ("drift", "watch"):
            break
        start = one.at
    return start
