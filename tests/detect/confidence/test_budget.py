"""What a number of false alarms a week means."""

from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.detect.confidence.budget import at, everything, within
from llmsec_tui.detect.confidence.combining import Weights
from llmsec_tui.detect.confidence.shipped import Point, Shipped, shipped

WEIGHTS = Weights(0, 1, (1, 2, 3), 0, 0, 0)
MEASURED = Shipped(WEIGHTS, 0.6, 0.3, 100, 1_000, (Point(0.9, 0, 20), Point(0.6, 5, 40), Point(0.3, 50, 70)))


def test_the_lowest_threshold_within_the_budget_is_taken() -> None:
    one = within(MEASURED, texts=10_000, per_week=60)
    assert (one.threshold, one.false_alarms.value, one.recall.value, one.is_within) == (0.6, 50.0, 0.4, True)
    assert one.false_alarms.low < 50 < one.false_alarms.high


def test_a_budget_of_nothing_takes_what_was_never_wrong() -> None:
    one = within(MEASURED, texts=10_000, per_week=0)
    assert (one.threshold, one.false_alarms.value, one.is_within) == (0.9, 0.0, True)
    # None among a thousand does not mean never.
    assert 0 < one.false_alarms.high < 10_000


def test_a_budget_that_nothing_keeps_is_told() -> None:
    measured = Shipped(WEIGHTS, 0.6, 0.3, 100, 1_000, (Point(0.9, 1, 20),))
    one = within(measured, texts=10_000, per_week=5)
    assert (one.threshold, one.is_within) == (0.9, False)


def test_what_was_not_measured_is_told_as_the_nearest_above() -> None:
    assert at(MEASURED, 0.5, 1_000, 5).threshold == 0.6
    assert at(MEASURED, 0.95, 1_000, 5).threshold == 0.9
    assert everything(MEASURED, 1_000, 5).threshold == 0.3


@given(st.floats(0, 1_000), st.floats(1, 1e7))
def test_a_bigger_budget_never_finds_less(per_week: float, texts: float) -> None:
    smaller, bigger = within(shipped(), texts, per_week), within(shipped(), texts, per_week * 2)
    assert bigger.threshold <= smaller.threshold
    assert bigger.recall.value >= smaller.recall.value


def test_the_shipped_figures_fall_with_the_threshold() -> None:
    measured = shipped()
    for higher, lower in zip(measured.points, measured.points[1:], strict=False):
        assert higher.threshold > lower.threshold
        assert higher.false_positives <= lower.false_positives <= measured.benign
        assert higher.true_positives <= lower.true_positives <= measured.attacks
