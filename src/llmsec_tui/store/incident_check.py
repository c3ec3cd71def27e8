"""Compare what is stored of incidents with what their events add up to."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from duckdb import DuckDBPyConnection

from llmsec_tui.errors import StoreError
from llmsec_tui.incidents.changes import IncidentEvent
from llmsec_tui.incidents.fold import replay
from llmsec_tui.store import incident_rows
from llmsec_tui.store.incident_keys import hashed
from llmsec_tui.store.incident_rows import ROW, TIMES

_AT_ONCE = 1_000
"""Incidents that are replayed at once, so that memory stays small however many there are."""
_HIGHEST = """
SELECT greatest(
    (SELECT coalesce(max(number), 0) FROM incidents), (SELECT coalesce(max(number), 0) FROM incident_events),
    (SELECT coalesce(max(number), 0) FROM incident_keys)
)
"""
_EVENTS = """
SELECT incident_id, seq, epoch_us("at"), actor, change, command_id FROM incident_events
WHERE number BETWEEN $low AND $high ORDER BY number, seq
"""
_ROWS = " ".join(
    (
        "SELECT",
        ", ".join("".join(("epoch_us(", name, ")")) if name in TIMES else name for name in ROW),
        "FROM incidents WHERE number BETWEEN $low AND $high",
    )
)
_KEYS = "SELECT number, key FROM incident_keys WHERE number BETWEEN $low AND $high"


def differing(connection: DuckDBPyConnection) -> list[str]:
    """The ids of incidents whose row, snapshot or keys are not what their events add up to, lowest number first."""
    [(highest,)] = connection.execute(_HIGHEST).fetchall()
    return [
        incident_id
        for low in range(0, highest + 1, _AT_ONCE)
        for incident_id in _among(connection, low, low + _AT_ONCE - 1)
    ]


def _among(connection: DuckDBPyConnection, low: int, high: int) -> list[str]:
    bounds = {"low": low, "high": high}
    stored = {row[1]: row for row in connection.execute(_ROWS, bounds).fetchall()}
    held: dict[str, list[int]] = {}
    for number, key in connection.execute(_KEYS, bounds).fetchall():
        held.setdefault(incident_rows.PREFIX + str(number), []).append(key)
    events = [incident_rows.event(*row) for row in connection.execute(_EVENTS, bounds).fetchall()]
    happened = {name: list(of_one) for name, of_one in groupby(events, key=attrgetter("incident_id"))}
    names = sorted(stored.keys() | held.keys() | happened.keys(), key=lambda name: incident_rows.number_of(name) or 0)
    return [name for name in names if not _fits(happened.get(name, []), stored.get(name), held.get(name, []))]


def _fits(events: Sequence[IncidentEvent], stored: tuple[object, ...] | None, keys: Sequence[int]) -> bool:
    try:
        incident = replay(events)
    except StoreError:
        return False
    return stored == incident_rows.row(incident, incident_rows.last_alert_at(events)) and sorted(keys) == sorted(
        map(hashed, incident.keys)
    )
