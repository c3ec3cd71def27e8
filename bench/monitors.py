"""False alarms on traffic in which nothing happens, and windows until a change is found; beside mean ± 3 σ.

usage: monitors.py      (about half a minute)

The monitors have the threshold, min_n and history that ``monitors/shapes.py`` recommends. "naive" is what most
dashboards do: alarm where a count, or a window's mean, is over mean + 3 standard deviations of the last 48, or a value
over that of the last 100. "after one outlier": one of 50 times the usual, or 200,000 tokens, is among what is known.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from math import exp, log, sqrt
from pathlib import Path
from random import Random
from statistics import fmean, median, stdev
from time import perf_counter

from llmsec_tui.detect.correlate.fold import Entry, Fold
from llmsec_tui.detect.correlate.monitors.make import monitor_fold
from llmsec_tui.detect.correlate.monitors.shapes import SHAPES
from llmsec_tui.detect.rule import Monitor, MonitorType, Sequences

SPAN = 1_000_000
QUIET = 2_000
"""Windows without a change, for each figure of false alarms."""
TRIALS = 30
BEFORE, AFTER = 72, 60
"""Windows before a change and after it, for each delay."""
NAIVE_HISTORY = 48

Alarms = Callable[[Sequence[int]], list[int]]
"""The windows in which something fires, of the counts of all windows."""


def poisson(random: Random, mean: float) -> int:
    """A count; by multiplication, or by the normal approximation where that is as good."""
    if mean > 60:
        return max(0, round(random.gauss(mean, sqrt(mean))))
    limit, product = exp(-mean), random.random()
    for number in count():
        if product <= limit:
            return number
        product *= random.random()
    raise AssertionError


def bursty(random: Random, mean: float) -> int:
    """A count whose mean itself varies by a third (gamma): people, not particles."""
    return poisson(random, random.gammavariate(9, mean / 9))


def rule(kind: MonitorType, field: str = "", timespan: int = SPAN) -> Monitor:
    shape = SHAPES[kind]
    described = dict.fromkeys(("id", "version", "name", "title", "description", "level"), "")
    lists = dict.fromkeys(("tags", "false_positives", "references", "playbook", "sources", "group_by"), ())
    return Monitor(
        **described,  # type: ignore[arg-type]
        **lists,  # type: ignore[arg-type]
        confidence=1.0,
        path=Path(),
        aliases={},
        examples=Sequences((), ()),
        type=kind,
        field=field,
        timespan=timespan,
        threshold=shape.threshold or 0.0,
        min_n=shape.min_n,
        history=shape.history or 0,
        direction="above",
    )


def windows_fired(fold: Fold, series: Iterator[Entry], end: int) -> list[int]:
    fired = []
    for entry in series:
        fired += [firing.at - 1 for firing in fold.pass_time(entry.at)]
        firing = fold.enter(entry)
        fired += [firing.at] if firing else []
    fired += [firing.at - 1 for firing in fold.pass_time(end * SPAN)]
    return [at // SPAN for at in fired]


def monitored(kind: MonitorType) -> Alarms:
    def alarms(counts: Sequence[int]) -> list[int]:
        places = (number * SPAN for number, events in enumerate(counts) for _ in range(events))
        series = (Entry(at, ("", 0, 0), 0, "", ()) for at in places)
        return windows_fired(monitor_fold(rule(kind)), series, len(counts))

    return alarms


def naive(counts: Sequence[float], history: int = NAIVE_HISTORY) -> list[int]:
    fired, was = [], False
    for number in range(history, len(counts)):
        past = counts[number - history : number]
        now = counts[number] > fmean(past) + 3 * stdev(past)
        fired += [number] if now and not was else []
        was = now
    return fired


def delay(alarms: Alarms, make: Callable[[Random, float], int], mean: float, shift: float, outlier: bool) -> str:
    """Median windows until the first alarm after the change, and the share of trials that had one."""
    delays = []
    for seed in range(TRIALS):
        random = Random(seed)
        counts = [make(random, mean) for _ in range(BEFORE)]
        if outlier:
            counts[BEFORE - 20] = round(50 * mean)
        counts += [make(random, shift) for _ in range(AFTER)]
        found = [number for number in alarms(counts) if number >= BEFORE]
        delays += [found[0] - BEFORE + 1] if found else []
    return told(delays, TRIALS)


def told(delays: Sequence[int], trials: int) -> str:
    return f"{median(delays):.0f} ({100 * len(delays) // trials} %)" if delays else "never"


def tokens(random: Random, mean: float) -> float:
    """Lognormal, as lengths of answers are."""
    return random.lognormvariate(log(mean), 0.8)


def values_fired(kind: MonitorType, values: Sequence[float], each: int) -> list[int]:
    """The windows of so many values in which a monitor of the values fires."""
    monitor = rule(kind, "output_tokens", SPAN if kind is MonitorType.PSI else 10**6 * SPAN)
    series = (Entry(place * SPAN // each, ("", 0, 0), 0, "", (value,)) for place, value in enumerate(values))
    return windows_fired(monitor_fold(monitor), series, len(values) // each)


def naive_values(values: Sequence[float], each: int, history: int) -> list[int]:
    """As ``naive``, over the means of so many values."""
    means = [fmean(values[start : start + each]) for start in range(0, len(values), each)]
    return naive(means, history)


def values_table() -> None:
    row("values, 200 in a window", ["naive", "psi"])
    ways: list[Callable[[Sequence[float]], list[int]]] = [
        lambda values: naive_values(values, 200, NAIVE_HISTORY),
        lambda values: values_fired(MonitorType.PSI, values, 200),
    ]
    values_rows(ways, 200, 60, 10)
    row("values, each by itself", ["naive", "robust_z"])
    ways = [
        lambda values: naive_values(values, 1, 100),
        lambda values: values_fired(MonitorType.ROBUST_Z, values, 1),
    ]
    values_rows(ways, 1, 200, 40)


def values_rows(ways: Sequence[Callable[[Sequence[float]], list[int]]], each: int, before: int, after: int) -> None:
    quiet = [[tokens(random, 500) for _ in range(250 * each)] for random in map(Random, range(8))]
    row("no change: false in 1,000", [f"{sum(len(alarms(values)) for values in quiet) / 2:.1f}" for alarms in ways])
    for outlier in (False, True):
        figures = []
        for alarms in ways:
            delays = []
            for random in map(Random, range(TRIALS // 2)):
                values = [tokens(random, 500) for _ in range(before * each)]
                values[-5 * each] = 200_000 if outlier else 500
                values += [tokens(random, 500 * (1.6 if each > 1 else 20)) for _ in range(after * each)]
                found = [window for window in alarms(values) if window >= before]
                delays += [found[0] - before + 1] if found else []
            figures.append(told(delays, TRIALS // 2))
        row("  after one outlier" if outlier else f"all × {1.6 if each > 1 else 20}: delay", figures)


def row(name: str, figures: Sequence[str]) -> None:
    sys.stdout.write(f"{name:28}" + "".join(f"{figure:>15}" for figure in figures) + "\n")


def counts_table() -> None:
    row("counts of events", ["naive", "robust_z", "ewma", "cusum"])
    ways = [naive, *(monitored(kind) for kind in (MonitorType.ROBUST_Z, MonitorType.EWMA, MonitorType.CUSUM))]
    for name, make, mean in (
        ("Poisson 0.5", poisson, 0.5),
        ("Poisson 5", poisson, 5.0),
        ("Poisson 50", poisson, 50.0),
        ("bursty 20", bursty, 20.0),
    ):
        figures = []
        for alarms in ways:
            found = sum(
                len(alarms([make(random, mean) for _ in range(QUIET // 4)])) for random in map(Random, range(4))
            )
            figures.append(f"{1000 * found / QUIET:.1f}")
        row(f"{name}: false in 1,000", figures)
    for name, make, mean, shift in (
        ("Poisson 5 → 8", poisson, 5.0, 8.0),
        ("Poisson 50 → 75", poisson, 50.0, 75.0),
        ("bursty 20 → 40", bursty, 20.0, 40.0),
    ):
        row(f"{name}: delay", [delay(alarms, make, mean, shift, False) for alarms in ways])
        row("  after one outlier", [delay(alarms, make, mean, shift, True) for alarms in ways])


def main() -> None:
    began = perf_counter()
    counts_table()
    values_table()
    sys.stdout.write(f"{perf_counter() - began:.0f} s\n")


if __name__ == "__main__":
    main()
