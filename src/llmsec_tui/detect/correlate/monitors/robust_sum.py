"""What the values of a window add up to, far more than in past windows: money and tokens."""

from math import log
from typing import ClassVar

from msgspec import field

from llmsec_tui.detect.correlate.fold import Entry, Firing
from llmsec_tui.detect.correlate.measures import call_of
from llmsec_tui.detect.correlate.monitors.state import State, number
from llmsec_tui.detect.correlate.monitors.tumbling import FOREVER, Tumbling, Windows
from llmsec_tui.detect.correlate.monitors.usual import by_median, middle
from llmsec_tui.detect.correlate.monitors.words import figure, plural, span


class Sums(Windows):
    """The sums of the past windows that had any, oldest first, and what the open one has come to."""

    sums: list[float] = field(default_factory=list)
    total: float = 0.0
    used: dict[str, float] = field(default_factory=dict)
    """Of the open window: what each call that may be told of again was counted with."""


class RobustSum(Tumbling[Sums]):
    """``z = (y - median) / (MAD / 0.6745)`` with y = the logarithm of the sum of ``field`` over a window; fires where
    ``z > threshold`` (see :class:`~.robust_z.RobustValue`). The spread is at least that of a quarter more or less.

    It is compared with the last ``history`` windows *in which there was anything*, at least ``min_n`` of them: beside
    hours that nobody worked, nights and weekends, every morning would be an outlier. Median and MAD of logarithms, so
    neither one wild window nor a handful of them moves what is usual, and every window becomes part of the past.
    Fires inside the window, with the event by which it is too much, and not again in windows that follow without a
    quieter one between. Values that are not above 0 add nothing. A call that several events tell of (``usage_key``)
    counts once in a window, with the most that any of them says.
    """

    state_type: ClassVar[type[State]] = Sums
    forgettable: ClassVar[tuple[str, ...]] = ("event_ids", "sums")

    def enter(self, entry: Entry) -> Firing | None:
        value = number(entry)
        if value is None or value <= 0:
            return None
        state = self.state
        self.count(entry)
        state.total += self._new(entry, value)
        if state.side > 0 or self._side() <= 0:
            return None
        state.side = 1
        return self.fired(entry, self._words())

    def _new(self, entry: Entry, value: float) -> float:
        key = call_of(entry)
        if key is None:
            return value
        before = self.state.used.get(key, 0.0)
        self.state.used[key] = max(before, value)
        return max(value - before, 0.0)

    def close(self) -> Firing | None:
        state = self.state
        state.side = self._side() if state.total else 0
        if state.total:
            state.sums.append(state.total)
            del state.sums[: -max(self.rule.history, 1)]
        state.total, state.used = 0.0, {}
        return None

    @property
    def spent(self) -> bool:
        return not (self.state.count or self.state.sums or self.state.side)

    def quiet(self) -> int:
        return 0 if self.state.side else FOREVER

    def shrink(self, to: int) -> int:
        surplus = min(max(self.held - to, 0), len(self.state.used))
        for key in list(self.state.used)[:surplus]:
            del self.state.used[key]
        return surplus + super().shrink(to)

    def z(self) -> float | None:
        """Of the open window; None while nothing is judged."""
        state = self.state
        if len(state.sums) < max(self.rule.min_n, 1) or not state.total:
            return None
        return by_median([log(one) for one in state.sums], _a_quarter).z(log(state.total))

    def _side(self) -> int:
        z = self.z()
        return int(z is not None and z > self.rule.threshold)

    def _words(self) -> str:
        state = self.state
        off = f"{figure(self.z() or 0)} robust standard deviations above the median"
        usual = f"{figure(middle(sorted(state.sums)))} of the last {plural(len(state.sums), 'window')} with any"
        return f"{self.rule.field} {figure(state.total)} in a window of {span(self.rule.timespan)}, {off} {usual}"


def _a_quarter(centre: float) -> float:
    return log(1.25)
