"""One value that suddenly makes up far too much of what there is."""

from typing import ClassVar

from msgspec import field

from llmsec_tui.detect.correlate.fold import Entry, Firing, Value
from llmsec_tui.detect.correlate.monitors.new_value import worded
from llmsec_tui.detect.correlate.monitors.state import State
from llmsec_tui.detect.correlate.monitors.tumbling import FOREVER, Tumbling, Windows
from llmsec_tui.detect.correlate.monitors.words import figure, plural, span


class Shares(Windows):
    """What a share remembers."""

    counts: dict[Value, int] = field(default_factory=dict)
    """Of each value, in the open window."""
    common: dict[Value, int] = field(default_factory=dict)
    """The last window in which a value was common: more than half of what is too much."""
    judged: int = 0
    """Windows with enough entries so far, up to 1."""


class Share(Tumbling[Shares]):
    """Fires where one value of ``field`` is more than ``threshold`` (0 to 1) of a window's entries, and none of the
    last ``history`` windows had it at more than half of that.

    Judged at each entry from the ``min_n``-th of the window on, once a value and window, and not before one whole
    window had ``min_n`` entries: what has always been common is none of its business. Entries without a value take no
    part. The limit is fixed, so no outlier can move it.
    """

    state_type: ClassVar[type[State]] = Shares

    def enter(self, entry: Entry) -> Firing | None:
        value = entry.value[0] if entry.value else None
        if value is None or value != value:
            return None
        state = self.state
        self.count(entry)
        state.counts[value] = state.counts.get(value, 0) + 1
        if not state.judged or value in state.common or not self.is_much(value, self.rule.threshold):
            return None
        state.common[value] = state.opened or 0
        return self.fired(entry, self._words(value))._replace(taking_part=state.counts[value])

    def is_much(self, value: Value, share: float) -> bool:
        """Whether a value has more than this share of the open window, if that can be said yet."""
        state = self.state
        return state.count >= max(self.rule.min_n, 1) and state.counts[value] > share * state.count

    def close(self) -> Firing | None:
        state = self.state
        opened = state.opened or 0
        if state.count >= max(self.rule.min_n, 1):
            state.judged = 1
            for value in state.counts:
                if self.is_much(value, self.rule.threshold / 2):
                    state.common[value] = opened
        self._forget(opened + 1)
        state.counts = {}
        return None

    def skip(self, windows: int) -> None:
        self._forget((self.state.opened or 0) + windows)

    def _forget(self, opened: int) -> None:
        state, oldest = self.state, opened - max(self.rule.history, 1)
        state.common = {value: last for value, last in state.common.items() if last >= oldest}

    @property
    def spent(self) -> bool:
        return not (self.state.count or self.state.judged)

    def quiet(self) -> int:
        return FOREVER

    def shrink(self, to: int) -> int:
        forgotten = super().shrink(to)
        for values in (self.state.counts, self.state.common):
            surplus = min(max(self.held - to, 0), len(values))
            for value in list(values)[:surplus]:
                del values[value]
            forgotten += surplus
        return forgotten

    def _words(self, value: Value) -> str:
        state, rule = self.state, self.rule
        part = f"{state.counts[value]:,} of {plural(state.count, 'event')} in a window of {span(rule.timespan)}"
        share, limit = figure(100 * state.counts[value] / state.count), figure(100 * rule.threshold)
        return f"{rule.field} {worded(value)}: {part}, {share} %, more than {limit} %, and not common before"
