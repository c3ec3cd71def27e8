"""What a rule costs is counted in work, the same on every machine, and a dear one is refused by the gate."""

from pathlib import Path

from tests.detect.parts import body, ruleset, write

from llmsec_tui.detect.cost import costs, too_dear
from llmsec_tui.detect.gate import examine
from llmsec_tui.detect.rule import RuleSet

ADDRESS = r"[a-z0-9._-]+ ?(?:at|on) ?[a-z0-9-]{2,} ?(?:dot)? ?[a-z]{2,}"


def one(**selection: object) -> RuleSet:
    return ruleset({"it": {name.replace("__", "|"): value for name, value in selection.items()}, "condition": "it"})


def test_a_pattern_that_needs_nothing_is_run_over_everything() -> None:
    [cost] = costs(one(text__re=ADDRESS))
    assert cost.share == 1
    assert cost.cost > 1


def test_a_string_beside_the_pattern_keeps_it_from_most_texts() -> None:
    [cost] = costs(one(text__re=ADDRESS, text__contains="zanzibar"))
    assert cost.share == cost.cost == 0


def test_a_rule_of_plain_strings_runs_no_pattern() -> None:
    [cost] = costs(one(text__contains=["the", "of"]))
    assert cost.cost == 0


def test_a_larger_pattern_costs_more() -> None:
    [small], [large] = costs(one(text__re="[a-z]{3} ?[0-9]")), costs(one(text__re="[a-z]{3} ?[0-9]{2,90}"))
    assert large.cost > small.cost


def test_the_dearest_comes_first_and_the_same_every_time(shipped_rules: RuleSet) -> None:
    found = costs(shipped_rules)
    assert [cost.cost for cost in found] == sorted((cost.cost for cost in found), reverse=True)
    assert found == costs(shipped_rules)


def test_no_rule_that_is_shipped_is_dear(shipped_rules: RuleSet) -> None:
    assert list(too_dear(shipped_rules)) == []


def test_the_gate_names_a_dear_rule(tmp_path: Path) -> None:
    write(tmp_path / "dear.yml", body({"it": {"text|re": ADDRESS}, "condition": "it"}))
    found = [issue for issue in examine([tmp_path]).issues if issue.code == "too-dear"]
    assert [issue.path for issue in found] == [str(tmp_path / "dear.yml")]
    assert "100% of ordinary text" in found[0].message


def test_no_rules_cost_nothing() -> None:
    assert costs(RuleSet(())) == []
