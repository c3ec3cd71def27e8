"""Find time, ids, user and model under the names that people give them."""

from typing import Any

from llmsec_tui.events.model import TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.shape import Shape, shape_of
from llmsec_tui.formats.values import as_id

Fields = dict[str, Any]

_NATIVE = TsSource.NATIVE


def common_fields(data: dict[str, Any], shape: Shape | None = None) -> Fields:
    """Event fields that a record gives in its top level, or in a ``metadata`` or alike one level down."""
    shape = shape_of(data) if shape is None else shape
    fields: Fields = {}
    _collect(data, shape, fields)
    for key in shape.nested:
        if isinstance(nested := data[key], dict):
            _collect_nested(key, nested, fields)
    return fields


def _collect(data: dict[str, Any], shape: Shape, fields: Fields) -> None:
    for name in shape.times:
        if "ts" not in fields and (moment := to_micros(data[name])) is not None:
            fields["ts"] = moment
            fields["ts_source"] = _NATIVE
    for field, name in shape.common:
        if field not in fields and (value := as_id(data[name])) is not None:
            fields[field] = value


def _collect_nested(key: str, nested: dict[str, Any], fields: Fields) -> None:
    owner = {"user": "user_id", "session": "conversation_id"}.get(key)
    if owner is not None and owner not in fields and (named := as_id(nested.get("id"))) is not None:
        fields[owner] = named
    _collect(nested, shape_of(nested), fields)
