"""Run a monitor over a made-up series, as a collector would run it over what it measures."""

from dataclasses import replace

from llmsec_tui.drift.baseline import HOUR
from llmsec_tui.drift.board import Window
from llmsec_tui.drift.monitors.behaviour import Choice, Hour, judged
from llmsec_tui.drift.monitors.kinds import Budget, Kind, OfHours, SilentRule, Threshold, Velocity
from llmsec_tui.drift.monitors.money import begin, over_budget, too_fast
from llmsec_tui.drift.monitors.series import Series, alert_days, baseline, dollars, sketches
from llmsec_tui.drift.monitors.silence import DAY, silent
from llmsec_tui.drift.monitors.standing import Firing, State


def fired(kind: Kind, one: Series, chosen: Choice | None) -> list[Firing]:
    """What a monitor says over a series; ``chosen`` is what it looks at, None everything."""
    if chosen is not None and not chosen([one.called])[0]:
        return []
    match kind:
        case Budget():
            return _budget(kind, one)
        case Velocity():
            return _velocity(kind, one)
        case SilentRule():
            return _silent(kind, one)
    return _behaviour(kind, one)


def _behaviour(kind: OfHours, one: Series) -> list[Firing]:
    watched = (kind.metric,) if isinstance(kind, Threshold) else kind.metrics
    if one.metric not in watched:
        return []
    if not isinstance(kind, Threshold):
        # Nothing else is in the series.
        kind = replace(kind, metrics=(one.metric,), by=_of(kind.by))
    hours = dict(sketches(one))
    usual, segments = baseline(one, hours), {1: one.segment}
    state, firings = State(), list[Firing]()
    for at in range(one.first, one.first + one.hours * HOUR, HOUR):
        seen = Window(at, at + HOUR, {1: hours[at]})
        state, found = judged(kind, Hour(at, seen, segments, usual), state)
        firings += found
    return firings


def _budget(kind: Budget, one: Series) -> list[Firing]:
    found: list[Firing] = []
    for by in _of(kind.by):
        states: dict[int, State] = {}
        spent: dict[int, float] = {}
        for at, money in dollars(one):
            period = begin(at, kind.period)
            spent[period] = spent.get(period, 0.0) + money
            now = {one.called[by]: spent[period]}
            before = states.get(period, State())
            states[period], fired = over_budget(kind, by, now, lambda _, __: one.budget, period, before)
            found += fired
    return found


def _velocity(kind: Velocity, one: Series) -> list[Firing]:
    found: list[Firing] = []
    for by in _of(kind.by):
        name, state, past = one.called[by], State(), list[tuple[int, float]]()
        for at, money in dollars(one):
            usual = [spent for hour, spent in past if hour >= at - kind.days * DAY]
            state, fired = too_fast(kind, by, {name: usual}, {name: money}, at, state)
            found += fired
            past.append((at, money))
    return found


def _of(by: tuple[str, ...]) -> tuple[str, ...]:
    """One dimension stands for all: of each a series has one name."""
    return by[:1]


def _silent(kind: SilentRule, one: Series) -> list[Firing]:
    alerted, days = alert_days(one)
    state, found = State(), list[Firing]()
    for today in range(days[0] + one.days, days[-1] + 2):
        seen = {"example": [day for day in alerted if day < today]}
        state, fired = silent(kind, seen, days, today, state)
        found += fired
    return found
