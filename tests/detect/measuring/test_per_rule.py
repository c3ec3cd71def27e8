"""How right each rule is on labelled texts."""

from dataclasses import replace

from tests.detect.parts import rule

from llmsec_tui.detect.families import Task
from llmsec_tui.detect.measuring.per_rule import Judged, Measured, per_rule
from llmsec_tui.detect.rule import Rule

OVERRIDE = replace(rule(text="x"), id="override", category="injection", tags=(), level="high")
CARD = replace(OVERRIDE, id="card", category="pii")
SHELL = replace(OVERRIDE, id="shell", category="tools")


def measured(judged: list[Judged], *rules: Rule) -> dict[str, Measured]:
    return {one.rule.id: one for one in per_rule(rules, judged)}


def test_a_rule_is_measured_on_the_texts_of_its_own_tasks_and_on_all_if_it_has_none() -> None:
    judged = [
        Judged(Task.INJECTION, True, ["override", "shell"]),
        Judged(Task.INJECTION, False, ["card", "shell"]),
        Judged(Task.PII, True, ["card", "card"]),
        Judged(Task.PII, False, []),
    ]
    found = measured(judged, OVERRIDE, CARD, SHELL)
    assert (found["override"].counts.true_positives, found["override"].counts.attacks) == (1, 1)
    # What is no injection may well hold a card number.
    assert (found["card"].counts.true_positives, found["card"].counts.false_positives) == (1, 0)
    assert (found["shell"].counts.attacks, found["shell"].counts.benign) == (2, 2)


def test_a_rule_that_hits_more_benign_texts_than_attacks_is_mostly_wrong_unless_it_only_informs() -> None:
    judged = [Judged(Task.INJECTION, is_attack, ["override", "note"]) for is_attack in (True, False, False)]
    found = measured(judged, OVERRIDE, replace(OVERRIDE, id="note", level="informational"))
    assert found["override"].is_mostly_wrong
    assert not found["note"].is_mostly_wrong
    even = measured(judged[:2], OVERRIDE)
    assert not even["override"].is_mostly_wrong


def test_those_that_are_wrong_most_often_come_first() -> None:
    judged = [Judged(Task.INJECTION, False, ["override"]), Judged(Task.INJECTION, True, ["quiet"])]
    assert list(measured(judged, replace(OVERRIDE, id="quiet"), OVERRIDE)) == ["override", "quiet"]
