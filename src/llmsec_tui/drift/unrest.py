"""How much hours in which nothing happened differ from each other: what windows are held against has to know it."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from llmsec_tui.drift.bins import Values
from llmsec_tui.drift.metrics import Metric, Shape

Counts = npt.NDArray[np.int64]

LEAST_HOURS = 8
"""Hours that it takes to tell how much a metric varies from hour to hour."""
LEAST_OF_HOUR = 20
LEAST_USUAL = 200
_TRIM = 0.1
_MOST_OF_TENTH = 4.0
"""No hour differs by more than so many times what nine of ten stay below: a chi-squared variable does once in 1,000."""
_MOST_DEVIATION = 10.0
_MOST_LAG = 24
_ROUNDING = 1e-18
"""Scores that are all the same vary by that much where they are added up."""


def restlessness(own: Counts, others: Counts) -> float:
    """By how much Pearson's statistic of an hour against all others of its kind is above its degrees of freedom, for
    each value of the hour (McCullagh and Nelder, "Generalized Linear Models", 1989, 4.5).

    Both have a row for each hour and a column for each group: what is in it, and in the others of its kind.
    """
    n, m, there = own.sum(axis=1), others.sum(axis=1), others > 0
    enough = (n >= LEAST_OF_HOUR) & (m >= LEAST_USUAL) & (there.sum(axis=1) >= 2)
    if enough.sum() < LEAST_HOURS:
        return 0.0
    own, others, n, m, there = own[enough], others[enough], n[enough], m[enough], there[enough]
    expected = np.where(there, others, 1) * (n / m)[:, None]
    statistics = np.where(there, (own - expected) ** 2 / expected, 0.0).sum(axis=1) / (1 + n / m)
    freedom = there.sum(axis=1) - 1
    ratios = statistics / freedom
    # An hour in which something happened says little of what is usual.
    most = _MOST_OF_TENTH * float(np.quantile(ratios, 0.9))
    return max(0.0, float(((np.minimum(ratios, most) - 1) * freedom).sum() / n.sum()))


class Deviations(NamedTuple):
    """Of the hours that are large enough."""

    hours: Counts
    """Their numbers since 1970."""
    errors: Values
    """By how many standard errors the mean score of each is off the others of its kind."""


def deviations(metric: Metric, hours: Counts, own: Counts, others: Counts) -> Deviations:
    """Rows are hours and columns bins, as above; a mix has no scores, so it deviates in nothing."""
    n, m = own.sum(axis=1), others.sum(axis=1)
    enough = (n >= LEAST_OF_HOUR) & (m >= LEAST_USUAL)
    if metric.shape is Shape.MIX or not enough.any():
        return Deviations(hours[:0], np.zeros(0))
    own, others, n, m = own[enough], others[enough], n[enough], m[enough]
    middle, variance = moments(metric, others, m)
    spread = np.sqrt(variance * (1 / n + 1 / m))
    varies = spread > 0
    off = own[varies] @ metric.bins.scores / n[varies] - middle[varies]
    return Deviations(hours[enough][varies], off / spread[varies])


def moments(metric: Metric, counts: Counts, n: Counts) -> tuple[Values, Values]:
    """Mean and variance of the scores of each row of counts, ``n`` in all."""
    scores = metric.bins.scores
    middle = counts @ scores / n
    if metric.shape is Shape.RATE:
        # A rate that was never seen is still possible.
        shares = (counts[:, 1] + 0.5) / (n + 1)
        return middle, shares * (1 - shares)
    variance = (counts * (scores - middle[:, None]) ** 2).sum(axis=1) / n
    return middle, np.where(variance > _ROUNDING, variance, 0.0)


def unrest(found: Deviations) -> float:
    """How much more the means of hours vary than those of independent calls would: 1 or more."""
    if len(found.errors) < LEAST_HOURS:
        return 1.0
    squares = np.sort(found.errors**2)
    cut = int(len(squares) * _TRIM)
    # The mean of squares of normal deviates without the greatest and least tenth of them is 0.68.
    return max(1.0, float(squares[cut : len(squares) - cut].mean()) / 0.68)


def memory(found: Deviations) -> float:
    """How much more sums of hours in a row vary because each resembles those before: 1 or more.

    ``1 + 2 (r₁ + r₂ + …)`` over the correlations of hours so far apart, up to the first that is not above 0 (Geyer,
    "Practical Markov chain Monte Carlo", 1992, 3.3).
    """
    whole = 1.0
    order = np.argsort(found.hours)
    hours, errors = found.hours[order], np.clip(found.errors[order], -_MOST_DEVIATION, _MOST_DEVIATION)
    for lag in range(1, _MOST_LAG + 1):
        at = np.searchsorted(hours, hours + lag)
        paired = np.flatnonzero(at < len(hours))
        paired = paired[hours[at[paired]] == hours[paired] + lag]
        one, other = errors[paired], errors[at[paired]]
        variance = float((one**2 + other**2).mean()) / 2 if len(paired) >= LEAST_HOURS else 0.0
        alike = float((one * other).mean()) / variance if variance else 0.0
        if alike <= 0:
            break
        whole += 2 * alike
    return whole
