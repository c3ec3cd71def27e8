"""Single spans as SDKs write them: Python's console, JavaScript's exporters, Phoenix's rows."""

import json
from typing import Any

from tests.formats.otel.spans import BEGAN, ENDED, kept, read
from tests.formats.records import outcome, rows

from llmsec_tui.events.model import ContentState, Exchange, Kind, TsSource

_CONTEXT = {"trace_id": "0x" + "ab" * 16, "span_id": "0x" + "cd" * 8, "trace_state": "[]"}
_MESSAGES = '[{"role": "user", "parts": [{"type": "text", "content": "Hello"}]}]'
_ANSWER = '[{"role": "assistant", "parts": [{"type": "text", "content": "Hi"}]}]'
EXPECTED = [
    ("message", "user", "user", "Hello"),
    ("message", "assistant", "model", "Hi"),
    ("llm_call", None, None, None),
]

PYTHON: dict[str, Any] = {
    "name": "chat m-1",
    "context": _CONTEXT,
    "kind": "SpanKind.CLIENT",
    "parent_id": "0x" + "ef" * 8,
    "start_time": "2025-10-09T08:53:20.000000Z",
    "end_time": "2025-10-09T08:53:22.500000Z",
    "status": {"status_code": "UNSET"},
    "attributes": {
        "gen_ai.operation.name": "chat",
        "gen_ai.input.messages": _MESSAGES,
        "gen_ai.output.messages": _ANSWER,
        "gen_ai.usage.input_tokens": 4,
    },
    "events": [],
    "links": [],
    "resource": {"attributes": {"service.name": "shop", "telemetry.sdk.language": "python"}, "schema_url": ""},
}
SNAPSHOT = {**PYTHON, "end_time": None, "attributes": {"gen_ai.operation.name": "chat"}}

JAVASCRIPT: dict[str, Any] = {
    "name": "ai.generateText.doGenerate",
    "spanContext": {"traceId": "ab" * 16, "spanId": "cd" * 8},
    "parentSpanContext": {"traceId": "ab" * 16, "spanId": "ef" * 8},
    "attributes": {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.prompt.messages": '[{"role": "user", "content": "Hello"}]',
        "ai.response.text": "Hi",
        "ai.usage.inputTokens": 4,
    },
    "status": {"code": 0},
    "startTime": [1_760_000_000, 0],
    "endTime": [1_760_000_002, 500_000_000],
    "events": [],
    "resource": {"_rawAttributes": [["service.name", "shop"]]},
}
CONSOLE: dict[str, Any] = {
    "resource": {"attributes": {"service.name": "shop"}},
    "traceId": "ab" * 16,
    "id": "cd" * 8,
    "parentId": "ef" * 8,
    "name": "chat",
    "timestamp": BEGAN,
    "duration": 2_500_000,
    "attributes": PYTHON["attributes"],
    "status": {"code": 0},
}
PHOENIX: dict[str, Any] = {
    "name": "ChatCompletion",
    "span_kind": "LLM",
    "context.trace_id": "ab" * 16,
    "context.span_id": "cd" * 8,
    "parent_id": "ef" * 8,
    "start_time": 1_760_000_000_000,
    "end_time": 1_760_000_002_500,
    "status_code": "OK",
    "status_message": "",
    "events": [],
    "attributes.llm.model_name": "m-1",
    "attributes.llm.input_messages": [{"message.role": "user", "message.content": "Hello"}],
    "attributes.llm.output_messages": [
        {
            "message.role": "assistant",
            "message.content": "Hi",
            "message.tool_calls": [{"tool_call.function.name": "pay", "tool_call.function.arguments": '{"sum": 5}'}],
        }
    ],
    "attributes.llm.token_count.prompt": 4,
    "attributes.retrieval.documents": None,
    "attributes.metadata": {"session_id": "s-1"},
}
REST: dict[str, Any] = {
    "id": "U3Bhbjox",
    "name": "ChatCompletion",
    "context": {"trace_id": "ab" * 16, "span_id": "cd" * 8},
    "span_kind": "LLM",
    "parent_id": None,
    "start_time": "2025-10-09T08:53:20+00:00",
    "end_time": "2025-10-09T08:53:22.5+00:00",
    "status_code": "ERROR",
    "status_message": "too late",
    "attributes": {"llm": {"input_messages": [{"message": {"role": "user", "content": "Hello"}}]}},
    "events": [],
}


def test_a_span_of_pythons_console_is_read() -> None:
    """Ids lose their 0x, times are ISO."""
    events = read(PYTHON, name="otel-python")
    assert rows(events) == EXPECTED
    assert {(event.trace_id, event.span_id, event.parent_id) for event in events} == {
        ("ab" * 16, "cd" * 8, "ef" * 8),
    }
    assert [event.ts for event in events] == [BEGAN, ENDED, ENDED]
    assert (events[0].ts_source, events[0].service_name, events[2].duration_ms) == (TsSource.SPAN_START, "shop", 2500.0)


def test_a_span_that_is_written_twice_is_counted_once() -> None:
    """First when it begins, with an end of null; then whole."""
    [begun] = read(SNAPSHOT, name="otel-python")
    assert (begun.kind, begun.content_state, begun.input_tokens) == (Kind.LLM_CALL, ContentState.NONE, None)
    said_first = {**PYTHON, "end_time": None}
    for first in (SNAPSHOT, said_first):
        events = kept(first, PYTHON, PYTHON)
        assert [event.text for event in events if event.exchange] == ["Hello", "Hi"]
        assert [event.input_tokens for event in events if not event.exchange] == [4]


