"""What changes of an incident do to its clocks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from llmsec_tui.incidents.changes import Limit
from llmsec_tui.incidents.incident import Clock, Incident
from llmsec_tui.incidents.states import State

RESTARTED = ("contain", "resolve")
"""Clocks that begin anew when an incident is reopened."""

_REACHED = {
    "contain": frozenset({State.CONTAINED, State.RESOLVED}),
    "resolve": frozenset({State.RESOLVED}),
}


def pending(incident: Incident, at: int) -> int:
    """Microseconds that it was pending up to then."""
    return incident.pending_us + (at - incident.held_at if incident.held_at is not None else 0)


def due(clock: Clock, pending_us: int) -> int:
    """When it is due, if it was pending for so long in all and stays so no more."""
    return clock.began_at + clock.within + (0 if clock.duty else pending_us - clock.paused_before)


def begun(limits: Iterable[Limit], at: int, paused_before: int = 0) -> tuple[Clock, ...]:
    """Clocks that begin then."""
    return tuple(
        Clock(name=limit.clock, within=limit.within, duty=limit.duty, began_at=at, paused_before=paused_before)
        for limit in limits
    )


def met(incident: Incident, names: Sequence[str], at: int) -> tuple[Clock, ...]:
    """The service clocks of these names are met, those that were not yet."""
    paused = pending(incident, at)
    return tuple(
        replace(clock, met_at=at, paused_at_met=paused)
        if clock.name in names and not clock.duty and clock.met_at is None
        else clock
        for clock in incident.clocks
    )


def restarted(incident: Incident, limits: Sequence[Limit], at: int) -> tuple[Clock, ...]:
    """After a reopening."""
    kept = (clock for clock in incident.clocks if clock.duty or clock.name not in RESTARTED)
    again = [limit for limit in limits if limit.clock in RESTARTED and not limit.duty]
    return (*kept, *begun(again, at, incident.pending_us))


def limited(incident: Incident, limits: Sequence[Limit], at: int) -> tuple[Clock, ...]:
    """Other limits for the service clocks that run, counted from when they began. What was met stays as it was."""
    within = {limit.clock: limit.within for limit in limits if not limit.duty}
    there = {clock.name for clock in incident.clocks if not clock.duty}
    kept = [clock for clock in incident.clocks if clock.duty or clock.met_at is not None or clock.name in within]
    changed = [
        clock
        if clock.duty or clock.met_at is not None
        else _timed(replace(clock, within=within[clock.name]), incident, at)
        for clock in kept
    ]
    new = [
        limit for limit in limits if not limit.duty and limit.clock not in there and not _reached(incident, limit.clock)
    ]
    return (*changed, *(_late_begun(incident, limit) for limit in new))


def duty_changed(incident: Incident, name: str, change: Callable[[Clock], Clock], at: int) -> tuple[Clock, ...]:
    """With that duty changed."""
    return tuple(
        _timed(change(clock), incident, at) if clock.duty and clock.name == name else clock for clock in incident.clocks
    )


def breached(clocks: Sequence[Clock], name: str, due_at: int) -> tuple[Clock, ...]:
    """The clock of that name was missed."""
    return tuple(
        replace(clock, breached_at=due_at) if clock.name == name and clock.breached_at is None else clock
        for clock in clocks
    )


def _timed(clock: Clock, incident: Incident, at: int) -> Clock:
    """A clock that is set anew and is not due any more can be missed once more."""
    return replace(clock, breached_at=None) if at < due(clock, pending(incident, at)) else clock


def _reached(incident: Incident, name: str) -> bool:
    if name == "acknowledge":
        return incident.acknowledged_at is not None
    return bool(_REACHED.get(name, frozenset()) & {incident.state, incident.before})


def _late_begun(incident: Incident, limit: Limit) -> Clock:
    if limit.clock in RESTARTED and incident.reopened_at is not None:
        return begun([limit], incident.reopened_at, incident.pending_to_reopened)[0]
    return begun([limit], incident.opened_at)[0]
