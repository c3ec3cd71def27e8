"""Sigma correlations become rules over time, or are refused with all that is wrong with them."""

from pathlib import Path
from typing import Any

import pytest
from tests.detect.sigma.written import base, codes, correlation, number, over_time, read_all

from llmsec_tui.detect.rule import AllRules, Comparison, Correlation, CorrelationType, NoRule

ONE, TWO = base(1, "one"), base(2, "two")


def only(folder: Path, *documents: Any) -> Correlation:
    """The one correlation in these documents, which must be in order."""
    ruleset, issues = read_all(folder, *documents)
    assert issues == []
    [rule] = ruleset.grouped
    assert isinstance(rule, Correlation)
    return rule


def test_a_count_has_all_that_it_says(tmp_path: Path) -> None:
    rule = only(tmp_path, ONE, correlation(3, ["one"], group_by=["user_id", "app"][:1], condition={"gt": 2, "lte": 9}))
    assert rule.type is CorrelationType.EVENT_COUNT
    assert rule.sources == (number(1),)
    assert rule.group_by == ("user_id",)
    assert rule.timespan == 300_000_000
    assert set(rule.limits) == {Comparison(">", 2), Comparison("<=", 9)}
    assert rule.alerts
    assert len(rule.examples.match) == len(rule.examples.no_match) == 1


def test_rules_are_named_by_id_or_name_and_may_be_a_single_text(tmp_path: Path) -> None:
    assert only(tmp_path, ONE, TWO, correlation(3, [number(2), "one"])).sources == (number(2), number(1))
    block = correlation(3, ["one"])
    block["correlation"] |= {"rules": "one", "group-by": "user_id"}
    assert only(tmp_path, ONE, block).sources == (number(1),)


def test_a_correlation_may_stand_before_and_apart_from_what_it_counts(tmp_path: Path) -> None:
    from tests.detect.sigma.written import write_all

    from llmsec_tui.detect.ruleset import load

    write_all(tmp_path / "a.yml", correlation(3, ["one"]))
    write_all(tmp_path / "sub" / "b.yml", ONE)
    assert load([tmp_path]).grouped[0].sources == (number(1),)


def test_temporal_needs_all_rules_unless_it_says_otherwise(tmp_path: Path) -> None:
    assert only(tmp_path, ONE, TWO, correlation(3, ["one", "two"], "temporal")).limits == (Comparison(">=", 2),)
    rule = only(tmp_path, ONE, TWO, correlation(3, ["one", "two"], "temporal_ordered", condition={"gte": 1}))
    assert (rule.type, rule.limits) == (CorrelationType.TEMPORAL_ORDERED, (Comparison(">=", 1),))


def test_an_expression_says_which_rules_and_which_not(tmp_path: Path) -> None:
    listed = only(tmp_path, ONE, TWO, correlation(3, ["two", "one"], "temporal", condition="one and not two"))
    assert (listed.sources, listed.expression) == ((number(2), number(1)), AllRules((1, NoRule(0))))
    unlisted = only(tmp_path, ONE, TWO, correlation(3, None, "temporal", condition="one and not two"))
    assert (unlisted.sources, unlisted.expression) == ((number(1), number(2)), AllRules((0, NoRule(1))))


@pytest.mark.parametrize(
    ("kind", "condition", "fields", "percentile"),
    [
        ("value_count", {"field": "user_id", "gte": 3}, ("user_id",), None),
        ("value_count", {"field": ["user_id", "tool_name"], "gte": 3}, ("user_id", "tool_name"), None),
        ("value_sum", {"field": "cost_usd", "gt": 1.5}, ("cost_usd",), None),
        ("value_avg", {"field": ["output_tokens"], "gt": 100}, ("output_tokens",), None),
        ("value_median", {"field": "duration_ms", "lt": 100}, ("duration_ms",), None),
        ("value_percentile", {"field": "duration_ms", "percentile": 95, "gt": 100}, ("duration_ms",), 95),
    ],
)
def test_values_are_taken_of_fields(
    tmp_path: Path, kind: str, condition: Any, fields: tuple[str, ...], percentile: int | None
) -> None:
    rule = only(tmp_path, ONE, correlation(3, ["one"], kind, condition=condition))
    assert (rule.fields, rule.percentile) == (fields, percentile)


