"""Messages of LangChain, in the three forms that are in files."""

from typing import Any

import pytest

from llmsec_tui.formats.platforms.langchain_messages import constructed, document_of, message_of, outcome_of

_HELD = {"content": "Hi", "tool_call_id": "c-1"}


@pytest.mark.parametrize(
    "dump",
    [
        {"lc": 1, "type": "constructor", "id": ["langchain_core", "messages", "ToolMessage"], "kwargs": _HELD},
        {"type": "tool", **_HELD},
        {"type": "tool", "data": _HELD},
    ],
)
def test_every_form_says_the_same(dump: dict[str, Any]) -> None:
    message = message_of(dump)
    assert message is not None
    assert (message["role"], message["content"], message["tool_call_id"]) == ("tool", "Hi", "c-1")


def test_calls_that_stand_in_the_content_too_are_told_once() -> None:
    parts = [{"type": "text", "text": "Wait"}, {"type": "tool_use", "id": "c-1", "name": "f", "input": {}}]
    call = {"id": "c-1", "name": "f", "args": {}}
    message = message_of({"type": "ai", "content": parts, "tool_calls": [call]})
    assert message == {"role": "assistant", "content": parts[:1], "tool_calls": [call]}


def test_pieces_of_a_stream_are_messages_too() -> None:
    assert message_of({"type": "AIMessageChunk", "content": "Hi"}) == {"role": "assistant", "content": "Hi"}


@pytest.mark.parametrize("other", [{"type": "text", "text": "Hi"}, {"type": "ai"}, {"role": "user", "content": "Hi"}])
def test_what_is_no_message_of_langchain_is_left_to_others(other: dict[str, Any]) -> None:
    assert message_of(other) is None


def test_documents_and_other_objects_are_told_apart() -> None:
    document = {"lc": 1, "type": "constructor", "id": ["x", "Document"], "kwargs": {"page_content": "Text"}}
    assert document_of(document) == {"content": "Text"}
    assert document_of({"pageContent": "Text", "metadata": {"source": "s"}}) == {
        "content": "Text",
        "metadata": {"source": "s"},
    }
    other = {"lc": 1, "type": "constructor", "id": ["x", "Send"], "kwargs": {"node": "n"}}
    assert (message_of(other), document_of(other), constructed(other)) == (None, None, {"node": "n"})


def test_a_message_of_a_model_says_what_it_used() -> None:
    used = {"input_tokens": 9, "output_tokens": 2, "output_token_details": {"reasoning": 1}}
    assert outcome_of({"usage_metadata": used, "response_metadata": {"stop_reason": "end_turn"}}) == {
        "input_tokens": 9,
        "output_tokens": 2,
        "reasoning_output_tokens": 1,
        "finish_reasons": "end_turn",
    }
