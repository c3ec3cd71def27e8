"""How suspicious somebody has become: what each alert adds, halving as time goes by."""

from typing import NamedTuple

from llmsec_tui.incidents.keys import AlertFacts
from llmsec_tui.incidents.policy import Opening


class Risk(NamedTuple):
    """An amount as it was at a time."""

    amount: float
    at: int
    """Microseconds since 1970 UTC."""


def of_alert(alert: AlertFacts, opening: Opening) -> Risk:
    """What one alert adds, when its event was."""
    return Risk(opening.weights.get(alert.level, 0.0) * alert.confidence, alert.at)


def plus(one: Risk | None, other: Risk, half_life: int) -> Risk:
    """Both together, at the later of their times. In whatever order many are added up, the sum is the same."""
    if one is None:
        return other
    at = max(one.at, other.at)
    return Risk(later(one, at, half_life) + later(other, at, half_life), at)


def later(risk: Risk, at: int, half_life: int) -> float:
    """What is left of it at a time that is not before its own."""
    return float(risk.amount * 2.0 ** (-(at - risk.at) / half_life))
