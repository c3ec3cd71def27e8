"""The report for people and for programs."""

import json
from dataclasses import replace

import pytest
from tests.compliance.periods import DAY, HOUR, INCIDENT, INJECTION, JOURNAL, SILENCE, facts

from llmsec_tui.compliance.blind_spots import blind_spots
from llmsec_tui.compliance.facts import SourceFacts, Span
from llmsec_tui.compliance.form import Form
from llmsec_tui.compliance.report import report, written

HOSTILE = "x` | <script>alert(1)</script> [a](http://e.example) \x1b]0;owned\x07 \u202etxt"


def test_what_was_not_watched_is_named_with_its_times() -> None:
    watched = (Span(start=DAY.start, end=DAY.start + HOUR), Span(start=DAY.start + 3 * HOUR, end=DAY.end))
    [gap, *_] = blind_spots(facts(watched=watched))
    assert gap.startswith("No collector ran for 2h of the period")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "10 of 100 contents could not be judged as a whole: the application was told not to log it."),
        ({"dead_letters": {"no JSON": 4}}, "4 pieces of logs could not be read"),
        ({"unknown": {"custom/blob": 7}}, "`custom/blob` (7)"),
        ({"notices": {"gap": 2}}, "2 times: stretches missing in a log."),
        ({"rules": (replace(INJECTION, off=True),)}, "Rules that are off: `Instruction override`."),
        ({"silences": (SILENCE,)}, "hid 12 alerts: `load test`."),
        ({"hidden": {"repeat": 5}}, "5 alerts were stored and not shown (`repeat`)."),
        ({"journal": replace(JOURNAL, sealed_seq=30)}, "10 records of acts are under no signature"),
        ({"journal": replace(JOURNAL, anchored_seq=0)}, "anchored nowhere outside"),
        ({"sources": ()}, "No log had an event in the period."),
    ],
)
def test_everything_that_could_not_be_seen_is_said(change: dict[str, object], said: str) -> None:
    assert any(said in line for line in blind_spots(facts(**change)))


def test_no_report_is_without_what_it_cannot_know() -> None:
    assert "No alert is no proof that nothing happened." in blind_spots(facts())[-1]


def test_what_was_not_visible_comes_first() -> None:
    text = written(report(facts()), Form.MARKDOWN).decode()
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    assert heads[0] == "## What was not visible"
    assert len(heads) == 7


def test_equal_facts_give_equal_bytes() -> None:
    for form in Form:
        assert written(report(facts()), form) == written(report(facts()), form)


def test_the_json_holds_the_facts_and_the_cells() -> None:
    made = json.loads(written(report(facts()), Form.JSON))
    assert made["facts"]["journal"]["records"] == 40
    assert {column["name"] for column in made["columns"]} >= {"NIST AI RMF", "EU AI Act"}


@pytest.mark.parametrize("form", [Form.MARKDOWN, Form.HTML])
def test_nothing_from_a_log_is_markup_in_a_report(form: Form) -> None:
    source = SourceFacts(path=HOSTILE, format=HOSTILE, events=1, contents={"present": 1})
    hostile = facts(
        sources=(source,),
        unknown={HOSTILE: 1},
        dead_letters={HOSTILE: 1},
        incidents=(replace(INCIDENT, title=HOSTILE),),
        rules=(replace(INJECTION, title=HOSTILE),),
        silences=(replace(SILENCE, reason=HOSTILE),),
    )
    text = written(report(hostile), form).decode()
    assert "\x1b" not in text
    assert "\u202e" not in text
    if form is Form.HTML:
        assert "<script" not in text
        assert "<a " not in text
    else:
        rows = [line for line in text.splitlines() if line.startswith("| ") and "INC-1" in line]
        assert [row.count("|") for row in rows] == [9]
