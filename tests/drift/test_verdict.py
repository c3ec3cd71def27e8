"""False alarms are rare at every size of window, what is stated is found, and one outlier changes nothing."""

import numpy as np
import pytest
from tests.drift.traffic import (
    BEGIN,
    BOTH,
    DAILY,
    KINDS,
    REFUSALS,
    STILL,
    TOKENS,
    TOOLS,
    Hours,
    Kind,
    levels,
    sketched,
    usual,
    values,
)

from llmsec_tui.drift.baseline import HOUR, OfSlice, hour_of_week
from llmsec_tui.drift.metrics import BY_NAME, Metric, Shape
from llmsec_tui.drift.sketch import Sketch
from llmsec_tui.drift.verdict import FALSE_DISCOVERIES, Finding, Verdict, compared, judge, settled, statistics

DAYS, WINDOWS = 10, 48
SUSPECT = (Verdict.WATCH, Verdict.DRIFT)


def taught(
    metric: Metric, kind: Kind, n: int, seed: int
) -> tuple[np.random.Generator, OfSlice, list[tuple[int, float]]]:
    """A baseline, and the hours after it with their levels."""
    chance = np.random.default_rng([seed, n])
    at_hours = levels(chance, kind, DAYS * 24 + WINDOWS)
    before: Hours = [values(chance, metric, level, n) for level in at_hours[: DAYS * 24]]
    after = [(BEGIN + at * HOUR, float(at_hours[at])) for at in range(DAYS * 24, len(at_hours))]
    return chance, usual(metric, before), after


def alarms(metric: Metric, kind: Kind, n: int, baselines: int, shift: float = 1.0) -> float:
    """The share of windows that look like drift, before the whole board is considered."""
    said = []
    for seed in range(baselines):
        chance, baseline, after = taught(metric, kind, n, seed)
        for at, level in after:
            now = sketched(metric, values(chance, metric, level, n, shift))
            said.append(judge(metric, now, baseline, (hour_of_week(at),)).verdict in SUSPECT)
    return float(np.mean(said))


@pytest.mark.parametrize("n", [50, 100, 200, 500])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_of_undisturbed_windows_at_most_one_in_fifty_looks_like_drift(kind: Kind, n: int) -> None:
    """Over baselines of numbers, rates and mixes, also where hours have a season and resemble the one before."""
    assert np.mean([alarms(metric, kind, n, 4) for metric in (TOKENS, REFUSALS, TOOLS)]) <= 0.02


@pytest.mark.parametrize(
    ("metric", "shift", "n", "least"),
    [
        (TOKENS, 1.6, 100, 0.8),
        (TOKENS, 1.6, 200, 0.95),
        (TOKENS, 1.4, 500, 0.95),
        (REFUSALS, 4.0, 100, 0.6),
        (REFUSALS, 4.0, 200, 0.9),
        (REFUSALS, 2.0, 500, 0.6),
        (TOOLS, 3.0, 100, 0.9),
        (TOOLS, 3.0, 200, 0.95),
    ],
)
def test_stated_shifts_are_found_in_traffic_with_a_season(metric: Metric, shift: float, n: int, least: float) -> None:
    assert alarms(metric, DAILY, n, 2, shift) >= least


@pytest.mark.parametrize("shift", [1.0, 1.6])
def test_one_outlier_changes_no_verdict(shift: float) -> None:
    chance, baseline, after = taught(TOKENS, STILL, 500, 3)
    for at, level in after:
        now = values(chance, TOKENS, level, 500, shift)
        huge = np.append(now[1:], 1e12)
        plain, other = (judge(TOKENS, sketched(TOKENS, one), baseline, (hour_of_week(at),)) for one in (now, huge))
        assert plain.verdict is other.verdict
        assert abs(plain.effect - other.effect) <= 1 / 500 + 1e-9


def test_one_outlier_in_the_baseline_hides_no_shift() -> None:
    chance = np.random.default_rng(1)
    hours = [values(chance, TOKENS, 0.0, 200) for _ in range(240)]
    hours[17] = np.full(200, 1e9)
    now = sketched(TOKENS, values(chance, TOKENS, 0.0, 200, 1.6))
    assert judge(TOKENS, now, usual(TOKENS, hours), (5,)).verdict is Verdict.WATCH


def found(metric: Metric, of_usual: list[float], of_now: list[float]) -> Finding:
    return judge(metric, sketched(metric, np.array(of_now)), usual(metric, [np.array(of_usual)]), (0,))


@pytest.mark.parametrize(("n", "usual_n"), [(49, 10_000), (1, 10_000), (500, 99), (0, 500), (500, 0)])
def test_too_few_are_insufficient_and_never_steady(n: int, usual_n: int) -> None:
    assert found(TOKENS, [5.0] * usual_n, [500.0] * n).verdict is Verdict.INSUFFICIENT


def test_what_the_logs_do_not_tell_is_absent_and_without_a_baseline_nothing_is_judged() -> None:
    assert found(TOKENS, [], []).verdict is Verdict.ABSENT
    assert judge(TOKENS, Sketch(), None, (0,)).verdict is Verdict.ABSENT
    assert judge(TOKENS, sketched(TOKENS, np.ones(9)), None, (0,)).verdict is Verdict.NO_BASELINE


