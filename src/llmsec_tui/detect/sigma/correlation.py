"""Read the ``correlation:`` block of a rule over time."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from llmsec_tui.detect.fields import FIELDS, FieldType, nearest
from llmsec_tui.detect.rule import Comparison, CorrelationType, Expression
from llmsec_tui.detect.sigma import expression, timespan
from llmsec_tui.detect.sigma.document import Document, Place
from llmsec_tui.detect.sigma.references import Kind, Known, Named, references

KEYS = ("type", "rules", "group-by", "timespan", "condition", "aliases", "generate")
_OPERATORS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "=", "neq": "!="}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TEMPORAL = (CorrelationType.TEMPORAL, CorrelationType.TEMPORAL_ORDERED)
_COUNTING = (CorrelationType.EVENT_COUNT, CorrelationType.VALUE_COUNT, *_TEMPORAL)
_OF_NUMBERS = (
    CorrelationType.VALUE_SUM,
    CorrelationType.VALUE_AVG,
    CorrelationType.VALUE_MEDIAN,
    CorrelationType.VALUE_PERCENTILE,
)
COLUMNS = (FieldType.STRING, FieldType.NUMBER, FieldType.FLAG)
"""The types of fields by which events can be grouped and whose values can be counted."""


@dataclass(frozen=True, slots=True)
class Block:
    """A ``correlation:`` block that is in order; the fields are those of ``rule.Correlation``."""

    type: CorrelationType
    sources: tuple[str, ...]
    group_by: tuple[str, ...]
    aliases: Mapping[str, Mapping[str, str]]
    timespan: int
    limits: tuple[Comparison, ...]
    expression: Expression | None
    fields: tuple[str, ...]
    percentile: int | None


def read(document: Document, known: Known) -> Block | None:
    """The block; None when there are issues, which are all noted in the document."""
    before = len(document.issues)
    block = document.data[Kind.CORRELATION]
    if not isinstance(block, dict):
        document.complain("correlation", "'correlation' must be a mapping", "correlation")
        return None
    for key in block:
        if key not in KEYS:
            message = f"there is no key {key!r} in a correlation{nearest(key, KEYS)}"
            document.complain("unknown-key", message, "correlation", key)
    if "generate" in document.data and "generate" in block:
        document.complain("generate", "'generate' stands here and in the correlation; once is enough", "generate")
    if not isinstance(block.get("generate", False), bool):
        document.complain("generate", "'generate' is true or false", *_at("generate"))
    kind = _type(document, block)
    sources = _sources(document, block, known)
    span = _timespan(document, block)
    aliases = _aliases(document, block, known, sources)
    group_by = group(document, block, aliases, "correlation")
    if kind is None:
        return None
    compared = _condition(document, block, kind, sources, known)
    if len(document.issues) > before:
        return None
    return Block(kind, tuple(named.id for named in sources), group_by, aliases, span, *compared)


def _at(*place: str | int) -> Place:
    return ("correlation", *place)


def _type(document: Document, block: dict[str, Any]) -> CorrelationType | None:
    written = block.get("type")
    if written in tuple(CorrelationType):
        return CorrelationType(str(written))
    if written is None:
        document.complain("missing-key", "the key 'correlation.type' is missing", *_at())
        return None
    known = tuple(map(str, CorrelationType))
    message = f"'type' must be one of {', '.join(known)}{nearest(str(written), known)}"
    document.complain("correlation-type", message, *_at("type"))
    return None


def _sources(document: Document, block: dict[str, Any], known: Known) -> list[Named]:
    given = list(references(block))
    place = _at("rules") if "rules" in block else _at("condition")
    if not given:
        if "rules" not in block and not isinstance(block.get("condition"), str):
            document.complain("missing-key", "the key 'correlation.rules' is missing", *_at())
        elif "rules" in block:
            document.complain("correlation-rules", "'rules' must be a list of ids or names of rules", *place)
        return []
    found: list[Named] = []
    for number, reference in enumerate(given):
        here = (*place, number)
        named = known.find(reference)
        if named is None:
            document.complain("unknown-rule", known.missing(reference), *here)
        elif named.kind is Kind.FILTER:
            document.complain("unknown-rule", f"{reference!r} is a filter; only rules are ever hit", *here)
        elif any(named.id == other.id for other in found):
            document.complain("correlation-rules", f"the rule {reference!r} is listed twice", *here)
        else:
            found.append(named)
    return found


def _timespan(document: Document, block: dict[str, Any]) -> int:
    if "timespan" not in block:
        document.complain("missing-key", "the key 'correlation.timespan' is missing", *_at())
    elif problem := timespan.problem(block["timespan"]):
        document.complain("timespan", f"'timespan' {problem}", *_at("timespan"))
    return timespan.micros(block.get("timespan")) or 0


def _aliases(
    document: Document, block: dict[str, Any], known: Known, sources: list[Named]
) -> dict[str, dict[str, str]]:
    """For each alias the field by the id of the source."""
    written = block.get("aliases", {})
    if not isinstance(written, dict):
        document.complain(
            "aliases", "'aliases' must be a mapping of names to mappings of rules to fields", *_at("aliases")
        )
        return {}
    return {name: _alias(document, name, fields, known, sources) for name, fields in written.items()}


def _alias(document: Document, name: str, fields: Any, known: Known, sources: list[Named]) -> dict[str, str]:
    here = _at("aliases", name)
    if name in FIELDS:
        document.complain("aliases", f"{name!r} is a field already; give the alias another name", *here)
    if not isinstance(fields, dict):
        document.complain("aliases", f"the alias {name!r} must be a mapping of rules to fields", *here)
        return {}
    found: dict[str, str] = {}
    for reference, column in fields.items():
        named = known.find(reference)
        if named is None or named not in sources:
            names = [str(source.document.data.get("name", source.id)) for source in sources]
            message = f"the correlation does not count {reference!r}{nearest(reference, names)}"
            document.complain("aliases", message, *here, reference)
        elif problem := column_problem(column):
            document.complain(problem[0], problem[1], *here, reference)
        else:
            found[named.id] = column
    for source in sources:
        if source.id not in found and not any(known.find(reference) is source for reference in fields):
            called = source.document.data.get("name", source.id)
            document.complain("aliases", f"the alias {name!r} says nothing of the rule {called!r}", *here)
    return found


def group(document: Document, block: dict[str, Any], aliases: Mapping[str, object], *place: str) -> tuple[str, ...]:
    """The names in ``group-by``; what is wrong with them is noted in the document."""
    written = block.get("group-by", [])
    names = [written] if isinstance(written, str) else written
    if not isinstance(names, list):
        document.complain("group-by", "'group-by' must be a list of fields", *place, "group-by")
        return ()
    for number, name in enumerate(names):
        here: Place = (*place, "group-by", number)
        if name in names[:number]:
            document.complain("group-by", f"{name!r} is listed twice", *here)
        elif not (isinstance(name, str) and name in aliases) and (problem := column_problem(name, aliases)):
            document.complain(problem[0], problem[1], *here)
    for alias in aliases:
        if alias not in names:
            document.complain("aliases", f"'group-by' does not use the alias {alias!r}", *place, "aliases", alias)
    return tuple(map(str, names))


def column_problem(name: object, others: Mapping[str, object] | None = None) -> tuple[str, str] | None:
    """Code and message when events have no such column of plain values."""
    if not isinstance(name, str) or name not in FIELDS:
        return "unknown-field", f"there is no field {name!r}{nearest(str(name), [*FIELDS, *(others or ())])}"
    if FIELDS[name].type not in COLUMNS:
        return "value-type", f"{name} is a whole text; events are grouped and counted by plain values only"
    return None


_Compared = tuple[tuple[Comparison, ...], Expression | None, tuple[str, ...], int | None]


def _condition(
    document: Document, block: dict[str, Any], kind: CorrelationType, sources: list[Named], known: Known
) -> _Compared:
    """Limits, expression, fields and percentile."""
    condition = block.get("condition")
    if isinstance(condition, str):
        return (), _expression(document, block, kind, sources, known), (), None
    if condition is None and kind in _TEMPORAL:
        return (Comparison(">=", len(sources)),), None, (), None
    if condition is None:
        document.complain("missing-key", "the key 'correlation.condition' is missing", *_at())
        return (), None, (), None
    if not isinstance(condition, dict):
        document.complain("correlation-condition", "'condition' must be a mapping such as gte: 10", *_at("condition"))
        return (), None, (), None
    allowed = (*_OPERATORS, *_extras(kind))
    for key in condition:
        if key not in allowed:
            message = f"a condition of {kind} has no {key!r}{nearest(key, allowed)}"
            document.complain("unknown-key", message, *_at("condition", key))
    limits = tuple(_limits(document, condition, kind, len(sources)))
    return limits, None, _fields(document, condition, kind), _percentile(document, condition, kind)


def _extras(kind: CorrelationType) -> tuple[str, ...]:
    if kind is CorrelationType.VALUE_PERCENTILE:
        return "field", "percentile"
    return () if kind in (CorrelationType.EVENT_COUNT, *_TEMPORAL) else ("field",)


def _limits(document: Document, condition: dict[str, Any], kind: CorrelationType, rules: int) -> Iterator[Comparison]:
    found: list[Comparison] = []
    for key, op in _OPERATORS.items():
        value = condition.get(key)
        here = _at("condition", key)
        if key not in condition:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            document.complain("correlation-condition", f"'{key}' must be a number, not {value!r}", *here)
        elif kind in _COUNTING and (not isinstance(value, int) or value < 0):
            document.complain("correlation-condition", f"'{key}' is a count; {value!r} is none", *here)
        else:
            found.append(Comparison(op, value))
    wrong = any(key in condition for key in _OPERATORS) and not found
    if not found and not wrong:
        document.complain(
            "correlation-condition", f"a condition needs one of {', '.join(_OPERATORS)}", *_at("condition")
        )
    if found and (message := _pointless(found, kind, rules)):
        document.complain("correlation-condition", message, *_at("condition"))
    yield from found


def _pointless(limits: list[Comparison], kind: CorrelationType, rules: int) -> str | None:
    """Why these limits are never met, or always, as far as that is plain."""
    near = {limit.value + step for limit in limits for step in (-1, -0.5, 0, 0.5, 1)}
    if kind not in _COUNTING:
        return None if any(_met(limits, value) for value in near) else "no value is ever like this"
    # A group that ran empty has a count of 0.
    most = rules if kind in _TEMPORAL else max(near)
    met = [_met(limits, value) for value in {0, 1, *near} if value == int(value) and 0 <= value <= most]
    if not any(met):
        return f"with {rules} rules no count is ever like this" if kind in _TEMPORAL else "no count is ever like this"
    return "every count is like this" if all(met) else None


def _met(limits: list[Comparison], value: float) -> bool:
    return all(_COMPARE[limit.op](value, limit.value) for limit in limits)


def _fields(document: Document, condition: dict[str, Any], kind: CorrelationType) -> tuple[str, ...]:
    if "field" not in _extras(kind):
        return ()
    written = condition.get("field")
    if written is None:
        document.complain("missing-key", "the key 'correlation.condition.field' is missing", *_at("condition"))
        return ()
    names = written if isinstance(written, list) else [written]
    place = _at("condition", "field")
    for name in names:
        if problem := column_problem(name):
            document.complain(problem[0], problem[1], *place)
        elif kind in _OF_NUMBERS and FIELDS[name].type is not FieldType.NUMBER:
            document.complain("value-type", f"{kind} needs a number, and {name} is none", *place)
    if not names or len(set(map(str, names))) < len(names) or (kind in _OF_NUMBERS and len(names) != 1):
        what = "one field" if kind in _OF_NUMBERS else "one field or several different ones"
        document.complain("correlation-field", f"'field' must be {what}", *place)
    return tuple(map(str, names))


def _percentile(document: Document, condition: dict[str, Any], kind: CorrelationType) -> int | None:
    if kind is not CorrelationType.VALUE_PERCENTILE:
        return None
    value = condition.get("percentile")
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100:
        return value
    if "percentile" not in condition:
        message = "the key 'correlation.condition.percentile' is missing: which one, from 0 to 100?"
        document.complain("missing-key", message, *_at("condition"))
    else:
        document.complain(
            "percentile", "'percentile' must be a whole number from 0 to 100", *_at("condition", "percentile")
        )
    return None


def _expression(
    document: Document, block: dict[str, Any], kind: CorrelationType, sources: list[Named], known: Known
) -> Expression | None:
    here = _at("condition")
    listed = "rules" in block
    if kind not in _TEMPORAL:
        document.complain("correlation-condition", f"{kind} compares a number: a mapping such as gte: 10", *here)
        return None
    try:
        tree, names = expression.parse(block["condition"])
    except expression.Unreadable as unreadable:
        document.complain("correlation-condition", f"the condition cannot be read: {unreadable}", *here)
        return None
    ids = [named.id for named in sources]
    found = [known.find(name) for name in names]
    for name, named in zip(names, found, strict=True):
        if named is None and listed:
            document.complain("unknown-rule", known.missing(name), *here)
        elif named is not None and named.id not in ids:
            document.complain("unknown-rule", f"the condition names {name!r}, which is not in 'rules'", *here)
    used = {named.id for named in found if named}
    for named in sources:
        if named.id not in used:
            called = named.document.data.get("name", named.id)
            document.complain("correlation-rules", f"the condition does not use the rule {called!r}", *here)
    if any(named is None or named.id not in ids for named in found):
        return None
    numbered = expression.renumbered(tree, [ids.index(named.id) for named in found if named])
    if expression.holds(numbered, [False] * len(ids)):
        document.complain("correlation-condition", "the condition holds where nothing has happened", *here)
    return numbered
