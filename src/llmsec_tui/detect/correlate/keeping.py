"""What is written down of rules over time, and read again after a restart.

A record holds what one batch brought; a snapshot holds everything. Both name the rules with their stamps, so that what
belongs to another version of a rule is left out.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from llmsec_tui.detect.correlate.fold import Value, read_entry
from llmsec_tui.detect.correlate.group import Group
from llmsec_tui.detect.correlate.ledger import Ledger
from llmsec_tui.detect.correlate.taking import Taken
from llmsec_tui.detect.rule import Grouped
from llmsec_tui.errors import StoreError

FORMAT = 2
"""Goes up when what is written down comes to look different; then all begins anew."""


class Brought(msgspec.Struct, array_like=True):
    """What one batch brought for one rule."""

    stamp: str
    keys: Sequence[Sequence[Value]]
    entries: Sequence[Any]


class Record(msgspec.Struct, array_like=True):
    """What one batch brought."""

    format: int
    clock: int | None
    """After the batch."""
    rules: dict[str, Brought]
    amended: dict[str, int] = {}
    """Events that were seen before in another version, each with what was settled when the new one came."""


class KeptGroup(msgspec.Struct, array_like=True):
    """A group: what is settled, and the entries behind that."""

    key: Sequence[Value]
    seen: int
    floor: Any
    base: Any
    tail: Sequence[Any]


class KeptLedger(msgspec.Struct, array_like=True):
    """A rule's groups."""

    stamp: str
    turns: int
    settled: int
    groups: Sequence[KeptGroup]


class Snapshot(msgspec.Struct, array_like=True):
    """Everything."""

    format: int
    clock: int | None
    ledgers: dict[str, KeptLedger]
    recent: Sequence[Record]


T = TypeVar("T", Record, Snapshot)


def write(thing: Record | Snapshot) -> bytes:
    """As msgpack."""
    return msgspec.msgpack.encode(thing)


def read_record(data: bytes) -> Record | None:
    """None where it was written by another version of this program that did it differently; raises StoreError."""
    return _read(data, Record, "A record")


def read_snapshot(data: bytes) -> Snapshot | None:
    """None where it was written by another version of this program that did it differently; raises StoreError."""
    return _read(data, Snapshot, "The snapshot")


def _read(data: bytes, kind: type[T], what: str) -> T | None:
    try:
        head = msgspec.msgpack.decode(data)
        if isinstance(head, list) and head and isinstance(head[0], int) and head[0] != FORMAT:
            return None
        return msgspec.convert(head, kind)
    except msgspec.DecodeError as error:
        raise StoreError(
            f"{what} of the rules over time cannot be read ({error}); nothing was changed.",
            hint="Restore the store from a backup, or start with an empty one: logs are read again from their files.",
        ) from error


def record(clock: int | None, stamps: Mapping[str, str], taken: Mapping[str, Taken], amended: dict[str, int]) -> Record:
    """What one batch brought, ready to be written."""
    rules = {rule: Brought(stamps[rule], one.keys, one.entries) for rule, one in taken.items()}
    return Record(FORMAT, clock, rules, amended)


def taken_of(brought: Brought) -> Taken:
    """What was brought, as it was taken."""
    return Taken([tuple(key) for key in brought.keys], [read_entry(entry) for entry in brought.entries])


def keep(ledger: Ledger, stamp: str) -> KeptLedger:
    """A ledger, ready to be written."""
    return KeptLedger(
        stamp,
        ledger.turns,
        ledger.settled,
        [
            KeptGroup(
                group.key,
                group.seen,
                group.floor,
                None if group.base is ledger.blank else group.base.dump(),
                group.tail,
            )
            for group in ledger.groups.values()
        ],
    )


def restore(rule: Grouped, kept: KeptLedger) -> Ledger:
    """A ledger as it was kept."""
    ledger = Ledger(rule)
    ledger.turns, ledger.settled = kept.turns, kept.settled
    for one in kept.groups:
        base = ledger.blank if one.base is None else ledger.blank.load(rule, one.base)
        group = Group(tuple(one.key), base)
        group.seen = one.seen
        group.floor = None if one.floor is None else read_entry(one.floor)
        group.tail = [read_entry(entry) for entry in one.tail]
        ledger.adopt(group)
    return ledger
