"""Vercel's AI SDK: a call in its parent, tools, streams, objects and embeddings."""

import json
from typing import Any

from tests.formats.otel.spans import export, kept, span
from tests.formats.records import events_of, rows

from llmsec_tui.events.model import ContentState, Event, Kind, Trust

_TURNS = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "Book it"}, {"type": "image", "image": "data:image/png,"}]},
    {
        "role": "assistant",
        "content": [{"type": "tool-call", "toolCallId": "c-1", "toolName": "book", "input": {"at": 5}}],
    },
    {
        "role": "tool",
        "content": [
            {
                "type": "tool-result",
                "toolCallId": "c-1",
                "toolName": "book",
                "output": {"type": "text", "value": "booked"},
            }
        ],
    },
]
INNER: dict[str, Any] = {
    "ai.operationId": "ai.streamText.doStream",
    "ai.model.id": "m-1",
    "ai.model.provider": "openai.responses",
    "ai.prompt.messages": json.dumps(_TURNS),
    "ai.response.text": "All booked.",
    "ai.response.id": "r-1",
    "ai.response.model": "m-1-2026",
    "ai.response.finishReason": "stop",
    "ai.response.msToFirstChunk": 426.5,
    "ai.usage.inputTokens": 20,
    "ai.usage.outputTokens": 4,
    "ai.usage.cachedInputTokens": 8,
    "ai.usage.reasoningTokens": 1,
    "ai.telemetry.functionId": "travel",
    "ai.telemetry.metadata.userId": "u-1",
    "ai.telemetry.metadata.session-id": "s-1",
    "gen_ai.system": "openai.responses",
    "gen_ai.request.model": "m-1",
    "gen_ai.usage.input_tokens": 20,
    "gen_ai.usage.output_tokens": 4,
    "gen_ai.response.finish_reasons": ["stop"],
}
OUTER: dict[str, Any] = {
    "ai.operationId": "ai.streamText",
    "ai.model.id": "m-1",
    "ai.prompt": json.dumps({"system": "Be brief.", "messages": _TURNS[1:]}),
    "ai.response.text": "All booked.",
    "ai.response.providerMetadata": '{"openai": {"responseId": "r-1"}}',
    "ai.usage.inputTokens": 20,
    "ai.usage.outputTokens": 4,
}


def told(attributes: dict[str, Any], **fields: Any) -> list[Event]:
    return events_of(export(span(attributes, **fields)))


def test_a_call_has_messages_parts_and_usage() -> None:
    events = told(INNER)
    assert rows(events) == [
        ("message", "system", "system", "Be brief."),
        ("message", "user", "user", "Book it"),
        ("message", "user", "user", None),
        ("tool_call", "assistant", "model", '{"at":5}'),
        ("tool_result", "tool", "tool", "booked"),
        ("message", "assistant", "model", "All booked."),
        ("llm_call", None, None, None),
    ]
    assert events[2].content_state is ContentState.MEDIA
    assert {(event.tool_name, event.tool_call_id) for event in events[3:5]} == {("book", "c-1")}
    call = events[6]
    assert (call.input_tokens, call.output_tokens, call.cache_read_input_tokens) == (20, 4, 8)
    assert (call.reasoning_output_tokens, call.usage_key, call.ttft_ms) == (1, "r-1", 426.5)
    assert (call.finish_reasons, call.response_model, call.agent_name) == ("stop", "m-1-2026", "travel")
    assert {(event.user_id, event.conversation_id) for event in events} == {("u-1", "s-1")}


def test_the_parent_is_stored_without_what_it_repeats() -> None:
    """Its usage is that of its calls."""
    events = kept(export(span(INNER, 1)), export(span(OUTER, 2)))
    texts = [event.text for event in events if event.text]
    assert len(texts) == len(set(texts)) == 5
    assert [event.input_tokens for event in events if event.input_tokens] == [20]
    assert (events[-1].kind, events[-1].operation_name) == (Kind.META, "ai.streamText")


def test_a_parent_that_lost_its_trace_is_joined_by_the_answer() -> None:
    """Without a context manager every span begins a trace of its own; the answer's id is in both."""
    lost = span(OUTER, 2, traceId="99" * 16)
    del lost["parentSpanId"]
    texts = [event.text for event in kept(export(span(INNER, 1)), export(lost)) if event.text]
    assert len(texts) == len(set(texts)) == 5


def test_a_tool_call_is_joined_to_what_the_model_asked() -> None:
    asked = {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.prompt.messages": '[{"role": "user", "content": "Book it"}]',
        "ai.response.toolCalls": '[{"toolCallId": "c-1", "toolName": "book", "args": "{\\"at\\": 5}"}]',
    }
    ran = {
        "ai.operationId": "ai.toolCall",
        "ai.toolCall.name": "book",
        "ai.toolCall.id": "c-1",
        "ai.toolCall.args": '{"at":5}',
        "ai.toolCall.result": '"booked"',
    }
    events = kept(export(span(asked, 1)), export(span(ran, 2)))
    assert [row[::3] for row in rows(events)] == [
        ("message", "Book it"),
        ("tool_call", '{"at":5}'),
        ("llm_call", None),
        ("tool_result", "booked"),
    ]
    assert (events[3].tool_name, events[3].tool_call_id, events[3].duration_ms) == ("book", "c-1", 2500.0)


def test_a_tool_that_failed_says_so_in_the_next_prompt() -> None:
    part = {"type": "tool-result", "toolCallId": "c", "toolName": "t", "output": {"type": "error-text", "value": "No"}}
    prompt = json.dumps([{"role": "tool", "content": [part]}])
    [result, _] = told({"ai.operationId": "ai.generateText.doGenerate", "ai.prompt.messages": prompt})
    assert (result.text, result.tool_is_error) == ("No", True)


def test_objects_and_older_names_are_read() -> None:
    attributes = {
        "ai.operationId": "ai.generateObject.doGenerate",
        "ai.prompt.messages": '[{"role": "user", "content": "Invent"}]',
        "ai.result.object": '{"name": "Eggs"}',
        "ai.usage.promptTokens": 2,
        "ai.usage.completionTokens": 3,
        "ai.finishReason": "content-filter",
    }
    user, answer, call = told(attributes)
    assert (user.text, answer.text, answer.refusal) == ("Invent", '{"name": "Eggs"}', True)
    assert (call.input_tokens, call.output_tokens) == (2, 3)


def test_embedded_values_are_read() -> None:
    text, call = told({"ai.operationId": "ai.embed.doEmbed", "ai.values": ['"Some words"'], "ai.usage.tokens": 2})
    assert (text.text, text.trust, call.input_tokens) == ("Some words", Trust.USER, 2)


def test_content_that_was_not_recorded_is_off() -> None:
    [call] = told({"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": "m-1"})
    assert (call.kind, call.content_state, call.request_model) == (Kind.LLM_CALL, ContentState.OFF, "m-1")


SAMPLES: list[dict[str, Any]] = [
    export(
        span(INNER, 1),
        span(OUTER, 2),
        span({"ai.operationId": "ai.toolCall", "ai.toolCall.name": "x", "ai.toolCall.result": "{}"}, 3),
        span({"ai.operationId": "ai.embed", "ai.value": '"x"'}, 4),
        span({"ai.operationId": "ai.generateText.doGenerate", "ai.response.toolCalls": "[{}]"}, 5),
    )
]
