"""Traffic of the Model Context Protocol: JSON-RPC 2.0 messages as loggers write them, one a record.

https://modelcontextprotocol.io/specification. An answer has only the id of its question, and ids begin anew with each
connection, so the last questions are remembered.
"""

from typing import Any

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind, Role, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.leaves import harvest
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import (
    Fields,
    content_fields,
    document_fields,
    text_fields,
    tool_call_fields,
    tool_result_fields,
)
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import as_dict, as_dicts, as_id, as_int, as_str, compact_json, first

NAME = "mcp"

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_TIMES = ("timestamp", "time", "ts", "@timestamp")
_MOST_WAITING = 256
_QUIET = (
    *("ping", "notifications/initialized", "notifications/cancelled", "notifications/progress", "logging/setLevel"),
    *("resources/list", "prompts/list", "tools/list", "resources/subscribe", "resources/unsubscribe"),
    *("resources/templates/list", "roots/list", "completion/complete", "initialize"),
    *("notifications/tools/list_changed", "notifications/resources/list_changed", "notifications/resources/updated"),
    *("notifications/prompts/list_changed", "notifications/roots/list_changed"),
)


def recognise(data: dict[str, Any]) -> bool:
    """The version that every message names."""
    return data.get("jsonrpc") == "2.0" and not data.keys().isdisjoint(("method", "result", "error"))


def to_events(data: dict[str, Any], memory: Memory) -> Found:
    """A tool's call, result or description, a resource, a prompt, a sampling request, an error."""
    said = memory.of(NAME)
    waiting: dict[str, Any] = said.setdefault("waiting", {})
    name = as_id(data.get("id"))
    moment = to_micros(first(data, *_TIMES))
    opening = Event(
        kind=Kind.MESSAGE,
        ts=moment,
        ts_source=TsSource.NONE if moment is None else TsSource.NATIVE,
        service_name="mcp",
        tool_server=said.get("server"),
        request_id=name,
    )
    transcript = Transcript(opening, history=False)
    method = as_id(data.get("method"))
    if method is not None:
        unknown = _asked(method, as_dict(data.get("params")), name, said, transcript)
        if name is not None:
            waiting[name] = [method, as_id(as_dict(data.get("params")).get("name"))]
            while len(waiting) > _MOST_WAITING:
                del waiting[next(iter(waiting))]
        return Found(transcript.events, unknown)
    asked, tool = waiting.pop(name, [None, None]) if name is not None else (None, None)
    if "error" in data:
        _failed(as_dict(data["error"]), asked, tool, name, transcript)
    else:
        _answered(as_dict(data.get("result")), asked, tool, name, said, transcript)
    return Found(transcript.events, transcript.unknown)


def _asked(
    method: str, params: dict[str, Any], name: str | None, said: dict[str, Any], transcript: Transcript
) -> str | None:
    if method == "tools/call":
        call = tool_call_fields(params.get("name"), params.get("arguments"), name)
        transcript.emit(_OUTPUT, call | {"tool_server": said.get("server")})
        return None
    if method == "sampling/createMessage":
        if system := as_str(params.get("systemPrompt")):
            transcript.emit(_INPUT, text_fields(system, (Role.SYSTEM, Trust.TOOL)))
        for message in as_dicts(params.get("messages")):
            # A server asks the model in the client's name.
            text = content_fields(message.get("content")).get("text")
            transcript.emit(_INPUT, text_fields(text, (Role.USER, Trust.TOOL)))
        return None
    if method == "elicitation/create":
        transcript.emit(_INPUT, text_fields(as_str(params.get("message")), (Role.TOOL, Trust.TOOL)))
        return None
    where = as_id(first(params, "uri", "name"))
    fields: Fields = {"kind": Kind.META, "operation_name": method[:80]}
    if where is not None:
        fields["attrs"] = compact_json({"uri": where[:2048]})
    if method == "notifications/message":
        told, state = harvest(params.get("data"))
        fields |= {"role": Role.TOOL, "trust": Trust.TOOL, "text": told, "content_state": state}
    transcript.emit(_INPUT, fields)
    known = method in _QUIET or method in ("resources/read", "prompts/get", "notifications/message")
    return None if known else f"method/{method}"[:80]


def _failed(
    error: dict[str, Any], asked: str | None, tool: str | None, name: str | None, transcript: Transcript
) -> None:
    message = as_str(error.get("message"))
    code = as_int(error.get("code"))
    fields = text_fields(message, (Role.TOOL, Trust.TOOL)) | {
        "kind": Kind.ERROR,
        "error_type": None if code is None else f"jsonrpc/{code}",
        "error_message": message,
        "operation_name": asked,
        "tool_name": tool if asked == "tools/call" else None,
        "tool_call_id": name if asked == "tools/call" else None,
    }
    transcript.emit(_INPUT, fields)


def _answered(
    result: dict[str, Any],
    asked: str | None,
    tool: str | None,
    name: str | None,
    said: dict[str, Any],
    transcript: Transcript,
) -> None:
    if isinstance(server := result.get("serverInfo"), dict):
        said["server"] = as_id(server.get("name"))
        instructions = as_str(result.get("instructions"))
        fields = text_fields(instructions, (Role.SYSTEM, Trust.TOOL))
        transcript.emit(_INPUT, fields | {"operation_name": "initialize", "tool_server": said["server"]})
    elif isinstance(result.get("tools"), list):
        # What tools say of themselves reaches the model: a place to hide instructions in.
        for described in as_dicts(result["tools"]):
            fields = text_fields(compact_json(described), (Role.TOOL, Trust.TOOL))
            named = {"kind": Kind.META, "operation_name": "tools/list", "tool_name": as_id(described.get("name"))}
            transcript.emit(_INPUT, fields | named)
    elif isinstance(result.get("contents"), list):
        for content in as_dicts(result["contents"]):
            transcript.emit(_INPUT, _resource(content))
    elif asked == "prompts/get" and isinstance(result.get("messages"), list):
        for message in as_dicts(result["messages"]):
            text = content_fields(message.get("content")).get("text")
            transcript.emit(_INPUT, text_fields(text, (Role.TOOL, Trust.TOOL)))
    elif "content" in result or asked == "tools/call":
        content = first(result, "content", "structuredContent")
        role = result.get("role")
        if role == "assistant" and asked == "sampling/createMessage":
            text = content_fields(content).get("text")
            transcript.emit(_OUTPUT, text_fields(text, (Role.ASSISTANT, Trust.MODEL)))
        else:
            answer = tool_result_fields(content, name, name=tool, is_error=result.get("isError"))
            transcript.emit(_INPUT, answer | {"tool_server": said.get("server")})
    else:
        text, state = harvest(result)
        shown = text if text and " " in text else None
        fields = {"kind": Kind.META, "operation_name": asked, "role": Role.TOOL, "trust": Trust.TOOL}
        transcript.emit(_INPUT, fields | ({"text": shown, "content_state": state} if shown else {}))


def _resource(content: dict[str, Any]) -> Fields:
    where = as_id(content.get("uri"))
    if (text := as_str(content.get("text"))) is not None:
        return document_fields({"content": text, "uri": where})
    return {
        "kind": Kind.RETRIEVAL,
        "role": Role.TOOL,
        "trust": Trust.RETRIEVED,
        "content_state": ContentState.MEDIA,
        "media_type": as_id(content.get("mimeType")),
        "attrs": None if where is None else compact_json({"uri": where[:2048]}),
    }


FORMAT = Format(
    NAME,
    "Model Context Protocol traffic (JSON-RPC 2.0)",
    "jsonrpc 2.0 with method, result or error",
    recognise,
    to_events,
)
