"""How the clocks of an incident stand, and what happens to it when time goes by."""

from dataclasses import dataclass

from llmsec_tui.incidents.changes import AcknowledgementTimedOut, Breached, Change
from llmsec_tui.incidents.clock_changes import due, pending
from llmsec_tui.incidents.incident import Clock, Incident
from llmsec_tui.incidents.policy import Times
from llmsec_tui.incidents.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """One clock as it stands. Times and spans are microseconds."""

    name: str
    duty: bool
    state: str
    """running | paused | met | breached (not met in time, and not met yet) | late (met after it was due)"""
    began_at: int
    due_at: int | None
    """None while it is paused."""
    left: int
    """Until it is due; negative afterwards. Of a clock that was met: what had been left."""
    met_at: int | None


def read(clock: Clock, incident: Incident, now: int) -> ClockReading:
    """How a clock of an incident stands. A host's clock that was set back does not move it."""
    now = max(now, incident.last_at)
    paused = clock.met_at is None and _pausing(clock, incident)
    due_at = _due(clock, incident, now)
    left = due_at - (now if clock.met_at is None else clock.met_at)
    if clock.met_at is not None:
        state = "met" if clock.breached_at is None and left > 0 else "late"
    elif clock.breached_at is not None or left <= 0:
        state = "breached"
    else:
        state = "paused" if paused else "running"
    return ClockReading(
        name=clock.name,
        duty=clock.duty,
        state=state,
        began_at=clock.began_at,
        due_at=None if paused else due_at,
        left=left,
        met_at=clock.met_at,
    )


def readings(incident: Incident, now: int) -> list[ClockReading]:
    """All its clocks, in the order in which they were set."""
    return [read(clock, incident, now) for clock in incident.clocks]


def foremost(incident: Incident, now: int) -> ClockReading | None:
    """The clock that was missed first, else the one that is due next; None when none runs or stands still."""
    going = [one for one in readings(incident, now) if one.met_at is None]
    return min(going, key=lambda one: (one.state != "breached", one.left, one.name), default=None)


def next_due(incident: Incident) -> tuple[int, str] | None:
    """When the next clock is due that was not missed yet, and its name; None when none runs."""
    running = [
        (_due(clock, incident, incident.last_at), clock.name)
        for clock in incident.clocks
        if clock.met_at is None and clock.breached_at is None and not _resting(clock, incident)
    ]
    return min(running, default=None)


def by_itself(incident: Incident, times: Times, now: int) -> list[Change]:
    """What happens to an incident because of the time: clocks that were missed, and an owner who never began.

    ``times`` are of its level. To be applied in this order, at ``now`` or its last event, whichever is later.
    """
    now = max(now, incident.last_at)
    missed = [
        (_due(clock, incident, now), clock.name)
        for clock in incident.clocks
        if clock.met_at is None and clock.breached_at is None and not _resting(clock, incident)
    ]
    changes: list[Change] = [Breached(clock=name, due_at=due_at) for due_at, name in sorted(missed) if due_at <= now]
    if _never_began(incident, times, now):
        changes.append(AcknowledgementTimedOut(owner=incident.owner))
    return changes


def _due(clock: Clock, incident: Incident, now: int) -> int:
    return due(clock, pending(incident, now) if clock.paused_at_met is None else clock.paused_at_met)


def _pausing(clock: Clock, incident: Incident) -> bool:
    return not clock.duty and incident.held_at is not None


def _resting(clock: Clock, incident: Incident) -> bool:
    """Whether time does nothing to a clock: nobody works on what is pending, closed or merged, but duties remain."""
    return not clock.duty and (_pausing(clock, incident) or incident.state in (State.CLOSED, State.MERGED))


def _never_began(incident: Incident, times: Times, now: int) -> bool:
    if incident.state is not State.ACKNOWLEDGED or times.hold_acknowledged is None:
        return False
    since = incident.changed_at if incident.owner_at is None else incident.owner_at
    return now - since > times.hold_acknowledged
