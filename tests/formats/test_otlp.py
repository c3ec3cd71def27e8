"""OTLP spans and logs with GenAI attributes of every generation."""

import json
from typing import Any

import pytest
from tests.formats.records import events_of, outcome, rows

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind, Trust, TsSource

_START, _END = "1760000000000000000", "1760000002500000000"


def value(plain: Any) -> dict[str, Any]:
    """An OTLP AnyValue."""
    if isinstance(plain, bool):
        return {"boolValue": plain}
    if isinstance(plain, int):
        return {"intValue": str(plain)}
    if isinstance(plain, float):
        return {"doubleValue": plain}
    if isinstance(plain, list):
        return {"arrayValue": {"values": [value(item) for item in plain]}}
    if isinstance(plain, dict):
        return {"kvlistValue": {"values": pairs(plain)}}
    return {"stringValue": plain}


def pairs(plain: dict[str, Any]) -> list[dict[str, Any]]:
    """OTLP attributes."""
    return [{"key": key, "value": value(item)} for key, item in plain.items()]


def span(attributes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """One span with these attributes."""
    ids = {"traceId": "AB" * 16, "spanId": "cd" * 8, "parentSpanId": "ef" * 8, "name": "chat m-1"}
    times = {"startTimeUnixNano": _START, "endTimeUnixNano": _END}
    return {**ids, **times, "attributes": pairs(attributes), "status": {}, **fields}


def export(*spans: dict[str, Any]) -> dict[str, Any]:
    """An export request of one resource and one scope."""
    resource = {"attributes": pairs({"service.name": "shop", "deployment.environment.name": "prod"})}
    scope = {"scope": {"name": "shop.llm"}, "spans": list(spans)}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def chat(attributes: dict[str, Any], **fields: Any) -> list[Event]:
    """The events of one chat span."""
    return events_of(export(span({"gen_ai.operation.name": "chat", **attributes}, **fields)))


_EXPECTED = [("message", "user", "user", "Hello"), ("message", "assistant", "model", "Hi")]


def test_json_messages_are_the_newest_form() -> None:
    """Instructions, input, output, ids, times and usage of one span."""
    parts = [{"type": "reasoning", "content": "Greet."}, {"type": "text", "content": "Hi"}]
    events = chat(
        {
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "m-1",
            "gen_ai.conversation.id": "c-1",
            "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be kind."}]),
            "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Hello"}]}]),
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": parts, "finish_reason": "stop"}]),
            "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.usage.input_tokens": 20,
            "gen_ai.usage.output_tokens": 3,
            "gen_ai.usage.cache_write.input_tokens": 7,
            "gen_ai.response.time_to_first_chunk": 0.5,
        }
    )
    assert rows(events) == [
        ("message", "system", "system", "Be kind."),
        ("message", "user", "user", "Hello"),
        ("reasoning", "assistant", "model", "Greet."),
        ("message", "assistant", "model", "Hi"),
    ]
    for event in events:
        assert (event.trace_id, event.span_id, event.call_id) == ("ab" * 16, "cd" * 8, "ab" * 16)
        assert (event.conversation_id, event.service_name, event.environment) == ("c-1", "shop", "prod")
    first_out = events[2]
    assert (events[0].ts, events[0].ts_source) == (1_760_000_000_000_000, TsSource.SPAN_START)
    assert (first_out.ts, first_out.ts_source) == (1_760_000_002_500_000, TsSource.SPAN_END)
    assert (first_out.input_tokens, first_out.cache_write_input_tokens, first_out.usage_key) == (20, 7, "cd" * 8)
    assert (first_out.duration_ms, first_out.ttft_ms, first_out.finish_reasons) == (2500.0, 500.0, "stop")


@pytest.mark.parametrize(
    "attributes",
    [
        {
            "gen_ai.prompt": '[{"role": "user", "content": "Hello"}]',
            "gen_ai.completion": '[{"role": "assistant", "content": "Hi"}]',
        },
        {"gen_ai.prompt": "Hello", "gen_ai.completion": "Hi"},
        {"gen_ai.completion.0.content": "Hi", "gen_ai.prompt.0.content": "Hello", "gen_ai.prompt.0.role": "user"},
        {
            "gen_ai.input.messages": [{"role": "user", "content": "Hello"}],
            "gen_ai.output.messages": [{"content": "Hi"}],
        },
    ],
)
def test_older_attributes_say_the_same(attributes: dict[str, Any]) -> None:
    """JSON, plain, indexed and structured attributes are one thing."""
    events = chat(attributes)
    assert rows(events) == _EXPECTED
    assert [event.exchange for event in events] == [Exchange.INPUT, Exchange.OUTPUT]


def test_indexed_messages_are_put_in_order() -> None:
    """Attributes come in any order, and ten comes after two."""
    attributes: dict[str, Any] = {f"gen_ai.prompt.{n}.content": f"text {n}" for n in (10, 2, 0)}
    attributes |= {f"gen_ai.prompt.{n}.role": "user" for n in (10, 2, 0)}
    attributes["gen_ai.completion.0.tool_calls.0.name"] = "pay"
    attributes["gen_ai.completion.0.tool_calls.0.arguments"] = '{"sum": 5}'
    events = chat(attributes)
    assert [event.text for event in events] == ["text 0", "text 2", "text 10", '{"sum":5}']
    assert (events[3].kind, events[3].tool_name) == (Kind.TOOL_CALL, "pay")


def test_an_event_a_message_is_the_form_in_between() -> None:
    """Span events carry the messages in their attributes."""
    events = chat(
        {},
        events=[
            {"name": "gen_ai.user.message", "attributes": pairs({"content": "Hello"})},
            {"name": "gen_ai.choice", "attributes": pairs({"message": '{"role": "assistant", "content": "Hi"}'})},
        ],
    )
    assert rows(events) == _EXPECTED


