"""Decide acts that add to an incident's file: notes, marks, links and pinned records."""

import msgspec

from llmsec_tui.errors import NotFound
from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.asked import Asked
from llmsec_tui.incidents.changes import Change
from llmsec_tui.incidents.checks import refused
from llmsec_tui.incidents.incident import Incident


def note(incident: Incident, asked: Asked, at: int) -> list[Change]:
    return [c.Noted(note=asked.note)]


def mark(incident: Incident, asked: Asked, at: int) -> list[Change]:
    return [c.Marked(when=past(incident, asked, at), text=asked.note)]


def link(incident: Incident, asked: Asked, at: int) -> list[Change]:
    if asked.incident == incident.incident_id:
        raise refused(incident, "cannot be linked to itself")
    if asked.incident in incident.links:
        raise refused(incident, f"is linked to {asked.incident} already")
    return [c.Linked(to=asked.incident, note=asked.note)]


def unlink(incident: Incident, asked: Asked, at: int) -> list[Change]:
    if asked.incident not in incident.links:
        raise refused(incident, f"is not linked to {asked.incident}")
    return [c.Unlinked(to=asked.incident, note=asked.note)]


def pin(incident: Incident, asked: Asked, at: int) -> list[Change]:
    record = asked.record
    assert record is not None
    for there in incident.pins:
        if there.event_id == record.event_id:
            raise refused(incident, f"has this record pinned already: it is pin {there.pin}")
    return [msgspec.structs.replace(record, pin=incident.n_pins + 1, note=asked.note)]


def unpin(incident: Incident, asked: Asked, at: int) -> list[Change]:
    if all(there.pin != asked.pin for there in incident.pins):
        raise NotFound(
            f"{incident.incident_id} has no pin {asked.pin}; nothing was done.", hint="Look at its pins again."
        )
    return [c.Unpinned(pin=asked.pin, note=asked.note)]


def check_pins(incident: Incident, asked: Asked, at: int) -> list[Change]:
    results = {str(there.pin): asked.results[there.pin] for there in incident.pins if there.pin in asked.results}
    if not results:
        raise refused(incident, "has no pinned records to check", "Pin an event first.")
    return [c.PinsChecked(results=results)]


def past(incident: Incident, asked: Asked, at: int) -> int:
    """The time that was given, which must have come."""
    when = at if asked.when is None else asked.when
    if not 0 <= when <= at:
        raise refused(incident, "cannot take a time that has not come, or before 1970", "Give a time in the past.")
    return when
