"""Sessions of the pi coding agent: ``~/.pi/agent/sessions/--<directory>--/<time>_<id>.jsonl``.

https://github.com/badlogic/pi-mono/blob/main/packages/coding-agent/docs/session.md. The first line names the session
and its folder; the model is told when it changes.
"""

from collections.abc import Callable
from typing import Any

from llmsec_tui.events.model import Exchange, Kind, Role, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.leaves import harvest
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import Fields, Speaker, text_fields, tool_call_fields, tool_result_fields
from llmsec_tui.formats.transcript import Transcript, opening_of
from llmsec_tui.formats.values import (
    as_dict,
    as_dicts,
    as_float,
    as_id,
    as_int,
    as_str,
    compact_json,
    first,
)

NAME = "pi-agent"

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_USER: Speaker = (Role.USER, Trust.USER)
_ASSISTANT: Speaker = (Role.ASSISTANT, Trust.MODEL)
_HARNESS: Speaker = (Role.HARNESS, Trust.HARNESS)
_USAGE = {
    "input_tokens": "input",
    "output_tokens": "output",
    "cache_read_input_tokens": "cacheRead",
    "cache_write_input_tokens": "cacheWrite",
}
Said = dict[str, Any]


def recognise(data: dict[str, Any]) -> bool:
    """A type of line that sessions have, with what such a line has, and no id of a session beside it."""
    kind = data.get("type")
    if not isinstance(kind, str) or "sessionId" in data or "session_id" in data:
        return False
    if kind == "message":
        message = data.get("message")
        return isinstance(message, dict) and message.get("role") in _ROLES and "timestamp" in data
    if kind == "session":
        return "cwd" in data and "id" in data
    needed = _NEEDED.get(kind)
    return needed is not None and needed in data


def continues(data: dict[str, Any], _: Memory) -> bool:
    """A type of line that a newer version brought."""
    return isinstance(data.get("type"), str) and "timestamp" in data


def to_events(data: dict[str, Any], memory: Memory) -> Found:
    """The events of one line, with what the lines before said of session, folder and model."""
    said = memory.of(NAME)
    kind = _kind(data)
    if kind == "session":
        said.clear()
        _remember(said, session=data.get("id"), cwd=data.get("cwd"))
    if kind in ("session", "model_change"):
        _remember(said, model=data.get("modelId"), provider=data.get("provider"))
    message = as_dict(data.get("message"))
    moment = to_micros(data.get("timestamp"))
    if moment is None:
        moment = to_micros(message.get("timestamp"))
    opening: Fields = {
        "ts": moment,
        "ts_source": TsSource.NONE if moment is None else TsSource.NATIVE,
        "service_name": NAME,
        "conversation_id": as_id(said.get("session")),
        "parent_id": as_id(data.get("parentId")),
        "workspace": as_id(said.get("cwd")),
        "provider_name": as_id(message.get("provider")) or as_id(said.get("provider")),
        "request_model": as_id(said.get("model")),
        "response_model": as_id(message.get("model")),
        "response_id": as_id(message.get("responseId")),
    }
    transcript = Transcript(opening_of(opening), native_id=as_id(data.get("id")), history=False)
    unknown = _RECORDS.get(kind, _unmapped)(data, transcript)
    if not transcript.events:
        transcript.emit(_INPUT, {"kind": Kind.META, "operation_name": kind})
    return Found(transcript.events, unknown or transcript.unknown)


def _kind(data: dict[str, Any]) -> str:
    return (as_id(data.get("type")) or "")[:80]


def _remember(said: Said, **things: Any) -> None:
    for name, value in things.items():
        if (named := as_id(value)) is not None:
            said[name] = named


def _session(data: dict[str, Any], transcript: Transcript) -> str | None:
    attrs = {key: data[key] for key in ("version", "thinkingLevel", "branchedFrom", "parentSession") if data.get(key)}
    packed = compact_json(attrs) if attrs else None
    transcript.emit(_INPUT, {"kind": Kind.SESSION, "operation_name": "session", "attrs": packed})
    return None


def _message(data: dict[str, Any], transcript: Transcript) -> str | None:
    message = as_dict(data.get("message"))
    role = message.get("role")
    if role == "toolResult":
        call_id, name = message.get("toolCallId"), message.get("toolName")
        failed = message.get("isError")
        fields = tool_result_fields(message.get("content"), call_id, name=name, is_error=failed)
        transcript.emit(_INPUT, fields)
    elif role == "bashExecution":
        _typed_command(message, transcript)
    elif role == "assistant":
        _answer(message, data, transcript)
    elif role == "user":
        _said(message.get("content"), _USER, _INPUT, transcript)
    else:
        # A summary of a branch, or what an extension puts in.
        _said(first(message, "content", "summary"), _HARNESS, _INPUT, transcript)
    return None


