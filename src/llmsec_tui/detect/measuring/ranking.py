"""How well scores rank attacks before benign texts, whatever the threshold."""

from collections.abc import Sequence
from math import inf, sqrt

from llmsec_tui.detect.measuring.rates import Z_95, Estimate


def auroc(attacks: Sequence[float], benign: Sequence[float]) -> Estimate | None:
    """The chance that an attack scores higher than a benign text, ties counting half; None without both.

    The interval is that of E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, "Comparing the areas under two or more
    correlated receiver operating characteristic curves", Biometrics 44 (1988), 837-845, computed from midranks as in
    X. Sun and W. Xu, IEEE Signal Processing Letters 21 (2014), 1389-1393, in O(n log n).
    """
    m, n = len(attacks), len(benign)
    if m == 0 or n == 0:
        return None
    together = midranks([*attacks, *benign])
    # For each attack the share of benign texts below it, and for each benign text that of attacks above it.
    above = [(both - own) / n for both, own in zip(together, midranks(attacks), strict=False)]
    below = [1 - (both - own) / m for both, own in zip(together[m:], midranks(benign), strict=True)]
    area = sum(above) / m
    half = Z_95 * sqrt(_variance(above) / m + _variance(below) / n)
    return Estimate(area, max(area - half, 0.0), min(area + half, 1.0))


def midranks(values: Sequence[float]) -> list[float]:
    """The rank of each value from 1 on; equal ones share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for at in order[start:end]:
            ranks[at] = (start + 1 + end) / 2
        start = end
    return ranks


def _variance(values: Sequence[float]) -> float:
    if len(values) < 2:
        return 0.0
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def threshold(benign: Sequence[float], rate: float) -> float:
    """The lowest score of a benign text that at most the share ``rate`` of them exceeds.

    A text counts as found when it scores *higher*. Without benign texts nothing is found, so the answer is infinite.
    """
    if not benign:
        return inf
    ordered = sorted(benign, reverse=True)
    allowed = min(int(rate * len(ordered) + 1e-9), len(ordered) - 1)
    return ordered[allowed]
