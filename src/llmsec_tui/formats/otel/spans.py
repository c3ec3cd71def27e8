"""Make events of a span: what it tells, once, however many spans around it tell it again."""

from typing import Any

from msgspec.structs import replace

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind, Role, Trust, TsSource
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.leaves import harvest
from llmsec_tui.formats.otel.agents import name_agents
from llmsec_tui.formats.otel.dialects import tell
from llmsec_tui.formats.otel.failures import add_error, error_fields
from llmsec_tui.formats.otel.message_events import EVALUATION, is_message
from llmsec_tui.formats.otel.span import Span
from llmsec_tui.formats.otel.told import Told, What
from llmsec_tui.formats.otel.tools import tool_events
from llmsec_tui.formats.otel.traces import Traces
from llmsec_tui.formats.otel.verdicts import add_evaluations, add_guardrail
from llmsec_tui.formats.parts import Fields, text_fields
from llmsec_tui.formats.platforms.said import Said
from llmsec_tui.formats.speakers import split_tool
from llmsec_tui.formats.transcript import Transcript, opening_of
from llmsec_tui.formats.values import as_id, compact_json

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_COUNTS = (
    *("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_write_input_tokens"),
    *("reasoning_output_tokens", "cost_usd"),
)
_ENDS = ("finish_reasons", "refusal")
"""What is told of the answer as well as of the call."""
_QUIET = (
    *("exception", EVALUATION, "tool.output", "ai.stream.firstChunk", "ai.stream.finish"),
    *("github.copilot.hook.start", "github.copilot.hook.end", "github.copilot.session.usage_info"),
)
_ROOM = 400


def spans_events(spans: list[Span], traces: Traces) -> Found:
    """The events of the spans of a record, in their order."""
    told = [(span, tell(span)) for span in spans]
    name_agents(told)
    for span, one in told:
        _introduce(span, one, traces)
    events: list[Event] = []
    unknown: str | None = None
    for span, one in told:
        found = _span_events(span, one, traces)
        events += found.events
        unknown = unknown or found.unknown
    traces.bound()
    return Found(events, unknown)


def add_texts(transcript: Transcript, told: Told) -> None:
    """The messages of both sides; where there are none, whatever went in and out."""
    if told.system:
        parts = told.system if isinstance(told.system, list) else [told.system]
        transcript.message({"role": "system", "parts": parts}, _INPUT)
    if told.tools:
        # Descriptions of tools reach the model: a place to hide instructions in.
        offered = text_fields(compact_json(told.tools), (Role.DEVELOPER, Trust.OPERATOR))
        transcript.emit(_INPUT, offered | {"kind": Kind.META, "operation_name": "tool_definitions"})
    said = Said(transcript, model=told.what is What.CALL)
    if told.asked:
        transcript.messages(told.asked, _INPUT)
    elif told.put_in is not None:
        said.add(told.put_in, _INPUT)
    if told.query:
        transcript.say("user", told.query, _INPUT)
    for text in told.embedded:
        transcript.emit(_INPUT, text_fields(text, (None, Trust.USER)))
    if told.answered:
        transcript.messages(told.answered, _OUTPUT)
    elif told.got_out is not None:
        said.add(told.got_out, _OUTPUT)


def identified(events: list[Event], span_id: str | None) -> list[Event]:
    """The events that are no messages get ids of the span: a later record with the same span amends them."""
    if span_id is None:
        return events
    seen: dict[str, int] = {}
    made: list[Event] = []
    for event in events:
        if event.exchange or event.native_id is not None:
            made.append(event)
            continue
        number = seen[event.kind] = seen.get(event.kind, 0) + 1
        made.append(replace(event, native_id=span_id if number == 1 else f"{span_id}#{number}"))
    return made


def _introduce(span: Span, told: Told, traces: Traces) -> None:
    """What other spans of the trace need to know."""
    conversation = told.fields.get("conversation_id")
    if conversation is not None:
        traces.name_conversation(span.trace_id, conversation)
    if told.what is What.CALL:
        traces.name_response(told.fields.get("response_id"), span.trace_id)
    if told.what is What.TOOL:
        call_id, (tool, server) = as_id(told.tool_id), split_tool(as_id(told.tool_name))
        if call_id is not None and tool is not None:
            traces.name_tool(call_id, tool, server)


def _span_events(span: Span, told: Told, traces: Traces) -> Found:
    common = _common(span, told, traces)
    failed = error_fields(span)
    outcome = _outcome(span, told)
    if told.what is What.TOOL:
        return Found(tool_events(told, common, outcome, failed, traces, unfinished=span.unfinished))
    if told.permission is not None:
        asked = {"kind": Kind.PERMISSION, "native_id": span.span_id}
        return Found([Event(**{**common, **asked, **outcome, **told.permission})])
    output: Fields = {} if span.ended is None else {"ts": span.ended, "ts_source": TsSource.SPAN_END}
    transcript = Transcript(opening_of(common), output=output, names=traces.names)
    unknown = _add(transcript, span, told, outcome, failed)
    if told.what is What.CALL:
        _note_calls(transcript, traces)
    _add_happenings(transcript, span)
    _add_failure(transcript, span, told, failed, traces)
    return Found(identified(transcript.events, span.span_id), unknown or transcript.unknown)


