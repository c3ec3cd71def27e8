"""Write what happened to incidents together with what is made from it, and read both back."""

from collections.abc import Collection, Sequence

import msgspec
import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.incidents.changes import IncidentEvent
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.store import incident_rows
from llmsec_tui.store.arrow import append
from llmsec_tui.store.incident_keys import write_keys

Changed = tuple[Incident, Sequence[IncidentEvent]]
"""An incident as it is after these events, in their order."""

_EVENT: dict[str, pl.DataType] = {
    "number": pl.Int64(),
    "incident_id": pl.String(),
    "seq": pl.Int64(),
    "at": pl.Datetime("us"),
    "actor": pl.String(),
    "kind": pl.String(),
    "change": pl.String(),
    "command_id": pl.String(),
}
_ADD_EVENTS = "INSERT INTO incident_events BY NAME SELECT * FROM incoming"
_TAKE_OUT = """
DELETE FROM incidents
WHERE number BETWEEN $low AND $high AND number IN (SELECT unnest($numbers::BIGINT[]))
RETURNING number, epoch_us(last_alert_at)
"""
_PUT = "INSERT INTO incidents BY NAME SELECT * FROM incoming"
_LAST = "SELECT coalesce(max(number), 0) FROM incidents"
_SNAPSHOTS = """
SELECT incident_id, snapshot FROM incidents
WHERE number BETWEEN $low AND $high AND number IN (SELECT unnest($numbers::BIGINT[])) ORDER BY number
"""
_EVENTS = """
SELECT incident_id, seq, epoch_us("at"), actor, change, command_id FROM incident_events
WHERE number = $number AND seq > $after ORDER BY seq
"""


def write_incidents(connection: DuckDBPyConnection, changed: Sequence[Changed]) -> None:
    """Add the events, and put what they make of each incident in the place of what was there.

    An incident may be there more than once; the last counts.
    """
    if not changed:
        return
    noted = [_event(incident.number, event) for incident, events in changed for event in events]
    append(connection, _ADD_EVENTS, pl.DataFrame(noted, schema=_EVENT, orient="row"))
    together: dict[int, Changed] = {}
    for incident, events in changed:
        _, before = together.get(incident.number, (incident, ()))
        together[incident.number] = incident, [*before, *events]
    _put(connection, list(together.values()))
    write_keys(connection, list(together.values()))


def next_number(connection: DuckDBPyConnection) -> int:
    """The number that the next incident has."""
    [(last,)] = connection.execute(_LAST).fetchall()
    return int(last) + 1


def incidents(connection: DuckDBPyConnection, numbers: Collection[int]) -> list[Incident]:
    """The incidents that have these numbers, lowest first."""
    if not numbers:
        return []
    found = connection.execute(_SNAPSHOTS, _these(numbers)).fetchall()
    return [incident_rows.unpack(snapshot, name) for name, snapshot in found]


def events(connection: DuckDBPyConnection, number: int, after: int) -> list[IncidentEvent]:
    """What happened to one incident after its event ``after``, in order."""
    found = connection.execute(_EVENTS, {"number": number, "after": after}).fetchall()
    return [incident_rows.event(*row) for row in found]


def _put(connection: DuckDBPyConnection, changed: Sequence[Changed]) -> None:
    numbers = [incident.number for incident, _ in changed]
    last_alerts = dict(connection.execute(_TAKE_OUT, _these(numbers)).fetchall())
    rows = [
        incident_rows.row(incident, incident_rows.last_alert_at(events) or last_alerts.get(incident.number))
        for incident, events in changed
    ]
    append(connection, _PUT, pl.DataFrame(rows, schema=incident_rows.ROW, orient="row"))


def _these(numbers: Collection[int]) -> dict[str, object]:
    """Parameters that say "these" in a way that lets DuckDB skip what lies outside of them."""
    return {"numbers": list(numbers), "low": min(numbers), "high": max(numbers)}


def _event(number: int, event: IncidentEvent) -> tuple[object, ...]:
    kind = event.change.__struct_config__.tag
    change = msgspec.json.encode(event.change).decode()
    return number, event.incident_id, event.seq, event.at, event.actor, kind, change, event.command_id
