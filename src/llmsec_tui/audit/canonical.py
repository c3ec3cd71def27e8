"""The one way to write a record: JSON by RFC 8785, for records without floating-point numbers."""

import json
from collections.abc import Mapping

_SAFE = 2**53 - 1
"""The largest integer that RFC 8785 lets every reader keep exactly."""

Value = str | int | bool | None | Mapping[str, "Value"]
"""What a record may hold. There are no floats: their spelling differs between languages."""


def encode(record: Mapping[str, Value]) -> bytes:
    """UTF-8 JSON with sorted keys, without spaces; equal records give equal bytes.

    Raises ValueError for anything that RFC 8785 cannot spell or that this subset leaves out.
    """
    return json.dumps(_ordered(record), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _ordered(value: Value) -> Value:
    if isinstance(value, Mapping):
        # RFC 8785 orders by UTF-16 code units, which differs from code points above U+FFFF.
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int) and -_SAFE <= value <= _SAFE:
        return value
    raise ValueError(f"{value!r} has no canonical form")


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")
