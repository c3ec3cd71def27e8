"""Decide acts that move alerts between incidents. Nothing is lost: what goes out of one comes into another."""

from llmsec_tui.errors import ServiceError
from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.asked import Asked
from llmsec_tui.incidents.changes import Change, Share
from llmsec_tui.incidents.checks import permitted, refused, standing, unknown_level
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.share import highest, plus, rank
from llmsec_tui.incidents.states import OPEN, TaskState
from llmsec_tui.incidents.task_acts import numbered


def add_alerts(incident: Incident, asked: Asked, at: int) -> list[Change]:
    """Of alerts that are in no incident."""
    share = _share(asked)
    return [
        c.AlertsJoined(
            share=share,
            tasks=numbered(incident, asked.tasks),
            first_event_at=asked.first_event_at,
            limits=list(asked.limits) if raises(incident, share) else [],
            note=asked.note,
        )
    ]


def raises(incident: Incident, share: Share) -> bool:
    """Whether these alerts make it worse than it is."""
    level = None if incident.level_set else highest(plus(incident.levels, share.levels))
    return level is not None and rank(level) > rank(incident.level)


def merge(source: Incident, target: Incident, asked: Asked, at: int) -> tuple[list[Change], list[Change]]:
    """What happens to the one that ends, and to the one that takes its alerts. ``asked.share``: all of them."""
    permitted(source, asked)
    if source.incident_id == target.incident_id:
        raise refused(source, "cannot be merged into itself")
    if target.state not in OPEN:
        raise refused(source, f"cannot be merged there: {target.incident_id} {standing(target)}", _reach(target))
    share = Share(alert_ids=_share(asked).alert_ids, levels=source.levels, rules=source.rules, keys=source.keys)
    _all_there(source, share)
    steps = [
        c.NewTask(task=0, text=task.text, rule_id=task.rule_id, remedy=task.remedy)
        for task in source.tasks
        if task.state is TaskState.OPEN
    ]
    absorbed = c.Absorbed(incident=source.incident_id, share=share, tasks=numbered(target, steps))
    return [c.MergedInto(into=target.incident_id, note=asked.note)], [absorbed]


def unmerge(source: Incident, target: Incident, asked: Asked, at: int) -> tuple[list[Change], list[Change]]:
    """What happens to the one that was merged, and to the one that has its alerts. ``asked.share``: those it gets back,
    that is what it brought, less what was withdrawn or split off since; see ``members.brought``.
    """
    permitted(source, asked)
    if source.merged_into != target.incident_id:
        raise refused(source, f"is merged into {source.merged_into}, not into {target.incident_id}")
    if target.state not in OPEN:
        raise refused(source, f"cannot come back: {target.incident_id} {standing(target)}", _reach(target))
    share = _share(asked)
    if len(share.alert_ids) == source.n_alerts:
        # What it counted when it was merged: exactly that was counted in there.
        share = Share(alert_ids=share.alert_ids, levels=source.levels, rules=source.rules, keys=source.keys)
    back = c.Unmerged(from_=target.incident_id, share=share, note=asked.note)
    return [back], [c.GaveBack(incident=source.incident_id, share=share)]


def split(source: Incident, asked: Asked, at: int) -> tuple[list[Change], c.Opened]:
    """What happens to the one that alerts are taken out of, and the beginning of ``asked.incident``, the new one."""
    permitted(source, asked)
    share = _share(asked)
    if len(share.alert_ids) >= source.n_alerts:
        raise refused(source, "would have no alerts left", "Leave at least one, or retitle it.")
    if asked.level and rank(asked.level) < 0:
        raise unknown_level(asked.level)
    opened = c.Opened(
        how="split",
        title=asked.title.strip() or source.title,
        level=asked.level or highest(share.levels) or source.level,
        share=share,
        limits=[limit for limit in asked.limits if not limit.duty],
        tasks=numbered(None, asked.tasks),
        first_event_at=asked.first_event_at,
        first_alert_at=asked.first_alert_at,
        follows=source.incident_id,
        owner=source.owner,
        note=asked.note,
    )
    return [c.SplitOff(into=asked.incident, share=share, note=asked.note)], opened


def _share(asked: Asked) -> Share:
    return asked.share if asked.share is not None else Share(alert_ids=[], levels={}, rules={}, keys={})


def _all_there(source: Incident, share: Share) -> None:
    found = len(share.alert_ids)
    if found != source.n_alerts:
        raise ServiceError(
            f"{source.incident_id} has {source.n_alerts} alerts, and {found} were found; nothing was done.",
            hint="Ask again; if it stays so, the store is damaged.",
        )


def _reach(target: Incident) -> str:
    if target.merged_into:
        return f"Take {target.merged_into}, or unmerge {target.incident_id} first."
    return f"Reopen {target.incident_id} first."