def test_what_is_always_the_same_is_steady_until_it_is_not() -> None:
    assert found(TOKENS, [7.0] * 1_000, [7.0] * 100).verdict is Verdict.STEADY
    assert found(TOKENS, [7.0] * 1_000, [90.0] * 100).verdict is Verdict.WATCH
    assert found(REFUSALS, [0.0] * 1_000, [0.0] * 100).verdict is Verdict.STEADY
    assert found(REFUSALS, [0.0] * 1_000, [1.0] * 50 + [0.0] * 50).verdict is Verdict.WATCH


def test_a_shift_too_small_to_matter_is_steady_however_many_there_are() -> None:
    """Two percent more tokens, of 200,000."""
    chance = np.random.default_rng(4)
    hours = [values(chance, TOKENS, 0.0, 20_000) for _ in range(60)]
    one = judge(TOKENS, sketched(TOKENS, values(chance, TOKENS, 0.0, 200_000, 1.02)), usual(TOKENS, hours), (0,))
    assert one.verdict is Verdict.STEADY
    assert one.effect < TOKENS.floor


def test_a_finding_has_the_numbers_that_people_know() -> None:
    one = found(TOKENS, [100.0] * 1_000, [1_000.0] * 100)
    before, after = (sketched(TOKENS, np.full(n, value)).of(TOKENS) for n, value in ((1_000, 100.0), (100, 1_000.0)))
    numbers = statistics(TOKENS, before, after)
    assert set(numbers) == {"psi", "js", "hellinger", "tv", "chi2", "ks", "wasserstein"}
    assert (one.effect, numbers["js"], numbers["tv"]) == (1.0, 1.0, 1.0)
    assert statistics(TOKENS, before, after // 10) == {}
    assert one.value == pytest.approx(1_000, rel=0.2)
    assert found(REFUSALS, [0.0] * 900 + [1.0] * 100, [1.0] * 100).usual == 0.1
    assert found(TOOLS, [1.0] * 900, [2.0] * 100).value is None


def test_of_a_whole_board_of_nothing_hardly_ever_is_anything_called_drift() -> None:
    """False discoveries over many boards of 40 metrics, each of which is undisturbed."""
    chance = np.random.default_rng(8)
    baseline = usual(TOKENS, [values(chance, TOKENS, 0.0, 100) for _ in range(240)])
    boards = [
        settled([judge(TOKENS, sketched(TOKENS, values(chance, TOKENS, 0.0, 100)), baseline, (0,)) for _ in range(40)])
        for _ in range(40)
    ]
    assert np.mean([any(one.verdict is Verdict.DRIFT for one in row) for row in boards]) <= FALSE_DISCOVERIES


def test_a_board_vouches_for_what_is_plain_and_says_nothing_of_what_was_not_tested() -> None:
    plain = found(TOKENS, [100.0] * 1_000, [1_000.0] * 100)
    few, same = found(TOKENS, [100.0] * 1_000, [9.0]), found(TOKENS, [100.0] * 1_000, [100.0] * 100)
    assert [one.verdict for one in settled([same, plain, few])] == [
        Verdict.STEADY,
        Verdict.DRIFT,
        Verdict.INSUFFICIENT,
    ]


def test_windows_of_several_hours_with_a_memory_raise_few_alarms_too() -> None:
    said = []
    for seed in range(6):
        chance, baseline, after = taught(TOKENS, BOTH, 100, seed)
        for start in range(0, WINDOWS - 5, 3):
            window, hours = Sketch(), []
            for at, level in after[start : start + 6]:
                window.add(sketched(TOKENS, values(chance, TOKENS, level, 100)))
                hours.append(hour_of_week(at))
            said.append(judge(TOKENS, window, baseline, tuple(sorted(hours))).verdict in SUSPECT)
    assert np.mean(said) <= 0.02


def test_two_heaps_are_compared_as_a_window_with_its_baseline() -> None:
    few, many, more = (
        sketched(TOKENS, np.full(n, value)).of(TOKENS) for n, value in ((9, 5.0), (90, 5.0), (90, 500.0))
    )
    assert compared(TOKENS, few, more).p_value == 1.0
    assert compared(TOKENS, many, many).effect == 0.0
    told = compared(TOKENS, many, more)
    assert (told.effect, told.p_value < 1e-9) == (1.0, True)
    assert compared(TOKENS, many, more, dispersion=20.0).p_value > told.p_value


def test_every_metric_can_be_judged() -> None:
    for metric in BY_NAME.values():
        one = found(metric, [1.0] * 300, [0.0] * 100)
        assert one.verdict is Verdict.WATCH, metric
        assert (one.value is None) == (metric.shape is Shape.MIX)


def test_a_rate_that_is_hardly_ever_seen_is_not_taken_for_steady_when_it_is_seen() -> None:
    """Of so few that none would be expected, too."""
    few = [0.0] * 1_990 + [1.0] * 10
    assert found(REFUSALS, few, [0.0] * 50).verdict is Verdict.STEADY
    assert found(REFUSALS, few, [0.0] * 45 + [1.0] * 5).verdict is Verdict.WATCH
    assert found(REFUSALS, [0.0] * 2_000, [0.0] * 45 + [1.0] * 5).verdict is Verdict.WATCH
