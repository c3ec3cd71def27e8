"""Monitors, series of entries, and ways to run them through a fold."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from llmsec_tui.detect.correlate.fold import Entry, Firing, Fold, Value
from llmsec_tui.detect.correlate.monitors.make import monitor_fold
from llmsec_tui.detect.rule import Monitor, MonitorType, Sequences

SPAN = 10
"""Microseconds: short, so that windows are easy to count in the head."""

_DESCRIBED: dict[str, Any] = {
    "id": "00000000-0000-0000-0000-000000000000",
    "version": "0" * 12,
    "name": "",
    "title": "A monitor",
    "description": "",
    "level": "low",
    "confidence": 0.5,
    "tags": (),
    "false_positives": (),
    "references": (),
    "playbook": (),
    "path": Path("rule.yml"),
    "sources": ("source",),
    "group_by": (),
    "aliases": {},
    "examples": Sequences((), ()),
}


def monitor(
    kind: MonitorType,
    *,
    field: str = "",
    threshold: float = 0.0,
    min_n: int = 1,
    history: int = 0,
    direction: str = "above",
    timespan: int = SPAN,
) -> Monitor:
    return Monitor(
        **_DESCRIBED,
        type=kind,
        field=field,
        threshold=threshold,
        min_n=min_n,
        history=history,
        direction=direction,
        timespan=timespan,
    )


def entries(times: Sequence[int], values: Sequence[Value] | None = None) -> list[Entry]:
    """One entry a time, in order, the n-th with the id ``e<n>``; with its value where values are given."""
    ordered = sorted(times)
    return [
        Entry(at, ("source", number, 0), 0, f"e{number}", () if values is None else (values[number],))
        for number, at in enumerate(ordered)
    ]


def counted(counts: Sequence[int]) -> list[Entry]:
    """So many entries in each window, all at its beginning."""
    return entries([number * SPAN for number, count in enumerate(counts) for _ in range(count)])


def run(fold: Fold, series: Sequence[Entry], until: int) -> list[Firing]:
    """All firings, after time has passed up to ``until``."""
    firings: list[Firing] = []
    for entry in series:
        firings += fold.pass_time(entry.at)
        firing = fold.enter(entry)
        firings += [firing] if firing else []
    return [*firings, *fold.pass_time(until)]


def fired(rule: Monitor, series: Sequence[Entry], until: int) -> list[tuple[int, bool]]:
    """When, and whether by time."""
    return [(firing.at, firing.by_time) for firing in run(monitor_fold(rule), series, until)]


def interrupted(rule: Monitor, series: Sequence[Entry], until: int, breaks: Sequence[int]) -> list[Firing]:
    """As :func:`run` of a new fold, but time also passes at each of ``breaks``, with a dump and a copy in between."""
    fold, firings = monitor_fold(rule), list[Firing]()
    steps: list[tuple[int, int, Entry | None]] = [(at, 0, None) for at in breaks if at <= until]
    steps += [(entry.at, 1, entry) for entry in series]
    for at, _, entry in sorted(steps, key=lambda step: step[:2]):
        firings += fold.pass_time(at)
        if entry is None:
            fold = fold.load(rule, msgspec.msgpack.decode(msgspec.msgpack.encode(fold.dump()))).copy()
        elif firing := fold.enter(entry):
            firings.append(firing)
    return [*firings, *fold.pass_time(until)]
