"""PSI and new values: figures by hand, a naive reading, outliers, ties, and what chance alone makes."""

from collections.abc import Sequence
from itertools import accumulate
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.correlate.monitors.parts import SPAN, entries, fired, monitor, run

from llmsec_tui.detect.correlate.fold import Value
from llmsec_tui.detect.correlate.monitors.bins import bins_of
from llmsec_tui.detect.correlate.monitors.make import monitor_fold
from llmsec_tui.detect.correlate.monitors.psi import by_chance, psi, quantile_of_chi2
from llmsec_tui.detect.rule import Monitor, MonitorType


def test_psi_is_what_it_is_by_hand() -> None:
    """20/30/50 % to 40/30/30 %: 0.2 · ln 2 + 0 + -0.2 · ln 0.6 = 0.1386 + 0.1022."""
    assert psi({0: 20, 1: 30, 2: 50}, {0: 40, 1: 30, 2: 30}) == pytest.approx(0.24079, abs=1e-5)
    assert psi({0: 7, 1: 7}, {0: 70, 1: 70}) == 0


def test_an_empty_bin_counts_as_half_a_value() -> None:
    """100 of 100 against 90 and 10 of 100: -0.1 · ln 0.9 + 0.095 · ln 20, by hand."""
    assert psi({0: 100}, {0: 90, 1: 10}) == pytest.approx(0.1 * log(1 / 0.9) + 0.095 * log(20))


def test_the_quantile_of_chi_square_is_that_of_the_tables() -> None:
    """99.9 %: 10.83 for one degree of freedom, 27.88 for nine, 43.82 for nineteen; an estimate a little above."""
    for freedom, exact in ((1, 10.83), (9, 27.88), (19, 43.82)):
        assert exact < quantile_of_chi2(freedom) < 1.04 * exact
    assert quantile_of_chi2(0) == 0
    assert by_chance({0: 100, 1: 100}, {0: 50}) == pytest.approx(quantile_of_chi2(1) * (1 / 200 + 1 / 50))


def test_bins_are_tenths_of_what_is_usual() -> None:
    """100 different values make ten bins of ten, and one huge value is no more than one in the last."""
    bins = bins_of([float(number) for number in range(1, 101)])
    assert bins.edges == [10, 20, 30, 40, 50, 60, 70, 80, 90]
    assert [bins.place(value) for value in (-5, 10, 10.5, 90, 91, 1e100)] == [0, 0, 1, 8, 9, 9]
    assert [bins.name(place) for place in (0, 1, 9)] == ["up to 10", "over 10 up to 20", "over 90"]


def test_a_value_that_is_very_common_has_a_bin_of_its_own() -> None:
    """Else a series that is always 500 could fall to 400 and nothing would be seen."""
    bins = bins_of([500] * 100)
    assert len({bins.place(value) for value in (400, 500, 600)}) == 3
    assert bins.name(bins.place(500)) == "500"
    assert bins.place("many") not in {bins.place(value) for value in (400, 500, 600)}


def test_names_are_bins_and_the_rare_ones_share_one() -> None:
    """The commonest nineteen, and all others."""
    bins = bins_of([f"tool{number}" for number in range(30) for _ in range(30 - number)])
    assert len({bins.place(f"tool{number}") for number in range(30)}) == 20
    assert bins.place("tool25") == bins.place("never seen")
    assert (bins.name(0), bins.name(19)) == ('"tool0"', "other values")


def psi_rule(*, min_n: int = 50, history: int = 2) -> Monitor:
    return monitor(MonitorType.PSI, field="output_tokens", threshold=0.2, min_n=min_n, history=history, timespan=1000)


def series(*windows: Sequence[Value]) -> tuple[list[int], list[Value]]:
    """The values of each window of 1,000 µs, spread over it."""
    times = [1000 * number + place for number, values in enumerate(windows) for place in range(len(values))]
    return times, [value for values in windows for value in values]


CALM: list[Value] = [100 + 37 * number % 100 for number in range(200)]
HIGH: list[Value] = [160 + 37 * number % 100 for number in range(200)]


def test_a_change_fires_once_when_the_window_closes_and_is_usual_after_the_history() -> None:
    """Two windows are learned, two fire, then high is usual and the way back fires."""
    times, values = series(CALM, CALM, CALM, HIGH, HIGH, HIGH, CALM)
    assert fired(psi_rule(), entries(times, values), 7000) == [(4000, True), (7000, True)]


def test_one_huge_value_neither_fires_nor_hides_a_change() -> None:
    """In the window, and in what was learned."""
    huge: list[Value] = [*CALM[:-1], 10**9]
    times, values = series(huge, CALM, huge, HIGH)
    assert fired(psi_rule(), entries(times, values), 4000) == [(4000, True)]


def test_too_few_values_are_left_out() -> None:
    """49 of 50 are as if they had not been; 50 are judged."""
    for few, expected in ((49, []), (50, [(3000, True)])):
        times, values = series(CALM, CALM, HIGH[:few])
        assert fired(psi_rule(), entries(times, values), 10**4) == expected


def test_a_constant_series_does_not_fire_until_it_changes() -> None:
    """Up or down."""
    for value in (400, 600):
        times, values = series([500] * 100, [500] * 100, [500] * 100, [value] * 100)
        [firing] = run(monitor_fold(psi_rule()), entries(times, values), 10**4)
        assert firing.at == 4000
    seen, _, usual = firing.reason.partition(", ")
    assert seen == "100 values of output_tokens in a window of 0.001 seconds"
    assert usual == "spread otherwise than usual: PSI 11.2, more than 0.2; over 500: 0 % → 100 %"


