"""Hits that are missing: conditions with a ``not``, which only the end of a window decides."""

from collections import deque
from collections.abc import Sequence
from typing import Any, Self

from llmsec_tui.detect.correlate.evidence import fired
from llmsec_tui.detect.correlate.expression import holds, wanted
from llmsec_tui.detect.correlate.fold import NOTHING, Entry, Firing, order, read_entry
from llmsec_tui.detect.rule import Correlation, Grouped


class Absence:
    """Decides about each entry when it is ``timespan`` old.

    A source counts as hit when it was in ``[entry.at, entry.at + timespan)``; under ``not``, when it was less than
    ``timespan`` before or after the entry. It fires where the condition is true and was not for the entry before, or
    that one had left before this one came.
    """

    __slots__ = ("_before", "_newest", "_rule", "_waiting")

    def __init__(self, rule: Correlation) -> None:
        self._rule = rule
        self._newest: dict[int, Entry] = {}
        self._waiting: deque[tuple[Entry, frozenset[int]]] = deque()
        """Each with the sources that were hit less than ``timespan`` before it."""
        self._before: int | None = None
        """The time of the last entry that was decided, where the condition was true for it."""

    @property
    def due(self) -> int | None:
        return self._waiting[0][0].at + self._rule.timespan if self._waiting else None

    def pass_time(self, to: int) -> Sequence[Firing]:
        if not self._waiting or self._waiting[0][0].at + self._rule.timespan > to:
            return NOTHING
        firings = []
        while self._waiting and self._waiting[0][0].at + self._rule.timespan <= to:
            if firing := self._decide(*self._waiting.popleft()):
                firings.append(firing)
        if not self._waiting:
            self._newest.clear()
            self._before = None
        return firings

    def _decide(self, entry: Entry, before: frozenset[int]) -> Firing | None:
        rule, held = self._rule, self._before is not None and entry.at < self._before + self._rule.timespan
        assert rule.expression is not None
        after = frozenset(source for source, newest in self._newest.items() if newest.at >= entry.at)
        if not holds(rule.expression, after.__contains__, (after | before).__contains__):
            self._before = None
            return None
        self._before = entry.at
        if held:
            return None
        helped = (self._newest[source] for source in after & wanted(rule.expression))
        took_part = sorted({entry, *helped}, key=order)
        at = entry.at + rule.timespan
        return fired(at, entry, took_part, "hits", "as nothing else came in that time", by_time=True)

    def enter(self, entry: Entry) -> Firing | None:
        since = entry.at - self._rule.timespan
        before = frozenset(source for source, newest in self._newest.items() if newest.at > since)
        self._waiting.append((entry, before))
        self._newest[entry.source] = entry
        return None

    def copy(self) -> Self:
        other = type(self)(self._rule)
        other._newest, other._waiting, other._before = self._newest.copy(), self._waiting.copy(), self._before
        return other

    def dump(self) -> object:
        waiting = [(entry, sorted(before)) for entry, before in self._waiting]
        return [list(self._newest.values()), waiting, self._before]

    @classmethod
    def load(cls, rule: Grouped, dumped: Any) -> Self:
        assert isinstance(rule, Correlation)
        fold = cls(rule)
        newest, waiting, fold._before = dumped
        fold._newest = {entry.source: entry for entry in map(read_entry, newest)}
        fold._waiting.extend((read_entry(entry), frozenset(before)) for entry, before in waiting)
        return fold

    @property
    def size(self) -> int:
        return len(self._waiting)

    def shrink(self, to: int) -> int:
        surplus = max(len(self._waiting) - to, 0)
        for _ in range(surplus):
            self._waiting.popleft()
        return surplus
