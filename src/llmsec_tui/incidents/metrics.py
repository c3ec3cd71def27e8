"""How the desk is doing: times, backlog, and how often rules are right. All of it follows from incidents' events."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist, fmean, median

from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.states import LEVELS, OPEN, Disposition, State

ALL = "all"
NOBODY = "(nobody)"
"""In place of a team: nobody owns the incident."""

_RIGHT = (Disposition.TRUE_POSITIVE, Disposition.BENIGN_TRUE_POSITIVE)
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Spread:
    """Of spans of time, in µs; None where there is none."""

    n: int
    mean: float | None
    median: float | None
    p90: float | None
    """The smallest that nine of ten do not exceed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfLevel:
    """Incidents of one level, or of all."""

    level: str
    opened: int
    closed: int
    open: int
    breached: int
    reopened: int
    detect: Spread
    acknowledge: Spread
    contain: Spread
    resolve: Spread
    backlog: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTeam:
    """Incidents that somebody of one team owns, or a person outside of every team, or nobody."""

    team: str
    closed: int
    open: int
    false_positive: int
    acknowledge: Spread
    resolve: Spread


@dataclass(frozen=True, slots=True)
class Judged:
    """How the incidents with alerts of one rule ended."""

    true_positive: int = 0
    benign: int = 0
    false_positive: int = 0
    other: int = 0

    @property
    def closed(self) -> int:
        return self.true_positive + self.benign + self.false_positive + self.other

    @property
    def judged(self) -> int:
        """Those in which the rule was found right or wrong."""
        return self.true_positive + self.benign + self.false_positive

    @property
    def precision(self) -> float | None:
        """Right ones of those; None when there are none."""
        return (self.true_positive + self.benign) / self.judged if self.judged else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the precision."""
        return wilson(self.true_positive + self.benign, self.judged)


def of_levels(incidents: Sequence[Incident], since: int, now: int, missed: Collection[int]) -> list[OfLevel]:
    """One for all, then one for each level, the highest first.

    ``incidents`` are those opened since then and all that are open; only ``open`` and ``backlog`` look at what was
    opened before. ``missed`` are the numbers of those that ever missed a service clock. What was merged into another
    incident is not an incident of its own, and is counted nowhere.
    """
    counted = [one for one in incidents if one.state is not State.MERGED]
    levels = {level: [one for one in counted if one.level == level] for level in reversed(LEVELS)}
    return [_of_level(level, found, since, now, missed) for level, found in {ALL: counted, **levels}.items()]


def of_teams(incidents: Sequence[Incident], since: int, teams: Mapping[str, Collection[str]]) -> list[OfTeam]:
    """One for each team with a member who owns an incident, then for people outside of teams, then for nobody.

    Whoever is in two teams counts in both. ``incidents`` as for :func:`of_levels`.
    """
    by_team: dict[str, list[Incident]] = {}
    for one in incidents:
        if one.state is not State.MERGED:
            owners = [team for team in teams if one.owner in teams[team]] or [one.owner or NOBODY]
            for owner in owners:
                by_team.setdefault(owner, []).append(one)
    ordered = sorted(by_team, key=lambda team: (team == NOBODY, team not in teams, team))
    return [_of_team(team, by_team[team], since) for team in ordered]


def of_rules(incidents: Iterable[Incident]) -> dict[str, Judged]:
    """By the id of each rule with an alert in a closed incident."""
    counts: dict[str, Counter[Disposition]] = {}
    for one in incidents:
        if one.state is State.CLOSED and one.disposition is not None:
            for rule in one.rules:
                counts.setdefault(rule, Counter())[one.disposition] += 1
    return {rule: judged(found) for rule, found in counts.items()}


def judged(found: Mapping[Disposition, int]) -> Judged:
    """Of how many ended in which way."""
    right, benign, wrong = (found.get(one, 0) for one in (*_RIGHT, Disposition.FALSE_POSITIVE))
    return Judged(right, benign, wrong, sum(found.values()) - right - benign - wrong)


def wilson(right: int, judged: int) -> tuple[float, float] | None:
    """The 95 % score interval of a share, which keeps within 0 and 1 and holds for few cases too; None for none.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American
    Statistical Association 22 (1927), 209-212.
    """
    if not judged:
        return None
    share, square = right / judged, _Z * _Z
    centre = share + square / (2 * judged)
    margin = _Z * sqrt(share * (1 - share) / judged + square / (4 * judged * judged))
    whole = 1 + square / judged
    # At 0 and 1 rounding would leave the share itself a hair outside.
    return max(min((centre - margin) / whole, share), 0.0), min(max((centre + margin) / whole, share), 1.0)


def spread(spans: Iterable[int]) -> Spread:
    """What these spans are like."""
    found = sorted(spans)
    if not found:
        return Spread(0, None, None, None)
    return Spread(len(found), fmean(found), float(median(found)), float(found[ceil(len(found) * 0.9) - 1]))


def to_detect(incident: Incident) -> int | None:
    """From its first event to its opening; 0 for an event that is dated later. None when no event has a time."""
    return None if incident.first_event_at is None else max(incident.opened_at - incident.first_event_at, 0)


def to_acknowledge(incident: Incident) -> int | None:
    """From its opening until somebody first took it."""
    return None if incident.acknowledged_at is None else incident.acknowledged_at - incident.opened_at


def to_contain(incident: Incident) -> int | None:
    """From its opening until it was first contained, without the time it was pending."""
    return _working(incident, incident.contained_at, incident.pending_to_contained)


def to_resolve(incident: Incident) -> int | None:
    """From its opening until it was first resolved or closed, without the time it was pending."""
    return _working(incident, incident.resolved_at, incident.pending_to_resolved)


def _working(incident: Incident, at: int | None, pending: int) -> int | None:
    return None if at is None else max(at - incident.opened_at - pending, 0)


def _of_level(level: str, incidents: Sequence[Incident], since: int, now: int, missed: Collection[int]) -> OfLevel:
    fresh = [one for one in incidents if one.opened_at >= since]
    still = [one for one in incidents if one.state in OPEN]
    return OfLevel(
        level=level,
        opened=len(fresh),
        closed=sum(one.state is State.CLOSED for one in fresh),
        open=len(still),
        breached=sum(one.number in missed for one in fresh),
        reopened=sum(one.reopened > 0 for one in fresh),
        detect=spread(_known(map(to_detect, fresh))),
        acknowledge=spread(_known(map(to_acknowledge, fresh))),
        contain=spread(_known(map(to_contain, fresh))),
        resolve=spread(_known(map(to_resolve, fresh))),
        backlog=spread(max(now - one.opened_at, 0) for one in still),
    )


def _of_team(team: str, incidents: Sequence[Incident], since: int) -> OfTeam:
    fresh = [one for one in incidents if one.opened_at >= since]
    return OfTeam(
        team=team,
        closed=sum(one.state is State.CLOSED for one in fresh),
        open=sum(one.state in OPEN for one in incidents),
        false_positive=sum(one.disposition is Disposition.FALSE_POSITIVE for one in fresh),
        acknowledge=spread(_known(map(to_acknowledge, fresh))),
        resolve=spread(_known(map(to_resolve, fresh))),
    )


def _known(spans: Iterable[int | None]) -> list[int]:
    return [span for span in spans if span is not None]
