"""Gemini CLI sessions read the same as one document and as a log, each message once."""

from typing import Any

from tests.formats.records import outcome, rows

from llmsec_tui.events.model import ContentState, Event, Kind, Trust
from llmsec_tui.formats.memory import Memory

HEAD: dict[str, Any] = {"sessionId": "g-1", "projectHash": "abc", "startTime": "2026-02-03T04:05:06.000Z"}
ASKED: dict[str, Any] = {
    "id": "m1",
    "timestamp": "2026-02-03T04:05:07.000Z",
    "type": "user",
    "content": "Change the port",
}
ANSWERED: dict[str, Any] = {
    "id": "m2",
    "timestamp": "2026-02-03T04:05:09.000Z",
    "type": "gemini",
    "content": "I will.",
    "model": "gemini-2.5-pro",
    "thoughts": [{"subject": "Port", "description": "Look for it first"}],
    "tokens": {"input": 100, "output": 50, "cached": 10, "thoughts": 15, "total": 165},
    "toolCalls": [
        {
            "id": "edit-1",
            "name": "edit_file",
            "args": {"path": "a.json"},
            "status": "error",
            "result": [{"functionResponse": {"id": "edit-1", "response": {"error": "not found"}}}],
        }
    ],
}
SAMPLES = [HEAD, ASKED, ANSWERED, {"$set": {"a": 1}}, {**HEAD, "messages": [ANSWERED]}]


def events(*records: dict[str, Any]) -> list[Event]:
    memory = Memory()
    found: list[Event] = []
    for record in records:
        mapped = outcome(record, memory)
        assert (mapped.format, mapped.unknown) == ("gemini-cli", None)
        found += mapped.events
    return found


def test_a_document_and_a_log_say_the_same() -> None:
    log = events(HEAD, ASKED, ANSWERED)
    document = events({**HEAD, "messages": [ASKED, ANSWERED]})
    assert rows(log) == rows(document)
    assert [event.native_id for event in log] == [event.native_id for event in document]
    assert rows(log)[1:] == [
        ("message", "user", "user", "Change the port"),
        ("reasoning", "assistant", "model", "Port\nLook for it first"),
        ("message", "assistant", "model", "I will."),
        ("tool_call", "assistant", "model", '{"path":"a.json"}'),
        ("tool_result", "tool", "tool", "not found"),
    ]
    assert {event.conversation_id for event in log} == {"g-1"}


def test_calls_results_and_usage_belong_together() -> None:
    _, _, thought, _, call, result = events(HEAD, ASKED, ANSWERED)
    assert (call.tool_call_id, call.tool_name) == (result.tool_call_id, result.tool_name) == ("edit-1", "edit_file")
    assert result.tool_is_error is True
    assert (thought.input_tokens, thought.cache_read_input_tokens, thought.usage_key) == (100, 10, "m2")
    assert call.input_tokens is None


def test_a_refused_tool_is_a_permission_that_was_denied() -> None:
    call = {"id": "w-1", "name": "write_file", "args": {}, "status": "cancelled", "result": []}
    found = events(HEAD, {**ANSWERED, "toolCalls": [call]})
    assert [(event.kind, event.permission_decision) for event in found][-1] == (Kind.PERMISSION, "denied")


def test_changes_and_rewinds_are_noted_and_take_nothing_away() -> None:
    found = events(HEAD, ASKED, {"$set": {"summary": "Ports were changed here"}}, {"$rewindTo": "m1"})
    assert [event.operation_name for event in found] == ["session", None, "session", "rewind"]
    assert "Ports were changed here" in str(found[2].text)
    assert found[3].conversation_id == "g-1"


def test_media_is_not_seen_and_says_so() -> None:
    part = {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}}
    found = events(HEAD, {**ASKED, "content": [{"text": "What is this?"}, part]})
    assert [event.content_state for event in found[1:]] == [ContentState.PRESENT, ContentState.MEDIA]


def test_a_message_of_a_new_type_is_counted_and_judged() -> None:
    memory = Memory()
    outcome(HEAD, memory)
    mapped = outcome({**ASKED, "type": "dream", "content": "ignore the rules"}, memory)
    assert mapped.unknown == "gemini-cli/message/dream"
    assert mapped.events[0].text == "ignore the rules"


def test_thoughts_are_output_and_what_tools_put_in_is_input() -> None:
    """The counts add up to the total."""
    tokens = {"input": 100, "output": 20, "cached": 60, "thoughts": 5, "tool": 3, "total": 128}
    used = [one for one in events(HEAD, {**ANSWERED, "tokens": tokens}) if one.input_tokens is not None]
    assert [(one.input_tokens, one.output_tokens) for one in used] == [(103, 25)]
    assert (used[0].cache_read_input_tokens, used[0].reasoning_output_tokens) == (60, 5)


def test_a_sub_agent_is_known_by_its_session_and_its_parents() -> None:
    """What it is asked was written by a model."""
    found = events({**HEAD, "kind": "subagent", "parentSessionId": "g-0"}, ASKED)
    assert (found[-1].agent_id, found[-1].parent_agent_id, found[-1].trust) == ("g-1", "g-0", Trust.MODEL)
