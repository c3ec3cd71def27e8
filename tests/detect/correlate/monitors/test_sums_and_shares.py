"""Sums of money and shares of a value: figures by hand, quiet hours, repeats, outliers, and what was common before."""

from collections.abc import Sequence
from math import log
from statistics import median

from hypothesis import given
from hypothesis import strategies as st
from tests.detect.correlate.monitors.parts import SPAN, entries, fired, monitor, run

from llmsec_tui.detect.correlate.fold import Entry, Value
from llmsec_tui.detect.correlate.monitors.make import monitor_fold
from llmsec_tui.detect.rule import Monitor, MonitorType


def spending(history: int = 8) -> Monitor:
    return monitor(MonitorType.ROBUST_SUM, field="cost_usd", threshold=5, min_n=4, history=history)


def share() -> Monitor:
    return monitor(MonitorType.SHARE, field="tool_name", threshold=0.5, min_n=4, history=3)


def hours(*windows: Sequence[Value]) -> list[Entry]:
    """Entries with these values, window by window, all at its beginning."""
    times = [number * SPAN for number, values in enumerate(windows) for _ in values]
    return entries(times, [value for values in windows for value in values])


def test_a_window_that_costs_far_more_than_others_fires_while_it_is_open() -> None:
    """Sums of 3 and then 40 piece by piece: with the piece that takes it past the limit."""
    series = hours(*[[1.0, 2.0]] * 4, [2.0, 2.0, 36.0])
    [firing] = run(monitor_fold(spending()), series, 10 * SPAN)
    assert (firing.at, firing.event_id, firing.by_time) == (4 * SPAN, series[-1].event_id, False)
    assert firing.reason.startswith("cost_usd 40 in a window of 1e-05 seconds")
    assert firing.reason.endswith("above the median 3 of the last 4 windows with any")


def test_windows_without_anything_are_no_part_of_what_is_usual() -> None:
    """A night between days of work: the morning costs what the evening did, and is no jump."""
    days = hours(*[[3.0], [4.0], [3.0], [4.0]], *[[]] * 40, [4.0], [5.0])
    assert fired(spending(), days, 100 * SPAN) == []


def test_what_is_spent_twice_in_a_row_fires_once_and_again_after_a_quiet_window() -> None:
    usual, wild = [3.0], [90.0]
    series = hours(*[usual] * 30, wild, wild, usual, wild)
    assert fired(spending(history=40), series, 90 * SPAN) == [(30 * SPAN, False), (33 * SPAN, False)]


def test_a_call_that_several_events_tell_of_counts_once_with_the_most_they_say() -> None:
    """Blocks of one answer each repeat what the whole call used; a stream counts up."""
    told = [
        entry._replace(value=(value, "call")) for entry, value in zip(entries([0] * 3), [2.0, 3.0, 3.0], strict=True)
    ]
    fold = monitor_fold(spending())
    run(fold, told, 0)
    run(fold, [entry._replace(at=SPAN) for entry in told], 2 * SPAN)
    assert fold.dump()[-3] == [3.0, 3.0]  # type: ignore[index]


@given(st.lists(st.floats(0.01, 1e6), min_size=4, max_size=20), st.floats(0.01, 1e6))
def test_a_sum_fires_where_the_definition_says(past: list[float], last: float) -> None:
    """Beside the last eight sums, by their logarithms and at least a quarter off; only where the one before did not."""
    series = hours(*[[value] for value in past], [last])
    at = {at for at, _ in fired(spending(), series, 100 * SPAN)}
    for number in range(4, len(series)):
        above, before = (
            one >= 4 and beyond([entry.value[0] for entry in series[:one]], series[one].value[0])
            for one in (number, number - 1)
        )
        assert (number * SPAN in at) == (above and not before)


def beyond(past: Sequence[Value], last: Value) -> bool:
    """A naive reading of the definition."""
    logs = sorted(log(float(value or 0)) for value in past[-8:])
    centre = median(logs)
    away = sorted(abs(one - centre) for one in logs)
    spread = median(away) / 0.6745 or away[-(-9 * len(away) // 10) - 1] / 1.6449
    return (log(float(last or 0)) - centre) / max(spread, log(1.25)) > 5


def test_a_value_that_takes_over_fires_once_in_its_window() -> None:
    """Two of four before; then c has four of the first five, and stays."""
    series = hours(["a", "b", "a", "b"], ["c", "a", "c", "c", "c", "c"])
    [firing] = run(monitor_fold(share()), series, 10 * SPAN)
    assert (firing.at, firing.event_id, firing.taking_part) == (SPAN, "e7", 3)
    assert firing.reason.startswith('tool_name "c": 3 of 4 events in a window of')
    assert firing.reason.endswith("75 %, more than 50 %, and not common before")


def test_what_was_common_of_late_is_nothing_new() -> None:
    """With history of three windows: common in the one before, or three before; not four before."""
    common, other, mixed = ["a"] * 5, ["x", "y", "z", "w"], ["p", "q", "r", "s"]
    assert fired(share(), hours(mixed, common, common), 9 * SPAN) == [(SPAN, False)]
    assert fired(share(), hours(common, other, mixed, common), 9 * SPAN) == []
    assert fired(share(), hours(common, other, mixed, other, common), 9 * SPAN) == [(4 * SPAN, False)]


def test_nothing_is_judged_before_one_window_had_enough() -> None:
    assert fired(share(), hours(["a"] * 9), 9 * SPAN) == []
    assert fired(share(), hours(["a"] * 3, ["b"] * 9), 9 * SPAN) == []
