"""The part of the reading side for what models do."""

from collections.abc import Iterator, Sequence

from llmsec_tui.drift.baseline import Baseline, Pinned
from llmsec_tui.drift.metrics import SCHEMA
from llmsec_tui.drift.segments import Segment, Slice
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.store import behaviour, behaviour_events
from llmsec_tui.store.behaviour import Found, Progress
from llmsec_tui.store.event_batches import following
from llmsec_tui.store.rows import Row
from llmsec_tui.store.snapshots import Snapshots


class BehaviourReader(Snapshots):
    """See ``store/queries.py``."""

    def events_after(self, seq: int, size: int) -> tuple[EventBatch, int, list[str]]:
        """The next events, at most ``size``; the number of the last of them; and those with an alert for injection."""
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

    def first_open_minute(self) -> int | None:
        """The first minute (µs) whose hour is not over."""
        with self._snapshot() as cursor:
            return behaviour.first_open(cursor)

    def segments(self) -> dict[int, Segment]:
        """All segments by their numbers."""
        with self._snapshot() as cursor:
            return behaviour.segments(cursor)

    def segments_seen(self) -> list[Row]:
        """All segments, each with when it was first seen."""
        with self._snapshot() as cursor:
            return behaviour.seen(cursor)

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

    def alerts_by_hour(self, since: int, until: int, part: Slice) -> dict[int, int]:
        """How many alerts there are of each hour (µs)."""
        with self._snapshot() as cursor:
            return behaviour_events.alerts_by_hour(cursor, since, until, part.dimension, part.value)

    def usage(self, by: str, since: int, until: int, spark: int) -> list[Row]:
        """What calls used; see ``store/behaviour_events.py``."""
        with self._snapshot() as cursor:
            return behaviour_events.usage(cursor, by, since, until, spark)
