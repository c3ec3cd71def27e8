"""What a rule over time remembers of one group, and how that changes with each hit and with passing time.

A fold is given the entries of one group in the order of (time, file, offset) and fires at the steps by which its
condition becomes true. It knows nothing of batches, lateness or other groups; whoever runs it sees to the order.
"""

from typing import Any, NamedTuple, Protocol, Self

from llmsec_tui.detect.rule import Grouped

Value = str | float | bool | None


class Entry(NamedTuple):
    """One hit of one source. An event that two sources hit makes two entries, in the order of the sources."""

    at: int
    """Microseconds since 1970 UTC, of the event."""
    place: tuple[str, int, int]
    """Source id, offset and sub-index: what breaks ties."""
    source: int
    """Which of the rule's ``sources`` it is a hit of."""
    event_id: str
    value: tuple[Value, ...]
    """Of the rule's fields, in their order; empty where it looks at none."""


class Firing(NamedTuple):
    """The condition became true."""

    at: int
    event_id: str
    """The event by which it did; where time alone did it, the last one that entered."""
    by_time: bool
    """Whether something left, or did not come, rather than came."""
    began: int
    """The time of the oldest event that took part."""
    event_ids: tuple[str, ...]
    """The events that took part, the newest last; at most ``MOST_EVENTS``."""
    taking_part: int
    """How many took part in all."""
    reason: str
    """One sentence: what was seen and what is usual or allowed."""


MOST_EVENTS = 100


class Fold(Protocol):
    """The memory of one group. Copies are independent of each other."""

    @property
    def due(self) -> int | None:
        """The next time at which passing time alone changes anything; None when nothing is waiting."""

    def pass_time(self, to: int) -> list[Firing]:
        """Let time pass up to and with ``to``: what has become too old leaves, windows close."""

    def enter(self, entry: Entry) -> Firing | None:
        """Take the next entry, not older than any before it. Whoever calls has let time pass up to ``entry.at``."""

    def copy(self) -> Self: ...

    def dump(self) -> object:
        """Everything it remembers, as msgpack takes it."""

    @classmethod
    def load(cls, rule: Grouped, dumped: Any) -> Self: ...

    @property
    def size(self) -> int:
        """How many values it holds, to keep the memory of all bounded."""

    def shrink(self, to: int) -> int:
        """Forget the oldest until it holds at most ``to`` values; how many were forgotten."""
