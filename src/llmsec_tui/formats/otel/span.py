"""A span and a log record of OpenTelemetry, whichever way they were written down."""

from typing import Any

from msgspec import Struct, field

from llmsec_tui.formats.otel.values import attributes_of
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.values import as_dict, as_dicts, as_id, as_str, first

_FAILED = (2, "2", "STATUS_CODE_ERROR", "ERROR", "StatusCode.ERROR")

Happening = tuple[str, dict[str, Any]]
"""An event inside of a span: its name and its attributes."""


class Span(Struct, frozen=True, gc=False):
    """One step of a trace. Times are microseconds since 1970."""

    name: str
    scope: str
    """The instrumentation that made it."""
    trace_id: str | None
    span_id: str | None
    parent_id: str | None
    started: int | None
    ended: int | None
    attributes: dict[str, Any]
    happenings: list[Happening]
    failed: bool
    message: str | None
    """What its status says."""
    unfinished: bool = False
    """Written when it began; a later record with its id tells the rest."""
    took_ms: float | None = None
    """Where the log has a duration and no times."""
    shared: Fields = field(default_factory=dict)
    """What its resource says, as fields of events."""

    @property
    def duration_ms(self) -> float | None:
        """None while it is not known to have ended after its beginning."""
        if self.started is None or self.ended is None or self.ended < self.started:
            return self.took_ms
        return (self.ended - self.started) / 1000


class Log(Struct, frozen=True, gc=False):
    """One log record."""

    name: str
    """Its event name; empty for a plain line."""
    body: Any
    attributes: dict[str, Any]
    trace_id: str | None
    span_id: str | None
    at: int | None
    shared: Fields


def happenings_of(span: dict[str, Any]) -> list[Happening]:
    """The events in a span."""
    events = span.get("events")
    return [(as_str(event.get("name")) or "", attributes_of(event)) for event in as_dicts(events)] if events else []


def status_of(span: dict[str, Any]) -> tuple[bool, str | None]:
    """Whether it failed, and what its status says."""
    status = as_dict(span.get("status"))
    if not status and "status_code" not in span and "statusCode" not in span:
        return False, None
    code = first(status, "code", "status_code") or span.get("status_code") or span.get("statusCode")
    message = first(status, "message", "description") or span.get("status_message") or span.get("statusMessage")
    return code in _FAILED if isinstance(code, str | int) else False, as_str(message) or None


def event_name(log: dict[str, Any], attributes: dict[str, Any], body: Any) -> str:
    """What kind of event a log record is: named beside the body, in the attributes, or in a body that is only that."""
    name = as_id(first(log, "eventName", "event_name"))
    if name is None and isinstance(body, str) and body.startswith(_NAMED_IN_BODY) and len(body) < _LONGEST_NAME:
        name = as_str(body)
    return name or as_id(attributes.get("event.name")) or ""


_NAMED_IN_BODY = ("claude_code.", "codex.", "gemini_cli.")
_LONGEST_NAME = 80
