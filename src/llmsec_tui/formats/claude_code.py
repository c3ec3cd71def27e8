"""Claude Code session transcripts: ``~/.claude/projects/<directory>/<session>.jsonl``."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind, Role, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.harness import is_harness_text, split_tool_text, split_user_text
from llmsec_tui.formats.leaves import harvest
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import Fields, Speaker, content_fields, text_fields, tool_result_fields
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.usage import usage_fields
from llmsec_tui.formats.values import (
    as_dict,
    as_dicts,
    as_float,
    as_id,
    as_status,
    as_str,
    compact_json,
    first,
)

# Looking up a member of an enum costs more than a dict access, and these are needed for every record.
_MESSAGE, _NATIVE, _NO_TIME = Kind.MESSAGE, TsSource.NATIVE, TsSource.NONE
_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_USER: Speaker = (Role.USER, Trust.USER)
_SUBAGENT_USER: Speaker = (Role.USER, Trust.MODEL)
_ASSISTANT: Speaker = (Role.ASSISTANT, Trust.MODEL)
_HARNESS: Speaker = (Role.HARNESS, Trust.HARNESS)

_DENIAL = "The user doesn't want to proceed with this tool use."
_DENIED_RESULTS = ("User rejected tool use", "Error: The user doesn't want to proceed")
_REJECTED = (
    f"{_DENIAL} The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file)."
)
_SAID = "To tell you how to proceed, the user said:\n"
_DENIAL_TEXTS = (
    f"{_REJECTED} STOP what you are doing and wait for the user to tell you how to proceed.",
    f"{_REJECTED} {_SAID}".strip(),
)


def recognise(data: dict[str, Any]) -> bool:
    """A record type that transcripts have, with the ids that they have."""
    kind = data.get("type")
    if not isinstance(kind, str):
        return False
    if kind in ("user", "assistant"):
        return isinstance(data.get("message"), dict) and ("sessionId" in data or "parentUuid" in data)
    if kind == "file-history-snapshot":
        return "snapshot" in data
    if "sessionId" in data:
        return kind in _TYPES or "parentUuid" in data
    return (kind == "summary" and "leafUuid" in data) or (kind in _TYPES and "uuid" in data and "parentUuid" in data)


def to_events(data: dict[str, Any], _: Memory) -> Found:
    """The content blocks of a message, or what the harness notes; unknown record types are named and kept."""
    kind = as_id(data.get("type")) or ""
    transcript = Transcript(_opening(data), native_id=as_id(data.get("uuid")), history=False)
    unknown = _RECORDS.get(kind, _unmapped)(data, transcript)
    if not transcript.events:
        transcript.single(kind=Kind.META)
    return Found(transcript.events, unknown or transcript.unknown)


def _opening(data: dict[str, Any]) -> Event:
    """What all events of the record share; it carries no history."""
    get = data.get
    moment = to_micros(get("timestamp"))
    message = get("message")
    model = response_id = None
    if isinstance(message, dict) and "model" in message:
        model, response_id = as_id(message["model"]), as_id(message.get("id"))
    session = as_id(get("sessionId"))
    return Event(
        kind=_MESSAGE,
        ts=moment,
        ts_source=_NO_TIME if moment is None else _NATIVE,
        response_model=model,
        response_id=response_id,
        request_id=as_id(data["requestId"]) if "requestId" in data else None,
        conversation_id=session,
        parent_id=as_id(get("parentUuid")),
        service_name="claude-code",
        agent_id=as_id(data["agentId"]) if "agentId" in data else None,
        # Sub-agents write under the session of the agent that started them.
        parent_agent_id=session if get("isSidechain") is True else None,
        workspace=as_id(get("cwd")),
        permission_mode=as_id(data["permissionMode"]) if "permissionMode" in data else None,
        attrs=_attrs(as_id(get("version")), as_id(get("gitBranch"))),
    )


@lru_cache(maxsize=256)
def _attrs(version: str | None, branch: str | None) -> str | None:
    """What wrote the record, and on which branch; the same in nearly every record."""
    named = {"version": version, "git_branch": branch}
    told = {name: value for name, value in named.items() if value is not None}
    return compact_json(told) if told else None


def _user(data: dict[str, Any], transcript: Transcript) -> str | None:
    content = as_dict(data.get("message")).get("content")
    by = _SUBAGENT_USER if data.get("isSidechain") is True else _USER
    if data.get("isMeta") is True or data.get("isCompactSummary") is True:
        by = _HARNESS
    for block in content if isinstance(content, list) else [content]:
        if isinstance(block, dict) and block.get("type") == "tool_result":
            _tool_result(block, data.get("toolUseResult"), transcript)
        elif (text := _block_text(block)) is not None:
            _user_text(text, by, transcript)
        elif block is not None:
            transcript.part(block, by, _INPUT)
    return None


def _block_text(block: Any) -> str | None:
    if isinstance(block, dict) and block.get("type") == "text":
        block = block.get("text")
    return as_str(block)


def _user_text(text: str, by: Speaker, transcript: Transcript) -> None:
    typed, reminders = split_user_text(text)
    if typed.strip() or not reminders:
        transcript.emit(_INPUT, text_fields(typed, _HARNESS if is_harness_text(typed) else by))
    _reminders(reminders, transcript)


def _reminders(reminders: list[str], transcript: Transcript) -> None:
    for reminder in reminders:
        transcript.emit(_INPUT, text_fields(reminder, _HARNESS))


def _tool_result(block: dict[str, Any], structured: Any, transcript: Transcript) -> None:
    fields = tool_result_fields(block.get("content"), block.get("tool_use_id"), is_error=block.get("is_error"))
    text: str = fields.get("text") or ""
    if _is_denial(text, block, structured):
        _denial(text, fields, transcript)
        return
    answer, reminders = split_tool_text(text)
    if reminders:
        fields |= {"text": answer or None, "content_state": ContentState.PRESENT if answer else ContentState.NONE}
    if isinstance(structured, dict):
        if answer and "persistedOutputPath" in structured:
            fields["content_state"] = ContentState.TRUNCATED
        if (agent := as_id(structured.get("agentId"))) is not None:
            # The call that this answers is what started the sub-agent of that name.
            fields["attrs"] = compact_json({"agent_id": agent})
    transcript.emit(_INPUT, fields)
    _reminders(reminders, transcript)


def _is_denial(text: str, block: dict[str, Any], structured: Any) -> bool:
    if isinstance(structured, str) and structured.startswith(_DENIED_RESULTS):
        return True
    return block.get("is_error") is True and text.startswith(_DENIAL)


def _denial(text: str, fields: Fields, transcript: Transcript) -> None:
    """The harness's note, and what the user said with it. A note in other words may come from a tool that pretends."""
    note, _, said = text.partition(_SAID)
    if said:
        note += _SAID.strip()
    known = note.strip() in _DENIAL_TEXTS
    by = _HARNESS if known else (Role.TOOL, Trust.TOOL)
    noted = text_fields(note, by) | {"kind": Kind.PERMISSION, "permission_decision": "denied"}
    transcript.emit(_INPUT, noted | {"tool_call_id": fields["tool_call_id"], "tool_is_error": True})
    if said:
        transcript.emit(_INPUT, text_fields(said, _USER if known else (Role.TOOL, Trust.TOOL)))


