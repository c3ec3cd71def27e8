"""OpenTelemetry as OTLP/JSON: spans and log records, in export requests or one resource a record.

https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
"""

from collections.abc import Iterator
from typing import Any

from llmsec_tui.events.model import Event, Kind
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.otel.logs import log_events
from llmsec_tui.formats.otel.resource import resource_fields
from llmsec_tui.formats.otel.span import Log, Span, event_name, happenings_of, status_of
from llmsec_tui.formats.otel.spans import spans_events
from llmsec_tui.formats.otel.traces import Traces
from llmsec_tui.formats.otel.values import attributes_of, hex_id, unwrap
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.values import as_dict, as_dicts, as_id, as_str, first

_TOP_LEVEL = (
    *("resourceSpans", "resourceLogs", "resourceMetrics"),
    *("resource_spans", "resource_logs", "resource_metrics"),
)
_SPANS = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans")
_LOGS = ("scopeLogs", "scope_logs", "instrumentationLibraryLogs")
_METRICS = ("scopeMetrics", "scope_metrics")
_CAMEL = ("traceId", "spanId", "parentSpanId", "startTimeUnixNano", "endTimeUnixNano")
_SNAKE = ("trace_id", "span_id", "parent_span_id", "start_time_unix_nano", "end_time_unix_nano")
_EVIDENCE = frozenset((*_TOP_LEVEL, *_SPANS, *_LOGS, *_METRICS))


def recognise(data: dict[str, Any]) -> bool:
    """An export request, or one resource with its scopes."""
    return not _EVIDENCE.isdisjoint(data)


def to_events(data: dict[str, Any], memory: Memory) -> Found:
    """Events of every span and log record, in their order in the record."""
    traces = Traces(memory)
    events: list[Event] = []
    unknown: str | None = None
    for resource in _resources(data):
        shared = resource_fields(attributes_of(as_dict(resource.get("resource"))))
        spans = [_span(scope, span, shared) for scope, span in _children(resource, _SPANS, ("spans",))]
        found = spans_events(spans, traces)
        events += found.events
        unknown = unknown or found.unknown
        for scope, log in _children(resource, _LOGS, ("logRecords", "log_records", "logs")):
            found = log_events(_log(log, shared), traces)
            events += found.events
            unknown = unknown or (found.unknown and f"{found.unknown}/{scope[:60]}")
    if any(name in data for name in ("resourceMetrics", "resource_metrics", *_METRICS)):
        unknown = unknown or "metrics"
    return Found(events or [Event(kind=Kind.META)], unknown)


def _resources(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    nested = [resource for key in _TOP_LEVEL for resource in as_dicts(data.get(key))]
    yield from nested or [data]


def _children(
    resource: dict[str, Any], scopes: tuple[str, ...], names: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for key in scopes:
        for scope in as_dicts(resource.get(key)):
            named = as_dict(first(scope, "scope", "instrumentationLibrary"))
            scope_name = as_id(named.get("name")) or "span"
            for name in names:
                for child in as_dicts(scope.get(name)):
                    yield scope_name, child


def _span(scope: str, span: dict[str, Any], shared: Fields) -> Span:
    failed, message = status_of(span)
    trace, own, parent, start, end = _CAMEL if "traceId" in span else _SNAKE
    return Span(
        name=as_str(span.get("name")) or "",
        scope=scope,
        trace_id=hex_id(span.get(trace)),
        span_id=hex_id(span.get(own)),
        parent_id=hex_id(span.get(parent)),
        started=to_micros(span.get(start)),
        ended=to_micros(span.get(end)),
        attributes=attributes_of(span),
        happenings=happenings_of(span),
        failed=failed,
        message=message,
        shared=shared,
    )


def _log(log: dict[str, Any], shared: Fields) -> Log:
    attributes, body = attributes_of(log), unwrap(log.get("body"))
    at = to_micros(first(log, "timeUnixNano", "time_unix_nano"))
    if at is None:
        at = to_micros(first(log, "observedTimeUnixNano", "observed_time_unix_nano"))
    return Log(
        name=event_name(log, attributes, body),
        body=body,
        attributes=attributes,
        trace_id=hex_id(first(log, "traceId", "trace_id")),
        span_id=hex_id(first(log, "spanId", "span_id")),
        at=at,
        shared=shared,
    )


FORMAT = Format(
    "otlp",
    "OpenTelemetry spans and logs as OTLP/JSON: GenAI conventions, OpenInference, OpenLLMetry, Vercel AI SDK",
    "resourceSpans, resourceLogs or resourceMetrics; or resource with scopeSpans or scopeLogs",
    recognise,
    to_events,
)
