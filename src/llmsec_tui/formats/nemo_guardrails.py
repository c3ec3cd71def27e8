"""NeMo Guardrails' own traces: ``{trace_id, spans[]}``, one an interaction, of its FileSystem adapter.

Times count from the beginning of the interaction, so the events have none. The first version has no texts and no
verdicts: what a rail decided is read from what ran after it. The second has attributes of OpenTelemetry.

https://docs.nvidia.com/nemo/guardrails/observability/tracing/span-reference
"""

from typing import Any

from llmsec_tui.events.model import ContentState, Event, Kind, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.otel.span import Span, happenings_of
from llmsec_tui.formats.otel.spans import spans_events
from llmsec_tui.formats.otel.traces import Traces
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.values import as_dict, as_dicts, as_float, as_id, as_int, as_str, compact_json, first

NAME = "nemo-guardrails"

_RAIL, _ACTION, _CALL = "rail: ", "action: ", "LLM: "
_RAIL_SPAN = "guardrails.rail"
_NOT_GUARDING = ("generate", "generation", "dialog")
"""Rails that answer; all others watch."""
_MESSAGES = {
    "guardrails.user_message": "gen_ai.user.message",
    "guardrails.utterance.user.finished": "gen_ai.user.message",
    "guardrails.utterance.bot.finished": "gen_ai.choice",
}


def recognise(data: dict[str, Any]) -> bool:
    """An interaction with its spans."""
    spans = data.get("spans")
    if "trace_id" not in data or not isinstance(spans, list) or not spans or not isinstance(spans[0], dict):
        return False
    return "span_id" in spans[0] and ("duration" in spans[0] or "metrics" in spans[0] or "span_type" in spans[0])


def to_events(data: dict[str, Any], memory: Memory) -> Found:
    """The rails with what they decided, the calls of models, and the interaction around them."""
    trace = as_id(data.get("trace_id"))
    spans = as_dicts(data.get("spans"))
    if any("attributes" in span for span in spans):
        return _with_attributes(trace, spans, memory)
    events = [_event(span, spans, trace) for span in spans]
    return Found(events)


def _with_attributes(trace: str | None, spans: list[dict[str, Any]], memory: Memory) -> Found:
    """The second version: spans of OpenTelemetry, but for their times and for what the rails say."""
    traces = Traces(memory)
    events: list[Event] = []
    unknown: str | None = None
    for span in spans:
        attributes = as_dict(span.get("attributes"))
        if _of_rail(attributes, "name") is not None or span.get("name") == _RAIL_SPAN:
            events.append(_decided(span, attributes, trace))
            continue
        error = as_dict(span.get("error"))
        started, ended = to_micros(span.get("start_time")), to_micros(span.get("end_time"))
        found = spans_events(
            [
                Span(
                    name=as_str(span.get("name")) or "",
                    scope=NAME,
                    trace_id=trace,
                    span_id=as_id(span.get("span_id")),
                    parent_id=as_id(span.get("parent_id")),
                    started=started,
                    ended=ended,
                    attributes={"gen_ai.operation.name": as_id(span.get("name")), **attributes},
                    happenings=_happenings(span),
                    failed=error.get("occurred") is True,
                    message=as_str(error.get("message")),
                    took_ms=_duration(span),
                    shared={"service_name": NAME},
                )
            ],
            traces,
        )
        events += found.events
        unknown = unknown or found.unknown
    return Found(events, unknown)


