"""The timeline of an incident: what the store and the journal hold of it, merged."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct

from llmsec_tui.access import Actor, check
from llmsec_tui.errors import ServiceError
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.keys import parts
from llmsec_tui.incidents.timeline import Kind, Moment, merge, page
from llmsec_tui.incidents.wording import moments as of_changes
from llmsec_tui.service.asks import PAGE_LIMIT
from llmsec_tui.service.context import Context
from llmsec_tui.service.incidents.api import GetTimeline
from llmsec_tui.service.incidents.configuration import changes_between
from llmsec_tui.service.incidents.log_events import log_events
from llmsec_tui.service.incidents.rows import Timeline, TimelineRow
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.rows import Row

LEAD_US = 3_600_000_000
"""So long before its first event, what changed may have brought the incident about."""
MOST_ALERTS = 5_000
MOST_CHANGES = 200
"""Of the configuration, and as many markers."""


def timeline(context: Context, reader: Reader, ask: GetTimeline, actor: Actor) -> Timeline:
    """A page of it. Raises NotFound, ServiceError for a kind of moment that there is not, AccessRefused where the asker
    wants nothing but what their role may not see."""
    incident = reader.incident(ask.incident_id)
    kinds = permitted(ask.kinds, actor)
    merged, left_out = moments(context, reader, incident, kinds, time.time_ns() // 1000)
    limit = min(max(ask.limit, 1), PAGE_LIMIT)
    rows = [_row(moment) for moment in page(merged, ask.before, ask.after, limit)]
    return Timeline(rows=rows, total=len(merged), left_out=left_out)


PERSONAL: Mapping[type, Callable[[Context, Reader, Any, Actor], Struct]] = {GetTimeline: timeline}


def permitted(kinds: Sequence[str], actor: Actor) -> frozenset[Kind]:
    """The kinds of moments that are asked for (all when none is named) and that the role may see."""
    if unknown := [kind for kind in kinds if kind not in set(Kind)]:
        raise ServiceError(
            f"A timeline has no moments of kind {unknown[0][:40]!r}.", hint=f"Kinds: {', '.join(sorted(Kind))}."
        )
    wanted = frozenset(Kind(kind) for kind in kinds) or frozenset(Kind)
    if wanted == {Kind.EVENT}:
        check(actor, "events.read")
    return wanted if "events.read" in actor.capabilities else wanted - {Kind.EVENT}


def moments(
    context: Context, reader: Reader, incident: Incident, kinds: Collection[Kind], now: int
) -> tuple[list[Moment], int]:
    """All moments of these kinds in order of time, numbered, and how many log events are left out."""
    since = min(incident.first_event_at or incident.opened_at, incident.opened_at) - LEAD_US
    until = incident.closed_at or now
    events = log_events(context.store, reader, incident) if Kind.EVENT in kinds else None
    found = (
        events.moments if events else [],
        _alerts(reader.alert_lines_of_incident(incident.incident_id, MOST_ALERTS)) if Kind.ALERT in kinds else [],
        _markers(reader, incident, since, until) if Kind.MARKER in kinds else [],
        changes_between(context.journal, since, until, MOST_CHANGES) if Kind.CONFIGURATION in kinds else [],
        (one for one in of_changes(reader.incident_events(incident.incident_id)) if one.kind in kinds),
    )
    return merge(found), events.left_out if events else 0


def apps_of(incident: Incident) -> list[str]:
    """The applications that its alerts are about."""
    return sorted({part.app for part in map(parts, incident.keys) if part.app})


def _alerts(rows: Sequence[Row]) -> list[Moment]:
    return [
        Moment(
            at=row["raised_at"],
            kind=Kind.ALERT,
            who=row["who"],
            what=row["title"],
            text=row["excerpt"],
            level=row["level"],
            ref=row["alert_id"],
        )
        for row in rows
    ]


def _markers(reader: Reader, incident: Incident, since: int, until: int) -> list[Moment]:
    return [
        Moment(
            at=row["at"],
            kind=Kind.MARKER,
            who=row["author"],
            what=f"{row['kind']} {row['app']}".rstrip(),
            text=row["text"],
        )
        for row in reversed(reader.markers_between(since, until, apps_of(incident), MOST_CHANGES))
    ]


def _row(moment: Moment) -> TimelineRow:
    return TimelineRow(
        seq=moment.seq,
        at=moment.at,
        kind=moment.kind.value,
        who=moment.who,
        what=moment.what,
        text=moment.text,
        level=moment.level,
        ref=moment.ref,
    )
