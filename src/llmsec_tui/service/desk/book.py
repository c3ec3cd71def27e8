"""The incidents that change together: read once, changed, and written with their events at the end."""

from collections.abc import Callable, Iterable, Sequence

from llmsec_tui.errors import NotFound
from llmsec_tui.incidents.changes import Change, IncidentEvent, Opened
from llmsec_tui.incidents.fold import begin, record
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.store.store import Store

WE = "llmsec-tui"
"""Who does what happens by itself."""

Changed = Callable[[Incident, Sequence[IncidentEvent]], None]
"""Is told of every incident that changed, by which events, inside the transaction that stores them."""


class Book:
    """For one transaction of the store, inside of it; nothing is kept for the next."""

    def __init__(self, store: Store, at: int, actor: str = WE, command_id: str = "") -> None:
        """``actor`` does all that is noted here, by the command of that id, at ``at`` (µs)."""
        self.at = at
        self.actor = actor
        self.command_id = command_id
        self._store = store
        self._incidents: dict[str, Incident] = {}
        self._events: dict[str, list[IncidentEvent]] = {}

    def load(self, incident_ids: Iterable[str]) -> None:
        """Read many at once that will be needed."""
        missing = [name for name in dict.fromkeys(incident_ids) if name not in self._incidents]
        self._incidents |= self._store.incidents(missing)

    def find(self, incident_id: str) -> Incident | None:
        """An incident as it is after all that was noted so far."""
        if incident_id not in self._incidents:
            self.load([incident_id])
        return self._incidents.get(incident_id)

    def incident(self, incident_id: str) -> Incident:
        """As :meth:`find`; raises NotFound."""
        if (found := self.find(incident_id)) is None:
            raise NotFound(f"There is no incident {incident_id}.", hint="See: llmsec-tui incidents list")
        return found

    def open(self, incident_id: str, opened: Opened) -> Incident:
        """Begin a new incident."""
        event = IncidentEvent(
            incident_id=incident_id, seq=1, at=self.at, actor=self.actor, change=opened, command_id=self.command_id
        )
        self._incidents[incident_id] = begin(event)
        self._events[incident_id] = [event]
        return self._incidents[incident_id]

    def note(self, incident_id: str, changes: Sequence[Change]) -> Incident:
        """Add what happened to an incident; how it is then."""
        incident = self.incident(incident_id)
        after, events = record(incident, changes, at=self.at, actor=self.actor, command_id=self.command_id)
        self._incidents[incident_id] = after
        if events:
            self._events.setdefault(incident_id, []).extend(events)
        return after

    def write(self, changed: Changed) -> None:
        """Store all that was noted, and tell ``changed``."""
        noted = [(self._incidents[name], events) for name, events in self._events.items()]
        self._events = {}
        self._store.write_incidents(noted)
        for incident, events in noted:
            changed(incident, events)
