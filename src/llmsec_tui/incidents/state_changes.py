"""What changes of an incident do to where it stands, and to who has it."""

from dataclasses import replace

from llmsec_tui.incidents import clock_changes, work_changes
from llmsec_tui.incidents.changes import Closed, IncidentEvent, Reopened
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.states import State, TaskState

_SERVICE_CLOCKS = ("acknowledge", "contain", "resolve")
_MET_BY_STATE = {State.CONTAINED: ("contain",), State.RESOLVED: ("contain", "resolve")}


def taken(incident: Incident, owner: str, at: int) -> Incident:
    """Somebody has it, for the first time or again."""
    first = at if incident.acknowledged_at is None else incident.acknowledged_at
    clocks = clock_changes.met(incident, ("acknowledge",), at)
    return replace(incident, owner=owner, owner_at=at, acknowledged_at=first, clocks=clocks)


def moved(incident: Incident, state: State, at: int) -> Incident:
    """Into a state that acts on work lead to."""
    if state is State.PENDING:
        return replace(incident, state=state, before=incident.state, before_hold=incident.state, held_at=at)
    after = replace(_off_hold(incident, at), state=state)
    after = replace(after, clocks=clock_changes.met(after, _MET_BY_STATE.get(state, ()), at))
    if state is State.CONTAINED and after.contained_at is None:
        after = replace(after, contained_at=at, pending_to_contained=after.pending_us)
    return _resolved(after, at) if state is State.RESOLVED else after


def closed(incident: Incident, close: Closed, event: IncidentEvent) -> Incident:
    """At its end; whoever closes what nobody has is its owner."""
    after = _resolved(_off_hold(incident, event.at), event.at)
    after = replace(
        after,
        state=State.CLOSED,
        owner=after.owner or event.actor,
        closed_at=event.at,
        disposition=close.disposition,
        closing_note=close.note,
        duplicate_of=close.duplicate_of,
        clocks=clock_changes.met(after, _SERVICE_CLOCKS, event.at),
    )
    return work_changes.task_set(after, close.waived, TaskState.WAIVED, event, close.note)


def reopened(incident: Incident, again: Reopened, at: int) -> Incident:
    """At work again."""
    after = _off_hold(incident, at)
    return replace(
        after,
        state=State.INVESTIGATING,
        owner=again.owner,
        closed_at=None,
        disposition=None,
        closing_note="",
        duplicate_of="",
        reopened=after.reopened + 1,
        reopened_at=at,
        pending_to_reopened=after.pending_us,
        clocks=clock_changes.restarted(after, again.limits, at),
    )


def _off_hold(incident: Incident, at: int) -> Incident:
    pending = clock_changes.pending(incident, at)
    return replace(incident, pending_us=pending, held_at=None, before=None, before_hold=None)


def _resolved(incident: Incident, at: int) -> Incident:
    if incident.resolved_at is not None:
        return incident
    return replace(incident, resolved_at=at, pending_to_resolved=incident.pending_us)
