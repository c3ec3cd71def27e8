"""Everything in a rule file but the condition: required keys, their types, and what they may say."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from sigma.exceptions import SigmaValueError
from sigma.rule.attributes import SigmaRuleTag, SigmaStatus

from llmsec_tui.detect.fields import nearest
from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.events.schema import LEVELS

_REQUIRED = (
    "title",
    "id",
    "status",
    "description",
    "level",
    "logsource",
    "detection",
    "tags",
    "falsepositives",
    "llmsec",
)
_OPTIONAL = ("author", "date", "modified", "references", "related", "license", "name")
_OURS = ("confidence", "playbook", "examples")
_LOGSOURCE = ("product", "category", "service", "definition")
_STATUSES = tuple(str(status) for status in SigmaStatus)

Check = Callable[[Any], str | None]
"""Says what is wrong with a value, or None."""


def check(document: Document) -> None:
    """Note everything that is wrong or missing, except in ``detection`` and the examples."""
    _keys(document, document.data, (*_REQUIRED, *_OPTIONAL), _REQUIRED)
    for key, checks in _CHECKS.items():
        if key in document.data and (problem := checks(document.data[key])):
            document.complain(key, f"{key!r} {problem}", key)
    for key, allowed in (("logsource", _LOGSOURCE), ("llmsec", _OURS)):
        section = document.data.get(key)
        if isinstance(section, dict):
            _keys(document, section, allowed, _OURS if key == "llmsec" else ("product",), key)
            _section(document, section, key)
        elif key in document.data:
            document.complain(key, f"{key!r} must be a mapping", key)


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


def _uuid(value: Any) -> str | None:
    try:
        return None if str(UUID(value)) == value else "must be a UUID in its usual form (lower case, with hyphens)"
    except (ValueError, AttributeError, TypeError):
        return "must be a UUID"


def _tags(value: Any) -> str | None:
    if problem := _texts(1)(value):
        return problem
    for tag in value:
        try:
            parsed = SigmaRuleTag.from_str(tag)
        except SigmaValueError:
            return f"has {tag!r}; a tag is namespace.name, such as owasp.llm01"
        if not (parsed.namespace and parsed.name) or tag != tag.lower() or " " in tag:
            return f"has {tag!r}; a tag is namespace.name in lower case without spaces"
    return None


def _date(value: Any) -> str | None:
    return None if isinstance(value, date) else "must be a date, yyyy-mm-dd"


def _confidence(value: Any) -> str | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if is_number and 0 <= value <= 1 else "must be a number from 0 to 1"


_CHECKS: dict[str, Check] = {
    "title": _text,
    "id": _uuid,
    "status": _one_of(_STATUSES),
    "description": _text,
    "author": _text,
    "name": _text,
    "license": _text,
    "date": _date,
    "modified": _date,
    "references": _texts(0),
    "tags": _tags,
    "falsepositives": _texts(1),
    "level": _one_of(LEVELS),
}
_SECTION_CHECKS: dict[str, dict[str, Check]] = {
    "logsource": {"product": _one_of(("llm",)), "category": _text},
    "llmsec": {"confidence": _confidence, "playbook": _texts(1)},
}
