"""Every node of a rule is shown on an event, with the value it met or the cause that it does not hold."""

from typing import Any

import pytest
from hypothesis import given, settings
from tests.detect.parts import batch, rule, ruleset, said
from tests.detect.test_differential import _EVENTS, detections

from llmsec_tui.detect.answers import Answer
from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.explain import Explanation, explain
from llmsec_tui.events.model import ContentState, Event, Kind, Role, Trust


def of(event: Event, **selection: Any) -> Explanation:
    return explain(rule(**selection), batch([event]))


def test_a_hit_shows_what_was_found_and_where() -> None:
    found = of(said("see IGNORE previous now"), text__contains="ignore previous", trust="user")
    assert found.answer is Answer.HIT
    assert [(step.depth, step.truth) for step in found.steps] == [(0, True), (1, True), (1, True)]
    assert found.steps[1].what == 'it: text contains "ignore previous"'
    assert found.steps[1].why == '"IGNORE previous" at 4–19'


def test_a_hit_in_decoded_text_says_how_it_was_decoded() -> None:
    found = of(said("run aWdub3JlIHByZXZpb3VzIG9yZGVycw=="), text__contains="ignore previous")
    assert found.answer is Answer.HIT
    assert "once decoded (base64)" in found.steps[0].why


@pytest.mark.parametrize(
    ("selection", "why"),
    [
        ({"text__contains__cased": "Wonder"}, "only the case differs"),
        ({"text_dot_raw__re": "WONDER"}, "only the case differs"),
        ({"text__startswith": "wonder"}, "it is there, but in another place of the value"),
        ({"text__contains": "magic"}, "it is not in the text"),
        ({"tool_name": "shell"}, "the field is absent"),
        ({"trust": "tool"}, 'it is "user"'),
        ({"user_id__startswith": "bob"}, 'it is "a bob"; it is there, but in another place of the value'),
        ({"output_tokens__gt": 10}, 'it is "10"'),
    ],
)
def test_a_near_miss_says_what_is_missing(selection: dict[str, Any], why: str) -> None:
    event = said("a wonder")
    fields = {name: getattr(event, name) for name in Event.__struct_fields__}
    found = of(Event(**fields | {"user_id": "a bob", "output_tokens": 10}), **selection)
    assert found.answer is Answer.CLEAN
    assert found.steps[-1].why == why


def test_a_content_that_is_elsewhere_makes_the_rule_not_evaluable() -> None:
    event = Event(kind=Kind.MESSAGE, role=Role.USER, trust=Trust.USER, content_state=ContentState.ELSEWHERE)
    found = of(event, text__contains="x1")
    assert found.answer is Answer.NOT_EVALUABLE
    assert found.steps[0].truth is None
    assert found.steps[0].why == "the content cannot be seen: elsewhere"


def test_an_event_without_text_by_its_nature_is_clean() -> None:
    found = of(Event(kind=Kind.USAGE, content_state=ContentState.NONE), text__contains="x1")
    assert found.answer is Answer.CLEAN
    assert found.steps[0].why == "the event has no text"


@settings(max_examples=40, deadline=None)
@given(detections(), _EVENTS)
def test_an_explanation_and_the_engine_never_disagree(made: dict[str, Any], events: list[Event]) -> None:
    rules = ruleset(made)
    for event in events:
        alone = batch([event])
        hit = not detect(rules, alone).alerts.is_empty()
        assert (explain(rules.rules[0], alone).answer is Answer.HIT) == hit
