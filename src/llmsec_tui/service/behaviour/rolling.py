"""Measure what is stored, as it comes in: on a thread of its own, so that neither reading nor people wait for it.

Each event is measured once, by its number, whatever happens in between; what was measured and how far is one
transaction. Hours are judged when they are over by the clock of the events, and again when something comes late.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence

import polars as pl

from llmsec_tui.drift.baseline import HOUR, Baseline
from llmsec_tui.drift.board import board, window
from llmsec_tui.drift.hours import Point, points
from llmsec_tui.drift.measuring import Measurer
from llmsec_tui.drift.monitors.behaviour import Hour
from llmsec_tui.drift.sequential import Cusum
from llmsec_tui.service.behaviour.reading import ahead
from llmsec_tui.service.behaviour.watching import Watching
from llmsec_tui.service.courtesy import Courtesy
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.store.behaviour import POINTS, Measured
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.store import Store

log = logging.getLogger(__name__)

EVERY_S = 5.0
"""Charts have no less than a minute, and a few events cost as much as thousands."""
SLICE = 20_000
"""Events that are measured at once."""
STRETCH = 25 * SLICE
"""Events after which hours are judged and closed, where so many wait: else all minutes of years would lie about."""
GRACE = HOUR // 12
"""An hour is judged once the events' clock is so far beyond it."""
OPEN_HOURS = 3
"""Minutes are kept for so many hours, then only whole hours."""
_AHEAD = HOUR
_PAUSE = 24
"""Hours without a call, at most, over which sums of deviations go on."""
_AGAIN = 14 * 24 * HOUR
"""How far back hours are judged again when another baseline is pinned."""


