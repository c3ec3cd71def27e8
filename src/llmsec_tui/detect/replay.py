"""Play stored events before one rule over time: which hits it took, in which groups, and when each group fired."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from llmsec_tui.detect.correlate.correlator import from_others, together
from llmsec_tui.detect.correlate.fold import Entry, Firing, Fold
from llmsec_tui.detect.correlate.folds import fold_of
from llmsec_tui.detect.correlate.group import Key
from llmsec_tui.detect.correlate.ledger import Ledger, Turn
from llmsec_tui.detect.correlate.plan import Plan, plans
from llmsec_tui.detect.correlate.taking import Batch, Taken, chosen, columns, take, timed, unfloored
from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.needed import Grouped
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.events.batch import EventBatch

NEVER = 2**62
"""Later than any event."""

Arrived = tuple[EventBatch, Collection[str]]
"""Events, and the ids of those among them that were too late for rules over time when they came."""


@dataclass(frozen=True, slots=True)
class Played:
    """The hits that a rule takes, by group, in the order in which they are folded."""

    entries: Mapping[Key, list[Entry]]
    late: Mapping[Key, list[Entry]]
    """Those that took no part because they came too late."""


def play(kept: RuleSet, rule: Grouped, past: Iterable[Arrived], settled: int) -> Played:
    """The hits of a rule; ``kept`` has it and all that it rests on, and time has passed up to ``settled``."""
    some = plans(kept.grouped)
    wanted = columns(some)
    events, hits, late = [], [], set[str]()
    for batch, too_late in past:
        found = detect(kept, batch)
        is_hit = pl.col("event_id").is_in(found.hits["event_id"].unique().implode())
        events.append(chosen(batch.events.filter(is_hit), found.hits, wanted))
        hits.append(found.hits)
        late.update(too_late)
    if not events:
        return Played({}, {})
    is_late = pl.col("event_id").is_in(sorted(late))
    frame = unfloored(timed(pl.concat(events), None, 0, NEVER))
    hit = pl.concat(hits)
    turns: dict[str, tuple[Plan, Turn, int]] = {}
    in_time, _ = take(some, Batch(frame, hit.filter(~is_late), NEVER, frozenset()))
    too_late_ones, _ = take(some, Batch(frame, hit.filter(is_late), NEVER, frozenset()))
    for plan in some:
        taken = in_time.get(plan.rule.id, Taken())
        fresh, _, _ = from_others(plan, turns)
        all_keys, entries = together(taken, fresh)
        if plan.rule.id == rule.id:
            return Played(_by_group(all_keys, entries), _by_group(*_both(too_late_ones.get(rule.id, Taken()))))
        turns[plan.rule.id] = plan, Ledger(plan.rule).turn(all_keys, entries, [], settled), 0
    raise AssertionError("a rule is among those that it needs")


def _both(taken: Taken) -> tuple[list[Key], list[Entry]]:
    return taken.keys, taken.entries


def _by_group(all_keys: Sequence[Key], entries: Sequence[Entry]) -> dict[Key, list[Entry]]:
    found: dict[Key, list[Entry]] = {}
    for key, entry in zip(all_keys, entries, strict=True):
        found.setdefault(key, []).append(entry)
    return found


@dataclass(slots=True)
class Walk:
    """A group, folded hit by hit past the event in question."""

    rule: Grouped
    event_id: str
    fired: list[Firing] = field(default_factory=list)
    """All firings, in their order."""
    before: Fold | None = None
    """As it was when the event came."""
    after: Fold | None = None
    """With the event in it."""
    own: Entry | None = None
    """The event's last entry."""
    waits: bool = False
    """Whether time may still make it fire, and has not passed yet."""

    def along(self, entries: Sequence[Entry], until: int, settled: int) -> None:
        """Fold all entries, then let time pass up to what is settled, and not further than ``until``."""
        fold = fold_of(self.rule)
        for entry in entries:
            self.fired += fold.pass_time(entry.at)
            if entry.event_id == self.event_id and self.before is None:
                self.before = fold.copy()
            firing = fold.enter(entry)
            if firing is not None:
                self.fired.append(firing)
            if entry.event_id == self.event_id:
                self.own, self.after = entry, fold.copy()
        last = entries[-1].at if entries else 0
        self.fired += fold.pass_time(max(min(until, settled), last))
        self.waits = fold.due is not None and settled < fold.due <= until

    @property
    def firing(self) -> Firing | None:
        """The one by the event."""
        return next((one for one in self.fired if one.event_id == self.event_id), None)

    @property
    def earlier(self) -> Firing | None:
        """The last one before the event."""
        own = self.own
        return next((one for one in reversed(self.fired) if own is not None and one.at <= own.at), None)
