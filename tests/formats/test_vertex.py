"""Vertex AI rows and bodies of the Gemini API, in either spelling."""

import json
from typing import Any

from tests.formats.records import events_of, rows

from llmsec_tui.events.model import ContentState, Kind

_ASKED = {
    "system_instruction": {"parts": [{"text": "You sell shoes."}]},
    "contents": [
        {"role": "user", "parts": [{"text": "Track it"}, {"inline_data": {"mime_type": "image/png", "data": "x"}}]},
        {"role": "model", "parts": [{"functionCall": {"name": "track", "args": {"id": 5}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "track", "response": {"output": "at sea"}}}]},
    ],
}
_ANSWERED = {
    "candidates": [
        {
            "content": {"role": "model", "parts": [{"text": "It is", "thought": True}, {"text": "At sea."}]},
            "finish_reason": "STOP",
            "safety_ratings": [
                {"category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE"},
                {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": True},
            ],
        }
    ],
    "usage_metadata": {"prompt_token_count": 9, "candidates_token_count": 4, "thoughts_token_count": 2},
}
ROW: dict[str, Any] = {
    "logging_time": "2026-03-04 05:06:07.5 UTC",
    "api_method": "generateContent",
    "model": "gemini-x",
    "request_id": "77",
    "full_request": json.dumps(_ASKED),
    "full_response": json.dumps(_ANSWERED),
    "metadata": json.dumps({"request_latency": 812.5}),
}
BLOCKED: dict[str, Any] = {
    "candidates": [{"finishReason": "SAFETY"}],
    "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
}
CLAUDE: dict[str, Any] = {
    "logging_time": "2026-03-04T05:06:07Z",
    "api_method": "rawPredict",
    "request_payload": [json.dumps({"messages": [{"role": "user", "content": "Hi"}]})],
    "response_payload": [
        json.dumps(
            {"type": "message", "content": [{"type": "text", "text": "Hello"}], "stop_reason": "end_turn", "usage": {}}
        )
    ],
}
SAMPLES = [ROW, BLOCKED, CLAUDE, {"contents": _ASKED["contents"]}, _ANSWERED]


def test_a_row_is_read_whole() -> None:
    events = events_of(ROW)
    assert rows(events)[:7] == [
        ("message", "system", "system", "You sell shoes."),
        ("message", "user", "user", "Track it"),
        ("message", "user", "user", None),
        ("tool_call", "assistant", "model", '{"id":5}'),
        ("tool_result", "tool", "tool", "at sea"),
        ("reasoning", "assistant", "model", "It is"),
        ("message", "assistant", "model", "At sea."),
    ]
    assert events[2].content_state is ContentState.MEDIA
    answer = events[5]
    assert (answer.input_tokens, answer.output_tokens, answer.reasoning_output_tokens) == (9, 6, 2)
    assert (answer.duration_ms, answer.finish_reasons, answer.request_model) == (812.5, "STOP", "gemini-x")


def test_a_safety_filter_that_blocked_is_a_denial() -> None:
    [verdict] = [event for event in events_of(ROW) if event.kind is Kind.GUARDRAIL]
    assert verdict.guardrail_verdict == "deny"
    assert "DANGEROUS" in str(verdict.guardrail_findings)
    assert "HARASSMENT" not in str(verdict.guardrail_findings)


def test_a_blocked_prompt_of_the_api_is_a_refusal() -> None:
    events = events_of(BLOCKED)
    assert [event.guardrail_action for event in events if event.kind is Kind.GUARDRAIL] == ["PROHIBITED_CONTENT"]
    assert any(event.refusal for event in events if event.finish_reasons == "SAFETY")


def test_claude_on_vertex_speaks_as_anthropic_does() -> None:
    assert rows(events_of(CLAUDE)) == [
        ("message", "user", "user", "Hi"),
        ("message", "assistant", "model", "Hello"),
    ]
