"""OTLP writes every value with its type beside it, and SDKs write ids in several ways; this takes both out."""

from base64 import b64decode
from typing import Any

from llmsec_tui.formats.values import as_dict, as_id

_BASE64_IDS = (24, 12)
"""Characters of a trace id and a span id as converters from protobuf write them."""


def unwrap(value: Any) -> Any:
    """The plain JSON of an OTLP AnyValue; plain JSON stays as it is."""
    if not isinstance(value, dict) or len(value) != 1:
        return value
    [(kind, inner)] = value.items()
    if kind in ("stringValue", "boolValue", "doubleValue", "bytesValue"):
        return inner
    if kind == "intValue":
        return int(inner) if isinstance(inner, str) and len(inner) < 20 and inner.lstrip("-").isdecimal() else inner
    if kind == "arrayValue":
        values = as_dict(inner).get("values")
        return [unwrap(item) for item in values] if isinstance(values, list) else []
    if kind == "kvlistValue":
        return pairs(as_dict(inner).get("values"))
    return value


def attributes_of(holder: dict[str, Any]) -> dict[str, Any]:
    """Attributes as a plain object; exporters other than OTLP's own write them so already."""
    attributes = holder.get("attributes")
    return attributes if isinstance(attributes, dict) else pairs(attributes)


def pairs(listed: Any) -> dict[str, Any]:
    """A list of ``{key, value}`` as a plain object."""
    made: dict[str, Any] = {}
    for pair in listed if isinstance(listed, list) else ():
        if isinstance(pair, dict) and isinstance(key := pair.get("key"), str):
            value = pair.get("value")
            # Nearly all values are strings, and there are a dozen to a span.
            if isinstance(value, dict) and len(value) == 1 and "stringValue" in value:
                made[key] = value["stringValue"]
            else:
                made[key] = unwrap(value)
    return made


def hex_id(value: Any) -> str | None:
    """A trace or span id in lower-case hex, without ``0x``; an empty or all-zero one is none."""
    name = as_id(value)
    if name is None:
        return None
    if name.endswith("=") and len(name) in _BASE64_IDS:
        try:
            name = b64decode(name, validate=True).hex()
        except ValueError:
            return name
    name = name.lower().removeprefix("0x")
    return name if name.strip("0") else None
