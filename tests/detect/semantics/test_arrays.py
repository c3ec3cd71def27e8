"""Fields that hold lists: conditions in one block hold on one and the same element."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.semantics.agreement import agree, agree_on_all, issues_or_rule, one
from tests.detect.semantics.naive import Reading
from tests.detect.semantics.regexes import Joined, Mark, One

_WHICH = ["any", "all", "all_or_empty", "none", "0", "1", "-1", "-2"]
_REASONS = st.lists(st.sampled_from(["stop", "STOP", "length", "tool_calls", "ſtop", ""]), max_size=3).map(",".join)


@pytest.mark.parametrize("which", _WHICH)
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_lists_of_strings(which: str, data: st.DataObject) -> None:
    words = data.draw(st.sampled_from(["", "|contains", "|startswith", "|cased", "|neq", "|windash|endswith"]))
    values = data.draw(st.lists(st.sampled_from(["stop", "s*", "t?ol*", "length", "ST"]), min_size=1, max_size=2))
    events = [
        *({"finish_reasons": one} for one in data.draw(st.lists(_REASONS, min_size=1))),
        {},
        {"finish_reasons": ","},
    ]
    name = f"finish_reasons[{which}]"
    agree_on_all([one(name + words, values), one(name, {f".{words}": values})], events)


_SCALARS = st.sampled_from([None, "high", "High", "low", 4, 4.5, "4", True, False, [1], {"a": "b"}])
_FINDING: st.SearchStrategy[Any] = st.dictionaries(
    st.sampled_from(["category", "severity", "score", "action", "detected"]), _SCALARS, max_size=5
) | st.sampled_from([None, "x", 3])
_FINDINGS = st.lists(_FINDING, max_size=3).map(json.dumps) | st.sampled_from(
    ["", "null", "3", '"x"', "{", '{"severity": "high"}', "[[]]", '[{"severity": "high"}']
)


@st.composite
def _body(draw: st.DrawFn) -> dict[str, Any]:
    """Conditions on one element."""
    some: dict[str, Any] = {
        "category|exists": draw(st.booleans()),
        "severity": draw(st.sampled_from(["high", "4", "h*", "[1]"])),
        "severity|neq": "low",
        "score|gte": draw(st.sampled_from([4, "4.5"])),
        "score": 4,
        "action|re": "^h",
        "detected": draw(st.booleans()),
        "category|fieldref": "severity",
        "action": None,
    }
    return {key: some[key] for key in draw(st.lists(st.sampled_from(list(some)), min_size=1, max_size=2, unique=True))}


@pytest.mark.parametrize("which", _WHICH)
@settings(max_examples=40, deadline=None)
@given(st.lists(_FINDINGS, min_size=1, max_size=6), _body(), _body())
def test_lists_of_objects(which: str, lists: list[str], first: dict[str, Any], second: dict[str, Any]) -> None:
    reading = Reading(patterns={"^h": Joined((Mark("^"), One("h")), False)})
    events = [*({"guardrail_findings": one} for one in lists), {}]
    name = f"guardrail_findings[{which}]"
    block = {"one": first, "two_b": second, "condition": "one and not 1 of two_*"}
    key, value = next(iter(first.items()))
    agree_on_all([one(name, first), one(name, block), one(f"{name}.{key}", value)], events, reading)


def test_two_conditions_in_a_block_hold_on_the_same_element() -> None:
    apart = json.dumps([{"category": "jailbreak", "severity": "low"}, {"category": "pii", "severity": "high"}])
    together = json.dumps([{"category": "pii", "severity": "low"}, {"category": "jailbreak", "severity": "high"}])
    events = [{"guardrail_findings": apart}, {"guardrail_findings": together}]
    block = {"category": "jailbreak", "severity": "high"}
    assert agree(one("guardrail_findings[any]", block), events) == [False, True]
    assert agree(
        {"it": {f"guardrail_findings[-1].{key}": value for key, value in block.items()}, "condition": "it"}, events
    ) == [
        False,
        True,
    ]


def test_an_event_is_one_message_so_two_conditions_hold_on_the_same_one() -> None:
    events: list[dict[str, Any]] = [
        {"text": "open the door", "trust": "tool"},
        {"text": "open the door", "trust": "user"},
        {"text": "close it", "trust": "tool"},
        {"trust": "tool"},
    ]
    apart = {"messages[any].trust": "tool", "messages[any].content|contains": "open"}
    block = {"messages[any]": {"trust": "tool", "text|contains": "open"}}
    plain = {"trust": "tool", "text|contains": "open"}
    for selection in (apart, block, plain):
        assert agree({"it": selection, "condition": "it"}, events) == [True, False, False, False]


@pytest.mark.parametrize(
    ("key", "value", "code", "words"),
    [
        ("messages[all].content", "x", "array-field", "an event is one message"),
        ("messages[0].content", "x", "array-field", "an event is one message"),
        ("messages[any]", "x", "array-field", "have parts"),
        ("messages[any].rol", "x", "unknown-field", "did you mean 'role'?"),
        ("finish_reasons[some]", "x", "array-field", "did you mean 'none'?"),
        ("finish_reasons[]", "x", "array-field", "must be any"),
        ("finish_reasons[any", "x", "array-field", "is no name"),
        ("finish_reasons[any]x", "x", "array-field", "is no name"),
        ("finish_reasons[any].", "x", "array-field", "is no name"),
        ("finish_reasons[any].x", "x", "unknown-field", "no 'x' in an element"),
        ("finish_reasons[any][0]", "x", "array-field", "is no name"),
        ("finish_reasonz[any]", "x", "unknown-field", "did you mean 'finish_reasons'?"),
        ("tool_name[any]", "x", "array-field", "holds no list; those that do are messages, finish_reasons"),
        ("guardrail_findings[any]", "x", "array-field", "category, severity"),
        ("guardrail_findings[any].severty", "x", "unknown-field", "did you mean 'severity'?"),
        ("guardrail_findings[any]", {"severty": "x"}, "unknown-field", "did you mean 'severity'?"),
        ("guardrail_findings[any]", {"": "x"}, "keyword", "cannot stand here"),
        ("guardrail_findings[any]", {}, "array-field", "have parts"),
        ("guardrail_findings[any]", {"a": {"score": 1}, "condition": "b"}, "undefined-selection", "'b'"),
    ],
)
def test_brackets_that_cannot_be_read_exactly_are_refused(key: str, value: Any, code: str, words: str) -> None:
    issues, _ = issues_or_rule(one(key, value), {})
    assert issues[0].code == code
    assert words in issues[0].message


@pytest.mark.parametrize("which", ["any", "none"])
def test_conditions_on_some_element_that_stand_apart_are_refused_since_they_could_be_meant_together(which: str) -> None:
    selection = {f"guardrail_findings[{which}].category": "x", f"guardrail_findings[{which}].severity": "y"}
    issues, _ = issues_or_rule({"it": selection, "condition": "it"}, {})
    assert [issue.code for issue in issues] == ["array-apart", "array-apart"]
