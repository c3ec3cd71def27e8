"""The log events on an incident's timeline. They are searched for among all events, so what was found is kept a while:
many may have the same incident open, and a pane asks every second. What is found within a scope is kept apart.
"""

import time
from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.timeline import Kind, Moment
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.rows import Row
from llmsec_tui.store.store import Store

AROUND = 3
"""Events that are shown before and after the alerts of each conversation."""
MOST_EVENTS = 300
TEXT_CHARS = 1_000
KEEP_S = 5.0
_MOST_KEPT = 64
"""Incidents."""


@dataclass(frozen=True, slots=True)
class Found:
    """What there is about one incident."""

    moments: list[Moment]
    left_out: int
    """Further events between its alerts."""
    seq: int
    """Of the incident's last event then: alerts that join it bring events."""
    until: float
    """When it is looked up again, by ``time.monotonic()``."""


_Name = tuple[str, tuple[str, ...], tuple[str, ...]]
"""An incident, and the applications and tenants that somebody sees."""
_kept: "WeakKeyDictionary[Store, dict[_Name, Found]]" = WeakKeyDictionary()
_lock = Lock()


def log_events(store: Store, reader: Reader, incident: Incident) -> Found:
    """The events that raised its alerts and those around them, as of a few seconds ago at most."""
    now = time.monotonic()
    name = incident.incident_id, reader.sight.apps, reader.sight.tenants
    with _lock:
        found = _kept.setdefault(store, {}).get(name)
    if found is not None and found.seq == incident.seq and now < found.until:
        return found
    rows, left_out = reader.events_of_incident(
        incident.incident_id, around=AROUND, most=MOST_EVENTS, text_chars=TEXT_CHARS
    )
    found = Found([_moment(row) for row in rows], left_out, incident.seq, now + KEEP_S)
    with _lock:
        kept = _kept.setdefault(store, {})
        kept.pop(name, None)
        kept[name] = found
        while len(kept) > _MOST_KEPT:
            del kept[next(iter(kept))]
    return found


def _moment(row: Row) -> Moment:
    what = " ".join(filter(None, (row["role"] or row["kind"], row["tool_name"])))
    text = row["text"] + ("…" if row["n_chars"] > len(row["text"]) else "")
    return Moment(
        at=row["at"],
        kind=Kind.EVENT,
        who=row["user_id"] or row["app"] or "",
        what=what,
        text=text,
        level=row["alert_level"] or "",
        ref=row["event_id"],
    )
