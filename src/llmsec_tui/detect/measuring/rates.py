"""Shares of counted things, with the interval that the true share is in, 19 times out of 20."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

Z_95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured value from 0 to 1 and its 95 % interval."""

    value: float
    low: float
    high: float


def share(hits: int, of: int) -> Estimate | None:
    """``hits / of`` with the Wilson score interval; None of nothing.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209-212.
    """
    if of == 0:
        return None
    rate, weight = hits / of, Z_95**2 / of
    middle = (rate + weight / 2) / (1 + weight)
    half = sqrt(rate * (1 - rate) * weight + weight**2 / 4) / (1 + weight)
    # At both ends the formula gives 0 and 1 exactly, and floating point not quite.
    return Estimate(rate, 0.0 if hits == 0 else middle - half, 1.0 if hits == of else middle + half)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many texts were told apart rightly, and how many not."""

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def attacks(self) -> int:
        return self.true_positives + self.false_negatives

    @property
    def benign(self) -> int:
        return self.false_positives + self.true_negatives

    @property
    def recall(self) -> Estimate | None:
        """The share of attacks that are found."""
        return share(self.true_positives, self.attacks)

    @property
    def false_positive_rate(self) -> Estimate | None:
        """The share of benign texts that are taken for attacks."""
        return share(self.false_positives, self.benign)

    @property
    def precision(self) -> Estimate | None:
        """The share of what is found that is an attack."""
        return share(self.true_positives, self.true_positives + self.false_positives)

    @property
    def f1(self) -> Estimate | None:
        """The harmonic mean of precision and recall; None where there are no attacks, or nothing is benign.

        It is ``2 J / (1 + J)`` of the share ``J`` of true positives among all that is an attack or is taken for one,
        and so is its interval.
        """
        if self.attacks == 0 or self.benign == 0:
            return None
        jaccard = share(self.true_positives, self.attacks + self.false_positives)
        assert jaccard is not None
        return Estimate(*(2 * one / (1 + one) for one in (jaccard.value, jaccard.low, jaccard.high)))
