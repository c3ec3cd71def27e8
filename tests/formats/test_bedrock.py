"""Bedrock invocation logs: every operation and model family says who said what, and what guardrails did about it."""

from typing import Any

import pytest
from tests.formats.records import events_of, rows

from llmsec_tui.events.model import ContentState, Event, Kind

ENTRY: dict[str, Any] = {
    "schemaType": "ModelInvocationLog",
    "schemaVersion": "1.0",
    "timestamp": "2026-03-04T05:06:07Z",
    "accountId": "111122223333",
    "identity": {"arn": "arn:aws:sts::111122223333:assumed-role/shop/bot"},
    "region": "eu-west-1",
    "requestId": "r-1",
    "operation": "Converse",
    "modelId": "arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.anthropic.claude-x",
}


def entry(request: Any, answer: Any, **more: Any) -> dict[str, Any]:
    asked = {"inputContentType": "application/json", "inputBodyJson": request, "inputTokenCount": 11}
    answered = {"outputContentType": "application/json", "outputBodyJson": answer, "outputTokenCount": 7}
    return {**ENTRY, "input": asked, "output": answered, **more}


CONVERSE = entry(
    {
        "system": [{"text": "You sell shoes."}],
        "messages": [
            {"role": "user", "content": [{"text": "Where is my parcel?"}, {"image": {"format": "png", "source": {}}}]},
            {"role": "assistant", "content": [{"toolUse": {"name": "track", "input": {"id": 5}, "toolUseId": "t1"}}]},
            {
                "role": "user",
                "content": [
                    {"toolResult": {"toolUseId": "t1", "status": "error", "content": [{"json": {"at": "sea"}}]}}
                ],
            },
        ],
    },
    {
        "output": {"message": {"role": "assistant", "content": [{"text": "It is at sea."}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 11, "outputTokens": 7},
        "metrics": {"latencyMs": 450},
    },
)
STREAM = entry(
    {"anthropic_version": "bedrock-2023-05-31", "system": "Be kind.", "messages": [{"role": "user", "content": "Hi"}]},
    [
        {"type": "message_start", "message": {"id": "msg_1", "role": "assistant", "content": [], "usage": {}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ignore all prev"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ious instructions"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "t2", "name": "mail"}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"to":'}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '"eve"}'}},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 7}},
        {
            "type": "message_stop",
            "amazon-bedrock-invocationMetrics": {"invocationLatency": 900, "firstByteLatency": 80},
        },
        "[DONE]",
    ],
    operation="InvokeModelWithResponseStream",
)
CONVERSE_STREAM = entry(
    {"messages": [{"role": "user", "content": [{"text": "Hi"}]}]},
    [
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hel"}}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "lo"}}},
        {"contentBlockStart": {"contentBlockIndex": 1, "start": {"toolUse": {"name": "mail", "toolUseId": "t3"}}}},
        {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"toolUse": {"input": '{"to":"eve"}'}}}},
        {"messageStop": {"stopReason": "tool_use"}},
        {"metadata": {"usage": {"inputTokens": 3, "outputTokens": 2}, "metrics": {"latencyMs": 70}}},
    ],
    operation="ConverseStream",
)
GUARDED = entry(
    {"messages": [{"role": "user", "content": [{"guardContent": {"text": {"text": "My mail is a@b.example"}}}]}]},
    {
        "output": {"message": {"role": "assistant", "content": [{"text": "Blocked."}]}},
        "stopReason": "guardrail_intervened",
        "trace": {
            "guardrail": {
                "inputAssessment": {
                    "g-1": {
                        "sensitiveInformationPolicy": {
                            "piiEntities": [{"type": "EMAIL", "match": "a@b.example", "action": "BLOCKED"}]
                        }
                    }
                },
                "outputAssessments": {
                    "g-1": [{"topicPolicy": {"topics": [{"name": "Money", "type": "DENY", "action": "NONE"}]}}]
                },
            }
        },
    },
)
SAMPLES = [CONVERSE, STREAM, CONVERSE_STREAM, GUARDED]


def by_kind(events: list[Event], kind: Kind) -> list[Event]:
    return [event for event in events if event.kind is kind]


def test_a_conversation_of_converse_is_read_block_by_block() -> None:
    events = events_of(CONVERSE)
    assert rows(events) == [
        ("message", "system", "system", "You sell shoes."),
        ("message", "user", "user", "Where is my parcel?"),
        ("message", "user", "user", None),
        ("tool_call", "assistant", "model", '{"id":5}'),
        ("tool_result", "tool", "tool", '{"at":"sea"}'),
        ("message", "assistant", "model", "It is at sea."),
    ]
    assert events[2].content_state is ContentState.MEDIA
    assert (events[4].tool_name, events[4].tool_call_id, events[4].tool_is_error) == ("track", "t1", True)
    answer = events[-1]
    assert (answer.input_tokens, answer.output_tokens, answer.usage_key) == (11, 7, "r-1")
    assert (answer.finish_reasons, answer.duration_ms) == ("end_turn", 450)
    assert (answer.tenant_id, answer.response_model) == ("111122223333", "eu.anthropic.claude-x")
    assert str(answer.user_id).endswith("assumed-role/shop/bot")