def test_log_records_carry_messages_too() -> None:
    """Their body is a structure; a time of zero means that only the observed time is known."""
    user = {"timeUnixNano": "0", "observedTimeUnixNano": _START, "eventName": "gen_ai.user.message"}
    choice = {"timeUnixNano": _END, "attributes": pairs({"event.name": "gen_ai.choice"})}
    logs = [
        {**user, "traceId": "ab" * 16, "body": value({"content": "Hello"})},
        {**choice, "traceId": "ab" * 16, "body": value({"index": 0, "message": {"content": "Hi"}})},
    ]
    data = {"resourceLogs": [{"resource": {}, "scopeLogs": [{"scope": {"name": "x"}, "logRecords": logs}]}]}
    events = events_of(data)
    assert rows(events) == _EXPECTED
    assert [event.ts for event in events] == [1_760_000_000_000_000, 1_760_000_002_500_000]


def test_a_chat_without_content_says_that_it_is_off() -> None:
    """Usage is counted, and nobody calls it clean."""
    [event] = chat({"gen_ai.usage.prompt_tokens": 5, "gen_ai.usage.completion_tokens": 6})
    assert (event.kind, event.content_state) == (Kind.LLM_CALL, ContentState.OFF)
    assert (event.input_tokens, event.output_tokens) == (5, 6)


def test_the_usage_of_an_agent_is_its_childrens() -> None:
    """A span that sums up others is not counted again."""
    [event] = events_of(export(span({"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 99})))
    assert event.input_tokens is None


def test_a_tool_span_is_a_call_and_a_result() -> None:
    """Both are known in their trace by what they say, as the chat tells it again; the trace tells the conversation."""
    tool = span(
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "read_file",
            "gen_ai.tool.call.id": "t-1",
            "gen_ai.tool.call.arguments": '{"path": "a"}',
            "gen_ai.tool.call.result": "content of a",
        },
        spanId="12" * 8,
    )
    response = [{"type": "tool_call_response", "id": "t-1", "response": "content of a"}]
    asked = json.dumps([{"role": "tool", "parts": response}])
    turn = span({"gen_ai.operation.name": "chat", "gen_ai.conversation.id": "c-1", "gen_ai.input.messages": asked})
    events = events_of(export(tool, turn))
    assert rows(events)[:2] == [
        ("tool_call", "assistant", "model", '{"path":"a"}'),
        ("tool_result", "tool", "tool", "content of a"),
    ]
    assert {(event.exchange, event.native_id) for event in events[:2]} == {(Exchange.INPUT, None)}
    assert {event.conversation_id for event in events} == {"c-1"}
    assert [event.tool_name for event in events[:3]] == ["read_file"] * 3


def test_a_tool_span_without_content_says_so() -> None:
    """Arguments and result were not logged."""
    attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "pay", "error.type": "timeout"}
    events = events_of(export(span(attributes)))
    assert {event.content_state for event in events} == {ContentState.OFF}
    assert {event.native_id for event in events} == {events[0].span_id}
    assert (events[1].tool_is_error, events[1].error_type) == (True, "timeout")


def test_permissions_retrievals_guardrails_and_errors_have_kinds() -> None:
    """Spans that are no chat."""
    [permission] = events_of(
        export(span({"github.copilot.permission.kind": "shell", "github.copilot.permission.result": "denied-by-user"}))
    )
    assert (permission.kind, permission.permission_decision) == (Kind.PERMISSION, "denied")
    documents = json.dumps([{"id": "d-1", "content": "Opening hours"}])
    [found] = events_of(export(span({"gen_ai.operation.name": "retrieval", "gen_ai.retrieval.documents": documents})))
    assert (found.kind, found.trust, found.text) == (Kind.RETRIEVAL, Trust.RETRIEVED, "Opening hours")
    [guard] = events_of(export(span({"gen_ai.guardrail.name": "pii", "gen_ai.guardrail.verdict": "deny"})))
    assert (guard.kind, guard.guardrail_name, guard.guardrail_verdict) == (Kind.GUARDRAIL, "pii", "deny")
    events = chat(
        {"gen_ai.input.messages": '[{"role": "user", "content": "Hello"}]'}, status={"code": 2, "message": "boom"}
    )
    failed = next(event for event in events if event.kind is Kind.ERROR)
    assert failed.error_message == "boom"


def test_one_resource_a_record_and_plain_attributes_are_fine() -> None:
    """Exporters other than the collector's write these."""
    plain = {
        **span({}),
        "attributes": {"gen_ai.operation.name": "chat", "gen_ai.prompt": "Hello", "gen_ai.completion": "Hi"},
    }
    data = {"resource": {"attributes": {"service.name": "shop"}}, "scopeSpans": [{"spans": [plain]}]}
    events = events_of(data)
    assert rows(events) == _EXPECTED
    assert events[0].service_name == "shop"


def test_other_dialects_and_plain_spans_are_named_and_kept() -> None:
    """Their input and output are judged, their kind is counted."""
    other = outcome(export(span({"openinference.span.kind": "LLM", "input.value": "Hello", "output.value": "Hi"})))
    assert other.unknown == "otlp/openinference/shop.llm"
    assert rows(other.events) == _EXPECTED
    http = outcome(export(span({"http.route": "/cart"}, name="GET /cart")))
    assert (http.unknown, http.events[0].kind, http.events[0].operation_name) == (
        "otlp/span/shop.llm",
        Kind.META,
        "GET /cart",
    )
    metrics = outcome({"resourceMetrics": []})
    assert (metrics.unknown, [event.kind for event in metrics.events]) == ("otlp/metrics", [Kind.META])
