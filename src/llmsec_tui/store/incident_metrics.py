"""What figures and hand-overs are made from: incidents whole, and the few of their events that say more."""

from collections.abc import Collection

import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.incidents.changes import Breached, IncidentEvent
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.metrics import Judged, judged
from llmsec_tui.incidents.policy import CLOCKS
from llmsec_tui.incidents.states import Disposition
from llmsec_tui.store import incident_rows
from llmsec_tui.store.arrow import taken
from llmsec_tui.store.snapshots import Snapshots

OF_INTEREST = ("noted", "moved", "told", "acknowledgement_timed_out", "handed_over", "reopened")
"""Kinds of changes that a hand-over quotes."""

_COUNTED = """
SELECT incident_id, snapshot FROM incidents
WHERE opened_at >= make_timestamp($since::BIGINT) OR state NOT IN ('closed', 'merged') ORDER BY number
"""
_BREACHED = """
SELECT number, incident_id, seq, epoch_us("at"), actor, change, command_id FROM incident_events
WHERE kind = 'breached' AND number IN (SELECT number FROM incidents WHERE opened_at >= make_timestamp($since::BIGINT))
"""
_DISPOSITIONS = """
SELECT rule_id, disposition, count(*)
FROM (SELECT unnest(rules) AS rule_id, disposition FROM incidents WHERE state = 'closed') GROUP BY ALL
"""
_OPEN = """
SELECT incident_id, snapshot FROM incidents
WHERE state NOT IN ('closed', 'merged') AND ($user = '' OR owner = $user) ORDER BY number DESC LIMIT $most
"""
_OPEN_COUNT = """
SELECT count(*) FROM incidents WHERE state NOT IN ('closed', 'merged') AND ($user = '' OR owner = $user)
"""
_LATEST = """
SELECT incident_id, seq, epoch_us("at"), actor, change, command_id FROM incident_events
WHERE kind IN (SELECT unnest($kinds::VARCHAR[])) AND number IN (SELECT unnest($numbers::BIGINT[]))
QUALIFY row_number() OVER (PARTITION BY number, kind ORDER BY seq DESC) <= $most
ORDER BY number, seq
"""
_ENDED = """
SELECT DISTINCT event_id, incidents.disposition AS state
FROM alerts JOIN incidents USING (incident_id)
WHERE incidents.state = 'closed' AND incidents.disposition <> ''
"""


class MetricsReader(Snapshots):
    """The part of the reading side that figures come from."""

    def incidents_counted(self, since: int) -> tuple[list[Incident], set[int]]:
        """Incidents opened since then (µs) and all that are open; and the numbers of those that were opened since and
        ever missed a service clock."""
        with self._snapshot() as cursor:
            return counted(cursor, since), missed(cursor, since)

    def judged_rules(self) -> dict[str, Judged]:
        """How the incidents with alerts of each rule ended, by the rule's id."""
        with self._snapshot() as cursor:
            return judged_rules(cursor)

    def to_hand_over(self, user: str, most: int, notes: int) -> tuple[list[Incident], list[IncidentEvent], int]:
        """Open incidents of somebody, or with an empty name of everybody, the newest ``most``; of each the last events
        of every kind of ``OF_INTEREST``; and how many incidents there are in all."""
        with self._snapshot() as cursor:
            found, total = still_open(cursor, user, most)
            return found, latest(cursor, [one.number for one in found], notes), total

    def incident_outcomes(self) -> pl.DataFrame:
        """How the closed incidents with alerts on each event ended, each pair once: event_id, state."""
        with self._snapshot() as cursor:
            return taken(cursor, _ENDED, {})


def counted(cursor: DuckDBPyConnection, since: int) -> list[Incident]:
    found = cursor.execute(_COUNTED, {"since": since}).fetchall()
    return [incident_rows.unpack(snapshot, name) for name, snapshot in found]


def missed(cursor: DuckDBPyConnection, since: int) -> set[int]:
    events = cursor.execute(_BREACHED, {"since": since}).fetchall()
    return {number for number, *event in events if _service(incident_rows.event(*event))}


def judged_rules(cursor: DuckDBPyConnection) -> dict[str, Judged]:
    found: dict[str, dict[Disposition, int]] = {}
    for rule_id, disposition, count in cursor.execute(_DISPOSITIONS).fetchall():
        found.setdefault(rule_id, {})[Disposition(disposition)] = count
    return {rule_id: judged(counts) for rule_id, counts in found.items()}


def still_open(cursor: DuckDBPyConnection, user: str, most: int) -> tuple[list[Incident], int]:
    found = cursor.execute(_OPEN, {"user": user, "most": most}).fetchall()
    [(total,)] = cursor.execute(_OPEN_COUNT, {"user": user}).fetchall()
    return [incident_rows.unpack(snapshot, name) for name, snapshot in found], total


def latest(cursor: DuckDBPyConnection, numbers: Collection[int], most: int) -> list[IncidentEvent]:
    asked = {"numbers": list(numbers), "kinds": list(OF_INTEREST), "most": most}
    return [incident_rows.event(*event) for event in cursor.execute(_LATEST, asked).fetchall()]


def _service(event: IncidentEvent) -> bool:
    return isinstance(event.change, Breached) and event.change.clock in CLOCKS
