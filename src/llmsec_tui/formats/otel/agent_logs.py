"""Log events of agents on a command line: ``claude_code.*``, ``codex.*`` and ``gemini_cli.*``.

They tell what was done and mostly not what was said: content is off unless the user turned it on.

- https://code.claude.com/docs/en/monitoring-usage (events)
- https://github.com/openai/codex/blob/main/docs/config.md (otel)
- https://github.com/google-gemini/gemini-cli/blob/main/docs/cli/telemetry.md
"""

from collections.abc import Callable
from typing import Any

from llmsec_tui.events.model import ContentState, Kind, Role, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.bodies import Bodies
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.gemini_parts import gemini_usage
from llmsec_tui.formats.otel.agent_spans import counted, unredacted
from llmsec_tui.formats.otel.identity import identity
from llmsec_tui.formats.otel.permissions import decision
from llmsec_tui.formats.otel.span import Log
from llmsec_tui.formats.parts import Fields, Speaker, text_fields, tool_call_fields, tool_result_fields
from llmsec_tui.formats.transcript import Transcript, opening_of
from llmsec_tui.formats.values import as_dict, as_float, as_id, as_int, as_status, compact_json, decoded, first

Attributes = dict[str, Any]
Mapping = Callable[[Attributes, Transcript, str], None]

_AGENTS = {"claude_code": "claude-code", "codex": "codex-cli", "gemini_cli": "gemini-cli"}
_USER: Speaker = (Role.USER, Trust.USER)
_ASSISTANT: Speaker = (Role.ASSISTANT, Trust.MODEL)
_HARNESS: Speaker = (Role.HARNESS, Trust.HARNESS)
_QUIET = (
    *("config", "auth", "compaction", "chat_compression", "mcp_server_connection", "plugin_installed"),
    *("plugin_loaded", "skill_activated", "at_mention", "hook_registered", "hook_execution_start"),
    *("hook_plugin_metrics", "feedback_survey", "sandbox_outcome", "turn_ttft", "auth_recovery", "next_speaker_check"),
    *("websocket_connect", "websocket_request", "websocket_event", "model_routing", "slash_command", "file_operation"),
    *("conversation_finished", "startup_stats", "extension_install", "extension_enable", "ide_connection"),
    *("subagent_completed", "flash_fallback", "ripgrep_fallback", "api_retries_exhausted", "internal_error"),
)
"""Bookkeeping, by the names that the documents give it."""
_NOTED = (
    *("prompt.id", "prompt_id", "event.sequence", "message.uuid", "query_source", "source", "decision_source"),
    *("client_request_id", "attempt", "app.version", "terminal.type", "command_name", "hook_event", "hook_name"),
    *("num_blocking", "sandbox_policy", "approval_policy", "mcp_servers", "server_name", "status", "outcome"),
)


def is_known(name: str) -> bool:
    """Whether this is the event name of one of these agents."""
    agent, dot, _ = name.partition(".")
    return bool(dot) and agent in _AGENTS


def to_events(log: Log) -> Found:
    """The events of one log event."""
    agent, _, kind = log.name.partition(".")
    attributes = {**as_dict(decoded(log.body)), **log.attributes}
    common = _common(log, agent, attributes)
    transcript = Transcript(opening_of(common), history=False)
    mapping = _EVENTS.get(kind)
    # A call without an id is told from others by its session and its time.
    key = common.get("request_id") or f"{common.get('conversation_id')}@{common['ts']}"
    (mapping or _note)(attributes, transcript, key)
    known = mapping is not None or kind in _QUIET
    return Found(transcript.events, transcript.unknown if known else f"log/{log.name[:60]}")


def _common(log: Log, agent: str, attributes: Attributes) -> Fields:
    at = log.at if log.at is not None else to_micros(attributes.get("event.timestamp"))
    named = identity({key: attributes[key] for key in ("session.id", "conversation.id") if key in attributes})
    own: Fields = {
        **named,
        "operation_name": log.name[:80],
        "trace_id": log.trace_id,
        "span_id": log.span_id,
        "user_id": as_id(first(attributes, "user.email", "user.account_uuid", "user.account_id", "user.id")),
        "tenant_id": as_id(attributes.get("organization.id")),
        "request_model": as_id(first(attributes, "model", "slug")),
        "request_id": as_id(first(attributes, "request_id", "client_request_id")),
        "agent_name": as_id(attributes.get("agent.name")),
        "agent_id": as_id(attributes.get("agent_id")),
        "parent_agent_id": as_id(attributes.get("parent_agent_id")),
        "tool_call_id": as_id(first(attributes, "tool_use_id", "call_id")),
        "attrs": _packed(attributes),
    }
    return {
        "service_name": _AGENTS[agent],
        **log.shared,
        **{field: value for field, value in own.items() if value is not None},
        "ts": at,
        "ts_source": TsSource.NONE if at is None else TsSource.NATIVE,
    }


