"""Monitors of money: budgets, and hours that cost far more than hours did."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from math import exp, log
from statistics import median

from llmsec_tui.drift.monitors.kinds import Budget, Period, Velocity
from llmsec_tui.drift.monitors.standing import MOST_CHARS, Firing, Standing, State, mark
from llmsec_tui.text import clip

LimitOf = Callable[[str, str], float | None]
"""Dollars a day that may be spent, by dimension and name; None without a budget."""
_MAD = 1.4826
"""Makes of a median absolute deviation a standard deviation, where values are normally distributed."""
_LEAST_SPREAD = 0.25
"""Of natural logarithms: hours that differ by a quarter are alike."""


def begin(at: int, period: Period) -> int:
    """When the day or month in which ``at`` lies began; all in microseconds since 1970 UTC."""
    day = datetime.fromtimestamp(at / 1_000_000, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first = day.replace(day=1) if period is Period.MONTH else day
    return int(first.timestamp()) * 1_000_000


def over_budget(
    kind: Budget, by: str, spent: Mapping[str, float], limit_of: LimitOf, at: int, before: State
) -> tuple[State, list[Firing]]:
    """Which of those who spent something since ``at``, the beginning of a period, spent too much; each once."""
    after, firings = dict(before.standings), []
    for name, dollars in sorted(spent.items()):
        limit = kind.limit if kind.limit is not None else limit_of(by, name)
        about = f"budget of {by}={name}"
        if limit is None or dollars <= limit * kind.share or mark(about) in after:
            continue
        after[mark(about)] = Standing(run=1, told=True)
        share = "" if kind.share == 1 else f", of which {kind.share:.0%} are spent"
        when = datetime.fromtimestamp(at / 1_000_000, UTC).strftime("%Y-%m" if kind.period == "month" else "%Y-%m-%d")
        sentence = f"{_who(by, name)} spent ${dollars:,.2f} in {when} (UTC); ${limit:,.2f} may be{share}."
        firings.append(Firing(about, at, sentence, {by: name}))
    return State(after), firings


def too_fast(
    kind: Velocity, by: str, past: Mapping[str, Sequence[float]], now: Mapping[str, float], at: int, before: State
) -> tuple[State, list[Firing]]:
    """Who spent far more in the hour from ``at`` on than in hours before. All are hours with any cost."""
    after, firings = dict(before.standings), []
    for name, dollars in sorted(now.items()):
        hours = past.get(name, ())
        if len(hours) < max(kind.min_n, 1):
            continue
        logs = [log(one) for one in hours]
        middle = median(logs)
        spread = max(_MAD * median(abs(one - middle) for one in logs), _LEAST_SPREAD)
        about = f"spending of {by}={name}"
        known = after.get(mark(about), Standing())
        standing = known.after(dollars >= kind.least and log(dollars) > middle + kind.threshold * spread)
        if standing.told and not known.told:
            sentence = f"{_who(by, name)} spent ${dollars:,.2f} within an hour, where ${exp(middle):,.2f} is usual."
            firings.append(Firing(about, at, sentence, {by: name}))
        after[mark(about)] = standing
    return State({key: one for key, one in after.items() if one != Standing()}), firings


def _who(by: str, name: str) -> str:
    """Users are named by what may be masked, not by a sentence."""
    return "A user" if by == "user" else f"{by.capitalize()} {clip(name, MOST_CHARS)}"
