"""Sigma's global filters."""

from pathlib import Path
from typing import Any

import pytest
from tests.detect.parts import body, hit, said
from tests.detect.sigma.written import base, codes, correlation, monitor, number, read_all

from llmsec_tui.detect.tree import leaves


def rule(n: int, category: str = "injection") -> dict[str, Any]:
    """A rule that hits texts with its own word."""
    return body(
        {"it": {"text|contains": f"word{n}"}, "condition": "it"},
        id=number(n),
        title=f"Rule {n}",
        name=f"rule_{n}",
        logsource={"product": "llm", "category": category},
    )


def hiding(rules: Any, condition: str = "not selection", **logsource: str) -> dict[str, Any]:
    """A filter for these rules."""
    return {
        "title": "Our own tests",
        "id": number(90),
        "logsource": {"product": "llm", **logsource},
        "filter": {"rules": rules, "selection": {"user_id|startswith": "test_"}, "condition": condition},
    }


TESTER, OTHER = said("word1 word2", user_id="test_1"), said("word1 word2", user_id="ann")


@pytest.mark.parametrize("rules", ["any", [number(1)], ["rule_1"], "rule_1"])
def test_a_filter_is_one_more_condition_of_the_rules_it_names(tmp_path: Path, rules: Any) -> None:
    ruleset, issues = read_all(tmp_path, rule(1), hiding(rules))
    assert issues == []
    assert hit(ruleset, TESTER, OTHER) == [1]


def test_the_condition_is_added_as_it_is(tmp_path: Path) -> None:
    ruleset, _ = read_all(tmp_path, rule(1), hiding("any", "selection"))
    assert hit(ruleset, TESTER, OTHER) == [0]


def test_rules_that_are_not_named_or_not_of_the_log_source_stay_as_they_are(tmp_path: Path) -> None:
    ruleset, issues = read_all(tmp_path, rule(1), rule(2), hiding(["rule_1"]))
    assert issues == []
    assert hit(ruleset, TESTER) == [0]
    ruleset, issues = read_all(tmp_path, rule(1), rule(2, "secrets"), hiding("any", category="secrets"))
    assert issues == []
    assert [alert.id for alert in ruleset.rules if hit(alert, TESTER)] == [number(1)]


def test_several_filters_all_hold_and_explanations_tell_them_apart(tmp_path: Path) -> None:
    second = hiding("any") | {"id": number(91), "title": "Staging"}
    second["filter"] = {"rules": "any", "env": {"environment": "staging"}, "condition": "not env"}
    ruleset, issues = read_all(tmp_path, rule(1), hiding("any"), second)
    assert issues == []
    staged = said("word1", environment="staging")
    assert hit(ruleset, TESTER, OTHER, staged) == [1]
    names = {leaf.selection for leaf in leaves(ruleset.rules[0].compiled.tree)}
    assert names == {"it", "Our own tests: selection", "Staging: env"}


def test_what_monitors_and_correlations_count_is_filtered(tmp_path: Path) -> None:
    given = [base(1, "one"), correlation(3, ["one"]), monitor(4, type="rate", threshold=5)]
    plain, _ = read_all(tmp_path, *given)
    ruleset, issues = read_all(tmp_path, *given, hiding("any"))
    assert issues == []
    for before, after in zip(plain.rules, ruleset.rules, strict=True):
        assert len(list(leaves(after.compiled.tree))) == len(list(leaves(before.compiled.tree))) + 1
    assert {rule.version for rule in plain.grouped}.isdisjoint(rule.version for rule in ruleset.grouped)


def test_a_changed_filter_is_a_changed_rule(tmp_path: Path) -> None:
    without, _ = read_all(tmp_path, rule(1), rule(2))
    some, _ = read_all(tmp_path, rule(1), rule(2), hiding(["rule_1"]))
    other, _ = read_all(tmp_path, rule(1), rule(2), hiding(["rule_1"], "not 1 of sel*"))
    versions = [[rule.version for rule in ruleset.rules] for ruleset in (without, some, other)]
    assert len({first for first, _ in versions}) == 3
    assert len({second for _, second in versions}) == 1


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"rules": ["rule_9"]}, ["unknown-rule"]),
        ({"rules": []}, ["filter-rules"]),
        ({"rules": {"a": 1}}, ["filter-rules"]),
        ({"rules": [["rule_1"]]}, ["unknown-rule"]),
        ({"rules": [number(3)]}, ["filter-rules"]),
        ({"condition": "not sel"}, ["undefined-selection", "unused-selection"]),
        ({"condition": ["not"]}, ["condition"]),
        ({"spare": {"user_id": "x"}}, ["unused-selection"]),
        ({"selection": {"usr": "x"}}, ["unknown-field"]),
    ],
)
def test_filters_that_make_no_sense_are_refused(tmp_path: Path, changes: dict[str, Any], wanted: list[str]) -> None:
    given = hiding("any")
    given["filter"] |= changes
    found = codes(tmp_path, rule(1), base(2, "two"), correlation(3, ["two"]), given)
    assert sorted(found) == wanted


def test_a_filter_needs_a_log_source_and_has_no_level(tmp_path: Path) -> None:
    given = hiding("any") | {"level": "low", "status": "test"}
    del given["logsource"]
    assert set(codes(tmp_path, rule(1), given)) == {"missing-key", "unknown-key", "filter"}
    assert codes(tmp_path, rule(1), hiding("any") | {"filter": ["x"]}) == ["filter"]


def test_a_rule_outside_the_log_source_of_its_filter_is_told(tmp_path: Path) -> None:
    """Sigma would pass it over in silence."""
    assert codes(tmp_path, rule(1, "secrets"), hiding(["rule_1"], category="injection")) == ["filter-logsource"]