def test_aliases_are_kept_by_the_ids_of_their_rules(tmp_path: Path) -> None:
    block = {"group_by": ["who"], "aliases": {"who": {"one": "user_id", "two": "agent_id"}}}
    rule = only(tmp_path, ONE, TWO, correlation(3, ["one", "two"], "temporal", **block))
    assert rule.group_by == ("who",)
    assert rule.aliases == {"who": {number(1): "user_id", number(2): "agent_id"}}


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"type": "event_cuont"}, ["correlation-type"]),
        ({"type": None}, ["missing-key"]),
        ({"type": ["event_count"]}, ["correlation-type"]),
        ({"rules": ["ome"]}, ["unknown-rule"]),
        ({"rules": []}, ["correlation-rules"]),
        ({"rules": None}, ["missing-key"]),
        ({"rules": {"a": 1}}, ["correlation-rules"]),
        ({"rules": ["one", number(1)]}, ["correlation-rules"]),
        ({"rules": [["one"]]}, ["unknown-rule"]),
        ({"timespan": None}, ["missing-key"]),
        ({"timespan": "1w"}, ["timespan"]),
        ({"timespan": 60}, ["timespan"]),
        ({"timespan": "0s"}, ["timespan"]),
        ({"group_by": ["usr_id"]}, ["unknown-field"]),
        ({"group_by": ["text"]}, ["value-type"]),
        ({"group_by": ["user_id", "user_id"]}, ["group-by"]),
        ({"group_by": {"user_id": 1}}, ["group-by"]),
        ({"group_by": [["user_id"]]}, ["unknown-field"]),
        ({"condition": None}, ["missing-key"]),
        ({"condition": {}}, ["correlation-condition"]),
        ({"condition": {"gte": "3"}}, ["correlation-condition"]),
        ({"condition": {"gte": True}}, ["correlation-condition"]),
        ({"condition": {"gte": 1.5}}, ["correlation-condition"]),
        ({"condition": {"gte": -1}}, ["correlation-condition"]),
        ({"condition": {"gte": 3, "lt": 3}}, ["correlation-condition"]),
        ({"condition": {"lt": 0}}, ["correlation-condition"]),
        ({"condition": {"gte": 0}}, ["correlation-condition"]),
        ({"condition": {"gte": 3, "field": "user_id"}}, ["unknown-key"]),
        ({"condition": {"gtee": 3, "gte": 3}}, ["unknown-key"]),
        ({"condition": "one and not two"}, ["correlation-condition"]),
        ({"condition": ["one"]}, ["correlation-condition"]),
        ({"generate": "yes"}, ["generate"]),
        ({"windoww": "sliding"}, ["unknown-key"]),
        ({"aliases": ["who"]}, ["aliases"]),
        ({"aliases": {"who": "user_id"}, "group_by": ["who"]}, ["aliases"]),
        ({"aliases": {"who": {"one": "user_id"}}}, ["aliases"]),
        ({"aliases": {"who": {"one": "usr"}}, "group_by": ["who"]}, ["unknown-field"]),
        ({"aliases": {"who": {"two": "user_id"}}, "group_by": ["who"]}, ["aliases", "aliases"]),
        ({"aliases": {"user_id": {"one": "agent_id"}}}, ["aliases"]),
    ],
)
def test_blocks_that_make_no_sense_are_refused(tmp_path: Path, changes: dict[str, Any], wanted: list[str]) -> None:
    whole = correlation(3, ["one"])
    changed = whole["correlation"] | {key.replace("_", "-"): value for key, value in changes.items()}
    whole["correlation"] = {key: value for key, value in changed.items() if value is not None}
    # The other one sees to it that the rule is counted in any case.
    assert codes(tmp_path, ONE, correlation(4, ["one"]), whole) == wanted


