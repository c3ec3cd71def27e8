"""False alarms and what is found, beside what Evidently and NannyML do by default, on the same traffic.

usage: python -m bench.drift_power [BASELINES]      (from the top of the repository; 20 are about a quarter of an hour)

The baseline is 14 days, the windows are the three days after it, of n calls an hour. Evidently and NannyML are
reimplemented from their formulas: Evidently bins reference and window together by Sturges' rule, fills empty bins with
0.0001 and alarms at 0.1 (Wasserstein-1 by the reference's standard deviation is its default for more than 1,000 values,
Kolmogorov-Smirnov at p <= 0.05 below; Jensen-Shannon 0.1 for names); NannyML bins the reference by Doane's rule and
alarms over the mean + 3 standard deviations of the distance of the reference's own hours from all of it.
Traffic is still, or goes up and down in a day (by e^0.4), or has a memory (hours vary by e^0.1, 0.7 of which lasts to
the next), or both. "The board" has false discoveries held down over 20 metrics of the same window, of which the others
are undisturbed.
"""

import sys
from collections.abc import Callable, Sequence
from math import exp, log, sqrt

import numpy as np
import numpy.typing as npt
from tests.drift.traffic import (
    BEGIN,
    BOTH,
    KINDS,
    REFUSALS,
    STILL,
    TOKENS,
    TOOLS,
    Hours,
    Kind,
    levels,
    sketched,
    usual,
    values,
)

from llmsec_tui.drift.baseline import HOUR, hour_of_week
from llmsec_tui.drift.discovery import discoveries
from llmsec_tui.drift.metrics import Metric
from llmsec_tui.drift.verdict import FALSE_DISCOVERIES, Verdict, judge

Values = npt.NDArray[np.float64]
Alarm = Callable[[Values], bool]

DAYS, WINDOWS = 14, 72
SIZES = (50, 100, 200, 500)
OTHERS = 19
"""Undisturbed metrics on the board beside the one that is looked at."""
SHIFTS: tuple[tuple[str, Metric, float, bool], ...] = (
    ("output tokens x 1.2", TOKENS, 1.2, False),
    ("output tokens x 1.4", TOKENS, 1.4, False),
    ("output tokens x 1.6", TOKENS, 1.6, False),
    ("x 1.6, one of 200,000", TOKENS, 1.6, True),
    ("refusals 3 % to 6 %", REFUSALS, 2.0, False),
    ("refusals 3 % to 12 %", REFUSALS, 4.0, False),
    ("first tool 50 % to 60 %", TOOLS, 1.5, False),
    ("first tool 50 % to 75 %", TOOLS, 3.0, False),
)


def both(reference: Values, window: Values, edges: Values) -> tuple[Values, Values]:
    """The shares of bins."""
    p, q = np.histogram(reference, edges)[0] / len(reference), np.histogram(window, edges)[0] / len(window)
    return p, q


def filled(shares: Values) -> Values:
    return np.where(shares == 0, 0.0001, shares)


def js(p: Values, q: Values, base: float) -> float:
    p, q = p / p.sum(), q / q.sum()
    middle = (p + q) / 2

    def entropy(one: Values) -> float:
        there = one > 0
        return float((one[there] * np.log(one[there] / middle[there])).sum())

    return sqrt(max((entropy(p) + entropy(q)) / 2, 0.0) / log(base))


def sturges(reference: Values, window: Values) -> Values:
    return np.histogram_bin_edges(np.concatenate((reference, window)), bins="sturges")


def ks(reference: Values, window: Values) -> float:
    """The greatest difference of the cumulated shares; ``reference`` is sorted."""
    window = np.sort(window)
    at = np.concatenate((reference, window))
    return float(
        np.abs(
            np.searchsorted(reference, at, "right") / len(reference)
            - np.searchsorted(window, at, "right") / len(window)
        ).max()
    )


def ks_p(d: float, n: int, m: int) -> float:
    """Kolmogorov's limit."""
    x = d * sqrt(n * m / (n + m))
    return min(1.0, max(0.0, 2 * sum((-1) ** (k - 1) * exp(-2 * k * k * x * x) for k in range(1, 101)))) if x else 1.0


def wasserstein(reference: Values, window: Values) -> float:
    window = np.sort(window)
    at = np.sort(np.concatenate((reference, window)))
    off = np.abs(
        np.searchsorted(reference, at[:-1], "right") / len(reference)
        - np.searchsorted(window, at[:-1], "right") / len(window)
    )
    return float((off * np.diff(at)).sum())


