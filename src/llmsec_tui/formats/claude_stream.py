"""What Claude Code prints with ``--output-format stream-json``, and what its SDK logs of it.

https://docs.claude.com/en/docs/claude-code/sdk/sdk-headless. The messages are those of its transcripts, with
``session_id`` in place of ``sessionId``; folder, model and permission mode are told once, at the beginning.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from msgspec.structs import replace

from llmsec_tui.events.model import ContentState, Event, Kind, PartType, Role, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats import claude_code
from llmsec_tui.formats.anthropic_stream import piece_events
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.leaves import harvest
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import Fields, text_fields
from llmsec_tui.formats.pieces import part_id
from llmsec_tui.formats.speakers import split_tool
from llmsec_tui.formats.usage import usage_fields
from llmsec_tui.formats.values import (
    arguments_text,
    as_dict,
    as_dicts,
    as_float,
    as_id,
    as_list,
    as_str,
    compact_json,
    first,
)

NAME = "claude-stream-json"

_REMEMBERED = 128
_NOTED = ("tools", "mcp_servers", "slash_commands", "agents", "apiKeySource", "claude_code_version", "output_style")
_SUBTYPES = (
    *("init", "compact_boundary", "status", "hook_response", "hook_started", "hook_progress", "api_retry"),
    *("task_started", "task_progress", "task_notification", "local_command_output", "files_persisted"),
)
_BOOKKEEPING = (
    "keep_alive",
    "tool_progress",
    "auth_status",
    "rate_limit_event",
    "tool_use_summary",
    "prompt_suggestion",
)

Said = dict[str, Any]


def recognise(data: dict[str, Any]) -> bool:
    """A type that the stream has, and the session in snake case; or a request to its controller."""
    kind = data.get("type")
    if not isinstance(kind, str) or "sessionId" in data:
        return False
    if kind in _CONTROLS:
        return isinstance(data.get("request"), dict) or isinstance(data.get("response"), dict)
    return "session_id" in data and (kind in _RECORDS or kind in _BOOKKEEPING)


def to_events(data: dict[str, Any], memory: Memory) -> Found:
    """Messages, permissions, what a run cost, and how it ended."""
    return _RECORDS.get(str(data.get("type")), _note)(data, memory.of(NAME))


def _shared(data: dict[str, Any], said: Said) -> Fields:
    moment = to_micros(data.get("timestamp"))
    shared = {
        "ts": moment,
        "ts_source": TsSource.NONE if moment is None else TsSource.NATIVE,
        "service_name": "claude-code",
        "conversation_id": as_id(data.get("session_id")) or as_id(said.get("session")),
        "workspace": as_id(said.get("cwd")),
        "permission_mode": as_id(said.get("mode")),
        **_agent(data),
    }
    return {name: value for name, value in shared.items() if value is not None}


def _agent(data: dict[str, Any]) -> Fields:
    """A sub-agent is known by the call that started it."""
    started_by = as_id(data.get("parent_tool_use_id"))
    return {} if started_by is None else {"agent_id": started_by, "parent_id": started_by}


def _system(data: dict[str, Any], said: Said) -> Found:
    subtype = as_id(data.get("subtype")) or ""
    if subtype != "init":
        found = _note(data, said)
        known = subtype in _SUBTYPES
        return Found(found.events, None if known else f"system/{subtype[:40]}")
    said.clear()
    for name, key in (("session", "session_id"), ("cwd", "cwd"), ("mode", "permissionMode"), ("model", "model")):
        if (value := as_id(data.get(key))) is not None:
            said[name] = value
    attrs = {key: data[key] for key in _NOTED if data.get(key)}
    shared = {**_shared(data, said), "request_model": as_id(data.get("model")), "native_id": as_id(data.get("uuid"))}
    packed = compact_json(attrs) if attrs else None
    return Found([Event(**shared, kind=Kind.SESSION, operation_name="system/init", attrs=packed)])


def _message(data: dict[str, Any], said: Said) -> Found:
    record = {
        **data,
        "sessionId": data.get("session_id") or said.get("session"),
        "cwd": said.get("cwd"),
        "isSidechain": data.get("parent_tool_use_id") is not None,
        "toolUseResult": data.get("tool_use_result"),
        "isMeta": data.get("isSynthetic") is True,
        "isApiErrorMessage": isinstance(data.get("error"), str),
        "permissionMode": said.get("mode"),
    }
    found = claude_code.to_events(record, Memory())
    events = [replace(event, **_agent(data)) for event in found.events] if _agent(data) else found.events
    said["spoke"] = True
    for event in events:
        if event.kind is Kind.PERMISSION and event.tool_call_id is not None:
            _remember(said, "denied", event.tool_call_id)
        elif event.kind is Kind.MESSAGE and event.role is Role.ASSISTANT and event.text:
            said["answer"] = _digest(event.text)
    return Found(_as_streamed(events, as_id(as_dict(data.get("message")).get("id")), said), found.unknown)


def _as_streamed(events: list[Event], message_id: str | None, said: Said) -> list[Event]:
    """Blocks of a message whose pieces were told amend them."""
    streamed: dict[str, Any] = as_dict(said.get("streamed"))
    if message_id is None or message_id not in streamed:
        return events
    renamed: list[Event] = []
    for event in events:
        renamed.append(replace(event, native_id=part_id(message_id, str(streamed[message_id]))))
        streamed[message_id] += 1
    return renamed


def _piece(data: dict[str, Any], said: Said) -> Found:
    piece = as_dict(data.get("event"))
    if piece.get("type") == "message_start":
        message_id = as_id(as_dict(piece.get("message")).get("id"))
        streamed: dict[str, Any] = said.setdefault("streamed", {})
        if message_id is not None:
            streamed.setdefault(message_id, 0)
        while len(streamed) > _REMEMBERED:
            del streamed[next(iter(streamed))]
    stream = f"{as_id(data.get('session_id'))}/{as_id(data.get('parent_tool_use_id')) or ''}"
    known: Said = said.setdefault("stream", {})
    return Found(piece_events(piece, known, _shared(data, said), stream))


def _result(data: dict[str, Any], said: Said) -> Found:
    """How a run ended, what it cost, and which tools it was not let use."""
    shared = _shared(data, said)
    subtype = as_id(data.get("subtype")) or ""
    # With --output-format json there is nothing but this record.
    alone = "spoke" not in said and "streamed" not in said
    events = _denials(data, said, shared)
    text = as_str(data.get("result"))
    failed = data.get("is_error") is True or subtype.startswith("error")
    if failed:
        errors = [error for error in map(as_str, as_list(data.get("errors"))) if error]
        text = text or "\n".join(errors) or None
        state = ContentState.PRESENT if text else ContentState.NONE
        failure: Fields = {
            "text": text,
            "content_state": state,
            "error_message": text,
            "error_type": subtype or "error",
        }
        events.append(Event(**shared, **failure, kind=Kind.ERROR, trust=Trust.HARNESS))
    elif text and _digest(text) != said.get("answer"):
        events.append(Event(**{**shared, **text_fields(text, (Role.ASSISTANT, Trust.MODEL))}))
    counts = {key: data[key] for key in ("num_turns", "usage", "modelUsage", "duration_api_ms") if data.get(key)}
    events.append(
        Event(
            **shared,
            kind=Kind.USAGE,
            native_id=as_id(data.get("uuid")),
            operation_name=f"result/{subtype}"[:80],
            # The tokens stand on the messages, if there are any; the cost stands nowhere else.
            **(usage_fields(as_dict(data.get("usage"))) if alone else {}),
            cost_usd=as_float(data.get("total_cost_usd")),
            duration_ms=as_float(data.get("duration_ms")),
            usage_key=as_id(data.get("uuid")) or as_id(data.get("session_id")),
            attrs=compact_json(counts) if counts else None,
        )
    )
    return Found(events)


def _denials(data: dict[str, Any], said: Said, shared: Fields) -> list[Event]:
    told = said.get("denied", [])
    return [
        Event(**{**shared, **_asked(denial), "permission_decision": "denied"})
        for denial in as_dicts(data.get("permission_denials"))
        if as_id(denial.get("tool_use_id")) not in told
    ]


def _asked(asked: dict[str, Any]) -> Fields:
    """A tool that the model wanted to use, as an event of a permission."""
    tool, server = split_tool(as_id(asked.get("tool_name")))
    text = arguments_text(first(asked, "tool_input", "input"))
    return {
        "kind": Kind.PERMISSION,
        "role": Role.ASSISTANT,
        "trust": Trust.MODEL,
        "text": text or None,
        "part_type": PartType.TOOL_ARGUMENTS if text else None,
        "content_state": ContentState.PRESENT if text else ContentState.NONE,
        "tool_name": tool,
        "tool_server": server,
        "tool_call_id": as_id(asked.get("tool_use_id")),
    }


def _control(data: dict[str, Any], said: Said) -> Found:
    """What an application that runs the agent was asked, and answered."""
    shared = _shared(data, said)
    request_id = as_id(data.get("request_id"))
    request = as_dict(data.get("request"))
    subtype = as_id(request.get("subtype")) or as_id(as_dict(data.get("response")).get("subtype")) or "unknown"
    shared["request_id"] = request_id
    if subtype == "can_use_tool":
        _remember(said, "asked", request_id or "")
        asked = _asked({"tool_name": request.get("tool_name"), **request})
        return Found([Event(**{**shared, **asked, "permission_decision": "asked"})])
    if subtype == "set_permission_mode" and (mode := as_id(request.get("mode"))) is not None:
        said["mode"] = mode
        return Found([Event(**{**shared, "permission_mode": mode}, kind=Kind.PERMISSION, operation_name=subtype)])
    answer = as_dict(as_dict(data.get("response")).get("response"))
    if (behaviour := as_id(answer.get("behavior"))) is not None:
        decision = {"allow": "approved", "deny": "denied"}.get(behaviour, behaviour)
        fields = text_fields(as_str(answer.get("message")), (Role.USER, Trust.USER)) | {"kind": Kind.PERMISSION}
        return Found([Event(**{**shared, **fields, "permission_decision": decision})])
    return _note({**data, "type": f"{data.get('type')}/{subtype}"[:80]}, said)


def _note(data: dict[str, Any], said: Said) -> Found:
    kind = as_id(data.get("type")) or ""
    name = f"{kind}/{subtype}" if (subtype := as_id(data.get("subtype"))) else kind
    said_of = {key: value for key, value in data.items() if key not in ("type", "subtype", "session_id", "uuid")}
    text, state = harvest(said_of)
    fields: Fields = {"role": Role.HARNESS, "trust": Trust.HARNESS, "text": text, "content_state": state}
    return Found([Event(**_shared(data, said), **fields, kind=Kind.META, operation_name=name[:80])])


def _remember(said: Said, what: str, name: str) -> None:
    names = said.setdefault(what, [])
    names.append(name)
    del names[:-_REMEMBERED]


def _digest(text: str) -> str:
    return blake2b(text.strip().encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


_CONTROLS = ("control_request", "control_response")
_RECORDS: dict[str, Callable[[dict[str, Any], Said], Found]] = {
    "system": _system,
    "user": _message,
    "assistant": _message,
    "stream_event": _piece,
    "result": _result,
    **dict.fromkeys(_CONTROLS, _control),
}

FORMAT = Format(
    NAME,
    "Claude Code's stream-json output (headless and SDK)",
    "type (system, user, assistant, stream_event, result …) with session_id",
    recognise,
    to_events,
)
