"""Too large or too small a share of the events of a window."""

from typing import ClassVar

from llmsec_tui.detect.correlate.fold import Entry, Firing
from llmsec_tui.detect.correlate.monitors.state import State
from llmsec_tui.detect.correlate.monitors.tumbling import FOREVER, Tumbling, Windows
from llmsec_tui.detect.correlate.monitors.words import figure


class Shared(Windows):
    """What a ratio remembers; its ``event_ids`` are of those that count."""

    part: int = 0
    """How many of the open window's entries count."""
    wanted_id: str = ""
    """The last event of the selection: only such a one can be part of it."""


class Ratio(Tumbling[Shared]):
    """``part / n > threshold`` (above) or ``< threshold`` (below) where ``n >= min_n``; both within one window.

    n = events of ``sources[0]``, part = those of them that ``sources[1]`` hits too; the threshold is a share, 0 to 1.
    Above is judged at each event from the ``min_n``-th on, below when the window closes; each fires at most once a
    window. A window with fewer than ``min_n`` events is neither. The limit is fixed: no outlier can move it.
    """

    state_type: ClassVar[type[State]] = Shared

    def enter(self, entry: Entry) -> Firing | None:
        state = self.state
        if entry.source == 0:
            self.count(entry)
            state.wanted_id = entry.event_id
        elif entry.event_id == state.wanted_id:
            state.part += 1
            state.wanted_id = ""
            super().keep(entry.event_id)
        else:
            return None
        if state.side > 0 or not self.watches(1) or self._side() <= 0:
            return None
        state.side = 1
        return self.fired(entry, self._words("more"))._replace(taking_part=state.part)

    def keep(self, event_id: str) -> None:
        """Only those that count are worth naming, unless it is them that are missed."""
        if not self.watches(1):
            super().keep(event_id)

    def close(self) -> Firing | None:
        state = self.state
        before, state.side = state.side, self._side()
        fires = state.side < 0 and before >= 0
        firing = self.fired_by_close(self._words("less")) if fires else None
        state.part = 0
        return firing

    @property
    def spent(self) -> bool:
        return not (self.state.count or self.state.side)

    def quiet(self) -> int:
        return 0 if self.state.side else FOREVER

    def _side(self) -> int:
        state, rule = self.state, self.rule
        if state.count < max(rule.min_n, 1):
            return 0
        share = state.part / state.count
        if self.watches(1) and share > rule.threshold:
            return 1
        return -1 if self.watches(-1) and share < rule.threshold else 0

    def _words(self, more: str) -> str:
        state = self.state
        share, limit = (f"{figure(100 * value)} %" for value in (state.part / state.count, self.rule.threshold))
        return f"{state.part:,} of {self.counted()}: {share}, {more} than {limit}"
