"""The rules that are shipped load, hit what their examples say, and keep to the order of the house."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from llmsec_tui.detect import gate
from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.rule import Correlation, Example, Monitor, Rule, RuleSet, proofs
from llmsec_tui.detect.sigma.examples import to_batch
from llmsec_tui.events.model import Trust
from llmsec_tui.events.schema import LEVELS
from llmsec_tui.paths import shipped

THREATS = (
    *("abuse", "agency", "canary", "contamination", "conversation", "flow", "monitors", "poisoning"),
    *("exfiltration", "injection", "intake", "jailbreak", "over_time", "pii"),
    *("prompt_leak", "secrets", "terminal", "tools", "unicode"),
)
BY_THE_OPERATOR = (Trust.SYSTEM, Trust.OPERATOR, Trust.HARNESS)


@pytest.fixture(scope="module")
def folder() -> Path:
    return shipped("rules")


@pytest.fixture(scope="module")
def rules(shipped_rules: RuleSet) -> RuleSet:
    return shipped_rules


def test_every_rule_loads_without_a_complaint(folder: Path) -> None:
    assert [str(issue) for issue in gate.lint([folder])] == []


def test_every_example_of_every_rule_does_what_it_says(rules: RuleSet) -> None:
    assert [str(issue) for issue in gate.test(rules)] == []


def test_there_are_rules_for_every_threat_and_for_no_other(folder: Path) -> None:
    filled = sorted(path.name for path in folder.iterdir() if path.is_dir() and list(path.glob("*.yml")))
    assert filled == sorted(THREATS)
    assert len(list(folder.glob("*/*.yml"))) >= 30


def test_no_two_rules_share_an_id_or_a_title(rules: RuleSet) -> None:
    assert len({rule.id for rule in rules.everything}) == len(rules.everything)
    assert len({rule.title for rule in alerting(rules)}) == len(alerting(rules))


def test_every_rule_has_examples_of_each_kind_and_a_playbook(rules: RuleSet) -> None:
    thin = [
        rule.path.name
        for rule in alerting(rules)
        if min(proofs(rule)) < (2 if isinstance(rule, Rule) else 1) or not 3 <= len(rule.playbook) <= 5
    ]
    assert thin == []


def test_levels_are_worth_their_confidence(rules: RuleSet) -> None:
    """Nobody is woken by a rule that is more often wrong than right."""
    assert [rule.path.name for rule in alerting(rules) if rule.confidence < 0.5 and LEVELS.index(rule.level) > 1] == []
    assert [rule.path.name for rule in alerting(rules) if rule.confidence < 0.85 and rule.level == "critical"] == []


@pytest.mark.parametrize("trust", BY_THE_OPERATOR)
def test_what_the_operator_writes_is_never_an_injection(rules: RuleSet, trust: Trust) -> None:
    """The matching texts of the injection, jailbreak and prompt-leak rules are harmless in a system prompt."""
    about_wording = [rule for rule in rules.rules if rule.path.parent.name in ("injection", "jailbreak", "prompt_leak")]
    assert [rule.path.name for rule in about_wording if _hits(rule, trust)] == []


def alerting(rules: RuleSet) -> list[Rule | Correlation | Monitor]:
    """The rules that people are told of."""
    return [rule for rule in (*rules.rules, *rules.grouped) if rule.alerts]


def _hits(rule: Rule, trust: Trust) -> int:
    said = [Example(replace(example.event, trust=trust), example.line) for example in rule.examples.match]
    return detect(RuleSet((rule,)), to_batch(said)).alerts.height
