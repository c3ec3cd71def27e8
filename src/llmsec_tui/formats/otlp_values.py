"""OTLP writes every value with its type beside it; this takes the values out."""

from typing import Any

from llmsec_tui.formats.values import as_dict, as_dicts


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
        return _pairs(as_dict(inner).get("values"))
    return value


def attributes_of(holder: dict[str, Any]) -> dict[str, Any]:
    """Attributes as a plain object; exporters other than OTLP's own write them so already."""
    attributes = holder.get("attributes")
    return attributes if isinstance(attributes, dict) else _pairs(attributes)


def _pairs(pairs: Any) -> dict[str, Any]:
    return {pair["key"]: unwrap(pair.get("value")) for pair in as_dicts(pairs) if isinstance(pair.get("key"), str)}