def _packed(attributes: Attributes) -> str | None:
    noted = {key: attributes[key] for key in _NOTED if attributes.get(key) is not None}
    return compact_json(noted) if noted else None


def _text(value: Any, by: Speaker) -> Fields:
    """A text that may have been left out."""
    text = unredacted(value)
    return text_fields(text, by) | ({} if text else {"content_state": ContentState.OFF})


def _note(attributes: Attributes, transcript: Transcript, key: str) -> None:
    text = unredacted(first(attributes, "error", "error.message", "message"))
    transcript.single(**text_fields(text, _HARNESS) | {"kind": Kind.META, "duration_ms": _duration(attributes)})


def _duration(attributes: Attributes) -> float | None:
    spent = first(attributes, "duration_ms", "total_duration_ms")
    if isinstance(spent, str):
        spent = as_int(spent)
    return as_float(spent)


def _user_prompt(attributes: Attributes, transcript: Transcript, key: str) -> None:
    transcript.single(**_text(attributes.get("prompt"), _USER))


def _assistant_response(attributes: Attributes, transcript: Transcript, key: str) -> None:
    transcript.single(**_text(attributes.get("response"), _ASSISTANT))


def _tool_result(attributes: Attributes, transcript: Transcript, key: str) -> None:
    """A call and its result; Gemini CLI has both in one event, and the decision on it."""
    details = as_dict(decoded(attributes.get("tool_parameters")))
    name = first(details, "mcp_tool_name") or first(attributes, "tool_name", "function_name")
    call_id = first(attributes, "tool_use_id", "call_id")
    server = as_id(first(details, "mcp_server_name") or first(attributes, "mcp_server", "mcp_server_name"))
    given = first(attributes, "tool_input", "arguments", "function_args", "tool_parameters")
    call = tool_call_fields(name, given if given else None, call_id)
    call["content_state"] = _call_state(given, call)
    succeeded = _truth(attributes.get("success"))
    output = unredacted(first(attributes, "output", "content"))
    result = tool_result_fields(output, call_id, name=name)
    if output is None:
        result["content_state"] = ContentState.OFF
    result["tool_is_error"] = None if succeeded is None else not succeeded
    wrong = unredacted(first(attributes, "error", "error.message"))
    failed: Fields = {"error_type": as_id(attributes.get("error_type")), "error_message": wrong}
    for fields in (call, result):
        fields["tool_server"] = fields["tool_server"] or server
    if (decided := as_id(attributes.get("decision"))) is not None:
        _decided(decided, call, transcript)
    transcript.single(**call)
    transcript.single(**result, **failed, duration_ms=_duration(attributes))


def _call_state(given: Any, call: Fields) -> ContentState:
    if call["text"] is None:
        return ContentState.OFF
    cut = isinstance(given, str) and given[:1] in ("{", "[") and isinstance(decoded(given), str)
    return ContentState.TRUNCATED if cut else ContentState.PRESENT


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else None
    return True if word == "true" else False if word == "false" else None


def _tool_decision(attributes: Attributes, transcript: Transcript, key: str) -> None:
    decided = as_id(attributes.get("decision"))
    call = tool_call_fields(attributes.get("tool_name"), None, first(attributes, "tool_use_id", "call_id"))
    _decided(decided, call, transcript)


def _decided(decided: str | None, call: Fields, transcript: Transcript) -> None:
    about = {key: call[key] for key in ("tool_name", "tool_server", "tool_call_id")}
    transcript.single(kind=Kind.PERMISSION, permission_decision=decision(decided), **about)


def _api_request(attributes: Attributes, transcript: Transcript, key: str) -> None:
    """A call of the model. That of Claude Code counts its tokens; that of Gemini CLI holds the request."""
    usage = {name: count for name, count in counted(attributes).items() if count is not None}
    status = as_status(first(attributes, "http.response.status_code", "status_code"))
    outcome: Fields = {
        **usage,
        "duration_ms": _duration(attributes),
        "cost_usd": as_float(attributes.get("cost_usd")),
        "http_status": status,
    }
    if usage:
        outcome["usage_key"] = key
    if (asked := unredacted(attributes.get("request_text"))) is not None:
        contents = decoded(asked)
        _add_bodies(Bodies({"contents": contents} if isinstance(contents, list) else contents, None), transcript)
        return
    if unredacted(first(attributes, "error.message", "error")) is not None:
        _api_error(attributes, transcript, key)
        return
    transcript.single(kind=Kind.LLM_CALL, content_state=ContentState.OFF, **outcome)


