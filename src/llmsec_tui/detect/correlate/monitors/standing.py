"""Where a monitor stands at one event: its statistic, the threshold, and whether it has seen enough to judge."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from llmsec_tui.detect.correlate.fold import Entry
from llmsec_tui.detect.correlate.monitors.chart import Chart
from llmsec_tui.detect.correlate.monitors.new_value import NewValue, elements
from llmsec_tui.detect.correlate.monitors.psi import Psi, by_chance, psi
from llmsec_tui.detect.correlate.monitors.rate import Rate
from llmsec_tui.detect.correlate.monitors.ratio import Ratio
from llmsec_tui.detect.correlate.monitors.robust_sum import RobustSum
from llmsec_tui.detect.correlate.monitors.robust_z import RobustCount, RobustValue, z_of
from llmsec_tui.detect.correlate.monitors.share import Share
from llmsec_tui.detect.correlate.monitors.shared_text import SINK, SharedText
from llmsec_tui.detect.correlate.monitors.silence import Silence
from llmsec_tui.detect.correlate.monitors.state import MonitorFold, number
from llmsec_tui.detect.correlate.monitors.usual import by_median, middle, of_counts
from llmsec_tui.detect.correlate.monitors.words import figure, plural, span
from llmsec_tui.detect.rule import Monitor


class Stand(NamedTuple):
    """One thing that must hold for a monitor to fire."""

    what: str
    holds: bool | None
    """None where it is not judged yet."""
    why: str


def standing(before: MonitorFold[Any], after: MonitorFold[Any], entry: Entry) -> Iterator[Stand]:
    """What a monitor compares at an entry; ``before`` and ``after`` are its fold without and with it."""
    rule = after.rule
    match after:
        case Rate(state=state):
            yield _enough(rule, state.seen, "events of the group so far")
            yield _compared(rule, f"events in a window of {span(rule.timespan)}", state.count, state.side)
        case Ratio(state=state):
            yield _enough(rule, state.count, f"events in a window of {span(rule.timespan)}")
            share = state.part / state.count if state.count else 0.0
            what = f"share of them that counts ({state.part:,} of {state.count:,})"
            yield _compared(rule, what, share, state.side)
        case RobustCount(state=state):
            yield _enough(rule, len(state.counts), "past windows")
            z = None
            if len(state.counts) >= max(rule.min_n, 1):
                z = by_median(state.counts, of_counts).z(state.count)
            past = f"; median {figure(middle(sorted(state.counts)))}" if state.counts else ""
            yield _robust(rule, f"{plural(state.count, 'event')} in a window of {span(rule.timespan)}{past}", z)
        case RobustValue():
            yield from _of_value(rule, before.state.values, number(entry))
        case Chart(state=state):
            yield Stand(
                "past windows that make up what is usual",
                after.standing() is not None,
                f"{len(state.learned):,}, at least {min(max(rule.min_n, 2), max(rule.history, 2)):,} needed",
            )
            yield _charted(rule, after.standing(), f"{figure(state.centre)} ± {figure(state.spread)}")
        case NewValue():
            yield _enough(rule, before.state.entered, "values of the group before")
            found, known = elements(rule, entry), before.state.values
            value = next((value for value in found if value not in known), found[0] if found else None)
            yield Stand(f"{rule.field} is new to the group", *_newness(value, known, entry.at))
        case Silence(state=state):
            yield _enough(rule, sum(state.counts), "events in the windows before")
            yield Stand(f"nothing for {span(rule.timespan)} after it", None, "time decides")
        case Psi(state=state):
            yield _enough(rule, state.count, f"values in a window of {span(rule.timespan)}")
            yield from _spread(rule, state.usual, state.now, state.windows)
        case RobustSum(state=state):
            yield _enough(rule, len(state.sums), "past windows with any value")
            yield _robust(rule, f"{rule.field} {figure(state.total)} in a window of {span(rule.timespan)}", after.z())
        case SharedText():
            assert isinstance(before, SharedText)
            yield from _shared(before, entry)
        case Share(state=state):
            yield _enough(rule, state.count, f"values in a window of {span(rule.timespan)}")
            yield from _share(rule, before, after, entry)


def _enough(rule: Monitor, count: int, of_what: str) -> Stand:
    return Stand(f"enough {of_what}", count >= rule.min_n, f"{count:,}, at least {rule.min_n:,} needed")


def _wanted(rule: Monitor) -> str:
    limit = figure(rule.threshold)
    more, fewer = f"more than {limit}", f"less than {limit}"
    return {"above": more, "below": fewer}.get(rule.direction, f"beyond ±{limit}")


def _compared(rule: Monitor, what: str, value: float, side: int) -> Stand:
    return Stand(what, side != 0, f"{figure(value)}, {_wanted(rule)} needed")


def _robust(rule: Monitor, what: str, z: float | None) -> Stand:
    if z is None:
        return Stand(what, None, "nothing is judged before there is enough to compare with")
    beyond = {"above": z > rule.threshold, "below": z < -rule.threshold}.get(rule.direction, abs(z) > rule.threshold)
    wanted = {"above": "more than ", "below": "less than -"}.get(rule.direction, "beyond ±")
    return Stand(what, beyond, f"{figure(z)} robust standard deviations, {wanted}{figure(rule.threshold)} needed")


def _of_value(rule: Monitor, values: list[float], value: float | None) -> Iterator[Stand]:
    yield _enough(rule, len(values), f"past values of {rule.field}")
    if value is None:
        yield Stand(rule.field, False, "it is no number")
        return
    judged = len(values) >= max(rule.min_n, 1)
    ranked = sorted(values)
    usual = f"; median {figure(middle(ranked))}" if ranked else ""
    yield _robust(rule, f"{rule.field} {figure(value)}{usual}", z_of(value, ranked) if judged else None)


def _charted(rule: Monitor, heights: tuple[float, float] | None, usual: str) -> Stand:
    if heights is None:
        return Stand("how far off it is", None, "what is usual is still being learned")
    above, below = heights
    watched = {"above": [above], "below": [below]}.get(rule.direction, [above, below])
    why = f"{figure(max(watched))} standard deviations from {usual}, more than {figure(rule.threshold)} needed"
    return Stand("how far off it is, over the windows so far", max(watched) > rule.threshold, why)


def _newness(value: object, values: dict[Any, int], at: int) -> tuple[bool, str]:
    if value is None:
        return False, "it has none"
    if value not in values:
        return True, f"not among {plural(len(values), 'value')}"
    return False, f"it was there {span(at - values[value])} before"


def _spread(rule: Monitor, usual: dict[int, int], now: dict[int, int], windows: int) -> Iterator[Stand]:
    if not usual or not now:
        why = f"{plural(windows, 'window')} of {rule.history:,} that make up what is usual"
        yield Stand("how differently they are spread", None, why)
        return
    limit = max(rule.threshold, by_chance(usual, now))
    found = psi(usual, now)
    yield Stand("how differently they are spread", found > limit, f"{figure(found)}, more than {figure(limit)} needed")


def _share(rule: Monitor, before: MonitorFold[Any], after: Share, entry: Entry) -> Iterator[Stand]:
    value = entry.value[0] if entry.value else None
    if value is None:
        yield Stand(rule.field, False, "it has none")
        return
    state = after.state
    part = f"{state.counts[value]:,} of {state.count:,}, more than {figure(rule.threshold)} of them needed"
    yield Stand("its share of the window", after.is_much(value, rule.threshold), part)
    common = value in before.state.common
    yield Stand("it was not common before", not common if state.judged else None, "it was" if common else "it was not")


def _shared(before: SharedText, entry: Entry) -> Iterator[Stand]:
    rule, texts = before.rule, plural(len(before.state.texts), "text")
    if entry.source != SINK:
        yield Stand("it turns up in a later text", None, "this event is where text may come from, or what is known")
        return
    found = before.closest(entry)
    if found is None:
        yield Stand("pieces of an older text", False, f"none that count, of {texts}; {rule.min_n:,} needed")
        return
    pieces = f"{found.pieces:,} of event {found.text.event_id}, at least {rule.min_n:,} needed; {texts} remembered"
    yield Stand("pieces of an older text", found.pieces >= rule.min_n, pieces)
    share = f"{figure(found.share)}, at least {figure(rule.threshold)} needed"
    yield Stand("their share", found.share >= rule.threshold, share)
