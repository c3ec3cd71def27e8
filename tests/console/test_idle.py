"""When it is said that somebody is there, and when the screen locks by itself."""

from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.console.idle import TELL_EVERY_S, Due, Idle

SECONDS = st.integers(1, 4_000)


@given(st.lists(st.tuples(st.integers(1, 300), st.booleans()), max_size=60), SECONDS)
@settings(max_examples=200)
def test_it_locks_after_the_time_without_a_key_and_never_before(steps: list[tuple[int, bool]], idle_s: int) -> None:
    """Whatever keys come when: telling never comes too often, and never without a key since the last time."""
    now, touched, told = 0.0, 0.0, 0.0
    idle = Idle(now, now)
    for wait, key in steps:
        now += wait
        if key:
            idle.touched(now)
            touched = now
        due = idle.due(now, idle_s)
        assert (due is Due.LOCK) == (now - touched >= idle_s)
        if due is Due.TELL:
            assert touched > told
            assert now - told >= min(TELL_EVERY_S, idle_s / 3)
            told = now


@given(st.lists(SECONDS, max_size=20))
@settings(max_examples=50)
def test_without_a_login_nothing_is_ever_due(steps: list[int]) -> None:
    """There is nothing to lock, and nobody to tell."""
    idle = Idle(0.0, 0.0)
    now = 0.0
    for step in steps:
        now += step
        assert idle.due(now, 0) is Due.NOTHING


def test_somebody_who_reads_on_is_told_of_before_the_collector_would_lock() -> None:
    """A key every few seconds is told at least three times within the time after which the collector locks."""
    idle, told = Idle(0.0, 0.0), []
    for second in range(1, 61):
        idle.touched(second)
        if idle.due(second, 60) is Due.TELL:
            told.append(second)
    assert len(told) >= 2
    assert max(later - earlier for earlier, later in zip([0, *told], [*told, 61], strict=True)) <= 21
