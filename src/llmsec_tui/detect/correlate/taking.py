"""From the frames of a batch to the entries of every rule over time, column by column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge

import polars as pl

from llmsec_tui.detect.correlate.fold import Entry, Value
from llmsec_tui.detect.correlate.group import Key
from llmsec_tui.detect.correlate.plan import Plan
from llmsec_tui.detect.signals.registry import SIGNALS
from llmsec_tui.events.schema import EVENTS

COPIED = (
    *("event_id", "ts", "conversation_id", "user_id", "format", "source_path", "source_offset", "source_len"),
    *("record_sha256", "role", "trust", "tool_name", "service_name", "request_model", "response_model"),
    "environment",
)
"""What an alert copies of its event."""
_PLACED = ("source_id", "source_offset", "sub_idx")
_AT, _FLOOR, _PLACE = "taken.at", "taken.floor", "taken.place"


@dataclass(frozen=True, slots=True)
class Batch:
    """The events of a batch that were hit by rules that others count, in the order in which they arrived."""

    events: pl.DataFrame
    """With ``at`` and ``floor``: nothing older than this could be taken any more when the event arrived."""
    hits: pl.DataFrame
    future: int
    """Events dated later than this had not happened yet."""
    amended: frozenset[str]


@dataclass(slots=True)
class Taken:
    """What a batch brings for one rule, oldest first."""

    keys: list[Key] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Refused:
    """Hits of one rule that took no part, or that it took though they are odd, by reason."""

    late: int = 0
    untimed: int = 0
    ungrouped: int = 0
    future: int = 0


def columns(plans: Sequence[Plan]) -> list[str]:
    """The columns of events that these rules and their alerts need, signals last."""
    asked = frozenset[str]().union(*(plan.asks() for plan in plans))
    own = [name for name in EVENTS if name in asked or name in COPIED or name in _PLACED]
    return own + sorted(asked & SIGNALS.keys())


def chosen(events: pl.DataFrame, hits: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The columns ``names`` of the events; signals that these do not have yet come from their hits.

    What several hits say of an event is the same, or nothing.
    """
    missing = [name for name in names if name not in events.columns]
    there = events.select(name for name in names if name not in missing)
    if not missing:
        return there
    nothing = (pl.lit(None, dtype=SIGNALS[name].dtype).alias(name) for name in missing if name not in hits.columns)
    said = hits.with_columns(nothing).group_by("event_id").agg(pl.col(name).drop_nulls().first() for name in missing)
    return there.join(said, on="event_id", how="left", maintain_order="left")


def timed(events: pl.DataFrame, clock: int | None, lateness: int, now: int) -> pl.DataFrame:
    """Events with ``at``, and ``floor``: the horizon when they arrived, by the events that arrived before them."""
    at = pl.col("ts").dt.epoch("us")
    before = pl.when(at <= now).then(at).cum_max().shift(1).forward_fill()
    start = pl.lit(clock, dtype=pl.Int64)
    return events.with_columns(at.alias(_AT), (pl.max_horizontal(before, start) - lateness).alias(_FLOOR))


def unfloored(events: pl.DataFrame) -> pl.DataFrame:
    """The same of input that is there as a whole, where nothing comes too late."""
    return events.with_columns(pl.lit(None, dtype=pl.Int64).alias(_FLOOR))


def latest(events: pl.DataFrame, now: int) -> int | None:
    """The time of the newest event that is not dated in the future."""
    at = events["ts"].dt.epoch("us")
    newest = at.filter(at <= now).max()
    return None if newest is None else int(str(newest))


def floors(batch: Batch) -> dict[str, int]:
    """For each amended event, what could no longer be changed when its new version arrived."""
    if not batch.amended:
        return {}
    amended = batch.events.filter(pl.col("event_id").is_in(sorted(batch.amended)))
    return {
        name: -(2**62) if floor is None else floor for name, floor in amended.select("event_id", _FLOOR).iter_rows()
    }


