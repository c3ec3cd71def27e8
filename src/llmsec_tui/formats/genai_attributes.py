"""GenAI attributes of OpenTelemetry spans and logs, in all four generations that are in files today.

1. ``gen_ai.prompt`` and ``gen_ai.completion``, as JSON or indexed (``gen_ai.prompt.0.content``).
2. One event a message: ``gen_ai.user.message``, ``gen_ai.choice`` …
3. ``gen_ai.input.messages``, ``gen_ai.output.messages``, ``gen_ai.system_instructions``: JSON in a string.
4. The same with renamed usage attributes.
"""

from typing import Any

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind, Role, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.otlp_values import attributes_of
from llmsec_tui.formats.parts import Fields, text_fields, tool_call_fields, tool_result_fields
from llmsec_tui.formats.sides import add_side
from llmsec_tui.formats.transcript import ToolNames, Transcript, opening_of
from llmsec_tui.formats.values import (
    as_dict,
    as_dicts,
    as_id,
    as_int,
    as_list,
    as_status,
    as_str,
    compact_json,
    decoded,
    first,
    milliseconds,
)

_IDENTITY = {
    "operation_name": ("gen_ai.operation.name", "llm.request.type"),
    "provider_name": ("gen_ai.provider.name", "gen_ai.system"),
    "request_model": ("gen_ai.request.model",),
    "response_model": ("gen_ai.response.model",),
    "response_id": ("gen_ai.response.id",),
    "user_id": ("user.id", "enduser.id", "gen_ai.user.id", "gen_ai.request.user"),
    "agent_id": ("gen_ai.agent.id",),
    "agent_name": ("gen_ai.agent.name",),
    "source_ip": ("client.address", "net.peer.ip"),
}
_USAGE = {
    "input_tokens": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "output_tokens": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "cache_read_input_tokens": ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"),
    "cache_write_input_tokens": (
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
    ),
    "reasoning_output_tokens": ("gen_ai.usage.reasoning.output_tokens",),
}
_MESSAGE_EVENTS = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_DETAILS = "gen_ai.client.inference.operation.details"
_CONTENT_EVENTS = ("gen_ai.content.prompt", "gen_ai.content.completion", _DETAILS)
_AGGREGATES = ("invoke_agent", "invoke_workflow", "create_agent")
"""Operations whose usage is the sum over their children's."""
_WITHOUT_MESSAGES = ("create_agent", "embeddings")
_OTHER_DIALECTS = {
    "openinference": ("openinference.span.kind", "llm.model_name"),
    "vercel-ai-sdk": ("ai.operationId", "ai.model.id"),
    "traceloop": ("traceloop.span.kind",),
}
_OTHER_INPUTS = ("input.value", "ai.prompt.messages", "ai.prompt", "traceloop.entity.input")
_OTHER_OUTPUTS = ("output.value", "ai.response.text", "traceloop.entity.output")


def attribute_fields(attributes: dict[str, Any]) -> Fields:
    """Who, what model and which agent, for all events of a span."""
    fields = {field: _named(attributes, names) for field, names in _IDENTITY.items()}
    return {field: value for field, value in fields.items() if value is not None}


def span_events(span: dict[str, Any], attributes: dict[str, Any], common: Fields, names: ToolNames) -> Found:
    """What one span tells: a model call, a tool call, a permission, a guardrail, a retrieval, or nothing of ours."""
    operation = common.get("operation_name")
    ended = to_micros(span.get("endTimeUnixNano"))
    duration = _duration(common["ts"], ended)
    timed: Fields = {} if duration is None else {"duration_ms": duration}
    if operation == "execute_tool" or "gen_ai.tool.call.id" in attributes:
        return _tool_span(span, attributes, common, timed)
    if any(key.endswith("permission.result") for key in attributes):
        return Found([_permission(attributes, common, timed)])
    if operation is None and not any(key.startswith("gen_ai.") for key in attributes) and not _message_events(span):
        return _other_span(span, attributes, common, timed)
    output = {} if ended is None else {"ts": ended, "ts_source": TsSource.SPAN_END}
    outcome = timed | _outcome(attributes, operation, common["span_id"])
    transcript = Transcript(opening_of(common), output=output, outcome=outcome, names=names)
    _add_messages(transcript, attributes)
    for event in _message_events(span):
        _add_message_event(transcript, as_str(event.get("name")) or "", attributes_of(event))
    said = bool(transcript.events)
    _add_retrieval(transcript, attributes)
    _add_guardrail(transcript, attributes)
    if transcript.events and not said:
        # A retrieval or a guardrail, and no call of a model.
        transcript.outcome({})
    silent = not transcript.events
    _add_error(transcript, span, attributes)
    state = ContentState.OFF if silent and operation not in _WITHOUT_MESSAGES else ContentState.NONE
    return Found(transcript.finish(content_state=state, always=silent), transcript.unknown)


