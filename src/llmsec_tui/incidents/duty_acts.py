"""Decide acts on the clocks that run by law."""

from llmsec_tui.errors import NotFound
from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.asked import Asked
from llmsec_tui.incidents.changes import Change
from llmsec_tui.incidents.checks import refused
from llmsec_tui.incidents.evidence_acts import past
from llmsec_tui.incidents.incident import Clock, Incident
from llmsec_tui.incidents.naming import moment


def start_duty(incident: Incident, asked: Asked, at: int) -> list[Change]:
    limit = next((limit for limit in asked.limits if limit.duty and limit.clock == asked.clock), None)
    if limit is None:
        raise NotFound(f"The policy has no duty {asked.clock[:60]!r}; nothing was done.", hint="Look at its duties.")
    if any(clock.duty and clock.name == limit.clock for clock in incident.clocks):
        raise refused(incident, f"has the clock {limit.clock} already", "Amend it to set when it began.")
    return [c.DutyStarted(limit=limit, aware_at=past(incident, asked, at), note=asked.note)]


def amend_duty(incident: Incident, asked: Asked, at: int) -> list[Change]:
    clock = _duty(incident, asked)
    aware_at = past(incident, asked, at)
    if aware_at == clock.began_at:
        raise refused(incident, f"has the clock {clock.name} running from then already")
    return [c.DutyAmended(clock=clock.name, aware_at=aware_at, note=asked.note)]


def meet_duty(incident: Incident, asked: Asked, at: int) -> list[Change]:
    clock = _duty(incident, asked)
    if clock.met_at is not None:
        raise refused(incident, f"has met {clock.name} already, at {moment(clock.met_at)}")
    return [c.DutyMet(clock=clock.name, note=asked.note)]


def _duty(incident: Incident, asked: Asked) -> Clock:
    for clock in incident.clocks:
        if clock.duty and clock.name == asked.clock:
            return clock
    raise NotFound(
        f"{incident.incident_id} has no clock {asked.clock[:60]!r} by law; nothing was done.", hint="Start it first."
    )
