"""The examples of a monitor of behaviour, money or rules: series that a few words describe."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from math import isfinite
from typing import Any

from llmsec_tui.detect.choosing import NAMES
from llmsec_tui.detect.fields import nearest
from llmsec_tui.detect.sigma import timespan
from llmsec_tui.detect.sigma.document import Document, Place
from llmsec_tui.detect.sigma.examples import both_kinds
from llmsec_tui.drift.metrics import BY_NAME, Shape
from llmsec_tui.drift.monitors.kinds import Budget, Drift, Kind, SilentRule, Slow, Threshold, Velocity
from llmsec_tui.drift.monitors.series import Examples, Series

_WHOLE: Mapping[str, tuple[int, int]] = {"n": (1, 10_000), "days": (1, 60), "hours": (1, 720), "seed": (0, 1 << 31)}
_MOST_VALUES = 2_000_000
"""Values that one series may be made of."""
_NUMBERS = ("mean", "spread", "to", "outlier", "swing", "budget")
_SPANS = ("at", "over", "until")
_MIXES = ("mix", "to_mix")
_WORDS = tuple(field.name for field in fields(Series) if field.name not in ("names", "line"))


def read_series(document: Document, data: Any, kind: Kind | None, *place: str) -> Examples:
    """Both lists of series; what is wrong with them is noted in the document. ``kind`` is None where that is broken."""
    lists = both_kinds(document, data, *place)
    if not lists:
        return Examples((), ())
    return Examples(*(tuple(_read(document, given, kind, (*place, name))) for name, given in lists.items()))


def _read(document: Document, given: Any, kind: Kind | None, place: Place) -> Iterator[Series]:
    if not isinstance(given, list) or not given:
        document.complain("examples", f"{place[-1]!r} needs at least one series", *place)
        return
    for index, one in enumerate(given):
        if isinstance(one, dict) and one:
            yield from _series(document, one, kind, (*place, index))
        else:
            message = "a series is described in words, such as {mean: 0.03, to: 0.12, at: 6h}"
            document.complain("examples", message, *place, index)


def _series(document: Document, given: dict[str, Any], kind: Kind | None, place: Place) -> Iterator[Series]:
    before = len(document.issues)
    values: dict[str, Any] = {"names": {}, "line": document.line(*place)}
    for key, value in given.items():
        if key in NAMES and isinstance(value, str):
            values["names"][key] = value
        elif problem := _problem(key, value):
            document.complain("example-series", problem, *place, key)
        else:
            values[key] = timespan.micros(value) if key in _SPANS else value
    if len(document.issues) == before and kind is not None:
        values.setdefault("metric", _only(kind))
        if problem := _incomplete(values, kind):
            document.complain("example-series", problem, *place)
        else:
            yield Series(**values)


def _problem(key: str, value: Any) -> str | None:
    """What is wrong with one word of a series."""
    if key in NAMES:
        return f"{key} is a name; quote {value!r}"
    if key == "metric":
        return None if value in BY_NAME else f"there is no metric {value!r}{nearest(str(value), BY_NAME)}"
    if key in _WHOLE:
        low, high = _WHOLE[key]
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return None if fits else f"'{key}' must be a whole number from {low} to {high:,}"
    if key in _NUMBERS:
        return None if _is_number(value) and value >= 0 else f"'{key}' must be a number, not negative"
    if key in _SPANS:
        return None if timespan.micros(value) is not None else f"'{key}' is a number and s, m, h or d, such as 6h"
    if key in _MIXES:
        fits = isinstance(value, dict) and all(_is_number(one) and one >= 0 for one in value.values())
        return None if fits and sum(value.values()) > 0 else f"'{key}' is a mapping of names to their weights"
    return f"a series has no word {key!r}{nearest(key, (*_WORDS, *NAMES))}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and abs(value) <= 1e12


def _only(kind: Kind) -> str:
    """The metric where there is but one."""
    if isinstance(kind, Threshold):
        return kind.metric
    several = kind.metrics if isinstance(kind, Drift | Slow) else ()
    return several[0] if len(several) == 1 else ""


def _incomplete(values: Mapping[str, Any], kind: Kind) -> str | None:
    """What a series lacks."""
    metric = BY_NAME.get(values["metric"])
    if isinstance(kind, Budget | Velocity | SilentRule):
        if metric is not None:
            what = "rules" if isinstance(kind, SilentRule) else "money"
            return f"a series for this monitor has no 'metric'; it is of {what}"
        return None if "mean" in values else "a series needs 'mean'"
    if metric is None:
        return "a series needs 'metric', as the monitor looks at several"
    wanted = "mix" if metric.shape is Shape.MIX else "mean"
    if wanted not in values:
        return f"a series of {metric.name} needs '{wanted}'"
    made = Series(**values)
    if made.n * (made.days * 24 + made.hours) > _MOST_VALUES:
        return f"a series may have at most {_MOST_VALUES:,} values"
    return None
