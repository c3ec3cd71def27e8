"""An incident is what its events add up to."""

from dataclasses import replace
from typing import get_args

import msgspec
import pytest
from tests.incidents.parts import DUTY, HOUR, LIMITS, MINUTE, NOW, after, ended, in_state, opened, pin, rehearsal, share

from llmsec_tui.errors import StoreError
from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.changes import Change, IncidentEvent, Limit, NewTask, Share
from llmsec_tui.incidents.fold import apply, begin, counted, record, replay
from llmsec_tui.incidents.incident import Clock, Incident
from llmsec_tui.incidents.naming import deed, history, kind, moment
from llmsec_tui.incidents.share import highest, minus, plus
from llmsec_tui.incidents.states import Disposition, RunState, State, TaskState

_EVERY: list[Change] = [
    c.AlertsJoined(share=share("a9")),
    c.AlertsWithdrawn(share=share("a11")),
    c.Acknowledged(owner="alice"),
    c.AcknowledgementTimedOut(owner="alice"),
    c.TakenOver(owner="bob", before="alice", note="shift"),
    c.Assigned(owner="bob", before="alice"),
    c.HandedOver(owner="bob", before="alice"),
    c.Moved(act="investigate", state=State.INVESTIGATING),
    c.Closed(disposition=Disposition.TEST, note="drill"),
    c.Reopened(owner="bob", note="again", limits=LIMITS),
    c.MergedInto(into="INC-2"),
    c.Absorbed(incident="INC-2", share=share("b1")),
    c.Unmerged(from_="INC-2", share=share("a11")),
    c.GaveBack(incident="INC-2", share=share("a11")),
    c.SplitOff(into="INC-3", share=share("a11")),
    c.Linked(to="INC-2"),
    c.Unlinked(to="INC-9"),
    c.LevelSet(level="critical", note="worse", limits=LIMITS),
    c.Retitled(title="Leak"),
    c.Watched(watcher="bob"),
    c.Unwatched(watcher="carol"),
    c.Noted(note="hm"),
    c.Marked(when=NOW, text="deploy"),
    pin("e2", 2),
    c.Unpinned(pin=1, note="wrong"),
    c.PinsChecked(results={"1": "changed"}),
    c.TaskAdded(task=NewTask(task=3, text="Call")),
    c.TaskDone(task=1),
    c.TaskWaived(task=1, note="no"),
    c.TaskReopened(task=2),
    rehearsal(2),
    ended(1, RunState.FAILED),
    c.DutyStarted(limit=Limit(clock="nis2", within=HOUR, duty=True), aware_at=NOW),
    c.DutyAmended(clock="gdpr", aware_at=NOW - HOUR, note="earlier"),
    c.DutyMet(clock="gdpr", note="reported"),
    c.Breached(clock="resolve", due_at=NOW),
    c.Told(channel="mail", about="opened", delivered=True),
    c.Exported(formats=["json"], manifest_sha256="ab"),
]


def _event(incident: Incident, change: Change, seq: int | None = None, at: int = NOW) -> IncidentEvent:
    seq = incident.seq + 1 if seq is None else seq
    return IncidentEvent(incident_id=incident.incident_id, seq=seq, at=at, actor="alice", change=change)


def test_the_list_of_changes_in_these_tests_has_every_kind() -> None:
    assert {type(change) for change in _EVERY} == set(get_args(Change)) - {c.Opened}


@pytest.mark.parametrize("change", _EVERY, ids=kind)
@pytest.mark.parametrize("state", State)
def test_every_change_applies_in_every_state_and_leaves_what_it_came_from_as_it_was(
    change: Change, state: State
) -> None:
    incident = in_state(state)
    before = msgspec.msgpack.encode(incident)
    then = apply(incident, _event(incident, change))
    assert then.seq == incident.seq + 1
    assert then.version - incident.version == len(counted([_event(incident, change)]))
    assert msgspec.msgpack.encode(incident) == before
    assert apply(incident, _event(incident, change)) == then


@pytest.mark.parametrize("change", _EVERY, ids=kind)
def test_a_change_is_the_same_after_it_was_kept_as_json(change: Change) -> None:
    event = _event(opened(), change)
    assert msgspec.json.decode(msgspec.json.encode(event), type=IncidentEvent) == event


def test_events_with_a_gap_or_of_another_incident_or_without_a_beginning_are_told_of() -> None:
    new = IncidentEvent(incident_id="INC-1", seq=1, at=NOW, actor="a", change=_opening())
    note = IncidentEvent(incident_id="INC-1", seq=2, at=NOW, actor="a", change=c.Noted(note="x"))
    assert replay([new, note]).n_notes == 1
    for broken in (
        [],
        [note],
        [new, msgspec.structs.replace(note, seq=3)],
        [new, msgspec.structs.replace(note, incident_id="INC-2")],
        [new, msgspec.structs.replace(new, seq=2)],
        [msgspec.structs.replace(new, incident_id="INC-x")],
    ):
        with pytest.raises(StoreError) as told:
            replay(broken)
        assert told.value.hint


