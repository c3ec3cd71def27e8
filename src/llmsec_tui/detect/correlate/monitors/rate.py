"""Too many or too few events in a window, by a limit that is given."""

from typing import ClassVar

from llmsec_tui.detect.correlate.fold import Entry, Firing
from llmsec_tui.detect.correlate.monitors.state import State
from llmsec_tui.detect.correlate.monitors.tumbling import FOREVER, Tumbling, Windows
from llmsec_tui.detect.correlate.monitors.words import figure


class Counted(Windows):
    """What a rate remembers."""

    seen: int = 0
    """Entries in all, up to ``min_n``."""
    whole: bool = False
    """Whether the open window is one from its beginning, not the group's first."""


class Rate(Tumbling[Counted]):
    """``n > threshold`` (above) or ``n < threshold`` (below), n = events in the window.

    Above fires inside the window, with the event that goes past the limit; below when the window closes, and never
    for the group's first window, of which only a part was seen. Neither before the group has had ``min_n`` events.
    The limit is fixed, so there is no reference that an outlier could move.
    """

    state_type: ClassVar[type[State]] = Counted

    def enter(self, entry: Entry) -> Firing | None:
        state = self.state
        self.count(entry)
        state.seen = min(state.seen + 1, self.rule.min_n)
        if state.side > 0 or self._side(closing=False) <= 0:
            return None
        state.side = 1
        return self.fired(entry, self._words("more"))

    def close(self) -> Firing | None:
        state = self.state
        before, state.side = state.side, self._side(closing=True)
        state.whole = True
        fires = state.side < 0 and before >= 0
        return self.fired_by_close(self._words("fewer")) if fires else None

    @property
    def spent(self) -> bool:
        state, rule = self.state, self.rule
        return not (state.count or state.side or self.watches(-1)) and rule.min_n <= 1

    def quiet(self) -> int:
        return FOREVER if self.state.whole and self._side(closing=True) == self.state.side else 0

    def _side(self, *, closing: bool) -> int:
        state, rule = self.state, self.rule
        if state.seen < rule.min_n:
            return 0
        if self.watches(1) and state.count > rule.threshold:
            return 1
        return -1 if closing and state.whole and self.watches(-1) and state.count < rule.threshold else 0

    def _words(self, more: str) -> str:
        return f"{self.counted()}, {more} than {figure(self.rule.threshold)}"
