"""A hand-over says what the next shift has to know, and nothing in it is more than text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.incidents.lives import Life, lives
from tests.incidents.parts import HOUR, MINUTE, NOW, after, ended, in_state, opened, rehearsal

from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.changes import Change, IncidentEvent
from llmsec_tui.incidents.handover import in_order, lasting, report
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.states import RunState, State

HOSTILE = "<img src=x onerror=alert(1)> [click](javascript:x) `code` ![i](http://e) \x1b[2J\u202e\n# head"


def event(incident: Incident, change: Change, at: int = NOW, actor: str = "alice") -> IncidentEvent:
    return IncidentEvent(incident_id=incident.incident_id, seq=99, at=at, actor=actor, change=change)


def test_a_quiet_desk_hands_over_in_a_sentence() -> None:
    """Nothing is invented."""
    assert report([], [], NOW) == "# Hand-over, 2026-05-28 20:26 UTC\n\nNothing is open.\n"
    assert "Of `bob`: nothing is open." in report([], [], NOW, user="bob")


def test_it_says_by_owner_what_is_open_and_what_is_left_to_do() -> None:
    """What nobody owns comes first."""
    mine = after(in_state(State.CONTAINED, 1), c.Noted(note="hm"), at=NOW + MINUTE)
    note = event(mine, c.Noted(note="key revoked, waiting for the audit log"), NOW + MINUTE)
    text = report([mine, opened(2, tasks=["Look"])], [note], NOW + 2 * MINUTE)
    lines = text.splitlines()
    assert "2 incidents open (2 high); 1 without an owner." in lines
    assert lines.index("## (nobody): 1 incident") < lines.index("## `alice`: 1 incident")
    assert "### INC-1 · high · contained" in lines
    assert "- clock resolve: 7 h 58 min left" in lines
    assert "- clock gdpr: 2 d 23 h left" in lines
    assert "- to do 1: `Look`" in lines
    assert "- `alice`, 2026-05-28 20:27 UTC: `key revoked, waiting for the audit log`" in lines


def test_the_steps_of_what_nobody_began_on_are_only_counted() -> None:
    """And of many that are left the first are quoted."""
    steps = [f"step {number}" for number in range(9)]
    new = opened(1, tasks=steps)
    assert "- to do: 9 of its 9 steps" in report([new], [], NOW)
    begun = report([after(new, c.Acknowledged(owner="alice"), c.TaskDone(task=1))], [], NOW)
    assert [line for line in begun.splitlines() if line.startswith("- to do")] == [
        *(f"- to do {number}: `step {number - 1}`" for number in range(2, 7)),
        "- to do: 3 more of its 9 steps",
    ]


def test_it_says_what_waits_for_whom() -> None:
    """With the reason that was given."""
    held = in_state(State.PENDING)
    hold = event(held, c.Moved(act="hold", state=State.PENDING, note="vendor sends logs"))
    text = report([held], [hold], NOW + 3 * HOUR)
    assert "## What waits for somebody outside" in text
    assert "- INC-1 (`alice`), for 3 h 0 min: `vendor sends logs`" in text
    assert "- clock resolve: stands still, 8 h 0 min left" in text


def test_it_says_what_broke() -> None:
    """Remedies, messages that did not arrive, and the collector itself; not what broke the week before."""
    broken = after(in_state(State.ACKNOWLEDGED), rehearsal(2), ended(2, RunState.FAILED))
    lost = event(broken, c.AcknowledgementTimedOut(owner="carol"))
    untold = event(broken, c.Told(channel="chat", about="opened", delivered=False, why="503 for an hour"))
    text = report([broken], [lost, untold], NOW, problems=["The disk is full."])
    assert [line for line in text.splitlines() if line.startswith("- INC-1: ") or "disk" in line] == [
        "- `The disk is full.`",
        "- INC-1: the rehearsal of `block` failed: `It went well.`",
        "- INC-1: `carol` took it and did not go on; it is nobody's again",
        "- INC-1: `chat` could not be told (opened): `503 for an hour`",
    ]
    assert "What broke" not in report([broken], [lost, untold], NOW + 100 * HOUR)


def test_missed_clocks_come_first_then_the_level() -> None:
    """And then what is due next."""
    late, fresh = opened(1, at=NOW - 20 * MINUTE), opened(2, level="critical")
    low = opened(3, level="low")
    assert [one.incident_id for one in in_order([low, fresh, late], NOW)] == ["INC-1", "INC-2", "INC-3"]
    assert "- clock acknowledge: missed 5 min ago" in report([late], [], NOW)


def test_it_says_when_it_is_not_all() -> None:
    """A report that looks whole and is not would be worse than none."""
    assert "There are 7 more, opened earlier, that are not in this report." in report([opened()], [], NOW, total=8)


@pytest.mark.parametrize(
    ("span", "said"),
    [(0, "0 min"), (59 * MINUTE, "59 min"), (-HOUR, "1 h 0 min"), (49 * HOUR, "2 d 1 h"), (90 * MINUTE, "1 h 30 min")],
)
def test_spans_are_told_in_two_units(span: int, said: str) -> None:
    """Never in seconds: nobody hands those over."""
    assert lasting(span) == said


def test_a_hostile_title_or_note_stays_a_text() -> None:
    """No picture, link, heading, HTML or control character comes of it."""
    incident = after(opened(title=HOSTILE), c.Acknowledged(owner=HOSTILE), c.Noted(note=HOSTILE))
    text = report([incident], [event(incident, c.Noted(note=HOSTILE), actor=HOSTILE)], NOW, problems=[HOSTILE])
    html = MarkdownIt("commonmark", {"html": True}).render(text)
    assert "<img" not in html
    assert "<a " not in html
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert html.count("<h1>") == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(lives(), max_size=3, unique_by=lambda life: life.incident.number))
def test_any_incidents_can_be_handed_over(told: list[Life]) -> None:
    """Each has its paragraph."""
    ordered = sorted(told, key=lambda life: life.incident.number)
    events = [event for life in ordered for event in life.events]
    text = report([life.incident for life in ordered], events, max((life.now for life in told), default=NOW))
    for life in told:
        assert text.count(f"### {life.incident.incident_id} ") == 1
