"""Values that are spread otherwise than they were: the population stability index."""

from collections import Counter
from math import log
from typing import ClassVar

from msgspec import field

from llmsec_tui.detect.correlate.fold import Entry, Firing, Value
from llmsec_tui.detect.correlate.monitors.bins import Bins, bins_of
from llmsec_tui.detect.correlate.monitors.state import State
from llmsec_tui.detect.correlate.monitors.tumbling import FOREVER, Tumbling, Windows
from llmsec_tui.detect.correlate.monitors.words import figure, plural, span

MOST_LEARNED = 1000
"""Values that make up what is usual; of each window the first ``MOST_LEARNED / history``."""
CHANCE = 3.0902
"""The 99.9 % quantile of a standard normal distribution."""


class Spread(Windows):
    """What a PSI remembers."""

    sample: list[Value] = field(default_factory=list)
    """The first values of the open window."""
    learned: list[Value] = field(default_factory=list)
    """The values of the first windows, until what is usual is fixed."""
    fresh: list[Value] = field(default_factory=list)
    """The values of the windows since it began to fire."""
    windows: int = 0
    """How many windows are in ``learned`` or in ``fresh``."""
    edges: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    usual: dict[int, int] = field(default_factory=dict)
    """How many values of what is usual are in each bin; empty while that is learned."""
    now: dict[int, int] = field(default_factory=dict)
    """The same of the open window."""


class Psi(Tumbling[Spread]):
    """``PSI = Σ (q - p) · ln(q / p)`` over the bins, p = share of what is usual, q = share of the window.

    Siddiqi, "Credit Risk Scorecards", 2006 (Jeffreys' divergence of 1946). Fires where the window has ``min_n`` values
    or more, ``PSI > threshold``, and PSI is more than chance makes of samples of these sizes in one window of a
    thousand: ``χ²(0.999; bins - 1) · (1 / n + 1 / m)`` (Yurdakul and Naranjo, "Statistical properties of the population
    stability index", J. Risk Model Validation 14, 2020). An empty bin counts as half a value.
    Bins: see :mod:`bins`; they are fixed by the first ``history`` windows with enough values, so one huge value is one
    value in the last bin and no more. While it fires nothing is learned; where it fires for ``history`` windows those
    are what is usual from then on. Windows with fewer than ``min_n`` values are left out, as if they had not been.
    """

    state_type: ClassVar[type[State]] = Spread
    forgettable: ClassVar[tuple[str, ...]] = ("event_ids", "sample", "fresh", "learned")

    def enter(self, entry: Entry) -> Firing | None:
        value = entry.value[0] if entry.value else None
        if value is None or value != value:
            return None
        self.count(entry)
        state = self.state
        if len(state.sample) < -(-MOST_LEARNED // self._history):
            state.sample.append(value)
        if state.usual:
            where = Bins(state.edges, state.names).place(value)
            state.now[where] = state.now.get(where, 0) + 1
        return None

    def close(self) -> Firing | None:
        state, firing = self.state, None
        if state.count >= max(self.rule.min_n, 1):
            if state.usual:
                firing = self._judge()
            self._learn()
        state.sample, state.now = [], {}
        return firing

    @property
    def spent(self) -> bool:
        return not (self.state.count or self.state.windows or self.state.usual)

    def quiet(self) -> int:
        return FOREVER

    @property
    def _history(self) -> int:
        return max(self.rule.history, 1)

    def _judge(self) -> Firing | None:
        state = self.state
        found = psi(state.usual, state.now)
        before, state.side = state.side, int(found > max(self.rule.threshold, by_chance(state.usual, state.now)))
        return self.fired_by_close(self._words(found)) if state.side > before else None

    def _learn(self) -> None:
        state = self.state
        if state.usual and not state.side:
            state.fresh, state.windows = [], 0
            return
        values = state.fresh if state.usual else state.learned
        values += state.sample
        state.windows += 1
        if state.windows < self._history or not values:
            return
        bins = bins_of(values)
        state.edges, state.names = bins.edges, bins.names
        state.usual = dict(Counter(map(bins.place, values)))
        state.learned, state.fresh, state.windows, state.side = [], [], 0, 0

    def _words(self, found: float) -> str:
        state = self.state
        n, m = sum(state.now.values()), sum(state.usual.values())
        most = max(state.now | state.usual, key=lambda where: _term(state.usual, state.now, where))
        old, new = (
            f"{figure(100 * part.get(most, 0) / whole)} %" for part, whole in ((state.usual, m), (state.now, n))
        )
        which = Bins(state.edges, state.names).name(most)
        seen = f"{plural(n, 'value')} of {self.rule.field} in a window of {span(self.rule.timespan)}"
        limit = figure(max(self.rule.threshold, by_chance(state.usual, state.now)))
        return f"{seen}, spread otherwise than usual: PSI {figure(found)}, more than {limit}; {which}: {old} → {new}"


def psi(usual: dict[int, int], now: dict[int, int]) -> float:
    """The index of two sets of bins, neither of them empty."""
    return sum(_term(usual, now, where) for where in sorted(usual | now))


def by_chance(usual: dict[int, int], now: dict[int, int]) -> float:
    """What PSI stays under in 999 of 1,000 pairs of samples of one population."""
    freedom = len(usual | now) - 1
    return quantile_of_chi2(freedom) * (1 / sum(usual.values()) + 1 / sum(now.values()))


def quantile_of_chi2(freedom: int) -> float:
    """99.9 % of χ² (Wilson and Hilferty, "The distribution of chi-square", PNAS 17, 1931); 0 without freedom."""
    if freedom < 1:
        return 0.0
    step = 2 / (9 * freedom)
    return float(freedom * (1 - step + CHANCE * step**0.5) ** 3)


def _term(usual: dict[int, int], now: dict[int, int], where: int) -> float:
    p = max(usual.get(where, 0), 0.5) / sum(usual.values())
    q = max(now.get(where, 0), 0.5) / sum(now.values())
    return (q - p) * log(q / p)
