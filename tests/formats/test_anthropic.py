"""Anthropic's Messages: bodies, batches, and streams in pieces."""

from typing import Any

import pytest
from tests.formats.records import events_of, outcome, rows
from tests.formats.test_openai_streams import stored

from llmsec_tui.events.model import ContentState, Kind

MESSAGE: dict[str, Any] = {
    "id": "msg-1",
    "type": "message",
    "role": "assistant",
    "model": "claude-x",
    "content": [
        {"type": "thinking", "thinking": "A tool will do.", "signature": "s"},
        {"type": "text", "text": "I look it up."},
        {"type": "tool_use", "id": "tu-1", "name": "mcp__web__search", "input": {"q": "tides"}},
    ],
    "stop_reason": "tool_use",
    "usage": {"input_tokens": 5, "output_tokens": 9, "cache_read_input_tokens": 20, "cache_creation_input_tokens": 3},
}
_ASKED: dict[str, Any] = {
    "model": "claude-x",
    "max_tokens": 100,
    "system": "You know the sea.",
    "messages": [{"role": "user", "content": [{"type": "text", "text": "When is high tide?"}]}],
    "metadata": {"user_id": "alice"},
}
CALL: dict[str, Any] = {"timestamp": "2026-03-04T05:06:07Z", "request": _ASKED, "response": MESSAGE}
BATCH_INPUT: dict[str, Any] = {"custom_id": "tide-1", "params": _ASKED}
BATCH_OUTPUT: dict[str, Any] = {"custom_id": "tide-1", "result": {"type": "succeeded", "message": MESSAGE}}
_OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Too busy"}}
BATCH_FAILED: dict[str, Any] = {"custom_id": "tide-2", "result": {"type": "errored", "error": _OVERLOADED}}
BATCH_EXPIRED: dict[str, Any] = {"custom_id": "tide-3", "result": {"type": "expired"}}
PIECES: list[dict[str, Any]] = [
    {
        "type": "message_start",
        "message": {"id": "msg-1", "model": "claude-x", "usage": {"input_tokens": 5, "cache_read_input_tokens": 20}},
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "I look "}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "it up."}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "tu-1", "name": "search"}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"q":'}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '"tides"}'}},
    {"type": "content_block_stop", "index": 1},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}},
    {"type": "message_stop"},
]
SAMPLES = [MESSAGE, CALL, BATCH_INPUT, BATCH_OUTPUT, BATCH_FAILED, BATCH_EXPIRED, _OVERLOADED, *PIECES]

_ANSWERED = [
    ("reasoning", "assistant", "model", "A tool will do."),
    ("message", "assistant", "model", "I look it up."),
    ("tool_call", "assistant", "model", '{"q":"tides"}'),
]
_PROMPT = [
    ("message", "system", "system", "You know the sea."),
    ("message", "user", "user", "When is high tide?"),
]


@pytest.mark.parametrize(
    ("data", "said"),
    [(MESSAGE, _ANSWERED), (CALL, _PROMPT + _ANSWERED), (BATCH_INPUT, _PROMPT), (BATCH_OUTPUT, _ANSWERED)],
)
def test_every_body_is_told(data: dict[str, Any], said: list[tuple[str, ...]]) -> None:
    assert outcome(data).format == "anthropic"
    assert [row for row in rows(events_of(data)) if row[0] != "llm_call"] == said


def test_input_counts_what_came_from_a_cache() -> None:
    first = events_of(MESSAGE)[0]
    assert (first.input_tokens, first.output_tokens, first.usage_key) == (28, 9, "msg-1")
    assert (first.finish_reasons, first.response_model, first.provider_name) == ("tool_use", "claude-x", "anthropic")


def test_a_call_says_whose_it_is_and_when() -> None:
    events = events_of(CALL)
    assert {(one.user_id, one.call_id, one.ts) for one in events} == {("alice", "msg-1", 1_772_600_767_000_000)}
    asked = events[-1]
    assert (asked.tool_name, asked.tool_server, asked.tool_call_id) == ("search", "web", "tu-1")


def test_both_files_of_a_batch_are_one_conversation() -> None:
    events = [*events_of(BATCH_INPUT), *events_of(BATCH_OUTPUT)]
    assert {one.conversation_id for one in events} == {"batch:tide-1"}


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        (BATCH_FAILED, "overloaded_error", "Too busy"),
        (BATCH_EXPIRED, "expired", None),
        (_OVERLOADED, "overloaded_error", "Too busy"),
    ],
)
def test_what_was_not_answered_is_an_error(data: dict[str, Any], kind: str, message: str | None) -> None:
    [error] = [one for one in events_of(data) if one.kind is Kind.ERROR]
    assert (error.error_type, error.error_message) == (kind, message)


def test_a_refusal_is_marked() -> None:
    assert events_of({**MESSAGE, "stop_reason": "refusal"})[0].refusal is True


def test_pieces_of_a_stream_are_one_message() -> None:
    """Only the first piece says of which message they are."""
    events = stored(*PIECES)
    assert rows([one for one in events if one.text]) == [row for row in _ANSWERED if row[0] != "reasoning"]
    assert {one.content_state for one in events if one.text} == {ContentState.PRESENT}
    call = next(one for one in events if one.kind is Kind.LLM_CALL)
    assert (call.input_tokens, call.output_tokens, call.finish_reasons) == (25, 9, "tool_use")
    assert {one.response_id for one in events} == {"msg-1"}


def test_a_stream_that_breaks_off_is_told_as_cut() -> None:
    [one] = [one for one in stored(*PIECES[:5]) if one.text]
    assert (one.text, one.content_state) == ("I look ", ContentState.TRUNCATED)
