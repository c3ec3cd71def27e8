"""Rate, ratio and silence: each beside a naive reading of its definition, and at its limits."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.correlate.monitors.parts import SPAN, counted, entries, fired, monitor, run

from llmsec_tui.detect.correlate.fold import Entry
from llmsec_tui.detect.correlate.monitors.make import monitor_fold
from llmsec_tui.detect.rule import Monitor, MonitorType

TIMES = st.lists(st.integers(0, 120), max_size=60).map(sorted)
DIRECTIONS = st.sampled_from(["above", "below"])


def naive_rate(rule: Monitor, times: list[int], until: int) -> list[tuple[int, bool]]:
    """Window by window, event by event."""
    firings: list[tuple[int, bool]] = []
    if not times:
        return firings
    seen, was = 0, False
    first = times[0] // SPAN
    for window in range(first, max(times[-1], until) // SPAN + 1):
        inside = [at for at in times if at // SPAN == window]
        now = False
        for count, at in enumerate(inside, 1):
            seen += 1
            if rule.direction == "above" and count > rule.threshold and seen >= rule.min_n:
                firings += [] if was or now else [(at, False)]
                now = True
        end = (window + 1) * SPAN
        if rule.direction == "below":
            now = window > first and seen >= rule.min_n and len(inside) < rule.threshold
            firings += [(end, True)] if now and not was and end <= until else []
        was = now
    return firings


@settings(max_examples=300, deadline=None)
@given(TIMES, DIRECTIONS, st.integers(0, 6), st.integers(1, 8), st.integers(0, 60))
def test_rate_is_as_its_definition_says(
    times: list[int], direction: str, threshold: int, min_n: int, more: int
) -> None:
    """Firings are those of a naive reading, at the same times."""
    rule = monitor(MonitorType.RATE, threshold=threshold, min_n=min_n, direction=direction)
    until = (times[-1] if times else 0) + more
    assert fired(rule, entries(times), until) == naive_rate(rule, times, until)


def test_a_rate_fires_with_the_event_that_goes_past_the_limit_and_not_at_it() -> None:
    """With three allowed, three are; the fourth fires at once."""
    rule = monitor(MonitorType.RATE, threshold=3)
    assert fired(rule, entries([0, 1, 2]), 100) == []
    assert fired(rule, entries([0, 1, 2, 7]), 7) == [(7, False)]


def test_an_event_at_the_boundary_is_in_the_next_window() -> None:
    """A window holds its beginning and not its end."""
    rule = monitor(MonitorType.RATE, threshold=3)
    assert fired(rule, entries([7, 8, 9, SPAN]), 100) == []
    assert fired(rule, entries([SPAN, 17, 18, 19]), 100) == [(19, False)]


def test_a_rate_that_stays_high_fires_once_and_again_after_a_quiet_window() -> None:
    """The window between must have closed without too many."""
    rule = monitor(MonitorType.RATE, threshold=2)
    assert fired(rule, counted([3, 3, 3, 3]), 100) == [(0, False)]
    assert fired(rule, counted([3, 2, 3, 0, 3]), 100) == [(0, False), (20, False), (40, False)]


def test_a_rate_that_falls_fires_when_the_window_closes_but_never_for_the_first() -> None:
    """Of the first window only a part was seen."""
    rule = monitor(MonitorType.RATE, threshold=2, direction="below")
    assert fired(rule, counted([1, 3, 1, 3, 0, 0, 0]), 100) == [(30, True), (50, True)]


def naive_ratio(rule: Monitor, series: list[Entry], until: int) -> list[tuple[int, bool]]:
    """Window by window; what counts is taken from ids, not from the order of entries."""
    firings: list[tuple[int, bool]] = []
    selected = [entry for entry in series if entry.source == 0]
    counting = {entry.event_id for entry in series if entry.source == 1}
    was = False
    for window in range(until // SPAN + 1):
        inside = [entry for entry in selected if entry.at // SPAN == window]
        now = False
        for n in range(1, len(inside) + 1):
            part = sum(entry.event_id in counting for entry in inside[:n])
            if rule.direction == "above" and n >= rule.min_n and part / n > rule.threshold:
                firings += [] if was or now else [(inside[n - 1].at, False)]
                now = True
        part = sum(entry.event_id in counting for entry in inside)
        end = (window + 1) * SPAN
        if rule.direction == "above":
            now = len(inside) >= rule.min_n and part / len(inside) > rule.threshold
        else:
            now = len(inside) >= rule.min_n and part / len(inside) < rule.threshold
            firings += [(end, True)] if now and not was and end <= until else []
        was = now
    return firings


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=60),
    DIRECTIONS,
    st.sampled_from([0.0, 0.2, 0.5, 0.75, 1.0]),
    st.integers(1, 6),
)
def test_ratio_is_as_its_definition_says(
    drawn: list[tuple[int, bool]], direction: str, threshold: float, min_n: int
) -> None:
    """Firings are those of a naive reading, at the same times."""
    rule = monitor(MonitorType.RATIO, threshold=threshold, min_n=min_n, direction=direction)
    parts = [part for _, part in sorted(drawn, key=lambda pair: pair[0])]
    series: list[Entry] = []
    for entry, part in zip(entries([at for at, _ in drawn]), parts, strict=True):
        series += [entry, entry._replace(source=1)] if part else [entry]
    assert fired(rule, series, 200) == naive_ratio(rule, series, 200)


def test_what_counts_but_was_not_selected_is_no_part() -> None:
    """Only an event that both sources hit makes the share larger."""
    rule = monitor(MonitorType.RATIO, threshold=0.5, min_n=2)
    stray = [entry._replace(source=1) for entry in entries([3, 4, 5])]
    plain = [entry._replace(event_id=f"x{entry.event_id}") for entry in entries([1, 2, 6])]
    assert fired(rule, sorted(plain + stray), 100) == []


def test_a_ratio_says_nothing_of_too_few() -> None:
    """One of one is a hundred per cent and no news; at the least number it is judged."""
    rule = monitor(MonitorType.RATIO, threshold=0.5, min_n=4)
    both = [copy for entry in entries([0, 1, 2, 3]) for copy in (entry, entry._replace(source=1))]
    assert fired(rule, both[:6], 100) == []
    [firing] = run(monitor_fold(rule), both, 100)
    assert (firing.at, firing.event_ids, firing.taking_part) == (3, ("e0", "e1", "e2"), 3)
    assert firing.reason == ("3 of 4 events in a window of 1e-05 seconds: 75 %, more than 50 %")


def naive_silence(rule: Monitor, times: list[int], until: int) -> list[tuple[int, bool]]:
    """For each last event before a long enough pause, count what came before."""
    firings = []
    for number, at in enumerate(times):
        end = at + SPAN
        if end > until or (number + 1 < len(times) and times[number + 1] < end):
            continue
        before = times[: number + 1]
        heard = [one for one in before if not rule.history or one // SPAN > at // SPAN - rule.history]
        firings += [(end, True)] if len(heard) >= rule.min_n else []
    return firings


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 200), max_size=40).map(sorted), st.integers(1, 6), st.integers(0, 4), st.integers(0, 40))
def test_silence_is_as_its_definition_says(times: list[int], min_n: int, history: int, more: int) -> None:
    """Firings are those of a naive reading, at the same times."""
    rule = monitor(MonitorType.SILENCE, min_n=min_n, history=history)
    until = (times[-1] if times else 0) + more
    assert fired(rule, entries(times), until) == naive_silence(rule, times, until)


def test_a_group_that_never_said_much_may_fall_silent() -> None:
    """With one event less than the least nothing fires; with the least it does, at the last one's time and a span."""
    rule = monitor(MonitorType.SILENCE, min_n=3, history=2)
    assert fired(rule, entries([1, 2]), 1000) == []
    assert fired(rule, entries([1, 2, 3]), 1000) == [(13, True)]
    assert fired(rule, entries([1, 2, 3]), 12) == []


def test_an_event_at_the_very_end_of_the_silence_comes_too_late() -> None:
    """What leaves at an instant leaves before what enters at it."""
    rule = monitor(MonitorType.SILENCE, history=2)
    assert fired(rule, entries([1, 11]), 11) == [(11, True)]
    assert fired(rule, entries([1, 10]), 11) == []
