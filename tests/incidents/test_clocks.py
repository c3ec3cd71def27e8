"""Clocks stand still only while an incident is pending, duties never, and a host's clock that goes back moves none."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.incidents.lives import ACK, CLOSE, CONTAIN, HOLD, REOPEN, RESUME, STEPS, TIMES, lived
from tests.incidents.parts import DUTY, HOUR, MINUTE, NOW, after, in_state, opened

from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.changes import Change, IncidentEvent
from llmsec_tui.incidents.clocks import ClockReading, by_itself, foremost, next_due, read, readings
from llmsec_tui.incidents.fold import record
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.policy import Times
from llmsec_tui.incidents.states import State

NO_TIMES = Times(acknowledge=None, contain=None, resolve=None, hold_acknowledged=None)


def named(incident: Incident, name: str, now: int) -> ClockReading:
    return next(one for one in readings(incident, now) if one.name == name)


def test_a_clock_runs_from_the_opening_and_is_due_after_its_limit() -> None:
    """Nothing happened yet."""
    reading = named(opened(), "acknowledge", NOW + 5 * MINUTE)
    assert (reading.state, reading.began_at, reading.due_at) == ("running", NOW, NOW + 15 * MINUTE)
    assert reading.left == 10 * MINUTE


def test_a_clock_is_missed_at_the_moment_when_it_is_due() -> None:
    """Not before, and at that moment already."""
    assert named(opened(), "acknowledge", NOW + 15 * MINUTE - 1).state == "running"
    assert named(opened(), "acknowledge", NOW + 15 * MINUTE).state == "breached"


def test_a_clock_that_was_met_says_what_had_been_left() -> None:
    """Also long after."""
    incident = after(opened(), ACK, at=NOW + 4 * MINUTE)
    reading = named(incident, "acknowledge", NOW + 99 * HOUR)
    assert (reading.state, reading.left, reading.met_at) == ("met", 11 * MINUTE, NOW + 4 * MINUTE)


def test_a_clock_met_after_it_was_due_is_late() -> None:
    """Whether or not somebody noted that it was missed."""
    unnoted = after(opened(), ACK, at=NOW + 16 * MINUTE)
    noted = after(opened(), c.Breached(clock="acknowledge", due_at=NOW + 15 * MINUTE), ACK, at=NOW + 16 * MINUTE)
    assert named(unnoted, "acknowledge", NOW + HOUR).state == named(noted, "acknowledge", NOW + HOUR).state == "late"


def test_service_clocks_stand_still_while_it_is_pending_and_duties_do_not() -> None:
    """What is due moves by the time that it was pending."""
    incident = after(opened(), ACK, c.DutyStarted(limit=DUTY, aware_at=NOW), HOLD, at=NOW + 10 * MINUTE)
    held = named(incident, "contain", NOW + 5 * HOUR)
    assert (held.state, held.due_at, held.left) == ("paused", None, 50 * MINUTE)
    assert named(incident, "gdpr", NOW + 5 * HOUR).left == 67 * HOUR
    resumed = after(incident, RESUME, at=NOW + 5 * HOUR)
    assert named(resumed, "contain", NOW + 5 * HOUR).due_at == NOW + 5 * HOUR + 50 * MINUTE


def test_what_is_pending_after_a_clock_was_met_does_not_make_up_for_being_late() -> None:
    """Ten minutes late stays ten minutes late."""
    late = after(opened(), ACK, CONTAIN, at=NOW + HOUR + 10 * MINUTE)
    held = after(late, HOLD, at=NOW + 2 * HOUR)
    reading = named(held, "contain", NOW + 9 * HOUR)
    assert (reading.state, reading.left, reading.due_at) == ("late", -10 * MINUTE, NOW + HOUR)


def test_reopening_starts_the_clocks_for_containing_and_resolving_anew() -> None:
    """The one for acknowledging stays as it was."""
    closed = after(opened(), ACK, CLOSE, at=NOW + MINUTE)
    again = after(closed, REOPEN, at=NOW + 50 * HOUR)
    assert named(again, "acknowledge", NOW + 50 * HOUR).state == "met"
    assert named(again, "resolve", NOW + 50 * HOUR).due_at == NOW + 58 * HOUR
    assert named(again, "contain", NOW + 52 * HOUR).state == "breached"


def test_a_host_clock_that_was_set_back_does_not_give_time_back() -> None:
    """What is read is never from before the last event."""
    incident = after(opened(), c.Noted(note="hm"), at=NOW + 14 * MINUTE)
    assert named(incident, "acknowledge", NOW - 99 * HOUR).left == MINUTE


def test_a_clock_that_is_missed_is_told_once_the_first_due_first() -> None:
    """And no more after that."""
    incident = opened()
    told = by_itself(incident, TIMES, NOW + 2 * HOUR)
    expected = [
        c.Breached(clock="acknowledge", due_at=NOW + 15 * MINUTE),
        c.Breached(clock="contain", due_at=NOW + HOUR),
    ]
    assert told == expected
    assert by_itself(after(incident, *told, at=NOW + 2 * HOUR), TIMES, NOW + 3 * HOUR) == []


@pytest.mark.parametrize("state", [State.PENDING, State.CLOSED, State.MERGED])
def test_time_breaches_only_duties_of_what_nobody_works_on(state: State) -> None:
    """A duty by law is due also when the desk has put the incident away."""
    found = by_itself(in_state(state), TIMES, NOW + 1_000 * HOUR)
    assert found == [c.Breached(clock="gdpr", due_at=NOW + 72 * HOUR)]
    assert next_due(in_state(state)) == (NOW + 72 * HOUR, "gdpr")


def test_who_took_an_incident_and_did_nothing_loses_it() -> None:
    """After the time that the policy has for its level, counted from the last thing that the owner did."""
    taken = after(opened(), ACK, at=NOW)
    lost = c.AcknowledgementTimedOut(owner="alice")
    assert lost not in by_itself(taken, TIMES, NOW + 30 * MINUTE)
    assert lost in by_itself(taken, TIMES, NOW + 30 * MINUTE + 1)
    assert lost not in by_itself(taken, NO_TIMES, NOW + 999 * HOUR)
    by_bob = after(taken, c.Noted(note="hm"), at=NOW + 20 * MINUTE, actor="bob")
    assert lost in by_itself(by_bob, TIMES, NOW + 31 * MINUTE)
    by_alice = after(taken, c.Noted(note="hm"), at=NOW + 20 * MINUTE, actor="alice")
    assert lost not in by_itself(by_alice, TIMES, NOW + 31 * MINUTE)


def test_who_goes_on_keeps_it() -> None:
    """Only acknowledged ones are taken away."""
    assert by_itself(in_state(State.INVESTIGATING), NO_TIMES, NOW + HOUR) == [
        c.Breached(clock="contain", due_at=NOW + HOUR)
    ]


def test_the_foremost_clock_is_the_one_missed_first_else_the_one_due_next() -> None:
    """None when all are met."""
    fresh = foremost(opened(), NOW)
    missed = foremost(opened(), NOW + 2 * HOUR)
    assert fresh is not None
    assert missed is not None
    assert (fresh.name, missed.name, missed.left) == ("acknowledge", "acknowledge", -105 * MINUTE)
    assert foremost(after(opened(), ACK, CLOSE, at=NOW), NOW) is None


def test_a_duty_whose_time_of_awareness_is_amended_is_due_from_then() -> None:
    """Earlier makes it due earlier."""
    incident = after(opened(), c.DutyStarted(limit=DUTY, aware_at=NOW))
    amended = after(incident, c.DutyAmended(clock="gdpr", aware_at=NOW - 80 * HOUR, note="mail of Friday"))
    assert named(amended, "gdpr", NOW).state == "breached"


def _ran(events: Sequence[IncidentEvent], since: int, until: int) -> int:
    """How much of a span of time the incident was not pending, read off its events."""
    ran, at, pending = 0, since, False
    for event in events:
        if isinstance(event.change, c.Moved | c.Closed | c.Reopened):
            if since < event.at <= until:
                ran += 0 if pending else event.at - at
                at = event.at
            if event.at <= until:
                pending = isinstance(event.change, c.Moved) and event.change.state is State.PENDING
    return ran + (0 if pending else max(until - at, 0))


def _met(change: Change, clock: str) -> bool:
    match change:
        case c.Acknowledged():
            return clock == "acknowledge"
        case c.Moved(state=State.CONTAINED):
            return clock == "contain"
        case c.Moved(state=State.RESOLVED):
            return clock in ("contain", "resolve")
        case c.Closed():
            return clock != "gdpr"
        case _:
            return False


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_readings_are_what_counting_from_the_events_gives(steps: list[tuple[int, int]]) -> None:
    """For every clock, after any life, with a host's clock that jumps both ways."""
    life = lived(steps)
    incident, events, now = life.incident, life.events, life.now
    for clock in incident.clocks:
        restarts = [event for event in events if isinstance(event.change, c.Reopened)]
        its = events[restarts[-1].seq :] if restarts and clock.name in ("contain", "resolve") else events
        began = restarts[-1].at if its is not events else NOW
        met_at = next((event.at for event in its if _met(event.change, clock.name)), None)
        until = max(now, incident.last_at) if met_at is None else met_at
        ran = until - began if clock.duty else _ran(events, began, until)
        left = clock.within - ran
        paused = not clock.duty and incident.state is State.PENDING
        going = "breached" if left <= 0 else "paused" if paused else "running"
        ended = "met" if left > 0 else "late"
        reading = read(clock, incident, now)
        assert (reading.left, reading.met_at) == (left, met_at)
        assert reading.state == (going if met_at is None else ended)


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_ticking_tells_every_missed_clock_once_and_leaves_none(steps: list[tuple[int, int]]) -> None:
    """After a tick nothing is due any more, and a second tick at the same moment adds nothing."""
    life = lived(steps)
    incident, events, now = life.incident, life.events, life.now
    ticked, _ = record(incident, by_itself(incident, TIMES, now), at=now, actor="llmsec-tui")
    assert by_itself(ticked, TIMES, now) == []
    assert (next_due(ticked) or (now + 1, ""))[0] > now
    breaches = [event.change.clock for event in events if isinstance(event.change, c.Breached)]
    lives = 1 + sum(isinstance(event.change, c.Reopened) for event in events)
    assert all(breaches.count(name) <= lives for name in breaches)


@settings(max_examples=100, deadline=None)
@given(STEPS, st.integers(0, 9 * HOUR))
def test_time_alone_only_ever_takes_away_from_what_is_left(steps: list[tuple[int, int]], later: int) -> None:
    """What has been paused or met stays, everything else loses exactly the time that went by."""
    life = lived(steps)
    incident, now = life.incident, life.now
    now = max(now, incident.last_at)
    for before, then in zip(readings(incident, now), readings(incident, now + later), strict=True):
        still = before.met_at is not None or before.due_at is None
        assert then.left == before.left - (0 if still else later)
        assert replace(then, left=0, state="") == replace(before, left=0, state="")