def _assistant(data: dict[str, Any], transcript: Transcript) -> str | None:
    message = as_dict(data.get("message"))
    if data.get("isApiErrorMessage") is True:
        text = content_fields(message.get("content")).get("text")
        error = as_id(data.get("error"))
        noted = text_fields(text, _HARNESS) | {"kind": Kind.ERROR, "error_type": error or "api_error"}
        transcript.emit(_OUTPUT, noted | {"error_message": text})
        return None
    transcript.outcome(_outcome(message))
    by = _HARNESS if message.get("model") == "<synthetic>" else _ASSISTANT
    content = message.get("content")
    for block in content if isinstance(content, list) else [content]:
        if block is not None:
            transcript.part(block, by, _OUTPUT)
    return None


def _outcome(message: dict[str, Any]) -> Fields:
    usage = message.get("usage")
    outcome = usage_fields(usage) if isinstance(usage, dict) else {}
    if outcome:
        # Every line of a message repeats its usage.
        outcome["usage_key"] = as_id(message.get("id"))
    if (reason := as_id(message.get("stop_reason"))) is not None:
        outcome["finish_reasons"] = reason
        if reason == "refusal":
            outcome["refusal"] = True
    return outcome


def _summary(data: dict[str, Any], transcript: Transcript) -> str | None:
    text = as_str(data.get("summary")) or content_fields(as_dict(data.get("message")).get("content")).get("text")
    transcript.emit(_INPUT, text_fields(text, _HARNESS) | {"kind": Kind.META, "operation_name": "summary"})
    return None


def _queue(data: dict[str, Any], transcript: Transcript) -> str | None:
    """What a user types while the agent works is queued; it comes again as a turn, so this is no message."""
    fields = text_fields(as_str(data.get("content")), _USER)
    operation = f"queue/{as_id(data.get('operation')) or 'unknown'}"
    transcript.emit(_INPUT, fields | {"kind": Kind.META, "operation_name": operation})
    return None


def _link(data: dict[str, Any], transcript: Transcript) -> str | None:
    url = as_id(first(data, "prUrl", "url"))
    attrs = compact_json({"url": url}) if url else None
    transcript.emit(_INPUT, {"kind": Kind.META, "operation_name": "pr-link", "attrs": attrs})
    return None


