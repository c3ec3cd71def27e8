"""One of every ask that there is, with as little in it as it takes: to try what is refused."""

from collections.abc import Iterator
from typing import Any, get_args
from uuid import uuid4

import msgspec

from llmsec_tui.incidents.acts import ACTS
from llmsec_tui.service.access.api import PersonalAsk
from llmsec_tui.service.api import AnyAsk, Ask, Command
from llmsec_tui.service.incidents.api import ActOnIncident, BulkAct, Item
from llmsec_tui.service.permission import ON_ALERTS

PERSONAL: tuple[type, ...] = get_args(PersonalAsk)
"""What everybody may ask, as it is about their own login."""
_VALUES: dict[object, object] = {str: "x", int: 1, bool: False, float: 1.0}


def every_ask() -> Iterator[Ask[Any]]:
    """Each type once, and each act that goes by one type; commands with an id that nobody used."""
    for kind in get_args(AnyAsk):
        if kind is ActOnIncident:
            yield from (ActOnIncident(command_id=_new_id(), incident_id="INC-1", act=act) for act in ACTS)
        elif kind is BulkAct:
            yield from (_bulk("incidents", act) for act in ("close", "watch"))
            yield from (_bulk("alerts", act) for act in ON_ALERTS)
        else:
            yield _made(kind)


def _bulk(of: str, act: str) -> BulkAct:
    return BulkAct(command_id=_new_id(), of=of, act=act, items=[Item(id="INC-1", version=1)], count=1)


def _made(kind: type[Any]) -> Ask[Any]:
    needed = {field.name: _value(field) for field in msgspec.structs.fields(kind) if field.required}
    made: Ask[Any] = kind(**needed)
    return msgspec.structs.replace(made, command_id=_new_id()) if isinstance(made, Command) else made


def _value(field: msgspec.structs.FieldInfo) -> object:
    if field.type in _VALUES:
        return _VALUES[field.type]
    match msgspec.inspect.type_info(field.type):
        case msgspec.inspect.ListType():
            return []
        case msgspec.inspect.StrType():
            return "x"
        case msgspec.inspect.IntType():
            return 1
        case msgspec.inspect.LiteralType(values=values):
            return values[0]
    raise TypeError(f"{field.name} of type {field.type}: say here what to ask with")


def _new_id() -> str:
    return uuid4().hex
