"""How long nobody gets in after wrong passwords."""

from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.access.lockout import LOCKED_US, SECOND_US, Misses, pause_after


def test_pauses_grow_and_end_in_a_lock() -> None:
    """Seconds after each miss in a row."""
    assert [pause_after(count) // SECOND_US for count in range(1, 8)] == [0, 0, 1, 2, 900, 900, 900]


def test_nobody_gets_in_during_a_pause() -> None:
    """And right after it the next try counts."""
    third = Misses(2).and_another(1_000)
    assert third == Misses(3, 1_000 + SECOND_US)
    assert third.closed(1_000)
    assert not third.closed(1_000 + SECOND_US)
    assert not third.locked


def test_a_clock_that_was_set_back_locks_nobody_out_for_longer() -> None:
    """A lock that would last more than its own time is none."""
    locked = Misses(4).and_another(10 * LOCKED_US)
    assert locked.closed(10 * LOCKED_US)
    assert not locked.closed(5 * LOCKED_US)


@given(st.lists(st.integers(0, 2 * LOCKED_US), max_size=30))
def test_however_often_somebody_tries_few_guesses_are_looked_at(pauses: list[int]) -> None:
    """At most five, and one more for each quarter of an hour."""
    now, misses, looked_at = 0, Misses(), 0
    for pause in pauses:
        now += pause
        if not misses.closed(now):
            misses = misses.and_another(now)
            looked_at += 1
    assert looked_at <= 5 + now // LOCKED_US
