"""A value, or a number of events, far from what the past ones were."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from math import isinf, log
from typing import ClassVar

from msgspec import field

from llmsec_tui.detect.correlate.fold import NOTHING, Entry, Firing
from llmsec_tui.detect.correlate.monitors.state import MonitorFold, State, number
from llmsec_tui.detect.correlate.monitors.tumbling import FOREVER, Tumbling, Windows
from llmsec_tui.detect.correlate.monitors.usual import (
    Usual,
    by_median,
    middle,
    of_counts,
    of_logarithms,
    of_values,
    start_of_logarithms,
)
from llmsec_tui.detect.correlate.monitors.words import figure, plural
from llmsec_tui.detect.rule import Monitor


class Values(State):
    """The past values, oldest first, and when each was."""

    times: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    side: int = 0


class RobustValue(MonitorFold[Values]):
    """``z = 0.6745 · (y - median) / MAD``; fires where ``z > threshold`` (above) or ``z < -threshold`` (below).

    The modified z-score of Iglewicz and Hoaglin, "How to Detect and Handle Outliers", ASQC 1993 (also NIST/SEMATECH
    e-Handbook §1.3.5.17), who recommend 3.5 for what is about normal. y is the logarithm of the value, see
    :func:`start_of_logarithms`, and the value itself where values are negative or mostly 0. Median and MAD are of the
    last ``history`` values before it that are younger than ``timespan``; with fewer than ``min_n`` nothing is judged.

    All values become part of the past, those that fired too: half of it would have to be wild to move the median, and
    a lasting change becomes usual by itself. MAD = 0 and other spreads too small to believe: see :func:`by_median`,
    :func:`of_logarithms` and :func:`of_values`; where all past values were 0, z of any other value is infinite.
    A group without a value for a whole timespan starts anew.
    """

    state_type: ClassVar[type[State]] = Values

    def __init__(self, rule: Monitor, state: Values | None = None) -> None:
        super().__init__(rule, state)
        self._ranked = sorted(self.state.values)

    @property
    def due(self) -> int | None:
        """When the last value becomes too old: nothing fires then, but nothing is left."""
        return self.state.times[-1] + self.rule.timespan if self.state.times else None

    def pass_time(self, to: int) -> Sequence[Firing]:
        self._forget(to - self.rule.timespan)
        return NOTHING

    @property
    def spent(self) -> bool:
        return not self.state.values

    def enter(self, entry: Entry) -> Firing | None:
        value = number(entry)
        if value is None:
            return None
        state, firing = self.state, None
        before, state.side = state.side, 0
        if len(state.values) >= max(self.rule.min_n, 1):
            z = z_of(value, self._ranked)
            state.side = self._side(z)
            if state.side not in (0, before):
                off = _off(z, middle(self._ranked), plural(len(state.values), "value"))
                reason = f"{self.rule.field} {figure(value)}, {off}"
                firing = Firing(entry.at, entry.event_id, False, entry.at, (entry.event_id,), 1, reason)
        state.times.append(entry.at)
        state.values.append(value)
        insort(self._ranked, value)
        self._forget(entry.at - self.rule.timespan)
        return firing

    def _side(self, z: float) -> int:
        side = 1 if z > self.rule.threshold else -1 if z < -self.rule.threshold else 0
        return side if self.watches(side) else 0

    def _forget(self, until: int) -> None:
        times = self.state.times
        surplus = max(len(times) - self.rule.history, 0)
        while surplus < len(times) and times[surplus] <= until:
            surplus += 1
        self._drop(surplus)

    def _drop(self, oldest: int) -> None:
        for value in self.state.values[:oldest]:
            del self._ranked[bisect_left(self._ranked, value)]
        del self.state.times[:oldest], self.state.values[:oldest]

    @property
    def held(self) -> int:
        return 1 + len(self.state.values)

    def shrink(self, to: int) -> int:
        surplus = min(max(self.held - to, 0), len(self.state.values))
        self._drop(surplus)
        return surplus


class Counts(Windows):
    """How many events the past windows had, oldest first."""

    counts: list[float] = field(default_factory=list)
    centre: float = 0.0
    spread: float = 0.0
    """0 while nobody has asked for them since the last window closed."""


class RobustCount(Tumbling[Counts]):
    """The same z with x = events in a window, beside the last ``history`` windows, empty ones included.

    The spread is at least that of independent events (:func:`of_counts`). Above fires inside the window, with the
    event by which there are too many; below when it closes. With fewer than ``min_n`` past windows nothing is judged.
    What people do comes in bursts, with more windows far above the median than chance makes: 5 rather than 3.5 then.
    """

    state_type: ClassVar[type[State]] = Counts
    forgettable: ClassVar[tuple[str, ...]] = ("event_ids", "counts")

    def enter(self, entry: Entry) -> Firing | None:
        state = self.state
        self.count(entry)
        if state.side > 0 or self._side(closing=False) <= 0:
            return None
        state.side = 1
        return self.fired(entry, self._words())

    def close(self) -> Firing | None:
        state = self.state
        before, state.side = state.side, self._side(closing=True)
        firing = self.fired_by_close(self._words()) if state.side not in (0, before) else None
        state.counts.append(float(state.count))
        del state.counts[: -max(self.rule.history, 1)]
        state.spread = 0.0
        return firing

    def quiet(self) -> int:
        state = self.state
        all_empty = len(state.counts) >= max(self.rule.history, 1) and not any(state.counts)
        return FOREVER if all_empty and not state.side else 0

    def _side(self, *, closing: bool) -> int:
        state, rule = self.state, self.rule
        if len(state.counts) < max(rule.min_n, 1) or not (state.count or self.watches(-1)):
            return 0
        z = self._usual().z(state.count)
        if self.watches(1) and z > rule.threshold:
            return 1
        return -1 if closing and self.watches(-1) and z < -rule.threshold else 0

    def _words(self) -> str:
        usual = self._usual()
        past = plural(len(self.state.counts), "window")
        return f"{self.counted()}, {_off(usual.z(self.state.count), usual.centre, past)}"

    def _usual(self) -> Usual:
        state = self.state
        if not state.spread:
            state.centre, state.spread = by_median(state.counts, of_counts)
        return Usual(state.centre, state.spread)


def z_of(value: float, ranked: Sequence[float]) -> float:
    """The robust z of a value beside past ones, at least one and sorted; on a logarithmic scale where they have one."""
    start = start_of_logarithms(ranked)
    if start is None or value < 0:
        return by_median(ranked, of_values).z(value)
    return by_median([log(one + start) for one in ranked], of_logarithms).z(log(value + start))


def _off(z: float, centre: float, past: str) -> str:
    way = "above" if z > 0 else "below"
    if isinf(z):
        return f"{way} the {figure(centre)} that the last {past} never left"
    return f"{figure(abs(z))} robust standard deviations {way} the median {figure(centre)} of the last {past}"
