"""The detection block: what cannot be evaluated exactly is refused, and never read as something else."""

from pathlib import Path
from typing import Any

import pytest
from tests.detect.parts import body, hit, ruleset, said, write

from llmsec_tui.detect.ruleset import read
from llmsec_tui.errors import RuleIssue


def issues(folder: Path, selection: Any, condition: Any = "it", **more: Any) -> list[RuleIssue]:
    """The issues of a rule with this selection."""
    return read([write(folder / "rule.yml", body({"it": selection, **more, "condition": condition}))])[1]


def codes(folder: Path, selection: Any, condition: Any = "it", **more: Any) -> list[str]:
    """Their codes."""
    return [issue.code for issue in issues(folder, selection, condition, **more)]


def test_wildcards_may_stand_around_dashes_before_or_after_those_are_multiplied(tmp_path: Path) -> None:
    """Most public rules say ``contains|windash``."""
    for key in ("text|contains|windash", "text|windash|contains", "tool_name|endswith|all|windash"):
        assert codes(tmp_path, {key: ["-x", "-y"]}) == []


@pytest.mark.parametrize(
    ("selection", "code"),
    [
        ({"txt": "x"}, "unknown-field"),
        ({"text|containz": "x"}, "unknown-modifier"),
        ({"tool_name|expand": "%tools%"}, "placeholder"),
        ({"tool_name|expand": "tools"}, "placeholder"),
        ({"tool_name|expand": r"C:\%tools%"}, "placeholder"),
        ({"cost_usd|expand": 5}, "placeholder"),
        ({"tool_name": "%allowed_tools%"}, "placeholder"),
        ({"text|re|expand": "x"}, "unsupported-modifier"),
        ({"request_model|fieldref|expand": "x"}, "unsupported-modifier"),
        ({"text|re|contains": "x"}, "unsupported-modifier"),
        ({"text|re|cased": "x"}, "unsupported-modifier"),
        ({"text|i": "x"}, "unsupported-modifier"),
        ({"text|i|re": "x"}, "unsupported-modifier"),
        ({"text|startswith|endswith": "x"}, "unsupported-modifier"),
        ({"text|contains|contains": "x"}, "unsupported-modifier"),
        ({"tool_name|neq|neq": "x"}, "unsupported-modifier"),
        ({"tool_name|neq|all": ["x", "y"]}, "unsupported-modifier"),
        ({"output_tokens|gt|neq": 5}, "unsupported-modifier"),
        ({"output_tokens|gt|lt": 5}, "unsupported-modifier"),
        ({"tool_name|exists|neq": True}, "unsupported-modifier"),
        ({"tool_name|exists": "yes"}, "value"),
        ({"text|contains|base64offset": "secret"}, "unsupported-modifier"),
        ({"text|base64|wide|contains": "secret"}, "unsupported-modifier"),
        ({"text|base64|base64offset|contains": "secret"}, "unsupported-modifier"),
        ({"text|base64offset|startswith": "secret"}, "unsupported-modifier"),
        ({"text|base64|windash|contains": "-x y"}, "unsupported-modifier"),
        ({"text|wide|expand|contains": "%x%"}, "unsupported-modifier"),
        ({"request_model|contains|fieldref": "response_model"}, "unsupported-modifier"),
        ({"text|base64": "secret"}, "unsupported-modifier"),
        ({"text|base64offset|contains": "a"}, "too-short"),
        ({"text|base64offset|contains": "a*b"}, "wildcard"),
        ({"text|utf16|contains": "ab"}, "encoding"),
        ({"text|utf16le|contains": "é"}, "encoding"),
        ({"text|windash|contains": "-a -b -c -d"}, "windash"),
        ({"text.folded|base64offset|contains": "secret"}, "cased-folded"),
        ({"text|re": "(?=x)y"}, "pattern"),
        ({"text|re": "(x"}, "pattern"),
        ({"text|re": 5}, "value"),
        ({"text|contains": []}, "value"),
        ({"text|contains": [["a"]]}, "value"),
        ({"text|contains|all": "x"}, "all-single"),
        ({"text|contains|all": ["x"]}, "all-single"),
        ({"": "x", "|all": ["x"]}, "all-single"),
        ({"text": ""}, "empty-literal"),
        ({"tool_name|contains": ""}, "empty-literal"),
        ({"text|re": ""}, "empty-literal"),
        ({"text|contains": "\u200b"}, "empty-literal"),
        ({"text.folded|contains|cased": "Secret"}, "cased-folded"),
        ({"tool_name|contains": None}, "value"),
        ({"text|gt": 5}, "value-type"),
        ({"cost_usd|contains": "5"}, "value-type"),
        ({"cost_usd": "5*"}, "value-type"),
        ({"cost_usd": "five"}, "value-type"),
        ({"cost_usd": "1_0"}, "value-type"),
        ({"cost_usd": ""}, "value-type"),
        ({"cost_usd": True}, "value-type"),
        ({"cost_usd": float("nan")}, "value-type"),
        ({"cost_usd|gt": float("inf")}, "value-type"),
        ({"output_tokens": 2**53 + 1}, "value"),
        ({"tool_is_error": "true"}, "value-type"),
        ({"tool_is_error": 1}, "value-type"),
        ({"tool_is_error|cased": True}, "value-type"),
        ({"tool_name": True}, "value-type"),
        ({"tool_name|gt": 5}, "value-type"),
        ({"source_ip|hour": 5}, "value-type"),
        ({"ts": 5}, "value-type"),
        ({"ts": "2026-11-23"}, "value-type"),
        ({"ts|gt": 5}, "value-type"),
        ({"ts|re": "2026"}, "value-type"),
        ({"ts|hour": 24}, "value"),
        ({"ts|hour": 5.5}, "value"),
        ({"ts|week": 0}, "value"),
        ({"ts|hour|minute": 5}, "unsupported-modifier"),
        ({"ts|gt|hour": 5}, "unsupported-modifier"),
        ({"ts|hour|gt|neq": 5}, "unsupported-modifier"),
        ({"source_ip|cidr": "10.0.0.0/99"}, "value"),
        ({"source_ip|cidr": "10.0.0.1/8"}, "value"),
        ({"source_ip|cidr": "10.0.*"}, "value"),
        ({"cost_usd|cidr": "10.0.0.0/8"}, "value-type"),
        ({"trust": "usr"}, "value-unknown"),
        ({"kind": "Mesage"}, "value-unknown"),
        ({"request_model|fieldref": "response_modle"}, "unknown-field"),
        ({"request_model|fieldref": "cost_usd"}, "value-type"),
        ({"cost_usd|fieldref|contains": "duration_ms"}, "value-type"),
        ({"text|fieldref": "tool_name"}, "value-type"),
        ({"ts|fieldref": "ts"}, "value-type"),
        ([["just", "words"]], "selection"),
        ([True], "selection"),
        (True, "selection"),
        ({}, "selection"),
        ([], "selection"),
        ({"|startswith": "x"}, "keyword"),
        ({"|exists": True}, "keyword"),
        ({"|cidr": "10.0.0.0/8"}, "keyword"),
        ({"": None}, "keyword"),
    ],
)
def test_what_cannot_be_evaluated_exactly_is_refused(tmp_path: Path, selection: Any, code: str) -> None:
    assert codes(tmp_path, selection) == [code]


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("it and other", ["undefined-selection"]),
        ("1 of other_*", ["undefined-selection", "unused-selection"]),
        ("it and (", ["condition"]),
        ("2 of them", ["condition"]),
        ("it | count() > 5", ["condition"]),
        ("IT AND IT", ["condition"]),
        (["it", "it and ("], ["condition"]),
        (["it", None], ["condition"]),
        ([], ["condition"]),
        (None, ["condition"]),
    ],
)
def test_conditions_that_make_no_sense_are_refused(tmp_path: Path, condition: Any, wanted: list[str]) -> None:
    assert sorted(codes(tmp_path, {"text|contains": "x"}, condition)) == wanted


