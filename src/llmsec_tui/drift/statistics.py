"""How far two distributions are apart. Counts in bins in, numbers out; the bins are the same for both.

``p`` are counts of the reference and ``q`` of what is held against it. Where a formula needs shares that are not zero,
half an observation is added to each bin of both (Jeffreys' prior), so that an empty bin says no more than it can.
"""

from math import exp, lgamma, log, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]

_JEFFREYS = 0.5


def shares(counts: Counts) -> Shares:
    """Of each bin; zeros where there is nothing at all."""
    total = counts.sum()
    return counts / total if total else np.zeros(len(counts))


def smoothed(counts: Counts) -> Shares:
    """Shares of which none is zero."""
    padded = counts + _JEFFREYS
    whole: Shares = padded / padded.sum()
    return whole


def psi(p: Counts, q: Counts) -> float:
    """Population stability index, ``Σ (q - p) ln(q / p)`` (Jeffreys' divergence, 1946); 0 to infinity."""
    one, other = smoothed(p), smoothed(q)
    return float(((other - one) * np.log(other / one)).sum())


def jensen_shannon(p: Counts, q: Counts) -> float:
    """Jensen–Shannon distance in base 2 (Lin, 1991; Endres and Schindelin, 2003); 0 to 1."""
    one, other = shares(p), shares(q)
    middle = (one + other) / 2
    divergence = (_relative_entropy(one, middle) + _relative_entropy(other, middle)) / 2
    return sqrt(max(divergence, 0.0) / log(2))


def _relative_entropy(one: Shares, other: Shares) -> float:
    there = one > 0
    return float((one[there] * np.log(one[there] / other[there])).sum())


def hellinger(p: Counts, q: Counts) -> float:
    """Hellinger distance, ``√(½ Σ (√p - √q)²)``; 0 to 1."""
    return sqrt(float(((np.sqrt(shares(p)) - np.sqrt(shares(q))) ** 2).sum()) / 2)


def total_variation(p: Counts, q: Counts) -> float:
    """Total variation distance, ``½ Σ |p - q|``: the share of observations that would have to change; 0 to 1."""
    return float(np.abs(shares(p) - shares(q)).sum()) / 2


def kolmogorov_smirnov(p: Counts, q: Counts) -> float:
    """The greatest difference of the cumulated shares; the bins are in order; 0 to 1."""
    return float(np.abs(np.cumsum(shares(p) - shares(q))).max(initial=0.0))


def wasserstein(p: Counts, q: Counts, places: Shares) -> float:
    """Earth mover's distance (Wasserstein-1) between counts at ``places``, in order; in their unit."""
    difference = np.abs(np.cumsum(shares(p) - shares(q)))[:-1]
    return float((difference * np.diff(places)).sum())


class ChiSquare(NamedTuple):
    """A test of whether two samples have the same shares."""

    statistic: float
    freedom: int
    p_value: float


def chi_square(p: Counts, q: Counts) -> ChiSquare:
    """Pearson's test of homogeneity on the 2 × k table of both; bins that neither has are left out."""
    there = (p + q) > 0
    table = np.array([p[there], q[there]], dtype=np.float64)
    sums = table.sum(axis=1, keepdims=True)
    freedom = int(there.sum()) - 1
    if freedom < 1 or not sums.all():
        return ChiSquare(0.0, 0, 1.0)
    expected = sums * table.sum(axis=0, keepdims=True) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    return ChiSquare(statistic, freedom, chi_square_tail(statistic, freedom))


def chi_square_tail(statistic: float, freedom: float) -> float:
    """How likely a chi-squared variable with so many degrees of freedom is to be this large or larger."""
    return gamma_tail(statistic / 2, freedom / 2)


def gamma_tail(x: float, shape: float) -> float:
    """The upper regularised incomplete gamma function Q(shape, x).

    By its series below ``shape + 1`` and its continued fraction above (Press et al., "Numerical Recipes", 6.2).
    """
    if x <= 0:
        return 1.0
    scale = exp(-x + shape * log(x) - lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        for step in range(1, _MOST_STEPS):
            term *= x / (shape + step)
            total += term
            if term < total * _EPSILON:
                break
        return max(0.0, 1.0 - total * scale)
    return scale * _continued_fraction(x, shape)


_MOST_STEPS = 10_000
_EPSILON = 1e-15
_TINY = 1e-300


def _continued_fraction(x: float, shape: float) -> float:
    """Lentz's way to evaluate it."""
    b = x + 1 - shape
    c, d = 1 / _TINY, 1 / b
    fraction = d
    for step in range(1, _MOST_STEPS):
        a = -step * (step - shape)
        b += 2
        d = 1 / _not_zero(a * d + b)
        c = _not_zero(b + a / c)
        fraction *= d * c
        if abs(d * c - 1) < _EPSILON:
            break
    return fraction


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
