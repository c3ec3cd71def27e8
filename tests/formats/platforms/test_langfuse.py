"""Langfuse: traces and their observations, whose texts repeat and whose usage is counted once."""

import json
from typing import Any

import pytest
from tests.formats.records import outcome, record, rows

from llmsec_tui.events.history import Kept, Mapped, resolve
from llmsec_tui.events.model import ContentState, Event, Kind
from llmsec_tui.formats.memory import Memory

_TRACE_ID = "t-1"
_SYSTEM = "You book trains and nothing else."
_ASKED = "Book me a seat to Ghent"
_ANSWER = "Your seat to Ghent is booked."


def observation(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    """An observation as a trace download holds it."""
    return {
        "id": f"o-{name}",
        "traceId": _TRACE_ID,
        "type": kind,
        "name": name,
        "startTime": "2026-03-04T05:06:07.000Z",
        "endTime": "2026-03-04T05:06:08.500Z",
        "parentObservationId": None,
        "level": "DEFAULT",
        "input": None,
        "output": None,
        "metadata": json.dumps({"resourceAttributes": {"service.name": "trains"}}),
        **fields,
    }


_MESSAGES = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": _ASKED}]
_CALLS = [{"id": "c-1", "type": "function", "function": {"name": "book", "arguments": '{"to": "Ghent"}'}}]
ROOT = observation(
    "SPAN", "workflow", input=json.dumps({"prompt": _ASKED, "system": _SYSTEM}), output=json.dumps({"answer": _ANSWER})
)
AGENT = observation("AGENT", "clerk", parentObservationId="o-workflow")
FIRST = observation(
    "GENERATION",
    "ask",
    parentObservationId="o-clerk",
    input=json.dumps({"messages": _MESSAGES}),
    output=json.dumps({"role": "assistant", "content": "", "tool_calls": _CALLS}),
    model="m-1",
    usageDetails={"input": 40, "output": 6, "total": 66, "input_cache_read": 20},
    costDetails={"total": 0.004},
    completionStartTime="2026-03-04T05:06:07.250Z",
)
INNER = observation("GENERATION", "inner", parentObservationId="o-ask", usageDetails={"input": 60, "output": 6})
TOOL = observation(
    "TOOL", "book", parentObservationId="o-clerk", input='{"to": "Ghent"}', output=json.dumps("Seat 12 is yours")
)
SECOND = observation(
    "GENERATION",
    "answer",
    parentObservationId="o-clerk",
    startTime="2026-03-04T05:06:09.000Z",
    input=json.dumps([*_MESSAGES, {"role": "tool", "tool_call_id": "c-1", "content": "Seat 12 is yours"}]),
    output=json.dumps({"choices": [{"message": {"role": "assistant", "content": _ANSWER}, "finish_reason": "stop"}]}),
    usageDetails={"input": 70, "output": 9, "total": 79},
)
SCORE: dict[str, Any] = {
    "id": "s-1",
    "name": "harm",
    "value": 0.9,
    "source": "EVAL",
    "comment": "It books without asking.",
    "dataType": "NUMERIC",
    "traceId": _TRACE_ID,
    "observationId": None,
    "timestamp": "2026-03-04T05:07:00Z",
}
TRACE: dict[str, Any] = {
    "id": _TRACE_ID,
    "projectId": "p-1",
    "name": "workflow",
    "timestamp": "2026-03-04T05:06:07Z",
    "bookmarked": False,
    "sessionId": "chat-9",
    "userId": "alice",
    "environment": "production",
    "tags": ["trains"],
    "input": json.dumps(json.dumps({"prompt": _ASKED, "system": _SYSTEM})),
    "output": json.dumps(json.dumps({"answer": _ANSWER})),
    "metadata": json.dumps({"resourceAttributes": {"service.name": "trains"}}),
    "scores": [SCORE],
}
DOCUMENT: dict[str, Any] = {"trace": TRACE, "observations": [ROOT, AGENT, FIRST, TOOL, SECOND]}
GUARDRAIL = observation("GUARDRAIL", "jailbreak", input=json.dumps(_ASKED), output='{"tripwire_triggered": true}')
RETRIEVER = observation(
    "RETRIEVER",
    "timetable",
    input=json.dumps({"query": "trains to Ghent"}),
    output=json.dumps({"documents": [{"page_content": "Every hour at nine", "metadata": {"source": "db"}}]}),
)
BLOB: dict[str, Any] = {
    "id": "b-1",
    "trace_id": _TRACE_ID,
    "type": "GENERATION",
    "name": "ask",
    "start_time": "2026-03-04 05:06:07.000000",
    "end_time": "2026-03-04 05:06:08.000000",
    "parent_observation_id": "o-clerk",
    "environment": "production",
    "provided_model_name": "m-1",
    "input": json.dumps({"messages": _MESSAGES}),
    "output": json.dumps({"role": "assistant", "content": _ANSWER}),
    "usage_details": {"input": 40, "output": 6},
    "total_cost": "0.004",
    "time_to_first_token": 0.25,
    "level": "DEFAULT",
    "status_message": None,
    "tool_definitions": {"book": '{"description": "Books a seat", "parameters": {}}'},
    "metadata": {},
}
BLOB_SCORE: dict[str, Any] = {
    "id": "s-2",
    "timestamp": "2026-03-04 05:07:00",
    "project_id": "p-1",
    "trace_id": _TRACE_ID,
    "name": "tone",
    "value": None,
    "string_value": "rude",
    "source": "ANNOTATION",
    "data_type": "CATEGORICAL",
}
BLOB_TRACE: dict[str, Any] = {
    "id": _TRACE_ID,
    "timestamp": "2026-03-04 05:06:07",
    "project_id": "p-1",
    "bookmarked": False,
    "user_id": "alice",
    "session_id": "chat-9",
    "input": json.dumps(_ASKED),
    "output": None,
}
SAMPLES = [DOCUMENT, ROOT, FIRST, TOOL, GUARDRAIL, RETRIEVER, BLOB, BLOB_SCORE, BLOB_TRACE]


def stored(*records: dict[str, Any]) -> list[Kept]:
    """What of these records is stored, told apart as the store does it."""
    memory = Memory()
    mapped = [Mapped(record(one), "langfuse", outcome(one, memory).events) for one in records]
    return resolve(mapped, lambda keys: {}).kept


def _events(*records: dict[str, Any]) -> list[Event]:
    return [one.event for one in stored(*records)]


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_record_of_an_export_is_known(sample: dict[str, Any]) -> None:
    mapped = outcome(sample)
    assert (mapped.format, mapped.unknown) == ("langfuse", None)
    assert mapped.events


def test_each_text_of_a_trace_is_stored_once() -> None:
    """Steps hand on what went into them and a trace repeats them all."""
    said = [row for row in rows(_events(DOCUMENT)) if row[3] and row[0] != "eval"]
    assert said == [
        ("message", "system", "system", _SYSTEM),
        ("message", "user", "user", _ASKED),
        ("tool_call", "assistant", "model", '{"to":"Ghent"}'),
        ("tool_result", "tool", "tool", "Seat 12 is yours"),
        ("message", "assistant", "model", _ANSWER),
    ]


def test_all_of_a_trace_is_one_conversation_of_one_user() -> None:
    kept = stored(DOCUMENT)
    assert {one.conversation_id for one in kept} == {"chat-9"}
    assert {(one.event.user_id, one.event.environment, one.event.service_name) for one in kept} == {
        ("alice", "production", "trains")
    }


def test_a_generation_has_its_usage_its_cost_and_its_times() -> None:
    call = next(event for event in _events(DOCUMENT) if event.span_id == "o-ask" and event.kind is Kind.LLM_CALL)
    assert (call.input_tokens, call.output_tokens, call.cache_read_input_tokens, call.usage_key) == (60, 6, 20, "o-ask")
    assert (call.cost_usd, call.duration_ms, call.ttft_ms, call.request_model) == (0.004, 1500.0, 250.0, "m-1")
    assert (call.parent_id, call.agent_name, call.native_id) == ("o-clerk", "clerk", "o-ask")


def test_a_generation_around_another_does_not_count_its_usage_again() -> None:
    events = _events({"trace": TRACE, "observations": [FIRST, INNER]})
    counted = {event.usage_key: event.input_tokens for event in events if event.usage_key}
    assert counted == {"o-inner": 60}


def test_how_a_model_stopped_is_told_on_its_call() -> None:
    calls = [event for event in _events(DOCUMENT) if event.kind is Kind.LLM_CALL]
    assert [call.finish_reasons for call in calls] == [None, "stop"]


def test_messages_in_the_attributes_stand_for_an_input_that_has_none() -> None:
    """An instrumentation gave the platform the wrong thing, and the right one beside it."""
    attributes = {
        "openinference.span.kind": "LLM",
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": _ASKED,
    }
    lost = {**FIRST, "input": '{"content": "role"}', "metadata": json.dumps({"attributes": attributes})}
    assert rows(_events(lost))[0] == ("message", "user", "user", _ASKED)


def test_a_guardrail_that_triggered_denies() -> None:
    events = _events(GUARDRAIL)
    [verdict] = [event for event in events if event.kind is Kind.GUARDRAIL]
    assert (verdict.guardrail_name, verdict.guardrail_verdict) == ("jailbreak", "deny")
    assert rows(events)[0] == ("message", "user", "user", _ASKED)


def test_documents_of_a_retriever_are_retrieved() -> None:
    assert rows(_events(RETRIEVER))[:2] == [
        ("message", "assistant", "model", "trains to Ghent"),
        ("retrieval", "tool", "retrieved", "Every hour at nine"),
    ]


def test_scores_are_evaluations() -> None:
    [score] = [event for event in _events(DOCUMENT) if event.kind is Kind.EVAL]
    assert (score.operation_name, score.text, score.trace_id) == ("harm", "It books without asking.", _TRACE_ID)
    assert '"value":0.9' in (score.attrs or "")
    [word] = _events(BLOB_SCORE)
    assert '"value":"rude"' in (word.attrs or "")


def test_an_export_in_snake_case_says_the_same() -> None:
    events = _events(BLOB)
    assert [row for row in rows(events) if row[0] == "message"] == [
        ("message", "system", "system", _SYSTEM),
        ("message", "user", "user", _ASKED),
        ("message", "assistant", "model", _ANSWER),
    ]
    call = next(event for event in events if event.kind is Kind.LLM_CALL)
    assert (call.input_tokens, call.cost_usd, call.ttft_ms, call.parent_id) == (40, 0.004, 250.0, "o-clerk")
    assert any("Books a seat" in (event.text or "") for event in events if event.kind is Kind.META)


def test_an_observation_is_of_the_user_whose_trace_was_told_before() -> None:
    kept = stored(BLOB_TRACE, BLOB)
    assert {(one.conversation_id, one.event.user_id) for one in kept} == {("chat-9", "alice")}


def test_a_failed_step_is_an_error() -> None:
    failed = {**TOOL, "level": "ERROR", "statusMessage": "Timeout: no seat server", "output": None}
    [error] = [event for event in _events(failed) if event.kind is Kind.ERROR]
    assert (error.text, error.error_type, error.operation_name) == ("Timeout: no seat server", "Timeout", "book")


def test_a_generation_whose_texts_are_gone_is_not_called_clean() -> None:
    """Downloads lose input and output now and then."""
    [call] = _events({**FIRST, "input": None, "output": None})
    assert (call.kind, call.content_state) == (Kind.LLM_CALL, ContentState.OFF)


def test_a_later_record_of_a_step_amends_it() -> None:
    started = {**FIRST, "endTime": None, "output": None, "usageDetails": {}}
    kept = stored(started, FIRST)
    calls = [one for one in kept if one.event.kind is Kind.LLM_CALL]
    # Equal bytes in these records make the second a repeat; what counts is that both have one name.
    assert len({one.event_id for one in calls}) == 1
