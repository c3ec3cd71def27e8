"""The modified z-score: textbook figures, a naive reading, outliers, constant and absurd series."""

from math import log
from random import Random
from statistics import median

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.detect.correlate.monitors.parts import SPAN, counted, entries, fired, monitor, run

from llmsec_tui.detect.correlate.fold import Value
from llmsec_tui.detect.correlate.monitors.make import monitor_fold
from llmsec_tui.detect.correlate.monitors.usual import Usual, by_clipping, by_median, of_counts, of_values
from llmsec_tui.detect.rule import Monitor, MonitorType

TEXTBOOK = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3]
"""Ten values with two outliers, as Iglewicz and Hoaglin discuss them: median 2.45, MAD 0.15."""


def test_it_gives_the_figures_of_the_textbook() -> None:
    """0.6745 · (8.2 - 2.45) / 0.15 = 25.9 and 0.6745 · (2.1 - 2.45) / 0.15 = -1.57, by hand."""
    usual = by_median(TEXTBOOK, lambda _: 0.0)
    assert usual.centre == pytest.approx(2.45)
    assert usual.spread == pytest.approx(0.15 / 0.6745)
    assert usual.z(8.2) == pytest.approx(25.856, abs=1e-3)
    assert usual.z(2.1) == pytest.approx(-1.574, abs=1e-3)


def test_where_the_mad_is_nothing_the_ninetieth_percentile_stands_in() -> None:
    """Sixty zeros and forty from 1 to 40: the MAD is 0; 30 is the 90th of 100 deviations, so 30 / 1.6449."""
    usual = by_median([0.0] * 60 + [float(number) for number in range(1, 41)], of_values)
    assert tuple(usual) == pytest.approx((0, 30 / 1.6449))


def test_the_spread_is_never_less_than_is_believed() -> None:
    """Counts vary by the root of their mean, and other values by a twentieth, or it is not believed."""
    assert by_median([400.0] * 9, of_counts) == (400.0, 20.0)
    assert by_median([0.0] * 9, of_counts) == (0.0, 1.0)
    assert by_median([400.0] * 9, of_values) == (400.0, 20.0)
    assert by_median([0.0] * 9, of_values) == (0.0, 0.0)


def test_clipping_keeps_the_mean_where_nothing_is_wild() -> None:
    """Then it is the mean and the standard deviation, as by hand: 3 and the root of 2.5."""
    assert tuple(by_clipping([1.0, 2.0, 3.0, 4.0, 5.0], lambda _: 0.0)) == pytest.approx((3, 2.5**0.5))


def test_one_wild_value_moves_clipped_estimates_by_little() -> None:
    """Of 30 values one counts as at most four robust deviations off."""
    calm = [float(10 + number % 5) for number in range(29)]
    usual, beside = by_clipping([*calm, 11.0], of_values), by_clipping([*calm, 1e9], of_values)
    assert abs(beside.centre - usual.centre) < 0.3 * usual.spread
    assert beside.spread < 1.5 * usual.spread


def z_of(value: float, past: list[float], floor: float) -> float:
    """The formula, and what stands in where the MAD is 0, from the words of its docstring."""
    centre = median(past)
    deviations = sorted(abs(one - centre) for one in past)
    spread = median(deviations) / 0.6745
    if spread == 0:
        spread = next(d for rank, d in enumerate(deviations, 1) if rank >= 0.9 * len(past)) / 1.6449
    return Usual(centre, max(spread, floor)).z(value)


def z_of_value(value: float, past: list[float]) -> float:
    """On a logarithmic scale that begins a hundredth of the median below nothing, where there is one."""
    start = median(past) / 100
    if start <= 0 or min(value, *past) < 0:
        return z_of(value, past, 0.05 * abs(median(past)))
    return z_of(log(value + start), [log(one + start) for one in past], log(1.05))


def side(rule: Monitor, z: float) -> int:
    assume(abs(abs(z) - rule.threshold) > 1e-9)
    up, down = rule.direction != "below", rule.direction != "above"
    return 1 if up and z > rule.threshold else -1 if down and z < -rule.threshold else 0


def naive_values(rule: Monitor, times: list[int], values: list[Value]) -> list[tuple[int, bool]]:
    """Each value beside those before it."""
    firings: list[tuple[int, bool]] = []
    pairs = [(at, float(v)) for at, v in zip(times, values, strict=True) if isinstance(v, int | float)]
    was = 0
    for number, (at, value) in enumerate(pairs):
        young = [(then, one) for then, one in pairs[:number] if then > at - rule.timespan][-rule.history :]
        past = [one for _, one in young]
        now = 0
        if len(past) >= rule.min_n:
            now = side(rule, z_of_value(value, past))
        fires = now not in (0, was if past else 0)
        firings += [(at, False)] if fires else []
        was = now
    return firings


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.one_of(st.none(), st.integers(-1, 30))), max_size=50),
    st.sampled_from(["above", "below", "both"]),
    st.integers(1, 5),
    st.integers(5, 12),
)
def test_values_are_judged_as_the_definition_says(
    drawn: list[tuple[int, int | None]], direction: str, min_n: int, history: int
) -> None:
    """Firings are those of a naive reading, at the same times."""
    rule = monitor(
        MonitorType.ROBUST_Z,
        field="cost_usd",
        threshold=2.1,
        min_n=min_n,
        history=history,
        direction=direction,
        timespan=90,
    )
    drawn.sort(key=lambda pair: pair[0])
    times, values = [at for at, _ in drawn], [value for _, value in drawn]
    assert fired(rule, entries(times, values), 1000) == naive_values(rule, times, list(values))


