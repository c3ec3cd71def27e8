"""A value that the group never had."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self

from msgspec import field

from llmsec_tui.detect.correlate.fold import NOTHING, Entry, Firing, Value
from llmsec_tui.detect.correlate.monitors.state import MonitorFold, State
from llmsec_tui.detect.correlate.monitors.words import figure, plural, span
from llmsec_tui.detect.fields import FIELDS, Listing
from llmsec_tui.detect.rule import Grouped, Monitor
from llmsec_tui.text import clip

SHOWN = 80
"""Characters of a value in the reason."""
MOST_SHOWN = 5
"""Values of one event that are new."""


class Seen(State):
    """The values and when each was last, the one not seen for longest first."""

    values: dict[Value, int] = field(default_factory=dict)
    entered: int = 0
    """Values in all, up to ``min_n``."""


class NewValue(MonitorFold[Seen]):
    """Fires for each value not seen in ``(t - timespan, t]`` before, once the group has had ``min_n`` values.

    Each new value fires, since each is another one. Values are equal when they are the same, with their case. At most
    ``history`` values are remembered; the one not seen for longest is forgotten first, and is new when it comes again.
    A value that fired is known from then on. A group without a value for a whole timespan starts anew.
    Of a field that holds a list each element is a value.
    There is no estimate that an outlier could move.
    """

    state_type: ClassVar[type[State]] = Seen

    @property
    def due(self) -> int | None:
        """When the last value becomes too old: nothing fires then, but nothing is left."""
        values = self.state.values
        return values[next(reversed(values))] + self.rule.timespan if values else None

    def pass_time(self, to: int) -> Sequence[Firing]:
        state, until = self.state, to - self.rule.timespan
        while state.values and state.values[oldest := next(iter(state.values))] <= until:
            del state.values[oldest]
        if not state.values:
            state.entered = 0
        return NOTHING

    @property
    def spent(self) -> bool:
        return not self.state.values

    def enter(self, entry: Entry) -> Firing | None:
        state, found = self.state, elements(self.rule, entry)
        others, is_judged = len(state.values), state.entered >= self.rule.min_n
        fresh = [value for value in found if value not in state.values]
        for value in found:
            state.values.pop(value, None)
            state.values[value] = entry.at
            state.entered = min(state.entered + 1, self.rule.min_n)
            if len(state.values) > max(self.rule.history, 1):
                del state.values[next(iter(state.values))]
        if not fresh or not is_judged:
            return None
        return Firing(entry.at, entry.event_id, False, entry.at, (entry.event_id,), 1, self._words(fresh, others))

    def _words(self, fresh: Sequence[Value], others: int) -> str:
        told = ", ".join(map(worded, fresh[:MOST_SHOWN]))
        known = plural(others, "other value")
        return f"{self.rule.field} {told}, new in {span(self.rule.timespan)} with {known}"

    def dump(self) -> object:
        return [list(self.state.values.items()), self.state.entered]

    @classmethod
    def load(cls, rule: Grouped, dumped: Any) -> Self:
        values, entered = dumped
        return super().load(rule, [dict(map(tuple, values)), entered])

    def shrink(self, to: int) -> int:
        surplus = min(max(self.held - to, 0), len(self.state.values))
        for value in list(self.state.values)[:surplus]:
            del self.state.values[value]
        return surplus


def elements(rule: Monitor, entry: Entry) -> list[Value]:
    """The values of an entry that are looked at: of a field that holds a list, each of its elements once."""
    value = entry.value[0] if entry.value else None
    if value is None or value != value:
        return []
    if isinstance(value, str) and FIELDS[rule.field].listing is Listing.COMMAS:
        return list(dict.fromkeys(value.split(",")))
    return [value]


def worded(value: Value) -> str:
    """A value as reasons have it."""
    if isinstance(value, bool):
        return str(value).lower()
    return figure(value) if isinstance(value, int | float) else f'"{clip(str(value), SHOWN)}"'
