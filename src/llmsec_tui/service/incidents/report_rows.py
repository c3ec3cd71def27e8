"""Figures about incidents, and reports on many of them. Times and spans are microseconds; texts are raw."""

from msgspec import Struct

from llmsec_tui.service.incidents.rows import IncidentRow


class Spread(Struct, frozen=True, kw_only=True):
    """Of spans of time, in µs; None where there is none."""

    n: int
    mean: float | None
    median: float | None
    p90: float | None


class LevelMetrics(Struct, frozen=True, kw_only=True):
    level: str
    """Or ``all``."""
    opened: int
    closed: int
    open: int
    breached: int
    """Incidents that ever missed a service clock."""
    reopened: int
    detect: Spread
    """From the first event to the incident."""
    acknowledge: Spread
    contain: Spread
    resolve: Spread
    """From the incident to its resolution or close, without the time it was pending."""
    backlog: Spread
    """Age of all that is open, whenever it was opened; ``open`` is how many that are."""


class RuleMetrics(Struct, frozen=True, kw_only=True):
    rule_id: str
    title: str
    closed: int
    """Incidents with an alert of it that were closed."""
    true_positive: int
    benign: int
    false_positive: int
    other: int
    precision: float | None
    """Right ones of all that were judged right or wrong."""
    low: float | None
    high: float | None
    """95 % interval (Wilson 1927)."""


class TeamMetrics(Struct, frozen=True, kw_only=True):
    team: str
    """Or a person outside of every team; ``(nobody)`` for what has no owner."""
    closed: int
    open: int
    """Of all, whenever opened."""
    false_positive: int
    acknowledge: Spread
    resolve: Spread


class Metrics(Struct, frozen=True, kw_only=True):
    """Of incidents opened since then."""

    since: int
    now: int
    levels: list[LevelMetrics]
    rules: list[RuleMetrics]
    teams: list[TeamMetrics]


class HandOverReport(Struct, frozen=True, kw_only=True):
    """What the next shift has to know."""

    user: str
    """Whose incidents; empty for everybody's."""
    now: int
    rows: list[IncidentRow]
    markdown: str
