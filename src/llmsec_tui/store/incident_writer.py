"""Write what happened to incidents together with what is made from it, and read both back."""

from collections.abc import Collection, Sequence

import msgspec
import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.incidents.changes import IncidentEvent, Unwatched, Watched
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.store import incident_rows
from llmsec_tui.store.arrow import append
from llmsec_tui.store.incident_keys import COMING, GOING, write_keys

Changed = tuple[Incident, Sequence[IncidentEvent]]
"""An incident as it is after these events, in their order."""

_ADD_EVENTS = """
INSERT INTO incident_events BY NAME
SELECT unnest($numbers::BIGINT[]) AS number, unnest($incident_ids::VARCHAR[]) AS incident_id,
    unnest($seqs::BIGINT[]) AS seq, make_timestamp(unnest($ats::BIGINT[])) AS "at",
    unnest($actors::VARCHAR[]) AS actor, unnest($kinds::VARCHAR[]) AS kind,
    unnest($changes::VARCHAR[]) AS change, unnest($command_ids::VARCHAR[]) AS command_id
"""
_TAKE_OUT = """
DELETE FROM incidents
WHERE number BETWEEN $low AND $high AND number IN (SELECT unnest($numbers::BIGINT[]))
RETURNING number, epoch_us(last_alert_at)
"""
_PUT = "INSERT INTO incidents BY NAME SELECT * FROM incoming"
_CHANGING = (*COMING, *GOING, Watched, Unwatched)
"""Changes after which a list may be another. DuckDB updates all other columns where they are, in a quarter of the time
of a new row."""
_STAYING = frozenset({"number", "incident_id", "last_alert_at"}) | incident_rows.LISTS
_UPDATED = [name for name in incident_rows.ROW if name not in _STAYING]
_UPDATE = " ".join(
    (
        "UPDATE incidents SET",
        ", ".join(
            "".join(
                (name, " = make_timestamp($", name, "::BIGINT)")
                if name in incident_rows.TIMES
                else (name, " = $", name)
            )
            for name in _UPDATED
        ),
        "WHERE number = $number",
    )
)
_FEW = 4
"""More rows than this are faster taken out and put in together."""
_LAST = "SELECT coalesce(max(number), 0) FROM incidents"
_SNAPSHOT = "SELECT incident_id, snapshot FROM incidents WHERE number = $number"
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
    _add_events(connection, [(incident.number, event) for incident, events in changed for event in events])
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
    if len(numbers) == 1:
        found = connection.execute(_SNAPSHOT, {"number": next(iter(numbers))}).fetchall()
    else:
        found = connection.execute(_SNAPSHOTS, _these(numbers)).fetchall()
    return [incident_rows.unpack(snapshot, name) for name, snapshot in found]


def events(connection: DuckDBPyConnection, number: int, after: int) -> list[IncidentEvent]:
    """What happened to one incident after its event ``after``, in order."""
    found = connection.execute(_EVENTS, {"number": number, "after": after}).fetchall()
    return [incident_rows.event(*row) for row in found]


def _put(connection: DuckDBPyConnection, changed: Sequence[Changed]) -> None:
    if len(changed) <= _FEW:
        changed = [one for one in changed if not _updated(connection, *one)]
    if not changed:
        return
    numbers = [incident.number for incident, _ in changed]
    last_alerts = dict(connection.execute(_TAKE_OUT, _these(numbers)).fetchall())
    rows = [
        incident_rows.row(incident, incident_rows.last_alert_at(events) or last_alerts.get(incident.number))
        for incident, events in changed
    ]
    append(connection, _PUT, pl.DataFrame(rows, schema=incident_rows.ROW, orient="row"))


def _updated(connection: DuckDBPyConnection, incident: Incident, events: Sequence[IncidentEvent]) -> bool:
    """Whether the row could be changed where it is."""
    if any(isinstance(event.change, _CHANGING) for event in events):
        return False
    values = dict(zip(incident_rows.ROW, incident_rows.row(incident, None), strict=True))
    given = {"number": incident.number, **{name: values[name] for name in _UPDATED}}
    [(rows,)] = connection.execute(_UPDATE, given).fetchall()
    return bool(rows)


def _add_events(connection: DuckDBPyConnection, noted: Sequence[tuple[int, IncidentEvent]]) -> None:
    if not noted:
        return
    events = [event for _, event in noted]
    given = {
        "numbers": [number for number, _ in noted],
        "incident_ids": [event.incident_id for event in events],
        "seqs": [event.seq for event in events],
        "ats": [event.at for event in events],
        "actors": [event.actor for event in events],
        "kinds": [event.change.__struct_config__.tag for event in events],
        "changes": [msgspec.json.encode(event.change).decode() for event in events],
        "command_ids": [event.command_id for event in events],
    }
    connection.execute(_ADD_EVENTS, given)


def _these(numbers: Collection[int]) -> dict[str, object]:
    """Parameters that say "these" in a way that lets DuckDB skip what lies outside of them."""
    return {"numbers": list(numbers), "low": min(numbers), "high": max(numbers)}
