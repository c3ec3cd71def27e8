"""However the spans of a trace come, what they say is stored once and what they cost is counted once."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.otel.spans import export, kept, span

from llmsec_tui.events.model import Event, Kind

_IN, _OUT = "llm.input_messages.0.message.", "llm.output_messages.0.message."
_ASKED = {"role": "user", "content": "Pay the bill"}
_CALL = {"id": "c-1", "name": "pay", "arguments": '{"sum":5}'}
_TEXTS = ["Pay the bill", '{"sum":5}', "paid", "It is done"]

SEMCONV = [
    span({"gen_ai.operation.name": "invoke_agent", "gen_ai.input.messages": json.dumps([_ASKED])}, 1),
    span(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.response.id": "r-1",
            "gen_ai.usage.input_tokens": 3,
            "gen_ai.input.messages": json.dumps([_ASKED]),
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "tool_call", **_CALL}]}]),
        },
        2,
    ),
    span(
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "pay",
            "gen_ai.tool.call.id": "c-1",
            "gen_ai.tool.call.arguments": '{"sum": 5}',
            "gen_ai.tool.call.result": "paid",
        },
        3,
    ),
    span(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.response.id": "r-2",
            "gen_ai.usage.input_tokens": 4,
            "gen_ai.input.messages": json.dumps(
                [
                    _ASKED,
                    {"role": "assistant", "parts": [{"type": "tool_call", **_CALL}]},
                    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c-1", "response": "paid"}]},
                ]
            ),
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "content": "It is done"}]),
        },
        4,
    ),
]
_TOOL_CALL = "message.tool_calls.0.tool_call."
OPENINFERENCE = [
    span({"openinference.span.kind": "AGENT", "input.value": "Pay the bill", "output.value": "It is done"}, 1),
    span(
        {
            "openinference.span.kind": "LLM",
            "llm.token_count.prompt": 7,
            f"{_IN}role": "user",
            f"{_IN}content": "Pay the bill",
            f"{_OUT}role": "assistant",
            f"llm.output_messages.0.{_TOOL_CALL}id": "c-1",
            f"llm.output_messages.0.{_TOOL_CALL}function.name": "pay",
            f"llm.output_messages.0.{_TOOL_CALL}function.arguments": '{"sum": 5}',
        },
        2,
    ),
    span(
        {
            "openinference.span.kind": "TOOL",
            "tool.name": "pay",
            "tool.id": "c-1",
            "input.value": '{"sum": 5}',
            "output.value": "paid",
        },
        3,
    ),
]
VERCEL = [
    span(
        {"ai.operationId": "ai.generateText", "ai.prompt": '{"prompt": "Pay the bill"}', "ai.usage.inputTokens": 7}, 1
    ),
    span(
        {
            "ai.operationId": "ai.generateText.doGenerate",
            "ai.prompt.messages": json.dumps([_ASKED]),
            "ai.response.toolCalls": '[{"toolCallId": "c-1", "toolName": "pay", "input": {"sum": 5}}]',
            "ai.response.text": "It is done",
            "ai.usage.inputTokens": 7,
        },
        2,
    ),
    span(
        {
            "ai.operationId": "ai.toolCall",
            "ai.toolCall.name": "pay",
            "ai.toolCall.id": "c-1",
            "ai.toolCall.args": '{"sum":5}',
            "ai.toolCall.result": '"paid"',
        },
        3,
    ),
]


@st.composite
def records(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The spans of one trace in any order, in one record or in several, with the whole perhaps read again."""
    spans = draw(st.permutations(draw(st.sampled_from([SEMCONV, OPENINFERENCE, VERCEL]))))
    cut = draw(st.integers(0, len(spans)))
    made = [export(*part) for part in (spans[:cut], spans[cut:]) if part]
    return made * draw(st.integers(1, 2))


@settings(max_examples=60, deadline=None)
@given(made=records())
def test_nothing_is_said_or_counted_twice(made: list[dict[str, Any]]) -> None:
    events: list[Event] = kept(*made)
    texts = [event.text for event in events if event.text]
    assert sorted(texts) == sorted(set(texts))
    assert set(texts) <= set(_TEXTS)
    assert {"Pay the bill", '{"sum":5}', "paid"} <= set(texts)
    assert sum(event.input_tokens or 0 for event in events) == 7
    ids = [(event.kind, event.native_id) for event in events if event.native_id]
    assert len(ids) == len(set(ids))
    assert {event.tool_call_id for event in events if event.kind in (Kind.TOOL_CALL, Kind.TOOL_RESULT)} == {"c-1"}
