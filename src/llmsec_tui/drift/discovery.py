"""Many tests at once: which of them may be believed."""

from collections.abc import Sequence


def discoveries(p_values: Sequence[float], rate: float) -> list[bool]:
    """Which of these hold when at most ``rate`` of those that are said to hold may be wrong, on average.

    Benjamini and Hochberg, "Controlling the false discovery rate", 1995; also right for tests that go together
    (Benjamini and Yekutieli, 2001), as those of one window do.
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    last = max((rank for rank, at in enumerate(order, 1) if p_values[at] <= rate * rank / len(order)), default=0)
    found = [False] * len(p_values)
    for at in order[:last]:
        found[at] = True
    return found
