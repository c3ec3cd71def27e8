"""EWMA and CUSUM: the tables of a textbook, a naive reading without closed forms, gaps, outliers, relearning."""

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.detect.correlate.monitors.parts import SPAN, counted, entries, fired, monitor, run

from llmsec_tui.detect.correlate.fold import Value
from llmsec_tui.detect.correlate.monitors.cusum import Cusum
from llmsec_tui.detect.correlate.monitors.ewma import Ewma
from llmsec_tui.detect.correlate.monitors.make import monitor_fold
from llmsec_tui.detect.correlate.monitors.usual import by_clipping, of_counts, of_values
from llmsec_tui.detect.rule import Monitor, MonitorType

MONTGOMERY = [9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34]
MONTGOMERY += [9.03, 11.47, 10.51, 9.40, 10.08, 9.37, 10.62, 10.31, 8.52, 10.84]
MONTGOMERY += [10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52]
"""The example of "Introduction to Statistical Quality Control", chapter 9: centre 10, spread 1, the last ten at 11."""

UPPER_SUMS = [0, 0, 0, 1.16, 2.82, 2.50, 0.04, 1.00, 0, 0, 0, 0.97, 0.98, 0, 0]
UPPER_SUMS += [0, 0.12, 0, 0, 0.34, 0.74, 0, 1.79, 2.79, 2.89, 3.47, 3.35, 4.47, 5.28, 5.30]
LOWER_SUMS = [0.05, 1.56, 1.77, 0, 0, 0, 1.46, 0, 0.30, 0]


def test_cusum_gives_the_sums_of_the_textbook() -> None:
    """Table 9.1, K = 0.5: the upper sum passes 5 at the 29th value."""
    statistic, sums = [0.0, 0.0], []
    for value in MONTGOMERY:
        statistic = Cusum.after(statistic, value - 10, 1, 5.0)
        sums.append(statistic)
    assert [high for high, _ in sums] == pytest.approx(UPPER_SUMS, abs=0.005)
    assert [low for _, low in sums[:10]] == pytest.approx(LOWER_SUMS, abs=0.005)


def test_ewma_gives_the_averages_of_the_textbook() -> None:
    """Example 9.2, λ = 0.1, centre 10: 9.945, 9.7495, 9.70355, 9.8992, 10.1253 … 10.5 after the last."""
    statistic, averages = [0.0, 0.0], []
    for value in MONTGOMERY:
        statistic = Ewma.after(statistic, value - 10, 1, 3.0, 0.1)
        averages.append(10 + statistic[0])
    assert averages[:5] == pytest.approx([9.945, 9.7495, 9.70355, 9.8992, 10.1253], abs=5e-5)


@given(
    st.floats(-4, 4),
    st.floats(-4, 4),
    st.integers(1, 60),
    st.tuples(st.floats(0, 8), st.floats(0, 8)),
)
def test_many_windows_at_once_are_as_many_one_by_one(
    start: float, z: float, windows: int, sums: tuple[float, float]
) -> None:
    """The closed forms are what the recurrences come to."""
    average, both = [start, 0.0], list(sums)
    for _ in range(windows):
        average = [0.8 * average[0] + 0.2 * z, 0.0]
        both = [min(max(both[0] + z - 0.5, 0), 8), min(max(both[1] - z - 0.5, 0), 8)]
    assert Ewma.after([start, 0.0], z, windows, 4.0) == pytest.approx(average)
    assert Cusum.after(list(sums), z, windows, 4.0) == pytest.approx(both, abs=1e-9)


