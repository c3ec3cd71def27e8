"""Gateways before many providers: whose call it was, what it said, and when that cannot be seen."""

import json
from typing import Any

import pytest
from tests.formats.records import events_of, outcome, rows

from llmsec_tui.events.model import ContentState, Event, Kind

_ASKED = {"model": "gpt-x", "messages": [{"role": "user", "content": "Hi"}]}
_ANSWERED = {
    "id": "a-1",
    "model": "gpt-x-1",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
}
HELICONE: dict[str, Any] = {
    "request_id": "h-1",
    "request_created_at": "2026-03-04T05:06:07Z",
    "request_body": _ASKED,
    "response_body": _ANSWERED,
    "response_status": 200,
    "request_user_id": "alice",
    "properties": {"Helicone-Session-Id": "s-1"},
    "delay_ms": 120,
    "prompt_tokens": 3,
    "completion_tokens": 4,
    "cost": 0.002,
    "provider": "OPENAI",
}
KONG: dict[str, Any] = {
    "started_at": 1_772_600_767_000,
    "client_ip": "192.0.2.9",
    "consumer": {"username": "alice"},
    "request": {"id": "k-1"},
    "response": {"status": 200},
    "ai": {
        "payload": {"request": json.dumps(_ASKED)},
        "ai-proxy": {
            "meta": {"provider_name": "openai", "request_model": "gpt-x", "llm_latency": 120},
            "usage": {"prompt_tokens": 3, "completion_tokens": 4, "cost": 0.002},
            "payload": {"response": json.dumps(_ANSWERED)},
        },
    },
}
CLOUDFLARE: dict[str, Any] = {
    "id": "c-1",
    "created_at": "2026-03-04T05:06:07Z",
    "provider": "openai",
    "model": "gpt-x",
    "tokens_in": 3,
    "tokens_out": 4,
    "cached": False,
    "duration": 120,
    "cost": 0.002,
    "status_code": 200,
    "request": json.dumps(_ASKED),
    "response": json.dumps(_ANSWERED),
    "metadata": {"user": "alice"},
}
_SEALED = {"type": "rsa", "key": "k", "iv": "i", "data": "d"}
LOGPUSH: dict[str, Any] = {
    "Datetime": "2026-03-04T05:06:07Z",
    "Provider": "openai",
    "Model": "gpt-x",
    "RequestBody": json.dumps(_SEALED),
    "ResponseBody": json.dumps(_SEALED),
    "Metadata": json.dumps(_SEALED),
}
PORTKEY: dict[str, Any] = {
    "id": "p-1",
    "created_at": "2026-03-04T05:06:07Z",
    "ai_org": "openai",
    "ai_model": "gpt-x",
    "request": {"body": _ASKED},
    "response": {"body": _ANSWERED},
    "response_status_code": 200,
    "response_time": 120,
    "req_units": 3,
    "res_units": 4,
    "cost": 0.002,
    "metadata": {"_user": "alice"},
    "hook_results": [{"id": "pii", "verdict": False, "deny": True}],
}
SAMPLES = [HELICONE, KONG, CLOUDFLARE, LOGPUSH, PORTKEY]


def _known(data: dict[str, Any]) -> tuple[str, list[Event]]:
    mapped = outcome(data)
    assert mapped.unknown is None
    return mapped.format, mapped.events


@pytest.mark.parametrize(
    ("data", "name"),
    [(HELICONE, "helicone"), (KONG, "kong"), (CLOUDFLARE, "cloudflare-ai-gateway"), (PORTKEY, "portkey")],
)
def test_a_call_says_who_what_and_how_much(data: dict[str, Any], name: str) -> None:
    found, events = _known(data)
    assert found == name
    assert rows(events)[:2] == [("message", "user", "user", "Hi"), ("message", "assistant", "model", "Hello")]
    answer = events[1]
    assert (answer.input_tokens, answer.output_tokens, answer.duration_ms) == (3, 4, 120)
    assert (answer.user_id, answer.cost_usd, answer.request_model) == ("alice", 0.002, "gpt-x")
    assert answer.ts == 1_772_600_767_000_000
    assert answer.usage_key


def test_an_encrypted_body_is_said_to_be() -> None:
    _, [call] = _known(LOGPUSH)
    assert (call.kind, call.content_state) == (Kind.LLM_CALL, ContentState.ENCRYPTED)


def test_a_body_that_lies_elsewhere_or_was_not_logged_is_not_called_clean() -> None:
    bare = {key: value for key, value in HELICONE.items() if not key.endswith("_body")}
    assert [event.content_state for event in events_of(bare)] == [ContentState.OFF]
    signed = {**bare, "signed_body_url": "https://bucket.example/x"}
    assert [event.content_state for event in events_of(signed)] == [ContentState.ELSEWHERE]


def test_an_error_status_is_an_error() -> None:
    _, events = _known({**CLOUDFLARE, "status_code": 429, "response": None})
    [error] = [event for event in events if event.kind is Kind.ERROR]
    assert (error.error_type, error.http_status) == ("http_429", 429)


def test_a_hook_that_denied_is_a_verdict() -> None:
    _, events = _known(PORTKEY)
    [verdict] = [event for event in events if event.kind is Kind.GUARDRAIL]
    assert (verdict.guardrail_name, verdict.guardrail_verdict) == ("pii", "deny")


def test_what_the_cache_of_kong_did_is_kept() -> None:
    cached = {**KONG, "ai": {**KONG["ai"], "ai-semantic-cache": {"cache": {"cache_status": "Hit"}}}}
    assert [one.attrs for one in events_of(cached) if one.attrs] == ['{"cache_status":"Hit"}']


@pytest.mark.parametrize(
    ("action", "topics", "verdict"), [("block", [], "deny"), ("", ["S1"], "warn"), ("", [], "allow")]
)
def test_what_the_firewall_saw_is_a_verdict_without_texts(action: str, topics: list[str], verdict: str) -> None:
    request = {
        "RayID": "r-1",
        "ClientIP": "192.0.2.7",
        "EdgeStartTimestamp": "2026-03-04T05:06:07Z",
        "SecurityAction": action,
        "FirewallForAIInjectionScore": 3,
        "FirewallForAIUnsafeTopicCategories": topics,
        "FirewallForAITokenCount": 40,
    }
    [event] = events_of(request)
    assert (event.kind, event.guardrail_verdict, event.content_state) == (Kind.GUARDRAIL, verdict, ContentState.OFF)
    assert (event.source_ip, event.input_tokens, event.native_id) == ("192.0.2.7", 40, "r-1")
    assert '"InjectionScore":3' in (event.guardrail_findings or "")


def test_a_call_that_cloudflare_says_failed_is_an_error() -> None:
    """Also without a status; and what came from its cache says so."""
    call = {"id": "c-1", "provider": "openai", "model": "m", "tokens_in": 1, "tokens_out": 0, "cached": True}
    error, told = events_of({**call, "success": False, "created_at": "2026-03-04T05:06:07Z"})[::-1]
    assert (error.kind, error.error_type, told.kind, told.attrs) == (
        *(Kind.ERROR, "failed"),
        *(Kind.LLM_CALL, '{"cached":true}'),
    )
