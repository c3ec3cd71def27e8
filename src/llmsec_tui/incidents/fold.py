"""Make an incident out of the events that are kept of it. Pure: the same events always give the same incident."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import assert_never

from llmsec_tui.errors import StoreError
from llmsec_tui.incidents import alert_changes, clock_changes, state_changes, work_changes
from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.acts import UNCOUNTED
from llmsec_tui.incidents.changes import Change, IncidentEvent
from llmsec_tui.incidents.incident import Clock, Incident
from llmsec_tui.incidents.naming import deed, kind
from llmsec_tui.incidents.share import highest
from llmsec_tui.incidents.states import State, TaskState


def replay(events: Iterable[IncidentEvent]) -> Incident:
    """The incident that all of its events, in order, add up to; StoreError when some are gone."""
    incident: Incident | None = None
    for event in events:
        if incident is None:
            incident = begin(event)
        elif (event.incident_id, event.seq) != (incident.incident_id, incident.seq + 1):
            raise _broken(incident, f"event {event.seq} of {event.incident_id} follows event {incident.seq}")
        else:
            incident = apply(incident, event)
    if incident is None:
        raise StoreError("There is no incident without events.", hint="The store is damaged; restore a copy of it.")
    return incident


def record(
    incident: Incident, changes: Sequence[Change], *, at: int, actor: str, command_id: str = ""
) -> tuple[Incident, list[IncidentEvent]]:
    """What an incident becomes by these changes, and the events to be kept. Time does not go back with the clock."""
    events = [
        IncidentEvent(
            incident_id=incident.incident_id,
            seq=incident.seq + ahead,
            at=max(at, incident.last_at),
            actor=actor,
            change=change,
            command_id=command_id,
        )
        for ahead, change in enumerate(changes, 1)
    ]
    for event in events:
        incident = apply(incident, event)
    return incident, events


def counted(events: Iterable[IncidentEvent]) -> list[IncidentEvent]:
    """Those that count for the version: the one at index n made version n + 1."""
    return [event for event in events if kind(event.change) not in UNCOUNTED]


def begin(event: IncidentEvent) -> Incident:
    """A new incident out of its first event."""
    opened = event.change
    number = event.incident_id.removeprefix("INC-")
    if not isinstance(opened, c.Opened) or event.seq != 1 or not number.isdecimal():
        raise StoreError(
            f"{event.incident_id} begins with its event {event.seq} ({kind(opened)}): what came before is gone.",
            hint="The store is damaged; restore a copy of it.",
        )
    incident = Incident(
        incident_id=event.incident_id,
        number=int(number),
        seq=event.seq,
        version=1,
        title=opened.title,
        how=opened.how,
        state=State.ACKNOWLEDGED if opened.owner else State.NEW,
        level=opened.level,
        level_alone=opened.level,
        level_set=opened.level != (highest(opened.share.levels) or opened.level),
        owner=opened.owner,
        opened_at=event.at,
        opened_by=event.actor,
        last_at=event.at,
        changed_at=event.at,
        changed_by=event.actor,
        changed=deed(opened),
        first_event_at=opened.first_event_at,
        first_alert_at=opened.first_alert_at,
        follows=opened.follows,
        clocks=clock_changes.begun(opened.limits, event.at),
    )
    if opened.owner:
        incident = state_changes.taken(incident, opened.owner, event.at)
    return work_changes.with_tasks(alert_changes.with_share(incident, opened.share), opened.tasks)


def apply(incident: Incident, event: IncidentEvent) -> Incident:
    """The incident after one more event. Its ``seq`` is taken as it is; see ``replay``."""
    after = replace(_changed(incident, event), seq=event.seq, last_at=event.at)
    if after.owner != incident.owner or event.actor == after.owner:
        after = replace(after, owner_at=event.at if after.owner else None)
    if kind(event.change) in UNCOUNTED:
        return after
    return replace(
        after,
        version=incident.version + 1,
        changed_at=event.at,
        changed_by=event.actor,
        changed=deed(event.change),
    )


def _changed(incident: Incident, event: IncidentEvent) -> Incident:
    at = event.at
    match event.change:
        case c.Opened():
            raise _broken(incident, "it was opened twice")
        case c.AlertsJoined() as joined:
            return alert_changes.alerts_joined(incident, joined, at)
        case c.AlertsWithdrawn(share=share):
            return alert_changes.withdrawn(incident, share)
        case c.SplitOff(share=share):
            return alert_changes.without_share(incident, share)
        case c.Acknowledged(owner=owner):
            return replace(state_changes.taken(incident, owner, at), state=State.ACKNOWLEDGED)
        case c.AcknowledgementTimedOut():
            return replace(incident, state=State.NEW, owner="")
        case c.TakenOver(owner=owner) | c.Assigned(owner=owner) | c.HandedOver(owner=owner):
            return replace(incident, owner=owner)
        case c.Moved(state=state):
            return state_changes.moved(incident, state, at)
        case c.Closed() as closed:
            return state_changes.closed(incident, closed, event)
        case c.Reopened() as reopened:
            return state_changes.reopened(incident, reopened, at)
        case c.MergedInto(into=into):
            return replace(incident, state=State.MERGED, before=incident.state, merged_into=into)
        case c.Absorbed(incident=other, share=share, tasks=tasks):
            absorbed = replace(alert_changes.with_share(incident, share), absorbed=(*incident.absorbed, other))
            return work_changes.with_tasks(absorbed, tasks, came_with=other)
        case c.Unmerged(share=share):
            return alert_changes.unmerged(incident, share)
        case c.GaveBack(incident=other, share=share):
            left = replace(alert_changes.without_share(incident, share), absorbed=_less(incident.absorbed, other))
            return work_changes.without_tasks_of(left, other)
        case c.Linked(to=to):
            return replace(incident, links=_more(incident.links, to))
        case c.Unlinked(to=to):
            return replace(incident, links=_less(incident.links, to))
        case c.LevelSet(level=level, limits=limits):
            return replace(incident, level=level, level_set=True, clocks=clock_changes.limited(incident, limits, at))
        case c.Retitled(title=title):
            return replace(incident, title=title)
        case c.Watched(watcher=watcher):
            return replace(incident, watchers=_more(incident.watchers, watcher))
        case c.Unwatched(watcher=watcher):
            return replace(incident, watchers=_less(incident.watchers, watcher))
        case c.Noted():
            return replace(incident, n_notes=incident.n_notes + 1)
        case c.Marked() | c.Told() | c.Exported():
            return incident
        case c.Pinned() as pin:
            return work_changes.pinned(incident, pin, event)
        case c.Unpinned(pin=number):
            return replace(incident, pins=tuple(pin for pin in incident.pins if pin.pin != number))
        case c.PinsChecked(results=results):
            return work_changes.checked(incident, results, at)
        case c.TaskAdded(task=task):
            return work_changes.with_tasks(incident, [task])
        case c.TaskDone(task=number, note=note):
            return work_changes.task_set(incident, [number], TaskState.DONE, event, note)
        case c.TaskWaived(task=number, note=note):
            return work_changes.task_set(incident, [number], TaskState.WAIVED, event, note)
        case c.TaskReopened(task=number, note=note):
            return work_changes.task_set(incident, [number], TaskState.OPEN, event, note)
        case c.RunStarted() as run:
            return work_changes.run_started(incident, run, event)
        case c.RunEnded() as end:
            return work_changes.run_ended(incident, end, at)
        case c.DutyStarted(limit=limit, aware_at=aware_at):
            return replace(incident, clocks=(*incident.clocks, *clock_changes.begun([limit], aware_at)))
        case c.DutyAmended(clock=name, aware_at=aware_at):
            return _duty(incident, name, lambda clock: replace(clock, began_at=aware_at), at)
        case c.DutyMet(clock=name):
            return _duty(incident, name, lambda clock: replace(clock, met_at=at), at)
        case c.Breached(clock=name, due_at=due_at):
            clocks = clock_changes.breached(incident.clocks, name, due_at)
            return replace(incident, clocks=clocks, breaches=incident.breaches + 1)
        case _:
            assert_never(event.change)


def _duty(incident: Incident, name: str, change: Callable[[Clock], Clock], at: int) -> Incident:
    return replace(incident, clocks=clock_changes.duty_changed(incident, name, change, at))


def _more(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return names if name in names else (*names, name)


def _less(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(one for one in names if one != name)


def _broken(incident: Incident, what: str) -> StoreError:
    return StoreError(
        f"The events of {incident.incident_id} do not fit together: {what}.",
        hint="The store is damaged; restore a copy of it.",
    )
