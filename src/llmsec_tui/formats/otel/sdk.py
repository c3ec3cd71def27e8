"""Spans and log records as SDKs write them, one a record: the consoles of Python and JavaScript, Phoenix's exports.

- https://opentelemetry-python.readthedocs.io (``ConsoleSpanExporter``): ``context.trace_id`` with ``0x``, a span twice
- https://github.com/open-telemetry/opentelemetry-js (``ReadableSpan``): times are ``[seconds, nanoseconds]``
- https://arize.com/docs/phoenix (``get_spans_dataframe``, REST): ``context.span_id``, ``attributes.llm.model_name``
"""

from typing import Any

from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.otel.logs import log_events
from llmsec_tui.formats.otel.resource import resource_fields
from llmsec_tui.formats.otel.span import Log, Span, event_name, happenings_of, status_of
from llmsec_tui.formats.otel.spans import spans_events
from llmsec_tui.formats.otel.traces import Traces
from llmsec_tui.formats.otel.values import attributes_of, hex_id, pairs, unwrap
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.values import as_dict, as_float, as_id, as_str, first

_PREFIX = "attributes."
_STARTS = ("startTime", "start_time", "startTimeUnixNano", "timestamp", "_startTime")
_ENDS = ("endTime", "end_time", "endTimeUnixNano", "_endTime")
_PYTHON_LOG = ("severity_number", "severity_text", "trace_flags", "observed_timestamp")


def is_python(data: dict[str, Any]) -> bool:
    """A span with its ids in ``context``, or a log record."""
    if "attributes" not in data:
        return False
    if isinstance(context := data.get("context"), dict):
        return "trace_id" in context and ("start_time" in data or "end_time" in data)
    return "body" in data and sum(name in data for name in _PYTHON_LOG) > 1


def is_javascript(data: dict[str, Any]) -> bool:
    """A span with its ids in ``spanContext`` or beside its attributes, or a log record."""
    if "attributes" not in data:
        return False
    if "hrTime" in data:
        return True
    if not isinstance(data.get("name"), str) or not any(start in data for start in _STARTS):
        return False
    holder = first(data, "spanContext", "_spanContext")
    return isinstance(holder, dict) or ("traceId" in data and ("spanId" in data or "id" in data))


def is_phoenix(data: dict[str, Any]) -> bool:
    """A row of a data frame of spans."""
    return "context.span_id" in data or "context.trace_id" in data


def from_python(data: dict[str, Any], memory: Memory) -> Found:
    """The span or the log record; the snapshot of a span that has not ended tells what is known so far."""
    traces = Traces(memory)
    if "context" not in data:
        return log_events(_log(data), traces)
    context = as_dict(data["context"])
    named = {
        "traceId": context.get("trace_id"),
        "spanId": context.get("span_id"),
        "parentSpanId": data.get("parent_id"),
    }
    return spans_events([_span(data, named, unfinished="end_time" in data and data["end_time"] is None)], traces)


def from_javascript(data: dict[str, Any], memory: Memory) -> Found:
    """The span or the log record."""
    traces = Traces(memory)
    if "hrTime" in data and "name" not in data:
        return log_events(_log(data), traces)
    holder = as_dict(first(data, "spanContext", "_spanContext"))
    above = as_dict(first(data, "parentSpanContext", "parentSpanContext_"))
    named = {
        "traceId": first(holder, "traceId") or data.get("traceId"),
        "spanId": first(holder, "spanId") or first(data, "spanId", "id"),
        "parentSpanId": first(data, "parentSpanId", "parentId") or above.get("spanId"),
    }
    return spans_events([_span(data, named, unfinished=data.get("ended", data.get("_ended")) is False)], traces)


def from_phoenix(data: dict[str, Any], memory: Memory) -> Found:
    """The span of a row; columns that are null for it are left out."""
    attributes = {
        key.removeprefix(_PREFIX): value
        for key, value in data.items()
        if key.startswith(_PREFIX) and value is not None and value != []
    }
    named = {
        "traceId": data.get("context.trace_id"),
        "spanId": data.get("context.span_id"),
        "parentSpanId": data.get("parent_id"),
    }
    if (kind := as_id(data.get("span_kind"))) is not None:
        attributes.setdefault("openinference.span.kind", kind)
    return spans_events([_span({**data, "attributes": attributes}, named, unfinished=False)], Traces(memory))


def _span(data: dict[str, Any], named: dict[str, Any], *, unfinished: bool) -> Span:
    failed, message = status_of(data)
    attributes = attributes_of(data)
    kind = data.get("span_kind")
    if isinstance(kind, str) and kind.isalpha() and "openinference.span.kind" not in attributes:
        attributes = {**attributes, "openinference.span.kind": kind}
    scope = as_dict(first(data, "instrumentationScope", "instrumentationLibrary", "instrumentation_scope"))
    return Span(
        name=as_str(data.get("name")) or "",
        scope=as_id(scope.get("name")) or "span",
        trace_id=hex_id(named["traceId"]),
        span_id=hex_id(named["spanId"]),
        parent_id=hex_id(named["parentSpanId"]),
        started=to_micros(first(data, *_STARTS)),
        ended=to_micros(first(data, *_ENDS)),
        attributes=attributes,
        happenings=happenings_of(data),
        failed=failed,
        message=message,
        unfinished=unfinished,
        took_ms=_took(data),
        shared=_shared(data),
    )


def _took(data: dict[str, Any]) -> float | None:
    """What the console of JavaScript writes in the place of an end: microseconds."""
    micros = as_float(data.get("duration"))
    return None if micros is None or "timestamp" not in data else micros / 1000


def _log(data: dict[str, Any]) -> Log:
    attributes, body = attributes_of(data), unwrap(first(data, "body", "_body"))
    context = as_dict(data.get("spanContext"))
    at = to_micros(first(data, "timestamp", "hrTime"))
    return Log(
        name=event_name({**data, "eventName": first(data, "eventName", "_eventName")}, attributes, body),
        body=body,
        attributes=attributes,
        trace_id=hex_id(data.get("trace_id") or context.get("traceId")),
        span_id=hex_id(data.get("span_id") or context.get("spanId")),
        at=to_micros(first(data, "observed_timestamp", "hrTimeObserved")) if at is None else at,
        shared=_shared(data),
    )


def _shared(data: dict[str, Any]) -> Fields:
    resource = as_dict(data.get("resource"))
    attributes = first(resource, "attributes", "_attributes", "_rawAttributes")
    return resource_fields(attributes if isinstance(attributes, dict) else _listed(attributes))


def _listed(attributes: Any) -> dict[str, Any]:
    """JavaScript's resources keep what they were made of: pairs, as lists."""
    if not isinstance(attributes, list):
        return {}
    couples = [item for item in attributes if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str)]
    return dict(couples) if couples else pairs(attributes)


PYTHON = Format(
    "otel-python",
    "OpenTelemetry spans and logs as the Python SDK's console and file exporters write them; Phoenix's REST spans",
    "context.trace_id with attributes and start_time",
    is_python,
    from_python,
)
JAVASCRIPT = Format(
    "otel-js",
    "single OpenTelemetry spans and logs as JavaScript exporters write them (Vercel AI SDK, Gemini CLI telemetry)",
    "name and attributes with spanContext, or traceId and spanId, and a start; or hrTime",
    is_javascript,
    from_javascript,
)
PHOENIX = Format(
    "phoenix",
    "rows of Arize Phoenix's data frame of spans",
    "context.span_id or context.trace_id as one key",
    is_phoenix,
    from_phoenix,
)