def test_a_tool_that_began_is_no_result_yet() -> None:
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "pay", "gen_ai.tool.call.arguments": "{}"}
    begun = {**PYTHON, "end_time": None, "attributes": tool}
    done = {**PYTHON, "attributes": {**tool, "gen_ai.tool.call.result": "paid"}}
    assert [event.kind for event in kept(begun)] == [Kind.TOOL_CALL]
    silent = {**begun, "attributes": {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "pay"}}
    assert [(event.kind, event.content_state) for event in kept(silent)] == [(Kind.META, ContentState.NONE)]
    assert [(event.kind, event.text) for event in kept(begun, done)] == [
        (Kind.TOOL_CALL, "{}"),
        (Kind.TOOL_RESULT, "paid"),
    ]


def test_an_embedding_that_failed_tells_its_status() -> None:
    failed = {**PYTHON, "status": {"status_code": "ERROR", "description": "Quota: no more"}}
    error = next(event for event in read(failed, name="otel-python") if event.kind is Kind.ERROR)
    assert error.error_message == "Quota: no more"


def test_pythons_log_records_are_read() -> None:
    made = {
        "body": {"content": "Hello"},
        "severity_number": None,
        "severity_text": None,
        "attributes": {"gen_ai.system": "openai"},
        "timestamp": "2025-10-09T08:53:20.000000Z",
        "observed_timestamp": "2025-10-09T08:53:20.000100Z",
        "trace_id": "0x" + "ab" * 16,
        "span_id": "0x" + "cd" * 8,
        "trace_flags": 1,
        "event_name": "gen_ai.user.message",
        "resource": {"attributes": {"service.name": "shop"}},
    }
    [event] = read(made, name="otel-python")
    assert (event.text, event.ts, event.trace_id, event.provider_name) == ("Hello", BEGAN, "ab" * 16, "openai")


def test_spans_of_javascript_are_read_in_both_shapes() -> None:
    """Pairs of seconds and nanoseconds, or microseconds with a duration."""
    for data in (JAVASCRIPT, CONSOLE):
        events = read(data, name="otel-js")
        assert rows(events) == EXPECTED
        assert {(event.trace_id, event.span_id, event.parent_id) for event in events} == {
            ("ab" * 16, "cd" * 8, "ef" * 8),
        }
        assert (events[0].ts, events[2].duration_ms, events[2].input_tokens) == (BEGAN, 2500.0, 4)
        assert events[0].service_name == "shop"


def test_an_array_of_spans_is_one_document() -> None:
    parent = {
        **JAVASCRIPT,
        "spanContext": {"traceId": "ab" * 16, "spanId": "ef" * 8},
        "attributes": {
            "ai.operationId": "ai.generateText",
            "ai.prompt": '{"prompt": "Hello"}',
            "ai.response.text": "Hi",
        },
    }
    mapped = outcome([JAVASCRIPT, parent])
    assert (mapped.format, mapped.unknown) == ("otel-js", None)
    assert [event.text for event in kept([JAVASCRIPT, parent]) if event.exchange] == ["Hello", "Hi"]


def test_log_records_of_javascript_are_read() -> None:
    """Gemini CLI writes these into a file."""
    made = {
        "hrTime": [1_760_000_000, 0],
        "attributes": {"event.name": "gemini_cli.user_prompt", "session.id": "s-1", "prompt": "Hello"},
        "resource": {"attributes": {"service.name": "gemini-cli"}},
        "_body": "User prompt. Length: 5.",
    }
    [event] = read(made, name="otel-js")
    assert (event.text, event.ts, event.conversation_id, event.service_name) == ("Hello", BEGAN, "s-1", "gemini-cli")


def test_rows_of_phoenix_are_read() -> None:
    """Flat columns with nested messages; null is nothing."""
    events = read(PHOENIX, name="phoenix")
    assert rows(events) == [
        ("message", "user", "user", "Hello"),
        ("message", "assistant", "model", "Hi"),
        ("tool_call", "assistant", "model", '{"sum":5}'),
        ("llm_call", None, None, None),
    ]
    assert (events[0].ts, events[3].duration_ms, events[3].input_tokens) == (BEGAN, 2500.0, 4)
    assert {(event.conversation_id, event.request_model, event.parent_id) for event in events} == {
        ("s-1", "m-1", "ef" * 8),
    }


def test_spans_of_phoenixs_rest_are_read() -> None:
    """Their attributes may be nested."""
    events = read(REST, name="otel-python")
    assert [event.kind for event in events] == [Kind.MESSAGE, Kind.LLM_CALL, Kind.ERROR]
    assert (events[0].text, events[0].exchange, events[2].error_message) == ("Hello", Exchange.INPUT, "too late")


SAMPLES: list[dict[str, Any]] = [
    *(PYTHON, SNAPSHOT, JAVASCRIPT, CONSOLE, PHOENIX, REST),
    {**PYTHON, "attributes": {"traceloop.entity.input": json.dumps({"inputs": {}}), "llm.input_messages": [{}]}},
    {"hrTime": [1, 2], "attributes": {"event.name": "gen_ai.choice"}, "_body": {"message": {"content": "x"}}},
]
