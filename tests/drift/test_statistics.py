"""Every statistic is what SciPy 1.17.1 makes of the same numbers."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.drift.discovery import discoveries
from llmsec_tui.drift.statistics import (
    chi_square,
    chi_square_tail,
    hellinger,
    jensen_shannon,
    kolmogorov_smirnov,
    psi,
    smoothed,
    total_variation,
    wasserstein,
)

P = np.array([12, 40, 75, 120, 90, 44, 19, 6, 3, 1])
Q = np.array([5, 22, 60, 99, 101, 70, 38, 17, 9, 4])
PLACES = np.array([0.0, 1, 2, 4, 7, 11, 16, 22, 29, 37])
Distance = Callable[[np.ndarray, np.ndarray], float]
DISTANCES: list[tuple[Distance, float]] = [
    # distance.jensenshannon(p, q, 2)
    (jensen_shannon, 0.17474473846851576),
    # norm(√p - √q) / √2
    (hellinger, 0.14633981541268426),
    # distance.cityblock(p, q) / 2
    (total_variation, 0.1647919655667145),
    # stats.ks_2samp of the values themselves
    (kolmogorov_smirnov, 0.1647919655667145),
    # stats.entropy both ways, of counts with half an observation more in each bin
    (psi, 0.16432146948223758),
]
COUNTS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=30).map(
    lambda pairs: np.array(pairs, dtype=np.int64).T
)


@pytest.mark.parametrize(("distance", "expected"), DISTANCES)
def test_distances_are_those_of_scipy(distance: Distance, expected: float) -> None:
    assert distance(P, Q) == pytest.approx(expected, rel=1e-12)


def test_the_earth_mover_goes_as_far_as_in_scipy() -> None:
    """stats.wasserstein_distance"""
    assert wasserstein(P, Q, PLACES) == pytest.approx(2.297044476327116, rel=1e-12)


def test_chi_square_is_that_of_scipy() -> None:
    """stats.chi2_contingency without correction; bins that neither has make no difference."""
    for p, q in ((P, Q), (np.append(P, 0), np.append(Q, 0))):
        assert chi_square(p, q) == pytest.approx((34.48772838673903, 9, 7.333967794603843e-05), rel=1e-9)


@pytest.mark.parametrize(
    ("statistic", "freedom", "expected"),
    [
        (0.5, 1, 0.47950012218695337),
        (3.84, 1, 0.05004352124870519),
        (21.67, 9, 0.009985789299578333),
        (3.3, 3.56, 0.4388859841083166),
        (60, 3.56, 1.4712018086745916e-12),
        (250, 200, 0.009379131668826098),
        (1e-3, 2.5, 0.999934027829081),
        (400, 9, 1.3699125019662825e-80),
    ],
)
def test_the_tail_of_chi_square_is_that_of_scipy(statistic: float, freedom: float, expected: float) -> None:
    assert chi_square_tail(statistic, freedom) == pytest.approx(expected, rel=1e-9)


@given(COUNTS)
def test_distances_have_their_bounds_and_no_side(both: np.ndarray) -> None:
    p, q = both
    for distance in (jensen_shannon, hellinger, total_variation, kolmogorov_smirnov):
        assert distance(p, p) == pytest.approx(0.0, abs=1e-6)
        assert -1e-9 <= distance(p, q) <= 1 + 1e-9
        assert distance(p, q) == pytest.approx(distance(q, p))
    assert kolmogorov_smirnov(p, q) <= total_variation(p, q) + 1e-9 or not (p.sum() and q.sum())
    assert psi(p, q) >= -1e-12
    assert smoothed(p).sum() == pytest.approx(1.0)
    assert 0 <= chi_square(p, q).p_value <= 1


@given(st.floats(0, 2_000), st.floats(0.1, 500))
def test_a_tail_is_a_chance_and_falls(statistic: float, freedom: float) -> None:
    assert 0 <= chi_square_tail(statistic + 1, freedom) <= chi_square_tail(statistic, freedom) + 1e-12 <= 1 + 1e-11


def test_discoveries_are_those_of_scipy() -> None:
    """stats.false_discovery_control(p) <= 0.05"""
    p_values = [0.001, 0.2, 0.012, 0.04, 0.013, 0.6, 0.9, 0.008, 0.05, 0.03]
    assert [at for at, found in enumerate(discoveries(p_values, 0.05)) if found] == [0, 2, 4, 7]
    assert discoveries([], 0.05) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_whatever_is_surer_than_a_discovery_is_one(p_values: list[float]) -> None:
    found = discoveries(p_values, 0.05)
    most = max((p for p, is_one in zip(p_values, found, strict=True) if is_one), default=-1.0)
    assert [p <= most for p in p_values] == found
