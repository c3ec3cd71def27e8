"""OTLP spans and logs, and the GenAI attributes of every generation in them."""

import json
from base64 import b64encode
from typing import Any

import pytest
from tests.formats.otel.spans import BEGAN, END, ENDED, START, export, log, logs, pairs, read, span, value
from tests.formats.records import events_of, outcome, rows

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind, Trust, TsSource


def chat(attributes: dict[str, Any], **fields: Any) -> list[Event]:
    """The events of one chat span."""
    return events_of(export(span({"gen_ai.operation.name": "chat", **attributes}, **fields)))


EXPECTED = [
    ("message", "user", "user", "Hello"),
    ("message", "assistant", "model", "Hi"),
    ("llm_call", None, None, None),
]


def test_json_messages_are_the_newest_form() -> None:
    """Instructions, input, output, ids, times and usage of one span."""
    parts = [{"type": "reasoning", "content": "Greet."}, {"type": "text", "content": "Hi"}]
    events = chat(
        {
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "m-1",
            "gen_ai.response.id": "r-1",
            "gen_ai.conversation.id": "c-1",
            "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be kind."}]),
            "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Hello"}]}]),
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": parts, "finish_reason": "stop"}]),
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
        ("llm_call", None, None, None),
    ]
    for event in events:
        assert (event.trace_id, event.span_id, event.call_id) == ("ab" * 16, "cd00000000000001", "ab" * 16)
        assert (event.conversation_id, event.service_name, event.environment) == ("c-1", "shop", "prod")
        assert (event.provider_name, event.request_model, event.parent_id) == ("openai", "m-1", "ef" * 8)
    assert (events[0].ts, events[0].ts_source) == (BEGAN, TsSource.SPAN_START)
    assert (events[2].ts, events[2].ts_source, events[2].finish_reasons) == (ENDED, TsSource.SPAN_END, "stop")
    call = events[4]
    assert (call.input_tokens, call.cache_write_input_tokens, call.usage_key) == (20, 7, "r-1")
    assert (call.duration_ms, call.ttft_ms, call.finish_reasons, call.native_id) == (
        2500.0,
        500.0,
        "stop",
        call.span_id,
    )


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
        {"gen_ai.request.messages": '[{"role": "user", "content": "Hello"}]', "gen_ai.response.text": "Hi"},
    ],
)
def test_older_attributes_say_the_same(attributes: dict[str, Any]) -> None:
    """JSON, plain, indexed and structured attributes are one thing."""
    events = chat(attributes)
    assert rows(events) == EXPECTED
    assert [event.exchange for event in events] == [Exchange.INPUT, Exchange.OUTPUT, Exchange.NO]


def test_an_event_a_message_is_the_form_in_between() -> None:
    """Span events carry the messages in their attributes."""
    events = chat(
        {},
        events=[
            {"name": "gen_ai.user.message", "attributes": pairs({"content": "Hello"})},
            {"name": "gen_ai.choice", "attributes": pairs({"message": '{"role": "assistant", "content": "Hi"}'})},
        ],
    )
    assert rows(events) == EXPECTED


def test_a_chat_without_content_says_that_it_is_off() -> None:
    """Usage is counted, and nobody calls it clean."""
    [event] = chat({"gen_ai.usage.prompt_tokens": 5, "gen_ai.usage.completion_tokens": 6})
    assert (event.kind, event.content_state) == (Kind.LLM_CALL, ContentState.OFF)
    assert (event.input_tokens, event.output_tokens, event.usage_key) == (5, 6, event.span_id)


