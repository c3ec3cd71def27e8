"""Decide acts on the steps of an incident, and on remedies; and give new steps their numbers."""

from collections.abc import Iterable

import msgspec

from llmsec_tui.errors import NotFound
from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.asked import Asked
from llmsec_tui.incidents.changes import Change, NewTask
from llmsec_tui.incidents.checks import refused
from llmsec_tui.incidents.incident import Incident, Run, Task
from llmsec_tui.incidents.naming import moment
from llmsec_tui.incidents.states import RunState, TaskState

REHEARSED_FOR = 3_600_000_000
"""For so long, in microseconds, a rehearsal allows to run what was rehearsed."""


def numbered(incident: Incident | None, tasks: Iterable[NewTask]) -> list[NewTask]:
    """The steps that an incident (None: a new one) does not have yet, each once, with the numbers that they get."""
    texts = {task.text for task in incident.tasks} if incident is not None else set()
    last = incident.n_tasks if incident is not None else 0
    new: list[NewTask] = []
    for task in tasks:
        if task.text not in texts:
            texts.add(task.text)
            new.append(msgspec.structs.replace(task, task=last + len(new) + 1))
    return new


def add_task(incident: Incident, asked: Asked, at: int) -> list[Change]:
    tasks = numbered(incident, [NewTask(task=0, text=asked.title.strip())])
    if not tasks:
        raise refused(incident, "has this task already")
    return [c.TaskAdded(task=tasks[0])]


def finish_task(incident: Incident, asked: Asked, at: int) -> list[Change]:
    return [c.TaskDone(task=_open(incident, asked.task).task, note=asked.note)]


def waive_task(incident: Incident, asked: Asked, at: int) -> list[Change]:
    return [c.TaskWaived(task=_open(incident, asked.task).task, note=asked.note)]


def reopen_task(incident: Incident, asked: Asked, at: int) -> list[Change]:
    task = _task(incident, asked.task)
    if task.state is TaskState.OPEN:
        raise refused(incident, f"has task {task.task} open already")
    return [c.TaskReopened(task=task.task, note=asked.note)]


def rehearse(incident: Incident, asked: Asked, at: int) -> list[Change]:
    return [_started(incident, asked, rehearsal=True)]


def run(incident: Incident, asked: Asked, at: int) -> list[Change]:
    """Exactly what was rehearsed well within the last hour, and not twice at once."""
    started = _started(incident, asked, rehearsal=False)
    if running := _running(incident, started.remedy):
        raise refused(
            incident,
            f"has {started.remedy} running already, since {moment(running.at)}, by {running.by}",
            "Wait for its end.",
        )
    if not any(_rehearsed(earlier, started.digest, at) for earlier in incident.runs):
        raise refused(
            incident,
            f"has no good rehearsal of exactly this within the last hour ({started.remedy})",
            "Rehearse it, look at what it would do, then run it.",
        )
    return [started]


def _started(incident: Incident, asked: Asked, *, rehearsal: bool) -> c.RunStarted:
    assert asked.run is not None
    number = max((earlier.run for earlier in incident.runs), default=0) + 1
    task = asked.task or asked.run.task
    return msgspec.structs.replace(
        asked.run,
        run=number,
        rehearsal=rehearsal,
        task=_task(incident, task).task if task else None,
        note=asked.note or asked.run.note,
    )


def _running(incident: Incident, remedy: str) -> Run | None:
    return next(
        (run for run in incident.runs if run.remedy == remedy and not run.rehearsal and run.state is RunState.RUNNING),
        None,
    )


def _rehearsed(earlier: Run, digest: str, at: int) -> bool:
    return (
        earlier.rehearsal
        and earlier.digest == digest
        and earlier.state is RunState.DONE
        and earlier.ended_at is not None
        and at - earlier.ended_at <= REHEARSED_FOR
    )


def _task(incident: Incident, number: int) -> Task:
    for task in incident.tasks:
        if task.task == number:
            return task
    raise NotFound(f"{incident.incident_id} has no task {number}; nothing was done.", hint="Look at its tasks again.")


def _open(incident: Incident, number: int) -> Task:
    task = _task(incident, number)
    if task.state is not TaskState.OPEN:
        when = moment(task.at) if task.at is not None else "an unknown time"
        raise refused(incident, f"has task {number} {task.state} already, by {task.by} at {when}")
    return task
