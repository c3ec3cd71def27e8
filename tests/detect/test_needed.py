"""Which rules and which events it takes to know what a rule over time says of one event."""

from tests.detect.parts import batch
from tests.detect.test_explain_over_time import MINUTE, START, call, chained, correlation, monitor

from llmsec_tui.detect.needed import needed, reach


def test_a_rule_is_taken_with_what_it_counts_and_nothing_else_alerts() -> None:
    ruleset, rule = correlation("temporal", "one", "two")
    kept = needed(ruleset, rule)
    assert {one.name for one in kept.rules} == {"one", "two"}
    assert not any(one.alerts for one in kept.rules)
    assert kept.grouped == (rule,)
    whole, outer = chained()
    assert len(needed(whole, outer).everything) == 3


def test_twice_the_timespan_before_the_event_is_enough_for_a_correlation() -> None:
    event = batch([call(60)]).events
    at = START + 60 * MINUTE
    found = reach(*correlation("event_count", condition={"gte": 3}), event)
    assert found is not None
    assert (found.since, found.until, found.same) == (at - 20 * MINUTE, at, ())
    later = reach(*correlation("event_count", condition={"gt": 1, "lt": 3}), event)
    assert later is not None
    assert (later.since, later.until) == (at - 20 * MINUTE, at + 10 * MINUTE)
    ever = reach(*correlation("event_count", condition={"lt": 3}), event)
    assert ever is not None
    assert ever.since is None
    outer = reach(*chained(), event)
    assert outer is not None
    assert outer.since == at - 130 * MINUTE


def test_all_that_came_before_may_matter_to_a_monitor() -> None:
    found = reach(*monitor("new_value", field="tool_name"), batch([call(60)]).events)
    assert found is not None
    assert found.since is None


def test_only_events_of_the_same_group_matter_whatever_the_field_is_called() -> None:
    aliases = {"who": {"one": "user_id", "two": "agent_id"}}
    made = correlation("temporal", "one", "two", aliases=aliases, **{"group-by": ["who"]})
    found = reach(*made, batch([call(1, user_id="ann", agent_id="bot")]).events)
    assert found is not None
    assert list(found.same) == [
        *({"user_id": "ann"}, {"agent_id": "ann"}),
        *({"user_id": "bot"}, {"agent_id": "bot"}),
    ]
    assert reach(*made, batch([call(1)]).events) is None
    assert reach(*made, batch([call(None, user_id="ann")]).events) is None
