"""How long a channel rests after failures, and when somebody has to know."""

from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.service.outward.channel_health import (
    ALARM_AFTER,
    ALARM_AFTER_US,
    FIRST_PAUSE_US,
    LONGEST_PAUSE_US,
    Health,
    pause,
)


@given(st.integers(1, 10_000))
def test_pauses_double_up_to_a_quarter_of_an_hour(failures: int) -> None:
    assert FIRST_PAUSE_US <= pause(failures) <= LONGEST_PAUSE_US
    assert pause(failures + 1) == min(2 * pause(failures), LONGEST_PAUSE_US)


@given(st.lists(st.integers(0, 20 * 60 * 1_000_000), min_size=1, max_size=6))
def test_it_is_alarming_after_three_failures_or_a_quarter_of_an_hour(gaps: list[int]) -> None:
    health, now, first = Health(), 0, 0
    for number, gap in enumerate(gaps, 1):
        now += gap
        first = now if number == 1 else first
        health = health.failed(now, "why")
        assert (health.failures, health.since) == (number, first)
        assert health.is_alarming(now) == (number >= ALARM_AFTER or now - first >= ALARM_AFTER_US)
        assert health.rests(now)
        assert not health.rests(now + pause(number))


def test_a_clock_set_back_lets_no_channel_rest_for_ever() -> None:
    assert not Health().failed(10 * LONGEST_PAUSE_US, "why").rests(0)
