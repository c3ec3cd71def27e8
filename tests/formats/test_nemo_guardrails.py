"""Traces of NeMo Guardrails: what a rail decided is told by what ran after it, or by the rail itself."""

from typing import Any

from tests.formats.records import events_of, rows

from llmsec_tui.events.model import ContentState, Event, Kind, TsSource


def span(name: str, number: int, parent: int | None, start: float, end: float, **metrics: int) -> dict[str, Any]:
    """A span of the first version: seconds since the interaction began."""
    return {
        "name": name,
        "span_id": f"s{number}",
        "parent_id": None if parent is None else f"s{parent}",
        "start_time": start,
        "end_time": end,
        "duration": end - start,
        "metrics": metrics,
    }


_CHECK = [
    span("interaction", 1, None, 0.0, 3.0, interaction_total=1),
    span("rail: self check input", 2, 1, 0.0, 1.0),
    span("action: self_check_input", 3, 2, 0.0, 1.0),
    span("LLM: m-1", 4, 3, 0.1, 0.9, llm_call_m_1_prompt_tokens_total=7, llm_call_m_1_completion_tokens_total=1),
]
STOPPED = {"trace_id": "t-1", "spans": _CHECK}
ANSWERED = {
    "trace_id": "t-2",
    "spans": [
        *_CHECK,
        span("rail: generate user intent", 5, 1, 1.0, 2.0),
        span("LLM: m-1", 6, 5, 1.1, 1.9),
        span("rail: self check output", 7, 1, 2.0, 3.0),
    ],
}
TYPED: dict[str, Any] = {
    "schema_version": "2.0",
    "trace_id": "t-3",
    "spans": [
        {
            "name": "guardrails.request",
            "span_id": "s1",
            "parent_id": None,
            "start_time": 0.0,
            "end_time": 2.0,
            "duration": 2.0,
            "span_type": "InteractionSpan",
            "span_kind": "server",
            "attributes": {"gen_ai.operation.name": "guardrails", "service.name": "x"},
            "events": [
                {"name": "guardrails.user_message", "timestamp": 0.0, "attributes": {}, "body": {"content": "Hello"}},
            ],
        },
        {
            "name": "guardrails.rail",
            "span_id": "s2",
            "parent_id": "s1",
            "start_time": 0.0,
            "end_time": 1.0,
            "duration": 1.0,
            "span_type": "RailSpan",
            "attributes": {
                "rail.type": "input",
                "rail.name": "topics",
                "rail.stop": True,
                "rail.decisions": ["stop"],
                "guardrails.rail.reason": "off topic",
            },
        },
        {
            "name": "chat m-1",
            "span_id": "s3",
            "parent_id": "s2",
            "start_time": 0.1,
            "end_time": 0.9,
            "duration": 0.8,
            "span_type": "LLMSpan",
            "attributes": {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "m-1",
                "gen_ai.usage.input_tokens": 5,
            },
            "events": [
                {"name": "gen_ai.content.prompt", "timestamp": 0.1, "attributes": {}, "body": {"content": "Is it?"}},
                {"name": "gen_ai.content.completion", "timestamp": 0.9, "attributes": {}, "body": {"content": "No"}},
            ],
            "error": {"occurred": True, "type": "E", "message": "late"},
        },
    ],
}


def rails(data: dict[str, Any]) -> dict[str | None, Event]:
    """The events of guardrails by their names."""
    return {event.guardrail_name: event for event in events_of(data) if event.kind is Kind.GUARDRAIL}


def test_a_rail_without_an_answer_after_it_stopped_the_interaction() -> None:
    """The call inside of the rail is the rail's own."""
    rail = rails(STOPPED)["self check input"]
    assert (rail.guardrail_verdict, rail.guardrail_action, rail.duration_ms) == ("deny", "stop", 1000.0)
    assert (rail.ts, rail.ts_source, rail.content_state) == (None, TsSource.NONE, ContentState.OFF)
    assert (rail.trace_id, rail.parent_id, rail.service_name) == ("t-1", "s1", "nemo-guardrails")


def test_a_rail_with_an_answer_after_it_let_it_through() -> None:
    """What a rail on the output decided cannot be told."""
    decided = rails(ANSWERED)
    assert {name: rail.guardrail_verdict for name, rail in decided.items()} == {
        "self check input": "allow",
        "self check output": None,
    }


def test_calls_count_their_tokens() -> None:
    calls = [event for event in events_of(ANSWERED) if event.kind is Kind.LLM_CALL]
    assert [(call.request_model, call.input_tokens, call.output_tokens) for call in calls] == [
        ("m-1", 7, 1),
        ("m-1", None, None),
    ]
    assert len({call.usage_key for call in calls}) == 2


def test_the_second_version_says_what_it_decided() -> None:
    """And holds texts, where they are captured."""
    rail = rails(TYPED)["topics"]
    assert (rail.guardrail_verdict, rail.guardrail_findings) == ("deny", '[["stop"],"off topic"]')
    said = [row for row in rows(events_of(TYPED)) if row[0] == "message"]
    assert said == [
        ("message", "user", "user", "Hello"),
        ("message", "user", "user", "Is it?"),
        ("message", "assistant", "model", "No"),
    ]
    call = next(event for event in events_of(TYPED) if event.kind is Kind.LLM_CALL)
    assert (call.input_tokens, call.duration_ms, call.ts) == (5, 800.0, None)
    error = next(event for event in events_of(TYPED) if event.kind is Kind.ERROR)
    assert error.error_message == "late"


SAMPLES: list[dict[str, Any]] = [STOPPED, ANSWERED, TYPED]
