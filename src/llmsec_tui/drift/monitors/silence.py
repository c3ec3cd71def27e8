"""Rules that used to raise alerts and fell silent, though there is traffic."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import prod

from llmsec_tui.drift.monitors.kinds import SilentRule
from llmsec_tui.drift.monitors.standing import Firing, Standing, State, mark

DAY = 86_400_000_000
LEAST_DAYS = 5
"""With alerts on fewer days it is not known how often a rule raises any."""
_TIMES_LONGEST = 2
"""A pause that is no longer than so many times the longest one before is the rule's own way."""


def silent(
    kind: SilentRule, alerts: Mapping[str, Sequence[int]], traffic: Sequence[int], today: int, before: State
) -> tuple[State, list[Firing]]:
    """Which rules fell silent before ``today``; each is told once, and again only after it was heard of.

    ``alerts`` has, by the title of each rule that runs, the days with alerts; days are counted since 1970 UTC. Only
    days with traffic count. Of ``h`` such days after the first with an alert and up to the last ``k`` had one. Where
    nothing was known of their share, a pause of ``q`` days after it has the probability
    ``Π (h - k + 1 + i) / (h + 2 + i)``, ``i`` from 0 to ``q - 1`` (Laplace's rule of succession). As alerts come in
    bursts, the pause must be longer than twice the longest one before, too.
    """
    after: dict[str, Standing] = {}
    firings = []
    days = sorted({day for day in traffic if today - kind.days <= day < today})
    for title, found in sorted(alerts.items()):
        pause = _pause(kind, sorted(set(found)), days)
        if pause is None:
            continue
        quiet, heard, of = pause
        about = f"rule {title}"
        after[mark(about)] = Standing(run=1, told=True)
        if mark(about) not in before.standings:
            usual = f"raised alerts on {heard} of {of} days with traffic"
            sentence = f"The rule “{title}” {usual}, and on none of the last {quiet}."
            firings.append(Firing(about, today * DAY, sentence))
    return State(after), firings


def _pause(kind: SilentRule, alerted: Sequence[int], days: Sequence[int]) -> tuple[int, int, int] | None:
    """How long a rule is silent, on how many days it was not before, and of how many; None where that is its way."""
    heard_on = set(alerted)
    places = [place for place, day in enumerate(days) if day in heard_on]
    if len(places) < LEAST_DAYS or (days and alerted and alerted[-1] > days[-1]):
        return None
    quiet, of, heard = len(days) - 1 - places[-1], places[-1] - places[0] + 1, len(places)
    longest = max(later - earlier - 1 for earlier, later in pairwise(places))
    without = of - heard
    chance = prod((without + 1 + day) / (of + 1 + day) for day in range(quiet))
    return (quiet, heard, of) if chance <= kind.chance and quiet > _TIMES_LONGEST * longest else None
