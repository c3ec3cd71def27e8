"""Monitors of what was measured in an hour: drift, slow drift, and values beyond a limit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from llmsec_tui.drift.baseline import Baseline, hour_of_week
from llmsec_tui.drift.board import MOST_SLICES, Cell, Window
from llmsec_tui.drift.hours import shown
from llmsec_tui.drift.metrics import BY_NAME, Metric
from llmsec_tui.drift.monitors.kinds import ALL, Drift, OfHours, Slow, Threshold, Value
from llmsec_tui.drift.monitors.standing import MOST_CHARS, Firing, Standing, State, mark
from llmsec_tui.drift.segments import Segment, Slice
from llmsec_tui.drift.sequential import Cusum
from llmsec_tui.drift.sketch import Sketch
from llmsec_tui.drift.verdict import Finding, Verdict, judge, settled
from llmsec_tui.text import clip

Choice = Callable[[Sequence[Mapping[str, str]]], Sequence[bool]]
"""Which of several things a monitor looks at, by what they are called."""


@dataclass(frozen=True, slots=True)
class Hour:
    """What was measured in one hour, of all that a monitor looks at."""

    at: int
    """Its beginning, in microseconds since 1970 UTC."""
    seen: Window
    segments: Mapping[int, Segment]
    baseline: Baseline | None
    cells: Sequence[Cell] | None = None
    """The whole board, where the monitor looks at everything."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One metric of one slice."""

    part: Slice
    metric: Metric
    sketch: Sketch
    finding: Finding | None

    @property
    def about(self) -> str:
        return f"{self.metric.name} of {self.part.name}"

    @property
    def mark(self) -> str:
        return mark(self.about)

    @property
    def where(self) -> str:
        return f" of {self.part.dimension} {clip(self.part.value, MOST_CHARS)}" if self.part.dimension else ""

    def firing(self, at: int, sentence: str) -> Firing:
        names = {self.part.dimension: self.part.value} if self.part.dimension else {}
        return Firing(self.about, at, sentence, names)


def judged(kind: OfHours, hour: Hour, before: State) -> tuple[State, list[Firing]]:
    """Where a monitor stands after an hour, and what it has to say. What was not seen in it stands as it did."""
    if not isinstance(kind, Threshold) and hour.baseline is None:
        return State(), []
    version = hour.baseline.pinned.version if hour.baseline is not None else 0
    known = before.standings if isinstance(kind, Threshold) or before.baseline == version else {}
    after, firings, whole = dict(known), [], set()
    for one, standing, sentence in _judged(kind, hour, known):
        if standing.told and not one.part.dimension:
            whole.add(one.metric.name)
        if standing.told and not known.get(one.mark, Standing()).told:
            firings.append((one, sentence))
        if standing == Standing():
            after.pop(one.mark, None)
        else:
            after[one.mark] = standing
    # What is so of everything is not told again of its parts.
    told = [one for one in firings if not one[0].part.dimension or one[0].metric.name not in whole]
    return State(after, version), [one.firing(hour.at, sentence) for one, sentence in told]


def _judged(kind: OfHours, hour: Hour, known: Mapping[str, Standing]) -> Iterator[tuple[_Part, Standing, str]]:
    match kind:
        case Drift():
            for one in _drifts(kind, hour):
                yield one, *_drift(one, known.get(one.mark, Standing()))
        case Slow():
            for one in _parts(kind.metrics, kind.by, hour):
                yield from _slow(kind, one, hour, known.get(one.mark, Standing()))
        case Threshold():
            for one in _parts((kind.metric,), kind.by, hour):
                yield from _beyond(kind, one, known.get(one.mark, Standing()))


def _drift(one: _Part, before: Standing) -> tuple[Standing, str]:
    found = one.finding
    assert found is not None
    if found.verdict in (Verdict.INSUFFICIENT, Verdict.ABSENT):
        return before, ""
    change = _change(found.value, found.usual, found.effect, one.metric)
    sentence = (
        f"{one.metric.title}{one.where} is not what it was: {change}; "
        f"effect {found.effect:.2f}, p {found.p_value:.1g}, {found.n:,} values."
    )
    return before.after(found.verdict is Verdict.DRIFT), sentence


def _slow(kind: Slow, one: _Part, hour: Hour, before: Standing) -> Iterator[tuple[_Part, Standing, str]]:
    assert hour.baseline is not None
    usual, hours = hour.baseline.of(one.part), (hour_of_week(hour.at),)
    counts = one.sketch.of(one.metric)
    z = usual.deviation(one.metric, counts, hours)
    if z is None:
        return
    sums = before.sums.after(z, hour.at)
    change = ""
    if max(sums.up, sums.down) > kind.limit:
        found = judge(one.metric, one.sketch, usual, hours)
        change = _change(found.value, found.usual, found.effect, one.metric)
    sentence = f"{one.metric.title}{one.where} has been moving away from what is usual, hour by hour: {change}."
    yield one, before.summed(_bounded(sums, kind.limit)).after(bool(change)), sentence