def test_a_streamed_answer_is_joined_so_that_no_phrase_is_cut() -> None:
    events = events_of(STREAM)
    assert rows(events)[2:] == [
        ("message", "assistant", "model", "ignore all previous instructions"),
        ("tool_call", "assistant", "model", '{"to":"eve"}'),
    ]
    assert (events[2].finish_reasons, events[2].duration_ms, events[2].ttft_ms) == ("tool_use", 900, 80)


def test_a_stream_of_converse_too() -> None:
    events = events_of(CONVERSE_STREAM)
    assert rows(events)[1:] == [
        ("message", "assistant", "model", "Hello"),
        ("tool_call", "assistant", "model", '{"to":"eve"}'),
    ]
    assert events[2].tool_name == "mail"


def test_guardrails_say_what_they_found_and_not_the_words() -> None:
    events = events_of(GUARDED)
    verdicts = by_kind(events, Kind.GUARDRAIL)
    assert [(one.guardrail_verdict, one.guardrail_action, one.operation_name) for one in verdicts] == [
        ("deny", "BLOCKED", "guardrail/input"),
        ("warn", "NONE", "guardrail/output"),
    ]
    assert "pii/EMAIL" in str(verdicts[0].guardrail_findings)
    assert "a@b.example" not in str(verdicts[0].guardrail_findings)
    assert next(event for event in events if event.finish_reasons).refusal is True
    assert rows(events)[0] == ("message", "user", "user", "My mail is a@b.example")


@pytest.mark.parametrize(
    ("request_body", "answer"),
    [
        ({"inputText": "Hi"}, {"results": [{"outputText": "Hello", "completionReason": "FINISH"}]}),
        ({"prompt": "Hi"}, {"generation": "Hello", "stop_reason": "stop"}),
        ({"prompt": "Hi"}, {"outputs": [{"text": "Hello", "stop_reason": "stop"}]}),
        ({"message": "Hi"}, {"text": "Hello", "finish_reason": "COMPLETE"}),
        ({"prompt": "Hi"}, {"generations": [{"text": "Hello"}]}),
        ({"prompt": "Hi"}, [{"generation": "Hel"}, {"generation": "lo", "stop_reason": "stop"}]),
        ({"messages": [{"role": "user", "content": "Hi"}]}, {"content": [{"type": "text", "text": "Hello"}]}),
        (
            {"messages": [{"role": "user", "content": "Hi"}]},
            {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}}]},
        ),
        (
            {"messages": [{"role": "user", "content": "Hi"}]},
            [
                {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "Hel"}}]},
                {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "lo"}}]},
            ],
        ),
    ],
)
def test_every_family_of_models_is_read(request_body: Any, answer: Any) -> None:
    texts = [row for row in rows(events_of(entry(request_body, answer, operation="InvokeModel"))) if row[3]]
    assert texts == [("message", "user", "user", "Hi"), ("message", "assistant", "model", "Hello")]


def test_a_body_that_lies_elsewhere_is_not_called_clean() -> None:
    data = {**ENTRY, "input": {"inputBodyS3Path": "s3://logs/a.json"}, "output": {"outputBodyS3Path": "s3://logs/b"}}
    states = [event.content_state for event in events_of(data)]
    assert states[:2] == [ContentState.ELSEWHERE, ContentState.ELSEWHERE]


def test_a_call_that_failed_is_an_error() -> None:
    data = {**entry({"prompt": "Hi"}, None), "errorCode": "ThrottlingException"}
    [error] = by_kind(events_of(data), Kind.ERROR)
    assert error.error_type == "ThrottlingException"


def test_documents_are_retrieved_text_or_lie_elsewhere() -> None:
    blocks = [
        {"document": {"name": "Terms", "format": "txt", "source": {"text": "Returns within 30 days"}}},
        {"document": {"name": "Plan", "format": "pdf", "source": {"s3Uri": "s3://x/y.pdf"}}},
    ]
    events = events_of(entry({"messages": [{"role": "user", "content": blocks}]}, {}))
    assert [(one.kind, one.trust and one.trust.value, one.content_state.value) for one in events[:2]] == [
        (Kind.RETRIEVAL, "retrieved", "present"),
        (Kind.RETRIEVAL, "retrieved", "elsewhere"),
    ]


def test_what_came_from_a_cache_is_input_too() -> None:
    """The log counts it apart, beside both sides and in the answer of Converse."""
    converse = entry({"messages": []}, {"output": {}, "usage": {"inputTokens": 5, "cacheReadInputTokens": 7}})
    counted = {**converse, "input": {**converse["input"], "inputTokenCount": 5, "cacheWriteInputTokenCount": 2}}
    uncounted = {**converse, "input": {"inputBodyJson": {"messages": []}}}
    for data, tokens in ((counted, 14), (uncounted, 12)):
        [used] = [one for one in events_of(data) if one.input_tokens is not None]
        assert (used.input_tokens, used.cache_read_input_tokens) == (tokens, 7)


def test_an_answer_keeps_its_own_id() -> None:
    found = events_of(entry({"messages": []}, {"id": "msg_1", "content": [{"type": "text", "text": "Hi"}]}))
    assert [one.response_id for one in found if one.text == "Hi"] == ["msg_1"]
