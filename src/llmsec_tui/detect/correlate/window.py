"""Everything that is in the window, for conditions that may also become true because something leaves it."""

from collections.abc import Sequence
from typing import Any, Self

from llmsec_tui.detect.correlate.evidence import fired
from llmsec_tui.detect.correlate.fold import NOTHING, Entry, Firing, read_entry
from llmsec_tui.detect.correlate.limits import limits
from llmsec_tui.detect.correlate.measures import measure_of
from llmsec_tui.detect.rule import Correlation, Grouped


class Window:
    """Judges a measure after every entry, and after each instant at which entries leave."""

    __slots__ = ("_entries", "_first", "_held", "_last", "_limits", "_measure", "_timespan")

    def __init__(self, rule: Correlation) -> None:
        self._timespan = rule.timespan
        self._measure = measure_of(rule)
        self._limits = limits(rule.limits)
        self._entries: list[Entry] = []
        """Those before ``_first`` have left."""
        self._first = 0
        self._last: Entry | None = None
        self._held = False

    @property
    def due(self) -> int | None:
        return self._entries[self._first].at + self._timespan if self._first < len(self._entries) else None

    def pass_time(self, to: int) -> Sequence[Firing]:
        due = self.due
        if due is None or due > to:
            return NOTHING
        firings = []
        while due is not None and due <= to:
            instant = due
            while due == instant:
                self._measure.remove(self._entries[self._first])
                self._first += 1
                due = self.due
            if firing := self._judge(instant, by_time=True):
                firings.append(firing)
        if 2 * self._first > len(self._entries):
            del self._entries[: self._first]
            self._first = 0
        return firings

    def enter(self, entry: Entry) -> Firing | None:
        self._last = entry
        if self._measure.counts(entry):
            self._entries.append(entry)
            self._measure.add(entry)
        return self._judge(entry.at, by_time=False)

    def _judge(self, at: int, *, by_time: bool) -> Firing | None:
        held, self._held = self._held, self._measure.holds(self._limits)
        if held or not self._held:
            return None
        assert self._last is not None
        took_part = self._entries[self._first :]
        return fired(at, self._last, took_part, self._measure.seen(), self._limits.text, by_time=by_time)

    def copy(self) -> Self:
        other = object.__new__(type(self))
        other._timespan, other._limits = self._timespan, self._limits
        other._measure = self._measure.copy()
        other._entries, other._first = self._entries[self._first :], 0
        other._last, other._held = self._last, self._held
        return other

    def dump(self) -> object:
        return [self._last, self._held, self._entries[self._first :]]

    @classmethod
    def load(cls, rule: Grouped, dumped: Any) -> Self:
        assert isinstance(rule, Correlation)
        fold = cls(rule)
        last, fold._held, entries = dumped
        fold._last = None if last is None else read_entry(last)
        for entry in map(read_entry, entries):
            fold._entries.append(entry)
            fold._measure.add(entry)
        return fold

    @property
    def size(self) -> int:
        # A condition that an empty window keeps is something to remember: it must not fire again.
        return len(self._entries) - self._first + self._held

    def shrink(self, to: int) -> int:
        surplus = max(len(self._entries) - self._first - to, 0)
        forgotten = self._first + surplus
        for entry in self._entries[self._first : forgotten]:
            self._measure.remove(entry)
        del self._entries[:forgotten]
        self._first = 0
        return surplus
