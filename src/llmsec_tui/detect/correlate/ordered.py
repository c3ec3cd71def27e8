"""Sources hit within one window in the order in which the rule names them."""

from collections.abc import Sequence
from typing import Any, Self

from llmsec_tui.detect.correlate.distinct import source_limits
from llmsec_tui.detect.correlate.evidence import fired
from llmsec_tui.detect.correlate.fold import NOTHING, Entry, Firing, read_entry
from llmsec_tui.detect.correlate.limits import figure, limits
from llmsec_tui.detect.rule import Correlation, Grouped

Chain = tuple[Entry, ...]
"""Entries in their order, whose sources go up."""


class Ordered:
    """Of all chains of one length that end with one source, remembers the one that began last: it lives longest."""

    __slots__ = ("_chains", "_least", "_rule")

    def __init__(self, rule: Correlation) -> None:
        least = limits(source_limits(rule)).least
        assert least is not None
        self._rule = rule
        self._least = least
        self._chains: dict[tuple[int, int], Chain] = {}
        """By length and last source."""

    @property
    def due(self) -> None:
        return None

    def pass_time(self, to: int) -> Sequence[Firing]:
        since = to - self._rule.timespan
        if self._chains and all(chain[0].at <= since for chain in self._chains.values()):
            self._chains.clear()
        return NOTHING

    def enter(self, entry: Entry) -> Firing | None:
        since = entry.at - self._rule.timespan
        least, source, count = self._least, entry.source, len(self._rule.sources)
        held = self._longest(least, count, since) is not None
        # A chain that the sources after this one cannot make long enough is not worth remembering.
        for length in range(max(least - (count - 1 - source), 1), min(source + 1, least) + 1):
            if length == 1:
                self._chains[1, source] = (entry,)
            elif before := self._longest(length - 1, source, since):
                self._chains[length, source] = (*before, entry)
        if held or (chain := self._longest(least, count, since)) is None:
            return None
        if not self._rule.limits:
            return fired(entry.at, entry, chain, "hits", "in this order")
        return fired(entry.at, entry, chain, f"hits by {figure(least)}", limits(self._rule.limits).text)

    def _longest(self, length: int, below: int, since: int) -> Chain | None:
        """Of the chains of this length that end with a source before ``below``: the one that began last, if alive."""
        best, began = None, since
        for source in range(length - 1, below):
            chain = self._chains.get((length, source))
            if chain is not None and chain[0].at > began:
                best, began = chain, chain[0].at
        return best

    def copy(self) -> Self:
        other = object.__new__(type(self))
        other._rule, other._least, other._chains = self._rule, self._least, self._chains.copy()
        return other

    def dump(self) -> object:
        return list(self._chains.values())

    @classmethod
    def load(cls, rule: Grouped, dumped: Any) -> Self:
        assert isinstance(rule, Correlation)
        fold = cls(rule)
        chains = [tuple(map(read_entry, chain)) for chain in dumped]
        fold._chains = {(len(chain), chain[-1].source): chain for chain in chains}
        return fold

    @property
    def size(self) -> int:
        return sum(map(len, self._chains.values()))

    def shrink(self, to: int) -> int:
        before = self.size
        for key in sorted(self._chains, key=lambda key: self._chains[key][0].at):
            if self.size <= to:
                break
            del self._chains[key]
        return before - self.size
