"""What alerts that come and go do to an incident."""

from dataclasses import replace

from llmsec_tui.incidents import clock_changes, work_changes
from llmsec_tui.incidents.changes import AlertsJoined, Share
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.share import highest, minus, plus
from llmsec_tui.incidents.states import State


def with_share(incident: Incident, share: Share) -> Incident:
    """With these alerts counted in."""
    return _leveled(
        replace(
            incident,
            n_alerts=incident.n_alerts + len(share.alert_ids),
            levels=plus(incident.levels, share.levels),
            rules=plus(incident.rules, share.rules),
            keys=plus(incident.keys, share.keys),
        )
    )


def without_share(incident: Incident, share: Share) -> Incident:
    """With these alerts counted out."""
    return _leveled(
        replace(
            incident,
            n_alerts=max(incident.n_alerts - len(share.alert_ids), 0),
            levels=minus(incident.levels, share.levels),
            rules=minus(incident.rules, share.rules),
            keys=minus(incident.keys, share.keys),
        )
    )


def alerts_joined(incident: Incident, new: AlertsJoined, at: int) -> Incident:
    """Alerts joined it, with the steps that their rules bring."""
    times = [time for time in (incident.first_event_at, new.first_event_at) if time is not None]
    after = replace(with_share(incident, new.share), first_event_at=min(times, default=None))
    if new.limits:
        after = replace(after, clocks=clock_changes.limited(after, new.limits, at))
    return work_changes.with_tasks(after, new.tasks)


def withdrawn(incident: Incident, share: Share) -> Incident:
    """Later events proved these alerts wrong; what has no alerts any more stays as bad as it was."""
    left = without_share(incident, share)
    return left if left.n_alerts else replace(left, level=incident.level, level_alone=incident.level)


def unmerged(incident: Incident, share: Share) -> Incident:
    """As it was before it was merged, with the alerts that come back."""
    state = incident.before or State.NEW
    return _leveled(
        replace(
            incident,
            state=state,
            before=incident.before_hold if state is State.PENDING else None,
            merged_into="",
            n_alerts=len(share.alert_ids),
            levels=share.levels,
            rules=share.rules,
            keys=share.keys,
        )
    )


def _leveled(incident: Incident) -> Incident:
    if incident.level_set:
        return incident
    return replace(incident, level=highest(incident.levels) or incident.level_alone)
