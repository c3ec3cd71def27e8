"""OpenAI Codex CLI rollouts: ``~/.codex/sessions/YYYY/MM/DD/rollout-*.jsonl``.

Each line is ``{timestamp, type, payload}``. The first names the session, a ``turn_context`` says what holds until the
next one, and most texts are written twice: as an item of the conversation and as a message to the screen.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from llmsec_tui.events.model import Exchange, Kind, PartType, Role, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.leaves import harvest
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.openai_items import add_items
from llmsec_tui.formats.parts import Fields, Speaker, reasoning_fields, text_fields, tool_result_fields
from llmsec_tui.formats.transcript import Transcript, opening_of
from llmsec_tui.formats.usage import usage_fields
from llmsec_tui.formats.values import as_dict, as_dicts, as_id, as_int, as_list, as_str, compact_json, decoded, first

NAME = "codex"

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_USER: Speaker = (Role.USER, Trust.USER)
_SUBAGENT_USER: Speaker = (Role.USER, Trust.MODEL)
_ASSISTANT: Speaker = (Role.ASSISTANT, Trust.MODEL)
_HARNESS: Speaker = (Role.HARNESS, Trust.HARNESS)
_OPERATOR: Speaker = (Role.DEVELOPER, Trust.OPERATOR)

_TYPES = ("session_meta", "turn_context", "response_item", "event_msg", "compacted")
_NOT_TYPED = ("<environment_context>", "<user_instructions>", "# AGENTS.md instructions", "<turn_aborted>", "<skill>")
_EXITS = ("Exit code: ", "Process exited with code ")
"""What stands before the code of a command, in the head of what it answered."""
_HEAD = 200
_REJECTED = ("exec command rejected by user", "patch rejected by user", "rejected by user")
"""What takes the place of an answer when the user did not allow the call."""
_SHELLS = ("shell", "local_shell", "exec_command", "shell_command")
_WAITING = 64
"""So many texts and calls wait for what belongs to them: a text for its second copy, a call for its result."""


def recognise(data: dict[str, Any]) -> bool:
    """The envelope, with a type of Codex or one that a newer version may have brought."""
    payload = data.get("payload")
    if not isinstance(payload, dict) or "timestamp" not in data:
        return False
    kind = data.get("type")
    return kind in _TYPES or (isinstance(kind, str) and len(data) <= 4 and "sessionId" not in data)


def to_events(data: dict[str, Any], memory: Memory) -> Found:
    """The events of one line, with what the lines before said of session, folder, model and approval."""
    said = memory.of(NAME)
    payload = as_dict(data.get("payload"))
    kind = as_id(data.get("type")) or ""
    if kind == "session_meta":
        _remember_session(payload, said)
    if kind == "turn_context":
        _remember(payload, said, ("cwd", "model"))
        said["mode"] = _mode(payload, as_dict(payload.get("sandbox_policy")))
    moment = to_micros(data.get("timestamp"))
    opening: Fields = {
        "ts": moment,
        "ts_source": TsSource.NONE if moment is None else TsSource.NATIVE,
        "service_name": "codex-cli",
        "provider_name": said.get("provider"),
        "conversation_id": said.get("id"),
        "parent_agent_id": said.get("parent"),
        "agent_id": said.get("id") if "agent" in said else None,
        "agent_name": said.get("agent"),
        "workspace": said.get("cwd"),
        "request_model": said.get("model"),
        "permission_mode": said.get("mode"),
    }
    transcript = Transcript(opening_of(opening), history=False, names=_names(said))
    unknown = _RECORDS.get(kind, _unmapped)(payload, transcript, said)
    if not transcript.events:
        transcript.single(kind=Kind.META, operation_name=_operation(kind, payload))
    return Found(transcript.events, (unknown and (kind if kind not in _TYPES else unknown)) or transcript.unknown)


def _operation(kind: str, payload: dict[str, Any]) -> str:
    inner = as_id(payload.get("type"))
    return (f"{kind}/{inner}" if inner else kind)[:80]


def _remember_session(payload: dict[str, Any], said: dict[str, Any]) -> None:
    said.clear()
    _remember(payload, said, ("id", "cwd"))
    if (provider := as_id(payload.get("model_provider"))) is not None:
        said["provider"] = provider
    source = as_dict(payload.get("source")).get("subagent")
    about = as_dict(source)
    spawned = as_dict(about.get("thread_spawn"))
    if (parent := as_id(first({**spawned, **payload}, "parent_thread_id"))) is not None:
        said["parent"] = parent
    if source or payload.get("thread_source") == "subagent":
        named = first(spawned, "agent_nickname", "agent_role", "agent_path") or about.get("other") or source
        said["agent"] = (as_id(named) or next(iter(about), "subagent"))[:80]


def _remember(payload: dict[str, Any], said: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if (value := as_id(payload.get(name))) is not None:
            said[name] = value


def _names(said: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {call: (name, server) for call, (name, server) in as_dict(said.get("calls")).items()}


def _session(payload: dict[str, Any], transcript: Transcript, _: dict[str, Any]) -> str | None:
    attrs = {key: payload[key] for key in ("cli_version", "originator", "source", "git") if payload.get(key)}
    packed = compact_json(attrs) if attrs else None
    transcript.single(kind=Kind.SESSION, operation_name="session_meta", attrs=packed)
    base = as_dict(payload.get("base_instructions"))
    for text in (as_str(payload.get("instructions")), as_str(base.get("text"))):
        if text:
            transcript.emit(_INPUT, text_fields(text, (Role.SYSTEM, Trust.SYSTEM)))
    return None


def _turn(payload: dict[str, Any], transcript: Transcript, _: dict[str, Any]) -> str | None:
    attrs = {key: payload[key] for key in ("approval_policy", "sandbox_policy", "effort") if payload.get(key)}
    transcript.single(kind=Kind.PERMISSION, operation_name="turn_context", attrs=compact_json(attrs) if attrs else None)
    text = as_str(first(payload, "developer_instructions", "user_instructions"))
    if text:
        transcript.emit(_INPUT, text_fields(text, _OPERATOR))
    return None


def _mode(payload: dict[str, Any], policy: dict[str, Any]) -> str | None:
    """The approval policy; without approvals and without a sandbox nothing holds the agent back."""
    approval, sandbox = as_id(payload.get("approval_policy")), as_id(first(policy, "type", "mode"))
    if approval == "never" and sandbox == "danger-full-access":
        return "bypassPermissions"
    return approval


def _item(payload: dict[str, Any], transcript: Transcript, said: dict[str, Any]) -> str | None:
    kind = payload.get("type")
    if kind == "message":
        return _message(payload, transcript, said)
    if kind in ("function_call_output", "custom_tool_call_output"):
        _result(payload, transcript, said)
        return None
    if kind == "ghost_snapshot":
        transcript.single(kind=Kind.META, operation_name="response_item/ghost_snapshot")
        return None
    add_items(transcript, [payload], _OUTPUT)
    _note_calls(transcript, said)
    escalated = _escalation(payload)
    if escalated is not None:
        transcript.emit(_OUTPUT, escalated)
    return None


def _message(payload: dict[str, Any], transcript: Transcript, said: dict[str, Any]) -> str | None:
    role = payload.get("role")
    by: Speaker = _OPERATOR if role in ("developer", "system") else _ASSISTANT if role == "assistant" else _user(said)
    for part in as_list(payload.get("content")) or [payload.get("content")]:
        text = as_str(part if isinstance(part, str) else as_dict(part).get("text"))
        if text is None:
            if part is not None:
                transcript.part(part, by, _OUTPUT if by is _ASSISTANT else _INPUT)
        elif by in (_USER, _SUBAGENT_USER) and text.lstrip().startswith(_NOT_TYPED):
            transcript.emit(_INPUT, text_fields(text, _HARNESS))
        elif not _second_copy(said, "item", by, text):
            transcript.emit(_OUTPUT if by is _ASSISTANT else _INPUT, text_fields(text, by))
    return None


def _user(said: dict[str, Any]) -> Speaker:
    """What a sub-agent is asked to do was written by the model that started it."""
    return _SUBAGENT_USER if "agent" in said else _USER


def _second_copy(said: dict[str, Any], where: str, by: Speaker, text: str) -> bool:
    """Whether the same text was just written in the other way; a text that a user repeats comes in one way twice."""
    digest = blake2b(text.strip().encode("utf-8", "surrogatepass"), digest_size=8, key=str(by[0]).encode()).hexdigest()
    waiting = said.setdefault("texts", [])
    other = f"{'screen' if where == 'item' else 'item'}:{digest}"
    if other in waiting:
        waiting.remove(other)
        return True
    waiting.append(f"{where}:{digest}")
    del waiting[:-_WAITING]
    return False


def _result(payload: dict[str, Any], transcript: Transcript, said: dict[str, Any]) -> None:
    output = payload.get("output")
    inner = decoded(output)
    code = None
    if isinstance(inner, dict) and "output" in inner:
        output, code = inner["output"], as_dict(inner.get("metadata")).get("exit_code")
    elif isinstance(output, dict) and isinstance(output.get("success"), bool) and "content" in output:
        output, code = output["content"], 0 if output["success"] else 1
    elif isinstance(output, str):
        code = next((_line_after(output, before) for before in _EXITS if before in output[:_HEAD]), None)
    failed = None if code is None else str(code) != "0"
    call_id = first(payload, "call_id", "id")
    if isinstance(output, str) and output.strip() in _REJECTED:
        denied = text_fields(as_str(output), _HARNESS) | {"kind": Kind.PERMISSION, "permission_decision": "denied"}
        transcript.emit(_INPUT, denied | {"tool_call_id": as_id(call_id), "tool_is_error": True})
    else:
        transcript.emit(_INPUT, tool_result_fields(output, call_id, is_error=failed))
    as_dict(said.get("calls")).pop(as_id(call_id) or "", None)


def _line_after(text: str, before: str) -> str:
    return text.partition(before)[2].partition("\n")[0].strip()


def _note_calls(transcript: Transcript, said: dict[str, Any]) -> None:
    calls = said.setdefault("calls", {})
    for event in transcript.events:
        if event.kind is Kind.TOOL_CALL and event.tool_call_id and event.tool_name:
            calls[event.tool_call_id] = (event.tool_name, event.tool_server)
    while len(calls) > _WAITING:
        del calls[next(iter(calls))]


def _escalation(payload: dict[str, Any]) -> Fields | None:
    """A command that asks to leave the sandbox."""
    if payload.get("name") not in _SHELLS:
        return None
    arguments = decoded(first(payload, "arguments", "input"))
    asked = as_dict(arguments)
    if asked.get("sandbox_permissions") != "require_escalated" and asked.get("with_escalated_permissions") is not True:
        return None
    why = as_str(asked.get("justification"))
    return {
        **text_fields(why, _ASSISTANT),
        "kind": Kind.PERMISSION,
        "permission_decision": "asked",
        "tool_name": as_id(payload.get("name")),
        "tool_call_id": as_id(first(payload, "call_id", "id")),
    }


def _event(payload: dict[str, Any], transcript: Transcript, said: dict[str, Any]) -> str | None:
    kind = as_id(payload.get("type")) or ""
    operation = f"event_msg/{kind}"[:80]
    if kind in ("user_message", "agent_message"):
        by = _user(said) if kind == "user_message" else _ASSISTANT
        text = as_str(payload.get("message"))
        if text and by is not _ASSISTANT and text.lstrip().startswith(_NOT_TYPED):
            by = _HARNESS
        if text and (by is _HARNESS or not _second_copy(said, "screen", by, text)):
            transcript.emit(_OUTPUT if by is _ASSISTANT else _INPUT, text_fields(text, by))
        else:
            transcript.single(kind=Kind.META, operation_name=operation)
        return None
    if kind in ("agent_reasoning", "agent_reasoning_raw_content"):
        transcript.emit(_OUTPUT, reasoning_fields(as_str(payload.get("text"))))
        return None
    if kind == "token_count":
        _tokens(payload, transcript, said)
        return None
    if kind in ("error", "stream_error"):
        message = as_str(payload.get("message"))
        noted = text_fields(message, _HARNESS) | {"kind": Kind.ERROR, "error_message": message, "error_type": kind}
        transcript.emit(_OUTPUT, noted)
        return None
    if kind == "turn_aborted":
        why = f"turn_aborted/{as_id(payload.get('reason'))}"[:80]
        transcript.single(kind=Kind.ERROR, operation_name=operation, error_type=why)
        return None
    return _asked_or_noted(kind, operation, payload, transcript)


def _asked_or_noted(kind: str, operation: str, payload: dict[str, Any], transcript: Transcript) -> str | None:
    text, state = harvest({key: value for key, value in payload.items() if key not in ("type", "call_id", "id")})
    fields: Fields = {"role": Role.HARNESS, "trust": Trust.HARNESS, "operation_name": operation, "kind": Kind.META}
    if kind.endswith("_approval_request"):
        call = {"tool_call_id": as_id(payload.get("call_id")), "permission_decision": "asked", "kind": Kind.PERMISSION}
        speaks = {"role": Role.ASSISTANT, "trust": Trust.MODEL, "part_type": PartType.TOOL_ARGUMENTS}
        transcript.emit(_OUTPUT, fields | call | speaks | {"text": text, "content_state": state})
        return None
    if kind in _BOOKKEEPING:
        transcript.emit(_INPUT, fields)
        return None
    if kind in _SAID_AGAIN:
        # The items of the conversation say it too, and with whom it comes from.
        transcript.emit(_INPUT, fields | {"tool_call_id": as_id(payload.get("call_id"))})
        return None
    transcript.emit(_INPUT, fields | {"text": text, "content_state": state})
    return operation


def _tokens(payload: dict[str, Any], transcript: Transcript, said: dict[str, Any]) -> None:
    info = as_dict(payload.get("info"))
    last, total = as_dict(info.get("last_token_usage")), as_dict(info.get("total_token_usage"))
    usage = usage_fields(last)
    if (cached := as_int(last.get("cached_input_tokens"))) is not None:
        usage["cache_read_input_tokens"] = cached
    if (reasoned := as_int(last.get("reasoning_output_tokens"))) is not None:
        usage["reasoning_output_tokens"] = reasoned
    if usage and total:
        # Written twice a call; the sum of all that was used so far tells the calls apart.
        sums = (str(as_int(total.get(name))) for name in ("input_tokens", "output_tokens", "total_tokens"))
        usage["usage_key"] = ":".join((NAME, str(said.get("id")), *sums))[:200]
    transcript.single(kind=Kind.USAGE, **usage)


def _compacted(payload: dict[str, Any], transcript: Transcript, _: dict[str, Any]) -> str | None:
    fields = text_fields(as_str(payload.get("message")), _HARNESS)
    transcript.emit(_INPUT, fields | {"kind": Kind.META, "operation_name": "compacted"})
    for item in as_dicts(payload.get("replacement_history")):
        if item.get("type") not in ("message", "reasoning", "function_call", "function_call_output"):
            return f"compacted/{as_id(item.get('type'))}"[:80]
    return None


def _unmapped(payload: dict[str, Any], transcript: Transcript, _: dict[str, Any]) -> str | None:
    text, state = harvest(payload)
    fields: Fields = {"role": Role.HARNESS, "trust": Trust.HARNESS, "text": text, "content_state": state}
    transcript.emit(_INPUT, fields | {"kind": Kind.META})
    return "unmapped"


_BOOKKEEPING = (
    "task_started",
    "task_complete",
    "entered_review_mode",
    "exited_review_mode",
    "context_compacted",
    "thread_rolled_back",
    "undo_completed",
    "turn_started",
    "turn_complete",
    "item_started",
    "item_completed",
)
_SAID_AGAIN = (
    "exec_command_begin",
    "exec_command_end",
    "exec_command_output_delta",
    "mcp_tool_call_begin",
    "mcp_tool_call_end",
    "patch_apply_begin",
    "patch_apply_end",
    "web_search_begin",
    "web_search_end",
    "agent_message_delta",
    "agent_reasoning_delta",
    "agent_reasoning_section_break",
)

_RECORDS: dict[str, Callable[[dict[str, Any], Transcript, dict[str, Any]], str | None]] = {
    "session_meta": _session,
    "turn_context": _turn,
    "response_item": _item,
    "event_msg": _event,
    "compacted": _compacted,
}

FORMAT = Format(
    NAME,
    "OpenAI Codex CLI rollouts (~/.codex/sessions)",
    "timestamp, type (session_meta, turn_context, response_item, event_msg …) and payload",
    recognise,
    to_events,
)
