"""The alerts of incidents: in which one each is, and what acts on incidents do to them."""

from collections.abc import Collection, Mapping, Sequence

from duckdb import DuckDBPyConnection

from llmsec_tui.incidents.keys import AlertFacts, entity, parts
from llmsec_tui.store.rows import NEWEST, Row, rows

CLOSED = "closed"
"""The state of an alert that was closed with its incident; only reopening that changes it."""
_MOST_LOOSE = 1_000
_RECENT = 20_000
"""What is asked about is mostly among so many of the newest alerts; the others are only gone through for the rest."""
_FACTS = """
SELECT alert_id, rule_id, title, level, confidence, coalesce(tags, []) AS tags, conversation_id, user_id, app,
    environment, model, tool_name, group_id, excerpt, decoded_text, n_events IS NOT NULL AS over_time,
    epoch_us(ts) AS ts, epoch_us(began) AS began, epoch_us(raised_at) AS raised_at, state, incident_id,
    suppressed_by IS NULL AS shown
FROM alerts
"""
_BY_ID = (
    _FACTS
    + """
SEMI JOIN (SELECT unnest($alert_ids::VARCHAR[]) AS alert_id) AS incoming USING (alert_id)
WHERE seq BETWEEN $low AND $high ORDER BY seq
"""
)
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
UPDATE alerts SET incident_id = incoming.incident_id
FROM (SELECT unnest($alert_ids::VARCHAR[]) AS alert_id, unnest($incident_ids::VARCHAR[]) AS incident_id) AS incoming
WHERE alerts.alert_id = incoming.alert_id AND alerts.seq BETWEEN $low AND $high
"""

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
_ADD_ACTS = """
INSERT INTO alert_acts BY NAME
SELECT unnest($alert_ids::VARCHAR[]) AS alert_id, make_timestamp($at::BIGINT) AS noted_at, $by AS actor, $act AS act,
    $note AS note, unnest($versions::BIGINT[]) AS version, unnest($command_ids::VARCHAR[]) AS command_id
"""


def alert_facts(connection: DuckDBPyConnection, alert_ids: Collection[str], last: int) -> list[AlertFacts]:
    """What the desk goes by, of those that are there, in the order in which they came.

    ``last`` is the highest ``seq`` of alerts, as of some moment of late.
    """
    if not alert_ids:
        return []
    asked = list(set(alert_ids))
    recent, older = _spans(last)
    found = rows(connection, _BY_ID, {"alert_ids": asked, **recent})
    if len(found) < len(asked):
        found = rows(connection, _BY_ID, {"alert_ids": asked, **older}) + found
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


def place_alerts(connection: DuckDBPyConnection, places: Mapping[str, str | None], last: int) -> None:
    """Say in which incident each alert is from now on, by id; None: in none. ``last`` as for :func:`alert_facts`."""
    if not places:
        return
    given = {"alert_ids": list(places), "incident_ids": list(places.values())}
    recent, older = _spans(last)
    [(placed,)] = connection.execute(_PLACE, {**given, **recent}).fetchall()
    if placed < len(places):
        connection.execute(_PLACE, {**given, **older})


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
    if not changed:
        return 0
    name = command_id or act
    given = {
        "alert_ids": [alert_id for alert_id, _ in changed],
        "versions": [version for _, version in changed],
        "command_ids": [f"{name}:{alert_id}:{version}" for alert_id, version in changed],
    }
    connection.execute(_ADD_ACTS, {**given, "at": at, "by": by, "act": act, "note": note})
    return len(changed)


def _spans(last: int) -> tuple[dict[str, int], dict[str, int]]:
    """Where the recent alerts are, and where the older ones, as parameters."""
    return {"low": last - _RECENT + 1, "high": NEWEST}, {"low": 0, "high": last - _RECENT}


def _facts(row: Row) -> AlertFacts:
    return AlertFacts(**{**row, "tags": tuple(row["tags"])})


def _beginning(name: str) -> str:
    """What the raw name begins with for sure."""
    return name.partition("…")[0]
