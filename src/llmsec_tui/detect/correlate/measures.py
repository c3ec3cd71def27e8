"""What can be measured of the entries in a window, kept up as they come and go."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Hashable
from math import isfinite
from typing import Protocol, Self

from llmsec_tui.detect.correlate.distinct import different, seen
from llmsec_tui.detect.correlate.fold import Entry
from llmsec_tui.detect.correlate.limits import Limits, binary, figure, mean
from llmsec_tui.detect.rule import Correlation, CorrelationType


class Measure(Protocol):
    """A number that follows what is in a window."""

    def counts(self, entry: Entry) -> bool:
        """Whether this entry has any part in it."""

    def add(self, entry: Entry) -> None: ...

    def remove(self, entry: Entry) -> None: ...

    def holds(self, limits: Limits) -> bool: ...

    def seen(self) -> str:
        """The number, in words."""

    def copy(self) -> Self: ...


class Hits:
    """How many entries there are."""

    def __init__(self) -> None:
        self._count = 0

    def counts(self, entry: Entry) -> bool:
        return True

    def add(self, entry: Entry) -> None:
        self._count += 1

    def remove(self, entry: Entry) -> None:
        self._count -= 1

    def holds(self, limits: Limits) -> bool:
        return limits.holds(self._count)

    def seen(self) -> str:
        return f"{figure(self._count)} hit{'' if self._count == 1 else 's'}"

    def copy(self) -> Self:
        other = type(self)()
        other._count = self._count
        return other


class Different:
    """How many different values there are, or sources that were hit."""

    def __init__(self, rule: Correlation) -> None:
        self._rule = rule
        self._things = Counter[Hashable]()

    def counts(self, entry: Entry) -> bool:
        return different(self._rule, entry) is not None

    def add(self, entry: Entry) -> None:
        self._things[different(self._rule, entry)] += 1

    def remove(self, entry: Entry) -> None:
        thing = different(self._rule, entry)
        self._things[thing] -= 1
        if not self._things[thing]:
            del self._things[thing]

    def holds(self, limits: Limits) -> bool:
        return limits.holds(len(self._things))

    def seen(self) -> str:
        return seen(self._rule, len(self._things))

    def copy(self) -> Self:
        other = type(self)(self._rule)
        other._things = self._things.copy()
        return other


def number(entry: Entry) -> float | None:
    """The entry's value where it is a finite number; true is 1 and false 0, so that flags have a mean."""
    value = entry.value[0]
    if isinstance(value, int | float) and isfinite(value):
        return value
    return None


def call_of(entry: Entry) -> str | None:
    """The call that the entry's event tells of, where sums count each call once."""
    call = entry.value[1] if len(entry.value) > 1 else None
    return call if isinstance(call, str) else None


class Sum:
    """What the values add up to, exactly, so that their order makes no difference; 0 where there are none.

    A call that several events tell of (the second value of an entry, where it has one) counts once, with the most that
    any of those in the window says.
    """

    def __init__(self, field: str) -> None:
        self._field = field
        self._total = 0
        self._bits = 0
        """The total is in so-many-th powers of a half: enough for the finest value so far."""
        self._count = 0
        self._told: dict[str, list[float]] = {}
        """By call: the values in the window, in their order."""

    def counts(self, entry: Entry) -> bool:
        return number(entry) is not None

    def add(self, entry: Entry) -> None:
        value, call = number(entry) or 0, call_of(entry)
        if call is None:
            self._change(value, 1)
            return
        told = self._told.setdefault(call, [])
        before = told[-1] if told else None
        insort(told, value)
        self._follow(before, told[-1])

    def remove(self, entry: Entry) -> None:
        value, call = number(entry) or 0, call_of(entry)
        if call is None:
            self._change(value, -1)
            return
        told = self._told[call]
        before = told[-1]
        del told[bisect_left(told, value)]
        if not told:
            del self._told[call]
        self._follow(before, told[-1] if told else None)

    def _follow(self, before: float | None, after: float | None) -> None:
        """One call counts with another value than before; with none where it is not there."""
        if before != after:
            for value, sign in ((before, -1), (after, 1)):
                if value is not None:
                    self._change(value, sign)

    def _change(self, value: float, sign: int) -> None:
        whole = self._whole(value)
        self._total += sign * whole
        self._count += sign

    def _whole(self, value: float) -> int:
        if isinstance(value, int):
            return value << self._bits
        whole, bits = binary(value)
        if bits > self._bits:
            self._total <<= bits - self._bits
            self._bits = bits
        return whole << (self._bits - bits)

    def holds(self, limits: Limits) -> bool:
        return limits.mean_holds(self._total, self._bits, 1)

    def seen(self) -> str:
        return f"{self._field} adding up to {figure(mean(self._total, self._bits, 1))} in hits"

    def copy(self) -> Self:
        other = type(self)(self._field)
        other._total, other._bits, other._count = self._total, self._bits, self._count
        other._told = {call: told[:] for call, told in self._told.items()}
        return other


class Average(Sum):
    """Their mean; nothing holds where there are none."""

    def holds(self, limits: Limits) -> bool:
        return self._count > 0 and limits.mean_holds(self._total, self._bits, self._count)

    def seen(self) -> str:
        return f"{self._field} averaging {figure(mean(self._total, self._bits, max(self._count, 1)))} in hits"


class Ranked:
    """A percentile by nearest rank, or the median: the mean of the two in the middle where they are an even number."""

    def __init__(self, field: str, percentile: int | None) -> None:
        self._field = field
        self._percentile = percentile
        self._values: list[float] = []

    def counts(self, entry: Entry) -> bool:
        return number(entry) is not None

    def add(self, entry: Entry) -> None:
        insort(self._values, number(entry) or 0)

    def remove(self, entry: Entry) -> None:
        del self._values[bisect_left(self._values, number(entry) or 0)]

    def holds(self, limits: Limits) -> bool:
        return bool(self._values) and limits.mean_holds(*self._rank())

    def seen(self) -> str:
        what = "median" if self._percentile is None else f"percentile {self._percentile}"
        return f"{what} of {self._field} at {figure(mean(*self._rank()))} in hits"

    def _rank(self) -> tuple[int, int, int]:
        """As total, bits and count of the values that it is the mean of."""
        count = len(self._values)
        if self._percentile is None:
            middle = self._values[(count - 1) // 2 : count // 2 + 1]
        else:
            rank = max(-(-self._percentile * count // 100), 1)
            middle = self._values[rank - 1 : rank]
        parts = [binary(value) for value in middle]
        most = max(bits for _, bits in parts)
        return sum(whole << (most - bits) for whole, bits in parts), most, len(parts)

    def copy(self) -> Self:
        other = type(self)(self._field, self._percentile)
        other._values = self._values[:]
        return other


def measure_of(rule: Correlation) -> Measure:
    """What this rule compares with its limits, of an empty window."""
    match rule.type:
        case CorrelationType.EVENT_COUNT:
            return Hits()
        case CorrelationType.VALUE_SUM:
            return Sum(rule.fields[0])
        case CorrelationType.VALUE_AVG:
            return Average(rule.fields[0])
        case CorrelationType.VALUE_MEDIAN:
            return Ranked(rule.fields[0], None)
        case CorrelationType.VALUE_PERCENTILE:
            return Ranked(rule.fields[0], rule.percentile)
        case _:
            return Different(rule)
