"""The alerts of incidents: in which one each is, and what acts on incidents do to them."""

from collections.abc import Collection, Mapping, Sequence

import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.incidents.keys import AlertFacts, entity, parts
from llmsec_tui.store.arrow import append, lent
from llmsec_tui.store.rows import Row, rows

CLOSED = "closed"
"""The state of an alert that was closed with its incident; only reopening that changes it."""
_MOST_LOOSE = 1_000
_RECENT = 20_000
"""What is asked about is mostly among so many of the newest alerts; the others are only gone through for the rest."""
_ID = {"alert_id": pl.String()}
_FACTS = """
SELECT alert_id, rule_id, title, level, confidence, coalesce(tags, []) AS tags, conversation_id, user_id, app, model,
    tool_name, group_id, excerpt, decoded_text, n_events IS NOT NULL AS over_time, epoch_us(ts) AS ts,
    epoch_us(began) AS began, epoch_us(raised_at) AS raised_at, state, incident_id, suppressed_by IS NULL AS shown
FROM alerts
"""
_BY_ID = _FACTS + "SEMI JOIN incoming USING (alert_id) WHERE seq BETWEEN $low AND $high ORDER BY seq"
_LOOSE = (
    _FACTS
    + """
WHERE raised_at >= make_timestamp($since::BIGINT) AND coalesce(ts, raised_at) >= make_timestamp($since::BIGINT)
    AND incident_id IS NULL AND suppressed_by IS NULL
    AND state IN ('new', 'acknowledged') AND starts_with(coalesce(app, ''), $app)
    AND starts_with(CASE WHEN $word = 'user' THEN user_id ELSE conversation_id END, $name)
ORDER BY seq DESC LIMIT $most
"""
)
_IN = "SELECT alert_id FROM alerts WHERE incident_id = $incident_id ORDER BY seq"
_PLACE = """
UPDATE alerts SET incident_id = incoming.incident_id FROM incoming
WHERE alerts.alert_id = incoming.alert_id AND alerts.seq BETWEEN $low AND $high
"""
_LAST = "SELECT coalesce(max(seq), 0) FROM alerts"

_ACKNOWLEDGE = """
UPDATE alerts SET state = 'acknowledged', owner = $by, version = version + 1
WHERE incident_id = $incident_id AND state = 'new'
RETURNING alert_id, version
"""
_CLOSE = """
UPDATE alerts SET state = 'closed', owner = $by, version = version + 1, disposition = $disposition, closed_by = $ref,
    state_before = state, owner_before = owner
WHERE incident_id = $incident_id AND state IN ('new', 'acknowledged')
RETURNING alert_id, version
"""
_REOPEN = """
UPDATE alerts SET state = state_before, owner = owner_before, version = version + 1, disposition = NULL,
    closed_by = NULL, state_before = NULL, owner_before = NULL
WHERE closed_by = $ref AND state = 'closed'
RETURNING alert_id, version
"""
_FORGET_CLOSE = """
UPDATE alerts SET disposition = NULL, closed_by = NULL, state_before = NULL, owner_before = NULL WHERE closed_by = $ref
"""
_ACT: dict[str, pl.DataType] = {
    "alert_id": pl.String(),
    "noted_at": pl.Datetime("us"),
    "actor": pl.String(),
    "act": pl.String(),
    "note": pl.String(),
    "version": pl.Int64(),
    "command_id": pl.String(),
}
_ADD_ACTS = "INSERT INTO alert_acts BY NAME SELECT * FROM incoming"


def alert_facts(connection: DuckDBPyConnection, alert_ids: Collection[str]) -> list[AlertFacts]:
    """What the desk goes by, of those that are there, in the order in which they came."""
    if not alert_ids:
        return []
    recent, older = _spans(connection)
    with lent(connection, pl.DataFrame({"alert_id": list(set(alert_ids))}, schema=_ID)):
        found = rows(connection, _BY_ID, recent)
        if len(found) < len(set(alert_ids)):
            found = rows(connection, _BY_ID, older) + found
    return [_facts(row) for row in found]


def loose_alerts(connection: DuckDBPyConnection, name: str, since: int) -> list[AlertFacts]:
    """The alerts of an entity since then (µs), by their events and when they were raised, that are shown, open and in
    no incident.

    In the order in which they came, at most the last thousand. ``name`` is the entity as ``incidents.keys`` calls it.
    """
    part = parts(name)
    # A long name ends in a hash here; what its beginning finds is compared as a whole afterwards.
    given = {"since": since, "word": part.word, "app": _beginning(part.app), "name": _beginning(part.name)}
    found = rows(connection, _LOOSE, {**given, "most": _MOST_LOOSE})
    facts = (_facts(row) for row in reversed(found))
    return [one for one in facts if entity(one) == name]


def alerts_in(connection: DuckDBPyConnection, incident_id: str) -> list[str]:
    """The ids of the alerts that are in an incident now, in the order in which they came."""
    return [alert_id for (alert_id,) in connection.execute(_IN, {"incident_id": incident_id}).fetchall()]


def place_alerts(connection: DuckDBPyConnection, places: Mapping[str, str | None]) -> None:
    """Say in which incident each alert is from now on, by id; None: in none."""
    if not places:
        return
    recent, older = _spans(connection)
    schema = {"alert_id": pl.String(), "incident_id": pl.String()}
    with lent(connection, pl.DataFrame(list(places.items()), schema=schema, orient="row")):
        [(placed,)] = connection.execute(_PLACE, recent).fetchall()
        if placed < len(places):
            connection.execute(_PLACE, older)


def acknowledge_alerts(connection: DuckDBPyConnection, incident_id: str, *, by: str, at: int, command_id: str) -> int:
    """Acknowledge the new alerts of an incident; how many they were."""
    changed = connection.execute(_ACKNOWLEDGE, {"incident_id": incident_id, "by": by}).fetchall()
    return _acted(connection, changed, "acknowledged", f"With {incident_id}.", by, at, command_id)


def close_alerts(
    connection: DuckDBPyConnection,
    incident_id: str,
    *,
    disposition: str,
    ref: str,
    by: str,
    at: int,
    note: str,
    command_id: str,
) -> int:
    """Close the open alerts of an incident; how many they were. ``ref`` names what closed them, for ever."""
    given = {"incident_id": incident_id, "by": by, "disposition": disposition, "ref": ref}
    changed = connection.execute(_CLOSE, given).fetchall()
    return _acted(connection, changed, "closed", f"With {incident_id} as {disposition}: {note}", by, at, command_id)


def reopen_alerts(connection: DuckDBPyConnection, ref: str, *, by: str, at: int, note: str, command_id: str) -> int:
    """Make the alerts that ``ref`` closed what they were before that; how many they were.

    One that was withdrawn since stays so; should it be raised again, it is new.
    """
    changed = connection.execute(_REOPEN, {"ref": ref}).fetchall()
    connection.execute(_FORGET_CLOSE, {"ref": ref})
    return _acted(connection, changed, "reopened", f"With {ref.partition('#')[0]}: {note}", by, at, command_id)


def _acted(
    connection: DuckDBPyConnection,
    changed: Sequence[tuple[str, int]],
    act: str,
    note: str,
    by: str,
    at: int,
    command_id: str,
) -> int:
    """Add the act to the history of each alert. Its command id there holds alert and version, so it is no other's."""
    name = command_id or act
    acts = [(alert_id, at, by, act, note, version, f"{name}:{alert_id}:{version}") for alert_id, version in changed]
    append(connection, _ADD_ACTS, pl.DataFrame(acts, schema=_ACT, orient="row"))
    return len(changed)


def _spans(connection: DuckDBPyConnection) -> tuple[dict[str, int], dict[str, int]]:
    """Where the recent alerts are, and where the older ones, as parameters."""
    [(last,)] = connection.execute(_LAST).fetchall()
    return {"low": last - _RECENT + 1, "high": last}, {"low": 0, "high": last - _RECENT}


def _facts(row: Row) -> AlertFacts:
    return AlertFacts(**{**row, "tags": tuple(row["tags"])})


def _beginning(name: str) -> str:
    """What the raw name begins with for sure."""
    return name.partition("…")[0]
