"""Take values out of decoded JSON whose types nobody guarantees."""

from typing import Any

import msgspec

from llmsec_tui.errors import FormatError

_LEAST_INT64, _MOST_INT64 = -(2**63), 2**63 - 1
_INT32 = range(-(2**31), 2**31)
_MAX_JSON_DEPTH = 4
_JSON_STARTS = frozenset('{["')
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def as_dict(value: Any) -> dict[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The array, or an empty one."""
    return value if isinstance(value, list) else []


def as_dicts(value: Any) -> list[dict[str, Any]]:
    """The objects of an array; what else is in it is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_str(value: Any) -> str | None:
    """The string, storable: lone surrogates, which no encoding can hold, become U+FFFD."""
    if not isinstance(value, str):
        return None
    return value if value.isascii() else storable(value)


def storable(text: str) -> str:
    """The text with lone surrogates replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def as_id(value: Any) -> str | None:
    """A name or id: a string that is not empty, or a number written as one."""
    if value is None:
        return None
    if isinstance(value, str):
        return (value if value.isascii() else storable(value)) or None
    if isinstance(value, int) and not isinstance(value, bool) and _LEAST_INT64 <= value <= _MOST_INT64:
        return str(value)
    return None


def as_int(value: Any) -> int | None:
    """A whole number that fits 64 bits; decimal strings count, OTLP writes numbers so."""
    if value is None:
        return None
    if isinstance(value, int):
        return value if _LEAST_INT64 <= value <= _MOST_INT64 and not isinstance(value, bool) else None
    if isinstance(value, str):
        return int(value) if len(value) < 19 and value.isascii() and value.isdigit() else None
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**63 else None


def as_status(value: Any) -> int | None:
    """An HTTP status: a whole number of 32 bits."""
    number = as_int(value)
    return number if number is not None and number in _INT32 else None


def as_float(value: Any) -> float | None:
    """A number as a float; None for what no float can hold."""
    if isinstance(value, float):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and _LEAST_INT64 <= value <= _MOST_INT64:
        return float(value)
    return None


def as_bool(value: Any) -> bool | None:
    """True, False, or None for everything else."""
    return value if isinstance(value, bool) else None


def first(data: dict[str, Any], *keys: str) -> Any:
    """The first value among ``keys`` that is there and not null."""
    for key in keys:
        if (value := data.get(key)) is not None:
            return value
    return None


def first_of(data: dict[str, Any], keys: tuple[str, ...]) -> Any:
    """As :func:`first`, for keys that are all there."""
    for key in keys:
        if (value := data[key]) is not None:
            return value
    return None


def milliseconds(seconds: Any) -> float | None:
    """Seconds as milliseconds."""
    number = as_float(seconds)
    return None if number is None else number * 1000.0


def compact_json(value: Any) -> str:
    """JSON without spaces and with characters as they are. Raises FormatError for what is too deep or too large."""
    try:
        return _encode(value).decode()
    except UnicodeEncodeError:
        return compact_json(_storable_tree(value))
    except (RecursionError, ValueError) as error:
        raise FormatError(f"It holds a value that cannot be written as JSON: {error}.") from error


def decoded(value: Any) -> Any:
    """What a string of JSON says, JSON in JSON up to four levels; anything else as it is."""
    if not isinstance(value, str):
        return value
    for _ in range(_MAX_JSON_DEPTH):
        if not isinstance(value, str) or not _may_be_json(value):
            return value
        try:
            value = _decode(value)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            return value
    return value


def _may_be_json(text: str) -> bool:
    start = text[:1]
    return start in _JSON_STARTS or (start.isspace() and text.lstrip()[:1] in _JSON_STARTS)


def arguments_text(value: Any) -> str | None:
    """The arguments of a tool call as one text, the same whether the log holds an object or a string of JSON."""
    if value is None:
        return None
    plain = decoded(value)
    return as_str(plain) if isinstance(plain, str) else compact_json(plain)


def _storable_tree(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable_tree(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): _storable_tree(item) for key, item in value.items()}
    return value