class Naive:
    """A chart window by window, from the words of the docstrings; ``None`` is a window without a value."""

    def __init__(self, rule: Monitor) -> None:
        self.rule = rule
        self.floor = of_values if rule.field else of_counts
        self.learned: list[float] = []
        self.since: list[float] = []
        self.high = self.low = self.average = 0.0
        self.side = 0

    def height(self) -> tuple[float, float]:
        if self.rule.type is MonitorType.CUSUM:
            return self.high, self.low
        return 3 * self.average, -3 * self.average

    def step(self, z: float) -> None:
        z, limit = min(max(z, -4.0), 4.0), 2 * self.rule.threshold
        self.average = 0.8 * self.average + 0.2 * z
        self.high = min(max(self.high + z - 0.5, 0.0), limit)
        self.low = min(max(self.low - z - 0.5, 0.0), limit)

    def now(self, measure: float, *, closing: bool) -> int:
        """Which side it is on if the window closed like this; the sums stay as they were unless it does."""
        if len(self.learned) < self.rule.min_n:
            return 0
        saved = self.average, self.high, self.low
        self.step(by_clipping(self.learned, self.floor).z(measure))
        above, below = self.height()
        assume(all(abs(height - self.rule.threshold) > 1e-9 for height in (above, below)))
        if not closing:
            self.average, self.high, self.low = saved
        up, down = self.rule.direction != "below", self.rule.direction != "above"
        return 1 if up and above > self.rule.threshold else -1 if down and below > self.rule.threshold else 0

    def close(self, measure: float) -> int:
        """The side before, after learning what there is to learn."""
        before, self.side = self.side, self.now(measure, closing=True)
        fires = self.side if self.side != before else 0
        if self.side:
            self.since.append(measure)
            if len(self.since) == self.rule.history:
                self.learned, self.side = self.since, 0
                self.high = self.low = self.average = 0.0
        elif len(self.learned) < self.rule.history:
            self.learned.append(measure)
        if not self.side:
            self.since = []
        return fires


def naive_counts(rule: Monitor, times: list[int], until: int) -> list[tuple[int, bool]]:
    """Counts of all windows, the empty ones one by one."""
    firings: list[tuple[int, bool]] = []
    chart = Naive(rule)
    for window in range(times[0] // SPAN, until // SPAN + 1) if times else ():
        inside = [at for at in times if at // SPAN == window]
        for count, at in enumerate(inside, 1):
            if chart.side != 1 and chart.now(count, closing=False) == 1:
                firings.append((at, False))
                chart.side = 1
        end = (window + 1) * SPAN
        if end <= until and chart.close(len(inside)):
            firings.append((end, True))
    return firings


KINDS = st.sampled_from([(MonitorType.EWMA, 1.4), (MonitorType.CUSUM, 2.3)])
DIRECTIONS = st.sampled_from(["above", "below", "both"])
COUNTS = st.lists(st.one_of(st.integers(0, 6), st.integers(0, 20), st.just(0)), max_size=40)


@settings(max_examples=400, deadline=None)
@given(KINDS, COUNTS, DIRECTIONS, st.integers(2, 4), st.integers(4, 8), st.integers(0, 300))
def test_counts_are_judged_as_the_definition_says(
    kind: tuple[MonitorType, float], counts: list[int], direction: str, min_n: int, history: int, more: int
) -> None:
    """Firings are those of a naive reading, at the same times, through gaps of any length."""
    rule = monitor(kind[0], threshold=kind[1], min_n=min_n, history=history, direction=direction)
    series = counted(counts)
    until = (series[-1].at if series else 0) + more
    assert fired(rule, series, until) == naive_counts(rule, [entry.at for entry in series], until)


@settings(max_examples=300, deadline=None)
@given(
    KINDS,
    st.lists(st.tuples(st.integers(0, 400), st.one_of(st.none(), st.integers(0, 9))), max_size=60),
    DIRECTIONS,
)
def test_means_are_judged_as_the_definition_says(
    kind: tuple[MonitorType, float], drawn: list[tuple[int, int | None]], direction: str
) -> None:
    """Firings are those of a naive reading over the windows that have a value."""
    rule = monitor(kind[0], field="cost_usd", threshold=kind[1], min_n=3, history=5, direction=direction)
    drawn.sort(key=lambda pair: pair[0])
    means: dict[int, list[int]] = {}
    for at, value in drawn:
        if value is not None:
            means.setdefault(at // SPAN, []).append(value)
    chart, expected = Naive(rule), list[tuple[int, bool]]()
    for window, values in means.items():
        if chart.close(sum(map(float, values)) / len(values)):
            expected.append(((window + 1) * SPAN, True))
    times, values_in_order = [at for at, _ in drawn], [value for _, value in drawn]
    assert fired(rule, entries(times, values_in_order), 1000) == expected


def chart(kind: MonitorType, *, direction: str = "above", history: int = 24) -> Monitor:
    threshold = 4.0 if kind is MonitorType.EWMA else 8.0
    return monitor(kind, threshold=threshold, min_n=12, history=history, direction=direction)


BOTH = pytest.mark.parametrize("kind", [MonitorType.EWMA, MonitorType.CUSUM])
CALM = [20, 23, 18, 21, 25, 16, 22, 19] * 6


@BOTH
def test_a_constant_series_never_fires(kind: MonitorType) -> None:
    """Neither counts nor values that are always the same."""
    assert fired(chart(kind, direction="both"), counted([20] * 100), 1000) == []
    rule = monitor(kind, threshold=4, min_n=12, history=24, direction="both", field="cost_usd")
    for value in (0.0, 7.5):
        assert fired(rule, entries(range(0, 1000, SPAN), [value] * 100), 1000) == []


@BOTH
def test_one_wild_window_does_not_fire_and_does_not_move_what_is_usual(kind: MonitorType) -> None:
    """A single one counts as four deviations; a lasting shift after it is found as it is without it."""
    wild = [*CALM[:10], 5_000, *CALM[:12], 5_000, *CALM[:20]]
    assert fired(chart(kind), counted(wild), 10**4) == []
    shifted = counted([*wild, *[35] * 10])
    assert [at // SPAN - len(wild) < 6 for at, _ in fired(chart(kind), shifted, shifted[-1].at)] == [True]


@BOTH
def test_a_lasting_change_fires_once_and_is_usual_after_the_history(kind: MonitorType) -> None:
    """Then the way back fires below, where that is watched."""
    series = counted([*CALM, *[45] * 40, *CALM])
    assert len(fired(chart(kind), series, series[-1].at)) == 1
    firings = fired(chart(kind, direction="both"), series, series[-1].at)
    assert [at // SPAN > len(CALM) + 39 for at, _ in firings] == [False, True]


@BOTH
def test_events_that_stop_fire_below_once_and_then_nothing_is_usual(kind: MonitorType) -> None:
    """Within a few windows; and a return to what was, long after, is news again."""
    rule = chart(kind, direction="both")
    after = [entry._replace(at=entry.at + 10**6 * SPAN) for entry in counted([20, 20, 20])]
    firings = fired(rule, [*counted(CALM), *after], 2 * 10**6 * SPAN)
    assert [by_time for _, by_time in firings][:2] == [True, False]
    assert firings[0][0] <= (len(CALM) + 4) * SPAN


@BOTH
def test_fewer_windows_than_the_least_are_never_judged(kind: MonitorType) -> None:
    """A jump after eleven windows is learned; the same jump after twelve fires."""
    assert fired(chart(kind), counted([5] * 10 + [60] * 1), 1000) == []
    assert fired(chart(kind, history=100), counted([5] * 30 + [60] * 5), 340) != []


@BOTH
def test_too_many_events_fire_before_the_window_closes(kind: MonitorType) -> None:
    """Once the sums must pass the limit whatever comes, it fires with the event by which they do."""
    firings = run(monitor_fold(chart(kind)), counted([*CALM, *[60] * 4]), 10**4)
    assert [firing.by_time for firing in firings] == [False]
    assert firings[0].taking_part < 60
    assert "events in a window of" in firings[0].reason
    assert firings[0].reason.endswith(" above the usual 20.5 ± 4.53 in 24 windows")


def test_a_slow_climb_is_found_though_no_step_is_large() -> None:
    """One event more every three windows: each beside its neighbours is nothing."""
    climb = [value + number // 3 for number, value in enumerate(CALM * 2)]
    assert max(abs(after - before) for before, after in pairwise(climb)) <= 10
    late = [*CALM, *climb]
    assert fired(chart(MonitorType.CUSUM), counted(late), len(late) * SPAN) != []


def test_values_of_a_window_count_by_their_mean() -> None:
    """What a firing says of it."""
    rule = monitor(MonitorType.CUSUM, field="ttft_ms", threshold=4, min_n=5, history=5, timespan=60_000_000)
    values: list[Value] = [100.0, 110.0, 90.0, 105.0, 95.0, 200.0, 200.0]
    [firing] = run(monitor_fold(rule), entries([n * 60_000_000 for n in range(7)], values), 10**9)
    seen, _, usual = firing.reason.partition(", ")
    assert seen == "ttft_ms 200 on average in a window of 1 minute"
    assert usual == "they add up to 7 standard deviations above the usual 100 ± 7.91 in 5 windows"
    assert (firing.at, firing.by_time) == (420_000_000, True)
