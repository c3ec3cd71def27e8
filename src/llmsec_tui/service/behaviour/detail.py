"""One metric of one slice, with all that explains it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from llmsec_tui.access import Actor, ContentLevel
from llmsec_tui.drift import text_drift
from llmsec_tui.drift.baseline import ENOUGH, HOUR, Baseline, HourOf, hour_of_week
from llmsec_tui.drift.board import Cell, Window, board
from llmsec_tui.drift.causes import Change, Split, blame, changes_seen, splits
from llmsec_tui.drift.metrics import BY_NAME, Metric, Shape
from llmsec_tui.drift.segments import Segment, Slice, values
from llmsec_tui.drift.sketch import Sketch, merged_by
from llmsec_tui.drift.verdict import Verdict, judge, shifts, statistics
from llmsec_tui.errors import NotFound
from llmsec_tui.service.behaviour.api import (
    BehaviourDetail,
    BehaviourPoint,
    CauseRow,
    ChangeMark,
    GetBehaviour,
    ShiftRow,
    SplitRow,
    TermsRow,
)
from llmsec_tui.service.behaviour.charting import began, chart
from llmsec_tui.service.behaviour.contributing import contributors
from llmsec_tui.service.behaviour.handlers import row, slow_since
from llmsec_tui.service.behaviour.reading import MOST_HOURS, end, last_window, parts, summed
from llmsec_tui.service.context import Context
from llmsec_tui.store.queries import Reader

Parts = Sequence[tuple[Segment, Sketch]]

_BEFORE = 6 * HOUR
"""What changed so long before a shift began may have caused it."""
_MOST_SHIFTS = 8
_WORDING_HOLDS = HOUR // 6
"""To compare texts takes seconds: for so long a comparison is told again."""
_MOST_MARKS = 200
_SUSPECT = (Verdict.DRIFT, Verdict.WATCH)
_PLACED_BY_COLUMNS = ("", "app", "model", "tenant", "agent")
"""Slices whose answers can be found without measuring them."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the parts of a detail are made of."""

    metric: Metric
    part: Slice
    seen: Window
    segments: Mapping[int, Segment]
    baseline: Baseline | None

    @property
    def now(self) -> Parts:
        return parts(self.seen, self.segments, self.part)

    @property
    def usual(self) -> npt.NDArray[np.int64]:
        """The counts that the window is held against."""
        if self.baseline is None:
            return np.zeros(self.metric.bins.size, dtype=np.int64)
        n = summed(self.now).n(self.metric)
        return self.baseline.of(self.part).usual(self.metric, self.seen.hours, n)


def get_behaviour(context: Context, reader: Reader, ask: GetBehaviour, actor: Actor) -> BehaviourDetail:
    """Raises NotFound for a metric or slice that there is not."""
    metric, part = BY_NAME.get(ask.metric), Slice.named(ask.slice)
    if metric is None:
        raise NotFound(f"There is no metric {ask.metric[:40]!r}.", hint=f"Metrics: {', '.join(BY_NAME)}.")
    with reader.one_state():
        segments = reader.segments()
        if part.name != ask.slice or (part.dimension and not any(map(part.holds, segments.values()))):
            raise NotFound(f"There is no slice {ask.slice[:80]!r}.", hint="The drift board names those that there are.")
        _, baseline = context.behaviour.baseline(reader)
        asked = _Asked(metric, part, last_window(reader, ask.hours, ask.until), segments, baseline)
        return _detail(context, reader, asked, ask, actor)


def _detail(context: Context, reader: Reader, asked: _Asked, ask: GetBehaviour, actor: Actor) -> BehaviourDetail:
    metric, part, seen, baseline = asked.metric, asked.part, asked.seen, asked.baseline
    cell = _cell(asked)
    begin, until = _charted(reader, seen, min(max(ask.chart_hours, 1), MOST_HOURS) * HOUR)
    points = chart(reader, metric, part, baseline, begin, until)
    told = row(cell, slow_since(reader, seen), {(part.name, metric.name): [one.value for one in points[-24:]]})
    changes = _changes(reader, part, asked.segments, begin, until)
    usual = _usual_parts(baseline, asked) if baseline is not None else []
    cut = splits(metric, usual, asked.now)
    return BehaviourDetail(
        row=told,
        statistics=statistics(metric, asked.usual, cell.counts),
        points=points,
        marks=[ChangeMark(at=one.at, kind=one.kind, text=one.text, app=one.app) for one in changes],
        causes=_causes(asked, cut, changes, points, usual) if told.verdict in _SUSPECT else [],
        splits=[_split(one) for one in cut],
        shifts=_shifts(reader, metric, asked.usual, cell.counts) if baseline is not None else [],
        terms=_terms(context, reader, asked) if actor.content is ContentLevel.FULL else None,
        contributors=contributors(reader, metric, part, asked.usual, cell.counts, seen.since, seen.until),
    )


