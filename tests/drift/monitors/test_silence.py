"""Rules that fell silent are told from those that rest as they always did."""

from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.drift.monitors.kinds import SilentRule
from llmsec_tui.drift.monitors.silence import DAY, silent
from llmsec_tui.drift.monitors.standing import State

TODAY = 20_500
MONTH = list(range(TODAY - 30, TODAY + 1))


def told(alerts: list[int], traffic: list[int] = MONTH, state: State | None = None) -> tuple[State, list[str]]:
    after, found = silent(SilentRule(), {"r": alerts}, traffic, TODAY, state or State())
    assert all(one.at == TODAY * DAY for one in found)
    return after, [one.sentence for one in found]


def test_a_rule_that_alerted_daily_and_stopped_is_told_once_until_it_is_heard_of() -> None:
    daily = MONTH[:25]
    state, said = told(daily)
    assert said == ["The rule “r” raised alerts on 25 of 25 days with traffic, and on none of the last 5."]
    assert told(daily, state=state)[1] == []
    heard, _ = told([*daily, TODAY], state=state)
    assert told(daily, state=heard)[1] == said


def test_a_pause_of_a_day_or_two_or_without_traffic_is_none() -> None:
    assert told(MONTH[:29])[1] == []
    assert told(MONTH[:20], traffic=MONTH[:21])[1] == []
    assert told(MONTH[:4])[1] == []


def test_a_rule_that_always_came_in_bursts_may_rest_as_long_as_ever() -> None:
    assert told([*MONTH[:5], *MONTH[14:20]])[1] == []
    assert told([*MONTH[:5], *MONTH[7:14]])[1] != []


@given(st.sets(st.sampled_from(MONTH)), st.sets(st.sampled_from(MONTH)))
@settings(max_examples=100)
def test_a_rule_that_was_heard_of_on_the_last_day_with_traffic_is_never_silent(
    days: set[int], traffic: set[int]
) -> None:
    over = sorted(traffic - {TODAY})
    assert told(sorted(days | set(over[-1:])), sorted(traffic))[1] == []
