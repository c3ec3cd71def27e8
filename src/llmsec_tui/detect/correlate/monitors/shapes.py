"""What each type of monitor takes: for the loader of rules, and for whoever explains them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from llmsec_tui.detect.rule import MonitorType

ABOVE, BELOW, BOTH = "above", "below", "both"


class Needs(Enum):
    """Whether a key of a monitor is required."""

    YES = "yes"
    NO = "no"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys of one type of monitor, and the values that are recommended."""

    field: Needs
    sources: int
    directions: tuple[str, ...]
    """Those that make sense; the first is meant where none is given."""
    threshold: float | None
    """None where there is nothing to compare; where a number depends on what is watched, it must be given."""
    unit: str
    """Of the threshold; "" where it has none to compare."""
    min_n: int
    counted: str
    """What ``min_n`` counts."""
    history: int | None
    """None where the past plays no part."""
    remembered: str
    """What ``history`` counts; "" where the past plays no part."""


SHAPES: Mapping[MonitorType, Shape] = {
    MonitorType.RATE: Shape(
        Needs.NO, 1, (ABOVE, BELOW), None, "events in a window", 1, "events of the group so far", None, ""
    ),
    MonitorType.RATIO: Shape(
        Needs.NO, 2, (ABOVE, BELOW), None, "share from 0 to 1", 20, "events in the window", None, ""
    ),
    MonitorType.ROBUST_Z: Shape(
        Needs.EITHER,
        1,
        (ABOVE, BELOW, BOTH),
        3.5,
        "robust standard deviations",
        20,
        "past values, or windows where there is no field",
        100,
        "past values, or windows where there is no field",
    ),
    MonitorType.EWMA: Shape(
        Needs.EITHER,
        1,
        (ABOVE, BELOW, BOTH),
        4.0,
        "standard deviations of the smoothed value",
        24,
        "past windows",
        48,
        "windows that make up what is usual",
    ),
    MonitorType.CUSUM: Shape(
        Needs.EITHER,
        1,
        (ABOVE, BELOW, BOTH),
        8.0,
        "standard deviations, summed up",
        24,
        "past windows",
        48,
        "windows that make up what is usual",
    ),
    MonitorType.NEW_VALUE: Shape(
        Needs.YES, 1, (ABOVE,), None, "", 20, "past values of the group", 1000, "distinct values remembered"
    ),
    MonitorType.SILENCE: Shape(
        Needs.NO, 1, (BELOW,), None, "", 20, "events in the windows before the silence", 24, "windows"
    ),
    MonitorType.PSI: Shape(
        Needs.YES,
        1,
        (ABOVE,),
        0.2,
        "population stability index",
        100,
        "values in the window",
        24,
        "windows that make up what is usual",
    ),
    MonitorType.ROBUST_SUM: Shape(
        Needs.YES,
        1,
        (ABOVE,),
        5.0,
        "robust standard deviations",
        24,
        "past windows with any value",
        336,
        "past windows with any value",
    ),
    MonitorType.SHARE: Shape(
        Needs.YES, 1, (ABOVE,), None, "share from 0 to 1", 50, "values in the window", 24, "windows"
    ),
    MonitorType.SHARED_TEXT: Shape(
        Needs.YES, 2, (ABOVE,), 0.0, "share from 0 to 1", 4, "pieces that both have", 100_000, "fingerprints"
    ),
}
