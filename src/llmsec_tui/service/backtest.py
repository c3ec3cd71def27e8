"""Run rules over what was logged before, and say what each would have brought."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_bytes

import polars as pl

from llmsec_tui.detect.answers import not_evaluable
from llmsec_tui.detect.correlate.correlator import Correlator
from llmsec_tui.detect.engine import Detected, detect
from llmsec_tui.detect.rule import Described, RuleSet
from llmsec_tui.errors import SourceError
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.intake.discover import expand
from llmsec_tui.intake.read import WholeFile
from llmsec_tui.service.pipeline import Pipeline

_DAY = 86_400_000_000
_MOST_OVERLAPS = 5
_NO_HITS = pl.DataFrame(schema={"rule_id": pl.String, "event_id": pl.String})


@dataclass(frozen=True, slots=True)
class Brought:
    """What one rule would have brought."""

    rule: Described
    alerts: int
    per_day: float | None
    """None where the events span no time."""
    not_evaluable: int
    """Events that it could not judge, because their content is not here."""
    overlap: tuple[tuple[str, int], ...]
    """Ids of the rules that hit the same events, with the number of those, the most first."""
    outcomes: Mapping[str, int]
    """How many of the events it hits people had decided upon, by what they decided: the states of stored alerts."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a set of rules would have brought."""

    events: int
    days: float
    """From the first to the last event that has a time."""
    rules: tuple[Brought, ...]


@dataclass(slots=True)
class Backtest:
    """Judges batches like a collector does, and keeps only what hit what. Call it with each batch in turn."""

    ruleset: RuleSet
    events: int = 0
    _first: int | None = None
    _last: int | None = None
    _unseen: Counter[str] = field(default_factory=Counter)
    _hits: list[pl.DataFrame] = field(default_factory=list)
    _correlator: Correlator = field(init=False)

    def __post_init__(self) -> None:
        self._correlator = Correlator(self.ruleset, _nothing_before, lateness=None)

    def __call__(self, batch: EventBatch) -> Detected:
        found = detect(self.ruleset, batch)
        self.events += batch.events.height
        self._span(batch.events["ts"])
        self._unseen.update(not_evaluable(self.ruleset, batch.events))
        now = self._last or 0
        over_time = self._correlator.observe(batch.events, found.hits, batch.amended, now)
        self._keep(found.alerts, over_time.alerts)
        return found

    def report(self, decided: pl.DataFrame | None = None) -> Report:
        """Once all batches are in. ``decided`` has the events that people decided upon: event_id, state."""
        self._keep(self._correlator.finish(self._last or 0).alerts)
        hits = pl.concat([_NO_HITS, *self._hits])
        span = 0 if self._first is None or self._last is None else self._last - self._first
        overlaps = _overlaps(hits)
        outcomes = _outcomes(hits, decided)
        counts = dict(hits.group_by("rule_id").len().iter_rows())
        return Report(
            self.events,
            span / _DAY,
            tuple(
                Brought(
                    rule=rule,
                    alerts=counts.get(rule.id, 0),
                    per_day=counts.get(rule.id, 0) * _DAY / span if span else None,
                    not_evaluable=self._unseen[rule.id],
                    overlap=tuple(overlaps.get(rule.id, Counter()).most_common(_MOST_OVERLAPS)),
                    outcomes=outcomes.get(rule.id, {}),
                )
                for rule in self.ruleset.everything
                if rule.alerts
            ),
        )

    def _span(self, times: pl.Series) -> None:
        known = times.dt.epoch("us").drop_nulls()
        if len(known):
            low, high = known.sort().gather([0, -1]).to_list()
            self._first = low if self._first is None else min(self._first, low)
            self._last = high if self._last is None else max(self._last, high)

    def _keep(self, *alerts: pl.DataFrame) -> None:
        self._hits += [frame.select("rule_id", "event_id") for frame in alerts]


def over_files(backtest: Backtest, patterns: Sequence[str]) -> list[str]:
    """Put all events of these files before the rules; sentences about what could not be read.

    Raises :class:`SourceError` when no file at all can be read.
    """
    found = expand(patterns)
    problems = list(found.problems)
    keys: dict[int, str] = {}
    pipeline = Pipeline(
        backtest, lambda asked: {key: keys[key] for key in asked if key in keys}, secret=token_bytes(32), in_flight=1
    )
    read = 0
    for path in found.files:
        try:
            for piece in WholeFile(path).pieces():
                drafted = pipeline.read(piece)
                keys.update(pipeline.judge(drafted, now=0).keys)
            read += 1
        except OSError as error:
            problems.append(f"{path} cannot be read: {error.strerror}. It was left out.")
    if not read:
        raise SourceError(
            " ".join(problems) or "There are no log files in what was given.",
            hint="Give files, directories or globs that hold JSON logs.",
        )
    return problems


def over_batches(backtest: Backtest, batches: Iterable[EventBatch]) -> None:
    """Put events that are batches already before the rules."""
    for batch in batches:
        backtest(batch)


def _nothing_before(event_ids: Sequence[str]) -> Mapping[str, dict[str, object]]:
    return {}


def _overlaps(hits: pl.DataFrame) -> dict[str, Counter[str]]:
    pairs = hits.unique().join(hits.unique(), on="event_id", suffix="_other")
    counted = pairs.filter(pl.col("rule_id") != pl.col("rule_id_other")).group_by("rule_id", "rule_id_other").len()
    found: dict[str, Counter[str]] = {}
    for rule, other, count in counted.sort("rule_id_other").iter_rows():
        found.setdefault(rule, Counter())[other] = count
    return found


def _outcomes(hits: pl.DataFrame, decided: pl.DataFrame | None) -> dict[str, dict[str, int]]:
    if decided is None:
        return {}
    counted = hits.unique().join(decided.unique(), on="event_id").group_by("rule_id", "state").len()
    found: dict[str, dict[str, int]] = {}
    for rule, state, count in counted.sort("rule_id", "state").iter_rows():
        found.setdefault(rule, {})[state] = count
    return found