def _add(transcript: Transcript, span: Span, told: Told, outcome: Fields, failed: Fields) -> str | None:
    if told.what in (What.CALL, What.EMBEDDING):
        _add_call(transcript, span, told, outcome)
        return None
    if told.what is What.GUARDRAIL and _watches_output(span, told):
        told.put_in, told.got_out = None, told.put_in
    add_texts(transcript, told)
    before = len(transcript.events)
    transcript.documents(told.documents)
    if told.what is What.RETRIEVAL and len(transcript.events) == before:
        transcript.single(kind=Kind.RETRIEVAL, trust=Trust.RETRIEVED, content_state=ContentState.OFF, **outcome)
    if told.guardrail is not None or told.what is What.GUARDRAIL:
        add_guardrail(transcript, {"guardrail_name": _name(span)} | _given(told.guardrail), **outcome)
    if told.evaluations or told.what is What.EVALUATION:
        add_evaluations(transcript, told, **outcome)
    if told.what is What.AGGREGATE or told.what is None:
        operation = told.fields.get("operation_name") or _name(span)
        noted = {name: value for name, value in failed.items() if value is not None}
        transcript.single(kind=Kind.META, **{"operation_name": operation, **outcome, **noted})
    return f"span/{span.scope[:60]}" if told.what is None else None


def _add_call(transcript: Transcript, span: Span, told: Told, outcome: Fields) -> None:
    transcript.outcome({name: told.outcome[name] for name in _ENDS if name in told.outcome})
    add_texts(transcript, told)
    transcript.outcome({})
    silent = not transcript.events
    transcript.documents(told.documents)
    if told.guardrail is not None:
        add_guardrail(transcript, {"guardrail_name": _name(span)} | _given(told.guardrail))
    if told.evaluations:
        add_evaluations(transcript, told)
    if span.unfinished:
        # Nothing can be said of it yet; the record of its end amends this one.
        transcript.single(kind=Kind.LLM_CALL)
        return
    # Apart from the messages: those may be known from a tool's span already, and what they cost would go with them.
    state = ContentState.OFF if silent and told.what is What.CALL else ContentState.NONE
    ended: Fields = {} if span.ended is None else {"ts": span.ended, "ts_source": TsSource.SPAN_END}
    transcript.single(kind=Kind.LLM_CALL, native_id=span.span_id, content_state=state, **ended, **outcome)


def _watches_output(span: Span, told: Told) -> bool:
    """Whether what went into a guardrail came out of a model, as far as its name tells."""
    names = (span.name, as_id(_given(told.guardrail).get("guardrail_name")) or "")
    return any("output" in name.lower() or "response" in name.lower() for name in names)


def _note_calls(transcript: Transcript, traces: Traces) -> None:
    for event in transcript.events:
        if event.kind is Kind.TOOL_CALL and event.exchange is _OUTPUT and event.tool_call_id and event.tool_name:
            traces.ask_for(event.trace_id, event.tool_name, event.text or "", event.tool_call_id)


def _given(fields: Fields | None) -> Fields:
    return {name: value for name, value in (fields or {}).items() if value is not None}


def _name(span: Span) -> str | None:
    return span.name[:200] or None


def _add_happenings(transcript: Transcript, span: Span) -> None:
    """Events in the span that are no messages: what an agent's harness notes while it runs."""
    for name, attributes in span.happenings:
        if is_message(name) or name in _QUIET:
            continue
        text, state = harvest({key: value for key, value in attributes.items() if _may_be_text(key, value)})
        if text is not None:
            noted = {"role": Role.HARNESS, "trust": Trust.HARNESS, "text": text, "content_state": state}
            transcript.single(kind=Kind.META, **{"operation_name": name[:80] or None, **noted})


def _may_be_text(key: str, value: Any) -> bool:
    return isinstance(value, str) and " " in value[:_ROOM] and not key.endswith("stacktrace")


def _add_failure(transcript: Transcript, span: Span, told: Told, failed: Fields, traces: Traces) -> None:
    if not failed or told.what is None:
        return
    what = f"{failed['error_type']} {failed['error_message']}"
    # Every span around the one that failed says that it failed too.
    news = traces.is_news(span.trace_id, what)
    if news or told.what is not What.AGGREGATE:
        add_error(transcript, failed)


def _common(span: Span, told: Told, traces: Traces) -> Fields:
    named = told.fields.get("conversation_id") or traces.conversation(span.trace_id)
    return {
        **span.shared,
        **told.fields,
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "call_id": traces.told_in(told.fields.get("response_id")) or span.trace_id,
        "parent_id": span.parent_id,
        "conversation_id": named or span.shared.get("conversation_id"),
        "ts": span.started,
        "ts_source": TsSource.NONE if span.started is None else TsSource.SPAN_START,
    }


def _outcome(span: Span, told: Told) -> Fields:
    outcome = told.outcome
    if told.what is What.AGGREGATE:
        outcome = {name: value for name, value in outcome.items() if name not in _COUNTS}
    elif any(name in outcome for name in _COUNTS):
        outcome = {**outcome, "usage_key": told.fields.get("response_id") or span.span_id}
    if told.notes:
        outcome = {**outcome, "attrs": compact_json(told.notes)}
    duration = span.duration_ms
    return outcome if duration is None else {**outcome, "duration_ms": duration}
