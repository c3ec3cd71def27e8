"""Shares with their intervals, against published values and by definition."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.detect.measuring.rates import Z_95, Counts, share


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_interval_is_the_published_one(hits: int, of: int, low: float, high: float) -> None:
    """The last is from R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I."""
    found = share(hits, of)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_ends_of_the_interval_are_where_the_score_test_just_rejects(case: tuple[int, int]) -> None:
    hits, of = case
    found = share(hits, of)
    assert found is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    for end in (found.low, found.high):
        if 0 < end < 1:
            assert isclose((found.value - end) ** 2, Z_95**2 * end * (1 - end) / of, rel_tol=1e-6, abs_tol=1e-12)


def test_nothing_has_no_share() -> None:
    assert share(0, 0) is None
    nothing = Counts(0, 0, 0, 0)
    assert (nothing.recall, nothing.false_positive_rate, nothing.precision, nothing.f1) == (None,) * 4


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(tp: int, fp: int, fn: int, tn: int) -> None:
    counts = Counts(tp, fp, fn, tn)
    if counts.f1 is None or counts.precision is None or counts.recall is None:
        return
    precision, recall = counts.precision.value, counts.recall.value
    expected = 2 * precision * recall / (precision + recall) if tp else 0.0
    assert isclose(counts.f1.value, expected)
    assert counts.f1.low <= counts.f1.value <= counts.f1.high