def _bounded(sums: Cusum, limit: float) -> Cusum:
    """Sums stop at twice the limit, so that the end of a drift is seen too."""
    return replace(sums, up=min(sums.up, 2 * limit), down=min(sums.down, 2 * limit))


def _beyond(kind: Threshold, one: _Part, before: Standing) -> Iterator[tuple[_Part, Standing, str]]:
    n = one.sketch.n(one.metric)
    value = figure(kind.value, one.sketch, one.metric)
    if n < max(kind.min_n, 1) or value is None:
        return
    limit = kind.above if kind.above is not None else kind.below
    assert limit is not None
    holds = value > limit if kind.above is not None else value < limit
    side = "above" if kind.above is not None else "below"
    lasted = f" for {kind.hours} hours" if kind.hours > 1 else ""
    what = "" if kind.value is Value.SHARE else f" ({kind.value})"
    sentence = (
        f"{one.metric.title}{what}{one.where}: {shown(value, one.metric)}, {side} {shown(limit, one.metric)}{lasted}; "
        f"{n:,} values in the last hour."
    )
    yield one, before.after(holds, kind.hours), sentence


def figure(value: Value, sketch: Sketch, metric: Metric) -> float | None:
    """One figure of an hour; None without values."""
    match value:
        case Value.SHARE:
            n = sketch.n(metric)
            return float(sketch.of(metric)[1]) / n if n else None
        case Value.MEAN:
            return sketch.mean(metric)
        case Value.MEDIAN:
            return sketch.quantile(metric, 0.5)
        case Value.P95:
            return sketch.quantile(metric, 0.95)
    return sketch.quantile(metric, 0.99)


def _drifts(kind: Drift, hour: Hour) -> list[_Part]:
    """By the verdict of the whole board, or of all that this monitor looks at."""
    assert hour.baseline is not None
    wanted = frozenset(kind.metrics)
    if hour.cells is not None and kind.effect is None:
        named = _alone(hour.segments, kind.by)
        return [
            _Part(part, cell.metric, Sketch(), cell.finding)
            for cell in hour.cells
            if cell.metric.name in wanted
            for part in ([cell.part] if _is_wanted(cell.part, kind.by) else named if not cell.part.dimension else [])
        ]
    parts = list(_parts(kind.metrics, kind.by, hour))
    found = [_finding(kind, one, hour, hour.baseline) for one in parts]
    return [replace(one, finding=finding) for one, finding in zip(parts, settled(found), strict=True)]


def _finding(kind: Drift, one: _Part, hour: Hour, baseline: Baseline) -> Finding:
    metric = one.metric if kind.effect is None else replace(one.metric, floor=kind.effect)
    return judge(metric, one.sketch, baseline.of(one.part), hour.seen.hours)


def _is_wanted(part: Slice, by: Sequence[str]) -> bool:
    return (part.dimension or ALL) in by


def _alone(segments: Mapping[int, Segment], by: Sequence[str]) -> list[Slice]:
    """The slices that are the whole, because nothing else has a value there; none where the whole is looked at too."""
    if ALL in by:
        return []
    found = ((name, {getattr(one, name) for one in segments.values()}) for name in by)
    return [Slice(name, value) for name, given in found if len(given) == 1 for value in given if value]


def _parts(metrics: Sequence[str], by: Sequence[str], hour: Hour) -> Iterator[_Part]:
    """Each metric of each slice of the hour, the slices with the most calls first."""
    of: dict[Slice, list[int]] = {}
    for number, segment in hour.segments.items():
        if number in hour.seen.sketches:
            for name in by:
                value = "" if name == ALL else getattr(segment, name)
                if value or name == ALL:
                    of.setdefault(Slice("" if name == ALL else name, value), []).append(number)
    summed = [(part, hour.seen.of(numbers)) for part, numbers in of.items()]
    most = sorted(summed, key=lambda one: (bool(one[0].dimension), -int(one[1].counts.sum()), one[0]))
    for part, sketch in most[:MOST_SLICES]:
        for name in metrics:
            yield _Part(part, BY_NAME[name], sketch, None)


def _change(value: float | None, usual: float | None, effect: float, metric: Metric) -> str:
    if value is None or usual is None:
        return f"{effect:.0%} of it is otherwise"
    return f"{shown(value, metric)} where {shown(usual, metric)} is usual"
