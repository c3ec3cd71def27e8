"""The area under the curve and thresholds, against their definitions."""

from itertools import product
from math import inf, isclose, sqrt

from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.detect.measuring.ranking import auroc, midranks, threshold
from llmsec_tui.detect.measuring.rates import Z_95

SCORES = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=20)


def wins(attack: float, benign: float) -> float:
    return 1.0 if attack > benign else 0.5 if attack == benign else 0.0


@given(SCORES, SCORES)
def test_auroc_is_the_share_of_pairs_that_are_in_order(attacks: list[float], benign: list[float]) -> None:
    found = auroc(attacks, benign)
    assert found is not None
    pairs = [wins(attack, other) for attack, other in product(attacks, benign)]
    assert isclose(found.value, sum(pairs) / len(pairs), abs_tol=1e-12)
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1


@given(SCORES, SCORES)
def test_the_interval_is_by_the_structural_components(attacks: list[float], benign: list[float]) -> None:
    """DeLong's variance straight from its definition, pair by pair."""
    found = auroc(attacks, benign)
    assert found is not None
    above = [sum(wins(one, other) for other in benign) / len(benign) for one in attacks]
    below = [sum(wins(one, other) for one in attacks) / len(attacks) for other in benign]
    half = Z_95 * sqrt(variance(above) / len(above) + variance(below) / len(below))
    assert isclose(found.low, max(found.value - half, 0), abs_tol=1e-9)
    assert isclose(found.high, min(found.value + half, 1), abs_tol=1e-9)


def variance(values: list[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / max(len(values) - 1, 1) if len(values) > 1 else 0.0


def test_there_is_no_area_without_both_kinds() -> None:
    assert auroc([], [0.5]) is None
    assert auroc([0.5], []) is None


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    assert midranks([0.5, 0.1, 0.5, 0.9]) == [2.5, 1.0, 2.5, 4.0]


@given(SCORES, st.sampled_from([0.0, 0.001, 0.01, 0.1, 0.5, 1.0]))
def test_no_more_benign_texts_exceed_the_threshold_than_the_rate_allows(benign: list[float], rate: float) -> None:
    limit = threshold(benign, rate)
    assert sum(score > limit for score in benign) <= rate * len(benign) + 1e-9
    lower = [score for score in benign if score < limit]
    if lower and rate < 1:
        assert sum(score > max(lower) for score in benign) > rate * len(benign)


def test_without_benign_texts_nothing_is_found() -> None:
    assert threshold([], 0.01) == inf
