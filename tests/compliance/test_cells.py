"""Which items count, and that none does without evidence."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.compliance.periods import DAY, HOUR, INCIDENT, INJECTION, JOURNAL, SECRETS, START, facts

from llmsec_tui.compliance.cells import Cell, Standing, columns
from llmsec_tui.compliance.facts import ActFacts, Facts, RuleFacts, Span


def cell(of: Facts, number: str) -> Cell:
    return next(cell for column in columns(of) for cell in column.cells if cell.number == number)


def test_what_fired_in_the_period_is_seen() -> None:
    assert cell(facts(), "LLM01").standing is Standing.SEEN
    assert "3 alerts of 1 rule" in cell(facts(), "LLM01").why


def test_what_did_not_fire_is_tested_when_its_examples_did() -> None:
    assert cell(facts(), "LLM02").standing is Standing.TESTED


@pytest.mark.parametrize("rule", [replace(SECRETS, off=True), replace(SECRETS, fires=False)])
def test_a_rule_that_is_off_or_fails_its_examples_is_no_evidence(rule: RuleFacts) -> None:
    assert cell(facts(rules=(INJECTION, rule)), "LLM02").standing is Standing.NONE


def test_what_no_rule_is_about_says_so() -> None:
    assert cell(facts(), "LLM09") == Cell("LLM09", "Misinformation", Standing.NONE, "No rule is about it.")


def test_techniques_are_those_that_rules_name_as_atlas_writes_them() -> None:
    atlas = next(column for column in columns(facts()) if column.name == "MITRE ATLAS")
    assert [cell.number for cell in atlas.cells] == ["AML.T0051.000", "AML.T0057"]


def test_nothing_was_recorded_automatically_when_there_were_no_events() -> None:
    assert cell(facts(sources=()), "Art. 12(1)").standing is Standing.NONE


def test_half_a_day_without_a_collector_is_not_continuous_monitoring() -> None:
    half = facts(watched=(Span(start=DAY.start, end=DAY.start + 12 * HOUR),))
    assert cell(half, "Art. 26(5)").standing is Standing.NONE
    assert "50.0%" in cell(half, "Art. 26(5)").why
    assert cell(facts(), "Art. 26(5)").standing is Standing.SEEN


def test_a_journal_that_does_not_verify_is_no_evidence_of_oversight() -> None:
    broken = facts(journal=replace(JOURNAL, ok=False, verdict="broken at record 12"))
    assert cell(broken, "Art. 14").standing is Standing.NONE
    assert "broken at record 12" in cell(broken, "Art. 14").why


def test_logs_count_as_kept_for_half_a_year_only_when_they_are_that_old() -> None:
    assert cell(facts(), "Art. 26(6)").standing is Standing.NONE
    old = facts(oldest_event_at=START - 200 * 24 * HOUR)
    assert cell(old, "Art. 26(6)").standing is Standing.SEEN


def test_an_incident_is_dealt_with_when_it_is_closed_and_somebody_was_told() -> None:
    assert cell(facts(), "Art. 73").standing is Standing.NONE
    told = facts(acts=(ActFacts(action="incidents.export", result="done", n=1, people=("ann",)),))
    assert cell(told, "Art. 73").standing is Standing.SEEN
    refused = facts(acts=(ActFacts(action="incidents.export", result="refused", n=1, people=("ann",)),))
    assert cell(refused, "Art. 73").standing is Standing.NONE


def test_an_open_incident_without_an_owner_is_not_tracked() -> None:
    lost = replace(INCIDENT, closed_at=None, owner="", state="new")
    assert "1 open incident without an owner." in cell(facts(incidents=(lost,)), "MANAGE 4.3").why


@given(st.sets(st.sampled_from(["watched", "sources", "rules", "incidents", "acts", "roles"])))
def test_taking_facts_away_never_adds_evidence(gone: set[str]) -> None:
    less = facts(**{name: {} if name == "roles" else () for name in gone})
    before = {
        (column.name, c.number) for column in columns(facts()) for c in column.cells if c.standing != Standing.NONE
    }
    after = {(column.name, c.number) for column in columns(less) for c in column.cells if c.standing != Standing.NONE}
    assert after <= before


def test_an_empty_period_has_no_evidence_at_all() -> None:
    nothing = facts(
        watched=(), sources=(), rules=(), incidents=(), acts=(), roles={}, alerts={}, oldest_event_at=None,
        journal=replace(JOURNAL, ok=False, records=0),
    )  # fmt: skip
    assert [column.with_evidence for column in columns(nothing)] == [0, 0, 0, 0, 0]
