"""Whether a window differs from what is usual: how sure that is, how large it is, and what to call it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from llmsec_tui.drift.baseline import OfSlice, grouping, regroup
from llmsec_tui.drift.bins import Names, quantile
from llmsec_tui.drift.discovery import discoveries
from llmsec_tui.drift.metrics import Metric, Shape
from llmsec_tui.drift.sketch import Sketch
from llmsec_tui.drift.statistics import (
    chi_square,
    chi_square_tail,
    hellinger,
    jensen_shannon,
    kolmogorov_smirnov,
    psi,
    total_variation,
    wasserstein,
)

LEAST = 50
"""Values of a window below which nothing is said."""
LEAST_USUAL = 100
"""And of the baseline."""
CHANCE = 0.01
"""How often, at most, a metric of an undisturbed window may look like drift, before the whole board is considered."""
FALSE_DISCOVERIES = 0.05
"""Of what the board calls drift, the share that may be wrong, on average."""
_LEAST_EXPECTED = 5.0
"""Groups of which fewer are expected are taken together (Cochran, 1954)."""
_HALF = 0.5


class Verdict(StrEnum):
    """What is said of one metric in one slice."""

    DRIFT = "drift"
    WATCH = "watch"
    """It differs, but not so that the whole board can vouch for it; or slowly, over many windows."""
    STEADY = "steady"
    INSUFFICIENT = "insufficient"
    """Too few values to say anything."""
    ABSENT = "absent"
    """The logs do not tell."""
    NO_BASELINE = "no baseline"


@dataclass(frozen=True, slots=True)
class Finding:
    """One metric of one slice in one window, held against what is usual."""

    metric: str
    n: int
    usual_n: int
    value: float | None
    """The median of a number, the share of a rate; None for a mix."""
    usual: float | None
    effect: float
    """See :attr:`Metric.floor`; 0 where nothing can be said."""
    p_value: float
    """How likely what is seen, or more, is where nothing has changed."""
    verdict: Verdict


def judge(metric: Metric, window: Sketch, baseline: OfSlice | None, hours: tuple[int, ...]) -> Finding:
    """Hold one metric of a window over these hours of the week against what is usual."""
    now = window.of(metric)
    n = int(now.sum())
    value = _value(metric, now)
    if baseline is None:
        verdict = Verdict.NO_BASELINE if n else Verdict.ABSENT
        return Finding(metric.name, n, 0, value, None, 0.0, 1.0, verdict)
    usual = baseline.usual(metric, hours, n)
    m = int(usual.sum())
    of_usual = _value(metric, usual)
    if n < LEAST or m < LEAST_USUAL:
        verdict = Verdict.ABSENT if not n and not m else Verdict.INSUFFICIENT
        return Finding(metric.name, n, m, value, of_usual, 0.0, 1.0, verdict)
    groups = grouping(metric, usual)
    p, q = regroup(usual, groups), regroup(now, groups)
    p_value = _p_value(p, q, baseline.dispersion(metric, n, len(hours)))
    effect = _effect(metric, usual, now)
    looks = p_value <= CHANCE and effect >= metric.floor
    verdict = Verdict.WATCH if looks else Verdict.STEADY
    return Finding(metric.name, n, m, value, of_usual, effect, p_value, verdict)


@dataclass(frozen=True, slots=True)
class Compared:
    """One metric of two heaps of calls."""

    one: float | None
    other: float | None
    effect: float
    p_value: float


def compared(
    metric: Metric, one: npt.NDArray[np.int64], other: npt.NDArray[np.int64], dispersion: float = 1.0
) -> Compared:
    """Hold two heaps against each other, neither of them the usual one; too few of either differ in nothing."""
    values = _value(metric, one), _value(metric, other)
    if min(int(one.sum()), int(other.sum())) < LEAST:
        return Compared(*values, 0.0, 1.0)
    groups = grouping(metric, one + other)
    p_value = _p_value(regroup(one, groups), regroup(other, groups), dispersion)
    return Compared(*values, _effect(metric, one, other), p_value)


def settled(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of a whole board: what looks like drift is drift where the board as a whole can vouch for it."""
    tested = [at for at, one in enumerate(findings) if one.verdict in (Verdict.WATCH, Verdict.STEADY)]
    believed = discoveries([findings[at].p_value for at in tested], FALSE_DISCOVERIES)
    drifting = {at for at, sure in zip(tested, believed, strict=True) if sure and findings[at].verdict is Verdict.WATCH}
    return [replace(one, verdict=Verdict.DRIFT) if at in drifting else one for at, one in enumerate(findings)]