def _opening() -> c.Opened:
    return c.Opened(how="level", title="t", level="high", share=share("a1"), limits=LIMITS)


def test_events_are_numbered_and_do_not_go_back_with_the_clock() -> None:
    incident, events = record(
        opened(), [c.Noted(note="a"), c.Noted(note="b")], at=NOW - HOUR, actor="bob", command_id="c1"
    )
    assert [(event.seq, event.at, event.actor, event.command_id) for event in events] == [
        (2, NOW, "bob", "c1"),
        (3, NOW, "bob", "c1"),
    ]
    assert (incident.last_at, incident.seq, incident.n_notes) == (NOW, 3, 2)


def test_a_level_is_the_highest_of_its_alerts_until_a_person_says_so() -> None:
    incident = opened(alerts=share("a1", level="medium"), level="medium")
    worse = after(incident, c.AlertsJoined(share=share("a2", level="critical")))
    assert worse.level == "critical"
    assert after(worse, c.AlertsWithdrawn(share=share("a2", level="critical"))).level == "medium"
    said = after(worse, c.LevelSet(level="low", note="a drill", limits=LIMITS))
    assert after(said, c.AlertsJoined(share=share("a3", level="critical"))).level == "low"
    assert opened(alerts=share("a1", level="low"), level="high").level_set
    emptied = after(incident, c.AlertsWithdrawn(share=share("a1", level="medium")))
    assert (emptied.level, emptied.n_alerts, emptied.levels) == ("medium", 0, {})


def test_times_are_those_of_the_first_time_and_a_close_is_of_the_last() -> None:
    incident = after(opened(), c.Acknowledged(owner="alice"), at=NOW + 1)
    incident = after(incident, c.Moved(act="contain", state=State.CONTAINED), at=NOW + 2)
    incident = after(incident, c.Moved(act="investigate", state=State.INVESTIGATING), at=NOW + 3)
    incident = after(incident, c.Moved(act="contain", state=State.CONTAINED), at=NOW + 4)
    incident = after(incident, c.Closed(disposition=Disposition.TEST, note="x"), at=NOW + 5)
    first = incident
    incident = after(incident, c.Reopened(owner="bob", note="y", limits=LIMITS), at=NOW + 6)
    assert (incident.closed_at, incident.disposition, incident.closing_note) == (None, None, "")
    incident = after(incident, c.Closed(disposition=Disposition.TRUE_POSITIVE, note="z"), at=NOW + 7)
    assert (incident.acknowledged_at, incident.contained_at, incident.resolved_at) == (NOW + 1, NOW + 2, NOW + 5)
    assert (first.closed_at, incident.closed_at, incident.reopened) == (NOW + 5, NOW + 7, 1)
    assert (incident.owner, incident.disposition) == ("bob", Disposition.TRUE_POSITIVE)


def test_time_on_hold_is_counted_and_what_was_met_before_knows_how_much_was_before() -> None:
    held = after(in_state(State.ACKNOWLEDGED), c.Moved(act="hold", state=State.PENDING), at=NOW + 10)
    assert (held.held_at, held.before) == (NOW + 10, State.ACKNOWLEDGED)
    back = after(held, c.Moved(act="resume", state=State.ACKNOWLEDGED), at=NOW + 30)
    assert (back.pending_us, back.held_at, back.before, back.before_hold) == (20, None, None, None)
    done = after(back, c.Moved(act="resolve", state=State.RESOLVED), at=NOW + 40)
    again = after(done, c.Reopened(owner="alice", note="", limits=LIMITS), at=NOW + 50)
    again = after(again, c.Moved(act="hold", state=State.PENDING), at=NOW + 60)
    again = after(again, c.Moved(act="resume", state=State.INVESTIGATING), at=NOW + 90)
    assert (again.pending_us, again.pending_to_resolved, again.pending_to_reopened) == (50, 20, 20)


def _clock(incident: Incident, name: str) -> Clock:
    [clock] = [clock for clock in incident.clocks if clock.name == name]
    return clock


