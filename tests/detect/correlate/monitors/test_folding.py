"""What holds for all monitors: how they are run makes no difference, and their memory is bounded."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.correlate.monitors.parts import SPAN, entries, interrupted, monitor, run

from llmsec_tui.detect.correlate.fold import Entry, Value
from llmsec_tui.detect.correlate.monitors.make import monitor_fold
from llmsec_tui.detect.correlate.monitors.shapes import SHAPES
from llmsec_tui.detect.rule import Monitor, MonitorType

MONITORS = [
    monitor(MonitorType.RATE, threshold=3),
    monitor(MonitorType.RATE, threshold=2, direction="below", min_n=4),
    monitor(MonitorType.RATIO, threshold=0.5, min_n=3),
    monitor(MonitorType.RATIO, threshold=0.3, min_n=2, direction="below"),
    monitor(MonitorType.ROBUST_Z, threshold=2, min_n=3, history=6, direction="both"),
    monitor(MonitorType.ROBUST_Z, threshold=2, min_n=3, history=6, direction="both", field="cost_usd", timespan=60),
    monitor(MonitorType.EWMA, threshold=1, min_n=2, history=4, direction="both"),
    monitor(MonitorType.EWMA, threshold=1, min_n=2, history=4, direction="below"),
    monitor(MonitorType.EWMA, threshold=1, min_n=2, history=4, direction="both", field="cost_usd"),
    monitor(MonitorType.CUSUM, threshold=2, min_n=2, history=4, direction="both"),
    monitor(MonitorType.CUSUM, threshold=2, min_n=2, history=4, field="cost_usd"),
    monitor(MonitorType.NEW_VALUE, min_n=2, history=3, field="tool_name", timespan=50),
    monitor(MonitorType.SILENCE, min_n=2, history=3),
    monitor(MonitorType.SILENCE, min_n=3),
    monitor(MonitorType.PSI, threshold=0.1, min_n=2, history=2, field="cost_usd"),
    monitor(MonitorType.ROBUST_SUM, threshold=2, min_n=2, history=4, field="cost_usd"),
    monitor(MonitorType.SHARE, threshold=0.4, min_n=3, history=2, field="tool_name"),
]
NAMES = [f"{rule.type} {rule.direction} {rule.field}" for rule in MONITORS]
GAPS = st.one_of(st.integers(0, 4), st.integers(0, 40), st.sampled_from([10, 100, 1000]))


@st.composite
def series(draw: st.DrawFn, field: str = "") -> list[Entry]:
    gaps = draw(st.lists(GAPS, max_size=60))
    times = [sum(gaps[: number + 1]) for number in range(len(gaps))]
    names: st.SearchStrategy[Value] = st.one_of(st.none(), st.sampled_from(["a", "b", "c", "d", "e"]))
    numbers: st.SearchStrategy[Value] = st.one_of(st.none(), st.integers(-5, 5), st.sampled_from([1e6, 0.5, 1e300]))
    values = draw(st.lists(names if field == "tool_name" else numbers, min_size=len(times), max_size=len(times)))
    made = entries(times, values if field else None)
    parts = draw(st.lists(st.booleans(), min_size=len(made), max_size=len(made)))
    return [entry._replace(source=int(part)) for entry, part in zip(made, parts, strict=True)]


def with_parts(rule: Monitor, drawn: list[Entry]) -> list[Entry]:
    """For a ratio: what is of the second source is of the first too. For others there is only one source."""
    if rule.type is not MonitorType.RATIO:
        return [entry._replace(source=0) for entry in drawn]
    both = ([entry._replace(source=0), entry] if entry.source else [entry] for entry in drawn)
    return [entry for pair in both for entry in pair]


@pytest.mark.parametrize("rule", MONITORS, ids=NAMES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_it_does_not_matter_how_time_is_passed_nor_when_it_is_saved(rule: Monitor, data: st.DataObject) -> None:
    """Copied, dumped and loaded at any point, and told the time often or seldom, a fold fires the same."""
    drawn = with_parts(rule, data.draw(series(rule.field)))
    until = (drawn[-1].at if drawn else 0) + data.draw(st.integers(0, 3000))
    breaks = data.draw(st.lists(st.integers(0, until), max_size=20))
    assert interrupted(rule, drawn, until, breaks) == run(monitor_fold(rule), drawn, until)


@pytest.mark.parametrize("rule", MONITORS, ids=NAMES)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_copy_goes_its_own_way(rule: Monitor, data: st.DataObject) -> None:
    """What a copy is told changes nothing in the fold that it was made of."""
    drawn = with_parts(rule, data.draw(series(rule.field)))
    cut = data.draw(st.integers(0, len(drawn)))
    fold = monitor_fold(rule)
    run(fold, drawn[:cut], 0)
    before = fold.dump()
    copy = fold.copy()
    assert copy.dump() == before
    run(copy, drawn[cut:], 10**6)
    assert fold.dump() == before


@pytest.mark.parametrize("rule", MONITORS, ids=NAMES)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_fold_says_when_time_alone_will_matter(rule: Monitor, data: st.DataObject) -> None:
    """Until just before ``due`` nothing fires; and each firing by time is at a time that was due."""
    drawn = with_parts(rule, data.draw(series(rule.field)))
    fold = monitor_fold(rule)
    run(fold, drawn, 0)
    for _ in range(30):
        due = fold.due
        assert not fold.copy().pass_time((due or 10**9) - 1)
        if due is None:
            break
        assert all(firing.at == due for firing in fold.pass_time(due))


@pytest.mark.parametrize("rule", MONITORS, ids=NAMES)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_group_of_size_nothing_is_like_a_new_one(rule: Monitor, data: st.DataObject) -> None:
    """Where the size is 0, forgetting the group changes nothing that fires later."""
    drawn = with_parts(rule, data.draw(series(rule.field)))
    more = with_parts(rule, data.draw(series(rule.field)))
    fold = monitor_fold(rule)
    now = (drawn[-1].at if drawn else 0) + data.draw(st.integers(0, 500))
    run(fold, drawn, now)
    if fold.size == 0:
        later = [entry._replace(at=entry.at + now) for entry in more]
        assert run(fold, later, 10**5) == run(monitor_fold(rule), later, 10**5)


@pytest.mark.parametrize("rule", MONITORS, ids=NAMES)
@settings(max_examples=20, deadline=None)
@given(data=st.data(), to=st.integers(0, 20))
def test_shrinking_forgets_what_it_says(rule: Monitor, data: st.DataObject, to: int) -> None:
    """A shrunk fold is smaller by what it said, small enough where it can be, and goes on."""
    drawn = with_parts(rule, data.draw(series(rule.field)))
    fold = monitor_fold(rule)
    run(fold, drawn, 0)
    before = fold.size
    forgotten = fold.shrink(to)
    assert before - fold.size in (forgotten, before)
    assert fold.shrink(to) == 0
    run(fold, [entry._replace(at=entry.at + 10**5) for entry in drawn], 10**6)


@pytest.mark.parametrize("rule", MONITORS, ids=NAMES)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_firings_are_in_order_and_name_what_took_part(rule: Monitor, data: st.DataObject) -> None:
    """Times never go back, the event is one of those that entered, and there is a reason."""
    drawn = with_parts(rule, data.draw(series(rule.field)))
    firings = run(monitor_fold(rule), drawn, 10**5)
    known = {entry.event_id: entry.at for entry in drawn}
    assert all(before.at <= after.at for before, after in pairwise(firings))
    for firing in firings:
        assert known[firing.event_id] <= firing.at
        assert firing.began == min(firing.began, known[firing.event_ids[0]])
        assert set(firing.event_ids) <= set(known)
        assert firing.taking_part >= 1
        assert firing.reason


@pytest.mark.parametrize("rule", MONITORS, ids=NAMES)
def test_a_million_empty_windows_are_passed_at_once(rule: Monitor) -> None:
    """A gap of any length takes a handful of steps, counted in calls of the fold's own methods."""
    made = entries([0, 1, 2, 12, 13, 25, 31, 44, 10**12 * SPAN], None if not rule.field else [1.0, 2.0, 1.5] * 3)
    fold = monitor_fold(rule)
    steps = 0

    class Counting(type(fold)):  # type: ignore[misc]
        def close(self) -> object:
            nonlocal steps
            steps += 1
            return super().close()

    run(Counting(rule), made, 2 * 10**12 * SPAN)
    assert steps < 60


@pytest.mark.parametrize("rule", MONITORS, ids=NAMES)
def test_absurd_numbers_break_nothing(rule: Monitor) -> None:
    """Values that a log can hold but nobody can mean neither raise nor become part of a reason that cannot be read."""
    absurd: list[Value] = [1e308, -1e308, float("inf"), float("-inf"), float("nan"), 10**18, 5e-324, True, "x", None]
    made = entries(range(0, 400, 4), absurd * 10)
    assert all("nan" not in firing.reason for firing in run(monitor_fold(rule), made, 1000))


def test_every_type_has_a_shape_and_a_fold() -> None:
    """The loader finds what each type takes; each makes a fold that a dump can be loaded into."""
    for kind in MonitorType:
        rule = monitor(kind, history=SHAPES[kind].history or 0, threshold=SHAPES[kind].threshold or 0)
        assert monitor_fold(rule).load(rule, monitor_fold(rule).dump()).size == monitor_fold(rule).size