def _charted(reader: Reader, seen: Window, span: int) -> tuple[int, int]:
    """From when to when (µs) the chart goes: to the newest hour, unless the window is too long ago to be on it then."""
    last = end(reader)
    until = last if last - span <= seen.since else seen.until
    until = -(-until // HOUR) * HOUR
    return max(until - span, 0), until


def _cell(asked: _Asked) -> Cell:
    """As it is on the board; one that has no place there is judged by itself."""
    for cell in board(asked.seen, asked.segments, asked.baseline):
        if cell.part == asked.part and cell.metric is asked.metric:
            return cell
    sketch = summed(asked.now)
    of_slice = asked.baseline.of(asked.part) if asked.baseline is not None else None
    finding = judge(asked.metric, sketch, of_slice, asked.seen.hours)
    return Cell(asked.part, asked.metric, sketch.of(asked.metric), finding)


def _changes(reader: Reader, part: Slice, segments: Mapping[int, Segment], since: int, until: int) -> list[Change]:
    """What people noted and what was first seen, of the applications whose calls are in the slice; oldest first."""
    apps = values((one for one in segments.values() if part.holds(one)), "app")
    told = reader.markers_between(since, until, apps, _MOST_MARKS)
    noted = [Change(one["at"], one["kind"], one["text"], one["app"]) for one in told]
    seen = changes_seen(reader.segments_seen(), reader.first_seen(), since)
    first_seen = [one for one in seen if one.at < until]
    mine = (one for one in (*noted, *first_seen) if one.app in ("", *apps))
    return sorted(mine, key=lambda one: (one.at, one.kind, one.text))


def _usual_parts(baseline: Baseline, asked: _Asked) -> Parts:
    """The segments of the slice in the baseline, at the same hours of the week where it has enough of them; else of the
    day; else at all."""
    mine = [one for one in baseline.hours if asked.part.holds(one.segment)]
    same = set(asked.seen.hours)
    of_day = {hour % 24 for hour in same}
    for chosen in (
        [one for one in mine if hour_of_week(one.at) in same],
        [one for one in mine if hour_of_week(one.at) % 24 in of_day],
    ):
        found = _merged(chosen)
        if summed(found).n(asked.metric) >= ENOUGH:
            return found
    return _merged(mine)


def _merged(hours: Iterable[HourOf]) -> Parts:
    return list(merged_by((one.segment, one.sketch) for one in hours).items())


def _causes(
    asked: _Asked, cut: Sequence[Split], changes: Sequence[Change], points: Sequence[BehaviourPoint], usual: Parts
) -> list[CauseRow]:
    start = began(points, asked.seen.since)
    near = [one for one in changes if start - _BEFORE <= one.at < asked.seen.until]
    pressure = BY_NAME["pressure"]
    found = blame(cut, near, _rate(pressure, summed(asked.now)), _rate(pressure, summed(usual)))
    return [CauseRow(cause=one.cause, share=one.share, why=one.why) for one in found]


def _rate(metric: Metric, sketch: Sketch) -> float:
    return sketch.mean(metric) or 0.0


def _split(one: Split) -> SplitRow:
    return SplitRow(dimension=one.dimension, total=one.total, mix=one.mix, within=one.within, movers=list(one.movers))


def _shifts(reader: Reader, metric: Metric, usual: npt.NDArray[np.int64], now: npt.NDArray[np.int64]) -> list[ShiftRow]:
    if metric.shape is not Shape.MIX or not usual.sum() or not now.sum():
        return []
    found = shifts(metric, usual, now, reader.names_of(metric.name), _MOST_SHIFTS)
    return [ShiftRow(name=name, usual=before, now=after) for name, before, after in found]


def _terms(context: Context, reader: Reader, asked: _Asked) -> TermsRow | None:
    """Only for who may read what models answered: the terms are its words."""
    baseline, part, seen = asked.baseline, asked.part, asked.seen
    if baseline is None or part.dimension not in _PLACED_BY_COLUMNS:
        return None
    pinned = baseline.pinned

    def compared() -> text_drift.TextDrift | None:
        hours = sorted({one.at for one in baseline.hours})
        usual = reader.answers_of(pinned.since, pinned.until, part, most=text_drift.MOST, hours=hours)
        now = reader.answers_of(seen.since, seen.until, part, most=text_drift.MOST)
        return text_drift.compare(usual, now)

    # While calls come in the window moves on every minute, and what is said does not.
    when = (seen.since // _WORDING_HOLDS, seen.until // _WORDING_HOLDS)
    found = context.behaviour.wording((reader.sight, pinned.version, part.name, *when), compared)
    if found is None:
        return None
    return TermsRow(
        n=found.n,
        usual_n=found.usual_n,
        auc=found.auc,
        auc_limit=found.auc_limit,
        mmd=found.mmd,
        mmd_p=found.mmd_p,
        more=list(found.more),
        fewer=list(found.fewer),
    )


PERSONAL: Mapping[type, Callable[[Context, Reader, Any, Actor], Struct]] = {GetBehaviour: get_behaviour}
