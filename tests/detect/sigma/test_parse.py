"""The detection block: what cannot be evaluated exactly is refused, and never read as something else."""

from pathlib import Path
from typing import Any

import pytest
from tests.detect.parts import body, hit, rule, ruleset, said, write

from llmsec_tui.detect.ruleset import read
from llmsec_tui.errors import RuleIssue
from llmsec_tui.events.model import Kind


def issues(folder: Path, selection: Any, condition: Any = "it", **more: Any) -> list[RuleIssue]:
    """The issues of a rule with this selection."""
    return read([write(folder / "rule.yml", body({"it": selection, **more, "condition": condition}))])[1]


def codes(folder: Path, selection: Any, condition: Any = "it", **more: Any) -> list[str]:
    """Their codes."""
    return [issue.code for issue in issues(folder, selection, condition, **more)]


@pytest.mark.parametrize(
    ("selection", "code"),
    [
        ({"messages[any]": "x"}, "array-field"),
        ({"txt": "x"}, "unknown-field"),
        ({"text|utf16le|contains": "x"}, "unknown-modifier"),
        ({"tool_name|expand": "%tools%"}, "placeholder"),
        ({"tool_name": "%allowed_tools%"}, "placeholder"),
        ({"source_ip|hour": 5}, "unsupported-modifier"),
        ({"text|re|contains": "x"}, "unsupported-modifier"),
        ({"text|base64": "secret"}, "unsupported-modifier"),
        ({"text|re": "(?=x)y"}, "pattern"),
        ({"text|re": "(x"}, "pattern"),
        ({"text|re": 5}, "value"),
        ({"text|contains": []}, "value"),
        ({"text|contains": [["a"]]}, "value"),
        ({"text": ""}, "empty-literal"),
        ({"tool_name|contains": ""}, "empty-literal"),
        ({"text|re": ""}, "empty-literal"),
        ({"text|contains": "\u200b"}, "empty-literal"),
        ({"text.folded|contains|cased": "Secret"}, "cased-folded"),
        ({"text|gt": 5}, "value-type"),
        ({"text": 5}, "value-type"),
        ({"cost_usd|contains": "5"}, "value-type"),
        ({"cost_usd": "5"}, "value-type"),
        ({"tool_is_error": "true"}, "value-type"),
        ({"tool_name": True}, "value-type"),
        ({"tool_name|gt": 5}, "value-type"),
        ({"source_ip|cidr": "10.0.0.0/99"}, "value"),
        ({"trust": "usr"}, "value-unknown"),
        ({"kind": "Mesage"}, "value-unknown"),
        ({"request_model|fieldref": "response_modle"}, "unknown-field"),
        ({"request_model|fieldref": "cost_usd"}, "value-type"),
        ({"text|fieldref": "tool_name"}, "value-type"),
        (["just a word"], "selection"),
        ("just a word", "selection"),
        ({}, "selection"),
        ([], "selection"),
        ({"|contains": "x"}, "keyword"),
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
        (["it"], ["condition"]),
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


def test_problems_stand_on_the_line_of_their_field(tmp_path: Path) -> None:
    [issue] = issues(tmp_path, {"text|contains": ["a", "b"], "tool_nam": "x"})
    lines = (tmp_path / "rule.yml").read_text(encoding="utf-8").splitlines()
    assert lines[issue.line - 1].strip() == "tool_nam: x"


def test_comparing_fields_keeps_its_contains_startswith_and_endswith() -> None:
    """pySigma passes these on as flags; a backend that overlooks them silently compares for equality."""
    whole = said(None, kind=Kind.LLM_CALL, request_model="gpt-5", response_model="GPT-5")
    longer = said(None, kind=Kind.LLM_CALL, request_model="gpt-5-mini", response_model="gpt-5")
    ending = said(None, kind=Kind.LLM_CALL, request_model="azure/gpt-5", response_model="gpt-5")
    inside = said(None, kind=Kind.LLM_CALL, request_model="azure/gpt-5-mini", response_model="gpt-5")
    absent = said(None, kind=Kind.LLM_CALL, request_model="gpt-5")
    events = (whole, longer, ending, inside, absent)
    assert hit(rule(request_model__fieldref="response_model"), *events) == [0]
    assert hit(rule(request_model__fieldref__startswith="response_model"), *events) == [0, 1]
    assert hit(rule(request_model__fieldref__endswith="response_model"), *events) == [0, 2]
    assert hit(rule(request_model__fieldref__contains="response_model"), *events) == [0, 1, 2, 3]
    assert hit(rule(request_model__fieldref__neq="response_model"), *events) == [1, 2, 3, 4]


def test_encoded_values_are_compared_with_their_case() -> None:
    """Base64 is data: folding its case would match other data."""
    encoded = rule(text__base64offset__contains="drop table")
    assert hit(encoded, said("x ZHJvcCB0YWJsZQ== y"), said("x zhjvcCB0YWJsZQ== y")) == [0]
    wide = rule(text__wide__base64offset__contains="ping")
    assert hit(wide, said("cABpAG4AZwA="), said("CABPAG4AZWA=")) == [0]


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
