"""What a correlation saw of one group at one event: what was in its window, what had left it, and what that makes."""

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile

from llmsec_tui.detect.correlate.distinct import source_limits
from llmsec_tui.detect.correlate.expression import forbids, holds
from llmsec_tui.detect.correlate.fold import Entry
from llmsec_tui.detect.correlate.limits import figure, limits
from llmsec_tui.detect.correlate.measures import Measure, measure_of
from llmsec_tui.detect.correlate.telling import moment
from llmsec_tui.detect.explain import Step
from llmsec_tui.detect.rule import AllRules, AnyRule, Correlation, CorrelationType, Expression, NoRule

MOST_SHOWN = 50
"""Hits that are shown one by one; of more, the newest."""
LEFT = "outside of the window, older"
_DAY = 86_400_000_000
_UNITS = ((_DAY, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"))

Names = Callable[[int], str]
"""What a source is called, by its place in the rule's ``sources``."""


def window(rule: Correlation, entries: Sequence[Entry], now: Entry | int, names: Names, depth: int) -> Iterator[Step]:
    """The parts of a correlation at ``now``: an entry of the group, or a time where the event is none.

    ``entries`` are all of the group, in the order in which they are folded; of those that have left the window, what
    left it within another timespan is shown.
    """
    at = now.at if isinstance(now, Entry) else now
    since = at - rule.timespan
    until = at + rule.timespan - 1 if rule.expression is not None and forbids(rule.expression) else at
    here = [entry for entry in entries if since < entry.at <= until]
    if isinstance(now, Entry) and until == at:
        here = [*takewhile(lambda entry: entry != now, here), now]
    before = [entry for entry in entries if since - rule.timespan <= entry.at <= since]
    yield _sum(rule, here, depth)
    yield from _by_source(rule, here, at, names, depth + 1)
    counts = measure_of(rule).counts if rule.expression is None else None
    yield from _listed(here, at, names, depth + 1, counts)
    if before:
        last = before[-1]
        newest = f"the newest at {clock(last.at, at)}, {ago(at - last.at)} before: {_too_old(since, last)}"
        yield Step(depth, LEFT, False, f"{len(before):,} more, {newest}")
        yield from _listed(before, at, names, depth + 1, None, left=True)


def ago(micros: int) -> str:
    """A length of time in two units at most: ``6m12s``."""
    parts: list[str] = []
    for size, letter in _UNITS:
        count, micros = divmod(micros, size)
        if count or parts:
            parts.append(f"{count}{letter}" if count else "")
        if len(parts) == 2:
            break
    return "".join(parts) or f"{micros / 1_000_000:.3g}s"


def clock(at: int, beside: int) -> str:
    """A time; with its date where that is not the same as that of ``beside``."""
    time = moment(at)
    precise = "milliseconds" if at % 1_000_000 else "seconds"
    return time.isoformat(sep=" ", timespec=precise)[0 if at // _DAY != beside // _DAY else 11 :]


def _sum(rule: Correlation, here: Sequence[Entry], depth: int) -> Step:
    """What the window comes to. An ordered or worded condition says more by its sources."""
    what = f"in the window of {ago(rule.timespan)} by then"
    if rule.expression is not None or rule.type is CorrelationType.TEMPORAL_ORDERED:
        return Step(depth, what, bool(here), _many(len(here), "hit"))
    wanted = limits(source_limits(rule) if rule.type is CorrelationType.TEMPORAL else rule.limits)
    measure = measure_of(rule)
    counted = [entry for entry in here if measure.counts(entry)]
    for entry in counted:
        measure.add(entry)
    return Step(depth, what, measure.holds(wanted), f"{_seen(rule, measure, counted)}, {wanted.text} needed")


def _seen(rule: Correlation, measure: Measure, counted: Sequence[Entry]) -> str:
    if rule.type is CorrelationType.TEMPORAL:
        return f"hits by {len({entry.source for entry in counted})} of {_many(len(rule.sources), 'rule')}"
    if not counted and rule.type not in (CorrelationType.EVENT_COUNT, CorrelationType.VALUE_COUNT):
        return f"no value of {', '.join(rule.fields)}"
    return measure.seen()


def _by_source(rule: Correlation, here: Sequence[Entry], at: int, names: Names, depth: int) -> Iterator[Step]:
    if rule.type is CorrelationType.TEMPORAL_ORDERED:
        yield from _in_order(rule, here, at, names, depth)
    elif rule.expression is not None:
        yield from _worded(rule.expression, _Hits(rule.expression, here, at), names, depth)
    elif rule.type is CorrelationType.TEMPORAL:
        for source in range(len(rule.sources)):
            hits = [entry for entry in here if entry.source == source]
            why = f"last hit at {clock(hits[-1].at, at)}" if hits else "no hit"
            yield Step(depth, names(source), bool(hits), why)


class _Hits:
    """Which sources count as hit, for a condition in words: see :class:`~.correlate.absence.Absence`."""

    def __init__(self, expression: Expression, here: Sequence[Entry], at: int) -> None:
        self.at = at
        self._near = {entry.source: entry for entry in here}
        after = (entry for entry in here if entry.at >= at)
        self._hit = {entry.source: entry for entry in after} if forbids(expression) else self._near

    def last(self, source: int, *, positive: bool) -> Entry | None:
        return (self._hit if positive else self._near).get(source)

    def hold(self, expression: Expression, *, positive: bool) -> bool:
        hit, near = (self._hit, self._near) if positive else (self._near, self._hit)
        return holds(expression, hit.__contains__, near.__contains__)


def _worded(expression: Expression, hits: _Hits, names: Names, depth: int, *, positive: bool = True) -> Iterator[Step]:
    truth = hits.hold(expression, positive=positive)
    match expression:
        case AllRules(parts):
            yield Step(depth, "and", truth, "")
        case AnyRule(parts):
            yield Step(depth, "or", truth, "")
        case NoRule(part):
            yield Step(depth, "not", truth, "")
            yield from _worded(part, hits, names, depth + 1, positive=not positive)
            return
        case _:
            last = hits.last(expression, positive=positive)
            why = f"last hit at {clock(last.at, hits.at)}" if last is not None else "no hit"
            yield Step(depth, names(expression), truth, why)
            return
    for part in parts:
        yield from _worded(part, hits, names, depth + 1, positive=positive)


def _in_order(rule: Correlation, here: Sequence[Entry], at: int, names: Names, depth: int) -> Iterator[Step]:
    """Which step of the order is missing: the earliest hit that can follow is taken for each."""
    rest = list(here)
    every = limits(source_limits(rule)).least == len(rule.sources)
    broken = False
    for source in range(len(rule.sources)):
        place = next((n for n, entry in enumerate(rest) if entry.source == source), None)
        if place is not None and not broken:
            yield Step(depth, f"{source + 1}. {names(source)}", True, f"hit at {clock(rest[place].at, at)}")
            del rest[: place + 1]
            continue
        too_early = [entry for entry in here if entry.source == source]
        why = f"only before that, at {clock(too_early[-1].at, at)}" if too_early and not broken else "no hit"
        yield Step(depth, f"{source + 1}. {names(source)}", False, "comes after what is missing" if broken else why)
        broken = every


def _listed(
    entries: Sequence[Entry],
    at: int,
    names: Names,
    depth: int,
    counts: Callable[[Entry], bool] | None,
    *,
    left: bool = False,
) -> Iterator[Step]:
    for entry in entries[-MOST_SHOWN:]:
        counted = counts is None or counts(entry)
        value = f" · {', '.join(map(shown, entry.value))}" if entry.value else ""
        odd = "" if counted else " · not counted: it lacks a value"
        way = (
            f"{ago(at - entry.at)} before" if entry.at < at else f"{ago(entry.at - at)} after" if entry.at > at else ""
        )
        where = f"{f'{way}, ' if way else ''}event {entry.event_id}{value}{odd}"
        yield Step(depth, f"{clock(entry.at, at)} {names(entry.source)}", counted and not left, where)
    if len(entries) > MOST_SHOWN:
        yield Step(depth, f"{len(entries) - MOST_SHOWN:,} earlier ones", not left, "not shown")


def shown(value: object) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else figure(value) if isinstance(value, int | float) else f'"{value}"'


def _too_old(since: int, last: Entry) -> str:
    return "just too old" if last.at == since else f"{ago(since - last.at)} too old"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