class Rolling:
    """Keeps the sketches of a store up to date."""

    def __init__(self, store: Store, watching: Watching | None = None) -> None:
        self.problem = ""
        """A sentence while nothing is measured, else empty."""
        self._store = store
        self._reader: Reader | None = None
        self._watching = watching
        self._measurer = Measurer()
        self._touched: set[int] = set()
        """Hours of which something came since they were judged."""
        self._baseline: Baseline | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, courtesy: Courtesy) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._work, args=(courtesy,), name="measure")
        self._thread.start()

    def stop(self) -> None:
        """End after the slice that is being measured."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def run(self, courtesy: Courtesy | None = None) -> int:
        """Measure all that is stored, and judge the hours that are over; how many events were measured."""
        if self._reader is None:
            self._begin()
        count = 0
        while not self._stopping.is_set():
            done = self._stretch(courtesy)
            count += done
            clock = self._clock()
            if clock is not None:
                self._judge_hours(clock)
                if self._watching is not None:
                    self._watching.add_up(self.reader, clock)
            if done < STRETCH:
                break
        return count

    def _stretch(self, courtesy: Courtesy | None) -> int:
        """Measure what is stored, ``STRETCH`` events or a few more; how many were measured."""
        count = 0
        while count < STRETCH and not self._stopping.is_set():
            if courtesy is not None:
                courtesy.let_pass()
            done = self._slice()
            if not done:
                break
            count += done
        return count

    @property
    def reader(self) -> Reader:
        if self._reader is None:
            self._reader = self._store.reader()
        return self._reader

    def _begin(self) -> None:
        """Know of the conversations that go on, and of the hours that were not judged."""
        done = self.reader.measured_to().events_seq
        batch, _, _ = self.reader.events_after(max(done - SLICE, 0), min(SLICE, done))
        self._measurer.measure(batch)
        self._touched |= {at // HOUR * HOUR for at, _, _ in self.reader.minutes(0, time.time_ns() // 1000 + _AHEAD)}
        if self._watching is not None:
            # What was said last may not have been stored before the end.
            self._watching.came(self._touched)

    def _slice(self) -> int:
        done = self.reader.measured_to().events_seq
        batch, last, alerted = self.reader.events_after(done, SLICE)
        if last == done:
            return 0
        found = self._measurer.measure(batch, alerted)
        measured = [Measured(*place, sketch) for place, sketch in found.sketches.items()]
        self._store.add_measured(measured, found.names, last)
        self._touched |= {place.minute // HOUR * HOUR for place in found.sketches}
        if self._watching is not None:
            self._watching.came([place.minute for place in found.sketches])
        return last - done

    def _clock(self) -> int | None:
        """The events' own clock (µs); one that is ahead must not end hours in which others still write."""
        newest = self.reader.newest_minute(ahead())
        return None if newest is None else min(newest, time.time_ns() // 1000)

    def _judge_hours(self, clock: int) -> None:
        self._look_again(clock)
        ready = sorted(at for at in self._touched if at + HOUR + GRACE <= clock)
        for at in ready:
            if self._stopping.is_set():
                return
            self._judge(at)
            self._touched.discard(at)
        if ready:
            if self._watching is not None:
                self._watching.money(self.reader, ready)
            self._close(clock // HOUR * HOUR - OPEN_HOURS * HOUR)

    def _look_again(self, clock: int) -> None:
        """Once another baseline is pinned, what came after it has to be judged by it."""
        known, baseline = self._baseline, self._newest_baseline()
        if baseline is not None and baseline is not known:
            since = max(baseline.pinned.until, clock - _AGAIN)
            self._touched |= set(self.reader.judged_otherwise(baseline.pinned.version, since))

    def _judge(self, at: int) -> None:
        baseline = self._newest_baseline()
        found = [*self.reader.hours(at, at + HOUR), *self.reader.minutes(at, at + HOUR)]
        seen, segments = window(at, at + HOUR, found), self.reader.segments()
        cells = board(seen, segments, baseline)
        self._store.add_points(at, _frame(points(at, cells, baseline, self._sums(at, baseline))))
        if self._watching is not None and seen.sketches:
            present = {number: segments[number] for number in seen.sketches if number in segments}
            self._watching.hour(self.reader, Hour(at, seen, present, baseline, cells))

    def _sums(self, at: int, baseline: Baseline | None) -> Mapping[tuple[str, str], Cusum]:
        """The sums of deviations up to the hour before, by slice and metric; a night without calls ends none."""
        version = baseline.pinned.version if baseline is not None else 0
        return self.reader.sums(at - _PAUSE * HOUR, at, version)

    def _newest_baseline(self) -> Baseline | None:
        pinned = next(iter(self.reader.baselines()), None)
        if pinned is None:
            self._baseline = None
        elif self._baseline is None or self._baseline.pinned != pinned:
            self._baseline = self.reader.baseline(pinned)
        return self._baseline

    def _close(self, until: int) -> None:
        """Bring the minutes of hours before ``until`` (µs) together."""
        found = self.reader.minutes(0, until)
        if not found:
            return
        since = min(at for at, _, _ in found) // HOUR * HOUR
        whole = [*found, *self.reader.hours(since, until)]
        by_hour: dict[int, list[tuple[int, int, bytes]]] = {}
        for one in whole:
            by_hour.setdefault(one[0] // HOUR * HOUR, []).append(one)
        hours = [
            (at, number, sketch.packed())
            for at, rows in sorted(by_hour.items())
            for number, sketch in window(at, at + HOUR, rows).sketches.items()
        ]
        self._store.close_hours(hours, since, until, until)

    def _work(self, courtesy: Courtesy) -> None:
        while not self._stopping.wait(EVERY_S):
            try:
                self.run(courtesy)
            except DEFECTS as error:
                if not self.problem:
                    log.error("behaviour is not measured: %s", told(error))
                self.problem = "What models do is not measured; see the collector's log. It is tried again."
            else:
                self.problem = ""


def _frame(found: Sequence[Point]) -> pl.DataFrame:
    rows = [
        (
            *(one.at, one.part.name, one.metric, one.n, one.value, one.usual, one.effect, one.p_value, one.verdict),
            *(one.slow.up, one.slow.down, one.slow.up_since, one.slow.down_since, one.baseline),
        )
        for one in found
    ]
    return pl.DataFrame(rows, schema=dict(POINTS), orient="row")
