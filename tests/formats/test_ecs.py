"""Events in the Elastic Common Schema: what a model was asked and answered, and what a policy decided."""

from typing import Any

from tests.formats.records import events_of, outcome, rows

from llmsec_tui.events.model import Kind, TsSource

NESTED: dict[str, Any] = {
    "@timestamp": "2026-03-04T05:06:07.890Z",
    "ecs": {"version": "8.17.0"},
    "event": {"id": "e-1", "action": "Converse", "outcome": "success"},
    "user": {"id": "alice"},
    "client": {"address": "192.0.2.7"},
    "service": {"name": "shop", "environment": "production"},
    "gen_ai": {
        "system": "aws.bedrock",
        "request": {"model": {"id": "model-x"}},
        "prompt": "Where is my order?",
        "completion": "On its way.",
        "usage": {"input_tokens": 5, "output_tokens": 3},
        "policy": {"action": ["BLOCKED"], "name": "no-orders"},
        "compliance": {"violation_detected": True, "violation_code": ["TOPIC"]},
    },
}
DOTTED: dict[str, Any] = {
    "@timestamp": "2026-03-04T05:06:07.890Z",
    "ecs.version": "8.17.0",
    "gen_ai.system": "openai",
    "gen_ai.request.model": "model-x",
    "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"Hi"}]}]',
    "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Hello"}]}]',
}
SAMPLES = [NESTED, DOTTED]


def test_both_sides_come_with_whose_they_are() -> None:
    asked, answered, call, verdict = events_of(NESTED)
    assert rows([asked, answered]) == [
        ("message", "user", "user", "Where is my order?"),
        ("message", "assistant", "model", "On its way."),
    ]
    assert (asked.user_id, asked.source_ip, asked.service_name) == ("alice", "192.0.2.7", "shop")
    assert (asked.environment, asked.request_model, asked.provider_name) == ("production", "model-x", "aws.bedrock")
    assert (asked.ts, asked.ts_source) == (1_772_600_767_890_000, TsSource.NATIVE)
    assert (call.kind, call.input_tokens, call.output_tokens) == (Kind.LLM_CALL, 5, 3)
    assert (verdict.kind, verdict.guardrail_name, verdict.guardrail_verdict) == (Kind.GUARDRAIL, "no-orders", "deny")
    assert verdict.guardrail_findings == '[{"category":["TOPIC"],"detected":true}]'


def test_names_with_dots_are_the_same() -> None:
    found = events_of(DOTTED)
    assert [row[1:] for row in rows(found[:2])] == [("user", "user", "Hi"), ("assistant", "model", "Hello")]


def test_what_a_policy_only_saw_is_a_warning() -> None:
    told = {"policy": {"action": "NONE", "name": "p"}, "compliance": {"violation_detected": "true"}}
    verdicts = [one for one in events_of({**NESTED, "gen_ai": told}) if one.kind is Kind.GUARDRAIL]
    assert [(one.guardrail_verdict, one.guardrail_action) for one in verdicts] == [("warn", "NONE")]


def test_the_record_that_an_event_was_made_of_says_more() -> None:
    """It is mapped in the place of the event."""
    original = '{"role":"user","content":"Hi","id":"m"}'
    wrapped = {**NESTED, "event": {"original": f'{{"object":"chat.completion","choices":[{{"message":{original}}}]}}'}}
    assert outcome(wrapped).format == "openai"
