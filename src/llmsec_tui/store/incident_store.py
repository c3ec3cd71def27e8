"""The part of the writing side that the incident desk stands on."""

from collections.abc import Collection, Mapping, Sequence

from llmsec_tui.incidents.changes import IncidentEvent
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.keys import AlertFacts, Holder
from llmsec_tui.incidents.risk import Risk
from llmsec_tui.store import incident_alerts, incident_keys, incident_standing, incident_writer, risks
from llmsec_tui.store.incident_check import differing
from llmsec_tui.store.incident_rows import known_number
from llmsec_tui.store.incident_writer import Changed
from llmsec_tui.store.transactions import Transactions
from llmsec_tui.store.writer import Highest

_DOING = "give its incidents"


class IncidentStore(Transactions):
    """All that is asked here is as this process has written it so far, also inside of :meth:`transaction`."""

    _highest: Highest
    """As of the last batch that is on disk."""

    def incident(self, incident_id: str) -> Incident | None:
        """An incident by its id; None when there is none."""
        return self.incidents([incident_id]).get(incident_id)

    def incidents(self, incident_ids: Collection[str]) -> dict[str, Incident]:
        """Those of the incidents that there are, by id; much faster than one by one."""
        numbers = {known_number(incident_id) for incident_id in incident_ids}
        with self._looking(_DOING) as connection:
            found = incident_writer.incidents(connection, numbers)
        return {incident.incident_id: incident for incident in found}

    def incident_events(self, incident_id: str, after: int = 0) -> list[IncidentEvent]:
        """What happened to an incident after its event ``after``, in order."""
        number = known_number(incident_id)
        with self._looking(_DOING) as connection:
            return incident_writer.events(connection, number, after)

    def write_incidents(self, changed: Sequence[Changed]) -> None:
        """Keep new events, and each incident as it is after them."""
        if changed:
            with self.transaction():
                incident_writer.write_incidents(self._connection, changed)

    def next_incident_number(self) -> int:
        """The number that the next incident gets: 1 for the first, without gaps."""
        with self._looking(_DOING) as connection:
            return incident_writer.next_number(connection)

    def holders(self, keys: Collection[str]) -> list[Holder]:
        """The incidents that have one of the keys, newest first: of each key those that are open, and the last five of
        the others."""
        with self._looking(_DOING) as connection:
            return incident_keys.holders(connection, keys)

    def alert_facts(self, alert_ids: Collection[str]) -> list[AlertFacts]:
        """What the desk goes by, of those alerts that are there, in the order in which they came."""
        with self._looking(_DOING) as connection:
            return incident_alerts.alert_facts(connection, alert_ids, self._highest.alerts)

    def incident_alerts(self, incident_id: str) -> list[str]:
        """The ids of the alerts that are in an incident now, in the order in which they came."""
        with self._looking(_DOING) as connection:
            return incident_alerts.alerts_in(connection, incident_id)

    def loose_alerts(self, entity: str, since: int) -> list[AlertFacts]:
        """The alerts of an entity raised since then (µs) that are shown, open and in no incident, in their order."""
        with self._looking(_DOING) as connection:
            return incident_alerts.loose_alerts(connection, entity, since)

    def put_alerts(self, alert_ids: Collection[str], incident_id: str | None) -> None:
        """Say in which incident alerts are from now on; None: in none."""
        with self.transaction():
            incident_alerts.place_alerts(self._connection, dict.fromkeys(alert_ids, incident_id), self._highest.alerts)

    def place_alerts(self, places: Mapping[str, str]) -> None:
        """Say in which incident each alert is from now on, by id; much faster than one incident after the other."""
        with self.transaction():
            incident_alerts.place_alerts(self._connection, places, self._highest.alerts)

    def acknowledge_alerts(self, incident_id: str, by: str, at: int, command_id: str) -> int:
        """Acknowledge the new alerts of an incident for somebody; how many they were."""
        with self.transaction():
            return incident_alerts.acknowledge_alerts(
                self._connection, incident_id, by=by, at=at, command_id=command_id
            )

    def close_alerts(
        self, incident_id: str, disposition: str, ref: str, by: str, at: int, note: str, command_id: str
    ) -> int:
        """Close the alerts of an incident that are new or acknowledged; how many they were.

        ``ref`` names the close, such as ``INC-3#7``: :meth:`reopen_alerts` undoes exactly that.
        """
        with self.transaction():
            return incident_alerts.close_alerts(
                self._connection,
                incident_id,
                disposition=disposition,
                ref=ref,
                by=by,
                at=at,
                note=note,
                command_id=command_id,
            )

    def reopen_alerts(self, ref: str, by: str, at: int, note: str, command_id: str) -> int:
        """Make the alerts that ``ref`` closed what they were before that; how many they were."""
        with self.transaction():
            return incident_alerts.reopen_alerts(self._connection, ref, by=by, at=at, note=note, command_id=command_id)

    def risks(self, entities: Collection[str]) -> dict[str, Risk]:
        """The risk of each of these entities that ever had any."""
        with self._looking("say who is suspicious") as connection:
            return risks.read_risks(connection, entities)

    def write_risks(self, found: Mapping[str, tuple[float, int]]) -> None:
        """Keep an amount and the time (µs) that it is of, for each entity."""
        if found:
            with self.transaction():
                risks.write_risks(self._connection, found)

    def open_incident_ids(self) -> list[str]:
        """The incidents that are neither closed nor merged, the oldest first."""
        with self._looking(_DOING) as connection:
            return incident_standing.open_ids(connection)

    def due_incidents(self, now: int) -> list[str]:
        """The incidents to which time may do something: a clock is missed by ``now`` (µs), or one is acknowledged."""
        with self._looking(_DOING) as connection:
            return incident_standing.due_ids(connection, now)

    def running(self) -> list[str]:
        """The incidents with a remedy, or a rehearsal of one, that has not ended."""
        with self._looking(_DOING) as connection:
            return incident_standing.running_ids(connection)

    def incidents_differ(self) -> list[str]:
        """The incidents of which something is stored that their events do not add up to; empty when all is well."""
        with self._looking("be compared with what happened") as connection:
            return differing(connection)