def test_names_that_shift_fire_too() -> None:
    """A tool that made a tenth of the calls and now makes half of them."""
    rule = monitor(MonitorType.PSI, field="tool_name", threshold=0.2, min_n=50, history=1, timespan=1000)
    times, values = series(["read"] * 90 + ["bash"] * 10, ["read"] * 88 + ["bash"] * 12, ["read"] * 50 + ["bash"] * 50)
    [firing] = run(monitor_fold(rule), entries(times, values), 10**4)
    assert (firing.at, firing.reason.partition("; ")[2]) == (3000, '"bash": 10 % → 50 %')


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(0, 40), min_size=10, max_size=60), min_size=2, max_size=8))
def test_firings_are_those_of_the_formula(windows: list[list[int]]) -> None:
    """From sorted values and shares, with bins found by comparing with every edge."""
    rule = monitor(MonitorType.PSI, field="cost_usd", threshold=0.2, min_n=20, history=1, timespan=1000)
    times, values = series(*[[float(one) for one in window] for window in windows])
    usual: list[int] = []
    expected, firing = [], False
    for number, window in enumerate(windows):
        if len(window) < 20:
            continue
        if usual:
            found, chance = naive_psi(usual, window)
            fires = found > max(0.2, chance)
            expected += [((number + 1) * 1000, True)] if fires and not firing else []
            firing = fires
        if not usual or firing:
            usual, firing = window, False
    assert fired(rule, entries(times, values), 10**5) == expected


def naive_psi(usual: list[int], now: list[int]) -> tuple[float, float]:
    ranked = sorted(usual)
    deciles = [
        next(one for rank, one in enumerate(ranked, 1) if rank >= tenth * len(ranked) / 10) for tenth in range(1, 10)
    ]

    def place(value: int) -> tuple[int, bool]:
        return sum(edge < value for edge in deciles), deciles.count(value) > 1

    bins = {place(value) for value in (*usual, *now)}
    total = 0.0
    for where in bins:
        p = max(sum(place(value) == where for value in usual), 0.5) / len(usual)
        q = max(sum(place(value) == where for value in now), 0.5) / len(now)
        total += (q - p) * log(q / p)
    return total, quantile_of_chi2(len(bins) - 1) * (1 / len(usual) + 1 / len(now))


def naive_new(rule: Monitor, times: list[int], values: list[str | None]) -> list[tuple[int, bool]]:
    """Each value beside all before it."""
    firings: list[tuple[int, bool]] = []
    pairs = [(at, value) for at, value in zip(times, values, strict=True) if value is not None]
    began = 0
    for number, (at, value) in enumerate(pairs):
        if number and pairs[number - 1][0] <= at - rule.timespan:
            began = number
        lately = dict.fromkeys(one for then, one in reversed(pairs[began:number]) if then > at - rule.timespan)
        remembered = list(lately)[: rule.history]
        if number - began >= rule.min_n and value not in remembered:
            firings.append((at, False))
    return firings


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.one_of(st.none(), st.sampled_from("abcdef"))), max_size=50),
    st.integers(1, 6),
    st.integers(1, 6),
)
def test_new_values_are_as_the_definition_says(drawn: list[tuple[int, str | None]], min_n: int, history: int) -> None:
    """Firings are those of a naive reading, at the same times."""
    rule = monitor(MonitorType.NEW_VALUE, field="tool_name", min_n=min_n, history=history, timespan=20)
    times, values = list(accumulate(gap for gap, _ in drawn)), [value for _, value in drawn]
    assert fired(rule, entries(times, values), 1000) == naive_new(rule, times, values)


def test_each_new_value_fires_after_enough_are_known() -> None:
    """Not before, and each once; case makes a difference."""
    rule = monitor(MonitorType.NEW_VALUE, field="tool_name", min_n=3, history=10, timespan=1000)
    firings = run(monitor_fold(rule), entries(range(8), ["a", "b", "a", "c", "d", "c", "A", None]), 100)
    assert [firing.at for firing in firings] == [3, 4, 6]
    assert firings[0].reason == 'tool_name "c", new in 0.001 seconds with 2 other values'


def test_each_element_of_a_list_is_a_value() -> None:
    """New ones of one event fire together; what makes up the minimum is not new to itself."""
    rule = monitor(MonitorType.NEW_VALUE, field="finish_reasons", min_n=3, history=10, timespan=1000)
    firings = run(monitor_fold(rule), entries(range(5), ["a,b,c,d", "b,a", "a,e,f", "f,f", "g"]), 100)
    assert [firing.at for firing in firings] == [2, 4]
    assert firings[0].reason == 'finish_reasons "e", "f", new in 0.001 seconds with 4 other values'


def test_a_value_is_new_again_when_it_was_not_seen_for_the_timespan() -> None:
    """At exactly the timespan it is forgotten; a microsecond before it isn't."""
    rule = monitor(MonitorType.NEW_VALUE, field="tool_name", min_n=1, history=10, timespan=SPAN)
    assert fired(rule, entries([0, 5, 9], ["a", "b", "a"]), 100) == [(5, False)]
    assert fired(rule, entries([0, 5, 10], ["a", "b", "a"]), 100) == [(5, False), (10, False)]


def test_a_long_value_is_cut_in_the_reason() -> None:
    """What a log holds may be a megabyte."""
    rule = monitor(MonitorType.NEW_VALUE, field="tool_name", min_n=1, history=10, timespan=SPAN)
    [firing] = run(monitor_fold(rule), entries([0, 1], ["a", "x" * 10**6]), 5)
    assert len(firing.reason) < 150
