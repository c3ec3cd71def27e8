"""Show a reply as its asker may see it: every text in it by what it was declared to be."""

import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from llmsec_tui.service.content.declared import DECLARED
from llmsec_tui.service.content.kinds import Kind
from llmsec_tui.service.content.special import SPECIAL
from llmsec_tui.service.content.words import Words

S = TypeVar("S", bound=Struct)
Show = Callable[[Any, Words, str], Any]
"""Shows the value of a field; the last is the user whom its struct is about."""


def seen_by(words: Words, reply: S) -> S:
    """The reply with nothing in it that its asker may not see; the same one where nothing had to be changed."""
    return reply if words.view.is_whole else _seen(reply, words, "")


def texts_of(kind: type[Struct]) -> list[str]:
    """The fields of a struct that hold text or bytes themselves, in their order."""
    hints = _hints(kind)
    return [name for name in kind.__struct_fields__ if _holds_text(hints[name])]


def structs_in(kind: type[Struct]) -> set[type[Struct]]:
    """The struct and all that are inside of it."""
    found: set[type[Struct]] = set()
    _collect(kind, found)
    return found


def _seen(one: S, words: Words, user: str) -> S:
    kind = type(one)
    if not words.view.identities:
        user = getattr(one, "user_id", None) or getattr(getattr(one, "row", None), "user_id", None) or user
    changes: dict[str, Any] = {}
    for name, show in _shows(kind):
        value = getattr(one, name)
        if value and (shown := show(value, words, user)) is not value:
            changes[name] = shown
    if (special := SPECIAL.get(kind)) is not None:
        special(one, words, changes)
    return replace(one, **changes) if changes else one


@cache
def _shows(kind: type[Struct]) -> tuple[tuple[str, Show], ...]:
    """The fields of a struct that may have to be changed, and how."""
    declared, texts, hints = DECLARED.get(kind, {}), texts_of(kind), _hints(kind)
    found: list[tuple[str, Show]] = []
    for name in kind.__struct_fields__:
        if name in texts and (what := declared.get(name, Kind.TEXT)) not in (Kind.PLAIN, Kind.OWN):
            found.append((name, _text_show(what)))
        elif name not in texts and any(_shows(inner) or inner in SPECIAL for inner in structs_in_hint(hints[name])):
            found.append((name, _inside))
    return tuple(found)


def structs_in_hint(hint: Any) -> set[type[Struct]]:
    """The structs that a field may hold, at any depth."""
    found: set[type[Struct]] = set()
    _collect(hint, found)
    return found


def _text_show(kind: Kind) -> Show:
    def show(value: Any, words: Words, user: str) -> Any:
        if isinstance(value, str):
            return words.shown(value, kind, user=user)
        if isinstance(value, Mapping):
            return {name: words.shown(text, kind, user=user) for name, text in value.items()}
        return [words.shown(text, kind, user=user) for text in value]

    return show


def _inside(value: Any, words: Words, user: str) -> Any:
    if isinstance(value, Struct):
        return _seen(value, words, user)
    if isinstance(value, Mapping):
        return {name: _inside(one, words, user) for name, one in value.items()}
    shown = [_inside(one, words, user) for one in value]
    return value if all(new is old for new, old in zip(shown, value, strict=True)) else shown


@cache
def _hints(kind: type[Struct]) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


def _holds_text(hint: Any) -> bool:
    if hint is str or hint is bytes:
        return True
    return not _is_struct(hint) and any(_holds_text(part) for part in typing.get_args(hint))


def _is_struct(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Struct)


def _collect(hint: Any, found: set[type[Struct]]) -> None:
    if _is_struct(hint):
        if hint not in found:
            found.add(hint)
            for name in hint.__struct_fields__:
                _collect(_hints(hint)[name], found)
        return
    for part in typing.get_args(hint):
        _collect(part, found)