def test_a_selection_that_nobody_uses_is_refused_with_its_line(tmp_path: Path) -> None:
    [issue] = issues(tmp_path, {"text|contains": "x"}, spare={"text|contains": "y"})
    lines = (tmp_path / "rule.yml").read_text(encoding="utf-8").splitlines()
    assert issue.code == "unused-selection"
    assert lines[issue.line - 1].strip() == "spare:"


def test_a_selection_with_an_underscore_is_meant_by_patterns_with_one_only(tmp_path: Path) -> None:
    [issue] = issues(tmp_path, {"text|contains": "x"}, "1 of *t", _it={"text|contains": "y"})
    assert (issue.code, issue.message) == ("unused-selection", "the condition does not use '_it'")


def test_everything_that_is_wrong_with_a_selection_is_said_at_once(tmp_path: Path) -> None:
    selection = {"txt|containz": "x", "trust": ["usr", "user", "tol"], "text|contains": "fine"}
    wanted = ["unknown-field", "unknown-modifier", "value-unknown", "value-unknown"]
    assert codes(tmp_path, selection) == wanted


def test_problems_stand_on_the_line_of_their_value(tmp_path: Path) -> None:
    [issue] = issues(tmp_path, {"trust": ["user", "tol"]})
    lines = (tmp_path / "rule.yml").read_text(encoding="utf-8").splitlines()
    assert lines[issue.line - 1].strip() == "- tol"
    assert issue.message == "trust: trust is never 'tol'; did you mean 'tool'?"


def test_problems_stand_on_the_line_of_their_field(tmp_path: Path) -> None:
    [issue] = issues(tmp_path, {"text|contains": ["a", "b"], "tool_nam": "x"})
    lines = (tmp_path / "rule.yml").read_text(encoding="utf-8").splitlines()
    assert lines[issue.line - 1].strip() == "tool_nam: x"


def test_selectors_quantify_over_selections() -> None:
    parts = {"a_1": {"text|contains": "one"}, "a_2": {"text|contains": "two"}, "b": {"text|contains": "three"}}
    events = (said("one"), said("one two"), said("three"), said("one two three"))
    assert hit(ruleset({**parts, "condition": "1 of a_* and not b"}), *events) == [0, 1]
    assert hit(ruleset({**parts, "condition": "all of them"}), *events) == [3]
    assert hit(ruleset({**parts, "condition": "not (a_1 or b or a_2)"}), *events, said("four")) == [4]
    assert hit(ruleset({**parts, "condition": "any of them"}), *events) == [0, 1, 2, 3]


def test_a_list_of_mappings_is_an_or_of_ands() -> None:
    either = ruleset({"it": [{"text|contains": "a1", "role": "user"}, {"text|contains": "b1"}], "condition": "it"})
    assert hit(either, said("a1"), said("b1"), said("c1")) == [0, 1]
