"""Read the ``monitor:`` block of a monitor of behaviour, money or rules."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from math import isfinite
from typing import Any

from llmsec_tui.detect.choosing import NAMED
from llmsec_tui.detect.fields import nearest
from llmsec_tui.detect.sigma import parse as conditions
from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.references import Kind
from llmsec_tui.detect.tree import Node, leaves
from llmsec_tui.drift.metrics import BY_NAME, Shape
from llmsec_tui.drift.monitors import kinds
from llmsec_tui.drift.monitors.kinds import (
    ALL,
    SPENDERS,
    TYPES,
    Budget,
    MonitorKind,
    Period,
    SilentRule,
    Threshold,
    Value,
    Velocity,
    values_of,
)
from llmsec_tui.drift.segments import DIMENSIONS

_KEY = Kind.WATCH
_MOST = 1_000_000_000.0
_NUMBERS: Mapping[str, tuple[float, float]] = {
    "effect": (0.001, 1),
    "limit": (0, _MOST),
    "above": (-_MOST, _MOST),
    "below": (-_MOST, _MOST),
    "share": (0.01, 10),
    "threshold": (0.1, 1_000),
    "least": (0, _MOST),
    "chance": (1e-12, 0.5),
}
"""From the least to the most that makes sense."""
_WHOLE: Mapping[str, tuple[int, int]] = {"hours": (1, 168), "min_n": (1, 1_000_000), "days": (2, 60)}


def read(document: Document) -> kinds.Kind | None:
    """The block; None when there are issues, which are all noted in the document."""
    before = len(document.issues)
    block = document.data[_KEY]
    if not isinstance(block, dict):
        document.complain("monitor", "'monitor' must be a mapping", _KEY)
        return None
    made = _type(document, block)
    if made is None:
        return None
    given = {key: value for key, value in block.items() if key != "type"}
    allowed = tuple(field.name for field in fields(made))
    for key in given:
        if key not in allowed:
            message = f"a monitor of type {block['type']} has no {key!r}{nearest(key, allowed)}"
            document.complain("unknown-key", message, _KEY, key)
    values = {key: _READ[key](document, key, given[key], made) for key in given if key in allowed}
    if made is Threshold:
        _threshold(document, values)
    return made(**values) if len(document.issues) == before else None


def selection(document: Document, lists: Mapping[str, Sequence[str]], kind: kinds.Kind | None) -> Node | None:
    """The condition in ``detection``, over what things are called; issues are noted in the document.

    ``kind`` is None where the block is broken.
    """
    tree = conditions.parse(document, lists, fields=NAMED)
    if kind is None:
        return tree
    asked = {leaf.field.name for leaf in leaves(tree)} if tree is not None else set()
    if isinstance(kind, SilentRule):
        document.complain("monitor", "a monitor of rules looks at all of them; it has no 'detection'", "detection")
    elif isinstance(kind, Budget | Velocity) and asked and asked != set(kind.by):
        message = "money is told by one thing at a time: 'by' must be the one field that 'detection' asks for"
        document.complain("monitor", message, "detection")
    elif not isinstance(kind, Budget | Velocity) and not asked <= set(DIMENSIONS):
        document.complain("monitor", "what was measured is not told apart by user or key", "detection")
    return tree


def _type(document: Document, block: Mapping[str, Any]) -> type[kinds.Kind] | None:
    written, known = block.get("type"), tuple(map(str, MonitorKind))
    if written in known:
        return TYPES[MonitorKind(str(written))]
    if written is None:
        document.complain("missing-key", "the key 'monitor.type' is missing", _KEY)
    else:
        message = f"'type' must be one of {', '.join(known)}{nearest(str(written), known)}"
        document.complain("monitor-type", message, _KEY, "type")
    return None


_Made = type[kinds.Kind]


def _metrics(document: Document, key: str, value: Any, made: _Made) -> tuple[str, ...]:
    return tuple(_names(document, key, value, BY_NAME, "metric"))


def _by(document: Document, key: str, value: Any, made: _Made) -> tuple[str, ...]:
    return tuple(
        _names(document, key, value, SPENDERS if made in (Budget, Velocity) else (ALL, *DIMENSIONS), "thing to tell by")
    )


def _names(document: Document, key: str, value: Any, known: Iterable[str], what: str) -> list[str]:
    """One name or a list of different ones."""
    written = value if isinstance(value, list) else [value]
    if not written:
        document.complain("monitor", f"'{key}' is empty", _KEY, key)
    for number, name in enumerate(written):
        place = (_KEY, key, number) if isinstance(value, list) else (_KEY, key)
        if not isinstance(name, str) or name not in known:
            document.complain("monitor-name", f"there is no {what} {name!r}{nearest(str(name), known)}", *place)
        elif name in written[:number]:
            document.complain("monitor-name", f"{name!r} is listed twice", *place)
    return [str(name) for name in written]


def _metric(document: Document, key: str, value: Any, made: _Made) -> str:
    if not isinstance(value, str) or value not in BY_NAME:
        document.complain("monitor-name", f"there is no metric {value!r}{nearest(str(value), BY_NAME)}", _KEY, key)
    elif BY_NAME[value].shape is Shape.MIX:
        message = f"{value} is a mix of names and has no value that could be above or below anything; use drift"
        document.complain("monitor", message, _KEY, key)
    return str(value)


def _one_of(known: type[Value | Period]) -> Callable[[Document, str, Any, _Made], Value | Period]:
    members: dict[str, Value | Period] = {str(one): one for one in known}
    first = next(iter(members.values()))

    def read_one(document: Document, key: str, value: Any, made: _Made) -> Value | Period:
        if (member := members.get(str(value))) is None:
            message = f"'{key}' must be one of {', '.join(members)}{nearest(str(value), members)}"
            document.complain("monitor", message, _KEY, key)
        return member or first

    return read_one


def _number(document: Document, key: str, value: Any, made: _Made) -> float:
    low, high = _NUMBERS[key]
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if not is_number or not low <= value <= high:
        document.complain("monitor", f"'{key}' must be a number from {low:g} to {high:,.10g}", _KEY, key)
        return 0.0
    return float(value)


def _whole(document: Document, key: str, value: Any, made: _Made) -> int:
    low, high = _WHOLE[key]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        document.complain("monitor", f"'{key}' must be a whole number from {low} to {high:,}", _KEY, key)
        return low
    return value


_READ: Mapping[str, Callable[[Document, str, Any, _Made], Any]] = {
    "metrics": _metrics,
    "by": _by,
    "metric": _metric,
    "value": _one_of(Value),
    "period": _one_of(Period),
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys(_WHOLE, _whole),
}


def _threshold(document: Document, values: dict[str, Any]) -> None:
    """What only all keys together tell; what is left out is filled in."""
    if "metric" not in values:
        document.complain("missing-key", "the key 'monitor.metric' is missing", _KEY)
    elif known := values_of(BY_NAME[values["metric"]].shape) if values["metric"] in BY_NAME else ():
        values.setdefault("value", known[0])
        if values["value"] not in known:
            message = f"of {values['metric']} 'value' may be {', '.join(known)}"
            document.complain("monitor", message, _KEY, "value")
    if ("above" in values) == ("below" in values):
        document.complain("monitor", "a threshold has either 'above' or 'below'", _KEY)
    for key in ("above", "below"):
        values.setdefault(key, None)
