"""Gemini CLI sessions: ``~/.gemini/tmp/<project>/chats/session-*``, as one document or as a log that is appended to.

The document is written anew with each message; messages are known by their ids, so each is stored once. In the log,
``$set`` changes what the first line said and ``$rewindTo`` goes back to a message: what came after it was said all the
same, so it stays.
"""

from typing import Any

from llmsec_tui.events.model import ContentState, Exchange, Kind, Role, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.gemini_parts import add_content, function_response, gemini_usage
from llmsec_tui.formats.leaves import harvest
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import (
    Fields,
    Speaker,
    content_fields,
    reasoning_fields,
    text_fields,
    tool_call_fields,
    tool_result_fields,
)
from llmsec_tui.formats.transcript import Transcript, opening_of
from llmsec_tui.formats.values import as_dict, as_dicts, as_id, as_list, as_str, compact_json, first

NAME = "gemini-cli"

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_USER: Speaker = (Role.USER, Trust.USER)
_SUBAGENT_USER: Speaker = (Role.USER, Trust.MODEL)
_MODEL: Speaker = (Role.ASSISTANT, Trust.MODEL)
_HARNESS: Speaker = (Role.HARNESS, Trust.HARNESS)

_TYPES = ("user", "gemini", "info", "error", "warning")
_CUT = "\n... [truncated"
_DECISIONS = {"cancelled": "denied", "awaiting_approval": "asked"}


def recognise(data: dict[str, Any]) -> bool:
    """A session, a message of one, a change to one, or what the activity log notes."""
    if "$set" in data or "$rewindTo" in data:
        return len(data) <= 3
    if "projectHash" in data and "sessionId" in data:
        return True
    if "sessionId" in data and "payload" in data:
        return data.get("type") in ("console", "network")
    kind = data.get("type")
    return kind == "gemini" or (kind in _TYPES and _is_message(data) and "message" not in data and "role" not in data)


def continues(data: dict[str, Any], _: Memory) -> bool:
    """A message whose type is new."""
    return _is_message(data) and isinstance(data.get("type"), str)


def to_events(data: dict[str, Any], memory: Memory) -> Found:
    """The messages of a session, or one message of a log whose first line named the session."""
    said = memory.of(NAME)
    changed = data.get("$set")
    about = changed if isinstance(changed, dict) else data
    for name in ("sessionId", "projectHash", "kind", "parentSessionId"):
        if (value := as_id(about.get(name))) is not None:
            said[name] = value
    if "messages" in about:
        return _session(about, said)
    if "projectHash" in data or changed is not None:
        return Found([*_noted(about, said, "session").events])
    if "$rewindTo" in data:
        return Found([*_noted({"rewind_to": data["$rewindTo"]}, said, "rewind").events])
    if "payload" in data:
        return Found([*_noted(data, said, f"activity/{as_id(data.get('type'))}").events])
    return _message(data, said)


def _is_message(data: dict[str, Any]) -> bool:
    return "id" in data and "timestamp" in data and "content" in data


def _session(data: dict[str, Any], said: dict[str, Any]) -> Found:
    events = _noted({key: value for key, value in data.items() if key != "messages"}, said, "session").events
    unknown = None
    for message in as_dicts(data.get("messages")):
        found = _message(message, said)
        events += found.events
        unknown = unknown or found.unknown
    return Found(events, unknown)


def _noted(data: dict[str, Any], said: dict[str, Any], operation: str) -> Found:
    """Something that is no message; texts in it are judged all the same."""
    plain = {key: value for key, value in data.items() if key not in ("sessionId", "projectHash")}
    text, state = harvest({key: value for key, value in plain.items() if key not in ("startTime", "lastUpdated")})
    # Ids and times alone are not worth a text.
    shown = text if text and " " in text else None
    transcript = Transcript(opening_of(_common(data, said, "startTime")), history=False)
    fields: Fields = {"kind": Kind.SESSION if operation == "session" else Kind.META, "operation_name": operation[:80]}
    if shown:
        fields |= {"role": Role.HARNESS, "trust": Trust.HARNESS, "text": shown, "content_state": state}
    transcript.single(**fields, attrs=compact_json(plain) if plain and not shown else None)
    return Found(transcript.events)