def _system(data: dict[str, Any], transcript: Transcript) -> str | None:
    subtype = as_id(data.get("subtype")) or ""
    operation: Fields = {"operation_name": f"system/{subtype}"}
    if subtype == "api_error":
        transcript.emit(_INPUT, operation | _api_error(data))
        return None
    if subtype == "stop_hook_summary":
        transcript.emit(_INPUT, operation | _hooks(data))
        return None
    fields = text_fields(as_str(data.get("content")), _HARNESS) | operation
    if subtype != "local_command":
        fields["kind"] = Kind.META
    fields["duration_ms"] = as_float(data.get("durationMs"))
    transcript.emit(_INPUT, fields)
    return None if subtype in _SYSTEM_SUBTYPES else f"system/{subtype[:40]}"


def _api_error(data: dict[str, Any]) -> Fields:
    error = as_dict(data.get("error"))
    inner = as_dict(error.get("error"))
    inner = as_dict(inner.get("error")) or inner
    message = as_str(first(inner, "message") or first(error, "message"))
    return text_fields(message, _HARNESS) | {
        "kind": Kind.ERROR,
        "error_type": as_id(inner.get("type")) or "api_error",
        "error_message": message,
        "http_status": as_status(error.get("status")),
    }


def _hooks(data: dict[str, Any]) -> Fields:
    commands = [command for hook in as_dicts(data.get("hookInfos")) if (command := as_str(hook.get("command")))]
    errors = [error for error in map(as_str, _strings(data.get("hookErrors"))) if error]
    fields = text_fields("\n".join(commands), _HARNESS)
    return fields | {"kind": Kind.META, "error_message": "\n".join(errors) or None}


def _strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _progress(data: dict[str, Any], transcript: Transcript) -> str | None:
    progress = as_dict(data.get("data"))
    subtype = as_id(progress.get("type")) or ""
    call_id = as_id(first(data, "parentToolUseID", "toolUseID"))
    if subtype == "agent_progress" and isinstance(progress.get("message"), dict):
        return _subagent(data, progress, transcript)
    fields: Fields = {"kind": Kind.META, "operation_name": f"progress/{subtype}", "tool_call_id": call_id}
    if subtype == "hook_progress":
        # A hook runs what the repository's settings say.
        fields = text_fields(as_str(progress.get("command")), _HARNESS) | fields
        fields["operation_name"] = f"hook/{as_id(progress.get('hookEvent')) or 'unknown'}"
    fields["tool_server"] = as_id(progress.get("serverName"))
    fields["tool_name"] = as_id(progress.get("toolName"))
    transcript.emit(_INPUT, fields)
    return None if subtype in _PROGRESS_SUBTYPES else f"progress/{subtype[:40]}"


def _subagent(data: dict[str, Any], progress: dict[str, Any], transcript: Transcript) -> str | None:
    """A whole record of a sub-agent's conversation, wrapped in its parent's."""
    nested = progress["message"]
    outer = {key: data[key] for key in ("sessionId", "cwd", "timestamp", "parentUuid") if key in data}
    record = {**outer, **nested, "agentId": progress.get("agentId"), "isSidechain": True}
    if record.get("parentUuid") is None:
        record["parentUuid"] = first(data, "parentToolUseID", "toolUseID")
    if not recognise(record):
        return "progress/agent_progress"
    found = to_events(record, Memory())
    transcript.events.extend(found.events)
    return found.unknown


def _unmapped(data: dict[str, Any], transcript: Transcript) -> str | None:
    kind = as_id(data.get("type")) or ""
    text, state = (None, ContentState.NONE) if kind in _BOOKKEEPING else harvest(data)
    fields: Fields = {"role": Role.HARNESS, "trust": Trust.HARNESS, "text": text, "content_state": state}
    what = Kind.PERMISSION if kind == _MODE else Kind.META
    transcript.emit(_INPUT, fields | {"kind": what, "operation_name": kind[:80]})
    return None if kind in _BOOKKEEPING else kind[:80]


_MODE = "permission-mode"
_BOOKKEEPING = ("file-history-snapshot", _MODE, "worktree-state")
_SYSTEM_SUBTYPES = ("local_command", "compact_boundary", "microcompact_boundary", "turn_duration", "informational")
_PROGRESS_SUBTYPES = ("hook_progress", "bash_progress", "mcp_progress")

_RECORDS: dict[str, Callable[[dict[str, Any], Transcript], str | None]] = {
    "user": _user,
    "assistant": _assistant,
    "system": _system,
    "progress": _progress,
    "summary": _summary,
    "queue-operation": _queue,
    "pr-link": _link,
}
_TYPES = frozenset(_RECORDS) | {
    "attachment",
    "last-prompt",
    "custom-title",
    "ai-title",
    "agent-name",
    "permission-mode",
}


FORMAT = Format(
    "claude-code",
    "Claude Code session transcripts (~/.claude/projects)",
    "type (user, assistant, system, progress, summary …) with sessionId, parentUuid or leafUuid",
    recognise,
    to_events,
)
