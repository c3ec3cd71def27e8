"""Claude Code's stream-json: one run, its permissions, its sub-agents, its cost."""

from typing import Any

from tests.formats.records import outcome, rows
from tests.formats.test_openai_streams import stored

from llmsec_tui.events.model import Event, Kind
from llmsec_tui.formats.memory import Memory

INIT: dict[str, Any] = {
    "type": "system",
    "subtype": "init",
    "session_id": "s-1",
    "uuid": "u-0",
    "cwd": "/srv/shop",
    "model": "claude-x",
    "permissionMode": "bypassPermissions",
    "apiKeySource": "none",
    "tools": ["Bash", "mcp__files__read"],
    "mcp_servers": [{"name": "files", "status": "connected"}],
}


def assistant(*content: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A line with a block of an answer."""
    message: dict[str, Any] = {"id": "msg-1", "model": "claude-x", "role": "assistant", "content": list(content)}
    message["usage"] = {"input_tokens": 3, "output_tokens": 2}
    return {"type": "assistant", "session_id": "s-1", "uuid": "u-1", "message": message, **fields}


def user(*content: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A line with the result of a tool."""
    message = {"role": "user", "content": list(content)}
    return {"type": "user", "session_id": "s-1", "uuid": "u-2", "message": message, **fields}


def piece(**event: Any) -> dict[str, Any]:
    """A piece of a stream, as partial messages are printed."""
    return {"type": "stream_event", "session_id": "s-1", "uuid": "u-9", "parent_tool_use_id": None, "event": event}


TEXT = {"type": "text", "text": "I mend the cart."}
CALL = {"type": "tool_use", "id": "tu-1", "name": "Bash", "input": {"command": "rm -rf /"}}
RESULT: dict[str, Any] = {
    "type": "result",
    "subtype": "success",
    "is_error": False,
    "session_id": "s-1",
    "uuid": "u-8",
    "duration_ms": 1200,
    "num_turns": 2,
    "result": "I mend the cart.",
    "total_cost_usd": 0.03,
    "usage": {"input_tokens": 3, "output_tokens": 2},
    "permission_denials": [{"tool_name": "Bash", "tool_use_id": "tu-1", "tool_input": {"command": "rm -rf /"}}],
}
FAILED: dict[str, Any] = {**RESULT, "subtype": "error_during_execution", "is_error": True, "errors": ["It broke"]}
del FAILED["result"]
ANSWER = assistant(TEXT)
TOOL_RESULT = user({"type": "tool_result", "tool_use_id": "tu-1", "content": "gone"}, parent_tool_use_id="tu-0")
PIECES = [
    piece(type="message_start", message={"id": "msg-1", "model": "claude-x"}),
    piece(type="content_block_start", index=0, content_block={"type": "text", "text": ""}),
    piece(type="content_block_delta", index=0, delta={"type": "text_delta", "text": "I mend "}),
]
ASKED: dict[str, Any] = {
    "type": "control_request",
    "request_id": "q-1",
    "request": {"subtype": "can_use_tool", "tool_name": "Bash", "input": {"command": "ls"}},
}
ALLOWED: dict[str, Any] = {
    "type": "control_response",
    "response": {"subtype": "success", "request_id": "q-1", "response": {"behavior": "deny", "message": "Not that"}},
}
BOUNDARY: dict[str, Any] = {"type": "system", "subtype": "compact_boundary", "session_id": "s-1", "uuid": "u-5"}
SAMPLES = [INIT, ANSWER, assistant(CALL), TOOL_RESULT, *PIECES, RESULT, FAILED, ASKED, ALLOWED, BOUNDARY]


def events(*lines: dict[str, Any]) -> list[Event]:
    memory = Memory()
    found: list[Event] = []
    for one in lines:
        mapped = outcome(one, memory)
        assert (mapped.format, mapped.unknown) == ("claude-stream-json", None)
        found += mapped.events
        memory = Memory.decoded(memory.encoded())
    return found


def test_the_first_line_says_how_the_run_may_act() -> None:
    session, answer = events(INIT, ANSWER)
    assert (session.kind, session.permission_mode, session.workspace) == (
        Kind.SESSION,
        "bypassPermissions",
        "/srv/shop",
    )
    assert '"mcp_servers"' in (session.attrs or "")
    assert (answer.text, answer.conversation_id, answer.permission_mode, answer.workspace) == (
        "I mend the cart.",
        "s-1",
        "bypassPermissions",
        "/srv/shop",
    )
    assert (answer.input_tokens, answer.usage_key) == (3, "msg-1")


def test_what_a_sub_agent_says_is_linked_to_the_call_that_started_it() -> None:
    [result] = events(TOOL_RESULT)
    assert (result.kind, result.tool_call_id, result.agent_id) == (Kind.TOOL_RESULT, "tu-1", "tu-0")


def test_the_end_of_a_run_tells_its_cost_and_what_was_denied_and_no_text_again() -> None:
    *_, denied, usage = events(INIT, ANSWER, RESULT)
    assert (denied.kind, denied.permission_decision, denied.tool_name) == (Kind.PERMISSION, "denied", "Bash")
    assert denied.text == '{"command":"rm -rf /"}'
    assert (usage.kind, usage.cost_usd, usage.duration_ms, usage.input_tokens) == (Kind.USAGE, 0.03, 1200.0, None)


def test_a_result_that_stands_alone_is_the_answer() -> None:
    """So it is with ``--output-format json``."""
    assert ("message", "assistant", "model", "I mend the cart.") in rows(events(RESULT))


def test_a_run_that_failed_is_an_error() -> None:
    [error] = [one for one in events(FAILED) if one.kind is Kind.ERROR]
    assert (error.error_type, error.text) == ("error_during_execution", "It broke")


def test_an_error_of_the_api_is_no_answer() -> None:
    [error] = events({**assistant({"type": "text", "text": "Too many requests"}), "error": "rate_limit"})
    assert (error.kind, error.error_type, error.error_message) == (Kind.ERROR, "rate_limit", "Too many requests")


def test_a_denial_that_was_told_is_not_told_again() -> None:
    text = "The user doesn't want to proceed with this tool use. The tool use was rejected"
    block = {"type": "tool_result", "tool_use_id": "tu-1", "content": text, "is_error": True}
    found = events(user(block), RESULT)
    assert sum(one.kind is Kind.PERMISSION for one in found) == 1


def test_an_application_is_asked_and_answers() -> None:
    asked, answered = events(ASKED, ALLOWED)
    assert (asked.permission_decision, asked.tool_name, asked.text) == ("asked", "Bash", '{"command":"ls"}')
    assert (answered.permission_decision, answered.text) == ("denied", "Not that")


def test_a_whole_block_amends_the_pieces_that_came_before_it() -> None:
    texts = [one.text for one in stored(INIT, *PIECES, ANSWER, assistant(CALL)) if one.text]
    assert texts == ["I mend the cart.", '{"command":"rm -rf /"}']


def test_pieces_that_nothing_follows_were_told() -> None:
    found = stored(INIT, *PIECES, piece(type="content_block_stop", index=0))
    assert "I mend " in [one.text for one in found]


def test_a_new_kind_of_notice_is_named_and_told() -> None:
    found = outcome({**BOUNDARY, "subtype": "moon_phase", "note": "the moon is full tonight"})
    assert found.unknown == "claude-stream-json/system/moon_phase"
    assert "the moon is full" in (found.events[0].text or "")


def test_a_result_that_stands_alone_tells_the_tokens_too() -> None:
    """Beside messages it would count them again."""
    used = {**RESULT, "usage": {"input_tokens": 3, "cache_read_input_tokens": 4, "output_tokens": 2}}
    [alone] = [one for one in events(used) if one.kind is Kind.USAGE]
    assert (alone.input_tokens, alone.output_tokens) == (7, 2)
    [beside] = [one for one in events(INIT, assistant(CALL), used) if one.kind is Kind.USAGE]
    assert (beside.input_tokens, beside.output_tokens) == (None, None)