def _common(data: dict[str, Any], said: dict[str, Any], *times: str) -> Fields:
    moment = to_micros(first(data, "timestamp", *times))
    session = as_id(data.get("sessionId")) or said.get("sessionId")
    return {
        "ts": moment,
        "ts_source": TsSource.NONE if moment is None else TsSource.NATIVE,
        "service_name": "gemini-cli",
        "provider_name": "gcp.gemini",
        "conversation_id": session,
        "agent_id": session if said.get("kind") == "subagent" else None,
        "parent_agent_id": said.get("parentSessionId"),
        "workspace": said.get("projectHash"),
        "response_model": as_id(data.get("model")),
    }


def _message(data: dict[str, Any], said: dict[str, Any]) -> Found:
    kind = as_id(data.get("type")) or "untyped"
    common = _common(data, said)
    name = as_id(data.get("id"))
    native = None if name is None else f"{common['conversation_id']}:{name}"
    transcript = Transcript(opening_of(common), native_id=native, history=False)
    if kind == "gemini":
        _answer(data, transcript)
    elif kind == "user":
        by = _SUBAGENT_USER if said.get("kind") == "subagent" else _USER
        add_content(transcript, data.get("content"), by, _INPUT)
    else:
        _notice(kind, data, transcript)
    if not transcript.events:
        transcript.single(kind=Kind.META, operation_name=kind[:80])
    return Found(transcript.events, transcript.unknown if kind in _TYPES else f"message/{kind}"[:80])


def _answer(data: dict[str, Any], transcript: Transcript) -> None:
    transcript.outcome(_usage(data))
    for thought in as_dicts(data.get("thoughts")):
        texts = [text for key in ("subject", "description") if (text := as_str(thought.get(key)))]
        transcript.emit(_OUTPUT, reasoning_fields("\n".join(texts)))
    if data.get("content") not in (None, "", []):
        add_content(transcript, data["content"], _MODEL, _OUTPUT)
    for call in as_dicts(data.get("toolCalls")):
        _tool(call, transcript)
    transcript.finish()


def _tool(call: dict[str, Any], transcript: Transcript) -> None:
    name, call_id, status = call.get("name"), call.get("id"), as_id(call.get("status"))
    transcript.emit(_OUTPUT, tool_call_fields(name, call.get("args"), call_id))
    if status in _DECISIONS:
        asked = {"kind": Kind.PERMISSION, "permission_decision": _DECISIONS[status], "tool_name": as_id(name)}
        transcript.emit(_INPUT, asked | {"tool_call_id": as_id(call_id)})
    failed = None if status is None else status == "error"
    results = [as_dict(part.get("functionResponse")) for part in as_dicts(as_list(call.get("result")))]
    for answer in filter(None, results):
        transcript.emit(_INPUT, _response(answer, name, failed) | {"tool_call_id": as_id(call_id)})
    if not any(results) and (said := as_str(first(call, "error", "resultDisplay"))):
        transcript.emit(_INPUT, tool_result_fields(said, call_id, name=name, is_error=failed))


def _response(answer: dict[str, Any], name: Any, failed: bool | None) -> Fields:
    fields = function_response(answer, name=name, failed=failed)
    if _CUT in (fields.get("text") or ""):
        fields["content_state"] = ContentState.TRUNCATED
    return fields


def _usage(data: dict[str, Any]) -> Fields:
    tokens = as_dict(data.get("tokens"))
    fields = gemini_usage(
        asked=tokens.get("input"),
        from_tools=tokens.get("tool"),
        answered=tokens.get("output"),
        thought=tokens.get("thoughts"),
        cached=tokens.get("cached"),
    )
    if fields and (message := as_id(data.get("id"))) is not None:
        fields["usage_key"] = message
    return fields


def _notice(kind: str, data: dict[str, Any], transcript: Transcript) -> None:
    text = content_fields(data.get("content")).get("text")
    fields = text_fields(text, _HARNESS) | {"kind": Kind.META, "operation_name": kind[:80]}
    if kind == "error":
        fields |= {"kind": Kind.ERROR, "error_type": "error", "error_message": text}
    transcript.emit(_INPUT, fields)


FORMAT = Format(
    NAME,
    "Gemini CLI sessions (~/.gemini/tmp/<project>/chats), documents and logs",
    "sessionId with projectHash; type gemini; $set or $rewindTo",
    recognise,
    to_events,
    continues,
)