def _api_response(attributes: Attributes, transcript: Transcript, key: str) -> None:
    """What Gemini CLI got back, or what Codex counted at the end of a stream."""
    outcome = gemini_usage(
        asked=attributes.get("input_token_count"),
        from_tools=attributes.get("tool_token_count"),
        answered=attributes.get("output_token_count"),
        thought=attributes.get("thoughts_token_count"),
        cached=first(attributes, "cached_content_token_count", "cached_token_count"),
    )
    if (reasoned := as_int(attributes.get("reasoning_token_count"))) is not None:
        outcome["reasoning_output_tokens"] = reasoned
    if outcome:
        outcome["usage_key"] = key
    outcome["duration_ms"] = _duration(attributes)
    outcome["http_status"] = as_status(attributes.get("status_code"))
    said = unredacted(attributes.get("response_text"))
    if said is None:
        # That there was a call, and that it was not logged, the event of its request says.
        transcript.single(kind=Kind.USAGE, **outcome)
    elif isinstance(decoded(said), dict | list):
        transcript.outcome(outcome)
        _add_bodies(Bodies(None, decoded(said)), transcript)
    else:
        transcript.single(**outcome, **text_fields(said, _ASSISTANT))


def _sse_event(attributes: Attributes, transcript: Transcript, key: str) -> None:
    """Codex logs every event of a stream; only the last one counts, and those that failed."""
    if unredacted(attributes.get("error.message")) is not None:
        _api_error(attributes, transcript, key)
    elif attributes.get("event.kind") == "response.completed":
        _api_response(attributes, transcript, key)
    else:
        _note(attributes, transcript, key)


def _api_error(attributes: Attributes, transcript: Transcript, key: str) -> None:
    message = unredacted(first(attributes, "error", "error.message", "error_message"))
    fields = text_fields(message, (None, Trust.HARNESS)) | {
        "kind": Kind.ERROR,
        "error_type": as_id(first(attributes, "error_type", "error.type")) or "api_error",
        "error_message": message,
        "http_status": as_status(first(attributes, "status_code", "http.response.status_code")),
        "duration_ms": _duration(attributes),
    }
    transcript.single(**fields)


def _api_refusal(attributes: Attributes, transcript: Transcript, key: str) -> None:
    text = unredacted(first(attributes, "explanation", "category"))
    fields = text_fields(text, _ASSISTANT) | {"kind": Kind.LLM_CALL, "refusal": True, "finish_reasons": "refusal"}
    transcript.single(**fields)


def _api_body(attributes: Attributes, transcript: Transcript, key: str) -> None:
    """A whole request or answer, which only a debugging option logs; or where it was put."""
    body = unredacted(attributes.get("body"))
    if body is None:
        state = ContentState.ELSEWHERE if attributes.get("body_ref") else ContentState.OFF
        transcript.single(kind=Kind.LLM_CALL, content_state=state)
        return
    plain = decoded(body)
    answered = isinstance(plain, dict) and "content" in plain and "messages" not in plain
    _add_bodies(Bodies(None, plain) if answered else Bodies(plain, None), transcript)


def _add_bodies(bodies: Bodies, transcript: Transcript) -> None:
    bodies.add_to(transcript)
    if not transcript.events:
        transcript.single(kind=Kind.LLM_CALL, content_state=bodies.state)


def _session(attributes: Attributes, transcript: Transcript, key: str) -> None:
    """What holds for the session: which approvals it needs, and what its sandbox allows."""
    approval = as_id(first(attributes, "approval_policy", "approval_mode"))
    sandbox = as_id(first(attributes, "sandbox_policy"))
    open_door = approval == "never" and sandbox == "danger-full-access"
    mode = "bypassPermissions" if open_door else approval
    transcript.single(kind=Kind.SESSION, permission_mode=mode, provider_name=as_id(attributes.get("provider_name")))


def _mode_changed(attributes: Attributes, transcript: Transcript, key: str) -> None:
    mode = as_id(first(attributes, "to_mode", "new_mode", "mode", "permission_mode"))
    transcript.single(kind=Kind.PERMISSION, permission_mode=mode)


def _hook(attributes: Attributes, transcript: Transcript, key: str) -> None:
    """Hooks may forbid what the agent wants to do."""
    if not as_int(attributes.get("num_blocking")):
        _note(attributes, transcript, key)
        return
    name = as_id(first(attributes, "hook_name", "hook_event"))
    transcript.single(kind=Kind.GUARDRAIL, guardrail_name=name, guardrail_verdict="deny", guardrail_action="block")


_EVENTS: dict[str, Mapping] = {
    "user_prompt": _user_prompt,
    "assistant_response": _assistant_response,
    "tool_result": _tool_result,
    "tool_call": _tool_result,
    "tool_decision": _tool_decision,
    "api_request": _api_request,
    "api_response": _api_response,
    "api_error": _api_error,
    "api_refusal": _api_refusal,
    "api_request_body": _api_body,
    "api_response_body": _api_body,
    "sse_event": _sse_event,
    "conversation_starts": _session,
    "config": _session,
    "permission_mode_changed": _mode_changed,
    "approval_mode_switch": _mode_changed,
    "hook_execution_complete": _hook,
}
