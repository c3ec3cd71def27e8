"""What a team decides about its desk: what opens an incident, what belongs together, how fast, who is told, what can be
done. Spans of time are microseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from llmsec_tui.incidents.changes import Limit

CLOCKS = ("acknowledge", "contain", "resolve")
"""The service clocks; a duty is called otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """When alerts open an incident by themselves."""

    levels: frozenset[str]
    """One alert of such a level does ..."""
    confidence: float
    """... when it is at least so sure."""
    correlation_levels: frozenset[str]
    """The same for alerts of rules over time."""
    risk: float
    """An entity whose risk reaches this opens one."""
    half_life: int
    """In this time risk falls to a half."""
    weights: Mapping[str, float]
    """What an alert of each level adds to the risk, times its confidence."""
    except_environments: frozenset[str] = frozenset()
    """Alerts of these environments open none, join none and add to no risk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Which alerts belong to one incident."""

    by: tuple[str, ...]
    """Kinds of keys, the strongest first: conversation | entity | campaign | rule"""
    quiet: int
    """An incident to which nothing came for so long takes no more alerts by itself."""
    most_alerts: int
    """A full incident is followed by another."""
    common: int
    """A key that so many open incidents have says nothing, and groups nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How fast incidents of one level must be dealt with; None for no limit."""

    acknowledge: int | None
    contain: int | None
    resolve: int | None
    hold_acknowledged: int | None
    """Acknowledged and not moved on within this time, it is new again and nobody's."""

    def limits(self) -> list[Limit]:
        """As clocks are set."""
        given = {"acknowledge": self.acknowledge, "contain": self.contain, "resolve": self.resolve}
        return [Limit(clock=name, within=within) for name, within in given.items() if within is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A duty to report, by law or contract: its clock runs from when somebody became aware, and never stands still."""

    name: str
    title: str
    within: int
    tags: frozenset[str] = frozenset()
    """An incident with an alert of such a tag starts it; else people do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """Something that can be done from the desk. ``{user_id}`` and the like in its parts are filled in."""

    name: str
    title: str
    command: tuple[str, ...] = ()
    """An argument array; no shell ever sees it."""
    rehearsal: tuple[str, ...] = ()
    """What to run instead to try it; without it a rehearsal shows what would be run, and runs nothing."""
    url: str = ""
    """Of a webhook; then there is no command."""
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    """A value may be ``file:/path`` or ``env:NAME``, so that no secret stands in the policy."""
    timeout: int = 30_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way to tell people."""

    name: str
    kind: str
    """apprise | webhook | syslog | exec"""
    target: str = ""
    """An Apprise or web address, or syslog's socket or host:port; may be ``file:/path`` or ``env:NAME``."""
    command: tuple[str, ...] = ()
    """Of exec: it gets the message as JSON on its standard input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours in which nobody is woken for less than ``level``."""

    begins: int
    """Minutes after midnight."""
    ends: int
    """As ``begins``; before it, when the hours go over midnight."""
    zone: str
    """Such as Europe/Vienna."""
    days: frozenset[int]
    """On which they begin: 0 for Monday."""
    level: str
    """From this level on people are told all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who is told of what."""

    channels: tuple[str, ...]
    levels: frozenset[str]
    about: frozenset[str]
    """Kinds of changes: opened, breached, reopened, closed, assigned, handed_over ..."""
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All of it."""

    opening: Opening
    grouping: Grouping
    times: Mapping[str, Times]
    """By level; every level is there."""
    duties: tuple[Duty, ...]
    remedies: tuple[Remedy, ...]
    channels: tuple[Channel, ...]
    routes: tuple[Route, ...]
    bulk: Mapping[str, int]
    """How many things one bulk act may change, by role; 0 for roles that are not there."""
    teams: Mapping[str, frozenset[str]]
    """Who is in each team, by account name."""
    digest: str
    """SHA-256 of the file, in hexadecimal digits."""

    def remedy(self, name: str) -> Remedy | None:
        return next((remedy for remedy in self.remedies if remedy.name == name), None)

    def duty(self, name: str) -> Duty | None:
        return next((duty for duty in self.duties if duty.name == name), None)
