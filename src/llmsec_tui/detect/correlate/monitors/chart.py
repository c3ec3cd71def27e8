"""What EWMA and CUSUM charts share: windows measured against what is usual, and deviations that add up.

What is usual is learned from the first ``history`` windows, by :func:`by_clipping`; judging begins with ``min_n`` of
them. Then it stays fixed, so that a change too slow for a moving reference still adds up. While the monitor fires
nothing is learned; where it fires for ``history`` windows on end, those are what is usual from then on, and it starts
anew. One window counts as at most ``CLIP`` standard deviations off: a single one says little about a lasting change.
"""

from abc import abstractmethod
from bisect import bisect_left
from typing import ClassVar

from msgspec import field

from llmsec_tui.detect.correlate.fold import Entry, Firing
from llmsec_tui.detect.correlate.monitors.state import State, number
from llmsec_tui.detect.correlate.monitors.tumbling import FOREVER, Tumbling, Windows
from llmsec_tui.detect.correlate.monitors.usual import CLIP, Usual, by_clipping, of_counts, of_values
from llmsec_tui.detect.correlate.monitors.words import figure, plural, span

Statistic = list[float]


class Charted(Windows):
    """What a chart remembers."""

    learned: list[float] = field(default_factory=list)
    """The windows that make up what is usual."""
    fresh: list[float] = field(default_factory=list)
    """The windows since it began to fire."""
    centre: float = 0.0
    spread: float = 1.0
    total: float = 0.0
    """Sum of the open window's values."""
    statistic: list[float] = field(default_factory=lambda: [0.0, 0.0])
    """As of the last window that was closed one by one."""
    idle: int = 0
    """Windows without entries since then. Nothing is rounded in between, however often time is let pass."""


class Chart(Tumbling[Charted]):
    """Windows of counts, or, with a field, of means; windows without a value are left out then."""

    state_type: ClassVar[type[State]] = Charted
    forgettable: ClassVar[tuple[str, ...]] = ("event_ids", "fresh", "learned")

    @staticmethod
    @abstractmethod
    def after(statistic: Statistic, z: float, windows: int, threshold: float) -> Statistic:
        """The statistic after so many more windows with the same z."""

    @staticmethod
    @abstractmethod
    def height(statistic: Statistic) -> tuple[float, float]:
        """How far it is above and below what is usual, both in units of the threshold."""

    @abstractmethod
    def told(self, height: float) -> str:
        """How far off it is, in words that "above" or "below" can follow."""

    def enter(self, entry: Entry) -> Firing | None:
        state = self.state
        if self.rule.field:
            value = number(entry)
            if value is None:
                return None
            state.total += value
        self.count(entry)
        if self.rule.field or state.side > 0 or state.count <= state.centre or not self._judges():
            return None
        statistic = self._closing()
        if self._side(statistic) <= 0:
            return None
        state.side = 1
        return self.fired(entry, self._words(statistic))

    def close(self) -> Firing | None:
        state, firing = self.state, None
        if self._judges():
            before, statistic = state.side, self._closing()
            state.statistic, state.idle, state.side = statistic, 0, self._side(statistic)
            if state.side not in (0, before):
                firing = self.fired_by_close(self._words(statistic))
        self._learn(self._measure())
        state.total = 0.0
        return firing

    def quiet(self) -> int:
        state = self.state
        if self.rule.field:
            return FOREVER
        if state.side or len(state.learned) < self._history:
            return 0
        return (
            bisect_left(range(1, FOREVER + 1), True, key=self._fires_after) if self._fires_after(FOREVER) else FOREVER
        )

    def skip(self, windows: int) -> None:
        if not self.rule.field:
            self.state.idle += windows

    def standing(self) -> tuple[float, float] | None:
        """How far above and below it would be if the open window closed as it is; None while it does not judge."""
        return self.height(self._closing()) if self._judges() else None

    def _fires_after(self, windows: int) -> bool:
        state = self.state
        statistic = self.after(state.statistic, self._z(0.0), state.idle + windows, self.rule.threshold)
        return self._side(statistic) != 0

    def _judges(self) -> bool:
        return len(self.state.learned) >= min(max(self.rule.min_n, 2), self._history)

    @property
    def _history(self) -> int:
        return max(self.rule.history, 2)

    def _measure(self) -> float:
        state = self.state
        return state.total / state.count if self.rule.field else float(state.count)

    def _z(self, measure: float) -> float:
        z = Usual(self.state.centre, self.state.spread).z(measure)
        return min(max(z, -CLIP), CLIP)

    def _closing(self) -> Statistic:
        """The statistic if the open window closed as it is."""
        state, threshold = self.state, self.rule.threshold
        if not state.count:
            return self.after(state.statistic, self._z(0.0), state.idle + 1, threshold)
        before = state.statistic
        if state.idle:
            before = self.after(before, self._z(0.0), state.idle, threshold)
        return self.after(before, self._z(self._measure()), 1, threshold)

    def _side(self, statistic: Statistic) -> int:
        above, below = self.height(statistic)
        if self.watches(1) and above > self.rule.threshold:
            return 1
        return -1 if self.watches(-1) and below > self.rule.threshold else 0

    def _learn(self, measure: float) -> None:
        state, history = self.state, self._history
        if state.side:
            state.fresh.append(measure)
            if len(state.fresh) < history:
                return
            state.learned, state.statistic, state.side = state.fresh, [0.0, 0.0], 0
        elif len(state.learned) < history:
            state.learned.append(measure)
        else:
            state.fresh = []
            return
        state.fresh = []
        if len(state.learned) >= 2:
            state.centre, state.spread = by_clipping(state.learned, of_values if self.rule.field else of_counts)

    def _words(self, statistic: Statistic) -> str:
        state, rule = self.state, self.rule
        above, below = self.height(statistic)
        up = self.watches(1) and above > rule.threshold
        mean = f"{rule.field} {figure(self._measure())} on average in a window of {span(rule.timespan)}"
        usual = f"{figure(state.centre)} ± {figure(state.spread)} in {plural(len(state.learned), 'window')}"
        way = "above" if up else "below"
        seen = mean if rule.field else self.counted()
        return f"{seen}, {self.told(above if up else below)} {way} the usual {usual}"
