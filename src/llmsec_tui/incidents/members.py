"""Which alerts are in an incident, and with which merged incident each came: out of the events alone."""

from collections.abc import Iterable

from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.changes import IncidentEvent


def members(events: Iterable[IncidentEvent]) -> dict[str, str]:
    """By alert id: the incident that it was absorbed with, empty when it came by itself; none while merged."""
    inside: dict[str, str] = {}
    away: dict[str, str] = {}
    for event in events:
        match event.change:
            case c.Opened(share=share) | c.AlertsJoined(share=share):
                inside |= dict.fromkeys(share.alert_ids, "")
            case c.Absorbed(incident=other, share=share):
                inside |= dict.fromkeys(share.alert_ids, other)
            case c.AlertsWithdrawn(share=share) | c.SplitOff(share=share) | c.GaveBack(share=share):
                inside = {alert: came for alert, came in inside.items() if alert not in share.alert_ids}
            case c.MergedInto():
                inside, away = {}, inside
            case c.Unmerged(share=share):
                inside, away = {alert: away.get(alert, "") for alert in share.alert_ids}, {}
    return inside


def brought(events: Iterable[IncidentEvent], other: str) -> list[str]:
    """The alerts that are here because that incident was merged into this one: what an unmerge gives back."""
    return [alert for alert, came in members(events).items() if came == other]