def log_events(log: dict[str, Any], body: Any, attributes: dict[str, Any], common: Fields) -> Found:
    """What one log record tells: a message, or the details of a whole call."""
    name = as_id(first(log, "eventName", "event_name")) or as_id(attributes.get("event.name")) or ""
    outcome = _outcome(attributes, common.get("operation_name"), common["span_id"])
    transcript = Transcript(opening_of(common), outcome=outcome)
    if name in _MESSAGE_EVENTS or name == "gen_ai.choice":
        _add_message_event(transcript, name, {**attributes, **as_dict(decoded(body))})
        return Found(transcript.finish(content_state=ContentState.OFF), transcript.unknown)
    _add_messages(transcript, {**attributes, **as_dict(decoded(body))})
    if transcript.events or name == _DETAILS:
        return Found(transcript.finish(content_state=ContentState.OFF), transcript.unknown)
    text = as_str(body) or (compact_json(body) if body else None)
    fields = text_fields(text, (None, Trust.HARNESS)) | {"kind": Kind.META, "operation_name": name or None}
    return Found([Event(**{**common, **fields})], f"log/{name[:60]}" if name else "log")


def nothing() -> Event:
    """The event of a record that holds no span and no log."""
    return Event(kind=Kind.META)


def _named(attributes: dict[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        if (value := as_id(attributes.get(name))) is not None:
            return value
    return None


def _duration(start: int | None, end: int | None) -> float | None:
    return None if start is None or end is None or end < start else (end - start) / 1000


def _outcome(attributes: dict[str, Any], operation: Any, span_id: Any) -> Fields:
    usage: Fields = {}
    if operation not in _AGGREGATES:
        counts = {field: as_int(first(attributes, *names)) for field, names in _USAGE.items()}
        usage = {field: value for field, value in counts.items() if value is not None}
    if usage:
        usage["usage_key"] = as_id(span_id)
    reasons = decoded(attributes.get("gen_ai.response.finish_reasons"))
    names = [reason for reason in map(as_id, as_list(reasons)) if reason] or (
        [reasons] if isinstance(reasons, str) else []
    )
    if names:
        usage["finish_reasons"] = as_str(",".join(names))
        if "content_filter" in names or "refusal" in names:
            usage["refusal"] = True
    first_chunk = milliseconds(attributes.get("gen_ai.response.time_to_first_chunk"))
    if first_chunk is not None:
        usage["ttft_ms"] = first_chunk
    return usage


def _add_messages(transcript: Transcript, attributes: dict[str, Any]) -> None:
    """Messages in attributes, of whichever generation; input first."""
    if instructions := decoded(attributes.get("gen_ai.system_instructions")):
        transcript.message({"role": "system", "parts": _parts(instructions)}, Exchange.INPUT)
    before = len(transcript.events)
    transcript.messages(_message_list(attributes, "gen_ai.input.messages", "gen_ai.prompt"), Exchange.INPUT)
    if len(transcript.events) == before:
        transcript.messages(_indexed(attributes, "gen_ai.prompt."), Exchange.INPUT)
    before = len(transcript.events)
    transcript.messages(_message_list(attributes, "gen_ai.output.messages", "gen_ai.completion"), Exchange.OUTPUT)
    if len(transcript.events) == before:
        transcript.messages(_indexed(attributes, "gen_ai.completion."), Exchange.OUTPUT)


def _parts(instructions: Any) -> list[Any]:
    return instructions if isinstance(instructions, list) else [instructions]


def _message_list(attributes: dict[str, Any], *names: str) -> Any:
    messages = decoded(first(attributes, *names))
    return messages["messages"] if isinstance(messages, dict) and "messages" in messages else messages


def _indexed(attributes: dict[str, Any], prefix: str) -> list[dict[str, Any]]:
    """Messages of keys such as ``gen_ai.prompt.0.tool_calls.1.name``, whose order in the log means nothing."""
    tree: dict[str, Any] = {}
    for key, value in attributes.items():
        if not key.startswith(prefix):
            continue
        node = tree
        *path, leaf = key.removeprefix(prefix).split(".")
        for step in path:
            deeper = node.setdefault(step, {})
            node = deeper if isinstance(deeper, dict) else {}
        node[leaf] = value
    return [_rebuilt(message) for message in _in_order(tree) if isinstance(message, dict)]


def _rebuilt(message: dict[str, Any]) -> dict[str, Any]:
    rebuilt = dict(message)
    if isinstance(calls := message.get("tool_calls"), dict):
        rebuilt["tool_calls"] = _in_order(calls)
    content = message.get("content")
    if isinstance(content, str) and content.startswith("["):
        parts = decoded(content)
        typed = isinstance(parts, list) and all(isinstance(part, dict) and "type" in part for part in parts)
        rebuilt["content"] = parts if typed else content
    rebuilt.pop("finish_reason", None)
    return rebuilt


def _in_order(tree: dict[str, Any]) -> list[Any]:
    numbered = [(int(key), value) for key, value in tree.items() if key.isascii() and key.isdigit() and len(key) < 8]
    return [value for _, value in sorted(numbered, key=lambda pair: pair[0])]


def _message_events(span: dict[str, Any]) -> list[dict[str, Any]]:
    return [event for event in as_dicts(span.get("events")) if _is_message_event(event.get("name"))]


def _is_message_event(name: Any) -> bool:
    return isinstance(name, str) and (name in _MESSAGE_EVENTS or name == "gen_ai.choice" or name in _CONTENT_EVENTS)


def _add_message_event(transcript: Transcript, name: str, body: dict[str, Any]) -> None:
    if name in _CONTENT_EVENTS:
        _add_messages(transcript, body)
        return
    if name == "gen_ai.choice":
        inner = decoded(body.get("message"))
        message = inner if isinstance(inner, dict) else {"content": inner} if inner is not None else body
        role, exchange = "assistant", Exchange.OUTPUT
    else:
        message, role, exchange = body, _MESSAGE_EVENTS[name], Exchange.INPUT
    kept = {key: message[key] for key in ("role", "content", "id", "name", "parts") if message.get(key) is not None}
    if calls := decoded(first(message, "tool_calls") or body.get("tool_calls")):
        kept["tool_calls"] = calls
    if kept.keys() & {"content", "parts", "tool_calls"}:
        transcript.message({"role": role, **kept}, exchange)


def _tool_span(span: dict[str, Any], attributes: dict[str, Any], common: Fields, timed: Fields) -> Found:
    name, call_id = attributes.get("gen_ai.tool.name"), attributes.get("gen_ai.tool.call.id")
    shared = common | {"tool_type": as_id(attributes.get("gen_ai.tool.type"))}
    failed = _error_fields(span, attributes)
    arguments = decoded(attributes.get("gen_ai.tool.call.arguments"))
    call = tool_call_fields(name, arguments, call_id)
    result = tool_result_fields(decoded(attributes.get("gen_ai.tool.call.result")), call_id, name=name)
    result["tool_is_error"] = True if failed else None
    for fields in (call, result):
        # The span was there, its content was not logged.
        if fields.get("text") is None and fields.get("content_state", ContentState.NONE) is ContentState.NONE:
            fields["content_state"] = ContentState.OFF
        # The chat spans of the trace tell the same again; what has a text is known by it, and the rest by the span.
        told_twice = common["call_id"] is not None and fields.get("text") is not None and not failed
        fields |= {"exchange": Exchange.INPUT} if told_twice else {"native_id": common["span_id"]}
    return Found([Event(**{**shared, **call}), Event(**{**shared, **timed, **failed, **result})])


def _permission(attributes: dict[str, Any], common: Fields, timed: Fields) -> Event:
    decided = next(value for key, value in attributes.items() if key.endswith("permission.result"))
    asked = next((value for key, value in attributes.items() if key.endswith("permission.kind")), None)
    fields = {
        "kind": Kind.PERMISSION,
        "native_id": common["span_id"],
        "operation_name": "permission",
        "permission_decision": _decision(as_id(decided)),
        "attrs": compact_json({"kind": as_id(asked)}) if asked is not None else None,
    }
    return Event(**{**common, **timed, **fields})


def _decision(decided: str | None) -> str | None:
    return "denied" if decided is not None and decided.startswith(("denied", "rejected", "deny")) else decided


def _add_retrieval(transcript: Transcript, attributes: dict[str, Any]) -> None:
    if query := as_str(attributes.get("gen_ai.retrieval.query.text")):
        transcript.single(**text_fields(query, (Role.ASSISTANT, Trust.MODEL)))
    if documents := decoded(attributes.get("gen_ai.retrieval.documents")):
        transcript.documents([decoded(document) for document in _parts(documents)])


def _add_guardrail(transcript: Transcript, attributes: dict[str, Any]) -> None:
    if not any(key.startswith("gen_ai.guardrail.") for key in attributes):
        return
    details = {key: value for key, value in attributes.items() if key.startswith("gen_ai.guardrail.")}
    transcript.single(
        kind=Kind.GUARDRAIL,
        guardrail_name=_named(attributes, ("gen_ai.guardrail.name", "gen_ai.guardrail.id", "gen_ai.guardrail.target")),
        guardrail_verdict=_named(attributes, ("gen_ai.guardrail.verdict", "gen_ai.guardrail.verdict.type")),
        guardrail_action=_named(attributes, ("gen_ai.guardrail.action",)),
        guardrail_findings=compact_json([details]),
    )


def _add_error(transcript: Transcript, span: dict[str, Any], attributes: dict[str, Any]) -> None:
    if failed := _error_fields(span, attributes):
        message = failed["error_message"]
        state = ContentState.PRESENT if message else ContentState.NONE
        transcript.single(kind=Kind.ERROR, trust=Trust.HARNESS, text=message, content_state=state, **failed)


def _error_fields(span: dict[str, Any], attributes: dict[str, Any]) -> Fields:
    status = as_dict(span.get("status"))
    failed = status.get("code") in (2, "2", "STATUS_CODE_ERROR", "ERROR")
    kind = as_id(attributes.get("error.type"))
    thrown = next((attributes_of(e) for e in as_dicts(span.get("events")) if e.get("name") == "exception"), {})
    if not failed and kind is None:
        return {}
    return {
        "error_type": kind or as_id(thrown.get("exception.type")),
        "error_message": as_str(first(status, "message")) or as_str(thrown.get("exception.message")) or None,
        "http_status": as_status(attributes.get("http.response.status_code")),
    }


def _other_span(span: dict[str, Any], attributes: dict[str, Any], common: Fields, timed: Fields) -> Found:
    """A span without GenAI attributes: what went in and out where it says so, else a trace of what ran."""
    dialect = next((name for name, keys in _OTHER_DIALECTS.items() if any(key in attributes for key in keys)), "span")
    name = as_id(span.get("name"))
    named = {**common, "operation_name": name[:200] if name else None}
    transcript = Transcript(opening_of(named), outcome=timed)
    add_side(transcript, decoded(first(attributes, *_OTHER_INPUTS)), Exchange.INPUT)
    add_side(transcript, decoded(first(attributes, *_OTHER_OUTPUTS)), Exchange.OUTPUT)
    if transcript.events:
        return Found(transcript.finish(), dialect)
    return Found([Event(**{**named, **timed, "kind": Kind.META, "native_id": common["span_id"]})], dialect)
