"""An incident as a line of the queue, and its clocks."""

from collections.abc import Mapping, Sequence

from llmsec_tui.incidents.clocks import ClockReading, foremost, readings
from llmsec_tui.incidents.decide import legal
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.keys import parts
from llmsec_tui.incidents.policy import Policy
from llmsec_tui.incidents.states import TaskState
from llmsec_tui.service.incidents.rows import ClockRow, IncidentRow

_MOST_USERS = 3
_TITLES = {"acknowledge": "to be acknowledged", "contain": "to be contained", "resolve": "to be resolved"}


def incident_row(
    incident: Incident, seq: int, policy: Policy, now: int, viewers: Mapping[str, Sequence[str]]
) -> IncidentRow:
    """The line; ``seq`` is its place in the list."""
    first = foremost(incident, now)
    users = _named(incident, "user")
    return IncidentRow(
        seq=seq,
        incident_id=incident.incident_id,
        title=incident.title,
        level=incident.level,
        state=incident.state.value,
        before="" if incident.before is None else incident.before.value,
        owner=incident.owner,
        version=incident.version,
        opened_at=incident.opened_at,
        opened_by=incident.opened_by,
        how=incident.how,
        last_at=incident.last_at,
        changed_at=incident.changed_at,
        changed_by=incident.changed_by,
        changed=incident.changed,
        n_alerts=incident.n_alerts,
        n_tasks=len(incident.tasks),
        n_tasks_open=sum(task.state is TaskState.OPEN for task in incident.tasks),
        n_notes=incident.n_notes,
        n_pins=len(incident.pins),
        clock=None if first is None else clock_row(first, policy),
        breached=sum(clock.breached_at is not None for clock in incident.clocks),
        users=users[:_MOST_USERS],
        apps=sorted({part.app for part in map(parts, incident.keys) if part.app}),
        n_users=len(users),
        n_conversations=len(_named(incident, "conversation")),
        watchers=list(incident.watchers),
        viewers=list(viewers.get(incident.incident_id, ())),
        disposition="" if incident.disposition is None else incident.disposition.value,
        merged_into=incident.merged_into,
        reopened=incident.reopened,
        acts=legal(incident),
    )


def clock_rows(incident: Incident, policy: Policy, now: int) -> list[ClockRow]:
    """All its clocks, in the order in which they were set."""
    return [clock_row(one, policy) for one in readings(incident, now)]


def clock_row(reading: ClockReading, policy: Policy) -> ClockRow:
    """One clock; a duty by the title that the policy has for it."""
    duty = policy.duty(reading.name) if reading.duty else None
    return ClockRow(
        name=reading.name,
        title=_TITLES.get(reading.name, reading.name) if duty is None else duty.title,
        duty=reading.duty,
        state=reading.state,
        began_at=reading.began_at,
        due_at=reading.due_at,
        left=reading.left,
        met_at=reading.met_at,
    )


def began(incident: Incident) -> int | None:
    """When the first thing that is known of it was (µs): an event, or an alert where events have no time."""
    return incident.first_alert_at if incident.first_event_at is None else incident.first_event_at


def _named(incident: Incident, word: str) -> list[str]:
    """Names of its users or conversations, those with most alerts first."""
    found = [(-count, parts(key)) for key, count in incident.keys.items()]
    return [name for _, name in sorted((count, part.name) for count, part in found if part.word == word)]