def test_the_usage_of_an_agent_is_its_childrens() -> None:
    """A span that sums up others is not counted again."""
    [event] = events_of(export(span({"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 99})))
    assert (event.kind, event.input_tokens, event.usage_key) == (Kind.META, None, None)


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
        number=2,
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


def test_what_a_model_context_protocol_server_ran_is_a_tool() -> None:
    attributes = {"mcp.method.name": "tools/call", "gen_ai.tool.name": "pay", "mcp.session.id": "s-1"}
    call, result = events_of(export(span({**attributes, "gen_ai.tool.call.arguments": '{"sum": 5}'})))
    assert (call.kind, call.tool_name, call.text, call.conversation_id) == (Kind.TOOL_CALL, "pay", '{"sum":5}', "s-1")
    assert (result.kind, result.content_state) == (Kind.TOOL_RESULT, ContentState.OFF)


def test_a_permission_span_of_copilot_is_a_decision() -> None:
    asked = {"github.copilot.permission.kind": "shell", "github.copilot.permission.result": "denied-by-user"}
    [permission] = events_of(export(span(asked, name="permission")))
    assert (permission.kind, permission.permission_decision) == (Kind.PERMISSION, "denied")
    assert (permission.attrs, permission.native_id) == ('{"kind":"shell"}', permission.span_id)
    approved = {"github.copilot.permission.kind": "read", "github.copilot.permission.result": "approved"}
    assert events_of(export(span(approved)))[0].permission_decision == "approved"


def test_what_the_harness_notes_in_a_span_is_told_as_its_words() -> None:
    noted = {
        "name": "github.copilot.system.notification",
        "attributes": pairs({"github.copilot.message": "It is over"}),
    }
    events = events_of(export(span({"gen_ai.operation.name": "invoke_agent"}, events=[noted])))
    assert rows(events)[1] == ("meta", "harness", "harness", "It is over")


def test_retrievals_guardrails_and_evaluations_have_kinds() -> None:
    """Spans that are no chat."""
    documents = json.dumps([{"id": "d-1", "content": "Opening hours"}])
    asked = {"gen_ai.retrieval.query.text": "When?", "gen_ai.retrieval.documents": documents}
    query, found = events_of(export(span({"gen_ai.operation.name": "retrieval", **asked})))
    assert (query.trust, query.text) == (Trust.USER, "When?")
    assert (found.kind, found.trust, found.text) == (Kind.RETRIEVAL, Trust.RETRIEVED, "Opening hours")
    [guard] = events_of(export(span({"gen_ai.guardrail.name": "pii", "gen_ai.guardrail.verdict": "deny"})))
    assert (guard.kind, guard.guardrail_name, guard.guardrail_verdict) == (Kind.GUARDRAIL, "pii", "deny")
    [tripped] = events_of(export(span({"gen_ai.guardrail.tripwire_triggered": True}, name="topics")))
    assert (tripped.guardrail_name, tripped.guardrail_verdict) == ("topics", "deny")
    scored = {"gen_ai.evaluation.name": "faithful", "gen_ai.evaluation.explanation": "It made that up."}
    [judged] = events_of(export(span({**scored, "gen_ai.evaluation.score.label": "no"})))
    assert (judged.kind, judged.text, judged.trust) == (Kind.EVAL, "It made that up.", Trust.MODEL)
    [empty] = events_of(export(span({"gen_ai.operation.name": "retrieval"})))
    assert (empty.kind, empty.content_state) == (Kind.RETRIEVAL, ContentState.OFF)


def test_an_error_that_climbs_through_its_parents_is_told_once() -> None:
    """The parents' own events say that they failed."""
    failed = {"status": {"code": 2, "message": "boom"}}
    call = span({"gen_ai.operation.name": "chat", "gen_ai.prompt": "Hello"}, number=1, **failed)
    agent = span({"gen_ai.operation.name": "invoke_agent"}, number=2, **failed)
    events = read(export(call), export(agent))
    [error] = [event for event in events if event.kind is Kind.ERROR]
    assert (error.error_message, error.span_id, error.trust) == ("boom", "cd00000000000001", Trust.HARNESS)
    [meta] = [event for event in events if event.kind is Kind.META]
    assert (meta.error_message, meta.span_id) == ("boom", "cd00000000000002")


def test_the_exception_in_a_span_says_what_failed() -> None:
    thrown = {"name": "exception", "attributes": pairs({"exception.type": "Late", "exception.message": "too late"})}
    events = chat({"http.response.status_code": 504}, status={"code": "STATUS_CODE_ERROR"}, events=[thrown])
    error = next(event for event in events if event.kind is Kind.ERROR)
    assert (error.error_type, error.error_message, error.http_status) == ("Late", "too late", 504)


def test_a_later_span_learns_its_conversation_from_an_earlier_record() -> None:
    """A file has one resource a record, and only the agent's span names the conversation."""
    agent = span({"gen_ai.operation.name": "invoke_agent", "gen_ai.conversation.id": "c-9"}, number=1)
    call = span({"gen_ai.operation.name": "chat", "gen_ai.prompt": "Hello"}, number=2)
    assert {event.conversation_id for event in read(export(agent), export(call))} == {"c-9"}


def test_the_resource_says_whose_spans_and_logs_they_are_where_they_do_not() -> None:
    named = {"attributes": pairs({"session.id": "s-1", "user.id": "u-1", "tenant.id": "t-1"})}
    spans, records = (
        export(span({"gen_ai.prompt": "Hello"})),
        logs(log({"gen_ai.prompt": "Hello"}), log({}, "claude_code.x")),
    )
    spans["resourceSpans"][0]["resource"] = records["resourceLogs"][0]["resource"] = named
    for event in [*outcome(spans).events, *outcome(records).events]:
        assert (event.conversation_id, event.user_id, event.tenant_id) == ("s-1", "u-1", "t-1")


def test_one_resource_a_record_and_plain_attributes_are_fine() -> None:
    """Exporters other than the collector's write these."""
    plain = {
        **span({}),
        "attributes": {"gen_ai.operation.name": "chat", "gen_ai.prompt": "Hello", "gen_ai.completion": "Hi"},
    }
    data = {"resource": {"attributes": {"service.name": "shop"}}, "scopeSpans": [{"spans": [plain]}]}
    events = events_of(data)
    assert rows(events) == EXPECTED
    assert events[0].service_name == "shop"


def test_ids_in_base64_are_those_in_hex() -> None:
    """Converters from protobuf write them so."""
    ids: dict[str, Any] = {
        "traceId": b64encode(bytes.fromhex("ab" * 16)).decode(),
        "spanId": b64encode(bytes(range(8))).decode(),
    }
    [event] = events_of(export(span({"gen_ai.operation.name": "chat"}, **ids)))
    assert (event.trace_id, event.span_id) == ("ab" * 16, "0001020304050607")


def test_plain_spans_are_named_and_kept() -> None:
    """Nobody knows what they are about; they are counted."""
    http = outcome(export(span({"http.route": "/cart"}, name="GET /cart")))
    assert (http.unknown, http.events[0].kind, http.events[0].operation_name) == (
        "otlp/span/shop.llm",
        Kind.META,
        "GET /cart",
    )
    metrics = outcome({"resourceMetrics": []})
    assert (metrics.unknown, [event.kind for event in metrics.events]) == ("otlp/metrics", [Kind.META])


def test_log_records_carry_messages_too() -> None:
    """Their body is a structure; a time of zero means that only the observed time is known."""
    user = log({}, {"content": "Hello"}, timeUnixNano="0", observedTimeUnixNano=START, eventName="gen_ai.user.message")
    choice = log({"event.name": "gen_ai.choice"}, {"index": 0, "message": {"content": "Hi"}}, timeUnixNano=END)
    events = events_of(logs(user, choice))
    assert rows(events) == EXPECTED[:2]
    assert [event.ts for event in events] == [BEGAN, ENDED]


def test_the_details_of_a_call_are_an_event_of_their_own() -> None:
    """All messages in one log record, in its attributes or in its body."""
    name = "gen_ai.client.inference.operation.details"
    said = {
        "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "Hello"}]}]',
        "gen_ai.output.messages": '[{"role": "assistant", "parts": [{"type": "text", "content": "Hi"}]}]',
    }
    told = {"gen_ai.request.model": "m-1", "gen_ai.response.id": "r-1", "gen_ai.usage.input_tokens": 4}
    for record in (log({**said, **told}, eventName=name), log(told, said, eventName=name)):
        events = events_of(logs(record))
        assert rows(events) == EXPECTED[:2]
        assert (events[1].input_tokens, events[1].usage_key) == (4, "r-1")
    [silent] = events_of(logs(log(told, eventName=name)))
    assert (silent.content_state, silent.request_model) == (ContentState.OFF, "m-1")


def test_evaluations_and_exceptions_come_as_logs_too() -> None:
    scored = {"gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.value": 0.5}
    [judged] = events_of(logs(log(scored, eventName="gen_ai.evaluation.result")))
    assert (judged.kind, judged.attrs) == (Kind.EVAL, '{"name":"tone","score":0.5}')
    [error] = events_of(logs(log({"exception.type": "Late", "exception.message": "too late"}, "oops")))
    assert (error.kind, error.error_type, error.error_message) == (Kind.ERROR, "Late", "too late")


def test_plain_log_lines_are_kept_and_counted() -> None:
    line = outcome(logs(log({}, "listening on 80")))
    assert (line.unknown, rows(line.events)) == ("otlp/log/shop.llm", [("meta", None, "harness", "listening on 80")])


MESSAGES = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Hello"}]}])
SAMPLES: list[dict[str, Any]] = [
    export(
        span(
            {"gen_ai.operation.name": "chat", "gen_ai.input.messages": MESSAGES, "gen_ai.usage.input_tokens": 4},
            events=[{"name": "exception", "attributes": pairs({"exception.type": "E"})}],
            status={"code": 2},
        ),
        span({"gen_ai.tool.call.id": "t", "gen_ai.tool.call.arguments": "{}", "gen_ai.tool.call.result": ["r"]}, 2),
        span(
            {"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "x", "gen_ai.completion.0.tool_calls": "y"}, 3
        ),
        span({"gen_ai.retrieval.documents": "[1]", "gen_ai.guardrail.verdict": "deny", "x.permission.result": "y"}, 4),
        span({"gen_ai.operation.name": "invoke_agent", "gen_ai.evaluation.name": "n"}, 5),
    ),
    logs(
        log({"gen_ai.input.messages": MESSAGES}, eventName="gen_ai.client.inference.operation.details"),
        log({}, {"message": {"content": "Hi", "tool_calls": [{"id": "c"}]}}, eventName="gen_ai.choice"),
        log({"exception.type": "E"}, value("x")),
    ),
]


def test_steps_are_of_the_agents_around_them() -> None:
    """And a sub-agent's of its own, which another one started."""
    agents = [
        span({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.id": "main"}, 1),
        span(
            {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "scout"},
            2,
            parentSpanId="cd" + "0" * 13 + "1",
        ),
        span({"gen_ai.operation.name": "chat"}, 3, parentSpanId="cd" + "0" * 13 + "2"),
        span({"gen_ai.operation.name": "chat"}, 4, parentSpanId="cd" + "0" * 13 + "1"),
    ]
    assert [(one.agent_id, one.agent_name, one.parent_agent_id) for one in events_of(export(*agents))] == [
        ("main", None, None),
        (None, "scout", "main"),
        (None, "scout", "main"),
        ("main", None, None),
    ]


def test_spans_that_are_their_own_parents_end_nothing() -> None:
    """A log may say anything."""
    around = span({"gen_ai.operation.name": "chat", "gen_ai.agent.id": "a"}, 1, parentSpanId="cd" + "0" * 13 + "1")
    assert [one.agent_id for one in events_of(export(around))] == ["a"]
