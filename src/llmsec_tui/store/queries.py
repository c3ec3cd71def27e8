"""The reading side of the store: named queries, each a method, on a cursor that belongs to one thread."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import polars as pl
from duckdb import DuckDBPyConnection

from llmsec_tui.detect.suppress import Silence
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.incidents.keys import AlertFacts, entity
from llmsec_tui.incidents.risk import Risk
from llmsec_tui.store import alert_pages, alert_queries, event_queries, overview_queries, rule_queries, volume_queries
from llmsec_tui.store.audit_store import AuditReader
from llmsec_tui.store.behaviour_reader import BehaviourReader
from llmsec_tui.store.campaign_reader import CampaignReader
from llmsec_tui.store.connect import cursor as another
from llmsec_tui.store.event_batches import Around, around, decided, event_batches, one_event
from llmsec_tui.store.forecast import forecast
from llmsec_tui.store.incident_alerts import alert_facts
from llmsec_tui.store.incident_metrics import MetricsReader
from llmsec_tui.store.incident_reader import IncidentReader
from llmsec_tui.store.outward_reader import OutwardReader
from llmsec_tui.store.period_reader import PeriodReader
from llmsec_tui.store.pseudonyms import Pseudonyms
from llmsec_tui.store.retention_store import RetentionReader
from llmsec_tui.store.risks import read_risks
from llmsec_tui.store.rows import Row
from llmsec_tui.store.sight import EVERYTHING, Sight, narrow
from llmsec_tui.store.silences import StoredSilence, all_silences
from llmsec_tui.store.timeline_reader import TimelineReader
from llmsec_tui.store.trouble import told
from llmsec_tui.store.views import ALERTS, EVENTS

_MOST_SIGHTS = 8
"""That are kept ready; there are about as many as roles."""


class Reader(
    AuditReader,
    BehaviourReader,
    CampaignReader,
    IncidentReader,
    MetricsReader,
    OutwardReader,
    PeriodReader,
    RetentionReader,
    TimelineReader,
):
    """Answers with plain dicts whose keys are the fields of the rows in ``service/api.py``.

    Every method may raise :class:`StoreError`, and :class:`DeadlineExceeded` when another thread interrupted it; those
    that take a filter also :class:`ConfigError` and :class:`AccessRefused`. Each sees one state of the store, whatever
    is written meanwhile.
    """

    def __init__(
        self,
        path: Path,
        cursor: DuckDBPyConnection,
        sight: Sight = EVERYTHING,
        pseudonyms: Pseudonyms | None = None,
    ) -> None:
        super().__init__(path, cursor, sight, pseudonyms)
        self._within: dict[Sight, Reader] = {}

    def within(self, sight: Sight) -> "Reader":
        """The reader for the same thread that sees no more than this; this one closes and interrupts it."""
        if sight == self.sight:
            return self
        if (found := self._within.get(sight)) is not None:
            return found
        while len(self._within) >= _MOST_SIGHTS:
            self._within.pop(next(iter(self._within))).close()
        with told(self._path, "be read"):
            own = another(self._cursor)
            narrow(own, sight)
        self._within[sight] = Reader(self._path, own, sight, self._pseudonyms)
        return self._within[sight]

    def interrupt(self) -> None:
        """Stop the query that another thread runs on this reader, or on one within it."""
        super().interrupt()
        for reader in tuple(self._within.values()):
            reader.interrupt()

    def close(self) -> None:
        """Let go of the cursors. Does no harm when done twice."""
        for reader in tuple(self._within.values()):
            reader.close()
        super().close()

    def alerts(
        self,
        typed: str = "",
        before: int | None = None,
        after: int | None = None,
        limit: int = 100,
        *,
        grouped: bool = False,
    ) -> tuple[list[Row], int]:
        """A page of alerts that match the filter, newest first, and how many match on all pages.

        ``before`` and ``after`` are exclusive bounds on ``seq``; ``after`` alone gives the page next to it.
        Suppressed ones are left out, unless the filter says what it wants of them. ``grouped`` gives one of each group.
        """
        sought = self.understood(typed, ALERTS, _now())
        with self._snapshot() as cursor:
            page = alert_pages.group_page if grouped else alert_pages.alert_page
            return page(cursor, sought, before, after, limit)

    def suppressed(self, typed: str = "") -> int:
        """How many alerts match the filter that :meth:`alerts` leaves out."""
        sought = self.understood(typed, ALERTS, _now())
        with self._snapshot() as cursor:
            return alert_pages.suppressed(cursor, sought)

    def silences(self) -> list[StoredSilence]:
        """Every silence that there ever was, newest first."""
        with self._snapshot() as cursor:
            return all_silences(cursor)

    def forecast(self, silence: Silence, since: int) -> Row:
        """What a silence would have hidden of the alerts raised after ``since`` (µs); see ``store/forecast.py``."""
        with self._snapshot() as cursor:
            return forecast(cursor, silence, since)

    def alert(self, alert_id: str) -> Row:
        """One alert by its id, or by at least four characters that only one alert begins with.

        The fields of ``AlertDetail`` but those that come from its rule; ``silence`` as it is stored.
        Raises :class:`NotFound`.
        """
        with self._snapshot() as cursor:
            return alert_queries.alert_detail(cursor, alert_id)

    def risk_behind(self, alert_id: str) -> tuple[AlertFacts, Risk] | None:
        """What the desk goes by of an alert, and the risk of its entity (``incidents.keys.entity``) as it was when the
        last alert added to it; None where there is no such alert, entity or risk."""
        with self._snapshot() as cursor:
            found = alert_facts(cursor, [alert_id], 0)
            risks = read_risks(cursor, [entity(alert) for alert in found])
        return next(((alert, risks[entity(alert)]) for alert in found if entity(alert) in risks), None)

    def judged_event(self, event_id: str) -> EventBatch:
        """One event as it was put before the rules. Raises :class:`NotFound`."""
        with self._snapshot() as cursor:
            return one_event(cursor, event_id)

    @contextmanager
    def around(
        self,
        since: int | None,
        until: int,
        same: Sequence[Mapping[str, object]],
        *,
        lateness: int,
        most: int,
        size: int = 5_000,
    ) -> Iterator[Around]:
        """The events that a rule over time may have looked at; see :func:`event_batches.around`.

        Its batches can be read inside only. Whoever is interrupted meanwhile is told at the next batch.
        """
        with self._snapshot() as cursor:
            found = around(cursor, since, until, same, lateness=lateness, most=most, size=size)
            yield replace(found, batches=map(self._still_asked, found.batches))

    def event_batches(self, size: int) -> Iterator[EventBatch]:
        """All events in the order of their arrival, ``size`` in a batch, of one state of the store."""
        with self._snapshot() as cursor:
            yield from map(self._still_asked, event_batches(cursor, size))

    def decided(self) -> pl.DataFrame:
        """What became of the alerts on each event, each pair once: event_id, state."""
        with self._snapshot() as cursor:
            return decided(cursor)

    def took_part(self, alert_id: str, text_chars: int = 200) -> list[Row]:
        """The events that took part in an alert of a rule over time, oldest first: the fields of ``EventRow``."""
        with self._snapshot() as cursor:
            return event_queries.took_part(cursor, alert_id, text_chars)

    def alert_acts(self, alert_id: str) -> list[Row]:
        """What was done to an alert, first act first."""
        with self._snapshot() as cursor:
            return alert_queries.alert_acts(cursor, alert_id)

    def alerts_of_conversation(self, conversation_id: str, limit: int = 20) -> list[Row]:
        """The alerts of one conversation, newest first."""
        with self._snapshot() as cursor:
            return alert_queries.alerts_of_conversation(cursor, conversation_id, limit)

    def events(
        self,
        typed: str = "",
        before: int | None = None,
        after: int | None = None,
        limit: int = 100,
        text_chars: int = 200,
    ) -> tuple[list[Row], int]:
        """A page of events that match the filter, newest first, and how many match; bounds as for :meth:`alerts`."""
        sought = self.understood(typed, EVENTS, _now())
        with self._snapshot() as cursor:
            return event_queries.event_page(cursor, sought, before, after, limit, text_chars)

    def event(self, event_id: str, text_chars: int = 262_144) -> Row:
        """One event with every field that is set: the fields of ``EventDetail``. Raises :class:`NotFound`."""
        with self._snapshot() as cursor:
            return event_queries.event_detail(cursor, event_id, text_chars)

    def conversation(
        self, event_id: str, before: int = 50, after: int = 50, text_chars: int = 16_384
    ) -> tuple[list[Row], int]:
        """The events around one in its conversation, or else in its file, oldest first, and how many that has.

        Raises :class:`NotFound`.
        """
        with self._snapshot() as cursor:
            return event_queries.conversation(cursor, event_id, before, after, text_chars)

    def sources(self) -> list[Row]:
        """Every source so far: the fields of ``SourceRow`` but state, problem, size, offset and lag."""
        with self._snapshot() as cursor:
            return overview_queries.sources(cursor)

    def dead_letters(self, before: int | None = None, limit: int = 100) -> tuple[list[Row], int]:
        """A page of dead letters, newest first, and how many there are."""
        with self._snapshot() as cursor:
            return overview_queries.dead_letters(cursor, before, limit)

    def overview(self, buckets: int, bucket_s: int, now: int) -> Row:
        """The fields of ``Overview`` but its sources; ``now`` (µs) is the end of the last bucket but for a fraction."""
        with self._snapshot() as cursor:
            return overview_queries.overview(cursor, buckets, bucket_s, now)

    def rule_stats(self, since: int) -> dict[str, Row]:
        """What was counted of each rule, by its id; ``since`` (µs) is where "of late" begins."""
        with self._snapshot() as cursor:
            return rule_queries.rule_stats(cursor, since)

    def judged_volume(self, days: int) -> Row:
        """Of distinct texts of users, tools and documents; see ``store/volume_queries.py``."""
        with self._snapshot() as cursor:
            return volume_queries.judged_volume(cursor, days)

    def alerts_ending_in(self, words: str, since: int) -> int:
        """How many alerts were raised after ``since`` (µs) whose reason ends so."""
        with self._snapshot() as cursor:
            return volume_queries.ending_in(cursor, words, since)

    def maxima(self) -> tuple[int, int]:
        """The highest ``seq`` of alerts and of events."""
        with self._snapshot() as cursor:
            return overview_queries.maxima(cursor)


def _now() -> int:
    return time.time_ns() // 1000
