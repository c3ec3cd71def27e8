"""Figures of behaviour: values with their units, verdicts as letters, hours as a line of small bars."""

from collections.abc import Sequence
from math import isfinite

from llmsec_tui.console import figures
from llmsec_tui.console.safe_text import Span, span

_BARS = "▁▂▃▄▅▆▇█"
_SIGNS = {
    "drift": ("D", "badge.critical"),
    "watch": ("W", "badge.medium"),
    "steady": ("·", "good"),
    "insufficient": ("?", "quiet"),
    "absent": ("–", "faint"),
    "no baseline": ("N", "quiet"),
}


def sign(verdict: str) -> str:
    """A verdict as one character, which differs without colour too."""
    return _SIGNS.get(verdict, ("?", ""))[0]


def badge(verdict: str) -> Span:
    """That on three cells."""
    letter, style = _SIGNS.get(verdict, ("?", "quiet"))
    return span(f" {letter} ", style)


def value(number: float | None, shape: str, unit: str) -> str:
    """In seven characters or so: a share as percent, dollars with their sign, milliseconds as seconds where long."""
    if number is None:
        return "–"
    if shape in ("rate", "mix") or unit == "%":
        return f"{number:.1%}"
    if unit == "$":
        return dollars(number)
    if unit == "ms":
        return f"{short(number / 1000)} s" if number >= 1_000 else f"{short(number)} ms"
    return short(number)


def short(number: float) -> str:
    """Three digits, with a letter for thousands, millions and more; below 10,000 whole."""
    if not isfinite(number):
        return "∞"
    for unit, size in (("T", 1e12), ("G", 1e9), ("M", 1e6)):
        if abs(number) >= size:
            return f"{_three(number / size)}{unit}"
    if abs(number) >= 10_000:
        return f"{_three(number / 1e3)}k"
    return f"{number:,.0f}" if abs(number) >= 100 or number == int(number) else f"{number:.3g}"


def _three(number: float) -> str:
    """Three digits, or more before the point."""
    return f"{number:,.{2 if abs(number) < 10 else 1 if abs(number) < 100 else 0}f}"


def dollars(number: float) -> str:
    """Cents of what is worth it, more digits of less."""
    if number == 0:
        return "$0"
    if abs(number) >= 100:
        return f"${short(number) if abs(number) >= 10_000 else f'{number:,.0f}'}"
    return f"${number:,.2f}" if abs(number) >= 0.1 else f"${number:.2g}" if abs(number) >= 0.0001 else f"${number:.0e}"


def chance(p_value: float) -> str:
    """A p-value in six characters."""
    return f"{p_value:.3f}" if p_value >= 0.001 else f"{p_value:.0e}" if p_value > 0 else "<1e-99"


def spark(values: Sequence[float | None], most: int, *, from_zero: bool = False) -> Span:
    """The last so many values as bars between the least and the greatest of them; a dot where there is none."""
    seen = [one if one is not None and isfinite(one) else None for one in values[-most:]]
    there = [one for one in seen if one is not None]
    if not there:
        return span("")
    low, high = 0.0 if from_zero else min(there), max(there)
    return span("".join(_bar(one, low, high) for one in seen), "primary")


def _bar(one: float | None, low: float, high: float) -> str:
    if one is None:
        return "·"
    if high <= low:
        return _BARS[0] if low == 0 else _BARS[3]
    return _BARS[max(round((one - low) / (high - low) * (len(_BARS) - 1)), 0)]


def hour(at: int) -> str:
    """Month, day and time to the minute."""
    return figures.stamp(at)[:-3]
