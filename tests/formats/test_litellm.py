"""LiteLLM's records: the call, who made it, what it cost, and what guarded it."""

from typing import Any

from tests.formats.records import events_of, rows

from llmsec_tui.events.model import ContentState, Exchange, Kind


def payload(**fields: Any) -> dict[str, Any]:
    """A StandardLoggingPayload of a successful call."""
    return {
        "id": "chatcmpl-5",
        "trace_id": "trace-1",
        "call_type": "acompletion",
        "status": "success",
        "custom_llm_provider": "openai",
        "startTime": 1_760_000_000.0,
        "endTime": 1_760_000_001.5,
        "completionStartTime": 1_760_000_000.25,
        "model": "m-1",
        "metadata": {
            "user_api_key_user_id": "u-3",
            "user_api_key_team_id": "team-2",
            "requester_ip_address": "192.0.2.1",
        },
        "response_cost": 0.002,
        "prompt_tokens": 10,
        "completion_tokens": 4,
        "end_user": "",
        "messages": [{"role": "user", "content": "Hello"}],
        "response": {
            "id": "chatcmpl-5",
            "model": "m-1-x",
            "choices": [{"message": {"role": "assistant", "content": "Hi"}}],
        },
        **fields,
    }


def test_a_call_has_its_caller_its_cost_and_its_times() -> None:
    """Key, team, address, cost, duration and time to the first token."""
    events = events_of(payload())
    assert rows(events) == [("message", "user", "user", "Hello"), ("message", "assistant", "model", "Hi")]
    answer = events[1]
    assert (answer.user_id, answer.tenant_id, answer.source_ip) == ("u-3", "team-2", "192.0.2.1")
    assert (answer.cost_usd, answer.duration_ms, answer.ttft_ms) == (0.002, 1500.0, 250.0)
    assert (answer.input_tokens, answer.output_tokens, answer.usage_key) == (10, 4, "chatcmpl-5")
    assert (answer.call_id, answer.provider_name, answer.response_model) == ("chatcmpl-5", "openai", "m-1-x")
    assert (events[0].ts, answer.ts) == (1_760_000_000_000_000, 1_760_000_001_500_000)
    assert [event.exchange for event in events] == [Exchange.INPUT, Exchange.OUTPUT]


def test_times_without_zone_are_utc() -> None:
    """The proxy writes both forms."""
    events = events_of(payload(startTime="2026-01-02 03:04:05.000250"))
    assert events[0].ts == 1_767_323_045_000_250


def test_a_failed_call_keeps_its_question() -> None:
    """The error is an event of its own."""
    error = {"error_code": "429", "error_class": "RateLimitError", "error_message": "Slow down"}
    events = events_of(payload(status="failure", response=None, error_information=error))
    failed = next(event for event in events if event.kind is Kind.ERROR)
    assert (failed.error_type, failed.http_status, failed.text) == ("RateLimitError", 429, "Slow down")
    assert events[0].text == "Hello"


def test_guardrail_verdicts_are_events() -> None:
    """What intervened is a denial, what passed is not."""
    guards = [
        {"guardrail_name": "pii", "guardrail_status": "guardrail_intervened", "guardrail_response": {"found": "email"}},
        {"guardrail_name": "topic", "guardrail_status": "success"},
    ]
    verdicts = [event for event in events_of(payload(guardrail_information=guards)) if event.kind is Kind.GUARDRAIL]
    assert [(event.guardrail_name, event.guardrail_verdict) for event in verdicts] == [
        ("pii", "deny"),
        ("topic", "allow"),
    ]
    assert verdicts[0].guardrail_findings == '{"found":"email"}'


def test_documents_of_a_vector_store_are_retrieved() -> None:
    """They stand in the metadata of the call."""
    found = {"data": [{"content": [{"type": "text", "text": "Opening hours: nine to five"}], "score": 0.7}]}
    metadata = {"vector_store_request_metadata": [{"query": "hours", "vector_store_search_response": found}]}
    retrieved = [event for event in events_of(payload(metadata=metadata)) if event.kind is Kind.RETRIEVAL]
    assert len(retrieved) == 1
    assert "Opening hours" in (retrieved[0].text or "")


def test_a_spend_row_without_prompts_says_that_they_are_off() -> None:
    """Nobody may call a call clean whose text was not stored."""
    row = payload(messages="{}", response="{}", metadata='{"user_api_key_alias": "ci"}', spend=0.1)
    del row["response_cost"]
    [event] = events_of(row)
    assert (event.kind, event.content_state, event.user_id) == (Kind.LLM_CALL, ContentState.OFF, "ci")
    assert (event.cost_usd, event.input_tokens) == (0.1, 10)


def test_a_spend_row_with_prompts_holds_json_in_strings() -> None:
    """Strings of JSON are read."""
    response = '{"choices": [{"message": {"role": "assistant", "content": "Hi"}}]}'
    events = events_of(payload(messages='[{"role": "user", "content": "Hello"}]', response=response))
    assert [event.text for event in events] == ["Hello", "Hi"]
