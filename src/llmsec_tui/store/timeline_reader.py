"""The part of the reading side that answers what stands around an incident."""

from collections.abc import Sequence

from llmsec_tui.store import timeline_queries
from llmsec_tui.store.rows import Row
from llmsec_tui.store.snapshots import Snapshots


class TimelineReader(Snapshots):
    """Each method sees one state of the store. Times are microseconds since 1970 UTC."""

    def alerts_of_incident(self, incident_id: str, most: int) -> list[Row]:
        """The alerts that are in an incident now, in the order in which they came, with all that is stored of each."""
        with self._snapshot() as cursor:
            return timeline_queries.alerts_of_incident(cursor, incident_id, most)

    def alert_lines_of_incident(self, incident_id: str, most: int) -> list[Row]:
        """As above, but only when it was raised, id, title, level, excerpt and who it is about."""
        with self._snapshot() as cursor:
            return timeline_queries.alert_lines_of_incident(cursor, incident_id, most)

    def addresses_of_incident(self, incident_id: str, most: int) -> list[str]:
        """The addresses that the events of its alerts came from."""
        with self._snapshot() as cursor:
            return timeline_queries.addresses_of_incident(cursor, incident_id, most)

    def events_of_incident(self, incident_id: str, *, around: int, most: int, text_chars: int) -> tuple[list[Row], int]:
        """The log events on its timeline, and how many there are besides; see ``store/timeline_queries.py``."""
        with self._snapshot() as cursor:
            return timeline_queries.events_of_incident(
                cursor, incident_id, around=around, most=most, text_chars=text_chars
            )

    def markers_between(self, since: int, until: int, apps: Sequence[str], most: int) -> list[Row]:
        """What was noted from outside in a span of time, of these apps and of none in particular; newest first."""
        with self._snapshot() as cursor:
            return timeline_queries.markers_between(cursor, since, until, apps, most)
