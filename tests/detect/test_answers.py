"""A rule says hit, clean or not evaluable, and clean only of what it could see."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.detect.parts import batch, ruleset, said
from tests.detect.test_differential import _EVENTS, detections

from llmsec_tui.detect.answers import Answer, not_evaluable, truth_of
from llmsec_tui.detect.explain import explain
from llmsec_tui.detect.fields import FIELDS
from llmsec_tui.detect.tree import And, Leaf, Node, Not, Or, Present
from llmsec_tui.events.model import ContentState, Event, Kind, Role, Trust


def unseen(state: ContentState, **around: Any) -> Event:
    """An event with a content that is not here."""
    return Event(kind=Kind.MESSAGE, role=Role.TOOL, trust=Trust.TOOL, content_state=state, **around)


LOOKS_AT_TEXT = {"it": {"text|contains": "wonder"}, "condition": "it"}
ONLY_TOOLS = {"it": {"text|contains": "wonder"}, "tool": {"trust": "tool"}, "condition": "it and tool"}
ONLY_USERS = {"it": {"text|contains": "wonder"}, "user": {"trust": "user"}, "condition": "it and user"}
NO_TEXT = {"it": {"trust": "tool"}, "condition": "it"}


@pytest.mark.parametrize(
    ("detection", "state", "counted"),
    [
        (LOOKS_AT_TEXT, ContentState.OFF, 1),
        (LOOKS_AT_TEXT, ContentState.ELSEWHERE, 1),
        (LOOKS_AT_TEXT, ContentState.ENCRYPTED, 1),
        (LOOKS_AT_TEXT, ContentState.MEDIA, 1),
        (LOOKS_AT_TEXT, ContentState.TRUNCATED, 1),
        (LOOKS_AT_TEXT, ContentState.NONE, 0),
        (ONLY_TOOLS, ContentState.OFF, 1),
        (ONLY_USERS, ContentState.OFF, 0),
        (NO_TEXT, ContentState.OFF, 0),
    ],
)
def test_only_an_answer_that_hangs_on_an_unseen_content_is_missing(
    detection: dict[str, Any], state: ContentState, counted: int
) -> None:
    rules = ruleset(detection)
    events = batch([unseen(state), said("plain")]).events
    assert not_evaluable(rules, events).get(rules.rules[0].id, 0) == counted


def test_every_event_counts_for_every_rule_that_could_not_judge_it() -> None:
    rules = ruleset(LOOKS_AT_TEXT, ONLY_TOOLS, ONLY_USERS, NO_TEXT)
    events = batch([unseen(ContentState.OFF), said("plain"), unseen(ContentState.MEDIA)]).events
    assert not_evaluable(rules, events) == {rules.rules[0].id: 2, rules.rules[1].id: 2}


def test_what_can_be_seen_is_never_counted() -> None:
    assert not_evaluable(ruleset(LOOKS_AT_TEXT), batch([said("a wonder"), said("plain")]).events) == {}


def leaf(number: int) -> Leaf:
    return Leaf(f"s{number}", FIELDS["text"], Present(True))


_LEAVES = [leaf(number) for number in range(3)]
_NODES: st.SearchStrategy[Node] = st.recursive(
    st.sampled_from(_LEAVES),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=1, max_size=3).map(tuple).map(And),
        st.lists(inner, min_size=1, max_size=3).map(tuple).map(Or),
    ),
    max_leaves=8,
)


@given(_NODES, st.lists(st.sampled_from([True, False, None]), min_size=3, max_size=3))
def test_an_answer_that_is_given_does_not_change_with_what_was_unseen(node: Node, known: list[bool | None]) -> None:
    """Whatever the unseen turns out to be, a rule that said hit or clean says so still."""
    answer = truth_of(node, dict(zip(_LEAVES, known, strict=True)))
    for bits in range(8):
        revealed = {
            one: truth if truth is not None else bool(bits >> at & 1)
            for at, (one, truth) in enumerate(zip(_LEAVES, known, strict=True))
        }
        assert answer in (None, truth_of(node, revealed))


def test_the_three_answers_have_names() -> None:
    assert [Answer.of(truth) for truth in (True, False, None)] == ["hit", "clean", "not evaluable"]


@settings(max_examples=40, deadline=None)
@given(detections(), _EVENTS)
def test_what_is_counted_and_what_is_explained_never_disagree(made: dict[str, Any], events: list[Event]) -> None:
    hidden = [event if at % 3 else _hide(event) for at, event in enumerate(events)]
    rules = ruleset(made)
    missing = [explain(rules.rules[0], batch([event])).answer is Answer.NOT_EVALUABLE for event in hidden]
    assert not_evaluable(rules, batch(hidden).events).get(rules.rules[0].id, 0) == sum(missing)


def _hide(event: Event) -> Event:
    return replace(event, text=None, content_state=ContentState.ELSEWHERE)
