"""Which rules, and which events, it takes to know what a rule over time says of one event."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from llmsec_tui.detect.correlate.distinct import source_limits
from llmsec_tui.detect.correlate.fold import Value
from llmsec_tui.detect.correlate.folds import fires_by_time, fold_of
from llmsec_tui.detect.correlate.limits import limits
from llmsec_tui.detect.correlate.measures import measure_of
from llmsec_tui.detect.correlate.plan import plans
from llmsec_tui.detect.rule import Correlation, CorrelationType, Monitor, Rule, RuleSet
from llmsec_tui.detect.signals.registry import SIGNALS

Grouped = Correlation | Monitor


@dataclass(frozen=True, slots=True)
class Reach:
    """The events that matter: those within some time of the one in question, and perhaps only of its group."""

    since: int | None
    """Microseconds since 1970; None where all that came before may matter."""
    until: int
    same: tuple[Mapping[str, Value], ...]
    """What an event must have to matter, any one of these; empty where every event may."""


def needed(ruleset: RuleSet, rule: Grouped) -> RuleSet:
    """The rule and all that it rests on; those that look at single events raise no alerts of their own in it."""
    ids = set(_below(ruleset, rule))
    rules = tuple(replace(one, alerts=False) for one in ruleset.rules if one.id in ids)
    return RuleSet(rules, tuple(one for one in ruleset.grouped if one.id in ids))


def reach(ruleset: RuleSet, rule: Grouped, event: pl.DataFrame) -> Reach | None:
    """What is needed for the one event in the frame (``schema.EVENTS`` and signals); None where its time or group is
    missing.

    Twice the timespan of a correlation is enough to tell what is in its window, and what has just left it, unless it
    matters whether its group was ever seen. What a monitor takes for usual may come from the beginning.
    """
    at = event["ts"].dt.epoch("us")[0]
    if at is None:
        return None
    back, ahead = _span(ruleset, rule)
    same = tuple(_same(rule, event.row(0, named=True)))
    alone = all(isinstance(ruleset.by_id.get(source), Rule) for source in rule.sources)
    if alone and rule.group_by and not same:
        return None
    in_columns = not any(name in SIGNALS for one in same for name in one)
    narrow = same if alone and rule.group_by and in_columns else ()
    return Reach(None if back is None else at - back, at + ahead, narrow)


def _below(ruleset: RuleSet, rule: Grouped) -> Iterator[str]:
    yield rule.id
    for source in rule.sources:
        inner = ruleset.by_id.get(source)
        if isinstance(inner, Correlation | Monitor):
            yield from _below(ruleset, inner)
        else:
            yield source


def _span(ruleset: RuleSet, rule: Grouped) -> tuple[int | None, int]:
    """How far back, and how far ahead, events may have a say."""
    inner = [ruleset.by_id.get(source) for source in rule.sources]
    below = [_span(ruleset, one) for one in inner if isinstance(one, Correlation | Monitor)]
    ahead = (rule.timespan if fires_by_time(fold_of(rule)) else 0) + max((one[1] for one in below), default=0)
    learns = rule.sharing is None if isinstance(rule, Monitor) else _holds_of_nothing(rule)
    if learns or any(one[0] is None for one in below):
        return None, ahead
    return 2 * rule.timespan + max((one[0] or 0 for one in below), default=0), ahead


def _holds_of_nothing(rule: Correlation) -> bool:
    """Whether an empty window meets the limits, so that a group that was seen before does not fire anew."""
    if rule.expression is not None or rule.type is CorrelationType.TEMPORAL_ORDERED:
        return False
    wanted = source_limits(rule) if rule.type is CorrelationType.TEMPORAL else rule.limits
    return measure_of(rule).holds(limits(wanted))


def _same(rule: Grouped, event: Mapping[str, Value]) -> Iterator[dict[str, Value]]:
    """For each source, the fields that put an event into one of the groups that this event is in."""
    [plan] = (one for one in plans([rule]) if one.rule is rule)
    for key in keys(plan.groups, event):
        yield from (dict(zip(fields, key, strict=True)) for fields in plan.groups)


def keys(groups: Sequence[Sequence[str]], event: Mapping[str, Value]) -> list[tuple[Value, ...]]:
    """The groups that an event is in, whichever source hits it; those with a value missing are none."""
    found = dict.fromkeys(tuple(event.get(name) for name in fields) for fields in groups)
    return [key for key in found if None not in key]