def _happenings(span: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Events with their bodies: the content of messages is there."""
    bodies = [as_dict(event.get("body")) for event in as_dicts(span.get("events"))]
    named = zip(happenings_of(span), bodies, strict=True)
    return [(_MESSAGES.get(name, name), {**attributes, **body}) for (name, attributes), body in named]


def _of_rail(attributes: dict[str, Any], what: str) -> Any:
    return first(attributes, f"guardrails.rail.{what}", f"rail.{what}")


def _decided(span: dict[str, Any], attributes: dict[str, Any], trace: str | None) -> Event:
    stopped = _of_rail(attributes, "stop")
    verdict = ("deny" if stopped else "allow") if isinstance(stopped, bool) else None
    decisions, reason = _of_rail(attributes, "decisions"), as_str(_of_rail(attributes, "reason"))
    findings = [item for item in (decisions, reason) if item]
    text = as_str(_of_rail(attributes, "input"))
    fields: Fields = {
        "kind": Kind.GUARDRAIL,
        "guardrail_name": as_id(_of_rail(attributes, "name")) or as_id(span.get("name")),
        "guardrail_verdict": verdict,
        "guardrail_action": "stop" if stopped is True else None,
        "guardrail_findings": compact_json(findings) if findings else None,
        "operation_name": as_id(_of_rail(attributes, "type")),
        "text": text or None,
        "content_state": ContentState.PRESENT if text else ContentState.OFF,
    }
    return Event(**{**_common(span, trace), **fields})


def _event(span: dict[str, Any], spans: list[dict[str, Any]], trace: str | None) -> Event:
    name = as_str(span.get("name")) or ""
    common = _common(span, trace)
    if name.startswith(_CALL):
        metrics = as_dict(span.get("metrics"))
        usage: Fields = {
            "input_tokens": _counted(metrics, "prompt_tokens_total"),
            "output_tokens": _counted(metrics, "completion_tokens_total"),
        }
        model = name.removeprefix(_CALL) or None
        key = common["native_id"]
        return Event(**common, **usage, kind=Kind.LLM_CALL, request_model=model, usage_key=key, content_state=_OFF)
    if name.startswith(_RAIL) and not name.removeprefix(_RAIL).startswith(_NOT_GUARDING):
        verdict = _verdict(span, spans)
        stopped = "stop" if verdict == "deny" else None
        rail = name.removeprefix(_RAIL)
        named: Fields = {"guardrail_name": rail, "guardrail_verdict": verdict, "guardrail_action": stopped}
        return Event(**common, **named, kind=Kind.GUARDRAIL, content_state=_OFF)
    return Event(**common, kind=Kind.META, operation_name=name[:200] or None)


def _common(span: dict[str, Any], trace: str | None) -> Fields:
    at = to_micros(span.get("start_time"))
    span_id = as_id(span.get("span_id"))
    return {
        "native_id": None if trace is None or span_id is None else f"{trace}/{span_id}",
        "trace_id": trace,
        "call_id": trace,
        "span_id": span_id,
        "parent_id": as_id(span.get("parent_id")),
        "service_name": NAME,
        "duration_ms": _duration(span),
        "ts": at,
        "ts_source": TsSource.NONE if at is None else TsSource.SPAN_START,
    }


def _duration(span: dict[str, Any]) -> float | None:
    seconds = as_float(span.get("duration"))
    return None if seconds is None else seconds * 1000


def _counted(metrics: dict[str, Any], what: str) -> int | None:
    return next((as_int(value) for key, value in metrics.items() if key.endswith(what)), None)


def _verdict(rail: dict[str, Any], spans: list[dict[str, Any]]) -> str | None:
    """A rail on the input stopped the interaction when no model was asked for an answer after it.

    What a rail on the output decided leaves no trace: the answer was made before it.
    """
    ended = as_float(rail.get("end_time"))
    if ended is None or "output" in (as_str(rail.get("name")) or ""):
        return None
    guarding = _within(spans)
    for span in spans:
        started = as_float(span.get("start_time"))
        asked = (as_str(span.get("name")) or "").startswith(_CALL)
        if asked and as_id(span.get("span_id")) not in guarding and started is not None and started >= ended:
            return "allow"
    return "deny"


def _within(spans: list[dict[str, Any]]) -> set[str | None]:
    """The spans inside of rails that watch."""
    within: set[str | None] = set()
    for span in spans:
        name = as_str(span.get("name")) or ""
        watches = name.startswith(_RAIL) and not name.removeprefix(_RAIL).startswith(_NOT_GUARDING)
        span_id = as_id(span.get("span_id"))
        if span_id is not None and (watches or as_id(span.get("parent_id")) in within):
            within.add(span_id)
    return within


_OFF = ContentState.OFF

FORMAT = Format(
    NAME,
    "traces of NVIDIA NeMo Guardrails (FileSystem adapter)",
    "trace_id with spans that have span_id and duration, metrics or span_type",
    recognise,
    to_events,
)
