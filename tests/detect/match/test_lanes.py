"""Sorting events into lanes changes what is looked for, and not what is found."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.parts import batch, ruleset, said
from tests.detect.test_differential import _EVENTS, detections, plainly

from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.match import lanes
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.events.model import Event, Trust


@settings(max_examples=60, deadline=None)
@given(st.lists(detections(), min_size=1, max_size=4), _EVENTS)
def test_lanes_change_no_answer(made: list[dict[str, Any]], events: list[Event]) -> None:
    rules = ruleset(*made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lanes, "_WORTH", 0)
        patch.setattr(lanes, "_TELLING", 2)
        found = detect(RuleSet(rules.rules), batch(events)).alerts
    for rule in rules.rules:
        hits = found.filter(found["rule_id"] == rule.id)["source_offset"]
        assert sorted(hits) == plainly(rule, batch(events))


def test_a_text_that_several_people_say_is_looked_at_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "_WORTH", 0)
    rules = ruleset(
        {"it": {"text|contains": "wonder", "trust": "user"}, "condition": "it"},
        {"it": {"text|contains": "magic", "trust": "tool"}, "condition": "it"},
    )
    both = [said("wonder and magic", trust) for trust in (Trust.USER, Trust.TOOL, Trust.MODEL)]
    alerts = detect(rules, batch(both)).alerts
    assert list(zip(alerts["title"], alerts["source_offset"], strict=True)) == [("Rule 0", 0), ("Rule 1", 1)]
