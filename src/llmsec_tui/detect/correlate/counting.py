"""How many hits there were, where only too many are too many."""

from collections.abc import Sequence
from typing import Any, Self

from llmsec_tui.detect.correlate.evidence import fired
from llmsec_tui.detect.correlate.fold import NOTHING, Entry, Firing, read_entry
from llmsec_tui.detect.correlate.limits import figure, limits
from llmsec_tui.detect.rule import Correlation, Grouped


class AtLeast:
    """Fires when the ``least``-th last hit is still in the window, and the one before it no longer was.

    So it needs to remember no more hits than that, however many come.
    """

    __slots__ = ("_hits", "_least", "_timespan", "_usual")

    def __init__(self, rule: Correlation) -> None:
        allowed = limits(rule.limits)
        assert allowed.least is not None
        self._least = allowed.least
        self._usual = allowed.text
        self._timespan = rule.timespan
        self._hits: list[Entry] = []

    @property
    def due(self) -> None:
        return None

    def pass_time(self, to: int) -> Sequence[Firing]:
        if self._hits and self._hits[-1].at <= to - self._timespan:
            self._hits.clear()
        return NOTHING

    def enter(self, entry: Entry) -> Firing | None:
        hits, least = self._hits, self._least
        since = entry.at - self._timespan
        count = len(hits)
        held = count >= least and hits[-least].at > since
        hits.append(entry)
        if count > 2 * least + 8:
            del hits[:-least]
        if held or count + 1 < least or hits[-least].at <= since:
            return None
        return fired(entry.at, entry, hits[-least:], f"{figure(least)} hit{'s' if least > 1 else ''}", self._usual)

    def copy(self) -> Self:
        other = object.__new__(type(self))
        other._hits, other._least = self._hits[:], self._least
        other._timespan, other._usual = self._timespan, self._usual
        return other

    def dump(self) -> object:
        return self._hits[-self._least :]

    @classmethod
    def load(cls, rule: Grouped, dumped: Any) -> Self:
        assert isinstance(rule, Correlation)
        fold = cls(rule)
        fold._hits = [read_entry(entry) for entry in dumped]
        return fold

    @property
    def size(self) -> int:
        return len(self._hits)

    def shrink(self, to: int) -> int:
        surplus = max(len(self._hits) - to, 0)
        del self._hits[:surplus]
        return surplus
