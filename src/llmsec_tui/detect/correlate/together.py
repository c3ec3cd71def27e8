"""Sources hit within one window, as a condition without ``not`` wants them."""

from collections.abc import Sequence
from typing import Any, Self

from llmsec_tui.detect.correlate.evidence import fired
from llmsec_tui.detect.correlate.expression import holds
from llmsec_tui.detect.correlate.fold import NOTHING, Entry, Firing, order, read_entry
from llmsec_tui.detect.rule import Correlation, Grouped


class Together:
    """Remembers the newest hit of each source; what leaves the window can only make the condition false."""

    __slots__ = ("_newest", "_rule")

    def __init__(self, rule: Correlation) -> None:
        self._rule = rule
        self._newest: dict[int, Entry] = {}

    @property
    def due(self) -> None:
        return None

    def pass_time(self, to: int) -> Sequence[Firing]:
        since = to - self._rule.timespan
        if self._newest and all(entry.at <= since for entry in self._newest.values()):
            self._newest.clear()
        return NOTHING

    def enter(self, entry: Entry) -> Firing | None:
        since = entry.at - self._rule.timespan
        held = self._holds(since)
        self._newest[entry.source] = entry
        if held or not self._holds(since):
            return None
        took_part = sorted((one for one in self._newest.values() if one.at > since), key=order)
        return fired(entry.at, entry, took_part, "hits", "in any order")

    def _holds(self, since: int) -> bool:
        newest, expression = self._newest, self._rule.expression
        assert expression is not None

        def hit(source: int) -> bool:
            return source in newest and newest[source].at > since

        return holds(expression, hit, hit)

    def copy(self) -> Self:
        other = type(self)(self._rule)
        other._newest = self._newest.copy()
        return other

    def dump(self) -> object:
        return list(self._newest.values())

    @classmethod
    def load(cls, rule: Grouped, dumped: Any) -> Self:
        assert isinstance(rule, Correlation)
        fold = cls(rule)
        fold._newest = {entry.source: entry for entry in map(read_entry, dumped)}
        return fold

    @property
    def size(self) -> int:
        return len(self._newest)

    def shrink(self, to: int) -> int:
        surplus = sorted(self._newest.values(), key=order)[: max(len(self._newest) - to, 0)]
        for entry in surplus:
            del self._newest[entry.source]
        return len(surplus)
