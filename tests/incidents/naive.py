"""What the figures of an incident must be, counted one by one out of its events, in the plainest way there is."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.acts import UNCOUNTED
from llmsec_tui.incidents.changes import IncidentEvent
from llmsec_tui.incidents.states import State


@dataclass(frozen=True, slots=True)
class Figures:
    """Times and spans are microseconds."""

    opened_at: int
    version: int
    acknowledged_at: int | None
    contained_at: int | None
    resolved_at: int | None
    closed_at: int | None
    to_contain: int | None
    to_resolve: int | None
    pending_us: int
    reopened: int
    breaches: int
    notes: int
    first_event_at: int | None


def figures(events: Sequence[IncidentEvent]) -> Figures:
    """Of one incident."""
    opened = events[0].change
    assert isinstance(opened, c.Opened)
    holds = _holds(events)
    begin = events[0].at
    contained = _first(events, lambda change: isinstance(change, c.Moved) and change.state is State.CONTAINED)
    resolved = _first(
        events,
        lambda change: isinstance(change, c.Closed) or (isinstance(change, c.Moved) and change.state is State.RESOLVED),
    )
    ends = [event for event in events if isinstance(event.change, c.Closed | c.Reopened)]
    dates = [event.change.first_event_at for event in events if isinstance(event.change, c.Opened | c.AlertsJoined)]
    taken = _first(events, lambda change: isinstance(change, c.Acknowledged))
    return Figures(
        opened_at=begin,
        version=sum(str(event.change.__struct_config__.tag) not in UNCOUNTED for event in events),
        acknowledged_at=begin if opened.owner else taken,
        contained_at=contained,
        resolved_at=resolved,
        closed_at=ends[-1].at if ends and isinstance(ends[-1].change, c.Closed) else None,
        to_contain=None if contained is None else contained - begin - _within(holds, contained),
        to_resolve=None if resolved is None else resolved - begin - _within(holds, resolved),
        pending_us=sum(end - start for start, end in holds if end is not None),
        reopened=sum(isinstance(event.change, c.Reopened) for event in events),
        breaches=sum(isinstance(event.change, c.Breached) for event in events),
        notes=sum(isinstance(event.change, c.Noted) for event in events),
        first_event_at=min((date for date in dates if date is not None), default=None),
    )


def _first(events: Iterable[IncidentEvent], wanted: object) -> int | None:
    assert callable(wanted)
    return next((event.at for event in events if wanted(event.change)), None)


def _holds(events: Iterable[IncidentEvent]) -> list[tuple[int, int | None]]:
    holds: list[tuple[int, int | None]] = []
    for event in events:
        if isinstance(event.change, c.Moved) and event.change.act == "hold":
            holds.append((event.at, None))
        if isinstance(event.change, c.Moved) and event.change.act == "resume":
            holds[-1] = (holds[-1][0], event.at)
    return holds


def _within(holds: Iterable[tuple[int, int | None]], until: int) -> int:
    return sum(min(end or until, until) - start for start, end in holds if start < until)


def whereabouts(logs: Mapping[str, Sequence[IncidentEvent]]) -> dict[str, list[str]]:
    """For each alert that was ever in an incident, those it is in now: never more than one, none when withdrawn.

    All events of all incidents are gone through; an alert is where it last went to. Withdrawn alerts have none.
    """
    inside: dict[str, Counter[str]] = {}
    for name, events in logs.items():
        for event in events:
            match event.change:
                case c.Opened(share=share) | c.AlertsJoined(share=share) | c.Absorbed(share=share):
                    _count(inside, share.alert_ids, name, 1)
                case c.AlertsWithdrawn(share=share) | c.SplitOff(share=share):
                    _count(inside, share.alert_ids, name, -1)
                case c.GaveBack(share=share, incident=other):
                    _count(inside, share.alert_ids, name, -1)
                    _count(inside, share.alert_ids, other, 1)
                case _:
                    pass
        for absorbed in (event.change for event in events if isinstance(event.change, c.Absorbed)):
            _count(inside, absorbed.share.alert_ids, absorbed.incident, -1)
    return {alert: [name for name, count in found.items() for _ in range(count)] for alert, found in inside.items()}


def _count(inside: dict[str, Counter[str]], alert_ids: Iterable[str], name: str, by: int) -> None:
    for alert in alert_ids:
        inside.setdefault(alert, Counter())[name] += by