def test_clocks_are_met_by_the_acts_that_they_wait_for() -> None:
    new = opened()
    assert _clock(after(new, c.Acknowledged(owner="a"), at=NOW + 5), "acknowledge").met_at == NOW + 5
    contained = after(new, c.Moved(act="contain", state=State.CONTAINED), at=NOW + 6)
    assert _clock(contained, "contain").met_at == NOW + 6
    assert _clock(contained, "resolve").met_at is None
    resolved = after(new, c.Moved(act="resolve", state=State.RESOLVED), at=NOW + 7)
    assert {clock.name: clock.met_at for clock in resolved.clocks} == {
        "acknowledge": None,
        "contain": NOW + 7,
        "resolve": NOW + 7,
    }
    closed = after(resolved, c.Closed(disposition=Disposition.TEST, note="x"), at=NOW + 8)
    assert {clock.name: clock.met_at for clock in closed.clocks} == {
        "acknowledge": NOW + 8,
        "contain": NOW + 7,
        "resolve": NOW + 7,
    }


def test_a_reopening_starts_containing_and_resolving_anew_and_leaves_duties_alone() -> None:
    closed = in_state(State.CLOSED)
    again = after(closed, c.Reopened(owner="bob", note="x", limits=LIMITS[1:]), at=NOW + HOUR)
    assert _clock(again, "gdpr") == _clock(closed, "gdpr")
    assert _clock(again, "acknowledge").met_at == NOW
    assert (_clock(again, "contain").began_at, _clock(again, "contain").met_at) == (NOW + HOUR, None)


def test_an_acknowledgement_that_timed_out_leaves_it_new_and_nobodys_and_the_clock_as_it_was() -> None:
    taken = after(opened(), c.Acknowledged(owner="alice"), at=NOW + 1)
    out = after(taken, c.AcknowledgementTimedOut(owner="alice"), at=NOW + 2, actor="llmsec-tui")
    assert (out.state, out.owner, out.owner_at, out.acknowledged_at) == (State.NEW, "", None, NOW + 1)
    assert out.clocks == taken.clocks


def test_another_level_gives_running_clocks_other_limits_from_when_they_began() -> None:
    acknowledged = after(opened(), c.Acknowledged(owner="a"), at=NOW + 1)
    missed = after(acknowledged, c.Breached(clock="contain", due_at=NOW + HOUR), at=NOW + HOUR)
    assert _clock(missed, "contain").breached_at == NOW + HOUR
    longer = [Limit(clock="acknowledge", within=1), Limit(clock="contain", within=3 * HOUR)]
    level = after(missed, c.LevelSet(level="low", note="x", limits=longer), at=NOW + HOUR + MINUTE)
    assert _clock(level, "acknowledge") == _clock(missed, "acknowledge")
    assert (_clock(level, "contain").within, _clock(level, "contain").breached_at) == (3 * HOUR, None)
    assert (_clock(level, "contain").began_at, level.breaches) == (NOW, 1)
    assert [clock.name for clock in level.clocks] == ["acknowledge", "contain"]
    back = after(level, c.LevelSet(level="high", note="x", limits=LIMITS), at=NOW + HOUR + 2 * MINUTE)
    assert (_clock(back, "resolve").began_at, _clock(back, "resolve").within) == (NOW, 8 * HOUR)


def test_a_limit_that_comes_late_counts_from_the_reopening_and_none_comes_for_what_is_reached() -> None:
    again = after(in_state(State.CLOSED), c.Reopened(owner="a", note="x", limits=[]), at=NOW + HOUR)
    level = after(again, c.LevelSet(level="low", note="x", limits=LIMITS), at=NOW + 2 * HOUR)
    assert _clock(level, "contain").began_at == NOW + HOUR
    contained = after(again, c.Moved(act="contain", state=State.CONTAINED), at=NOW + 2 * HOUR)
    level = after(contained, c.LevelSet(level="low", note="x", limits=LIMITS), at=NOW + 3 * HOUR)
    assert {clock.name for clock in level.clocks if not clock.duty} == {"acknowledge", "resolve"}


def test_worse_alerts_bring_the_limits_of_the_worse_level() -> None:
    incident = opened(alerts=share("a1", level="medium"), level="medium")
    short = [Limit(clock="contain", within=MINUTE)]
    joined = c.AlertsJoined(share=share("a2", level="critical"), limits=short)
    assert _clock(after(incident, joined), "contain").within == MINUTE


def test_a_duty_runs_from_when_somebody_knew_and_can_be_missed_anew_after_it_was_amended() -> None:
    incident = after(opened(), c.DutyStarted(limit=DUTY, aware_at=NOW - HOUR))
    assert _clock(incident, "gdpr").began_at == NOW - HOUR
    missed = after(incident, c.Breached(clock="gdpr", due_at=NOW + 71 * HOUR), at=NOW + 71 * HOUR)
    amended = after(missed, c.DutyAmended(clock="gdpr", aware_at=NOW, note="x"), at=NOW + 71 * HOUR)
    assert (_clock(amended, "gdpr").began_at, _clock(amended, "gdpr").breached_at) == (NOW, None)
    assert _clock(after(amended, c.DutyMet(clock="gdpr", note="x"), at=NOW + 9), "gdpr").met_at == NOW + 71 * HOUR


