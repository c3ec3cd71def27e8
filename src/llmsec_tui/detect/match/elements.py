"""Look into fields that hold lists: find the elements, and say whether enough of them meet a condition."""

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any

import msgspec
import polars as pl

from llmsec_tui.detect.fields import Field, FieldType, Listing

_TYPES: Mapping[FieldType, type[pl.DataType]] = {
    FieldType.STRING: pl.String,
    FieldType.NUMBER: pl.Float64,
    FieldType.FLAG: pl.Boolean,
}
_ENOUGH: Mapping[str, Callable[[list[bool]], bool]] = {
    "any": any,
    "all": lambda truths: bool(truths) and all(truths),
    "all_or_empty": all,
    "none": lambda truths: not any(truths),
}
_LIST = "element.list"


def expression(field: Field, which: str | int, holds: pl.Expr, lower: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """True where the elements that are meant meet ``holds``, an expression over the parts of one element.

    A field that is absent holds no elements. ``lower`` makes the lower-case column of a part that is a string.
    """

    def check(values: pl.Series) -> pl.Series:
        given = values.to_list()
        distinct = list(dict.fromkeys(given))
        truths: list[list[bool]] = [[] for _ in distinct]
        # Nearly all events of most batches hold no such list, and making a frame of nothing takes its time.
        if distinct != [None]:
            frame = _frame(field, distinct, lower)
            for at, truth in zip(frame[_LIST], frame.select(holds.alias("holds"))["holds"], strict=True):
                truths[at].append(truth)
        known = {value: enough(which, truth) for value, truth in zip(distinct, truths, strict=True)}
        return pl.Series(values.name, [known[value] for value in given], dtype=pl.Boolean)

    return pl.col(field.name).map_batches(check, return_dtype=pl.Boolean)


def enough(which: str | int, truths: list[bool]) -> bool:
    """Whether the right elements meet the condition, given which of all do."""
    if isinstance(which, str):
        return _ENOUGH[which](truths)
    return -len(truths) <= which < len(truths) and truths[which]


def _frame(field: Field, values: Iterable[str | None], lower: Callable[[pl.Expr], pl.Expr]) -> pl.DataFrame:
    """All elements of all lists, one a row, with the number of their list."""
    rows = [(at, *one) for at, value in enumerate(values) if value is not None for one in elements(field, value)]
    schema: dict[str, type[pl.DataType]] = {_LIST: pl.UInt32, **{part.name: _TYPES[part.type] for part in field.parts}}
    strings = [pl.col(part.name) for part in field.parts if part.type is FieldType.STRING]
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(map(lower, strings))


def elements(field: Field, value: str) -> list[tuple[Any, ...]]:
    """The elements of a list, each with its parts in the order of ``field.parts``.

    What is not a list, nor one object, has no elements.
    """
    if field.listing is Listing.COMMAS:
        return [(piece,) for part in value.split(",") if (piece := part.strip())]
    try:
        found = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return []
    several = found if isinstance(found, list) else [found] if isinstance(found, dict) else []
    return [_parts(field, one if isinstance(one, dict) else {}) for one in several]


def _parts(field: Field, element: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(_typed(part.type, element.get(part.name)) for part in field.parts)


def _typed(wanted: FieldType, value: Any) -> Any:
    """The value as what the part holds; None when it is no such thing."""
    match wanted:
        case FieldType.STRING if value is not None:
            return value if isinstance(value, str) else msgspec.json.encode(value).decode()
        case FieldType.NUMBER if isinstance(value, int | float) and not isinstance(value, bool):
            return _float(value)
        case FieldType.FLAG if isinstance(value, bool):
            return value
    return None


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf
