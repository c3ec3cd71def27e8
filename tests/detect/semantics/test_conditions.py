"""Whole detections: selections of every kind, under conditions of every form."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.semantics.agreement import agree, issues_or_rule, one
from tests.detect.semantics.naive import Reading
from tests.detect.semantics.regexes import Joined, One

_ITEMS: list[dict[str, Any]] = [
    {"text|contains": "alpha"},
    {"text|contains|all": ["alpha", "beta"]},
    {"text": "gamma"},
    {"text|re": "(?:b|g)a"},
    {"text.raw|contains|cased": "Alpha"},
    {"trust": ["user", "tool"]},
    {"tool_name|startswith": "mcp", "output_tokens|gt": 10},
    {"tool_name|neq": "mcp_x"},
    {"tool_name": None},
    {"output_tokens|lte": "10"},
    {"ts|hour|gte": 22},
    {"finish_reasons[any]": "stop"},
    {"request_model|fieldref|neq": "response_model"},
    {"text|exists": False},
]
_READING = Reading(patterns={"(?:b|g)a": Joined((Joined((One("b"), One("g")), True), One("a")), False)})
_SELECTIONS = (
    st.sampled_from(_ITEMS) | st.lists(st.sampled_from(_ITEMS), min_size=2, max_size=3) | st.just(["beta", "gam?a"])
)
_OPERANDS = [
    "x_1",
    "x_2",
    "y",
    "_hidden",
    "1 of x_*",
    "all of x_*",
    "any of x*",
    "1 of them",
    "all of them",
    "1 of _*",
    "all of *_2",
]
_NAMES = ["x_1", "x_2", "y", "_hidden"]
_EVENTS: list[dict[str, Any]] = [
    {},
    {"text": "Alpha beta", "trust": "user", "ts": 0},
    {"text": "gamma", "trust": "tool", "tool_name": "mcp_x", "output_tokens": 11, "ts": 22 * 3_600_000_000},
    {"text": "alpha", "trust": "model", "tool_name": "mcp_y", "output_tokens": 10, "finish_reasons": "length,stop"},
    {"tool_name": "", "output_tokens": 0, "request_model": "a", "response_model": "A"},
    {"text": "", "trust": "tool", "request_model": "a", "response_model": "b", "ts": 23 * 3_600_000_000},
    {"text": "beta gamma beta", "trust": "retrieved"},
]


def _combined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(
        several.map(" and ".join),
        several.map(" or ".join),
        parts.map(lambda part: f"not {part}"),
        parts.map(lambda part: f"({part})"),
    )


_CONDITIONS = st.recursive(st.sampled_from(_OPERANDS), _combined, max_leaves=6)


@settings(max_examples=100, deadline=None)
@given(st.lists(_SELECTIONS, min_size=4, max_size=4), st.lists(_CONDITIONS, min_size=1, max_size=2))
def test_conditions_of_every_form(selections: list[Any], conditions: list[str]) -> None:
    used = " or ".join(f"({name} and not {name})" for name in _NAMES)
    condition = [*conditions, used] if len(conditions) > 1 else f"({conditions[0]}) or {used}"
    agree({**dict(zip(_NAMES, selections, strict=True)), "condition": condition}, _EVENTS, _READING)


def test_operators_bind_as_sigma_says() -> None:
    parts = {name: {"text|contains": name} for name in ("aa", "bb", "cc")}
    events = [{"text": text} for text in ("aa", "bb", "cc", "aa bb", "bb cc", "aa bb cc", "")]
    assert agree({**parts, "condition": "aa or bb and cc"}, events) == [True, False, False, True, True, True, False]
    assert agree({**parts, "condition": "(aa or bb) and cc"}, events) == [False, False, False, False, True, True, False]
    assert agree({**parts, "condition": "not aa and bb or cc"}, events) == [False, True, True, False, True, True, False]
    assert agree({**parts, "condition": "not (aa or bb) or not not cc"}, events) == [
        False,
        False,
        True,
        False,
        True,
        True,
        True,
    ]


def test_names_that_begin_with_an_operator_are_names() -> None:
    parts = {"notes": {"text|contains": "aa"}, "android": {"text|contains": "bb"}, "of_x": {"text|contains": "cc"}}
    events = [{"text": "aa bb cc"}, {"text": "aa"}]
    assert agree({**parts, "condition": "notes and android and of_x"}, events) == [True, False]


@pytest.mark.parametrize("condition", ["(" * 400 + "it" + ")" * 400, "not " * 400 + "it", "it or " * 900 + "it"])
def test_conditions_beyond_all_measure_are_refused(condition: str) -> None:
    issues, _ = issues_or_rule({"it": {"text": "x"}, "condition": condition}, {})
    assert [issue.code for issue in issues] == ["condition"]


_ABSENT: list[tuple[str, Any, bool]] = [
    ("tool_name", "x", False),
    ("tool_name", "*", False),
    ("tool_name", "", False),
    ("tool_name|contains", "x", False),
    ("tool_name|startswith", "x", False),
    ("tool_name|endswith", "x", False),
    ("tool_name|contains|all", ["x", "y"], False),
    ("tool_name|cased", "x", False),
    ("tool_name|windash", "-x", False),
    ("tool_name|re", "b|g", False),
    ("tool_name|base64", "xx", False),
    ("tool_name|base64offset|contains", "xx", False),
    ("tool_name|utf16le", "x", False),
    ("tool_name|expand", "%list%", False),
    ("tool_name|fieldref", "agent_name", False),
    ("tool_name|fieldref|contains", "agent_name", False),
    ("source_ip|cidr", "0.0.0.0/0", False),
    ("source_ip|cidr", "::/0", False),
    ("cost_usd|lt", 1, False),
    ("cost_usd|lte", 1, False),
    ("cost_usd|gt", -1, False),
    ("cost_usd|gte", 0, False),
    ("cost_usd", 0, False),
    ("refusal", False, False),
    ("ts|hour", 0, False),
    ("ts|year|gt", 1, False),
    ("finish_reasons[any]", "*", False),
    ("finish_reasons[all]", "*", False),
    ("finish_reasons[0]", "*", False),
    ("finish_reasons[all_or_empty]", "x", True),
    ("finish_reasons[none]", "x", True),
    ("text", "*", False),
    ("text|contains", "x", False),
    ("text|re", "b|g", False),
    ("", "x", False),
    ("tool_name|exists", True, False),
    ("tool_name|exists", False, True),
    ("tool_name", None, True),
]


def _takes_neq(key: str) -> bool:
    return {"lt", "lte", "gt", "gte", "exists", "all"}.isdisjoint(key.split("|")) and "[" not in key


@pytest.mark.parametrize(("key", "value", "expected"), _ABSENT)
def test_an_absent_field_fails_every_comparison_and_passes_its_opposite(key: str, value: Any, expected: bool) -> None:
    reading = Reading({"list": ["x", "y"]}, {"b|g": Joined((One("b"), One("g")), True)})
    assert agree(one(key, value), [{}], reading) == [expected]
    assert agree({"it": {key: value}, "condition": "not it"}, [{}], reading) == [not expected]
    other = {"other": {"tool_type": None}, "it": {key: value}, "condition": "other and not it"}
    assert agree(other, [{}], reading) == [not expected]


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, value, _ in _ABSENT if _takes_neq(key)])
def test_an_absent_field_differs_from_everything_but_null(key: str, value: Any) -> None:
    reading = Reading({"list": ["x", "y"]}, {"b|g": Joined((One("b"), One("g")), True)})
    assert agree(one(f"{key}|neq", value), [{}], reading) == [value is not None]