def _said(content: Any, by: Speaker, exchange: Exchange, transcript: Transcript) -> None:
    for part in content if isinstance(content, list) else [content]:
        plain = as_dict(part)
        if plain.get("type") == "toolCall":
            asked = tool_call_fields(plain.get("name"), plain.get("arguments"), plain.get("id"))
            transcript.emit(exchange, asked)
        elif part is not None:
            transcript.part(part, by, exchange)


def _answer(message: dict[str, Any], data: dict[str, Any], transcript: Transcript) -> None:
    used = as_dict(message.get("usage"))
    counts = {name: as_int(used.get(key)) for name, key in _USAGE.items()}
    outcome: Fields = {name: count for name, count in counts.items() if count is not None}
    if outcome:
        # Input stands for what came from no cache.
        cached = (counts["cache_read_input_tokens"] or 0) + (counts["cache_write_input_tokens"] or 0)
        outcome["input_tokens"] = as_int((counts["input_tokens"] or 0) + cached)
        outcome["usage_key"] = as_id(message.get("responseId")) or as_id(first(data, "id", "timestamp"))
    outcome["cost_usd"] = as_float(as_dict(used.get("cost")).get("total"))
    outcome["finish_reasons"] = as_id(message.get("stopReason"))
    transcript.outcome({name: value for name, value in outcome.items() if value is not None})
    _said(message.get("content"), _ASSISTANT, _OUTPUT, transcript)
    if message.get("stopReason") in ("error", "aborted") or message.get("errorMessage"):
        text = as_str(message.get("errorMessage"))
        failed = text_fields(text, _HARNESS) | {"kind": Kind.ERROR, "error_message": text}
        transcript.emit(_OUTPUT, failed | {"error_type": as_id(message.get("stopReason")) or "error"})


def _typed_command(message: dict[str, Any], transcript: Transcript) -> None:
    """A command that the user had run."""
    transcript.emit(_INPUT, text_fields(as_str(message.get("command")), _USER) | {"tool_name": "bash"})
    code = as_int(message.get("exitCode"))
    fields = tool_result_fields(message.get("output"), None, name="bash", is_error=None if code is None else code != 0)
    transcript.emit(_INPUT, fields)


def _change(data: dict[str, Any], transcript: Transcript) -> str | None:
    attrs = {key: data[key] for key in ("provider", "modelId", "thinkingLevel", "label", "name") if data.get(key)}
    packed = compact_json(attrs) if attrs else None
    transcript.emit(_INPUT, {"kind": Kind.META, "operation_name": _kind(data), "attrs": packed})
    return None


def _summary(data: dict[str, Any], transcript: Transcript) -> str | None:
    kind = _kind(data)
    text = as_str(data.get("summary"))
    transcript.emit(_INPUT, text_fields(text, _HARNESS) | {"kind": Kind.META, "operation_name": kind})
    return None


def _injected(data: dict[str, Any], transcript: Transcript) -> str | None:
    """What an extension puts before the model, for one call or for good."""
    for message in as_dicts(data.get("messages")):
        _said(message.get("content"), _HARNESS, _INPUT, transcript)
    _said(data.get("content"), _HARNESS, _INPUT, transcript)
    return None


def _unmapped(data: dict[str, Any], transcript: Transcript) -> str | None:
    kind = _kind(data)
    text, state = harvest({key: value for key, value in data.items() if key not in ("type", "id", "parentId")})
    fields: Fields = {"role": Role.HARNESS, "trust": Trust.HARNESS, "text": text, "content_state": state}
    transcript.emit(_INPUT, fields | {"kind": Kind.META, "operation_name": kind})
    return None if kind in _NEEDED else kind


_ROLES = ("user", "assistant", "toolResult", "bashExecution", "custom", "branchSummary", "compactionSummary")
_NEEDED = {
    "model_change": "modelId",
    "thinking_level_change": "thinkingLevel",
    "compaction": "summary",
    "branch_summary": "summary",
    "custom": "customType",
    "custom_message": "customType",
    "label": "targetId",
    "session_info": "timestamp",
    "context_transform": "transformerName",
    "ephemeral": "messages",
}
"""The other types of lines, and what shows that they are those of pi."""
_RECORDS: dict[str, Callable[[dict[str, Any], Transcript], str | None]] = {
    "session": _session,
    "message": _message,
    "compaction": _summary,
    "branch_summary": _summary,
    "custom_message": _injected,
    "ephemeral": _injected,
    **dict.fromkeys(("model_change", "thinking_level_change", "label", "session_info"), _change),
}

FORMAT = Format(
    NAME,
    "Sessions of the pi coding agent (~/.pi/agent/sessions)",
    "type (session, message, model_change, compaction …) without a session id",
    recognise,
    to_events,
    continues,
)