def _p_value(p: npt.NDArray[np.int64], q: npt.NDArray[np.int64], dispersion: float) -> float:
    """Pearson's test of homogeneity, where in one direction windows vary ``dispersion`` times as much as by chance.

    The statistic is then ``χ²`` with one degree of freedom less, and ``dispersion`` times one with one degree; that sum
    has about the tail of a scaled ``χ²`` of the same mean and variance (Satterthwaite, 1946). Where there are but two
    groups half an observation is taken off their difference (Yates, 1934), as few are expected in one of them.
    """
    p, q = _together(p, q)
    n, m = q.sum(), p.sum()
    whole = p + q
    freedom = len(whole) - 1
    if freedom < 1:
        return 1.0
    share = whole / (n + m)
    off = np.abs(q - n * share)
    if freedom == 1:
        off = np.maximum(off - _HALF, 0.0)
    statistic = float((off**2 / share).sum()) * (1 / n + 1 / m)
    mean, half_variance = freedom - 1 + dispersion, freedom - 1 + dispersion**2
    return chi_square_tail(statistic * mean / half_variance, mean**2 / half_variance)


def _together(
    p: npt.NDArray[np.int64], q: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Without groups of which too few are expected in the window: they are one group. A rate keeps its two."""
    if len(p) == 2:
        there = (p + q) > 0
        return p[there], q[there]
    expected = (p + q) * (q.sum() / (p.sum() + q.sum()))
    small = expected < _LEAST_EXPECTED
    if not small.any():
        return p, q
    rest_p, rest_q = p[small].sum(), q[small].sum()
    kept = ~small
    if (rest_p + rest_q) and expected[small].sum() >= _LEAST_EXPECTED / 2:
        return np.append(p[kept], rest_p), np.append(q[kept], rest_q)
    if not kept.any():
        return p[:0], q[:0]
    # So few are not worth a group of their own: they go to the least of the others.
    p, q = p[kept].copy(), q[kept].copy()
    least = int(np.argmin(p + q))
    p[least] += rest_p
    q[least] += rest_q
    return p, q


def _effect(metric: Metric, usual: npt.NDArray[np.int64], now: npt.NDArray[np.int64]) -> float:
    if metric.shape is Shape.NUMBER:
        return kolmogorov_smirnov(usual, now)
    return total_variation(usual, now)


def _value(metric: Metric, counts: npt.NDArray[np.int64]) -> float | None:
    n = counts.sum()
    if not n or metric.shape is Shape.MIX:
        return None
    if metric.shape is Shape.RATE:
        return float(counts[1]) / float(n)
    return quantile(metric.bins, counts, 0.5)


def statistics(metric: Metric, usual: npt.NDArray[np.int64], now: npt.NDArray[np.int64]) -> dict[str, float]:
    """By the names that people know: psi, js, hellinger, tv, chi2, and of a number ks and wasserstein; with too few
    values none, as in :func:`judge`."""
    if now.sum() < LEAST or usual.sum() < LEAST_USUAL:
        return {}
    groups = grouping(metric, usual)
    found = {
        "psi": psi(regroup(usual, groups), regroup(now, groups)),
        "js": jensen_shannon(usual, now),
        "hellinger": hellinger(usual, now),
        "tv": total_variation(usual, now),
        "chi2": chi_square(regroup(usual, groups), regroup(now, groups)).statistic,
    }
    if metric.shape is Shape.NUMBER:
        found["ks"] = kolmogorov_smirnov(usual, now)
        found["wasserstein"] = wasserstein(usual, now, metric.bins.places)
    return found


def shifts(
    metric: Metric, usual: npt.NDArray[np.int64], now: npt.NDArray[np.int64], names: Mapping[int, str], most: int = 5
) -> tuple[tuple[str, float, float], ...]:
    """The names of a mix whose shares changed most: name, usual share, share now."""
    assert isinstance(metric.bins, Names)
    p, q = usual / max(usual.sum(), 1), now / max(now.sum(), 1)
    order = np.argsort(-np.abs(q - p))[:most]
    return tuple((names.get(int(at), "?"), float(p[at]), float(q[at])) for at in order if p[at] != q[at])
