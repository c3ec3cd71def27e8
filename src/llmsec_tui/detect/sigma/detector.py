"""Read the ``detector:`` block of a monitor: a statistic over the events of a selection."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

from llmsec_tui.detect.correlate.monitors.shapes import SHAPES, Needs, Shape
from llmsec_tui.detect.fields import FIELDS, FieldType, nearest
from llmsec_tui.detect.rule import MonitorType, Sharing
from llmsec_tui.detect.sigma import sharing, timespan
from llmsec_tui.detect.sigma.correlation import column_problem, group
from llmsec_tui.detect.sigma.document import Document, Place
from llmsec_tui.detect.sigma.references import Kind

_ALWAYS = ("type", "timespan")
_NUMERIC = (MonitorType.ROBUST_Z, MonitorType.EWMA, MonitorType.CUSUM, MonitorType.ROBUST_SUM)
_SHARES = (MonitorType.RATIO, MonitorType.SHARE, MonitorType.SHARED_TEXT)
_MOST_HASHES = 900_000
"""A little less than all groups of a rule may hold together."""


@dataclass(frozen=True, slots=True)
class Block:
    """A ``detector:`` block that is in order; the fields are those of ``rule.Monitor``."""

    type: MonitorType
    group_by: tuple[str, ...]
    timespan: int
    field: str
    threshold: float
    min_n: int
    history: int
    direction: str
    sharing: Sharing | None


def read(document: Document) -> Block | None:
    """The block; None when there are issues, which are all noted in the document."""
    before = len(document.issues)
    block = document.data[Kind.MONITOR]
    if not isinstance(block, dict):
        document.complain("detector", "'detector' must be a mapping", "detector")
        return None
    kind = _type(document, block)
    if "timespan" in block and (problem := timespan.problem(block["timespan"])):
        document.complain("timespan", f"'timespan' {problem}", *_at("timespan"))
    group_by = group(document, block, {}, "detector")
    if kind is None:
        return None
    shape = SHAPES[kind]
    _keys(document, block, kind, shape)
    usual: dict[str, Any] = {
        "field": "",
        "threshold": shape.threshold or 0.0,
        "min_n": shape.min_n,
        "history": shape.history or 0,
        "direction": shape.directions[0],
    }
    given = usual | block
    _values(document, given, kind, shape)
    shared = sharing.read(document, block) if kind is MonitorType.SHARED_TEXT else None
    if len(document.issues) > before:
        return None
    return Block(
        type=kind,
        group_by=group_by,
        timespan=timespan.micros(block["timespan"]) or 0,
        field=given["field"],
        threshold=float(given["threshold"]),
        min_n=given["min_n"],
        history=given["history"],
        direction=given["direction"],
        sharing=shared,
    )


def _at(*place: str) -> Place:
    return ("detector", *place)


def _type(document: Document, block: dict[str, Any]) -> MonitorType | None:
    written = block.get("type")
    if written in tuple(MonitorType):
        return MonitorType(str(written))
    known = tuple(map(str, MonitorType))
    if written is None:
        document.complain("missing-key", "the key 'detector.type' is missing", *_at())
    else:
        message = f"'type' must be one of {', '.join(known)}{nearest(str(written), known)}"
        document.complain("detector-type", message, *_at("type"))
    return None


def _keys(document: Document, block: dict[str, Any], kind: MonitorType, shape: Shape) -> None:
    needed, optional = list(_ALWAYS), ["group-by", "min_n"]
    if shape.field is not Needs.NO:
        (needed if shape.field is Needs.YES else optional).append("field")
    if kind is MonitorType.SHARED_TEXT:
        needed.append("into")
        optional += sharing.KEYS
    elif shape.sources > 1:
        needed.append("numerator")
    if shape.unit:
        (needed if shape.threshold is None else optional).append("threshold")
    if shape.history is not None:
        optional.append("history")
    if len(shape.directions) > 1:
        optional.append("direction")
    for key in block:
        if key not in (*needed, *optional):
            message = f"a detector of type {kind} has no {key!r}{nearest(key, (*needed, *optional))}"
            document.complain("unknown-key", message, *_at(key))
    for key in needed:
        if key not in block:
            document.complain("missing-key", f"the key 'detector.{key}' is missing", *_at())


def _values(document: Document, given: dict[str, Any], kind: MonitorType, shape: Shape) -> None:
    field, threshold, direction = given["field"], given["threshold"], given["direction"]
    shared = kind is MonitorType.SHARED_TEXT
    if field != "" and (wrong := (sharing.field_problem if shared else column_problem)(field)):
        document.complain(wrong[0], wrong[1], *_at("field"))
    elif field != "" and kind in _NUMERIC and FIELDS[field].type is not FieldType.NUMBER:
        document.complain("value-type", f"{kind} needs a number, and {field} is none", *_at("field"))
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not isfinite(threshold):
        document.complain(
            "threshold", f"'threshold' must be a number ({shape.unit}), not {threshold!r}", *_at("threshold")
        )
    elif threshold < 0:
        document.complain("threshold", "'threshold' cannot be negative; 'direction' says which way", *_at("threshold"))
    elif kind in _SHARES and threshold > 1:
        document.complain("threshold", "'threshold' is a share from 0 to 1", *_at("threshold"))
    for key, most in (("min_n", 1_000_000), ("history", _MOST_HASHES if shared else 100_000)):
        value, least = given[key], 1 if key == "min_n" or shape.history is not None else 0
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            document.complain(key, f"'{key}' must be a whole number from {least} to {most:,}", *_at(key))
    if kind in _NUMERIC and _is_more(given["min_n"], given["history"]):
        document.complain(
            "min_n", "'min_n' is more than 'history' ever holds, so nothing would be judged", *_at("min_n")
        )
    if direction not in shape.directions:
        message = f"'direction' must be one of {', '.join(shape.directions)}"
        document.complain("direction", message + nearest(str(direction), shape.directions), *_at("direction"))


def _is_more(one: object, other: object) -> bool:
    return isinstance(one, int) and isinstance(other, int) and one > other >= 1
