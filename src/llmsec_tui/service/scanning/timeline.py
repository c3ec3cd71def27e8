"""What rules over time take, kept on disk until all of it is there, and then given to them by time.

A piece after the other would take the memory of all of it: every call counts for some rule. So frames are sorted on
disk, and come back as windows of time, each of so many events that they fit into memory.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from llmsec_tui.detect.correlate.correlator import LATENESS, Correlated, Correlator
from llmsec_tui.detect.correlate.taking import COPIED
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.events.schema import HITS
from llmsec_tui.service.scanning.keytable import KeyTable
from llmsec_tui.service.scanning.runs import Runs, regrouped

WINDOW = 20_000
"""Events that are looked at together."""
_AT, _TURN, _KEY = "timeline.at", "timeline.turn", "timeline.key"
_ORDER = (_AT, "source_id", "source_offset", "sub_idx")


class Timeline:
    """For one thread: add all, then go through :meth:`alerts` once."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._ruleset = ruleset
        self._untimed = 0
        self._forgotten: Counter[str] = Counter()
        self._events = Runs(_ORDER)
        self._turn = 0
        self._newest = KeyTable()
        """The last turn that brought a version of an event, of those that came more than once."""
        self._places = KeyTable()
        """The block of each event."""

    @property
    def height(self) -> int:
        """Events that were added."""
        return self._events.height

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
        self._untimed += events.height - timed.height
        for number, block in self._events.add(timed):
            self._places.update(dict.fromkeys(block[_KEY].to_list(), number))

    def next_turn(self) -> None:
        """What comes from here on is of the next part."""
        self._turn += 1

    def alerts(self, now: int, judged: Callable[[int], None] = lambda _: None) -> Iterator[pl.DataFrame]:
        """The alerts of rules over time, window by window; ``judged`` is told how many more events are done."""
        windows = regrouped(self._events.merged(), WINDOW)
        if self.height <= WINDOW:
            correlator = Correlator(self._ruleset, self._origins, lateness=None)
            for window in windows:
                correlator.observe(*self._newest_of(window), [], now)
            yield self._counted(correlator.finish(now)).alerts
            judged(self.height)
            return
        correlator = Correlator(self._ruleset, self._origins)
        held: list[tuple[int, pl.DataFrame]] = []
        for window in windows:
            start, end = int(window[_AT][0]), int(window[_AT][-1])
            found = self._counted(correlator.observe(*self._newest_of(window), [], now))
            held = _without_withdrawn([*held, (end, found.alerts)], found)
            while held and held[0][0] < start - LATENESS:
                yield held.pop(0)[1]
            judged(window.height)
        for _, frame in held:
            yield frame

    def problems(self) -> list[str]:
        """What the alerts do not cover, a sentence each."""
        titles = {name: self._ruleset.by_id[name].title for name, count in self._forgotten.items() if count}
        problems = [
            f'"{title}" had to forget {self._forgotten[name]:,} groups or values for want of room, and may have missed '
            "something."
            for name, title in sorted(titles.items())
        ]
        if self._untimed:
            problems.append(f"{self._untimed:,} events have no time, so rules over time did not look at them.")
        return problems

    def close(self) -> None:
        """Give the files back."""
        for one in (self._events, self._newest, self._places):
            one.close()

    def _counted(self, found: Correlated) -> Correlated:
        self._forgotten.update({name: counts.evicted for name, counts in found.counts.items()})
        return found

    def _newest_of(self, window: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The newest versions of the events of a window, and their hits."""
        events = self._newest_only(window)
        hits = events.select("event_id", pl.col("rules").alias("rule_id")).explode("rule_id")
        return events.drop("rules", _AT, _TURN, _KEY), hits.select(list(HITS))

    def _newest_only(self, events: pl.DataFrame) -> pl.DataFrame:
        if not len(self._newest):
            return events
        newest = self._newest.found(_native(events["event_id"]))
        turns = [newest.get(key, -1) for key in _native(events["event_id"])]
        return events.filter(pl.col(_TURN) >= pl.Series(turns, dtype=pl.Int64))

    def _origins(self, event_ids: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        """The columns of these events that alerts copy."""
        keys = pl.select(_key(pl.Series("event_id", event_ids, dtype=pl.String)))["event_id"].to_list()
        numbers = sorted(set(self._places.found(keys).values()))
        wanted = pl.col("event_id").is_in(list(event_ids))
        frames = [self._newest_only(self._events.block(number).filter(wanted)) for number in numbers]
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
