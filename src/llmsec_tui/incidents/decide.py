"""Decide what an act changes: pure, by the table of acts; what is refused says why and what could be done instead."""

from collections.abc import Callable, Mapping

from llmsec_tui.errors import ServiceError
from llmsec_tui.incidents import duty_acts, evidence_acts, moving_alerts, task_acts, working
from llmsec_tui.incidents.asked import Asked
from llmsec_tui.incidents.changes import Change
from llmsec_tui.incidents.checks import legal, permitted
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.moving_alerts import merge, split, unmerge

__all__ = ["ELSEWHERE", "Asked", "decide", "legal", "merge", "split", "unmerge"]

_DECIDE: Mapping[str, Callable[[Incident, Asked, int], list[Change]]] = {
    "acknowledge": working.acknowledge,
    "take_over": working.take_over,
    "assign": working.assign,
    "hand_over": working.hand_over,
    "investigate": working.move,
    "contain": working.move,
    "resolve": working.move,
    "hold": working.move,
    "resume": working.move,
    "close": working.close,
    "reopen": working.reopen,
    "add_alerts": moving_alerts.add_alerts,
    "link": evidence_acts.link,
    "unlink": evidence_acts.unlink,
    "set_level": working.set_level,
    "retitle": working.retitle,
    "watch": working.watch,
    "unwatch": working.unwatch,
    "note": evidence_acts.note,
    "mark": evidence_acts.mark,
    "pin": evidence_acts.pin,
    "unpin": evidence_acts.unpin,
    "check_pins": evidence_acts.check_pins,
    "add_task": task_acts.add_task,
    "finish_task": task_acts.finish_task,
    "waive_task": task_acts.waive_task,
    "reopen_task": task_acts.reopen_task,
    "rehearse": task_acts.rehearse,
    "run": task_acts.run,
    "start_duty": duty_acts.start_duty,
    "amend_duty": duty_acts.amend_duty,
    "meet_duty": duty_acts.meet_duty,
}

ELSEWHERE = frozenset({"merge", "unmerge", "split", "export"})
"""Acts of the table that are not on one incident alone, or that leave it as it is."""


def decide(incident: Incident, asked: Asked, at: int) -> list[Change]:
    """What an act on one incident changes; raises StaleVersion, NotFound or ServiceError when it is refused.

    ``at`` is now; it counts as the time of the incident's last event when the clock was set back before that.
    """
    permitted(incident, asked)
    decided = _DECIDE.get(asked.act)
    if decided is None:
        raise ServiceError(f"{asked.act} is not an act on one incident alone; nothing was done.")
    return decided(incident, asked, max(at, incident.last_at))