def test_tasks_pins_and_runs_say_by_whom_and_when() -> None:
    incident = in_state(State.NEW)
    [look, rotate] = incident.tasks
    assert (look.state, look.by, rotate.state, rotate.by, rotate.at) == (
        TaskState.OPEN,
        "",
        TaskState.DONE,
        "alice",
        NOW,
    )
    checked = after(incident, c.PinsChecked(results={"1": "cut", "7": "gone"}), at=NOW + 3)
    assert [(one.pin, one.result, one.checked_at) for one in checked.pins] == [(1, "cut", NOW + 3)]
    unpinned = after(checked, c.Unpinned(pin=1, note="wrong"))
    assert (unpinned.pins, unpinned.n_pins) == ((), 1)
    [run] = incident.runs
    assert (run.state, run.ended_at, run.by) == (RunState.DONE, NOW, "alice")


def test_a_close_that_waives_leaves_tasks_out_for_the_reason_of_its_note() -> None:
    [look, rotate] = in_state(State.CLOSED).tasks
    assert (look.state, look.note, look.by) == (TaskState.WAIVED, "leak", "alice")
    assert rotate.state is TaskState.DONE


def test_what_comes_back_takes_its_untouched_tasks_along_and_leaves_those_that_were_worked_on() -> None:
    steps = [NewTask(task=3, text="Call"), NewTask(task=4, text="Ask")]
    incident = after(in_state(State.NEW), c.Absorbed(incident="INC-2", share=share("b1"), tasks=steps))
    incident = after(incident, c.TaskDone(task=4), c.GaveBack(incident="INC-2", share=share("b1")))
    assert ([task.task for task in incident.tasks], incident.absorbed) == ([1, 2, 4], ())
    assert incident.n_tasks == 4


def test_one_that_was_merged_while_it_was_pending_is_pending_again_and_finds_its_way_back() -> None:
    held = in_state(State.PENDING)
    merged = after(held, c.MergedInto(into="INC-2"))
    assert (merged.state, merged.before, merged.merged_into) == (State.MERGED, State.PENDING, "INC-2")
    back = after(merged, c.Unmerged(from_="INC-2", share=share("a11", "a12")))
    assert replace(back, seq=0, version=0, changed="") == replace(held, seq=0, version=0, changed="")


def test_counts_go_in_and_out_and_what_is_nothing_is_not_there() -> None:
    assert plus({"a": 1}, {"a": 2, "b": 1, "c": 0}) == {"a": 3, "b": 1}
    assert minus({"a": 3, "b": 1}, {"b": 1, "z": 4}) == {"a": 3}
    assert minus({"a": 1}, {"a": 2}) == {}
    assert highest({"low": 2, "high": 1, "critical": 0}) == "high"
    assert highest({}) is None


def test_what_happened_is_told_in_words() -> None:
    happened: list[Change] = [c.Acknowledged(owner="alice"), c.Moved(act="hold", state=State.PENDING), _EVERY[0]]
    events = [_event(opened(), change) for change in happened]
    at = moment(NOW)
    assert history(events) == (
        f"acknowledged by alice at {at}, then put on hold by alice at {at}, then alerts joined by alice at {at}"
    )
    assert history(events * 3).startswith("4 other acts, then ")
    assert moment(NOW) == "2026-05-28 20:26:40 UTC"
    assert moment(-5) == "1970-01-01 00:00:00 UTC"
    assert deed(c.Moved(act="resume", state=State.NEW)) == "taken off hold"


def test_an_incident_begins_as_its_first_event_says() -> None:
    incident = begin(IncidentEvent(incident_id="INC-7", seq=1, at=NOW, actor="alice", change=_opening()))
    assert (incident.number, incident.version, incident.state, incident.owner) == (7, 1, State.NEW, "")
    assert [clock.name for clock in incident.clocks] == ["acknowledge", "contain", "resolve"]
    split = opened(owner="bob")
    assert (split.state, split.owner, split.acknowledged_at) == (State.ACKNOWLEDGED, "bob", NOW)
    assert _clock(split, "acknowledge").met_at == NOW


def test_a_share_of_nothing_changes_no_counts() -> None:
    nothing = Share(alert_ids=[], levels={}, rules={}, keys={})
    incident = opened()
    assert replace(after(incident, c.AlertsWithdrawn(share=nothing)), seq=1) == incident
