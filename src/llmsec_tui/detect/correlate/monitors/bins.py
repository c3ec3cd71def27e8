"""Bins that are fixed by what is usual: tenths of the values where they are numbers, else the commonest values.

Bins of equal width would be spread out by one huge value until all others fall into one, and nothing could change any
more; tenths are not.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from llmsec_tui.detect.correlate.fold import Value
from llmsec_tui.detect.correlate.monitors.words import figure
from llmsec_tui.text import clip

TENTHS = 10
MOST_NAMES = 19
"""All other values are in one bin together."""
_NO_NUMBER = -1
_SHOWN = 60


class Bins(NamedTuple):
    """Where one bin ends and the next begins."""

    edges: list[float]
    """The nine deciles, each the upper end of its bin; empty where bins are names. A value that is two deciles or more
    is so common that it has a bin of its own."""
    names: list[str]

    def place(self, value: Value) -> int:
        """The number of the bin."""
        if not self.edges:
            name = str(value)
            return self.names.index(name) if name in self.names else len(self.names)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return _NO_NUMBER
        first, behind = bisect_left(self.edges, value), bisect_right(self.edges, value)
        return first + 1 if behind - first >= 2 else first

    def name(self, place: int) -> str:
        """A bin in words."""
        if not self.edges:
            return f'"{clip(self.names[place], _SHOWN)}"' if place < len(self.names) else "other values"
        if place == _NO_NUMBER:
            return "no number"
        if 0 < place < len(self.edges) and self.edges[place - 1] == self.edges[place]:
            return figure(self.edges[place])
        if place == 0:
            return f"up to {figure(self.edges[0])}"
        over = f"over {figure(self.edges[place - 1])}"
        return over if place == len(self.edges) else f"{over} up to {figure(self.edges[place])}"


def bins_of(values: Sequence[Value]) -> Bins:
    """Bins for these values, at least one."""
    numbers = [float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        return Bins([], [name for name, _ in Counter(map(str, values)).most_common(MOST_NAMES)])
    ranked = sorted(numbers)
    return Bins([ranked[-(-tenth * len(ranked) // TENTHS) - 1] for tenth in range(1, TENTHS)], [])
