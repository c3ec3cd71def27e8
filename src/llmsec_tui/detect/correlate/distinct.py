"""How many different values, or sources, were hit, where only too many are too many."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Self

from llmsec_tui.detect.correlate.evidence import fired
from llmsec_tui.detect.correlate.fold import NOTHING, Entry, Firing, Value, read_entry
from llmsec_tui.detect.correlate.limits import figure, limits
from llmsec_tui.detect.rule import Comparison, Correlation, CorrelationType, Grouped


def source_limits(rule: Correlation) -> tuple[Comparison, ...]:
    """How many of its sources a temporal correlation wants to be hit: all, where it doesn't say."""
    return rule.limits or (Comparison(">=", len(rule.sources)),)


def different(rule: Correlation, entry: Entry) -> tuple[Value, ...] | None:
    """What must differ for an entry to count; None when it doesn't count at all."""
    if rule.type is CorrelationType.TEMPORAL:
        return (entry.source,)
    return None if None in entry.value else entry.value


def seen(rule: Correlation, count: int) -> str:
    """So many, in words."""
    if rule.type is not CorrelationType.TEMPORAL:
        return f"{figure(count)} different {'+'.join(rule.fields)} in hits"
    return f"hits by {figure(count)}" if rule.limits else "hits"


def wanted(rule: Correlation) -> str:
    """The limits, in words."""
    return limits(rule.limits).text if rule.limits else "in any order"


class Distinct:
    """Fires when the ``least``-th last different thing is still in the window and before was not.

    So it needs to remember no more things than that, each by the newest entry that had it.
    """

    __slots__ = ("_least", "_newest", "_rule")

    def __init__(self, rule: Correlation) -> None:
        least = limits(source_limits(rule) if rule.type is CorrelationType.TEMPORAL else rule.limits).least
        assert least is not None
        self._rule = rule
        self._least = least
        self._newest: OrderedDict[tuple[Value, ...], Entry] = OrderedDict()
        """The least recent first."""

    @property
    def due(self) -> None:
        return None

    def pass_time(self, to: int) -> Sequence[Firing]:
        if self._newest and next(reversed(self._newest.values())).at <= to - self._rule.timespan:
            self._newest.clear()
        return NOTHING

    def enter(self, entry: Entry) -> Firing | None:
        thing = different(self._rule, entry)
        if thing is None:
            return None
        newest = self._newest
        since = entry.at - self._rule.timespan
        held = self._enough(since)
        newest[thing] = entry
        newest.move_to_end(thing)
        if len(newest) > self._least:
            newest.popitem(last=False)
        if held or not self._enough(since):
            return None
        return fired(entry.at, entry, newest.values(), seen(self._rule, self._least), wanted(self._rule))

    def _enough(self, since: int) -> bool:
        newest = self._newest
        return len(newest) == self._least and next(iter(newest.values())).at > since

    def copy(self) -> Self:
        other = object.__new__(type(self))
        other._rule, other._least, other._newest = self._rule, self._least, self._newest.copy()
        return other

    def dump(self) -> object:
        return list(self._newest.values())

    @classmethod
    def load(cls, rule: Grouped, dumped: Any) -> Self:
        assert isinstance(rule, Correlation)
        fold = cls(rule)
        for entry in map(read_entry, dumped):
            thing = different(rule, entry)
            assert thing is not None
            fold._newest[thing] = entry
        return fold

    @property
    def size(self) -> int:
        return len(self._newest)

    def shrink(self, to: int) -> int:
        surplus = max(len(self._newest) - to, 0)
        for _ in range(surplus):
            self._newest.popitem(last=False)
        return surplus
