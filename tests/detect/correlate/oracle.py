"""What rules over time mean, written as the definition says and as slowly as that: everything is looked at again."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from math import ceil
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from llmsec_tui.detect.rule import (
    AllRules,
    AnyRule,
    Comparison,
    Correlation,
    CorrelationType,
    Expression,
    NoRule,
)
from llmsec_tui.events.identity import event_id, key64

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event, and the rules that hit it."""

    event_id: str
    at: int | None
    place: tuple[str, int, int]
    hit: frozenset[str]
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """An entry of a rule: ``via`` and ``known`` are the alert's where it stands for one."""

    at: int
    place: tuple[str, int, int]
    source: int
    event_id: str
    via: str
    known: tuple[tuple[str, Any], ...]

    @property
    def order(self) -> tuple[Any, ...]:
        return self.at, self.place, self.source, self.event_id, self.via


@dataclass(frozen=True, slots=True)
class Fired:
    """A firing of one group."""

    at: int
    by: Step
    by_time: bool


def expected(rules: Sequence[Correlation], events: Iterable[Happened], horizon: int) -> set[str]:
    """The ids of all alerts that stand when nothing older than ``horizon`` will come any more."""
    events = list(events)
    fired: dict[str, list[tuple[dict[str, Any], Fired]]] = {}
    ids: set[str] = set()
    for rule in rules:
        fired[rule.id] = []
        groups: dict[str, list[Step]] = {}
        for number, source in enumerate(rule.sources):
            for step in _steps(source, number, events, fired):
                group = _group(rule, source, step)
                if None not in group.values():
                    groups.setdefault(json.dumps(group, sort_keys=True, separators=(",", ":")), []).append(step)
        for name, steps in groups.items():
            seen = set()
            for one in _fired(rule, sorted(steps, key=lambda step: step.order)):
                if (one.at, one.by.event_id) in seen or (one.by_time and one.at > horizon):
                    continue
                seen.add((one.at, one.by.event_id))
                fired[rule.id].append((json.loads(name), one))
                if rule.alerts:
                    ids.add(event_id(key64("alert", rule.id, name, one.by.event_id, one.at)))
    return ids


def _steps(
    source: str, number: int, events: list[Happened], fired: dict[str, list[tuple[dict[str, Any], Fired]]]
) -> list[Step]:
    if source not in fired:
        return [
            Step(event.at, event.place, number, event.event_id, "", tuple(event.fields.items()))
            for event in events
            if source in event.hit and event.at is not None
        ]
    return [
        Step(
            one.at,
            one.by.place,
            number,
            one.by.event_id,
            json.dumps(group, sort_keys=True, separators=(",", ":")),
            tuple((dict(one.by.known) | group).items()),
        )
        for group, one in fired[source]
    ]


def _group(rule: Correlation, source: str, step: Step) -> dict[str, Any]:
    known = dict(step.known)
    return {name: known.get(rule.aliases.get(name, {}).get(source, name)) for name in rule.group_by}


def _fired(rule: Correlation, steps: list[Step]) -> list[Fired]:
    if rule.expression is not None and "NoRule" in repr(rule.expression):
        return _absent(rule, steps)
    instants = sorted({step.at for step in steps} | {step.at + rule.timespan for step in steps})
    entered: list[Step] = []
    fired: list[Fired] = []
    true = False

    def judge(at: int, by_time: bool) -> None:
        nonlocal true
        before, true = true, _true(rule, [step for step in entered if at - rule.timespan < step.at <= at])
        if true and not before:
            fired.append(Fired(at, entered[-1], by_time))

    for instant in instants:
        if any(step.at + rule.timespan == instant for step in entered):
            judge(instant, True)
        for step in steps:
            if step.at == instant:
                entered.append(step)
                judge(instant, False)
    return fired


def _true(rule: Correlation, window: list[Step]) -> bool:
    values = [tuple(dict(step.known).get(name) for name in rule.fields) for step in window]
    numbers = [value[0] for value in values if value and value[0] is not None]
    limits = rule.limits
    number: Any
    match rule.type:
        case CorrelationType.EVENT_COUNT:
            number = len(window)
        case CorrelationType.VALUE_COUNT:
            number = len({value for value in values if None not in value})
        case CorrelationType.VALUE_SUM:
            number = sum(map(Fraction, numbers))
        case CorrelationType.TEMPORAL if rule.expression is not None:
            return _holds(rule.expression, {step.source for step in window})
        case CorrelationType.TEMPORAL:
            number, limits = len({step.source for step in window}), limits or (Comparison(">=", len(rule.sources)),)
        case CorrelationType.TEMPORAL_ORDERED:
            number, limits = _in_order(window), limits or (Comparison(">=", len(rule.sources)),)
        case _ if not numbers:
            return False
        case CorrelationType.VALUE_AVG:
            number = sum(map(Fraction, numbers)) / len(numbers)
        case CorrelationType.VALUE_MEDIAN:
            ranked = sorted(map(Fraction, numbers))
            half = len(ranked) // 2
            number = ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2
        case CorrelationType.VALUE_PERCENTILE:
            assert rule.percentile is not None
            number = sorted(numbers)[max(ceil(Fraction(rule.percentile * len(numbers), 100)), 1) - 1]
    return all(OPERATORS[limit.op](number, limit.value) for limit in limits)


def _in_order(window: list[Step]) -> int:
    """The most steps that can be picked from left to right so that their sources go up."""
    best = 0
    for picks in product((False, True), repeat=len(window)) if len(window) <= 8 else ():
        sources = [step.source for step, picked in zip(window, picks, strict=True) if picked]
        if all(low < high for low, high in pairwise(sources)):
            best = max(best, len(sources))
    if len(window) > 8:
        longest = [0] * len(window)
        for at, step in enumerate(window):
            longest[at] = 1 + max((longest[i] for i in range(at) if window[i].source < step.source), default=0)
        best = max(longest)
    return best


def _holds(expression: Expression, hit: set[int]) -> bool:
    match expression:
        case AllRules(parts):
            return all(_holds(part, hit) for part in parts)
        case AnyRule(parts):
            return any(_holds(part, hit) for part in parts)
        case NoRule(part):
            return not _holds(part, hit)
        case _:
            return expression in hit


def _absent(rule: Correlation, steps: list[Step]) -> list[Fired]:
    assert rule.expression is not None
    fired: list[Fired] = []
    before: Step | None = None
    for step in steps:
        after = {other.source for other in steps if step.at <= other.at < step.at + rule.timespan}
        near = {other.source for other in steps if abs(other.at - step.at) < rule.timespan}
        if not _split(rule.expression, after, near):
            before = None
            continue
        if before is None or step.at >= before.at + rule.timespan:
            fired.append(Fired(step.at + rule.timespan, step, True))
        before = step
    return fired


def _split(expression: Expression, hit: set[int], other: set[int]) -> bool:
    match expression:
        case AllRules(parts):
            return all(_split(part, hit, other) for part in parts)
        case AnyRule(parts):
            return any(_split(part, hit, other) for part in parts)
        case NoRule(part):
            return not _split(part, other, hit)
        case _:
            return expression in hit