@pytest.mark.parametrize(
    ("kind", "condition", "wanted"),
    [
        ("value_count", {"gte": 3}, "missing-key"),
        ("value_count", {"gte": 3, "field": ["user_id", "user_id"]}, "correlation-field"),
        ("value_count", {"gte": 3, "field": []}, "correlation-field"),
        ("value_count", {"gte": 3, "field": "usr"}, "unknown-field"),
        ("value_count", {"gte": 3, "field": "text.raw"}, "value-type"),
        ("value_sum", {"gte": 3, "field": "user_id"}, "value-type"),
        ("value_avg", {"gte": 3, "field": ["cost_usd", "duration_ms"]}, "correlation-field"),
        ("value_sum", {"gt": 3, "lt": 3, "field": "cost_usd"}, "correlation-condition"),
        ("value_percentile", {"gte": 3, "field": "cost_usd"}, "missing-key"),
        ("value_percentile", {"gte": 3, "field": "cost_usd", "percentile": 101}, "percentile"),
        ("value_percentile", {"gte": 3, "field": "cost_usd", "percentile": True}, "percentile"),
        ("value_sum", {"gte": 3, "field": "cost_usd", "percentile": 5}, "unknown-key"),
        ("temporal", {"gte": 3}, "correlation-condition"),
        ("temporal", {"lte": 2}, "correlation-condition"),
        ("temporal", "one and", "correlation-condition"),
        ("temporal_ordered", "one and two", "correlation-condition"),
        ("temporal_ordered", {"lt": 2}, "correlation-condition"),
        ("temporal", "not one and not two", "correlation-condition"),
        ("temporal", "one or not two", "correlation-condition"),
        ("temporal", "one", "correlation-rules"),
        ("temporal", "one and two and three", "unknown-rule"),
    ],
)
def test_conditions_that_make_no_sense_are_refused(tmp_path: Path, kind: str, condition: Any, wanted: str) -> None:
    rules = ["one", "two"] if kind.startswith("temporal") else ["one"]
    whole = correlation(3, rules, kind, condition=condition)
    assert codes(tmp_path, *([ONE, TWO] if len(rules) > 1 else [ONE]), whole) == [wanted]


def test_names_that_nearly_exist_are_offered(tmp_path: Path) -> None:
    _, issues = read_all(tmp_path, base(1, "failed_login"), correlation(3, ["faild_login"]))
    said = "\n".join(map(str, issues))
    assert "did you mean 'failed_login'?" in said


def test_a_filter_is_not_counted(tmp_path: Path) -> None:
    hides = {"rules": [number(1)], "it": {"user_id": "me"}, "condition": "not it"}
    given = {"title": "Not me", "id": number(9), "logsource": {"product": "llm"}, "filter": hides}
    assert codes(tmp_path, ONE, given, correlation(3, ["one", number(9)])) == ["unknown-rule"]


def test_what_is_only_counted_needs_neither_level_nor_examples_and_does_not_alert(tmp_path: Path) -> None:
    ruleset, issues = read_all(tmp_path, ONE, correlation(3, ["one"]))
    assert issues == []
    assert [(rule.id, rule.alerts) for rule in ruleset.rules] == [(number(1), False)]
    assert ruleset.counted == {number(1)}


def test_generate_lets_rules_alert_that_are_counted(tmp_path: Path) -> None:
    whole = {**ONE, **{key: value for key, value in over_time(1).items() if key not in ONE}}
    examples = {"match": [{"text": "word1"}], "no_match": [{"text": "no"}]}
    whole["llmsec"] = whole["llmsec"] | {"examples": examples}
    quiet = correlation(3, ["one"])
    for loud in (correlation(4, ["one"], generate=True), {**correlation(4, ["one"]), "generate": True}):
        assert not read_all(tmp_path, whole, quiet)[0].rules[0].alerts
        ruleset, issues = read_all(tmp_path, whole, quiet, loud)
        assert issues == []
        assert ruleset.rules[0].alerts


def test_a_rule_that_nobody_counts_needs_all_its_keys(tmp_path: Path) -> None:
    assert set(codes(tmp_path, ONE)) == {"missing-key"}


def test_hits_of_the_rules_are_counted_by_event_and_change_the_version(tmp_path: Path) -> None:
    before = only(tmp_path, ONE, correlation(3, ["one"])).version
    assert only(tmp_path, ONE, correlation(3, ["one"])).version == before
    changed = base(1, "one", text__contains="another word")
    assert only(tmp_path, changed, correlation(3, ["one"])).version != before
