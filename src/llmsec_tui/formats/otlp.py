"""OpenTelemetry as OTLP/JSON: spans and log records, in export requests or one resource a record."""

from collections.abc import Iterator
from typing import Any

from llmsec_tui.events.model import Event, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats import genai_attributes
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.otlp_values import attributes_of, unwrap
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.speakers import split_tool
from llmsec_tui.formats.transcript import ToolNames
from llmsec_tui.formats.values import as_dict, as_dicts, as_id

_TOP_LEVEL = ("resourceSpans", "resourceLogs", "resourceMetrics", "resource_spans", "resource_logs")
_SPANS = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans")
_LOGS = ("scopeLogs", "scope_logs")
_EVIDENCE = frozenset((*_TOP_LEVEL, *_SPANS, *_LOGS, "scopeMetrics"))
_CONVERSATION = ("gen_ai.conversation.id", "session.id", "gen_ai.session.id", "gen_ai.thread.id")
_RESOURCE_FIELDS = {
    "service.name": "service_name",
    "deployment.environment.name": "environment",
    "deployment.environment": "environment",
    "enduser.id": "user_id",
    "user.id": "user_id",
}


def recognise(data: dict[str, Any]) -> bool:
    """An export request, or one resource with its scopes."""
    return not _EVIDENCE.isdisjoint(data)


def to_events(data: dict[str, Any], _: Memory) -> Found:
    """Events of every span and log record, in their order in the record."""
    events: list[Event] = []
    unknown: str | None = None
    for resource in _resources(data):
        shared = _resource_fields(resource)
        spans = list(_spans(resource))
        conversations = _conversations(spans)
        names = _tool_names(spans)
        for scope, span, attributes in spans:
            fields = _span_fields(span, attributes, shared, conversations)
            found = genai_attributes.span_events(span, attributes, fields, names)
            events += found.events
            unknown = unknown or (found.unknown and _named(found.unknown, scope))
        for scope, log in _children(resource, _LOGS, ("logRecords", "log_records")):
            attributes = attributes_of(log)
            found = genai_attributes.log_events(
                log, unwrap(log.get("body")), attributes, _log_fields(log, attributes, shared)
            )
            events += found.events
            unknown = unknown or (found.unknown and _named(found.unknown, scope))
    if "resourceMetrics" in data or "scopeMetrics" in data:
        unknown = unknown or "metrics"
    return Found(events or [genai_attributes.nothing()], unknown)


def _resources(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    nested = [resource for key in _TOP_LEVEL for resource in as_dicts(data.get(key))]
    yield from nested or [data]


def _children(
    resource: dict[str, Any], scopes: tuple[str, ...], names: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for key in scopes:
        for scope in as_dicts(resource.get(key)):
            scope_name = as_id(as_dict(scope.get("scope")).get("name")) or "span"
            for name in names:
                for child in as_dicts(scope.get(name)):
                    yield scope_name, child


def _spans(resource: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for scope, span in _children(resource, _SPANS, ("spans",)):
        yield scope, span, attributes_of(span)


def _conversations(spans: list[tuple[str, dict[str, Any], dict[str, Any]]]) -> dict[str, str]:
    """The conversation of each trace in which any span names one: tool spans often leave it out."""
    named: dict[str, str] = {}
    for _, span, attributes in spans:
        if (trace := as_id(span.get("traceId"))) is not None and (
            conversation := _conversation(attributes)
        ) is not None:
            named.setdefault(trace, conversation)
    return named


def _tool_names(spans: list[tuple[str, dict[str, Any], dict[str, Any]]]) -> ToolNames:
    """The tools by call id, as the spans of their execution name them."""
    names: ToolNames = {}
    for _, _, attributes in spans:
        call_id, name = as_id(attributes.get("gen_ai.tool.call.id")), as_id(attributes.get("gen_ai.tool.name"))
        tool, server = split_tool(name)
        if call_id is not None and tool is not None:
            names[call_id] = tool, server
    return names


def _conversation(attributes: dict[str, Any]) -> str | None:
    for key in _CONVERSATION:
        if (conversation := as_id(attributes.get(key))) is not None:
            return conversation
    return None


def _resource_fields(resource: dict[str, Any]) -> Fields:
    attributes = attributes_of(as_dict(resource.get("resource")))
    found = {field: as_id(attributes.get(name)) for name, field in reversed(_RESOURCE_FIELDS.items())}
    return {field: value for field, value in found.items() if value is not None}


def _ids(holder: dict[str, Any]) -> Fields:
    trace = as_id(holder.get("traceId") or holder.get("trace_id"))
    span = as_id(holder.get("spanId") or holder.get("span_id"))
    # An empty or all-zero id is none.
    return {
        "trace_id": trace.lower() if trace and trace.strip("0") else None,
        "span_id": span.lower() if span and span.strip("0") else None,
    }


def _span_fields(
    span: dict[str, Any], attributes: dict[str, Any], shared: Fields, conversations: dict[str, str]
) -> Fields:
    started = to_micros(span.get("startTimeUnixNano"))
    ids = _ids(span)
    conversation = _conversation(attributes) or conversations.get(as_id(span.get("traceId")) or "")
    return {
        **shared,
        **genai_attributes.attribute_fields(attributes),
        **ids,
        "call_id": ids["trace_id"],
        "parent_id": as_id(span.get("parentSpanId")),
        "conversation_id": conversation,
        "ts": started,
        "ts_source": TsSource.NONE if started is None else TsSource.SPAN_START,
    }


def _log_fields(log: dict[str, Any], attributes: dict[str, Any], shared: Fields) -> Fields:
    moment = to_micros(log.get("timeUnixNano"))
    if moment is None:
        moment = to_micros(log.get("observedTimeUnixNano"))
    ids = _ids(log)
    return {
        **shared,
        **genai_attributes.attribute_fields(attributes),
        **ids,
        "call_id": ids["trace_id"],
        "conversation_id": _conversation(attributes),
        "ts": moment,
        "ts_source": TsSource.NONE if moment is None else TsSource.NATIVE,
    }


def _named(unknown: str, scope: str) -> str:
    return f"{unknown}/{scope[:60]}"


FORMAT = Format(
    "otlp",
    "OpenTelemetry spans and logs as OTLP/JSON, with GenAI attributes of any generation",
    "resourceSpans, resourceLogs or resourceMetrics; or resource with scopeSpans or scopeLogs",
    recognise,
    to_events,
)
