"""What changes of an incident do to its tasks, its evidence and its runs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from llmsec_tui.incidents.changes import IncidentEvent, NewTask, Pinned, RunEnded, RunStarted
from llmsec_tui.incidents.incident import Incident, Pin, Run, Task
from llmsec_tui.incidents.states import TaskState


def with_tasks(incident: Incident, new: Sequence[NewTask], came_with: str = "") -> Incident:
    """With these steps too."""
    tasks = tuple(
        Task(task=task.task, text=task.text, rule_id=task.rule_id, remedy=task.remedy, came_with=came_with)
        for task in new
    )
    last = max((task.task for task in new), default=0)
    return replace(incident, tasks=incident.tasks + tasks, n_tasks=max(incident.n_tasks, last))


def without_tasks_of(incident: Incident, other: str) -> Incident:
    """Without the steps that the other brought; those that somebody has dealt with stay."""
    used = {run.task for run in incident.runs}
    kept = [task for task in incident.tasks if task.came_with != other or task.at is not None or task.task in used]
    return replace(incident, tasks=tuple(kept))


def task_set(incident: Incident, numbers: Iterable[int], state: TaskState, event: IncidentEvent, note: str) -> Incident:
    """These steps are open, done or waived."""
    wanted = frozenset(numbers)
    tasks = tuple(
        replace(task, state=state, by=event.actor, at=event.at, note=note) if task.task in wanted else task
        for task in incident.tasks
    )
    return replace(incident, tasks=tasks)


def pinned(incident: Incident, pin: Pinned, event: IncidentEvent) -> Incident:
    """With one more record as evidence."""
    kept = Pin(
        pin=pin.pin,
        event_id=pin.event_id,
        source_id=pin.source_id,
        source_path=pin.source_path,
        source_offset=pin.source_offset,
        source_len=pin.source_len,
        sha256=pin.sha256,
        note=pin.note,
        by=event.actor,
        at=event.at,
    )
    return replace(incident, pins=(*incident.pins, kept), n_pins=max(incident.n_pins, pin.pin))


def checked(incident: Incident, results: dict[str, str], at: int) -> Incident:
    """What became of the pinned records."""
    pins = tuple(
        replace(pin, checked_at=at, result=results[str(pin.pin)]) if str(pin.pin) in results else pin
        for pin in incident.pins
    )
    return replace(incident, pins=pins)


def run_started(incident: Incident, run: RunStarted, event: IncidentEvent) -> Incident:
    """Something runs."""
    started = Run(
        run=run.run,
        remedy=run.remedy,
        rehearsal=run.rehearsal,
        what=run.what,
        digest=run.digest,
        task=run.task,
        by=event.actor,
        at=event.at,
    )
    return replace(incident, runs=(*incident.runs, started))


def run_ended(incident: Incident, end: RunEnded, at: int) -> Incident:
    """It ended, one way or another."""
    runs = tuple(_ended(run, end, at) if run.run == end.run else run for run in incident.runs)
    return replace(incident, runs=runs)


def _ended(run: Run, end: RunEnded, at: int) -> Run:
    return replace(
        run,
        state=end.state,
        ended_at=at,
        exit_code=end.exit_code,
        output_bytes=end.output_bytes,
        output_sha256=end.output_sha256,
        told=end.told,
    )
