"""The part of the reading side that shows incidents."""

from llmsec_tui.incidents.changes import IncidentEvent
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.store import incident_queries, incident_writer
from llmsec_tui.store.incident_check import differing
from llmsec_tui.store.incident_queries import Related, ordered
from llmsec_tui.store.incident_rows import known_number
from llmsec_tui.store.rows import Row
from llmsec_tui.store.snapshots import Snapshots
from llmsec_tui.store.views import INCIDENTS


class IncidentReader(Snapshots):
    """Each question is answered from one state of the store."""

    def incidents(
        self,
        typed: str = "",
        order: str = "urgent",
        before: int | None = None,
        after: int | None = None,
        limit: int = 100,
        *,
        now: int,
    ) -> tuple[list[Incident], list[int], int]:
        """A page of the queue in its order, the place of each (the last on the whole list has 1), and how many match.

        ``before`` and ``after`` are exclusive bounds on places; ``after`` alone gives the page next to it. Without a
        state, disposition or id in the filter: those that are open. ``order`` is urgent or newest; ``now`` (µs) says
        which clocks are missed.
        """
        sought = self.understood(typed, INCIDENTS, now)
        with self._snapshot() as cursor:
            return incident_queries.page(cursor, sought, ordered(order), before, after, limit, now)

    def incident(self, name: str) -> Incident:
        """By ``INC-12``, ``inc-12`` or ``12``; or by an alert in it, or what only that alert's id begins with.

        Raises :class:`NotFound`.
        """
        with self._snapshot() as cursor:
            return incident_queries.named(cursor, name)

    def incident_events(self, incident_id: str, after: int = 0) -> list[IncidentEvent]:
        """What happened to an incident after its event ``after``, in order."""
        number = known_number(incident_id)
        with self._snapshot() as cursor:
            return incident_writer.events(cursor, number, after)

    def related(self, incident: Incident, most: int = 20) -> list[Related]:
        """Other incidents, and what connects them: first what people or merges say, then those that share most."""
        with self._snapshot() as cursor:
            return incident_queries.related(cursor, incident, most)

    def incident_conversations(self, incident_id: str, most: int = 50) -> list[Row]:
        """The conversations of its alerts, those with most first: the fields of ``ConversationCount``."""
        with self._snapshot() as cursor:
            return incident_queries.conversations(cursor, incident_id, most)

    def people(self) -> list[str]:
        """Everybody who ever did something to an incident or an alert, or was given one."""
        with self._snapshot() as cursor:
            return incident_queries.people(cursor)

    def desk_counts(self, user: str, now: int) -> Row:
        """How many incidents are ``open``, ``mine`` of these, ``unowned``, and ``breached``: with a clock missed."""
        with self._snapshot() as cursor:
            return incident_queries.desk_counts(cursor, user, now)

    def content_share(self, since: int | None) -> float | None:
        """Of the events since then (µs) that have content, how many detectors could see; None when there are none."""
        with self._snapshot() as cursor:
            return incident_queries.content_share(cursor, since)

    def incidents_differ(self) -> list[str]:
        """The incidents of which something is stored that their events do not add up to; empty when all is well."""
        with self._snapshot() as cursor:
            return differing(cursor)
