"""Log events of agents on a command line: what was done, and that what was said is off."""

from typing import Any

import pytest
from tests.formats.otel.spans import BEGAN, export, log, logs, pairs, span
from tests.formats.records import events_of, outcome, rows

from llmsec_tui.events.model import ContentState, Event, Kind, Trust

_CLAUDE = {
    "session.id": "s-1",
    "user.id": "4e1f",
    "user.email": "ada@example.org",
    "organization.id": "o-1",
    "prompt.id": "p-1",
    "event.timestamp": "2025-10-09T08:53:20.000Z",
}
_CODEX = {"conversation.id": "s-2", "user.account_id": "a-1", "model": "m-2", "app.version": "0.1"}


def claude(name: str, **attributes: Any) -> dict[str, Any]:
    """A record of Claude Code: the name without its prefix in the attributes, with it in the body."""
    return logs(log({"event.name": name, **_CLAUDE, **attributes}, f"claude_code.{name}", timeUnixNano="0"))


def codex(name: str, **attributes: Any) -> dict[str, Any]:
    """A record of Codex."""
    dotted = {key.replace("__", "."): value for key, value in attributes.items()}
    return logs(log({"event.name": f"codex.{name}", **_CODEX, **dotted}))


def gemini(name: str, **attributes: Any) -> dict[str, Any]:
    """A record of Gemini CLI."""
    return logs(log({"event.name": f"gemini_cli.{name}", "session.id": "s-3", "prompt_id": "p", **attributes}, "API"))


def one(data: dict[str, Any]) -> Event:
    """The only event of a record."""
    [event] = events_of(data)
    return event


def test_a_prompt_is_off_unless_the_user_turned_it_on() -> None:
    for data in (
        claude("user_prompt", prompt_length="5"),
        claude("user_prompt", prompt="<REDACTED>"),
        codex("user_prompt", prompt="[REDACTED]"),
    ):
        event = one(data)
        assert (event.kind, event.text, event.content_state) == (Kind.MESSAGE, None, ContentState.OFF)
        assert event.trust is Trust.USER
    event = one(claude("user_prompt", prompt="Mend it"))
    assert (event.text, event.content_state, event.ts) == ("Mend it", ContentState.PRESENT, BEGAN)
    assert (event.conversation_id, event.user_id, event.tenant_id) == ("s-1", "ada@example.org", "o-1")
    assert (event.service_name, event.attrs) == ("claude-code", '{"prompt.id":"p-1"}')


def test_an_answer_is_the_models() -> None:
    assert rows(events_of(claude("assistant_response", response="Done."))) == [
        ("message", "assistant", "model", "Done.")
    ]
    assert one(claude("assistant_response", response="<REDACTED>")).content_state is ContentState.OFF


def test_a_tools_result_is_joined_to_its_call() -> None:
    """What was logged of it is shown, and what was not is off."""
    call, result = events_of(
        claude(
            "tool_result",
            tool_name="Bash",
            tool_use_id="t-1",
            success="false",
            duration_ms="12",
            error_type="ShellError",
            error="No such file",
            tool_parameters='{"full_command": "rm -r x"}',
        )
    )
    assert (call.kind, call.tool_name, call.tool_call_id) == (Kind.TOOL_CALL, "Bash", "t-1")
    assert (call.text, call.content_state) == ('{"full_command":"rm -r x"}', ContentState.PRESENT)
    assert (result.kind, result.tool_call_id, result.tool_is_error) == (Kind.TOOL_RESULT, "t-1", True)
    assert (result.content_state, result.duration_ms) == (ContentState.OFF, 12.0)
    assert (result.error_type, result.error_message) == ("ShellError", "No such file")
    call, _ = events_of(claude("tool_result", tool_name="Read", tool_use_id="t-2", success="true"))
    assert (call.text, call.content_state) == (None, ContentState.OFF)


def test_arguments_that_were_cut_are_judged_as_far_as_they_go() -> None:
    call, _ = events_of(claude("tool_result", tool_name="Write", tool_input='{"content": "abc'))
    assert (call.text, call.content_state) == ('{"content": "abc', ContentState.TRUNCATED)


def test_a_tool_of_a_server_names_it() -> None:
    details = '{"mcp_server_name": "bank", "mcp_tool_name": "pay"}'
    call, result = events_of(claude("tool_result", tool_name="mcp_tool", tool_parameters=details, tool_use_id="t"))
    assert {(event.tool_name, event.tool_server) for event in (call, result)} == {("pay", "bank")}
    call, result = events_of(
        codex("tool_result", tool_name="pay", call_id="c", arguments='{"sum": 5}', output="paid", mcp_server="bank")
    )
    assert (call.text, result.text, call.tool_server) == ('{"sum":5}', "paid", "bank")