def take(plans: Sequence[Plan], batch: Batch) -> tuple[dict[str, Taken], dict[str, Refused]]:
    """The entries of each rule, by its id, and what took no part."""
    at = pl.col(_AT)
    events = batch.events.sort(_AT, *_PLACED, nulls_last=True).with_row_index(_PLACE)
    late = (at < pl.col(_FLOOR)).fill_null(False)
    hits = batch.hits.join(
        events.select(
            "event_id",
            _PLACE,
            untimed=at.is_null(),
            late=late,
            told_late=late & ~pl.col("event_id").is_in(sorted(batch.amended)),
            future=(at > batch.future).fill_null(False),
        ),
        on="event_id",
        how="inner",
    )
    odd = hits.group_by("rule_id").agg(pl.col("told_late", "untimed", "future").sum())
    strange = {name: tuple(counts) for name, *counts in odd.iter_rows() if any(counts)}
    kept = hits.filter(~pl.col("untimed") & ~pl.col("late")).group_by("rule_id").agg(pl.col(_PLACE).sort())
    rows = dict(kept.select("rule_id", _PLACE).iter_rows())
    columns = _Columns(events)
    taken: dict[str, Taken] = {}
    refused: dict[str, Refused] = {}
    for plan in plans:
        of_rule = Refused()
        for source in plan.rule.sources:
            late_hits, untimed, future = strange.get(source, (0, 0, 0))
            of_rule.late += late_hits
            of_rule.untimed += untimed
            of_rule.future += future
        entries = _of_rule(plan, columns, rows)
        of_rule.ungrouped = _ungroup(entries)
        if entries.keys:
            taken[plan.rule.id] = entries
        if of_rule != Refused():
            refused[plan.rule.id] = of_rule
    return taken, refused


class _Columns:
    """The columns of the events as lists, each made once.

    They are kept here and not by :func:`functools.cache`: a cycle of references would hold them all for a long time,
    because cycles are looked for rarely.
    """

    def __init__(self, events: pl.DataFrame) -> None:
        self._events = events
        self.at: list[int] = events[_AT].to_list()
        self.names: list[str] = events["event_id"].to_list()
        self.places: list[tuple[str, int, int]] = list(zip(*(events[name].to_list() for name in _PLACED), strict=True))
        self._columns: dict[str, list[Value]] = {}
        self._hashes: dict[str, list[bytes]] = {}
        self._tuples: dict[tuple[str, ...], list[tuple[Value, ...]]] = {(): [()] * events.height}

    def _column(self, name: str) -> list[Value]:
        if name not in self._columns:
            there = name in self._events.columns
            self._columns[name] = self._events[name].to_list() if there else [None] * self._events.height
        return self._columns[name]

    def tuples(self, fields: tuple[str, ...]) -> list[tuple[Value, ...]]:
        if fields not in self._tuples:
            self._tuples[fields] = list(zip(*map(self._column, fields), strict=True))
        return self._tuples[fields]

    def hashes(self, name: str) -> list[bytes]:
        """A column of fingerprints; none where it has no name."""
        if not name:
            return [b""] * self._events.height
        if name not in self._hashes:
            self._hashes[name] = self._events[name].fill_null(b"").to_list()
        return self._hashes[name]

    def named(self, fields: tuple[str, ...]) -> list[tuple[tuple[str, Value], ...]]:
        if not fields:
            return [()] * self._events.height
        return [tuple(zip(fields, values, strict=True)) for values in self.tuples(fields)]


def _of_rule(plan: Plan, columns: _Columns, rows: Mapping[str, list[int]]) -> Taken:
    hit = [(number, rows[source]) for number, source in enumerate(plan.rule.sources) if source in rows]
    if not hit:
        return Taken()
    at, places, names = columns.at, columns.places, columns.names
    values, carried = columns.tuples(plan.fields), columns.named(plan.carried)
    hashes = columns.hashes(plan.hashes)
    if len(hit) == 1:
        number, of_source = hit[0]
        groups = columns.tuples(plan.groups[number])
        make = Entry._make
        return Taken(
            [groups[row] for row in of_source],
            [
                make((at[row], places[row], number, names[row], values[row], carried[row], "", hashes[row]))
                for row in of_source
            ],
        )
    by_source = [columns.tuples(fields) for fields in plan.groups]
    merged = list(merge(*([(row, number) for row in of_source] for number, of_source in hit)))
    return Taken(
        [by_source[number][row] for row, number in merged],
        [
            Entry(at[row], places[row], number, names[row], values[row], carried[row], "", hashes[row])
            for row, number in merged
        ],
    )


def _ungroup(taken: Taken) -> int:
    """Drop the entries that have no group; how many they were."""
    whole = [None not in key for key in taken.keys]
    missing = len(whole) - sum(whole)
    if missing:
        taken.keys = [key for key, ok in zip(taken.keys, whole, strict=True) if ok]
        taken.entries = [entry for entry, ok in zip(taken.entries, whole, strict=True) if ok]
    return missing
