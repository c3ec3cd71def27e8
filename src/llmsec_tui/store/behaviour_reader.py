"""The part of the reading side for what models do."""

from collections.abc import Iterator, Sequence

from llmsec_tui.drift.baseline import Baseline, Pinned
from llmsec_tui.drift.metrics import SCHEMA
from llmsec_tui.drift.segments import Segment, Slice
from llmsec_tui.drift.sequential import Cusum
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.store import behaviour, behaviour_events, monitors
from llmsec_tui.store.behaviour import Found, Progress
from llmsec_tui.store.behaviour_intake import following
from llmsec_tui.store.rows import Row
from llmsec_tui.store.snapshots import Snapshots


class BehaviourReader(Snapshots):
    """See ``store/queries.py``."""

    def events_after(self, seq: int, size: int) -> tuple[EventBatch, int, list[str]]:
        """The next events, to be measured; see ``store/behaviour_intake.py``."""
        with self._snapshot() as cursor:
            return following(cursor, seq, size)

    def measured_to(self) -> Progress:
        """How far events are measured, and hours over."""
        with self._snapshot() as cursor:
            return behaviour.progress(cursor)

    def newest_minute(self, before: int | None = None) -> int | None:
        """The last minute (µs) of which anything is known; with ``before`` (µs) the last that begins before that."""
        with self._snapshot() as cursor:
            return behaviour.newest(cursor, before)

    def newest_event(self, before: int) -> int | None:
        """The time (µs) of the last event that is dated before ``before`` (µs)."""
        with self._snapshot() as cursor:
            return behaviour_events.newest(cursor, before)

    def segments(self) -> dict[int, Segment]:
        """All segments by their numbers."""
        with self._snapshot() as cursor:
            return behaviour.segments(cursor)

    def segments_seen(self) -> list[Row]:
        """All segments, each with when it was first seen."""
        with self._snapshot() as cursor:
            return behaviour.seen(cursor)

    def first_seen(self) -> list[Row]:
        """What came with calls beside models and prompts, each with when it first did."""
        with self._snapshot() as cursor:
            return behaviour.first_seen(cursor)

    def minutes(self, since: int, until: int) -> Found:
        """The sketches of the minutes from ``since`` to before ``until`` (µs)."""
        with self._snapshot() as cursor:
            return behaviour.minutes(cursor, since, until)

    def hours(self, since: int, until: int) -> Found:
        """The sketches of the hours that are over, from ``since`` to before ``until`` (µs)."""
        with self._snapshot() as cursor:
            return behaviour.hours(cursor, since, until)

    def names_of(self, metric: str) -> dict[int, str]:
        """The name in each bin of a mix."""
        with self._snapshot() as cursor:
            return behaviour.names(cursor, metric)

    def behaviour_points(self, since: int, until: int, part: str | None = None, metric: str | None = None) -> list[Row]:
        """What hours came to, oldest first."""
        with self._snapshot() as cursor:
            return behaviour.points(cursor, since, until, part, metric)

    def sparks(self, since: int, until: int) -> list[tuple[int, str, str, float | None]]:
        """What is drawn of each hour: its time (µs), slice, metric and value."""
        with self._snapshot() as cursor:
            return behaviour.sparks(cursor, since, until)

    def judged_otherwise(self, version: int, since: int) -> list[int]:
        """The hours (µs) from ``since`` on that were held against another baseline, or none."""
        with self._snapshot() as cursor:
            return behaviour.judged_otherwise(cursor, version, since)

    def baselines(self) -> list[Pinned]:
        """All that were ever pinned, the newest first."""
        with self._snapshot() as cursor:
            return behaviour.baselines(cursor)

    def baseline(self, pinned: Pinned) -> Baseline | None:
        """It, ready to be compared with; None where its sketches are of another schema."""
        if pinned.schema != SCHEMA:
            return None
        with self._snapshot() as cursor:
            return Baseline(pinned, behaviour.frozen(cursor, pinned.version))

    def events_of(
        self, since: int, until: int, part: Slice, *, most: int, size: int
    ) -> Iterator[tuple[EventBatch, list[str]]]:
        """The newest events from ``since`` to before ``until`` (µs); see ``store/behaviour_events.py``."""
        with self._snapshot() as cursor:
            yield from behaviour_events.batches(cursor, since, until, part.dimension, part.value, most=most, size=size)

    def answers_of(
        self, since: int, until: int, part: Slice, *, most: int, hours: Sequence[int] | None = None
    ) -> list[str]:
        """What models answered, at most so many texts; with ``hours`` (µs) only of those."""
        with self._snapshot() as cursor:
            return behaviour_events.answers(cursor, since, until, part.dimension, part.value, most=most, hours=hours)

    def alerts_by_hour(self, since: int, until: int, part: Slice, apps: Sequence[str]) -> dict[int, int]:
        """How many alerts there are of each hour (µs), of all or a model; of another slice those of its ``apps``."""
        with self._snapshot() as cursor:
            return behaviour_events.alerts_by_hour(cursor, since, until, part.dimension, part.value, apps)

    def usage(self, by: str, since: int, until: int, spark: int) -> list[Row]:
        """What calls used; see ``store/behaviour_events.py``."""
        with self._snapshot() as cursor:
            return behaviour_events.usage(cursor, by, since, until, spark)

    def sums(self, since: int, until: int, version: int) -> dict[tuple[str, str], Cusum]:
        """The newest sums of deviations from a baseline from ``since`` to before ``until`` (µs)."""
        with self._snapshot() as cursor:
            return monitors.sums(cursor, since, until, version)

    def monitor_state(self, monitor: str, since: int, before: int) -> bytes | None:
        """The newest that a monitor remembers from ``since`` to before ``before`` (µs)."""
        with self._snapshot() as cursor:
            return monitors.state(cursor, monitor, since, before)

    def spent_hours(self, by: str, since: int, until: int) -> dict[str, list[float]]:
        """By mark, what was spent in each hour with any cost from ``since`` to before ``until`` (µs)."""
        with self._snapshot() as cursor:
            return monitors.spent_hours(cursor, by, since, until)

    def alert_days(self, since: int) -> dict[str, list[int]]:
        """By the id of each rule the days (since 1970 UTC) with alerts, from ``since`` (µs) on."""
        with self._snapshot() as cursor:
            return monitors.alert_days(cursor, since)

    def traffic_days(self, since: int) -> list[int]:
        """The days (since 1970 UTC) with hours that are over, from ``since`` (µs) on."""
        with self._snapshot() as cursor:
            return monitors.traffic_days(cursor, since)