@pytest.mark.parametrize(
    ("data", "decided"),
    [
        (claude("tool_decision", tool_name="Bash", tool_use_id="t", decision="reject", source="user_reject"), "denied"),
        (claude("tool_decision", tool_name="Bash", tool_use_id="t", decision="accept", source="config"), "approved"),
        (codex("tool_decision", tool_name="Bash", call_id="t", decision="approved_for_session"), "approved"),
        (codex("tool_decision", tool_name="Bash", call_id="t", decision="abort"), "denied"),
    ],
)
def test_decisions_are_permissions(data: dict[str, Any], decided: str) -> None:
    event = one(data)
    assert (event.kind, event.permission_decision) == (Kind.PERMISSION, decided)
    assert (event.tool_name, event.tool_call_id) == ("Bash", "t")


def test_a_request_counts_its_tokens_with_the_cached_ones() -> None:
    event = one(
        claude(
            "api_request",
            model="m-1",
            cost_usd=0.5,
            duration_ms=900,
            input_tokens="3",
            output_tokens="4",
            cache_read_tokens=5,
            cache_creation_tokens=6,
            request_id="r-1",
        )
    )
    assert (event.kind, event.content_state, event.request_model) == (Kind.LLM_CALL, ContentState.OFF, "m-1")
    assert (event.input_tokens, event.output_tokens, event.usage_key) == (14, 4, "r-1")
    assert (event.cache_read_input_tokens, event.cache_write_input_tokens, event.cost_usd) == (5, 6, 0.5)


def test_errors_and_refusals_have_their_status() -> None:
    error = one(claude("api_error", error="Overloaded", status_code="529", attempt=3))
    assert (error.kind, error.error_message, error.http_status) == (Kind.ERROR, "Overloaded", 529)
    failed = one(codex("api_request", http__response__status_code=503, error__message="busy", duration_ms="7"))
    assert (failed.kind, failed.http_status, failed.error_message, failed.duration_ms) == (Kind.ERROR, 503, "busy", 7.0)
    refused = one(claude("api_refusal", model="m-1"))
    assert (refused.kind, refused.refusal, refused.finish_reasons) == (Kind.LLM_CALL, True, "refusal")


def test_only_the_end_of_a_stream_counts() -> None:
    done = one(codex("sse_event", event__kind="response.completed", input_token_count="9", cached_token_count=4))
    assert (done.kind, done.input_tokens, done.cache_read_input_tokens) == (Kind.USAGE, 9, 4)
    assert done.usage_key is not None
    assert one(codex("sse_event", event__kind="response.created")).kind is Kind.META


def test_a_session_says_what_is_approved_and_walled_in() -> None:
    event = one(codex("conversation_starts", approval_policy="never", sandbox_policy="danger-full-access"))
    assert (event.kind, event.permission_mode) == (Kind.SESSION, "bypassPermissions")
    changed = one(claude("permission_mode_changed", from_mode="default", to_mode="bypassPermissions"))
    assert (changed.kind, changed.permission_mode) == (Kind.PERMISSION, "bypassPermissions")


def test_a_hook_that_blocks_is_a_guardrail() -> None:
    event = one(claude("hook_execution_complete", hook_name="PreToolUse:Bash", num_blocking=1))
    assert (event.kind, event.guardrail_name, event.guardrail_verdict) == (Kind.GUARDRAIL, "PreToolUse:Bash", "deny")
    assert one(claude("hook_execution_complete", hook_name="Stop", num_blocking=0)).kind is Kind.META


def test_what_gemini_logs_is_read() -> None:
    """One event for a call, the decision on it and its result; requests and answers as their bodies."""
    decided, call, result = events_of(
        gemini(
            "tool_call", function_name="ls", function_args='{"at": "/"}', success=False, decision="reject", error="no"
        )
    )
    assert (decided.kind, decided.permission_decision, decided.tool_name) == (Kind.PERMISSION, "denied", "ls")
    assert (call.text, result.tool_is_error, result.error_message) == ('{"at":"/"}', True, "no")
    asked = '[{"role": "user", "parts": [{"text": "Hello"}]}]'
    assert rows(events_of(gemini("api_request", model="m", request_text=asked))) == [
        ("message", "user", "user", "Hello")
    ]
    answer = one(gemini("api_response", response_text="Hi", input_token_count=3, thoughts_token_count=1))
    assert (answer.text, answer.trust, answer.input_tokens, answer.reasoning_output_tokens) == (
        *("Hi", Trust.MODEL),
        *(3, 1),
    )
    thought = one(gemini("api_response", input_token_count=3, output_token_count=4, thoughts_token_count=1))
    assert thought.output_tokens == 5
    assert one(gemini("api_request", model="m")).content_state is ContentState.OFF


