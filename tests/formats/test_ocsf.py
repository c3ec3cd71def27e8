"""Events of OCSF with its profile for operations of AI."""

from typing import Any

from tests.formats.records import events_of, rows

from llmsec_tui.events.model import ContentState, Kind

CALL: dict[str, Any] = {
    "class_uid": 6003,
    "category_uid": 6,
    "time": 1_772_600_767_890,
    "status_id": 1,
    "actor": {"user": {"uid": "alice"}, "session": {"uid": "s-1"}},
    "src_endpoint": {"ip": "192.0.2.7"},
    "api": {"operation": "chat", "request": {"uid": "q-1"}},
    "ai_model": {"ai_provider": "OpenAI", "name": "model-x", "version": "1"},
    "ai_agent": {"uid": "a-1", "name": "helper"},
    "message_context": {
        "uid": "m-1",
        "ai_role_id": 1,
        "service": {"name": "shop"},
        "prompt_text": "Where is my order?",
        "response_text": "On its way.",
        "prompt_tokens": 5,
        "completion_tokens": 3,
    },
}
SAMPLES = [CALL]


def test_prompt_and_answer_come_with_whose_they_are() -> None:
    asked, answered, _ = events_of(CALL)
    assert rows([asked, answered]) == [
        ("message", "user", "user", "Where is my order?"),
        ("message", "assistant", "model", "On its way."),
    ]
    assert (asked.user_id, asked.source_ip, asked.conversation_id) == ("alice", "192.0.2.7", "s-1")
    assert (asked.service_name, asked.request_model, asked.agent_name) == ("shop", "model-x", "helper")
    assert (asked.ts, asked.call_id, asked.request_id) == (1_772_600_767_890_000, "m-1", "q-1")
    assert (answered.input_tokens, answered.output_tokens, answered.usage_key) == (5, 3, "m-1")


def test_an_operation_without_texts_cannot_be_judged() -> None:
    [call] = events_of({**CALL, "message_context": {"total_tokens": 8}})
    assert (call.kind, call.content_state) == (Kind.LLM_CALL, ContentState.OFF)


def test_an_operation_that_failed_is_an_error() -> None:
    [error] = [one for one in events_of({**CALL, "status_id": 2, "status_detail": "No"}) if one.kind is Kind.ERROR]
    assert (error.error_type, error.error_message) == ("failure", "No")
