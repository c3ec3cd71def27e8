"""What acts change, and how refusals help."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from tests.incidents.parts import HOUR, LIMITS, MINUTE, NOW, after, ended, fitting, in_state, opened, rehearsal, share

from llmsec_tui.errors import NotFound, ServiceError, StaleVersion
from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.changes import Change, IncidentEvent, Limit, NewTask, Share
from llmsec_tui.incidents.checks import NOTE_CHARS
from llmsec_tui.incidents.decide import Asked, decide, merge, split, unmerge
from llmsec_tui.incidents.fold import record
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.members import brought, members
from llmsec_tui.incidents.naming import moment
from llmsec_tui.incidents.states import Disposition, RunState, State, TaskState
from llmsec_tui.incidents.task_acts import REHEARSED_FOR, numbered


def _decided(incident: Incident, act: str, at: int = NOW, /, **fields: Any) -> list[Change]:
    fields = {"actor": "alice", "version": incident.version, "note": "because", **fields}
    return decide(incident, Asked(act=act, **fields), at)


def _refusal(incident: Incident, act: str, at: int = NOW, /, **fields: Any) -> ServiceError:
    with pytest.raises(ServiceError) as refused:
        _decided(incident, act, at, **fields)
    return refused.value


def test_a_stale_version_is_told_what_changed_by_whom_and_when_and_what_can_be_done() -> None:
    incident = opened()
    taken, first = record(incident, [c.Acknowledged(owner="bob")], at=NOW + MINUTE, actor="bob")
    moved = c.Moved(act="investigate", state=State.INVESTIGATING)
    now, second = record(taken, [moved], at=NOW + 2 * MINUTE, actor="bob")
    asked = Asked(act="acknowledge", actor="alice", version=incident.version, since=[*first, *second])
    with pytest.raises(StaleVersion) as stale:
        decide(now, asked, NOW + 3 * MINUTE)
    assert stale.value.message == (
        f"INC-1 changed since you read it: acknowledged by bob at {moment(NOW + MINUTE)}, "
        f"then investigated by bob at {moment(NOW + 2 * MINUTE)}. "
        "It is investigating, and bob has it; nothing was done."
    )
    assert stale.value.hint == (
        "Look at it again. What can be done now: take over, contain, resolve, hold, close, merge."
    )


def test_a_stale_version_without_its_history_is_told_the_last_act() -> None:
    error = _refusal(in_state(State.CLOSED), "reopen", version=1)
    assert isinstance(error, StaleVersion)
    assert f"closed by alice at {moment(NOW)}" in error.message


def test_a_second_acknowledgement_is_refused_with_the_owners_name() -> None:
    error = _refusal(in_state(State.ACKNOWLEDGED), "acknowledge", actor="bob")
    assert error.message == (
        "INC-1 is acknowledged, and alice has it: acknowledge is for one that is new, and nothing was done."
    )
    assert "take over" in error.hint


@pytest.mark.parametrize(
    ("act", "fields", "words"),
    [
        ("take_over", {}, "is alice's already"),
        ("assign", {"owner": " alice "}, "is alice's already"),
        ("hand_over", {"owner": "alice"}, "is alice's already"),
        ("link", {"incident": "INC-1"}, "cannot be linked to itself"),
        ("link", {"incident": "INC-9"}, "is linked to INC-9 already"),
        ("unlink", {"incident": "INC-8"}, "is not linked to INC-8"),
        ("watch", {"actor": "carol"}, "is watched by carol already"),
        ("unwatch", {}, "is not watched by alice"),
        ("retitle", {"title": " System prompt leaked "}, "has this title already"),
        ("add_task", {"title": "Look "}, "has this task already"),
        ("finish_task", {"task": 2}, f"has task 2 done already, by alice at {moment(NOW)}"),
        ("waive_task", {"task": 2}, "has task 2 done already"),
        ("reopen_task", {"task": 1}, "has task 1 open already"),
        ("start_duty", {"clock": "gdpr"}, "has the clock gdpr already"),
        ("amend_duty", {"clock": "gdpr", "when": NOW}, "running from then already"),
        ("amend_duty", {"clock": "gdpr", "when": NOW + 1}, "a time that has not come"),
        ("mark", {"when": -1}, "or before 1970"),
        ("close", {"disposition": "duplicate"}, "cannot be a duplicate of nothing or of itself"),
        ("close", {"disposition": "duplicate", "incident": "INC-1"}, "cannot be a duplicate of nothing or of itself"),
        ("close", {"disposition": "test"}, r"has open tasks: 1 \(Look\)"),
    ],
)
def test_what_changes_nothing_or_makes_no_sense_is_refused(act: str, fields: dict[str, Any], words: str) -> None:
    limits = [Limit(clock="gdpr", within=HOUR, duty=True)]
    with pytest.raises(ServiceError, match=f"INC-1 .*{words}"):
        _decided(in_state(State.ACKNOWLEDGED), act, **{"limits": limits, **fields})


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("finish_task", {"task": 9}),
        ("unpin", {"pin": 9}),
        ("meet_duty", {"clock": "x"}),
        ("start_duty", {"clock": "x"}),
        ("rehearse", {"run": rehearsal(), "task": 9}),
    ],
)
def test_what_is_not_there_is_not_found(act: str, fields: dict[str, Any]) -> None:
    assert isinstance(_refusal(in_state(State.ACKNOWLEDGED), act, **fields), NotFound)


@pytest.mark.parametrize(
    ("act", "fields", "words"),
    [
        ("close", {"disposition": "fine"}, "no disposition 'fine'"),
        ("set_level", {"level": "Critical"}, "no level 'Critical'"),
        ("note", {"note": "x" * (NOTE_CHARS + 1)}, "The note has 20,001 characters, and at most 20,000 are kept"),
        ("assign", {"owner": "x" * 101}, "The owner has 101"),
        ("retitle", {"title": "x" * 501}, "The title has 501"),
    ],
)
def test_values_that_make_no_sense_are_refused(act: str, fields: dict[str, Any], words: str) -> None:
    assert words in _refusal(in_state(State.ACKNOWLEDGED), act, **fields).message


def test_open_tasks_are_named_a_few_and_can_be_waived() -> None:
    incident = after(opened(tasks=[f"Step {n}" for n in range(1, 6)]), c.Acknowledged(owner="alice"))
    error = _refusal(incident, "close", disposition="test")
    assert "1 (Step 1), 2 (Step 2), 3 (Step 3) and 2 more; nothing was done" in error.message
    [closed] = _decided(incident, "close", disposition="test", waive_open=True)
    assert closed == c.Closed(disposition=Disposition.TEST, note="because", waived=[1, 2, 3, 4, 5])


def test_whoever_closes_what_nobody_has_is_its_owner() -> None:
    incident = opened()
    assert after(incident, *_decided(incident, "close", disposition="test", actor="bob"), actor="bob").owner == "bob"


def test_a_reopening_brings_only_the_limits_that_begin_anew() -> None:
    [reopened] = _decided(in_state(State.CLOSED), "reopen", limits=[*LIMITS, Limit(clock="x", within=1, duty=True)])
    assert isinstance(reopened, c.Reopened)
    assert [limit.clock for limit in reopened.limits] == ["contain", "resolve"]


def test_a_level_that_alerts_gave_can_be_said_to_stay() -> None:
    incident = in_state(State.NEW)
    said = after(incident, *_decided(incident, "set_level", level="high", limits=LIMITS))
    assert said.level_set
    assert "has the level high already" in _refusal(said, "set_level", level="high").message


def test_a_remedy_runs_only_as_it_was_rehearsed_well_and_of_late() -> None:
    incident = in_state(State.ACKNOWLEDGED)
    [run] = _decided(incident, "run", run=rehearsal(digest="d1"), task=1)
    assert isinstance(run, c.RunStarted)
    assert (run.run, run.rehearsal, run.task, run.note) == (2, False, 1, "because")
    assert "no good rehearsal of exactly this" in _refusal(incident, "run", run=rehearsal(digest="d2")).message
    assert _decided(incident, "run", NOW + REHEARSED_FOR, run=rehearsal(digest="d1"))
    late = _refusal(incident, "run", NOW + REHEARSED_FOR + 1, run=rehearsal(digest="d1"))
    assert "within the last hour" in late.message
    failed = after(incident, rehearsal(2, "d3"), ended(2, RunState.FAILED))
    assert "no good rehearsal" in _refusal(failed, "run", run=rehearsal(digest="d3")).message
    unfinished = after(incident, rehearsal(2, "d4"))
    assert "no good rehearsal" in _refusal(unfinished, "run", run=rehearsal(digest="d4")).message


def test_a_remedy_does_not_run_twice_at_once() -> None:
    incident = in_state(State.ACKNOWLEDGED)
    running = after(incident, *_decided(incident, "run", run=rehearsal()), actor="bob")
    error = _refusal(running, "run", run=rehearsal())
    assert f"has block running already, since {moment(NOW)}, by bob" in error.message
    assert _decided(running, "rehearse", run=rehearsal())
    done = after(running, ended(2))
    assert _decided(done, "run", run=rehearsal())


def test_a_clock_set_back_does_not_make_a_rehearsal_older_or_a_time_come() -> None:
    incident = after(in_state(State.ACKNOWLEDGED), c.Noted(note="x"), at=NOW + HOUR)
    assert _decided(incident, "mark", NOW - 5 * HOUR, when=NOW + HOUR)


def test_a_pinned_record_is_pinned_once_and_numbers_are_not_given_twice() -> None:
    incident = in_state(State.NEW)
    record_ = fitting(incident, "pin").record
    assert record_ is not None
    again = msgspec.structs.replace(record_, event_id="e1")
    assert "it is pin 1" in _refusal(incident, "pin", record=again).message
    unpinned = after(incident, c.Unpinned(pin=1, note="wrong"))
    [pinned] = _decided(unpinned, "pin", record=again)
    assert isinstance(pinned, c.Pinned)
    assert pinned.pin == 2
    assert "no pinned records" in _refusal(unpinned, "check_pins", results={1: "intact"}).message


def test_steps_come_once_with_the_numbers_after_all_that_there_ever_were() -> None:
    steps = [NewTask(task=0, text=text, rule_id="r") for text in ("Look", "Call", "Call", "Ask")]
    assert [(task.task, task.text) for task in numbered(in_state(State.NEW), steps)] == [(3, "Call"), (4, "Ask")]
    assert [(task.task, task.text) for task in numbered(None, steps)] == [(1, "Look"), (2, "Call"), (3, "Ask")]


def test_alerts_that_make_it_worse_bring_the_limits_and_others_do_not() -> None:
    incident = in_state(State.ACKNOWLEDGED)
    limits = [Limit(clock="resolve", within=MINUTE)]
    [worse] = _decided(incident, "add_alerts", share=share("b1", level="critical"), limits=limits)
    [same] = _decided(incident, "add_alerts", share=share("b1", level="low"), limits=limits)
    assert isinstance(worse, c.AlertsJoined)
    assert isinstance(same, c.AlertsJoined)
    assert (worse.limits, same.limits) == (limits, [])


def _merged() -> tuple[Incident, Incident]:
    source, target = in_state(State.ACKNOWLEDGED), opened(2)
    ours, theirs = merge(source, target, fitting(source, "merge"), NOW)
    return after(source, *ours), after(target, *theirs)


def test_a_merge_moves_all_alerts_and_open_steps_and_leaves_the_times_of_the_other() -> None:
    source, target = _merged()
    assert (source.state, source.merged_into, source.watchers) == (State.MERGED, "INC-2", ("carol",))
    assert (target.n_alerts, target.absorbed, target.opened_at) == (4, ("INC-1",), NOW)
    assert [(task.text, task.came_with, task.state) for task in target.tasks] == [("Look", "INC-1", TaskState.OPEN)]
    assert target.clocks == opened(2).clocks


@pytest.mark.parametrize("state", [State.CLOSED, State.MERGED])
def test_nothing_merges_into_what_has_ended_or_into_itself(state: State) -> None:
    source = opened()
    other = in_state(state, 2)
    other = replace(other, merged_into="INC-7") if state is State.MERGED else other
    with pytest.raises(ServiceError, match="INC-1 cannot be merged there: INC-2 is ") as refused:
        merge(source, other, fitting(source, "merge"), NOW)
    assert refused.value.hint == (
        "Reopen INC-2 first." if state is State.CLOSED else "Take INC-7, or unmerge INC-2 first."
    )
    with pytest.raises(ServiceError, match="INC-1 cannot be merged into itself"):
        merge(source, source, fitting(source, "merge"), NOW)


def test_a_merge_that_did_not_find_all_alerts_is_refused() -> None:
    source = opened()
    with pytest.raises(ServiceError, match="INC-1 has 2 alerts, and 1 were found"):
        merge(source, opened(2), replace(fitting(source, "merge"), share=share("a11")), NOW)


def test_an_unmerge_gives_back_what_is_left_and_counts_it() -> None:
    source, target = _merged()
    ours, theirs = unmerge(source, target, replace(fitting(source, "unmerge"), share=share("a12")), NOW)
    back, left = after(source, *ours), after(target, *theirs)
    assert (back.state, back.n_alerts, back.levels) == (State.ACKNOWLEDGED, 1, {"high": 1})
    assert (left.n_alerts, left.absorbed, left.tasks) == (3, (), ())


def test_an_unmerge_goes_the_way_the_merge_came() -> None:
    source, target = _merged()
    with pytest.raises(ServiceError, match="INC-1 is merged into INC-2, not into INC-3"):
        unmerge(source, opened(3), fitting(source, "unmerge"), NOW)
    further = after(target, c.MergedInto(into="INC-3"))
    with pytest.raises(ServiceError, match="INC-1 cannot come back: INC-2 is merged into INC-3") as refused:
        unmerge(source, further, fitting(source, "unmerge"), NOW)
    assert "unmerge INC-2 first" in refused.value.hint
    closed = after(target, c.Closed(disposition=Disposition.TEST, note="x"))
    with pytest.raises(ServiceError, match="INC-2 is closed") as refused:
        unmerge(source, closed, fitting(source, "unmerge"), NOW)
    assert refused.value.hint == "Reopen INC-2 first."


def test_a_split_is_the_owners_and_follows_what_it_was_split_from() -> None:
    source = in_state(State.INVESTIGATING)
    asked = replace(fitting(source, "split"), title="", level="", tasks=[NewTask(task=0, text="Look")])
    [off], new = split(source, asked, NOW)
    assert off == c.SplitOff(into="INC-3", share=share("a11"), note="because")
    assert (new.how, new.follows, new.owner, new.title, new.level) == (
        "split",
        "INC-1",
        "alice",
        "System prompt leaked",
        "high",
    )
    assert [task.task for task in new.tasks] == [1]


def test_a_split_leaves_at_least_one_alert_and_takes_a_level_that_there_is() -> None:
    source = in_state(State.NEW)
    asked = fitting(source, "split")
    with pytest.raises(ServiceError, match="INC-1 would have no alerts left"):
        split(source, replace(asked, share=share("a11", "a12")), NOW)
    with pytest.raises(ServiceError, match="no level 'worst'"):
        split(source, replace(asked, level="worst"), NOW)


def test_alerts_know_with_which_merged_incident_they_came_along_a_chain() -> None:
    def log(name: str, *changes: Change) -> list[IncidentEvent]:
        return [
            IncidentEvent(incident_id=name, seq=seq, at=NOW, actor="a", change=change)
            for seq, change in enumerate(changes, 1)
        ]

    opening = c.Opened(how="level", title="t", level="high", share=share("a1", "a2"), limits=[])
    first = log("INC-1", opening, c.Absorbed(incident="INC-2", share=share("b1", "b2")))
    assert members(first) == {"a1": "", "a2": "", "b1": "INC-2", "b2": "INC-2"}
    assert brought(first, "INC-2") == ["b1", "b2"]
    away = log("INC-1", *(event.change for event in first), c.MergedInto(into="INC-3"))
    assert members(away) == {}
    back = log("INC-1", *(event.change for event in away), c.Unmerged(from_="INC-3", share=share("a1", "b2")))
    assert members(back) == {"a1": "", "b2": "INC-2"}
    less = log("INC-1", *(event.change for event in back), c.SplitOff(into="INC-4", share=share("b2")))
    assert (members(less), brought(less, "INC-2")) == ({"a1": ""}, [])


def test_a_share_that_nobody_looked_up_is_as_good_as_none() -> None:
    nothing = Share(alert_ids=[], levels={}, rules={}, keys={})
    empty = opened(alerts=nothing)
    ours, theirs = merge(empty, opened(2), replace(fitting(empty, "merge"), share=None), NOW)
    assert theirs == [c.Absorbed(incident="INC-1", share=nothing)]
    assert ours == [c.MergedInto(into="INC-2", note="because")]
