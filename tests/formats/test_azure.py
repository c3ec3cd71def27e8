"""Azure's gateway log has the bodies and its diagnostic log has none: the first is judged, the second says so."""

import json
from typing import Any

from tests.formats.records import events_of, rows

from llmsec_tui.events.model import ContentState, Kind

_REQUEST = json.dumps({"model": "gpt-x", "messages": [{"role": "user", "content": "Where is my parcel?"}]})
_ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-x-2026",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": "At sea."},
                "content_filter_results": {"hate": {"filtered": False, "severity": "medium"}},
            }
        ],
        "usage": {"prompt_tokens": 5, "completion_tokens": 2},
    }
)
_BLOCK = {
    "error": {
        "code": "content_filter",
        "message": "The prompt was filtered",
        "innererror": {"content_filter_result": {"jailbreak": {"filtered": True, "detected": True}}},
    }
}


def gateway(properties: Any, **more: Any) -> dict[str, Any]:
    return {
        "category": "GatewayLogs",
        "time": "2026-03-04T05:06:07.1234567Z",
        "correlationId": "c-1",
        "callerIpAddress": "192.0.2.7",
        "durationMs": 176,
        "properties": properties,
        **more,
    }


_URL = "https://x.openai.azure.com/openai/deployments/pilot/chat/completions?api-version=1"
CALL = gateway(
    {
        "backendRequestBody": _REQUEST,
        "requestBody": _REQUEST,
        "backendResponseBody": _ANSWER,
        "responseBody": _ANSWER,
        "responseCode": 200,
        "backendUrl": _URL,
    }
)
BLOCKED = gateway({"requestBody": _REQUEST, "responseBody": json.dumps(_BLOCK), "responseCode": 400})
DIAGNOSTIC: dict[str, Any] = {
    "category": "RequestResponse",
    "operationName": "ChatCompletions_Create",
    "resourceId": "/SUBSCRIPTIONS/1",
    "correlationId": "c-2",
    "time": "2026-03-04T05:06:07.1234567Z",
    "durationMs": -3,
    "resultSignature": "200",
    "callerIpAddress": "192.0.2.***",
    "properties": json.dumps(
        {"requestTime": 639_081_759_670_000_000, "modelDeploymentName": "pilot", "modelName": "gpt-x"}
    ),
}
SAMPLES = [CALL, BLOCKED, DIAGNOSTIC]


def test_the_bodies_of_a_call_are_read_once() -> None:
    events = events_of(CALL)
    assert rows(events)[:2] == [
        ("message", "user", "user", "Where is my parcel?"),
        ("message", "assistant", "model", "At sea."),
    ]
    answer = events[1]
    assert (answer.input_tokens, answer.output_tokens, answer.duration_ms) == (5, 2, 176)
    assert (answer.request_model, answer.response_model) == ("gpt-x", "gpt-x-2026")
    assert (answer.source_ip, answer.request_id) == ("192.0.2.7", "c-1")
    assert answer.ts == 1_772_600_767_123_456


def test_a_filter_that_saw_something_is_a_verdict() -> None:
    [verdict] = [event for event in events_of(CALL) if event.kind is Kind.GUARDRAIL]
    assert (verdict.guardrail_name, verdict.guardrail_verdict) == ("content_filter/completion", "warn")


def test_a_prompt_that_was_blocked_is_an_error_and_a_denial() -> None:
    events = events_of(BLOCKED)
    [error] = [event for event in events if event.kind is Kind.ERROR]
    [verdict] = [event for event in events if event.kind is Kind.GUARDRAIL]
    assert (error.error_type, error.http_status) == ("content_filter", 400)
    assert (verdict.guardrail_verdict, "jailbreak" in str(verdict.guardrail_findings)) == ("deny", True)


def test_properties_may_be_a_string_of_json() -> None:
    as_text = gateway(json.dumps(CALL["properties"]))
    assert rows(events_of(as_text)) == rows(events_of(CALL))


def test_a_streamed_answer_is_joined() -> None:
    pieces = [{"choices": [{"index": 0, "delta": {"content": text}}]} for text in ("At ", "sea.")]
    stream = "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces) + "data: [DONE]\n\n"
    events = events_of(gateway({"requestBody": _REQUEST, "responseBody": stream, "responseCode": 200}))
    assert rows(events)[1] == ("message", "assistant", "model", "At sea.")


def test_a_body_that_was_cut_is_judged_as_far_as_it_goes_and_never_called_whole() -> None:
    [message, *_] = events_of(gateway({"requestBody": _REQUEST[:60]}))
    assert (message.content_state, message.text) == (ContentState.TRUNCATED, _REQUEST[:60])


def test_a_diagnostic_entry_says_that_its_content_is_off_and_keeps_its_time() -> None:
    [call] = events_of(DIAGNOSTIC)
    assert (call.content_state, call.duration_ms, call.request_model) == (ContentState.OFF, None, "pilot")
    assert call.ts == 1_772_579_167_000_000
    assert call.source_ip == "192.0.2.***"
