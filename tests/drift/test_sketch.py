"""Sketches add up to the same whatever the order, and no value is lost, however odd it is."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.drift.traffic import REFUSALS, TOKENS, sketched

from llmsec_tui.drift.bins import Bins, LinearBins, LogBins, Names, YesNo, quantile
from llmsec_tui.drift.metrics import BY_NAME, LAYOUT, METRICS
from llmsec_tui.drift.sketch import Sketch, merged, merged_by, unpack

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
VALUES = st.lists(st.floats(0, 1e9), max_size=40).map(np.array)


@given(
    st.lists(NUMBERS, min_size=1, max_size=20), st.sampled_from([LogBins(0, 8), LogBins(-7, 3), LinearBins(0, 1, 50)])
)
def test_every_value_has_a_bin(values: list[float], bins: Bins) -> None:
    with np.errstate(over="ignore"):
        found = bins.of(np.array(values))
    assert found.min() >= 0
    assert found.max() < bins.size
    assert len(bins.places) == len(bins.scores) == bins.size


@given(st.floats(1, 1e8 * 0.999))
def test_a_bin_stands_for_values_that_are_near(value: float) -> None:
    bins = LogBins(0, 8)
    place = bins.places[bins.of(np.array([value]))[0]]
    assert 10 ** (-1 / 8) < place / value < 10 ** (1 / 8)


def test_a_huge_value_is_in_the_last_bin_and_nothing_in_the_first() -> None:
    bins = LogBins(0, 8)
    assert bins.of(np.array([1e300, 0.0, -5.0, np.nan])).tolist() == [bins.size - 1, 0, 0, 0]


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_bins_are_in_the_order_of_their_values(one: float, other: float) -> None:
    for bins in (LogBins(0, 8), LinearBins(0, 1, 50), YesNo()):
        low, high = bins.of(np.array(sorted((one, other))))
        assert low <= high


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.floats(0, 1))
def test_a_quantile_lies_in_the_bin_of_the_value_that_it_is_of(values: list[float], share: float) -> None:
    for bins in (LogBins(0, 8), LinearBins(0, 1e6, 50), YesNo()):
        counts = np.bincount(bins.of(np.array(values)), minlength=bins.size)
        found = quantile(bins, counts, share)
        assert found is not None
        wanted = sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]
        # A value at the very end of its bin may be counted to the next one.
        assert abs(int(bins.of(np.array([found]))[0]) - int(bins.of(np.array([wanted]))[0])) <= 1


def test_nothing_has_no_quantile_and_the_ends_of_shares_are_themselves() -> None:
    shares = LinearBins(0, 1, 50)
    assert quantile(shares, np.zeros(50, dtype=np.int64), 0.5) is None
    for value in (0.0, 1.0):
        assert quantile(shares, np.bincount(shares.of(np.array([value] * 9)), minlength=50), 0.5) == value


def test_a_name_always_has_the_same_bin() -> None:
    assert [Names().slot(name) for name in ("stop", "length", "\ud800")] == [245, 212, 231]


@given(st.lists(VALUES, max_size=6), st.randoms())
def test_sketches_add_up_in_any_order_and_any_grouping(parts: list[np.ndarray], lot: object) -> None:
    sketches = [sketched(TOKENS, part) for part in parts]
    whole = sketched(TOKENS, np.concatenate([np.array([]), *parts]))
    forward = merged(one.packed() for one in sketches)
    backward = Sketch()
    for one in reversed(sketches):
        backward.add(one)
    nested = merged([merged([one.packed() for one in sketches[:2]]).packed(), *(one.packed() for one in sketches[2:])])
    for found in (forward, backward, nested):
        assert np.array_equal(found.counts, whole.counts)
        assert found.sums == pytest.approx(whole.sums)


@given(VALUES)
def test_a_sketch_comes_back_from_the_disk_as_it_was(values: np.ndarray) -> None:
    sketch = sketched(TOKENS, values)
    again = merged([sketch.packed()])
    assert np.array_equal(again.counts, sketch.counts)
    assert np.array_equal(again.sums, sketch.sums)
    places = unpack([sketch.packed()]).places
    assert len(set(places.tolist())) == len(places)


@given(st.lists(st.tuples(st.sampled_from("abc"), VALUES), max_size=8))
def test_sketches_are_added_up_by_their_keys(parts: list[tuple[str, np.ndarray]]) -> None:
    found = merged_by((key, sketched(TOKENS, values).packed()) for key, values in parts)
    assert found.keys() == {key for key, _ in parts}
    for key, sketch in found.items():
        one_by_one = merged(sketched(TOKENS, values).packed() for name, values in parts if name == key)
        assert np.array_equal(sketch.counts, one_by_one.counts)
        assert sketch.sums == pytest.approx(one_by_one.sums)


def test_a_sketch_knows_means_and_quantiles() -> None:
    sketch = sketched(TOKENS, np.arange(1.0, 1_001.0))
    assert sketch.n(TOKENS) == 1_000
    assert sketch.mean(TOKENS) == 500.5
    assert sketch.quantile(TOKENS, 0.5) == pytest.approx(500, rel=0.2)
    assert sketch.mean(REFUSALS) is sketch.quantile(REFUSALS, 0.5) is None


def test_each_metric_has_bins_of_its_own() -> None:
    taken = [place for metric in METRICS for place in range(LAYOUT.size)[LAYOUT.of(metric)]]
    assert taken == list(range(LAYOUT.size))
    assert len(BY_NAME) == len(METRICS)
    assert max(place for place in taken) < 2**16
