"""Compute the signals of a batch: each once per distinct text and trust, and only where it is asked for."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property
from typing import Any

import polars as pl

from llmsec_tui.detect.match.compile import lowered
from llmsec_tui.detect.signals.registry import SIGNALS
from llmsec_tui.detect.signals.signal import Signal
from llmsec_tui.detect.text.decoding import Decoded
from llmsec_tui.events.batch import EventBatch

_UNKNOWN = ""
DecodedOf = Callable[[Sequence[int]], Sequence[Sequence[Decoded] | None]]
"""What is encoded in the texts of these numbers, None where that is not known."""


def _unknown(rows: Sequence[int]) -> list[None]:
    return [None] * len(rows)


class Computed:
    """The signals of one batch."""

    def __init__(
        self,
        events: pl.DataFrame,
        rows: Sequence[int],
        texts: Sequence[str | None],
        names: Iterable[str],
        decoded: DecodedOf = _unknown,
    ) -> None:
        """``rows`` has the number of each event's text among ``texts``; ``names`` are all that may be asked for."""
        self._decoded = decoded
        self._events = events
        self._rows = rows
        self._texts = texts
        self._trusts = [trust or _UNKNOWN for trust in events["trust"].to_list()]
        self._names = [name for name in sorted(names) if SIGNALS[name].of_events is None]
        self._known: dict[str, dict[tuple[int, str], Any]] = {}
        self._of_events: dict[str, list[Any]] = {}

    def column(self, name: str, positions: Sequence[int]) -> pl.Series:
        """The signal of the events at these positions."""
        return pl.Series(name, self.values(name, positions), dtype=SIGNALS[name].dtype, strict=True)

    def values(self, name: str, positions: Sequence[int]) -> list[Any]:
        """The same as a list."""
        signal = SIGNALS[name]
        if signal.of_events is not None:
            if name not in self._of_events:
                self._of_events[name] = signal.of_events(self._events).to_list()
            return [self._of_events[name][at] for at in positions]
        known = self._known.setdefault(name, {})
        only = self._only[name]
        keys = [self._key(at) if only[at] else None for at in positions]
        fresh = list(dict.fromkeys(key for key in keys if key is not None and key not in known))
        if fresh:
            known |= zip(fresh, self._computed(signal, fresh), strict=True)
        return [None if key is None else known[key] for key in keys]

    def _computed(self, signal: Signal, keys: Sequence[tuple[int, str]]) -> Sequence[Any]:
        texts = [self._texts[row] or "" for row, _ in keys]
        if signal.of_decoded is not None:
            return signal.of_decoded(texts, self._decoded([row for row, _ in keys]))
        return signal.compute(texts, [trust for _, trust in keys])

    @cached_property
    def _only(self) -> dict[str, list[bool]]:
        """By signal: which events have it."""
        masks = self._events.with_columns(SIGNALS[name].only.fill_null(False).alias(name) for name in self._names)
        return {name: masks[name].to_list() for name in self._names}

    def _key(self, at: int) -> tuple[int, str] | None:
        row = self._rows[at]
        return None if self._texts[row] is None else (row, self._trusts[at])


def lowercase(column: pl.Series) -> list[pl.Series]:
    """The same in lower case under the name that conditions look for, if it holds strings."""
    return [column.str.to_lowercase().alias(lowered(column.name))] if column.dtype == pl.String else []


def with_signals(batch: EventBatch, names: Collection[str]) -> pl.DataFrame:
    """All events of a batch with these signals as further columns, those of strings in lower case too."""
    numbers = {sha: number for number, sha in enumerate(batch.contents["content_sha256"])}
    texts = [*batch.contents["text"], None]
    rows = [numbers.get(sha, len(numbers)) for sha in batch.events["content_sha256"]]
    computed = Computed(batch.events, rows, texts, names)
    everywhere = range(batch.events.height)
    columns = [computed.column(name, everywhere) for name in sorted(names)]
    return batch.events.with_columns(*columns, *(lower for column in columns for lower in lowercase(column)))
