"""What is answered to whoever acted on an incident."""

from collections.abc import Mapping

from llmsec_tui.audit.record import Facts
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.states import State

_DONE: Mapping[str, str] = {
    "add_alerts": "has {alerts} now",
    "link": "is linked",
    "unlink": "is not linked there any more",
    "retitle": "has its new title",
    "watch": "is watched by you",
    "unwatch": "is not watched by you any more",
    "note": "has your note",
    "mark": "has your mark",
    "pin": "has pin {pin}",
    "unpin": "has that pin no more",
    "check_pins": "had its pins checked: {pins}",
    "add_task": "has task {task}",
    "finish_task": "has that task done",
    "waive_task": "has that task left out",
    "reopen_task": "has that task open again",
    "rehearse": "has rehearsal {run} running",
    "run": "has run {run} running",
    "start_duty": "has that clock running",
    "amend_duty": "has that clock set",
    "meet_duty": "has met that duty",
    "set_level": "has the level {level}",
}


def told(act: str, incident: Incident, made: str = "") -> str:
    """A sentence about how the incident is after the act, and about the one that it ``made`` of its alerts."""
    if made:
        return f"{made} was split off from {incident.incident_id}, which has {_known(incident)['alerts']} left."
    return f"{incident.incident_id} {_DONE[act].format_map(_known(incident)) if act in _DONE else _stands(incident)}."


def facts(incident: Incident) -> Facts:
    """What the journal keeps of how an incident is."""
    return {
        "state": incident.state.value,
        "owner": incident.owner,
        "version": incident.version,
        "seq": incident.seq,
        "level": incident.level,
        "alerts": incident.n_alerts,
        **({"disposition": incident.disposition.value} if incident.disposition is not None else {}),
        **({"merged_into": incident.merged_into} if incident.merged_into else {}),
    }


def _stands(incident: Incident) -> str:
    if incident.state is State.MERGED:
        return f"is merged into {incident.merged_into}"
    if incident.state is State.CLOSED and incident.disposition is not None:
        return f"is closed as {incident.disposition.value.replace('_', ' ')}"
    return f"is {incident.state.value}" + (f"; {incident.owner} has it" if incident.owner else "")


def _known(incident: Incident) -> dict[str, str]:
    results = [pin.result for pin in incident.pins if pin.result]
    counts = ", ".join(f"{results.count(result)} {result}" for result in dict.fromkeys(results))
    return {
        "alerts": f"{incident.n_alerts} alert" + ("s" if incident.n_alerts != 1 else ""),
        "level": incident.level,
        "pin": str(incident.n_pins),
        "pins": counts,
        "task": str(incident.n_tasks),
        "run": str(max((run.run for run in incident.runs), default=0)),
    }
