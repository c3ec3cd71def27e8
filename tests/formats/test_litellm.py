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
    assert verdicts[0].guardrail_findings == '[{"found":"email"}]'


def test_a_guardrail_tells_when_it_looked_and_what_it_masked() -> None:
    """Several modes, entities with scores, and a name without a verdict."""
    guards = [
        {
            "guardrail_name": "pii",
            "guardrail_mode": ["pre_call", "post_call"],
            "guardrail_status": "success",
            "masked_entity_count": {"EMAIL_ADDRESS": 2},
            "guardrail_response": [{"entity_type": "EMAIL_ADDRESS", "score": 0.9, "start": 1}],
            "duration": 0.25,
        },
        {"guardrail_name": "topic", "guardrail_mode": {"default": "during_call"}, "guardrail_status": "success"},
        {"guardrail_name": "late", "guardrail_status": "guardrail_failed_to_respond", "guardrail_response": "Timeout"},
    ]
    metadata = {"applied_guardrails": ["pii", "secrets"]}
    found = events_of(payload(guardrail_information=guards, metadata=metadata))
    verdicts = [event for event in found if event.kind is Kind.GUARDRAIL]
    assert [(event.guardrail_name, event.operation_name, event.guardrail_verdict) for event in verdicts] == [
        ("pii", "pre_call,post_call", "modify"),
        ("topic", "during_call", "allow"),
        ("late", None, "warn"),
        ("secrets", "acompletion", None),
    ]
    assert '"category":"EMAIL_ADDRESS"' in (verdicts[0].guardrail_findings or "")
    assert verdicts[0].duration_ms == 250.0


def test_a_tool_of_an_mcp_server_is_a_call_with_its_result() -> None:
    """The proxy passes them on, and names the server."""
    told = {"name": "read", "arguments": {"path": "/etc/passwd"}, "mcp_server_name": "files"}
    result = {"content": [{"type": "text", "text": "root:x"}], "isError": False}
    call, answer = events_of(
        payload(call_type="call_mcp_tool", messages=None, response=result, metadata={"mcp_tool_call_metadata": told})
    )
    assert (call.kind, call.tool_name, call.tool_server, call.text) == (
        Kind.TOOL_CALL,
        "read",
        "files",
        '{"path":"/etc/passwd"}',
    )
    assert (answer.kind, answer.tool_server, answer.text) == (Kind.TOOL_RESULT, "files", "root:x")


def test_a_spend_row_names_the_tool_with_its_server() -> None:
    """Nothing else is in it."""
    row = payload(call_type="call_mcp_tool", messages="{}", response="{}", mcp_namespaced_tool_name="files/read")
    call = events_of(row)[0]
    assert (call.kind, call.tool_name, call.tool_server) == (Kind.TOOL_CALL, "read", "files")


def test_records_of_2024_hold_the_arguments_and_the_response() -> None:
    """There was no payload yet."""
    old = {
        "request_kwargs": {
            "model": "m-1",
            "messages": [{"role": "user", "content": "Hello"}],
            "litellm_params": {"metadata": {"user_api_key_user_id": "u-3"}},
            "call_type": "acompletion",
        },
        "response_obj": {"id": "x-1", "model": "m-1-x", "choices": [{"message": {"content": "Hi"}}]},
        "start_time": "2024-05-06 07:08:09.000001",
        "end_time": "2024-05-06 07:08:10.000001",
    }
    events = events_of(old)
    assert rows(events) == [("message", "user", "user", "Hello"), ("message", "assistant", "model", "Hi")]
    assert (events[1].user_id, events[1].duration_ms, events[1].response_model) == ("u-3", 1000.0, "m-1-x")


def test_texts_that_the_proxy_was_told_not_to_log_are_off() -> None:
    """It writes a word of its own in their place."""
    hidden = "redacted-by-litellm"
    answer = {"choices": [{"message": {"role": "assistant", "content": hidden}}]}
    events = events_of(payload(messages=[{"role": "user", "content": hidden}], response=answer))
    assert [(event.text, event.content_state) for event in events] == [(None, ContentState.OFF)] * 2


def test_an_answer_of_anthropic_is_told() -> None:
    """The proxy passes its API on as it is."""
    answer = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": "Hi"}],
        "stop_reason": "end_turn",
    }
    last = events_of(payload(call_type="anthropic_messages", response=answer))[-1]
    assert (last.text, last.finish_reasons) == ("Hi", "end_turn")


def test_a_spend_row_tells_its_failure_in_its_metadata() -> None:
    """And the request that came in where messages are not stored."""
    error = '{"error_information": {"error_class": "AuthError", "error_message": "No key"}, "status": "failure"}'
    asked = '{"messages": [{"role": "user", "content": "Hello"}]}'
    row = payload(messages="{}", response="{}", metadata=error, proxy_server_request=asked, cache_hit="None")
    row["status"] = "failure"
    events = events_of(row)
    assert events[0].text == "Hello"
    [failed] = [event for event in events if event.kind is Kind.ERROR]
    assert (failed.error_type, failed.text) == ("AuthError", "No key")


def test_tags_and_keys_are_kept() -> None:
    """Spend rows hold tags as JSON, and a hit of the cache as a word."""
    events = events_of(payload(request_tags='["beta"]', cache_hit="True", metadata={"user_api_key_alias": "ci"}))
    assert events[1].attrs == '{"request_tags":["beta"],"cache_hit":true,"api_key_alias":"ci"}'


SAMPLES = [
    payload(),
    payload(
        call_type="call_mcp_tool",
        metadata={"mcp_tool_call_metadata": {"name": "f", "arguments": {}, "namespaced_tool_name": "s/f"}},
        guardrail_information=[{"guardrail_name": "g", "guardrail_mode": {"tags": {"a": "pre_call"}}}],
    ),
    payload(messages="{}", response="{}", metadata='{"status": "failure", "error_information": {"error_code": "1"}}'),
    {"request_kwargs": {"messages": [], "litellm_params": {"metadata": {}}}, "response_obj": {"data": [{"url": "u"}]}},
]


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
