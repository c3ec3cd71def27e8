"""The part of the writing side for what models do."""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from llmsec_tui.drift.baseline import HourOf, Pinned, digest
from llmsec_tui.drift.metrics import SCHEMA
from llmsec_tui.errors import ServiceError
from llmsec_tui.store import behaviour, monitors
from llmsec_tui.store.behaviour import Found, Measured, Progress
from llmsec_tui.store.transactions import Transactions


class BehaviourStore(Transactions):
    """All that is asked here is as this process has written it so far."""

    _gathered = 0
    """The minute (µs) that was the newest when minutes were last brought together."""

    def measured_to(self) -> Progress:
        """How far events are measured, and hours over."""
        with self._looking("say how far it is measured") as connection:
            return behaviour.progress(connection)

    def add_measured(
        self, measured: Sequence[Measured], names: Iterable[tuple[str, int, str]], events_seq: int
    ) -> None:
        """Add sketches, and note how far events are measured."""
        newest = max((one.minute for one in measured), default=self._gathered)
        with self.transaction():
            if newest != self._gathered:
                behaviour.gather(self._connection, newest)
            behaviour.add(self._connection, measured, names, events_seq)
        self._gathered = newest

    def close_hours(self, found: Found, since: int, until: int, keep_from: int) -> None:
        """Keep the sketches of hours that are over; minutes before ``keep_from`` (µs) are not kept."""
        with self.transaction():
            behaviour.close_hours(self._connection, found, since, until, keep_from)

    def add_points(self, at: int, points: pl.DataFrame) -> None:
        """Keep what the hour that began ``at`` (µs) came to."""
        with self.transaction():
            behaviour.add_points(self._connection, at, points)

    def keep_states(self, at: int, states: Mapping[str, bytes], before: int) -> None:
        """Remember where monitors stand after the hour or day that began ``at``; what is of before ``before`` goes."""
        with self.transaction():
            for monitor, packed in states.items():
                monitors.keep(self._connection, monitor, at, packed)
            monitors.forget(self._connection, before)

    def keep_spent(self, at: int, by: str, spent: Mapping[str, float], before: int) -> None:
        """Remember what was spent in the hour that began ``at`` (µs), by marks; hours before ``before`` go."""
        with self.transaction():
            monitors.keep_spent(self._connection, at, by, spent, before)

    def pin_baseline(self, *, since: int, until: int, author: str, note: str, at: int) -> Pinned:
        """Freeze what is usual: the hours that are over from ``since`` to before ``until`` (µs), without those with
        incidents. Raises ServiceError when nothing is left."""
        with self.transaction():
            connection = self._connection
            known = behaviour.segments(connection)
            found = behaviour.hours(connection, since, until)
            bad = behaviour.incident_hours(connection)
            kept = [HourOf(hour, known[number], sketch) for hour, number, sketch in found if hour not in bad]
            if not kept:
                every = len({hour for hour, _, _ in found})
                why = f"all {every} hours have incidents" if every else "there are no hours that are over"
                raise ServiceError(
                    f"Nothing was pinned: {why} in that time.", hint="Give a time in which nothing happened."
                )
            versions = [one.version for one in behaviour.baselines(connection)]
            hours = {one.at for one in kept}
            pinned = Pinned(
                version=max(versions, default=0) + 1,
                since=since,
                until=until,
                at=at,
                by=author,
                note=note,
                digest=digest(kept),
                hours=len(hours),
                left_out=len({hour for hour, _, _ in found} - hours),
                schema=SCHEMA,
            )
            behaviour.pin(connection, pinned, bad)
            return pinned
