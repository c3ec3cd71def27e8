"""Slow drift adds up; chance and single outliers do not."""

from collections.abc import Iterable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.drift.traffic import BEGIN, BOTH, TOKENS, levels, sketched, usual, values

from llmsec_tui.drift.baseline import HOUR, hour_of_week
from llmsec_tui.drift.sequential import LIMIT, Cusum


def cusum(deviations: Iterable[tuple[int, float]]) -> Cusum:
    """After windows, each with its time and its deviation, oldest first."""
    state = Cusum()
    for at, z in deviations:
        state = state.after(z, at)
    return state


def first_alarm(deviations: np.ndarray) -> int | None:
    state = Cusum()
    for at, z in enumerate(deviations):
        state = state.after(float(z), at)
        if state.since is not None:
            return at
    return None


def test_hours_without_drift_raise_no_alarm_in_years() -> None:
    """100,000 hours; one in a million is said in the code."""
    assert first_alarm(np.random.default_rng(1).normal(size=100_000)) is None


def test_a_shift_of_one_standard_deviation_is_found_in_about_a_day() -> None:
    """``h / (δ - k)`` windows."""
    chance = np.random.default_rng(2)
    for sign in (1, -1):
        runs = [first_alarm(sign * chance.normal(1.0, 1.0, 400)) for _ in range(200)]
        delays = [run for run in runs if run is not None]
        assert len(delays) == 200
        assert 15 < np.mean(delays) < 35


def test_it_is_told_when_the_drift_began() -> None:
    chance = np.random.default_rng(3)
    seen = np.concatenate((chance.normal(size=100), chance.normal(1.5, 1.0, 60)))
    since = cusum((at * HOUR, float(z)) for at, z in enumerate(seen)).since
    assert since is not None
    assert 90 <= since / HOUR <= 105


@given(st.lists(st.floats(-1e6, 1e6), max_size=40), st.floats(-1e300, 1e300))
def test_one_window_is_never_a_drift(before: list[float], huge: float) -> None:
    state = cusum((at, min(max(z, -0.4), 0.4)) for at, z in enumerate(before))
    assert state.after(huge, len(before)).since is None


@given(st.lists(st.floats(-10, 10), max_size=60))
def test_sums_are_never_negative_and_know_where_they_began(deviations: list[float]) -> None:
    state = cusum(enumerate(deviations))
    mirrored = cusum((at, -z) for at, z in enumerate(deviations))
    assert (state.up, state.up_since) == (mirrored.down, mirrored.down_since)
    assert (state.up > 0) == (state.up_since is not None)
    assert (state.since is not None) == (max(state.up, state.down) > LIMIT)


def test_traffic_with_a_season_and_a_memory_is_no_slow_drift_but_one_that_grows_is() -> None:
    """Ten days after a baseline of 14; of each of eight."""
    alarms, caught = 0, 0
    for seed in range(8):
        chance = np.random.default_rng(seed)
        at_hours = levels(chance, BOTH, 24 * 24)
        baseline = usual(TOKENS, [values(chance, TOKENS, level, 100) for level in at_hours[: 14 * 24]])
        still: list[float] = []
        moving: list[float] = []
        for at in range(14 * 24, 24 * 24):
            growth = 1 + 0.4 * (at - 14 * 24) / 240
            for shift, deviations in ((1.0, still), (growth, moving)):
                now = sketched(TOKENS, values(chance, TOKENS, float(at_hours[at]), 100, shift)).of(TOKENS)
                z = baseline.deviation(TOKENS, now, (hour_of_week(BEGIN + at * HOUR),))
                assert z is not None
                deviations.append(z)
        alarms += first_alarm(np.array(still)) is not None
        caught += first_alarm(np.array(moving)) is not None
    assert alarms == 0
    assert caught == 8
