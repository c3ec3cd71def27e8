"""What connects incidents and alerts: which incidents have a key."""

from collections.abc import Collection, Sequence, Set
from hashlib import blake2b

from duckdb import DuckDBPyConnection

from llmsec_tui.incidents.changes import (
    Absorbed,
    AlertsJoined,
    AlertsWithdrawn,
    GaveBack,
    IncidentEvent,
    MergedInto,
    Opened,
    SplitOff,
    Unmerged,
)
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.keys import Holder
from llmsec_tui.incidents.states import State

COMING = (Opened, AlertsJoined, Absorbed)
"""Changes that may give an incident keys that it did not have."""
GOING = (AlertsWithdrawn, GaveBack, SplitOff, MergedInto, Unmerged)
"""Changes after which it may not have all that it had."""
_DROP = "DELETE FROM incident_keys WHERE number IN (SELECT unnest($numbers::BIGINT[]))"
_ADD = """
INSERT INTO incident_keys BY NAME
SELECT * FROM (SELECT unnest($keys::UBIGINT[]) AS key, unnest($numbers::BIGINT[]) AS number) AS incoming
ANTI JOIN (SELECT * FROM incident_keys WHERE number BETWEEN $low AND $high) USING (key, number)
"""
_HOLDERS = """
SELECT key, number, incident_id, state, epoch_us(last_alert_at), n_alerts, merged_into, epoch_us(closed_at)
FROM incident_keys SEMI JOIN (SELECT unnest($keys::UBIGINT[]) AS key) AS incoming USING (key)
JOIN incidents USING (number)
QUALIFY row_number() OVER (PARTITION BY key, state IN ('closed', 'merged') ORDER BY number DESC)
    <= CASE WHEN state IN ('closed', 'merged') THEN 5 ELSE 1000 END
ORDER BY number DESC, key
"""
"""Of those at their end the newest suffice: they only say what a new incident follows, or where alerts go on to."""


def write_keys(connection: DuckDBPyConnection, changed: Sequence[tuple[Incident, Sequence[IncidentEvent]]]) -> None:
    """Store the keys that each incident has after these events."""
    gone = [incident.number for incident, events in changed if _any_of(events, GOING)]
    if gone:
        connection.execute(_DROP, {"numbers": gone})
    pairs = [(hashed(key), incident.number) for incident, events in changed for key in _to_add(incident, events)]
    if pairs:
        numbers = [number for _, number in pairs]
        given = {"keys": [key for key, _ in pairs], "numbers": numbers}
        connection.execute(_ADD, {**given, "low": min(numbers), "high": max(numbers)})


def holders(connection: DuckDBPyConnection, keys: Collection[str]) -> list[Holder]:
    """The incidents that have one of the keys, newest first: of each key those that are open, and the last five of the
    others."""
    if not keys:
        return []
    asked = {hashed(key): key for key in keys}
    found = connection.execute(_HOLDERS, {"keys": list(asked)}).fetchall()
    return [
        Holder(
            key=asked[key],
            number=number,
            incident_id=incident_id,
            state=State(state),
            last_alert_at=last_alert_at,
            n_alerts=n_alerts,
            merged_into=merged_into,
            closed_at=closed_at,
        )
        for key, number, incident_id, state, last_alert_at, n_alerts, merged_into, closed_at in found
    ]


def hashed(key: str) -> int:
    """As a key is stored."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")


def _to_add(incident: Incident, events: Sequence[IncidentEvent]) -> Set[str]:
    """Those of its keys that may not be stored. A full incident has thousands, and each batch of an attack adds one."""
    if _any_of(events, GOING):
        return incident.keys.keys()
    shares = [event.change.share.keys for event in events if isinstance(event.change, COMING)]
    return incident.keys.keys() & {key for share in shares for key in share}


def _any_of(events: Sequence[IncidentEvent], kinds: tuple[type, ...]) -> bool:
    return any(isinstance(event.change, kinds) for event in events)
