"""What a monitor looks at, and when it speaks up: one kind of monitor, one dataclass."""

from dataclasses import dataclass
from enum import StrEnum

from llmsec_tui.drift.metrics import METRICS, Shape
from llmsec_tui.drift.segments import DIMENSIONS
from llmsec_tui.drift.sequential import LIMIT

ALL = "all"
"""Among the slices: everything that is selected, taken together."""
QUALITY = ("coverage", "has_user", "has_model", "has_usage")
"""Metrics of what logs say, not of what models do."""
BEHAVIOUR = tuple(metric.name for metric in METRICS if metric.name not in QUALITY)
SPENDERS = ("model", "app", "user", "key", "tenant", "agent")
"""By what money is told apart."""


class MonitorKind(StrEnum):
    """What a ``monitor:`` block may be."""

    DRIFT = "drift"
    SLOW = "slow"
    THRESHOLD = "threshold"
    BUDGET = "budget"
    VELOCITY = "velocity"
    SILENT_RULE = "silent_rule"


@dataclass(frozen=True, slots=True)
class Drift:
    """An hour of a metric is drift, by the verdict of the board."""

    metrics: tuple[str, ...] = BEHAVIOUR
    by: tuple[str, ...] = (ALL, *DIMENSIONS)
    effect: float | None = None
    """The least that counts; None is each metric's own floor."""


@dataclass(frozen=True, slots=True)
class Slow:
    """Hours that each deviate a little, to one side: their sum (CUSUM) goes over a limit."""

    metrics: tuple[str, ...] = BEHAVIOUR
    by: tuple[str, ...] = (ALL, *DIMENSIONS)
    limit: float = LIMIT
    """Standard deviations; see ``drift/sequential.py``."""


class Value(StrEnum):
    """Which figure of an hour is compared; of a rate it is always its share."""

    SHARE = "share"
    MEDIAN = "median"
    MEAN = "mean"
    P95 = "p95"
    P99 = "p99"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A figure is above, or below, a fixed limit for so many hours in a row."""

    metric: str
    value: Value
    above: float | None
    below: float | None
    """One of the two is given."""
    hours: int = 1
    min_n: int = 20
    """An hour with fewer values says nothing."""
    by: tuple[str, ...] = (ALL,)


class Period(StrEnum):
    """By the calendar, in UTC."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Budget:
    """What was spent since the period began is more than a share of what may be."""

    by: tuple[str, ...] = SPENDERS
    period: Period = Period.DAY
    limit: float | None = None
    """Dollars; None is what ``prices.yml`` says, a day."""
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Velocity:
    """An hour costs far more than hours with any cost did before.

    It fires where ``x >= least`` and ``ln x > median + threshold * spread``, spread being the greater of 1.4826 times
    the median absolute deviation and 0.25; both of the logarithms of the hours of the last ``days``, of which there are
    at least ``min_n``. Money varies by factors: without logarithms every busy hour would be far out.
    """

    by: tuple[str, ...] = SPENDERS
    threshold: float = 4.0
    least: float = 1.0
    """Dollars."""
    days: int = 14
    min_n: int = 24


@dataclass(frozen=True, slots=True)
class SilentRule:
    """A rule that used to raise alerts raises none any more, though there is traffic."""

    days: int = 60
    """How far back is looked."""
    chance: float = 0.001
    """How likely, at most, so long a pause is for a rule that went on as before."""


OfHours = Drift | Slow | Threshold
Kind = OfHours | Budget | Velocity | SilentRule

TYPES: dict[MonitorKind, type[Kind]] = {
    MonitorKind.DRIFT: Drift,
    MonitorKind.SLOW: Slow,
    MonitorKind.THRESHOLD: Threshold,
    MonitorKind.BUDGET: Budget,
    MonitorKind.VELOCITY: Velocity,
    MonitorKind.SILENT_RULE: SilentRule,
}


def kind_name(kind: Kind) -> MonitorKind:
    """By what name documents call it."""
    return next(name for name, one in TYPES.items() if isinstance(kind, one))


def values_of(shape: Shape) -> tuple[Value, ...]:
    """The figures that a metric of this shape has; a mix has none."""
    if shape is Shape.RATE:
        return (Value.SHARE,)
    return () if shape is Shape.MIX else (Value.MEDIAN, Value.MEAN, Value.P95, Value.P99)
