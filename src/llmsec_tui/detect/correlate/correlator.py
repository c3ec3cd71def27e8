"""Rules over time: what the hits of a batch add up to with all that came before."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import polars as pl

from llmsec_tui.detect.correlate import keeping
from llmsec_tui.detect.correlate.chain import passed_on
from llmsec_tui.detect.correlate.fold import Entry, order
from llmsec_tui.detect.correlate.group import Key
from llmsec_tui.detect.correlate.ledger import Ledger, Placed, Turn
from llmsec_tui.detect.correlate.plan import Plan, plans
from llmsec_tui.detect.correlate.recent import Brought, Recent
from llmsec_tui.detect.correlate.taking import (
    Batch,
    Refused,
    Taken,
    chosen,
    columns,
    floors,
    latest,
    take,
    timed,
    unfloored,
)
from llmsec_tui.detect.correlate.telling import Told, alerts, since_1970, told
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.events.schema import ALERTS

LATENESS = 30_000_000
"""Microseconds that an event may come after a younger one."""

Origins = Callable[[Sequence[str]], Mapping[str, dict[str, Any]]]
"""Given ids of events that are in the store: the columns that an alert copies, by event id. Ids that the store does not
have are left out."""

_LONG_AGO = -(2**62)
_LATE = "An event that came late, or came again in another version, undid it."


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An alert that no longer stands."""

    alert_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Hits of a batch that a rule could not take, or that are odd; and what it had to forget."""

    late: int
    """Older than what is settled when they came; they take no part."""
    untimed: int
    """Of events without a time; they take no part."""
    ungrouped: int
    """Without a value for a field that the rule groups by; they take no part."""
    future: int
    """Dated later than they came. They take part and do not move the clock."""
    evicted: int
    """Groups and values that were forgotten because there were too many."""


@dataclass(frozen=True, slots=True)
class Correlated:
    """What a batch brought."""

    alerts: pl.DataFrame
    """Columns of ``schema.ALERTS``."""
    withdrawn: list[Withdrawn]
    """Alerts of earlier batches that no longer stand."""
    record: bytes
    """To be stored with the batch, for :meth:`Correlator.restore`; empty when there is nothing to remember."""
    counts: Mapping[str, Counts]
    """Of this batch, by rule; rules with nothing to count are left out."""


_NOTHING = Correlated(pl.DataFrame(schema=ALERTS), [], b"", {})


class Correlator:
    """Runs all rules over time of a rule set. For one thread at a time."""

    def __init__(self, ruleset: RuleSet, origins: Origins, *, lateness: int | None = LATENESS) -> None:
        """``lateness`` in microseconds. None is for input that is there as a whole, which is sorted before it is
        judged; its end is taken to be ``LATENESS`` before its newest event, as it is while it comes in live."""
        self._ruleset = ruleset
        self._origins = origins
        self._lateness = LATENESS if lateness is None else lateness
        self._whole: list[Batch] | None = [] if lateness is None else None
        self._plans = plans(ruleset.grouped)
        self._by_id = {plan.rule.id: plan for plan in self._plans}
        self._ledgers = {plan.rule.id: Ledger(plan.rule) for plan in self._plans}
        self._columns = columns(self._plans)
        self._recent = Recent()
        self._clock: int | None = None

    def observe(self, events: pl.DataFrame, hits: pl.DataFrame, amended: Sequence[str], now: int) -> Correlated:
        """Take in one batch that came at ``now`` (µs), with the hits of the rules in ``RuleSet.counted``."""
        if not self._plans:
            return _NOTHING
        clock = _later(self._clock, latest(events, now))
        quiet = hits.is_empty() and not amended
        if self._whole is not None:
            self._whole += [] if quiet else [self._batch(events, hits, amended, now)]
            self._clock = clock
            return _NOTHING
        if quiet:
            return _NOTHING if clock == self._clock else self._turn({}, {}, clock, {})
        return self._take(self._batch(events, hits, amended, now), clock)

    def finish(self, now: int) -> Correlated:
        """The end of the input. Only where ``lateness`` is None there is anything left to say."""
        if not self._whole:
            return _NOTHING
        events = pl.concat([one.events.with_columns(batch=at) for at, one in enumerate(self._whole)])
        hits = pl.concat([one.hits.with_columns(batch=at) for at, one in enumerate(self._whole)])
        self._whole = []
        newest = events.group_by("event_id").agg(pl.col("batch").max())
        kept = [
            frame.join(newest, on=["event_id", "batch"], how="semi", maintain_order="left").drop("batch")
            for frame in (events, hits)
        ]
        return self._take(Batch(kept[0], kept[1], now, frozenset()), self._clock)

    def snapshot(self) -> bytes:
        """Everything it remembers. Records of batches up to the last one are not needed beside it."""
        ledgers = {name: keeping.keep(ledger, self._by_id[name].stamp) for name, ledger in self._ledgers.items()}
        recent = [self._record(brought) for brought in self._recent.batches]
        return keeping.write(keeping.Snapshot(keeping.FORMAT, self._clock, ledgers, recent))

    def restore(self, snapshot: bytes | None, records: Iterable[bytes]) -> list[str]:
        """Remember what was written down: the last snapshot and the records after it, in their order.

        Gives the ids of the rules that begin anew because they changed. Raises StoreError for bytes that are neither.
        """
        dropped: set[str] = set()
        if snapshot is not None:
            whole = keeping.read_snapshot(snapshot)
            if whole is None:
                return sorted(self._by_id)
            self._adopt(whole, dropped)
        for data in records:
            if not data:
                continue
            record = keeping.read_record(data)
            if record is None:
                return sorted(self._by_id)
            brought = self._brought(record, dropped)
            self._clock = _later(self._clock, brought.clock)
            self._apply(brought)
        return sorted(dropped)

    def replaced(self, ruleset: RuleSet) -> tuple["Correlator", list[str]]:
        """One that goes on with other rules, and the ids of the rules that begin anew because they changed.

        This one must not be used any more. What it remembered goes over to the other; until a snapshot of that is
        stored, a restart would give rules that changed back and forth more than they had.
        """
        other = Correlator(ruleset, self._origins, lateness=self._lateness)
        other._clock, other._recent = self._clock, self._recent
        dropped = []
        for name, ledger in self._ledgers.items():
            if name in other._by_id and other._by_id[name].stamp == self._by_id[name].stamp:
                other._ledgers[name] = ledger
            elif name in other._by_id and ledger.groups:
                dropped.append(name)
        other._recent.drop(frozenset(self._by_id) - frozenset(self._same(other)))
        return other, sorted(dropped)

    def _same(self, other: "Correlator") -> list[str]:
        return [name for name, ledger in other._ledgers.items() if self._ledgers.get(name) is ledger]

    def _batch(self, events: pl.DataFrame, hits: pl.DataFrame, amended: Sequence[str], now: int) -> Batch:
        wanted = timed(chosen(events, hits, self._columns), self._clock, self._lateness, now)
        names = pl.DataFrame({"event_id": [*hits["event_id"], *amended]}, schema={"event_id": pl.String})
        wanted = wanted.join(names, on="event_id", how="semi", maintain_order="left")
        if self._whole is not None:
            wanted = unfloored(wanted)
        return Batch(wanted, hits, now, frozenset(amended))

    def _take(self, batch: Batch, clock: int | None) -> Correlated:
        taken, refused = take(self._plans, batch)
        self._recent.add_events(clock, batch.events)
        amended = self._settle_versions(taken, floors(batch)) if batch.amended else {}
        return self._turn(taken, refused, clock, amended)

    def _turn(
        self, taken: dict[str, Taken], refused: Mapping[str, Refused], clock: int | None, amended: dict[str, int]
    ) -> Correlated:
        before, self._clock = self._clock, clock
        brought = Brought(clock, taken, amended)
        record = b""
        if self._whole is None and (taken or amended or before != clock):
            record = keeping.write(self._record(brought))
        turns = self._apply(brought)
        return Correlated(*self._tell(turns), record, _counts(refused, turns))

    def _settle_versions(self, taken: Mapping[str, Taken], amended: dict[str, int]) -> dict[str, int]:
        """Leave out new versions of events that the store has as settled; those whose former version is recent."""
        recent = self._recent.has(frozenset(amended))
        unsure = {entry.event_id for one in taken.values() for entry in one.entries} & amended.keys() - recent
        former = self._origins(sorted(unsure)) if unsure else {}
        settled = {name for name, event in former.items() if _at(event) < amended[name]}
        for one in taken.values() if settled else ():
            _leave_out(one, settled)
        return {name: floor for name, floor in amended.items() if name in recent}

    def _apply(self, brought: Brought) -> dict[str, tuple[Plan, Turn, int]]:
        """By rule, in their order: what it made of it, and how many alerts of other rules had no group for it."""
        settled = _LONG_AGO if self._clock is None else self._clock - self._lateness
        back, fixed = self._recent.take_back(brought.amended)
        removed: dict[str, list[Placed]] = {}
        for rule, placed in back:
            removed.setdefault(rule, []).append(placed)
        for rule, name in fixed:
            if rule in brought.taken:
                _leave_out(brought.taken[rule], {name})
        turns: dict[str, tuple[Plan, Turn, int]] = {}
        for plan in self._plans:
            fresh, gone, ungrouped = from_others(plan, turns)
            taken = brought.taken.get(plan.rule.id, _NONE)
            keys, entries = together(taken, fresh) if fresh else (taken.keys, taken.entries)
            turn = self._ledgers[plan.rule.id].turn(keys, entries, [*removed.get(plan.rule.id, ()), *gone], settled)
            turns[plan.rule.id] = plan, turn, ungrouped
        self._recent.add(brought)
        self._recent.forget(settled)
        return turns

    def _tell(self, turns: Mapping[str, tuple[Plan, Turn, int]]) -> tuple[pl.DataFrame, list[Withdrawn]]:
        fresh: dict[str, Told] = {}
        gone: dict[str, Told] = {}
        for plan, turn, _ in turns.values():
            if plan.rule.alerts:
                fresh |= {one.alert_id: one for one in (told(plan.rule, *placed) for placed in turn.fresh)}
                gone |= {one.alert_id: one for one in (told(plan.rule, *placed) for placed in turn.gone)}
        withdrawn = [Withdrawn(name, _LATE) for name in sorted(gone.keys() - fresh.keys())]
        standing = [one for name, one in fresh.items() if name not in gone]
        if not standing:
            return _NOTHING.alerts, withdrawn
        names = sorted({one.raised.firing.event_id for one in standing})
        events: dict[str, Mapping[str, Any]] = dict(self._recent.events(names))
        if missing := [name for name in names if name not in events]:
            events |= self._origins(missing)
        return alerts(standing, events, self._ruleset.by_id), withdrawn

    def _record(self, brought: Brought) -> keeping.Record:
        stamps = {name: plan.stamp for name, plan in self._by_id.items()}
        return keeping.record(brought.clock, stamps, brought.taken, brought.amended)

    def _brought(self, record: keeping.Record, dropped: set[str]) -> Brought:
        taken = {}
        for name, one in record.rules.items():
            if name in self._by_id and self._by_id[name].stamp == one.stamp:
                taken[name] = keeping.taken_of(one)
            elif name in self._by_id:
                dropped.add(name)
        return Brought(record.clock, taken, record.amended)

    def _adopt(self, whole: keeping.Snapshot, dropped: set[str]) -> None:
        self._clock = whole.clock
        for name, kept in whole.ledgers.items():
            plan = self._by_id.get(name)
            if plan is not None and plan.stamp == kept.stamp:
                self._ledgers[name] = keeping.restore(plan.rule, kept)
            elif plan is not None and kept.groups:
                dropped.add(name)
        for record in whole.recent:
            self._recent.add(self._brought(record, set()))


_NONE = Taken()


def _later(clock: int | None, other: int | None) -> int | None:
    return max((one for one in (clock, other) if one is not None), default=None)


def _at(event: Mapping[str, Any]) -> int:
    """Of an event in the store; one without a time was not counted."""
    return since_1970(event["ts"]) if event.get("ts") is not None else 2**62


def _leave_out(taken: Taken, names: Iterable[str]) -> None:
    kept = [at for at, entry in enumerate(taken.entries) if entry.event_id not in names]
    taken.keys = [taken.keys[at] for at in kept]
    taken.entries = [taken.entries[at] for at in kept]


def from_others(plan: Plan, turns: Mapping[str, tuple[Plan, Turn, int]]) -> tuple[list[Placed], list[Placed], int]:
    """What the alerts of other rules are for this one: new entries, former ones, and how many lack a group."""
    fresh: list[Placed] = []
    gone: list[Placed] = []
    for number, source in enumerate(plan.rule.sources):
        if source in turns:
            inner, turn, _ = turns[source]
            fresh += [passed_on(inner, key, raised, plan, number) for key, raised in turn.fresh]
            gone += [passed_on(inner, key, raised, plan, number) for key, raised in turn.gone]
    grouped = [placed for placed in fresh if None not in placed[0]]
    return grouped, gone, len(fresh) - len(grouped)


def together(taken: Taken, others: Sequence[Placed]) -> tuple[list[Key], list[Entry]]:
    """Entries of events and of alerts in one order."""
    placed = sorted([*zip(taken.keys, taken.entries, strict=True), *others], key=lambda one: order(one[1]))
    return [key for key, _ in placed], [entry for _, entry in placed]


def _counts(refused: Mapping[str, Refused], turns: Mapping[str, tuple[Plan, Turn, int]]) -> dict[str, Counts]:
    counts = {}
    for name, (_, turn, without_group) in turns.items():
        odd = refused.get(name, Refused())
        found = Counts(
            late=odd.late + turn.late,
            untimed=odd.untimed,
            ungrouped=odd.ungrouped + without_group,
            future=odd.future,
            evicted=turn.evicted,
        )
        if any(astuple(found)):
            counts[name] = found
    return counts