def naive_counts(rule: Monitor, times: list[int], until: int) -> list[tuple[int, bool]]:
    """Each window beside those before it, the empty ones too."""
    firings: list[tuple[int, bool]] = []
    past: list[float] = []
    was = 0
    for window in range(times[0] // SPAN, until // SPAN + 1) if times else ():
        inside = [at for at in times if at // SPAN == window]
        recent = past[-rule.history :]
        enough = len(recent) >= rule.min_n
        floor = max(median(recent), 1.0) ** 0.5 if recent else 0.0
        above = was
        for count, at in enumerate(inside, 1):
            if enough and above != 1 and side(rule, z_of(count, recent, floor)) == 1:
                firings.append((at, False))
                above = 1
        now = side(rule, z_of(len(inside), recent, floor)) if enough else 0
        end = (window + 1) * SPAN
        if now == -1 and was != -1 and end <= until:
            firings.append((end, True))
        was = now
        past.append(float(len(inside)))
    return firings


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.integers(0, 8), max_size=20),
    st.sampled_from(["above", "below", "both"]),
    st.integers(1, 4),
    st.integers(4, 7),
    st.integers(0, 150),
)
def test_counts_are_judged_as_the_definition_says(
    counts: list[int], direction: str, min_n: int, history: int, more: int
) -> None:
    """Firings are those of a naive reading, at the same times."""
    rule = monitor(MonitorType.ROBUST_Z, threshold=1.9, min_n=min_n, history=history, direction=direction)
    series = counted(counts)
    until = (series[-1].at if series else 0) + more
    assert fired(rule, series, until) == naive_counts(rule, [entry.at for entry in series], until)


def values_rule(*, min_n: int = 10, history: int = 50) -> Monitor:
    return monitor(
        MonitorType.ROBUST_Z, field="output_tokens", threshold=3.5, min_n=min_n, history=history, timespan=10**6
    )


def test_a_constant_series_stays_quiet_until_something_changes() -> None:
    """Nothing fires while all is equal, nor for a few per cent; a fifth more does, and after zeros anything."""
    assert fired(values_rule(), entries(range(60), [500] * 60), 100) == []
    assert fired(values_rule(), entries(range(61), [500] * 60 + [520]), 100) == []
    assert fired(values_rule(), entries(range(61), [500] * 60 + [600]), 100) == [(60, False)]
    [firing] = run(monitor_fold(values_rule()), entries(range(61), [0] * 60 + [0.001]), 100)
    assert firing.reason == "output_tokens 0.001, above the 0 that the last 50 values never left"


def test_one_huge_value_does_not_hide_the_next_unusual_one() -> None:
    """200,000 tokens among 500 fire, and so do 1,500 right after things were normal again."""
    calm: list[Value] = [480 + 7 * (number % 8) for number in range(40)]
    series = entries(range(44), [*calm, 200_000, 500, 1_500, 500])
    assert fired(values_rule(), series, 100) == [(40, False), (42, False)]


def test_a_lasting_change_fires_once_and_becomes_usual() -> None:
    """After half of the history is of the new kind, the old kind is what stands out."""
    rule = values_rule(history=20)
    high: list[Value] = [2_000 + number % 9 for number in range(30)]
    calm: list[Value] = [500 + number % 9 for number in range(30)]
    assert fired(rule, entries(range(90), [*calm, *high, *calm]), 100) == [(30, False)]


def test_fewer_values_than_the_least_are_never_judged() -> None:
    """With nine past values nothing fires; with ten it does."""
    assert fired(values_rule(), entries(range(10), [5] * 9 + [500]), 100) == []
    assert fired(values_rule(), entries(range(11), [5] * 10 + [500]), 100) == [(10, False)]


def test_values_that_vary_by_factors_are_not_unusual_for_that() -> None:
    """Lognormal answers, as real ones are: of 3,000 at most a few stand out, and one of twenty times as many does."""
    random = Random(7)
    answers: list[Value] = [random.lognormvariate(6, 0.8) for _ in range(3000)]
    assert len(fired(values_rule(min_n=50, history=200), entries(range(3000), answers), 10**4)) <= 6
    assert fired(values_rule(), entries(range(61), [*answers[:60], 40_000.0]), 100) == [(60, False)]


def test_values_far_below_the_usual_fire_too_where_that_is_watched() -> None:
    """A tenth of what it was; on a plain scale nothing above 0 could ever be far enough below."""
    rule = monitor(
        MonitorType.ROBUST_Z, field="cost_usd", threshold=3.5, min_n=10, history=50, direction="below", timespan=1000
    )
    values: list[Value] = [100.0 + 40 * (number % 3) for number in range(40)]
    assert fired(rule, entries(range(41), [*values, 10.0]), 100) == [(40, False)]


def test_a_firing_says_how_far_off_it_is() -> None:
    """Value, deviations, median and how many past values there were."""
    values: list[Value] = [*TEXTBOOK[:8], 8.2]
    rule = monitor(MonitorType.ROBUST_Z, field="cost_usd", threshold=3.5, min_n=8, history=8, timespan=1000)
    [firing] = run(monitor_fold(rule), entries(range(9), values), 100)
    assert firing.reason == "cost_usd 8.2, 10.4 robust standard deviations above the median 2.35 of the last 8 values"
