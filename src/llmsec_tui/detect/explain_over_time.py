"""Say of one event why a rule over time fired at it or did not: its group, what was in its window, what was missing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from llmsec_tui.detect.answers import Answer
from llmsec_tui.detect.correlate.correlator import LATENESS
from llmsec_tui.detect.correlate.fold import Entry, Firing, Value
from llmsec_tui.detect.correlate.group import Key
from llmsec_tui.detect.correlate.limits import limits
from llmsec_tui.detect.correlate.monitors.standing import standing
from llmsec_tui.detect.correlate.monitors.state import MonitorFold
from llmsec_tui.detect.correlate.plan import plans
from llmsec_tui.detect.correlate.telling import group_words, sources
from llmsec_tui.detect.explain import Explanation, Step, explain
from llmsec_tui.detect.explain_window import LEFT, ago, clock, shown, window
from llmsec_tui.detect.needed import Grouped, keys, needed
from llmsec_tui.detect.replay import NEVER, Arrived, Played, Walk, play
from llmsec_tui.detect.rule import Correlation, CorrelationType, Monitor, Rule, RuleSet
from llmsec_tui.detect.signals.computing import with_signals
from llmsec_tui.events.batch import EventBatch

_RECENT = 10
"""Hits of a monitor that are shown one by one."""

_FEW_SOURCES = 3
"""Of more than these, only those that hit the event are shown part by part."""
_NOT_HIT = "no; it can be explained by itself"


def explain_over_time(
    ruleset: RuleSet, rule: Grouped, event: EventBatch, past: Iterable[Arrived], newest: int | None
) -> Explanation:
    """Explain a rule's answer on the one event of ``event``.

    ``past`` has the events that :func:`~llmsec_tui.detect.needed.reach` names, that one among them, in any order.
    ``newest`` (µs) is the time of the newest event there is: what comes about by time alone is decided up to
    ``LATENESS`` before it.
    """
    kept = needed(ruleset, rule)
    row = with_signals(event, kept.signals).row(0, named=True)
    told = _Told(kept, rule, row["event_id"], None if newest is None else newest - LATENESS)
    played = play(kept, rule, past, told.settled)
    own = tuple(_own(kept, rule, event))
    return told.explanation(row, event, played, own)


@dataclass(frozen=True, slots=True)
class _Source:
    """What a source says of the event itself."""

    number: int
    answer: Answer
    steps: tuple[Step, ...]


def _own(kept: RuleSet, rule: Grouped, event: EventBatch) -> Iterator[_Source]:
    for number, source in enumerate(rule.sources):
        one = kept.by_id.get(source)
        if isinstance(one, Rule):
            found = explain(one, event)
            yield _Source(number, found.answer, found.steps)


@dataclass(frozen=True, slots=True)
class _Told:
    """Puts what was found into steps."""

    kept: RuleSet
    rule: Grouped
    event_id: str
    _settled: int | None

    @property
    def settled(self) -> int:
        return -NEVER if self._settled is None else self._settled

    def explanation(
        self, row: Mapping[str, Any], event: EventBatch, played: Played, own: Sequence[_Source]
    ) -> Explanation:
        rule = self.rule
        hit_here = any(entry.event_id == self.event_id for group in played.entries.values() for entry in group)
        late = [entry for group in played.late.values() for entry in group if entry.event_id == self.event_id]
        parts = list(self._event(own, hit_here))
        truth: bool | None = False
        why = ""
        if row["ts"] is None:
            truth, why = None, "the event has no time, so no rule over time can take it"
        elif late and not hit_here:
            truth, why = None, f"the event came more than {ago(LATENESS)} after a younger one: too late to be counted"
        elif not hit_here and any(one.answer is Answer.HIT for one in own):
            truth, why = None, f"the event has no {' or no '.join(rule.group_by)}, so it belongs to no group"
        elif not hit_here and any(one.answer is Answer.NOT_EVALUABLE for one in own):
            truth, why = None, "whether the event counts hangs on a content that cannot be seen"
        elif not hit_here:
            why = "the event is no hit of what the rule counts"
        at = event.events["ts"].dt.epoch("us")[0]
        for key in self._keys(row, played) if at is not None else ():
            group = list(self._group(key, played, at))
            truth = True if group[0].truth else truth
            why = group[0].why if hit_here else why
            parts += group
        whole = Step(0, _asked(rule, self.kept), truth, why)
        return Explanation(rule.id, self.event_id, Answer.of(truth), (whole, *parts))

    def _keys(self, row: Mapping[str, Value], played: Played) -> list[Key]:
        """The groups in which the event is, or would be."""
        named = [key for key, group in played.entries.items() if any(e.event_id == self.event_id for e in group)]
        [plan] = (plan for plan in plans(self.kept.grouped) if plan.rule.id == self.rule.id)
        return named or [key for key in keys(plan.groups, row) if key in played.entries or key in played.late]

    def _event(self, own: Sequence[_Source], hit_here: bool) -> Iterator[Step]:
        """What the sources say of the event itself."""
        counted = {one.number for one in own}
        for one in own:
            truth = {Answer.HIT: True, Answer.CLEAN: False}.get(one.answer)
            told = len(own) <= _FEW_SOURCES or truth is not False
            yield Step(1, f"the event is a hit of {self._name(one.number)}", truth, "" if told else _NOT_HIT)
            yield from (replace(step, depth=step.depth + 2) for step in one.steps if told)
        if len(counted) < len(self.rule.sources):
            others = [self._name(number) for number in range(len(self.rule.sources)) if number not in counted]
            fires = hit_here and not any(one.answer is Answer.HIT for one in own)
            yield Step(1, f"{' or '.join(others)} fired by the event", fires or None, "" if fires else "see below")

    def _group(self, key: Key, played: Played, at: int) -> Iterator[Step]:
        rule, entries = self.rule, played.entries.get(key, [])
        walk = Walk(rule, self.event_id)
        walk.along(entries, at + rule.timespan, self.settled)
        if isinstance(rule, Monitor):
            parts = list(self._monitor(walk, entries, at))
        else:
            parts = list(window(rule, entries, walk.own or at, self._name, 2))
        where = group_words(rule, key).removeprefix(" for ") or "all events together"
        yield Step(1, where, walk.firing is not None, _outcome(rule, walk, at, parts))
        yield from parts
        for entry in played.late.get(key, ()):
            late = f"event {entry.event_id} came too late to be counted"
            yield Step(2, f"{clock(entry.at, at)} {self._name(entry.source)}", False, late)

    def _monitor(self, walk: Walk, entries: Sequence[Entry], at: int) -> Iterator[Step]:
        if walk.own is not None:
            assert isinstance(walk.before, MonitorFold)
            assert isinstance(walk.after, MonitorFold)
            for stand in standing(walk.before, walk.after, walk.own):
                yield Step(2, stand.what, stand.holds, stand.why)
        seen = [entry for entry in entries if entry.at <= at]
        yield Step(2, "events that it had by then", bool(seen), f"{len(seen):,}")
        for entry in seen[-_RECENT:]:
            value = f" · {', '.join(map(shown, entry.value))}" if entry.value else ""
            yield Step(3, f"{clock(entry.at, at)} {self._name(entry.source)}", True, f"event {entry.event_id}{value}")

    def _name(self, source: int) -> str:
        rule_id = self.rule.sources[source]
        if "/" in rule_id:
            return f"the {rule_id.rpartition('/')[2]}"
        one = self.kept.by_id.get(rule_id)
        return f'"{one.title if one is not None else rule_id}"'


def _outcome(rule: Grouped, walk: Walk, at: int, parts: Sequence[Step]) -> str:
    """Why the group fires by the event, or what is missing, out of the parts that say so at length."""
    firing = walk.firing
    if firing is not None:
        usual = f", {firing.usual}" if firing.usual else ""
        when = f" (decided by {clock(firing.at, at)})" if firing.by_time else ""
        return f"{firing.reason}{usual}{when}"
    if walk.waits:
        return "it has not fired by this event, and its time is not over yet"
    if (earlier := walk.earlier) is not None and _still(rule, walk, earlier, at, counts=parts[0].truth is True):
        return f"it fired before, at {clock(earlier.at, at)} by event {earlier.event_id}, and has held since"
    return _missing(rule, parts)


def _missing(rule: Grouped, parts: Sequence[Step]) -> str:
    if isinstance(rule, Monitor):
        short = [f"{step.what}: {step.why}" for step in parts if step.depth == 2 and step.truth is not True]
        return "; ".join(short[:2]) or "it does not fire by this event"
    why = parts[0].why
    if rule.expression is not None:
        why = "its condition does not hold"
    elif rule.type is CorrelationType.TEMPORAL_ORDERED:
        steps = parts[1 : 1 + len(rule.sources)]
        why = next((f"{step.what}: {step.why}" for step in steps if not step.truth), why)
    left = next((step.why for step in parts if step.what == LEFT), "")
    return f"{why}; outside of the window {left}" if left else why


def _still(rule: Grouped, walk: Walk, earlier: Firing, at: int, *, counts: bool) -> bool:
    """Whether the condition was true before the event, so that it could not become true by it."""
    if isinstance(walk.after, MonitorFold):
        return bool(getattr(walk.after.state, "side", 0))
    assert isinstance(rule, Correlation)
    if rule.expression is None and rule.type is not CorrelationType.TEMPORAL_ORDERED:
        return counts
    return earlier.began > at - rule.timespan


def _asked(rule: Grouped, kept: RuleSet) -> str:
    """What the rule looks for."""
    groups = f" for each {', '.join(rule.group_by)}" if rule.group_by else ""
    kind = str(rule.type).replace("_", " ")
    if isinstance(rule, Correlation):
        limit = f": {limits(rule.limits).text}" if rule.limits else ""
        of = f" of {', '.join(rule.fields)}" if rule.fields else ""
        return f"{kind}{of} of {sources(rule, kept.by_id)} within {ago(rule.timespan)}{groups}{limit}"
    of = f" of {rule.field}" if rule.field else ""
    return f"{kind}{of} within {ago(rule.timespan)}{groups}"