def over_chunks(distance: Callable[[Values], float], chunks: Sequence[Values]) -> Alarm:
    """NannyML's threshold."""
    own = [distance(one) for one in chunks]
    limit = float(np.mean(own) + 3 * np.std(own))
    return lambda window: distance(window) > limit


def peers(metric: Metric, hours: Hours) -> dict[str, Alarm]:
    """The others, taught with these hours."""
    reference = np.sort(np.concatenate(hours))
    if metric is not TOKENS:
        edges = np.arange(-0.5, 5.5)

        def distance(window: Values) -> float:
            return js(*both(reference, window, edges), 2)

        return {
            "Evidently JS": lambda one: js(*map(filled, both(reference, one, edges)), exp(1)) >= 0.1,
            "NannyML JS": over_chunks(distance, hours),
        }
    deviation = float(reference.std())
    doane = np.histogram_bin_edges(reference, bins="doane")
    doane = np.concatenate(([-np.inf], doane[1:-1], [np.inf]))

    def psi(window: Values) -> float:
        p, q = map(filled, both(reference, window, sturges(reference, window)))
        return float(((q - p) * np.log(q / p)).sum())

    return {
        "Evidently W1": lambda one: wasserstein(reference, one) / deviation >= 0.1,
        "Evidently KS": lambda one: ks_p(ks(reference, one), len(reference), len(one)) <= 0.05,
        "Evidently PSI": lambda one: psi(one) >= 0.1,
        "Evidently JS": lambda one: js(*map(filled, both(reference, one, sturges(reference, one))), exp(1)) >= 0.1,
        "NannyML JS": over_chunks(lambda one: js(*both(reference, one, doane), 2), hours),
        "NannyML KS": over_chunks(lambda one: ks(reference, one), hours),
    }


def alarms(
    metric: Metric, kind: Kind, n: int, baselines: int, shift: float = 1.0, huge: bool = False
) -> dict[str, float]:
    """The share of windows in which each says that something is otherwise."""
    said: dict[str, list[bool]] = {}
    for seed in range(baselines):
        chance = np.random.default_rng([seed, n])
        at_hours = levels(chance, kind, DAYS * 24 + WINDOWS)
        before = [values(chance, metric, level, n) for level in at_hours[: DAYS * 24]]
        baseline, others = usual(metric, before), peers(metric, before)
        for at, level in enumerate(at_hours[DAYS * 24 :], DAYS * 24):
            now = values(chance, metric, level, n, shift)
            if huge:
                now[0] = 200_000.0
            found = judge(metric, sketched(metric, now), baseline, (hour_of_week(BEGIN + at * HOUR),))
            looks = found.verdict is Verdict.WATCH
            said.setdefault("here", []).append(looks)
            sure = discoveries([found.p_value, *chance.random(OTHERS)], FALSE_DISCOVERIES)[0]
            said.setdefault("here, the board", []).append(looks and sure)
            for name, alarm in others.items():
                said.setdefault(name, []).append(alarm(now))
    return {name: float(np.mean(one)) for name, one in said.items()}


def table(title: str, rows: Sequence[tuple[str, Metric, Kind, float, bool]], baselines: int) -> None:
    print(f"\n{title}\n{'':<46} " + "".join(f"n={n:<7}" for n in SIZES))
    for name, metric, kind, shift, huge in rows:
        by_size = [alarms(metric, kind, n, baselines, shift, huge) for n in SIZES]
        for who in by_size[0]:
            print(f"{name:<29}{who:<18}" + "".join(f"{100 * one[who]:5.1f} %  " for one in by_size), flush=True)


def main(baselines: int) -> None:
    """Print both tables."""
    print(f"{baselines} baselines of {DAYS} days, {WINDOWS} windows each, for each figure.")
    still = [(f"{m.name}, {k.name}", m, k, 1.0, False) for m in (TOKENS, REFUSALS, TOOLS) for k in KINDS]
    table("Nothing happened: windows with an alarm.", still, baselines)
    few = max(baselines // 4, 2)
    for kind in (STILL, BOTH):
        moved = [(name, metric, kind, shift, huge) for name, metric, shift, huge in SHIFTS]
        table(f"Something happened ({kind.name}): windows with an alarm.", moved, few)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
