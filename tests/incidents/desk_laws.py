"""What must be true of incidents whatever was done to them."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from tests.incidents.naive import figures, whereabouts

from llmsec_tui.incidents import metrics
from llmsec_tui.incidents.changes import IncidentEvent
from llmsec_tui.incidents.fold import counted, replay
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.members import members
from llmsec_tui.incidents.states import LEVELS, State, TaskState


def kept_as_its_events_add_up(incident: Incident, events: Sequence[IncidentEvent]) -> None:
    """No event is missing, none goes back in time, and together they make exactly this."""
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert all(one.at <= other.at for one, other in pairwise(events))
    assert replay(events) == incident
    assert incident.version == len(counted(events))


def figures_as_naively_counted(incident: Incident, events: Sequence[IncidentEvent]) -> None:
    naive = figures(events)
    assert incident.opened_at == naive.opened_at
    assert incident.version == naive.version
    assert incident.acknowledged_at == naive.acknowledged_at
    assert incident.contained_at == naive.contained_at
    assert incident.resolved_at == naive.resolved_at
    assert incident.closed_at == naive.closed_at
    assert incident.pending_us == naive.pending_us
    assert incident.reopened == naive.reopened
    assert incident.breaches == naive.breaches
    assert incident.n_notes == naive.notes
    assert incident.first_event_at == naive.first_event_at
    assert metrics.to_contain(incident) == naive.to_contain
    assert metrics.to_resolve(incident) == naive.to_resolve


def in_no_illegal_state(incident: Incident) -> None:
    state = incident.state
    assert (incident.owner == "") if state is State.NEW else (incident.owner != "" or state is State.MERGED)
    assert (incident.before is not None) == (state in (State.PENDING, State.MERGED))
    assert (state is State.MERGED) == bool(incident.merged_into)
    assert (state is State.CLOSED) == (incident.disposition is not None) == (incident.closed_at is not None)
    is_held = State.PENDING in (state, incident.before)
    assert is_held == (incident.held_at is not None) == (incident.before_hold is not None)
    assert incident.level in LEVELS
    assert state is not State.CLOSED or all(task.state is not TaskState.OPEN for task in incident.tasks)
    assert state is not State.CLOSED or all(clock.duty or clock.met_at is not None for clock in incident.clocks)
    for numbers in (
        [task.task for task in incident.tasks],
        [pin.pin for pin in incident.pins],
        [run.run for run in incident.runs],
        [(clock.name, clock.duty) for clock in incident.clocks],
        list(incident.links),
        list(incident.watchers),
    ):
        assert len(set(numbers)) == len(numbers)


def every_alert_in_one_place(
    logs: Mapping[str, Sequence[IncidentEvent]], incidents: Mapping[str, Incident], alerts: Mapping[str, str]
) -> None:
    """In one incident or in none, as is kept in ``alerts``, and as the events say by themselves."""
    derived = whereabouts(logs)
    for alert, name in alerts.items():
        assert derived.get(alert, []) == ([name] if name else [])
    assert set(derived) <= set(alerts)
    for name, incident in incidents.items():
        inside = members(logs[name])
        assert sorted(inside) == sorted(alert for alert, where in alerts.items() if where == name)
        if incident.state is not State.MERGED:
            assert incident.n_alerts == len(inside) == sum(incident.levels.values()) == sum(incident.rules.values())


def merges_end_somewhere(incidents: Mapping[str, Incident]) -> None:
    """Never in a circle, and what took another in knows it."""
    for incident in incidents.values():
        seen = {incident.incident_id}
        while incident.merged_into:
            assert incident.incident_id in incidents[incident.merged_into].absorbed
            incident = incidents[incident.merged_into]
            assert incident.incident_id not in seen
            seen.add(incident.incident_id)
