"""What all monitors have in common: a state that copies, dumps and loads itself, and the rule that it belongs to."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import isnan
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

import msgspec

from llmsec_tui.detect.correlate.fold import Entry, Firing
from llmsec_tui.detect.correlate.monitors.shapes import ABOVE, BELOW
from llmsec_tui.detect.rule import Grouped, Monitor

KEPT_EVENTS = 20
"""Of the events that took part; fewer than allowed, since each group of each monitor keeps them."""
_FARTHEST = 1e100


class State(msgspec.Struct, array_like=True):
    """Everything that a monitor remembers of a group: plain values, and lists and mappings of plain values."""

    def copy(self) -> Self:
        values = msgspec.structs.astuple(self)
        return type(self)(*[value.copy() if isinstance(value, list | dict) else value for value in values])


S = TypeVar("S", bound=State)


class MonitorFold(ABC, Generic[S]):
    """The part of :class:`~llmsec_tui.detect.correlate.fold.Fold` that is the same for all monitors."""

    state_type: ClassVar[type[State]]
    forgettable: ClassVar[tuple[str, ...]] = ()
    """The lists of the state that may lose their oldest values, those that matter least first."""

    def __init__(self, rule: Monitor, state: S | None = None) -> None:
        self.rule = rule
        self.state: S = cast(S, self.state_type()) if state is None else state

    @property
    @abstractmethod
    def due(self) -> int | None:
        """See :class:`Fold`."""

    @abstractmethod
    def pass_time(self, to: int) -> Sequence[Firing]:
        """See :class:`Fold`."""

    @abstractmethod
    def enter(self, entry: Entry) -> Firing | None:
        """See :class:`Fold`."""

    @property
    def spent(self) -> bool:
        """Whether a new fold would do the same from here on; not where what is usual was learned."""
        return False

    def copy(self) -> Self:
        return type(self)(self.rule, self.state.copy())

    def dump(self) -> object:
        return msgspec.to_builtins(self.state)

    @classmethod
    def load(cls, rule: Grouped, dumped: Any) -> Self:
        assert isinstance(rule, Monitor)
        return cls(rule, cast(S, msgspec.convert(dumped, cls.state_type)))

    @property
    def size(self) -> int:
        return 0 if self.spent else self.held

    @property
    def held(self) -> int:
        """Values in all lists and mappings, and one for the rest."""
        values = msgspec.structs.astuple(self.state)
        return 1 + sum(len(value) for value in values if isinstance(value, list | dict))

    @property
    def stride(self) -> int:
        """After how many entries folding has taken longer than copying it would."""
        return self.size // 4

    @property
    def forgotten(self) -> int:
        """How many values it gave up so far because its rule allows no more, where they are missed."""
        return 0

    def shrink(self, to: int) -> int:
        """Lists of the state forget from their beginning, in the order in which the state names them."""
        forgotten = 0
        for name in self.forgettable:
            values: list[Any] = getattr(self.state, name)
            surplus = min(len(values), max(self.held - to, 0))
            del values[:surplus]
            forgotten += surplus
        return forgotten

    def watches(self, side: int) -> bool:
        """Whether the rule asks for this side: 1 above, -1 below."""
        return self.rule.direction != (BELOW if side > 0 else ABOVE)


def number(entry: Entry) -> float | None:
    """The entry's value where it is a number; absurd ones are cut, since what is squared must stay finite."""
    value = entry.value[0] if entry.value else None
    if isinstance(value, bool) or not isinstance(value, int | float) or isnan(value):
        return None
    return float(min(max(value, -_FARTHEST), _FARTHEST))
