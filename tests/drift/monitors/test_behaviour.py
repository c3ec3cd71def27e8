"""Monitors of what was measured in an hour: they speak up once, of the whole before its parts, and never by chance."""

import pytest

from llmsec_tui.drift.baseline import HOUR
from llmsec_tui.drift.board import Window, board
from llmsec_tui.drift.monitors.behaviour import Hour, judged
from llmsec_tui.drift.monitors.kinds import Drift, OfHours, Slow, Threshold, Value
from llmsec_tui.drift.monitors.series import Series, baseline, sketches
from llmsec_tui.drift.monitors.standing import Firing, State
from llmsec_tui.drift.monitors.trying import fired
from llmsec_tui.drift.segments import Segment
from llmsec_tui.drift.sketch import Sketch

REFUSALS = Series(metric="refusals", mean=0.03, to=0.2, at=6 * HOUR)
ERRORS = Series(metric="errors", mean=0.02, to=0.5, at=3 * HOUR, until=6 * HOUR, n=100)


def run(kind: OfHours, one: Series, *, skipped: tuple[int, ...] = (), whole: bool = False) -> list[Firing]:
    """As :func:`fired`, but some hours (since the baseline) do not come, and with ``whole`` the board is made."""
    hours = dict(sketches(one))
    usual, state, firings = baseline(one, hours), State(), list[Firing]()
    for place in range(one.hours):
        at = one.first + place * HOUR
        if place not in skipped:
            seen, segments = Window(at, at + HOUR, {1: hours[at]}), {1: one.segment}
            cells = board(seen, segments, usual) if whole else None
            state, found = judged(kind, Hour(at, seen, segments, usual, cells), State.of(state.packed()))
            firings += found
    return firings


@pytest.mark.parametrize("whole", [False, True])
def test_a_drift_that_goes_on_is_told_once_with_what_changed(whole: bool) -> None:
    [one] = run(Drift(metrics=("refusals",), by=("all", "model")), REFUSALS, whole=whole)
    assert (one.about, one.at, dict(one.names)) == ("refusals of all", REFUSALS.first + 6 * HOUR, {})
    assert one.sentence.startswith("Refusals is not what it was: ")
    assert "usual; effect 0." in one.sentence


@pytest.mark.parametrize("whole", [False, True])
def test_a_slice_is_named_where_the_whole_is_not_asked_about(whole: bool) -> None:
    [one] = run(Drift(metrics=("refusals",), by=("model",)), REFUSALS, whole=whole)
    assert (one.about, dict(one.names)) == ("refusals of model=model-1", {"model": "model-1"})


def test_a_greater_effect_can_be_asked_for() -> None:
    assert fired(Drift(effect=0.1), REFUSALS, None)
    assert not fired(Drift(effect=0.3), REFUSALS, None)


def test_a_slow_drift_needs_no_hour_that_is_drift_and_goes_on_over_a_night_without_calls() -> None:
    slow = Series(metric="output_tokens", mean=150, to=180, over=24 * HOUR, hours=48)
    kind = Slow(metrics=("output_tokens",), by=("all",))
    assert not run(Drift(metrics=("output_tokens",), by=("all",)), slow)[1:]
    [one] = run(kind, slow)
    assert "moving away from what is usual, hour by hour: " in one.sentence
    assert len(run(kind, slow, skipped=(5, 6, 7, 8))) == 1


def test_sums_against_another_baseline_say_nothing() -> None:
    one = Series(metric="output_tokens", mean=150, to=300, hours=24)
    kind = Slow(metrics=("output_tokens",), by=("all",))
    hours = dict(sketches(one))
    usual, seen = baseline(one, hours), Window(one.first, one.first + HOUR, {1: hours[one.first]})
    hour = Hour(one.first, seen, {1: one.segment}, usual)
    first, _ = judged(kind, hour, State())
    assert judged(kind, hour, State(first.standings, baseline=7))[0] == first
    assert judged(kind, hour, first)[0] != first


def test_without_a_baseline_drift_says_nothing_and_a_threshold_still_does() -> None:
    hours = dict(sketches(ERRORS))
    at = ERRORS.first + 3 * HOUR
    hour = Hour(at, Window(at, at + HOUR, {1: hours[at]}), {1: ERRORS.segment}, None)
    assert judged(Drift(metrics=("errors",)), hour, State()) == (State(), [])
    limit = Threshold("errors", Value.SHARE, 0.2, None)
    [one] = judged(limit, hour, State())[1]
    assert one.sentence.startswith("Calls that fail: ")
    assert "above 20.0%; 100 values" in one.sentence


def test_a_threshold_has_to_hold_for_so_many_hours_in_a_row() -> None:
    assert len(fired(Threshold("errors", Value.SHARE, 0.2, None, hours=3), ERRORS, None)) == 1
    assert not fired(Threshold("errors", Value.SHARE, 0.2, None, hours=4), ERRORS, None)
    assert not fired(Threshold("errors", Value.SHARE, 0.2, None, min_n=101), ERRORS, None)


def test_figures_of_numbers_can_be_too_low_or_too_high_at_the_end() -> None:
    latency = Series(metric="latency", mean=900, to=4_000, at=2 * HOUR, hours=4, spread=0.2)
    assert fired(Threshold("latency", Value.P95, 3_000, None), latency, None)
    assert not fired(Threshold("latency", Value.P95, 9_000, None), latency, None)
    assert fired(Threshold("latency", Value.MEDIAN, None, 1_000), latency, None)
    assert not fired(Threshold("latency", Value.MEAN, None, 500), latency, None)


def test_what_is_so_of_the_whole_is_not_told_again_of_its_parts() -> None:
    hours = dict(sketches(ERRORS))
    bad, good = hours[ERRORS.first + 3 * HOUR], hours[ERRORS.first]
    segments = {1: ERRORS.segment, 2: Segment("shop", "model-2", "", "", "", "")}
    limit = Threshold("errors", Value.SHARE, 0.4, None, by=("all", "model"))

    def said(one: Sketch, other: Sketch) -> list[str]:
        hour = Hour(ERRORS.first, Window(ERRORS.first, ERRORS.first + HOUR, {1: one, 2: other}), segments, None)
        return [found.about for found in judged(limit, hour, State())[1]]

    assert said(bad, bad) == ["errors of all"]
    assert said(bad, good) == ["errors of model=model-1"]


def test_a_part_that_follows_the_whole_is_not_told_later_either() -> None:
    hours = dict(sketches(ERRORS))
    bad, good = hours[ERRORS.first + 3 * HOUR], hours[ERRORS.first]
    segments = {1: ERRORS.segment, 2: Segment("shop", "x" * 500, "", "", "", "")}
    limit = Threshold("errors", Value.SHARE, 0.2, None, by=("all", "model"))
    state, said = State(), list[list[str]]()
    for sketches_ in ({1: good, 2: bad}, {1: bad, 2: bad}):
        hour = Hour(ERRORS.first, Window(ERRORS.first, ERRORS.first + HOUR, sketches_), segments, None)
        state, found = judged(limit, hour, state)
        said.append([one.about for one in found])
        assert all(len(one.sentence) < 200 for one in found)
    assert said == [["errors of all"], []]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("metric", ["output_tokens", "refusals"])
def test_undisturbed_traffic_with_a_season_and_an_outlier_raises_nothing(metric: str, seed: int) -> None:
    mean, outlier = (0.03, None) if metric == "refusals" else (150, 200_000)
    calm = Series(metric=metric, mean=mean, outlier=outlier, days=14, swing=0.2, n=100, seed=seed)
    assert fired(Drift(), calm, None) == []
    assert fired(Slow(), calm, None) == []
