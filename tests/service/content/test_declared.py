"""Every text that a collector gives out is declared to be something, so that none is shown by oversight."""

import json
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import Struct
from tests.service.content.seeing import SECRET, USER, somebody

from llmsec_tui.service.api import AnyAsk
from llmsec_tui.service.content.declared import DECLARED
from llmsec_tui.service.content.kinds import Kind
from llmsec_tui.service.content.masking import seen_by, structs_in, texts_of
from llmsec_tui.service.content.special import SPECIAL
from llmsec_tui.service.content.view import view_of
from llmsec_tui.service.content.words import Words
from llmsec_tui.store.pseudonyms import Pseudonyms


def _name(struct: type[Struct]) -> str:
    return struct.__name__


STRUCTS: set[type[Struct]] = {struct for ask in get_args(AnyAsk) for struct in structs_in(ask.reply)}
REPLIES = [pytest.param(struct, id=_name(struct)) for struct in sorted(STRUCTS, key=_name)]
NAMES = {
    *(("Demand", "value"), ("TimelineRow", "who"), ("HoldRow", "id"), ("ErasurePreview", "id")),
    ("UsageRow", "name"),
}
"""Fields that hold users or nothing private, by what another field says."""
MASKED_BY_ITS_MAKER = {("RawRecord", "data"), ("ExportedFile", "content")}


def test_every_text_of_every_reply_is_declared() -> None:
    """In ``service/content/declared.py``: say there what is in a new field, above all whether a log can fill it."""
    missing = [
        f"{struct.__name__}.{name}"
        for struct in sorted(STRUCTS, key=_name)
        for name in texts_of(struct)
        if name not in DECLARED.get(struct, {})
    ]
    assert missing == []


def test_nothing_is_declared_that_is_not_there() -> None:
    assert set(DECLARED) <= STRUCTS
    for struct, fields in DECLARED.items():
        assert set(fields) <= set(texts_of(struct)), struct


def test_what_is_left_to_others_is_done_by_them() -> None:
    for struct, fields in DECLARED.items():
        for name, kind in fields.items():
            if kind is Kind.OWN:
                assert struct in SPECIAL or (struct.__name__, name) in MASKED_BY_ITS_MAKER


@pytest.mark.parametrize("role", ["viewer", "analyst"])
@pytest.mark.parametrize("struct", REPLIES)
def test_no_field_of_any_reply_gets_past(struct: type[Struct], role: str) -> None:
    """Each reply with something private in every field that may hold some, as if the log had filled it."""
    words = Words(view_of(somebody(role)), Pseudonyms(b"1" * 32))
    said = msgspec.json.encode(seen_by(words, _filled(struct))).decode()
    assert SECRET not in said
    if role == "viewer":
        assert "private words" not in said
        assert USER not in said


def _filled(struct: type[Struct]) -> Struct:
    hints, declared = get_type_hints(struct), DECLARED.get(struct, {})
    return struct(**{name: _value(struct, name, hints[name], declared.get(name)) for name in struct.__struct_fields__})


def _value(struct: type[Struct], name: str, hint: Any, kind: Kind | None) -> Any:
    if isinstance(hint, type) and issubclass(hint, Struct):
        return _filled(hint)
    if hint is str:
        return _text(struct, name, kind)
    if hint in (bytes, int, float, bool):
        return hint(1) if hint is not bytes else b"plain"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    of = [part for part in get_args(hint) if part is not NoneType]
    if get_origin(hint) is dict:
        return {
            "attrs" if (struct.__name__, name) == ("EventDetail", "fields") else "n": _value(struct, name, of[1], kind)
        }
    if get_origin(hint) is tuple:
        return tuple(_value(struct, name, part, kind) for part in of)
    return [_value(struct, name, of[0], kind)] if get_origin(hint) is list else _value(struct, name, of[0], kind)


def _text(struct: type[Struct], name: str, kind: Kind | None) -> str:
    match kind:
        case Kind.PLAIN:
            return "event" if (struct.__name__, name) == ("TimelineRow", "kind") else "user_id"
        case Kind.USER:
            return USER
        case Kind.OWN if (struct.__name__, name) in NAMES:
            return USER
        case Kind.KEY:
            return f"user:shop|{USER}"
        case Kind.GROUP:
            return json.dumps({"user_id": USER, "tool_name": SECRET})
        case Kind.NOTE:
            return f"somebody noted {SECRET}"
        case _:
            return f"private words of {USER}: {SECRET}"
