"""Measured rates with their intervals, for people and for programs."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llmsec_tui.detect.measuring.rates import Estimate


def percent(estimate: "Estimate | None") -> str:
    """``38.1 (37.1–39.2)``; nothing where there was nothing to measure."""
    if estimate is None:
        return ""
    return f"{100 * estimate.value:.1f} ({100 * estimate.low:.1f}–{100 * estimate.high:.1f})"


def with_interval(name: str, estimate: "Estimate | None") -> dict[str, float | None]:
    """The value under its name, and both ends of its interval."""
    values = (None,) * 3 if estimate is None else (estimate.value, estimate.low, estimate.high)
    names = (name, f"{name}_low", f"{name}_high")
    return {key: None if value is None else round(value, 6) for key, value in zip(names, values, strict=True)}
