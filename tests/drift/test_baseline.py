"""A baseline is of the hours that it was made of, whatever their order, and knows how much they vary."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.drift.traffic import BEGIN, DAILY, REFUSALS, STILL, TOKENS, TOOLS, WANDERING, levels, sketched, usual, values

from llmsec_tui.drift.baseline import HOUR, Baseline, HourOf, Pinned, digest, grouping, hour_of_week, regroup
from llmsec_tui.drift.metrics import METRICS, Metric
from llmsec_tui.drift.segments import Segment, Slice
from llmsec_tui.drift.sketch import Sketch
from llmsec_tui.drift.verdict import LEAST

SHOP, DESK = (Segment(app, "gpt-5", "", "", "en", "") for app in ("shop", "desk"))
PINNED = Pinned(1, 0, 9 * HOUR, 9 * HOUR, "ann", "why", "", 9, 0)


def hour(at: int, segment: Segment = SHOP, n: int = 40) -> HourOf:
    return HourOf(at * HOUR, segment, sketched(TOKENS, np.full(n, 50.0)).packed())


@given(st.permutations(range(6)))
def test_a_digest_is_of_the_hours_and_not_of_their_order(order: list[int]) -> None:
    hours = [hour(at, segment) for at in range(3) for segment in (SHOP, DESK)]
    assert digest([hours[at] for at in order]) == digest(hours)


def test_whatever_is_changed_in_an_hour_changes_the_digest() -> None:
    hours = [hour(1), hour(2)]
    others = [[hour(1)], [hour(1), hour(3)], [hour(1), hour(2, DESK)], [hour(1), hour(2, n=41)], []]
    assert len({digest(hours), *map(digest, others)}) == 6


def test_the_week_begins_on_monday_in_utc() -> None:
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    at = int(monday.timestamp()) * 1_000_000
    assert (hour_of_week(at), hour_of_week(at - 1), hour_of_week(at + 25 * HOUR)) == (0, 167, 25)


@given(st.integers(20, 300), st.integers(20, 300), st.sampled_from(METRICS))
def test_what_is_always_the_same_deviates_in_nothing(n: int, usually: int, metric: Metric) -> None:
    """Whatever sums are rounded to."""
    baseline = usual(metric, [np.zeros(usually)] * 12)
    off = baseline.deviation(metric, sketched(metric, np.zeros(n)).of(metric), (0,))
    assert off is None or off == pytest.approx(0)


def test_a_slice_has_the_hours_of_its_segments() -> None:
    baseline = Baseline(PINNED, [hour(1), hour(1, DESK), hour(2, DESK)])
    shop, whole = baseline.of(Slice("app", "shop")), baseline.of(Slice())
    assert (shop.usual(TOKENS, (0,), 50).sum(), whole.usual(TOKENS, (0,), 50).sum()) == (40, 120)
    assert baseline.has(Slice("app", "desk"))
    assert not baseline.has(Slice("app", "other"))


def test_what_is_usual_is_of_the_same_hours_where_there_are_enough_of_them() -> None:
    """Of the week, else of the day, else of all."""
    for n, expected in ((2_000, 4 * 2_000), (100, 28 * 100), (10, 28 * 24 * 10)):
        found = usual(TOKENS, [np.full(n, 10.0)] * 28 * 24).usual(TOKENS, (5,), LEAST)
        assert found.sum() == expected


@pytest.mark.parametrize("metric", [TOKENS, REFUSALS, TOOLS], ids=lambda metric: metric.name)
def test_hours_that_vary_by_chance_alone_are_hardly_restless(metric: Metric) -> None:
    chance = np.random.default_rng(2)
    still = usual(metric, [values(chance, metric, 0.0, 200) for _ in range(336)])
    assert 1.0 <= still.dispersion(metric, 200, 1) < 1.6
    assert 1.0 <= still.unrest(metric) < 1.3
    assert 1.0 <= still.memory(metric) < 1.5


def test_hours_that_have_a_mood_are_restless_and_remember_it() -> None:
    chance = np.random.default_rng(2)
    moody = usual(TOKENS, [values(chance, TOKENS, level, 200) for level in levels(chance, WANDERING, 336)])
    assert moody.dispersion(TOKENS, 200, 1) > 2
    assert moody.dispersion(TOKENS, 1_200, 6) > moody.dispersion(TOKENS, 200, 1)
    assert moody.memory(TOKENS) > 1.8


def test_a_season_is_no_restlessness() -> None:
    chance = np.random.default_rng(2)
    daily = usual(TOKENS, [values(chance, TOKENS, level, 200) for level in levels(chance, DAILY, 336)])
    assert daily.dispersion(TOKENS, 200, 1) < 1.6


def test_a_few_hours_tell_nothing_of_how_they_vary() -> None:
    chance = np.random.default_rng(2)
    few = usual(TOKENS, [values(chance, TOKENS, level, 200) for level in levels(chance, STILL, 6)])
    assert (few.dispersion(TOKENS, 200, 1), few.unrest(TOKENS), few.memory(TOKENS)) == (1.0, 1.0, 1.0)
    assert usual(TOKENS, []).dispersion(TOKENS, 200, 1) == 1.0


def test_a_deviation_is_in_standard_errors() -> None:
    chance = np.random.default_rng(2)
    still = usual(TOKENS, [values(chance, TOKENS, 0.0, 200) for _ in range(336)])
    found = [
        still.deviation(TOKENS, sketched(TOKENS, values(chance, TOKENS, 0.0, 200)).of(TOKENS), (at % 168,))
        for at in range(300)
    ]
    deviations = np.array(found, dtype=np.float64)
    assert abs(deviations.mean()) < 0.25
    assert 0.7 < deviations.std() < 1.2
    assert still.deviation(TOKENS, Sketch().of(TOKENS), (0,)) is None


@given(st.lists(st.integers(0, 1_000), min_size=TOKENS.bins.size, max_size=TOKENS.bins.size))
def test_groups_are_in_order_and_lose_nothing(counts: list[int]) -> None:
    of_usual = np.array(counts)
    groups = grouping(TOKENS, of_usual)
    assert (np.diff(groups) >= 0).all()
    assert groups.max() <= 9
    assert regroup(of_usual, groups).sum() == of_usual.sum()


def test_an_hour_begins_where_hours_begin() -> None:
    assert hour_of_week(BEGIN) == 0
