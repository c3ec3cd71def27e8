"""What rules over time take, kept on disk until all of it is there, and then given to them by time.

A piece after the other would take the memory of all of it: every call counts for some rule. So frames go to a file
without a name, and come back as windows of time, each of so many events that they fit into memory.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import polars as pl

from llmsec_tui.detect.correlate.correlator import LATENESS, Correlated, Correlator
from llmsec_tui.detect.correlate.taking import COPIED
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.events.schema import ALERTS, HITS
from llmsec_tui.service.scanning.keytable import KeyTable
from llmsec_tui.service.scanning.parts import packed, unpacked

WINDOW = 20_000
"""Events that are looked at together."""
_CHUNK = 5_000
_AT, _TURN, _KEY = "timeline.at", "timeline.turn", "timeline.key"


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some events, sorted by time, and where they are in the file."""

    place: int
    length: int
    times: Sequence[int]
    """The first, every so manieth and the last."""
    height: int


class Timeline:
    """For one thread: add all, then go through :meth:`alerts` once."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._ruleset = ruleset
        self._file = tempfile.TemporaryFile(prefix="llmsec-tui-", buffering=0)  # noqa: SIM115 - closed by close()
        self._end = 0
        self._turn = 0
        self._chunks: list[_Chunk] = []
        self._newest = KeyTable()
        """The last turn that brought a version of an event, of those that came more than once."""
        self._places = KeyTable()
        """The chunk of each event."""

    def amend(self, key: int) -> None:
        """The event with this native key comes anew with what is added next."""
        self._newest.update({key: self._turn})

    def add(self, events: pl.DataFrame) -> None:
        """Events of one part with the ids of the rules that hit them as ``rules``."""
        timed = events.filter(pl.col("ts").is_not_null()).with_columns(
            pl.col("ts").dt.epoch("us").alias(_AT),
            pl.lit(self._turn, dtype=pl.Int64).alias(_TURN),
            _key().alias(_KEY),
        )
        for chunk in timed.sort(_AT, maintain_order=True).iter_slices(_CHUNK):
            if not chunk.is_empty():
                self._write(chunk)

    def next_turn(self) -> None:
        """What comes from here on is of the next part."""
        self._turn += 1

    def alerts(self, now: int) -> Iterator[pl.DataFrame]:
        """The alerts of rules over time, window by window."""
        windows = self._windows()
        if len(windows) <= 1:
            correlator = Correlator(self._ruleset, self._events, lateness=None)
            for events, hits in map(self._window, windows):
                correlator.observe(events, hits, [], now)
            yield correlator.finish(now).alerts
            return
        correlator = Correlator(self._ruleset, self._events)
        held: list[tuple[int, pl.DataFrame]] = []
        for window in windows:
            found = correlator.observe(*self._window(window), [], now)
            held = _without_withdrawn([*held, (window[1], found.alerts)], found)
            while held and held[0][0] < window[0] - LATENESS:
                yield held.pop(0)[1]
        for _, frame in held:
            yield frame

    def close(self) -> None:
        """Give the files back."""
        self._file.close()
        self._newest.close()
        self._places.close()

    def _write(self, chunk: pl.DataFrame) -> None:
        data = packed(chunk)
        os.pwrite(self._file.fileno(), data, self._end)
        times = chunk[_AT].gather_every(_CHUNK // 20).to_list()
        self._places.update(dict.fromkeys(chunk[_KEY].to_list(), len(self._chunks)))
        self._chunks.append(_Chunk(self._end, len(data), [*times, int(str(chunk[_AT][-1]))], chunk.height))
        self._end += len(data)

    def _read(self, number: int) -> pl.DataFrame:
        chunk = self._chunks[number]
        return unpacked(os.pread(self._file.fileno(), chunk.length, chunk.place))

    def _windows(self) -> list[tuple[int, int]]:
        """Times from and below which there are about ``WINDOW`` events."""
        total = sum(chunk.height for chunk in self._chunks)
        if not total:
            return []
        samples = sorted(at for chunk in self._chunks for at in chunk.times)
        count = -(-total // WINDOW)
        cuts = sorted({samples[len(samples) * number // count] for number in range(1, count)})
        edges = [samples[0], *(cut for cut in cuts if cut > samples[0]), samples[-1] + 1]
        return list(pairwise(edges))

    def _window(self, window: tuple[int, int]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The newest versions of the events of a window, and their hits."""
        start, end = window
        inside = (pl.col(_AT) >= start) & (pl.col(_AT) < end)
        frames = [
            self._read(number).filter(inside)
            for number, chunk in enumerate(self._chunks)
            if chunk.times[0] < end and chunk.times[-1] >= start
        ]
        events = self._newest_only(pl.concat(frames)).sort(_AT, "source_id", "source_offset", "sub_idx")
        hits = events.select("event_id", pl.col("rules").alias("rule_id")).explode("rule_id")
        return events.drop("rules", _AT, _TURN, _KEY), hits.select(list(HITS))

    def _newest_only(self, events: pl.DataFrame) -> pl.DataFrame:
        if not len(self._newest):
            return events
        newest = self._newest.found(_native(events["event_id"]))
        turns = [newest.get(key, -1) for key in _native(events["event_id"])]
        return events.filter(pl.col(_TURN) >= pl.Series(turns, dtype=pl.Int64))

    def _events(self, event_ids: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        """The columns of these events that alerts copy."""
        keys = pl.select(_key(pl.Series("event_id", event_ids, dtype=pl.String)))["event_id"].to_list()
        numbers = sorted(set(self._places.found(keys).values()))
        wanted = pl.col("event_id").is_in(list(event_ids))
        frames = [self._newest_only(self._read(number).filter(wanted)) for number in numbers]
        return {row["event_id"]: row for frame in frames for row in frame.select(COPIED).iter_rows(named=True)}


def _key(of: pl.Series | None = None) -> pl.Expr:
    return (pl.col("event_id") if of is None else pl.lit(of)).hash()


def _native(event_ids: pl.Series) -> list[int]:
    """Events have the keys of their native ids as ids; no others ever come again."""
    return [int(name, 16) if len(name) == 16 else 0 for name in event_ids]


def _without_withdrawn(held: list[tuple[int, pl.DataFrame]], found: Correlated) -> list[tuple[int, pl.DataFrame]]:
    gone = [one.alert_id for one in found.withdrawn]
    if not gone:
        return held
    return [(end, frame.filter(~pl.col("alert_id").is_in(gone))) for end, frame in held]


def nothing() -> pl.DataFrame:
    """No alerts."""
    return pl.DataFrame(schema=ALERTS)
