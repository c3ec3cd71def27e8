"""Everything in a rule file but the condition: required keys, their types, and what they may say."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from sigma.rule.attributes import SigmaStatus

from llmsec_tui.detect.fields import FIELDS, nearest
from llmsec_tui.detect.sigma import tags
from llmsec_tui.detect.sigma.document import Document, Place
from llmsec_tui.detect.sigma.references import Kind
from llmsec_tui.events.schema import LEVELS

_MADE_OF = {
    Kind.RULE: ("logsource", "detection"),
    Kind.CORRELATION: ("correlation",),
    Kind.MONITOR: ("logsource", "detection", "detector"),
    Kind.FILTER: ("logsource", "filter"),
    Kind.WATCH: ("logsource", "monitor"),
}
_MORE = {Kind.CORRELATION: ("generate",), Kind.WATCH: ("detection",)}
"""What only documents of one kind may have."""
_ALERTING = ("status", "description", "level", "tags", "falsepositives", "llmsec")
"""What an analyst needs of a rule that alerts; one that is only counted by others may do without."""
_OPTIONAL = (
    *("author", "date", "modified", "references", "related", "license", "name", "taxonomy", "scope"),
    "fields",
)
_OF_FILTERS = ("description", "author", "date", "modified", "references", "name", "taxonomy")
_OURS = ("confidence", "playbook", "examples")
_OURS_OPTIONAL = ("inhibited_by",)
_LOGSOURCE = ("product", "category", "service", "definition")
_RELATIONS = ("derived", "obsolete", "merged", "renamed", "similar")
_NO_NAMES = ("and", "or", "not", "any", "them")
STATUSES = tuple(str(status) for status in SigmaStatus)

Check = Callable[[Any], str | None]
"""Says what is wrong with a value, or None."""


def keys(kind: Kind) -> dict[Place, tuple[str, ...]]:
    """All keys that a document may have, by the place of the mapping that they are in."""
    if kind is Kind.FILTER:
        top = ("title", "id", *_MADE_OF[kind], *_OF_FILTERS)
    else:
        top = ("title", "id", *_MADE_OF[kind], *_OPTIONAL, *_ALERTING, *_MORE.get(kind, ()))
    return {(): top, ("logsource",): _LOGSOURCE, ("llmsec",): (*_OURS, *_OURS_OPTIONAL)}


def check(document: Document, kind: Kind, *, alerts: bool) -> None:
    """Note everything that is wrong or missing, except in what the document is made of and in the examples."""
    allowed = keys(kind)
    required: dict[Place, tuple[str, ...]] = {
        (): ("title", "id", *_MADE_OF[kind], *(_ALERTING if alerts else ())),
        ("logsource",): ("product",),
        ("llmsec",): _OURS if alerts else (),
    }
    _keys(document, document.data, allowed[()], required[()])
    others = [other for other in Kind if other in document.data and other not in (kind, Kind.RULE)]
    for other in others:
        document.complain("kind", f"a document with {kind.value!r} cannot have {other.value!r} too; split it", other)
    for key, checks in _CHECKS.items():
        if key in document.data and (problem := checks(document.data[key])):
            document.complain(key, f"{key!r} {problem}", key)
    _entries(document)
    for key in ("logsource", "llmsec"):
        section = document.data.get(key)
        if isinstance(section, dict):
            _keys(document, section, allowed[key,], required[key,], key)
            _section(document, section, key)
        elif key in document.data:
            document.complain(key, f"{key!r} must be a mapping", key)


def _entries(document: Document) -> None:
    """Note what is wrong with single entries of lists."""
    listed = {key: value for key, value in document.data.items() if isinstance(value, list)}
    for number, code, message in tags.problems(listed.get("tags", [])):
        document.complain(code, message, "tags", number)
    for number, name in enumerate(listed.get("fields", [])):
        if isinstance(name, str) and name not in FIELDS:
            document.complain("unknown-field", f"there is no field {name!r}{nearest(name, FIELDS)}", "fields", number)
    for number, entry in enumerate(listed.get("related", [])):
        if not isinstance(entry, dict) or set(entry) != {"id", "type"}:
            document.complain("related", "an entry of 'related' has an 'id' and a 'type'", "related", number)
        elif problem := _uuid(entry["id"]):
            document.complain("related", f"'id' {problem}", "related", number, "id")
        elif problem := _one_of(_RELATIONS)(entry["type"]):
            document.complain("related", f"'type' {problem}", "related", number, "type")


def _keys(
    document: Document, data: dict[str, Any], allowed: tuple[str, ...], required: tuple[str, ...], *place: str
) -> None:
    for key in data:
        if key not in allowed:
            document.complain("unknown-key", f"there is no key {key!r} here{nearest(key, allowed)}", *place, key)
    for key in required:
        if key not in data:
            document.complain("missing-key", f"the key {'.'.join((*place, key))!r} is missing", *place)


def _section(document: Document, section: dict[str, Any], name: str) -> None:
    for key, checks in _SECTION_CHECKS[name].items():
        if key in section and (problem := checks(section[key])):
            document.complain(key, f"'{name}.{key}' {problem}", name, key)


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) and value.strip() else "must be text"


def _texts(least: int) -> Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, list) or any(_text(item) for item in value):
            return "must be a list of texts"
        return None if len(value) >= least else f"needs at least {least} entry"

    return check


def _one_of(choices: tuple[str, ...]) -> Check:
    def check(value: Any) -> str | None:
        return None if value in choices else f"must be one of {', '.join(choices)}{nearest(str(value), choices)}"

    return check


def _name(value: Any) -> str | None:
    if not isinstance(value, str) or not value or value in _NO_NAMES or any(mark in value for mark in " ()\t\n"):
        return "must be a word of its own, without spaces and parentheses"
    return "must not be an id; that is what 'id' is for" if _uuid(value.lower()) is None else None


def _product(value: Any) -> str | None:
    return (
        None if value == "llm" else f"must be llm, as the rules here are for logs of language models; it is {value!r}"
    )


def _uuid(value: Any) -> str | None:
    try:
        return None if str(UUID(value)) == value else "must be a UUID in its usual form (lower case, with hyphens)"
    except (ValueError, AttributeError, TypeError):
        return "must be a UUID"


def _list(value: Any) -> str | None:
    return None if isinstance(value, list) and value else "must be a list with at least one entry"


def _date(value: Any) -> str | None:
    return None if type(value) is date else "must be a date, yyyy-mm-dd"


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "is true or false"


def _confidence(value: Any) -> str | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if is_number and 0 <= value <= 1 else "must be a number from 0 to 1"


_CHECKS: dict[str, Check] = {
    "title": _text,
    "id": _uuid,
    "status": _one_of(STATUSES),
    "description": _text,
    "author": _text,
    "name": _name,
    "taxonomy": _text,
    "scope": _texts(1),
    "fields": _texts(1),
    "related": _list,
    "license": _text,
    "date": _date,
    "modified": _date,
    "references": _texts(0),
    "tags": _list,
    "falsepositives": _texts(1),
    "level": _one_of(LEVELS),
    "generate": _flag,
}
_SECTION_CHECKS: dict[str, dict[str, Check]] = {
    "logsource": {"product": _product, "category": _text, "service": _text, "definition": _text},
    "llmsec": {"confidence": _confidence, "playbook": _texts(1), "inhibited_by": _texts(1)},
}
