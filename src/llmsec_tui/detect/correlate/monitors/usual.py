"""What is usual: where past values lie and how far they spread, by estimates that a few outliers cannot move far.

Median and MAD bear up to half of the values being wild (Hampel, "The influence curve and its role in robust
estimation", JASA 69, 1974), where one is enough to spoil mean and standard deviation.
"""

from collections.abc import Callable, Sequence
from math import fsum, log, sqrt
from typing import NamedTuple

NORMAL_MAD = 0.6745
"""The MAD of a standard normal distribution: its 75 % quantile."""
NORMAL_Q90 = 1.6449
"""What 90 % of the absolute values of a standard normal distribution stay under."""
CLIP = 4.0
"""Standard deviations: further away than this, a value counts as if it were this far away."""

Floor = Callable[[float], float]
"""The least spread that is believed, by where the values lie."""


class Usual(NamedTuple):
    """Centre and spread, both in the unit of the values."""

    centre: float
    spread: float
    """As a standard deviation; 0 where nothing is known to vary."""

    def z(self, value: float) -> float:
        """How many spreads above the centre; infinite where nothing varied and this does."""
        off = value - self.centre
        if self.spread > 0:
            return off / self.spread
        return 0.0 if off == 0 else float("inf") if off > 0 else float("-inf")


def of_counts(centre: float) -> float:
    """Counts of independent events vary by the root of their mean (Poisson); less is luck, and not believed."""
    return sqrt(max(centre, 1.0))


def of_values(centre: float) -> float:
    """Changes of a few per cent are nothing to wake anybody for, however regular the values were."""
    return 0.05 * abs(centre)


def of_logarithms(centre: float) -> float:
    """The same few per cent, wherever the centre is."""
    return log(1.05)


def start_of_logarithms(ranked: Sequence[float]) -> float | None:
    """What to add to values before taking logarithms, so that 0 has one: a hundredth of the median.

    ``ranked`` are values in their order. None where they can be negative or are mostly 0. Tokens, durations and costs
    vary by factors: their logarithms are about normal, they are not, and would be called outliers all day. Started
    logarithms as in Tukey, "Exploratory Data Analysis", 1977, §3.
    """
    start = middle(ranked) / 100
    return start if start > 0 and ranked[0] >= 0 else None


def middle(ranked: Sequence[float]) -> float:
    """The median of values that are in their order, at least one."""
    half = len(ranked) // 2
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2


def by_median(values: Sequence[float], floor: Floor) -> Usual:
    """Median and ``MAD / 0.6745``, at least one value.

    Where more than half of the values are equal the MAD is 0 and says nothing; then the 90 % quantile of the absolute
    deviations stands in, over 1.6449 for the same reason as 0.6745. The spread is never less than ``floor(median)``.
    """
    ranked = sorted(values)
    centre = middle(ranked)
    half, rest = divmod(len(ranked), 2)
    mad = _distance(ranked, centre, half + 1)
    if not rest:
        mad = (mad + _distance(ranked, centre, half)) / 2
    spread = mad / NORMAL_MAD
    if spread == 0:
        spread = _distance(ranked, centre, -(-9 * len(ranked) // 10)) / NORMAL_Q90
    return Usual(centre, max(spread, floor(centre)))


def _distance(ranked: Sequence[float], centre: float, nearest: int) -> float:
    """How far the n-th nearest value is from the centre: the nearest ones stand side by side."""
    first, last = 0, len(ranked) - nearest
    while first < last:
        half = (first + last) // 2
        if centre - ranked[half] > ranked[half + nearest] - centre:
            first = half + 1
        else:
            last = half
    return max(centre - ranked[first], ranked[first + nearest - 1] - centre)


def by_clipping(values: Sequence[float], floor: Floor) -> Usual:
    """Mean and standard deviation after clipping at the median ± ``CLIP`` robust spreads, at least two values.

    Statistics that sum up deviations need the mean of what they sum up: beside a median, the skew of the values
    alone would add up to an alarm. Winsorising as in Huber, "Robust Statistics", 1981, §1.
    """
    rough = by_median(values, floor)
    low, high = rough.centre - CLIP * rough.spread, rough.centre + CLIP * rough.spread
    clipped = [min(max(value, low), high) for value in values]
    mean = fsum(clipped) / len(clipped)
    variance = fsum((value - mean) ** 2 for value in clipped) / (len(clipped) - 1)
    return Usual(mean, max(sqrt(variance), floor(mean)))
