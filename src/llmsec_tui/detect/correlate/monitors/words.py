"""How figures and times read in the reasons that monitors give."""

from math import isinf

_UNITS = ((86_400_000_000, "day"), (3_600_000_000, "hour"), (60_000_000, "minute"), (1_000_000, "second"))


def span(microseconds: int) -> str:
    """``"1 hour"``, ``"90 minutes"``: in the largest unit that goes into it without a rest."""
    for unit, name in _UNITS:
        if microseconds % unit == 0:
            return plural(microseconds // unit, name)
    return f"{figure(microseconds / 1_000_000)} seconds"


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def figure(value: float) -> str:
    """Three digits of a small number, all digits before the point of a large one."""
    if isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"
