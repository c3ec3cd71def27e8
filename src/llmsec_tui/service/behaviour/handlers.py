"""Queries about how models behave."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from llmsec_tui.drift.baseline import HOUR, Baseline, Pinned
from llmsec_tui.drift.board import Cell, Window, board
from llmsec_tui.drift.hours import shown
from llmsec_tui.drift.metrics import METRICS, SCHEMA
from llmsec_tui.drift.segments import Slice
from llmsec_tui.drift.sequential import LIMIT
from llmsec_tui.drift.sketch import Sketch
from llmsec_tui.drift.verdict import CHANCE, LEAST, LEAST_USUAL, Finding, Verdict, judge
from llmsec_tui.service.behaviour.api import (
    BaselineList,
    BaselineRow,
    BehaviourBoard,
    BehaviourRow,
    ListBaselines,
    ListBehaviour,
)
from llmsec_tui.service.behaviour.reading import ahead, last_window
from llmsec_tui.service.context import Context
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.rows import Row
from llmsec_tui.store.views import BEHAVIOUR

SPARK_HOURS = 24
_LAST_DATE = 253_402_300_799_000_000
"""The end of the year 9999, in microseconds since 1970."""
_ORDER = (Verdict.DRIFT, Verdict.WATCH, Verdict.INSUFFICIENT, Verdict.NO_BASELINE, Verdict.STEADY, Verdict.ABSENT)


def list_behaviour(context: Context, reader: Reader, ask: ListBehaviour) -> BehaviourBoard:
    """The drift board."""
    with reader.one_state():
        pinned, baseline = context.behaviour.baseline(reader)
        seen = last_window(reader, ask.hours)
        cells = board(seen, reader.segments(), baseline)
        slow = slow_since(reader, seen)
        sparks = _sparks(reader, seen)
        newest = reader.newest_minute()
    told = [*cells, *(_absent(cells, baseline) if seen.sketches else ())]
    rows = sorted((row(cell, slow, sparks) for cell in told), key=_rank)
    sought = reader.understood(ask.filter, BEHAVIOUR, time.time_ns() // 1000)
    matching = [one for one in rows if sought.matches(msgspec.to_builtins(one))]
    return BehaviourBoard(
        rows=matching[: max(ask.limit, 1)],
        total=len(matching),
        since=seen.since,
        until=seen.until,
        baseline=pinned.version if pinned is not None else 0,
        note=" ".join(filter(None, (note(pinned, baseline, seen), _thin(rows), _clocks(newest)))),
        drifting=sum(one.verdict == Verdict.DRIFT for one in rows),
        watched=sum(one.verdict == Verdict.WATCH for one in rows),
        insufficient=sum(one.verdict == Verdict.INSUFFICIENT for one in rows),
    )


def _absent(cells: Sequence[Cell], baseline: Baseline | None) -> list[Cell]:
    """Of the whole, the metrics of which logs and baseline tell nothing: what is not measured has to be seen too."""
    there = {cell.metric.name for cell in cells if not cell.part.dimension}
    usual = baseline.of(Slice()) if baseline is not None else None
    nothing = Sketch()
    return [
        Cell(Slice(), metric, nothing.of(metric), judge(metric, nothing, usual, ()))
        for metric in METRICS
        if metric.name not in there
    ]


def row(
    cell: Cell, slow: Mapping[tuple[str, str], int], sparks: Mapping[tuple[str, str], Sequence[float | None]]
) -> BehaviourRow:
    """One cell, as it is told."""
    one, metric = cell.finding, cell.metric
    key = (cell.part.name, metric.name)
    since = slow.get(key)
    verdict = Verdict.WATCH if one.verdict is Verdict.STEADY and since is not None else one.verdict
    return BehaviourRow(
        slice=cell.part.name,
        metric=metric.name,
        title=metric.title,
        shape=metric.shape,
        unit=metric.unit,
        verdict=verdict,
        n=one.n,
        usual_n=one.usual_n,
        value=one.value,
        usual=one.usual,
        effect=float(one.effect),
        floor=metric.floor,
        p_value=float(one.p_value),
        slow_since=since,
        spark=list(sparks.get(key, ())),
        why=why(cell, verdict, since),
    )


def why(cell: Cell, verdict: Verdict, since: int | None) -> str:
    """What a verdict rests on, in a sentence."""
    one, metric = cell.finding, cell.metric
    told = (
        f"{shown(one.value, metric)}, usually {shown(one.usual, metric)}"
        if one.value is not None and one.usual is not None
        else ""
    )
    mix = f"{one.effect:.0%} of the mix is otherwise"
    match verdict:
        case Verdict.NO_BASELINE:
            return "Nothing was pinned as usual yet."
        case Verdict.ABSENT:
            return "The logs do not tell it."
        case Verdict.INSUFFICIENT:
            return _too_few(one)
        case Verdict.DRIFT:
            return f"{told or mix}; the whole board can vouch for it (p {_chance(one.p_value)})."
        case Verdict.WATCH if one.verdict is Verdict.STEADY:
            return f"{told}; each hour is near what is usual, but all lie to one side."
        case Verdict.WATCH:
            sure = f"by itself that is sure (p {_chance(one.p_value)}), among so many it is not"
            return f"{told or mix}; {sure}."
    if one.p_value <= CHANCE:
        return f"{told or mix}; surely not the same, but too little to matter."
    return f"{told or 'Its shares'}{';' if told else ' are'} as chance would have it."


def _chance(p_value: float) -> str:
    """What is too small for a number is not nothing."""
    return f"{p_value:.1g}" if p_value > 1e-99 else "below 1e-99"


def _too_few(one: Finding) -> str:
    """Which side has too few values, and how many it takes."""
    if not one.n:
        return f"The logs do not tell it in this time; the baseline has {_values(one.usual_n)} of it."
    if not one.usual_n:
        return f"The baseline has nothing of it: it is new, and what is usual is not known ({_values(one.n)} now)."
    if one.n < LEAST:
        return f"{_values(one.n)} in this time: it takes {LEAST} to judge."
    return f"The baseline has {_values(one.usual_n)} of it: it takes {LEAST_USUAL} to know what is usual."


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count:,} values"


def _thin(rows: Sequence[BehaviourRow]) -> str:
    """That there is too little in the window for any verdict."""
    if rows and all(one.verdict in (Verdict.INSUFFICIENT, Verdict.ABSENT) for one in rows):
        return "This time has too little in it for any verdict: look at a longer one."
    return ""


def note(pinned: Pinned | None, baseline: Baseline | None, seen: Window) -> str:
    """What keeps a board from saying more."""
    if not seen.sketches:
        return "Nothing was measured in this time: no event with a time has come in."
    if pinned is None:
        return "Nothing is pinned as usual, so nothing can be called steady: pin a stretch of ordinary traffic."
    if baseline is None:
        schemas = f"schema {pinned.schema}, now {SCHEMA}"
        return f"Baseline {pinned.version} was pinned by a version that measured otherwise ({schemas}): pin another."
    return ""


def _clocks(newest: int | None) -> str:
    """That some clock is wrong: what it dates is not in the window, which would be of the future else."""
    if newest is None or newest < ahead():
        return ""
    when = datetime.fromtimestamp(min(newest, _LAST_DATE) / 1_000_000, UTC)
    return f"A log's clock is ahead ({when:%Y-%m-%d %H:%M} UTC): what it dates after now is left out."


def slow_since(reader: Reader, seen: Window) -> dict[tuple[str, str], int]:
    """By slice and metric: since when it moves away from what is usual, by the last hour that was judged."""
    last: dict[tuple[str, str], Row] = {}
    for one in reader.behaviour_points(seen.until - 3 * HOUR, seen.until):
        last[one["slice"], one["metric"]] = one
    found = {}
    for key, one in last.items():
        since = one["up_since"] if one["up"] > LIMIT else one["down_since"] if one["down"] > LIMIT else None
        if since is not None:
            found[key] = since
    return found


def _sparks(reader: Reader, seen: Window) -> dict[tuple[str, str], list[float | None]]:
    end = -(-seen.until // HOUR) * HOUR
    begin = end - SPARK_HOURS * HOUR
    found: dict[tuple[str, str], list[float | None]] = {}
    for at, part, metric, value in reader.sparks(begin, end):
        found.setdefault((part, metric), [None] * SPARK_HOURS)[(at - begin) // HOUR] = value
    return found


def _rank(one: BehaviourRow) -> tuple[int, bool, float, float, str, str]:
    verdict = _ORDER.index(Verdict(one.verdict))
    return (verdict, one.slice != "all", one.p_value, -one.effect, one.slice, one.metric)


def list_baselines(context: Context, reader: Reader, _: ListBaselines) -> BaselineList:
    """All that were ever pinned, the newest first."""
    found = reader.baselines()
    return BaselineList(
        rows=[
            BaselineRow(
                version=one.version,
                in_force=place == 0,
                since=one.since,
                until=one.until,
                at=one.at,
                by=one.by,
                note=one.note,
                digest=one.digest,
                hours=one.hours,
                left_out=one.left_out,
                usable=one.schema == SCHEMA,
            )
            for place, one in enumerate(found)
        ]
    )


HANDLERS: Mapping[type, Callable[[Context, Reader, Any], Struct]] = {
    ListBehaviour: list_behaviour,
    ListBaselines: list_baselines,
}
