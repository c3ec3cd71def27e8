"""The risk of an entity: it halves with time, and the order of arrival does not matter."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.incidents.arriving import HOUR, OPENING, alert

from llmsec_tui.incidents.risk import Risk, later, of_alert, plus

_risks = st.builds(Risk, st.floats(0, 1_000), st.integers(0, 100 * HOUR))


@given(st.lists(_risks, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(risks: list[Risk], random: Random) -> None:
    """And the sum is what the formula says, at the latest of all times."""
    shuffled = list(risks)
    random.shuffle(shuffled)
    sums = []
    for order in (risks, shuffled):
        total: Risk | None = None
        for one in order:
            total = plus(total, one, OPENING.half_life)
        assert total is not None
        sums.append(total)
    latest = max(risk.at for risk in risks)
    expected = math.fsum(risk.amount * 2 ** (-(latest - risk.at) / OPENING.half_life) for risk in risks)
    assert sums[0].at == sums[1].at == latest
    assert sums[0].amount == pytest.approx(expected) == pytest.approx(sums[1].amount)


def test_risk_halves() -> None:
    assert later(Risk(80.0, 0), 6 * HOUR, OPENING.half_life) == pytest.approx(40.0)
    assert later(Risk(80.0, 0), 12 * HOUR, OPENING.half_life) == pytest.approx(20.0)


def test_what_an_alert_adds() -> None:
    """Its level's weight times how sure the rule is, when its event was, and never later than the alert."""
    assert of_alert(alert(level="medium", confidence=0.5, ts=70), OPENING) == Risk(7.5, 70)
    assert of_alert(alert(level="medium", confidence=0.5, ts=9 * HOUR), OPENING) == Risk(7.5, 1_000)
    assert of_alert(alert(level="informational"), OPENING).amount == 0
