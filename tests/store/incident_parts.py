"""Incidents to put into a store, with as little in them as a test needs."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.store.parts import NOW

from llmsec_tui.incidents.changes import AlertsJoined, Change, IncidentEvent, Limit, Opened, Share
from llmsec_tui.incidents.fold import begin, record
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.store.store import Store

HOUR = 3_600_000_000


def share(*alert_ids: str, keys: Mapping[str, int] | None = None, level: str = "high") -> Share:
    """What alerts of one rule bring."""
    count = len(alert_ids)
    return Share(
        alert_ids=list(alert_ids),
        levels={level: count} if count else {},
        rules={"prompt-injection": count} if count else {},
        keys=dict(keys or {}),
    )


def opened(number: int, *, at: int = NOW, actor: str = "llmsec-tui", **fields: Any) -> list[IncidentEvent]:
    """The first event of an incident."""
    given: dict[str, Any] = {
        "how": "level",
        "title": f"Prompt injection {number}",
        "level": "high",
        "share": share(f"alert{number}", keys={f"conversation:shop|c{number}": 1, "user:shop|ana": 1}),
        "limits": [Limit(clock="acknowledge", within=HOUR)],
    }
    change = Opened(**{**given, **fields})
    return [IncidentEvent(incident_id=f"INC-{number}", seq=1, at=at, actor=actor, change=change)]


def wrote(store: Store, number: int, *changes: Change, at: int = NOW, actor: str = "ana", **fields: Any) -> Incident:
    """Open an incident with all of these changes at once."""
    events = opened(number, at=at, **fields)
    incident, more = record(begin(events[0]), changes, at=at, actor=actor)
    store.write_incidents([(incident, [*events, *more])])
    return incident


def went_on(store: Store, incident_id: str, *changes: Change, at: int = NOW, actor: str = "ana") -> Incident:
    """More that happens to an incident that is stored."""
    before = store.incident(incident_id)
    assert before is not None
    after, events = record(before, changes, at=at, actor=actor)
    store.write_incidents([(after, events)])
    return after


def joined(*alert_ids: str, keys: Mapping[str, int] | None = None) -> AlertsJoined:
    return AlertsJoined(share=share(*alert_ids, keys=keys))


def numbers(incidents: Sequence[Incident]) -> list[int]:
    return [incident.number for incident in incidents]
