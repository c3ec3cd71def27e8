"""What a rule over time remembers of one group, and how that changes with each hit and with passing time.

A fold is given the entries of one group in the order of (time, file, offset) and fires at the steps by which its
condition becomes true. It knows nothing of batches, lateness or other groups; whoever runs it sees to the order.
"""

from collections.abc import Sequence
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
    carried: tuple[tuple[str, Value], ...] = ()
    """Fields, by name, that rules over this rule's alerts ask for. Folds leave it alone."""
    via: str = ""
    """The group of the alert that it stands for, where the source is itself a rule over time. Folds leave it alone."""
    hashes: bytes = b""
    """Fingerprints of the event's text, ascending, eight bytes each; empty where the rule looks at none."""


def order(entry: Entry) -> tuple[int, tuple[str, int, int], int, str, str]:
    """In which order entries are folded; no two of a group are equal in this."""
    return entry.at, entry.place, entry.source, entry.event_id, entry.via


class Firing(NamedTuple):
    """The condition became true."""

    at: int
    event_id: str
    """The event by which it did; where time alone did it, the last one that entered, or that of ``entry``."""
    by_time: bool
    """Whether something left, or did not come, rather than came."""
    began: int
    """The time of the oldest event that took part."""
    event_ids: tuple[str, ...]
    """The events that took part, the newest last; at most ``MOST_EVENTS``."""
    taking_part: int
    """How many took part in all."""
    reason: str
    """One sentence: what was seen and what is usual or allowed. Whoever runs the fold adds which group it was."""
    usual: str = ""
    """What is usual or allowed, where ``reason`` says only what was seen: ``more than 5`` after ``6 hits``."""
    entry: Entry | None = None
    """By which it fired, where time alone did it and it is not the last that entered."""


MOST_EVENTS = 100

NOTHING: Sequence[Firing] = ()
"""What passing time brings about nearly always."""


def read_entry(dumped: Any) -> Entry:
    """An entry out of what msgpack makes of one."""
    at, place, source, event_id, value, carried, via, hashes = dumped
    source_id, offset, sub_idx = place
    pairs = tuple((name, field) for name, field in carried)
    return Entry(at, (source_id, offset, sub_idx), source, event_id, tuple(value), pairs, via, hashes)


class Fold(Protocol):
    """The memory of one group. Copies are independent of each other.

    Nothing but the entries and the times it is told may decide what it does: it is folded again over the same entries
    after a late one or a restart, and must come to the same. Letting time pass in one step or in many is the same.
    """

    @property
    def due(self) -> int | None:
        """The next time at which passing time alone may fire; None when nothing is waiting."""

    def pass_time(self, to: int) -> Sequence[Firing]:
        """Let time pass up to and with ``to``: what has become too old leaves, windows close."""

    def enter(self, entry: Entry) -> Firing | None:
        """Take the next entry, not older than any before it. Whoever calls has let time pass up to ``entry.at``."""

    def copy(self) -> Self: ...

    def dump(self) -> object:
        """Everything it remembers, as msgpack takes it; entries as they are, for ``read_entry``."""

    @classmethod
    def load(cls, rule: Grouped, dumped: Any) -> Self: ...

    @property
    def size(self) -> int:
        """How many values it holds, to keep the memory of all bounded.

        0 says that a new fold would do the same from here on, so that the group may be forgotten.
        """

    def shrink(self, to: int) -> int:
        """Forget the oldest until it holds at most ``to`` values; how many were forgotten."""
