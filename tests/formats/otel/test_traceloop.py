"""OpenLLMetry: indexed messages in any order, workflows around them, and whose they are."""

import json
from typing import Any

from tests.formats.otel.spans import export, kept, span
from tests.formats.records import events_of, rows

from llmsec_tui.events.model import Event, Kind

_PROPERTIES = "traceloop.association.properties."

CALL: dict[str, Any] = {
    "llm.request.type": "chat",
    "gen_ai.system": "OpenAI",
    "gen_ai.request.model": "m-1",
    "gen_ai.response.model": "m-1-2026",
    "gen_ai.response.id": "r-1",
    "gen_ai.prompt.10.role": "user",
    "gen_ai.prompt.10.content": "Thanks",
    "gen_ai.prompt.2.role": "assistant",
    "gen_ai.prompt.2.tool_calls.0.id": "c-1",
    "gen_ai.prompt.2.tool_calls.0.name": "pay",
    "gen_ai.prompt.2.tool_calls.0.arguments": '{"sum": 5}',
    "gen_ai.prompt.3.role": "tool",
    "gen_ai.prompt.3.content": "paid",
    "gen_ai.prompt.3.tool_call_id": "c-1",
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": '[{"type": "text", "text": "Pay the bill"}]',
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": "At your service",
    "gen_ai.completion.0.finish_reason": "stop",
    "gen_ai.usage.prompt_tokens": 12,
    "gen_ai.usage.completion_tokens": 3,
    "gen_ai.usage.cache_read_input_tokens": 4,
    "llm.usage.total_tokens": 15,
    f"{_PROPERTIES}user_id": "u-1",
    f"{_PROPERTIES}session_id": "s-1",
    f"{_PROPERTIES}tenantId": "t-1",
}


def told(attributes: dict[str, Any], **fields: Any) -> list[Event]:
    return events_of(export(span(attributes, **fields)))


def test_indexed_messages_are_put_in_order() -> None:
    """Attributes come in any order, and ten comes after two."""
    events = told(CALL)
    assert rows(events) == [
        ("message", "user", "user", "Pay the bill"),
        ("tool_call", "assistant", "model", '{"sum":5}'),
        ("tool_result", "tool", "tool", "paid"),
        ("message", "user", "user", "Thanks"),
        ("message", "assistant", "model", "At your service"),
        ("llm_call", None, None, None),
    ]
    assert [event.tool_name for event in events[1:3]] == ["pay", "pay"]
    call = events[5]
    assert (call.input_tokens, call.output_tokens, call.cache_read_input_tokens) == (12, 3, 4)
    assert (call.usage_key, call.finish_reasons, call.operation_name) == ("r-1", "stop", "chat")
    for event in events:
        assert (event.user_id, event.conversation_id, event.tenant_id) == ("u-1", "s-1", "t-1")


def test_an_answer_of_the_role_tool_is_a_call() -> None:
    """A framework writes what the model asks for so."""
    asked = {
        "gen_ai.completion.0.role": "tool",
        "gen_ai.completion.0.content": '{"id": "c", "tool": "pay", "args": {}}',
    }
    call, _ = told(asked)
    assert (call.kind, call.tool_name, call.tool_call_id, call.text) == (Kind.TOOL_CALL, "pay", "c", "{}")


def test_a_workflow_repeats_its_call_and_is_stored_once() -> None:
    """Its input and output are what the decorators and callbacks wrap around them."""
    asked = json.dumps({"inputs": {"question": "Pay the bill"}, "tags": [], "metadata": {}, "kwargs": {}})
    workflow = {
        "traceloop.span.kind": "workflow",
        "traceloop.workflow.name": "billing",
        "traceloop.entity.name": "billing",
        "traceloop.entity.input": asked,
        "traceloop.entity.output": json.dumps({"outputs": {"answer": "At your service"}, "kwargs": {}}),
    }
    events = kept(export(span(CALL, 1)), export(span(workflow, 2)))
    assert [row[3] for row in rows(events)].count("Pay the bill") == 1
    assert [row[3] for row in rows(events)].count("At your service") == 1
    assert (events[-1].kind, events[-1].operation_name, events[-1].span_id) == (
        *(Kind.META, "workflow"),
        "cd00000000000002",
    )


def test_the_arguments_of_a_decorated_function_are_what_the_user_said() -> None:
    workflow = {
        "traceloop.span.kind": "workflow",
        "traceloop.entity.input": '{"args": ["Pay the bill"], "kwargs": {}}',
        "traceloop.entity.output": '"At your service"',
    }
    assert rows(told(workflow)) == [
        ("message", "user", "user", "Pay the bill"),
        ("message", "assistant", "model", "At your service"),
        ("meta", None, None, None),
    ]


def test_a_tool_and_an_agent_are_named_by_their_entity() -> None:
    tool = {
        "traceloop.span.kind": "tool",
        "traceloop.entity.name": "pay",
        "traceloop.entity.input": '{"input_str": "{\\"sum\\": 5}", "tags": []}',
        "traceloop.entity.output": '{"output": {"kwargs": {"content": "paid"}}}',
    }
    call, result = told(tool)
    assert (call.tool_name, call.text, result.text) == ("pay", '{"sum":5}', "paid")
    decorated = {
        **tool,
        "traceloop.entity.input": '{"args": [], "kwargs": {"sum": 5}}',
        "traceloop.entity.output": '"ok"',
    }
    call, result = told(decorated)
    assert (call.text, result.text) == ('{"sum":5}', "ok")
    [agent] = told({"traceloop.span.kind": "agent", "traceloop.entity.name": "cashier"})
    assert (agent.kind, agent.agent_name) == (Kind.META, "cashier")


def test_names_before_the_conventions_are_read_too() -> None:
    old = {
        "llm.request.type": "completion",
        "llm.vendor": "OpenAI",
        "llm.request.model": "m-0",
        "llm.prompts.0.role": "user",
        "llm.prompts.0.content": "Once upon",
        "llm.completions.0.content": "a time",
        "llm.completions.0.finish_reason": "length",
        "llm.usage.prompt_tokens": 2,
        "llm.usage.completion_tokens": 3,
    }
    events = told(old)
    assert [event.text for event in events] == ["Once upon", "a time", None]
    assert (events[2].input_tokens, events[2].output_tokens, events[2].finish_reasons) == (2, 3, "length")
    assert (events[2].provider_name, events[2].request_model) == ("OpenAI", "m-0")


SAMPLES: list[dict[str, Any]] = [
    export(
        span(CALL, 1),
        span({"traceloop.span.kind": "tool", "traceloop.entity.input": '{"inputs": {"a": 1}, "tags": []}'}, 2),
        span({"traceloop.span.kind": "task", "traceloop.entity.output": '{"outputs": {"messages": [{}]}}'}, 3),
        span({"llm.prompts.0.content": "x", "llm.completions.0.content": "y"}, 4),
    )
]
