"""Replies about incidents as JSON data: every time as people read it, also in the rows inside."""

from typing import Any

from msgspec import Struct, to_builtins

from llmsec_tui.cli.output import iso

_TIMES = frozenset(
    {
        *("at", "now", "since", "opened_at", "last_at", "changed_at", "began_at", "due_at", "met_at", "ended_at"),
        *("checked_at", "rehearsed_at", "first_event_at", "first_alert_at", "acknowledged_at", "contained_at"),
        *(
            "resolved_at",
            "closed_at",
            "next_at",
            "made_at",
            "placed_at",
            "released_at",
            "set_at",
            "last_expired_at",
            "rewrite_since",
        ),
    }
)


def as_data(thing: Struct) -> dict[str, Any]:
    """The fields by their names. Spans stay microseconds."""
    plain: dict[str, Any] = _read(to_builtins(thing))
    return plain


def _read(value: Any) -> Any:
    match value:
        case dict():
            return {name: iso(inner) if name in _TIMES else _read(inner) for name, inner in value.items()}
        case list():
            return [_read(inner) for inner in value]
    return value
