"""Run rules over what was logged before, and say what each would have brought."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from llmsec_tui.detect.answers import not_evaluable
from llmsec_tui.detect.correlate.correlator import Correlator
from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.needed import needed
from llmsec_tui.detect.rule import Correlation, Described, Monitor, RuleSet
from llmsec_tui.service.over_time import OverTime
from llmsec_tui.service.scan import Scan
from llmsec_tui.store.connect import connect_to_read
from llmsec_tui.store.queries import Reader

_DAY = 86_400_000_000
_HOUR = _DAY // 24
_BATCH = 10_000
_NEVER = 2**62
_MOST_OVERLAPS = 5
_HITS = {"rule_id": pl.String(), "event_id": pl.String()}
_UNDECIDED = pl.DataFrame(schema={"event_id": pl.String(), "state": pl.String()})


@dataclass(frozen=True, slots=True)
class Brought:
    """What one rule would have brought."""

    rule: Described
    alerts: int
    per_day: float | None
    """None where the events span less than an hour."""
    not_evaluable: int
    """Events that it could not judge, because their content is not here."""
    overlap: Mapping[str, int]
    """By the ids of the rules that hit the same events: the number of those, the most first; a few of them."""
    outcomes: Mapping[str, int]
    """How many of the events that it hits have an alert in the store, by that alert's state."""
    dispositions: Mapping[str, int]
    """How many of them have an alert in an incident that was closed, by what that turned out to be."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a set of rules would have brought."""

    events: int
    days: float
    """From the first to the last event that has a time."""
    rules: tuple[Brought, ...]
    """Those with the most alerts first."""
    problems: tuple[str, ...]
    """Sentences about what could not be read."""

    @property
    def not_evaluable(self) -> int:
        """Answers that no rule could give, of all rules together."""
        return sum(one.not_evaluable for one in self.rules)


def chosen(ruleset: RuleSet, rules: Sequence[Described]) -> RuleSet:
    """A set in which these rules alert, and nothing else does; what they count is in it too."""
    ids = {rule.id for rule in rules}
    wanted = set(ids)
    for rule in rules:
        if isinstance(rule, Correlation | Monitor):
            wanted |= needed(ruleset, rule).by_id.keys()
    return RuleSet(
        tuple(replace(rule, alerts=rule.id in ids) for rule in ruleset.rules if rule.id in wanted),
        tuple(replace(rule, alerts=rule.id in ids) for rule in ruleset.grouped if rule.id in wanted),
    )


def over_files(ruleset: RuleSet, patterns: Sequence[str]) -> Report:
    """Put the events of these files before the rules, as a scan does. Raises SourceError when none can be read."""
    scan, tally = Scan(patterns, ruleset), _Tally(ruleset)
    for commit in scan.commits():
        tally.take(commit.batch.events, commit.alerts, commit.not_evaluable)
    return tally.report(scan.summary.problems)


def over_store(ruleset: RuleSet, path: Path) -> Report:
    """Put the events of a store before the rules, and compare with what people decided there.

    Raises StoreLocked while a collector has it, and StoreError when it is none.
    """
    connection = connect_to_read(path)
    try:
        reader = Reader(path, connection)
        tally = _Tally(ruleset)
        over_time = OverTime(Correlator(ruleset, lambda _: {}, lateness=None))
        for batch in reader.event_batches(_BATCH):
            found = detect(ruleset, batch)
            fired, _ = over_time.observe(batch, found.hits, _NEVER)
            tally.take(batch.events, pl.concat([found.alerts, fired]), not_evaluable(ruleset, batch.events))
        fired, _ = over_time.finish(_NEVER)
        tally.take(pl.DataFrame(schema={"ts": pl.Datetime("us")}), fired, {})
        problems = [over_time.problem] if over_time.problem else []
        return tally.report(problems, reader.decided(), reader.incident_outcomes())
    finally:
        connection.close()


@dataclass(slots=True)
class _Tally:
    """Adds up what each rule hits, batch by batch."""

    ruleset: RuleSet
    events: int = 0
    first: int | None = None
    last: int | None = None
    unseen: Counter[str] = field(default_factory=Counter)
    hits: list[pl.DataFrame] = field(default_factory=lambda: [pl.DataFrame(schema=_HITS)])

    def take(self, events: pl.DataFrame, alerts: pl.DataFrame, unseen: Mapping[str, int]) -> None:
        self.events += events.height
        self.unseen.update(unseen)
        self.hits.append(alerts.select(list(_HITS)))
        times = events["ts"].dt.epoch("us").drop_nulls()
        for at in (times.min(), times.max()):
            if isinstance(at, int):
                self.first = at if self.first is None else min(self.first, at)
                self.last = at if self.last is None else max(self.last, at)

    def report(
        self,
        problems: Sequence[str],
        decided: pl.DataFrame = _UNDECIDED,
        ended: pl.DataFrame = _UNDECIDED,
    ) -> Report:
        """``decided`` and ``ended`` say of events by their ids what became of them."""
        hits = pl.concat(self.hits)
        span = 0 if self.first is None or self.last is None else self.last - self.first
        counts = dict(hits.group_by("rule_id").len().iter_rows())
        pairs = hits.unique()
        overlaps = _counted(pairs.join(pairs, on="event_id", suffix="_other").filter(_OTHERS), "rule_id_other")
        outcomes = _counted(pairs.join(decided, on="event_id"), "state")
        dispositions = _counted(pairs.join(ended, on="event_id"), "state")
        rules = [
            Brought(
                rule=rule,
                alerts=counts.get(rule.id, 0),
                per_day=counts.get(rule.id, 0) * _DAY / span if span >= _HOUR else None,
                not_evaluable=self.unseen[rule.id],
                overlap=dict(list(overlaps.get(rule.id, {}).items())[:_MOST_OVERLAPS]),
                outcomes=outcomes.get(rule.id, {}),
                dispositions=dispositions.get(rule.id, {}),
            )
            for rule in self.ruleset.everything
            if rule.alerts and "/" not in rule.id
        ]
        rules.sort(key=lambda brought: (-brought.alerts, brought.rule.title))
        return Report(self.events, span / _DAY, tuple(rules), tuple(problems))


_OTHERS = pl.col("rule_id") != pl.col("rule_id_other")


def _counted(rows: pl.DataFrame, name: str) -> dict[str, dict[str, int]]:
    """By rule: how often each value of the column occurs, the most frequent first."""
    found: dict[str, dict[str, int]] = {}
    for rule, value, count in _most_first(rows.group_by("rule_id", name).len(), name):
        found.setdefault(rule, {})[value] = count
    return found


def _most_first(counts: pl.DataFrame, name: str) -> Iterator[tuple[str, str, int]]:
    yield from counts.sort("rule_id", "len", name, descending=[False, True, False]).iter_rows()
