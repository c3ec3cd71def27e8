"""Decide acts that say who has an incident, where it stands and how bad it is."""

from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.acts import ACTS
from llmsec_tui.incidents.asked import Asked
from llmsec_tui.incidents.changes import Change
from llmsec_tui.incidents.checks import refused
from llmsec_tui.incidents.clock_changes import RESTARTED
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.states import Disposition, TaskState

_TASKS_NAMED = 3
_TASK_CHARS = 60


def acknowledge(incident: Incident, asked: Asked, at: int) -> list[Change]:
    return [c.Acknowledged(owner=asked.actor, note=asked.note)]


def take_over(incident: Incident, asked: Asked, at: int) -> list[Change]:
    _another(incident, asked.actor)
    return [c.TakenOver(owner=asked.actor, before=incident.owner, note=asked.note)]


def assign(incident: Incident, asked: Asked, at: int) -> list[Change]:
    owner = _another(incident, asked.owner.strip())
    return [c.Assigned(owner=owner, before=incident.owner, note=asked.note)]


def hand_over(incident: Incident, asked: Asked, at: int) -> list[Change]:
    owner = _another(incident, asked.owner.strip())
    return [c.HandedOver(owner=owner, before=incident.owner, note=asked.note)]


def move(incident: Incident, asked: Asked, at: int) -> list[Change]:
    """Into the state that the table has for the act, or back to where it was before."""
    act = ACTS[asked.act]
    state = incident.before if act.back else act.to
    if state is None:
        raise refused(incident, "was nowhere before")
    return [c.Moved(act=act.name, state=state, note=asked.note)]


def close(incident: Incident, asked: Asked, at: int) -> list[Change]:
    disposition = Disposition(asked.disposition)
    duplicate_of = asked.incident if disposition is Disposition.DUPLICATE else ""
    if disposition is Disposition.DUPLICATE and duplicate_of in ("", incident.incident_id):
        raise refused(incident, "cannot be a duplicate of nothing or of itself", "Name the other incident.")
    still_open = [task for task in incident.tasks if task.state is TaskState.OPEN]
    if still_open and not asked.waive_open:
        named = ", ".join(f"{task.task} ({task.text[:_TASK_CHARS]})" for task in still_open[:_TASKS_NAMED])
        more = f" and {len(still_open) - _TASKS_NAMED} more" if len(still_open) > _TASKS_NAMED else ""
        raise refused(
            incident,
            f"has open tasks: {named}{more}",
            "Finish them or leave them out one by one, or waive all that are open with this close.",
        )
    waived = [task.task for task in still_open]
    return [c.Closed(disposition=disposition, note=asked.note, duplicate_of=duplicate_of, waived=waived)]


def reopen(incident: Incident, asked: Asked, at: int) -> list[Change]:
    limits = [limit for limit in asked.limits if limit.clock in RESTARTED and not limit.duty]
    return [c.Reopened(owner=asked.actor, note=asked.note, limits=limits)]


def set_level(incident: Incident, asked: Asked, at: int) -> list[Change]:
    if asked.level == incident.level and incident.level_set:
        raise refused(incident, f"has the level {asked.level} already")
    limits = [limit for limit in asked.limits if not limit.duty]
    return [c.LevelSet(level=asked.level, note=asked.note, limits=limits)]


def retitle(incident: Incident, asked: Asked, at: int) -> list[Change]:
    title = asked.title.strip()
    if title == incident.title:
        raise refused(incident, "has this title already")
    return [c.Retitled(title=title)]


def watch(incident: Incident, asked: Asked, at: int) -> list[Change]:
    if asked.actor in incident.watchers:
        raise refused(incident, f"is watched by {asked.actor} already")
    return [c.Watched(watcher=asked.actor)]


def unwatch(incident: Incident, asked: Asked, at: int) -> list[Change]:
    if asked.actor not in incident.watchers:
        raise refused(incident, f"is not watched by {asked.actor}")
    return [c.Unwatched(watcher=asked.actor)]


def _another(incident: Incident, owner: str) -> str:
    if owner == incident.owner:
        raise refused(incident, f"is {owner}'s already")
    return owner
