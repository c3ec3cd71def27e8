"""What the last batches brought, for as long as it may still be asked for."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from llmsec_tui.detect.correlate.ledger import Placed
from llmsec_tui.detect.correlate.taking import COPIED, Taken

_MOST_ENTRIES = 200_000
_MOST_EVENTS = 200_000
_IN_FLIGHT = 8
"""Batches that may not be in the store yet."""


@dataclass(frozen=True, slots=True)
class Brought:
    """The entries of one batch."""

    clock: int | None
    """After the batch."""
    taken: dict[str, Taken]
    """By rule."""
    amended: dict[str, int]
    """Events that were seen before in another version, each with what was settled when the new one came."""

    @property
    def size(self) -> int:
        return sum(len(taken.entries) for taken in self.taken.values())


class Recent:
    """Entries that a new version of their event may take back, and the events that alerts may still be about."""

    def __init__(self) -> None:
        self.batches: deque[Brought] = deque()
        self._size = 0
        self._events: deque[tuple[int | None, pl.DataFrame]] = deque()
        self._held = 0

    def add(self, brought: Brought) -> None:
        if brought.size:
            self.batches.append(brought)
            self._size += brought.size

    def add_events(self, clock: int | None, events: pl.DataFrame) -> None:
        """``events``: at least the columns that alerts copy."""
        if events.height:
            self._events.append((clock, events.select(COPIED)))
            self._held += events.height

    def forget(self, horizon: int) -> None:
        """Let go of batches after which the clock had not come to the horizon yet."""
        while self.batches and (self._size > _MOST_ENTRIES or _before(self.batches[0].clock, horizon)):
            self._size -= self.batches.popleft().size
        while len(self._events) > _IN_FLIGHT and (self._held > _MOST_EVENTS or _before(self._events[0][0], horizon)):
            self._held -= self._events.popleft()[1].height

    def take_back(self, amended: Mapping[str, int]) -> tuple[list[tuple[str, Placed]], list[tuple[str, str]]]:
        """Former versions of these events: their entries, each with its rule; and (rule, event) where they are settled.

        ``amended`` has what is settled by now, by event.
        """
        back: list[tuple[str, Placed]] = []
        settled: list[tuple[str, str]] = []
        for batch in self.batches if amended else ():
            for rule, taken in batch.taken.items():
                found = [at for at, entry in enumerate(taken.entries) if entry.event_id in amended]
                for at in reversed(found):
                    entry = taken.entries[at]
                    if entry.at < amended[entry.event_id]:
                        settled.append((rule, entry.event_id))
                        continue
                    back.append((rule, (taken.keys.pop(at), taken.entries.pop(at))))
                    self._size -= 1
        return back, settled

    def drop(self, rules: frozenset[str]) -> None:
        """Forget the entries of these rules."""
        for batch in self.batches:
            self._size -= batch.size
            for rule in rules & batch.taken.keys():
                del batch.taken[rule]
            self._size += batch.size

    def has(self, names: frozenset[str]) -> frozenset[str]:
        """Those of these events that have entries here."""
        if not names:
            return names
        return frozenset(
            entry.event_id
            for batch in self.batches
            for taken in batch.taken.values()
            for entry in taken.entries
            if entry.event_id in names
        )

    def events(self, names: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Those of these events that are still here, in their last version."""
        found: dict[str, dict[str, Any]] = {}
        for _, frame in self._events:
            rows = frame.filter(pl.col("event_id").is_in(names))
            found |= {row["event_id"]: row for row in rows.iter_rows(named=True)}
        return found


def _before(clock: int | None, horizon: int) -> bool:
    return clock is not None and clock < horizon