def test_the_details_of_gemini_do_not_count_the_same_usage_again() -> None:
    told = {"gen_ai.usage.input_tokens": 3, "gen_ai.output.messages": '[{"role": "assistant", "content": "Hi"}]'}
    record = log(told, eventName="gen_ai.client.inference.operation.details")
    data = logs(record)
    data["resourceLogs"][0]["resource"] = {"attributes": pairs({"service.name": "gemini-cli"})}
    [event] = events_of(data)
    assert (event.text, event.input_tokens) == ("Hi", None)


def test_whole_bodies_are_read_or_said_to_be_elsewhere() -> None:
    body = '{"model": "m", "messages": [{"role": "user", "content": "Hello"}]}'
    assert rows(events_of(claude("api_request_body", body=body))) == [("message", "user", "user", "Hello")]
    answer = '{"role": "assistant", "content": [{"type": "text", "text": "Hi"}], "stop_reason": "end_turn"}'
    assert rows(events_of(claude("api_response_body", body=answer))) == [("message", "assistant", "model", "Hi")]
    assert one(claude("api_request_body", body_ref="/tmp/x.json")).content_state is ContentState.ELSEWHERE


def test_bookkeeping_is_known_and_new_events_are_counted() -> None:
    assert one(claude("plugin_loaded")).kind is Kind.META
    new = outcome(claude("dreamt", message="of sheep"))
    assert (new.unknown, new.events[0].text) == ("otlp/log/claude_code.dreamt/shop.llm", "of sheep")


def test_spans_of_claude_code_are_calls_tools_and_waits() -> None:
    counts = {"model": "m", "input_tokens": 3, "cache_read_tokens": 4, "output_tokens": 5, "request_id": "r-1"}
    output = {"name": "tool.output", "attributes": pairs({"output": "a b"})}
    events = events_of(
        export(
            span({"session.id": "s-1", "user_prompt": "<REDACTED>"}, 1, name="claude_code.interaction"),
            span({**counts, "agent_id": "a-2", "parent_agent_id": "a-1"}, 2, name="claude_code.llm_request"),
            span(
                {"tool_name": "Bash", "tool_use_id": "t", "full_command": "ls"},
                3,
                name="claude_code.tool",
                events=[output],
            ),
            span({"decision": "reject", "source": "hook"}, 4, name="claude_code.tool.blocked_on_user"),
        )
    )
    assert [event.kind for event in events] == [
        *(Kind.META, Kind.LLM_CALL, Kind.TOOL_CALL),
        *(Kind.TOOL_RESULT, Kind.PERMISSION),
    ]
    _, call, tool, result, waited = events
    assert (call.input_tokens, call.output_tokens, call.content_state) == (7, 5, ContentState.OFF)
    assert (call.agent_id, call.parent_agent_id, call.request_id) == ("a-2", "a-1", "r-1")
    assert (tool.text, result.text, tool.tool_call_id) == ('{"full_command":"ls"}', "a b", "t")
    assert (waited.permission_decision, waited.attrs) == ("denied", '{"source":"hook"}')
    assert {event.conversation_id for event in events} == {"s-1"}


SAMPLES: list[dict[str, Any]] = [
    claude("user_prompt", prompt="x"),
    claude("tool_result", tool_name="x", tool_parameters="{}", tool_input='{"a": 1}', success="true", error="e"),
    claude("api_request", input_tokens="1", cost_usd=0.5),
    claude("api_request_body", body='{"messages": [{"role": "user", "content": "x"}]}'),
    codex("sse_event", event__kind="response.completed", input_token_count="9"),
    codex("tool_decision", tool_name="x", call_id="y", decision="denied"),
    gemini("api_request", request_text='[{"parts": [{"text": "x"}]}]'),
    gemini("tool_call", function_name="x", function_args="{}", decision="accept"),
    export(span({"full_command": "x", "decision": "y", "input_tokens": 1}, name="claude_code.tool")),
]
