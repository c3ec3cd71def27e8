"""LiteLLM proxy: StandardLoggingPayload records, and rows of its spend log."""

from typing import Any

from llmsec_tui.events.model import ContentState, Exchange, Kind, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.openai import add_answer, outcome_fields
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import (
    as_dict,
    as_dicts,
    as_float,
    as_id,
    as_int,
    as_list,
    as_status,
    as_str,
    compact_json,
    decoded,
    first,
)

_DENIED = ("guardrail_intervened", "blocked", "failure", "failed")


def recognise(data: dict[str, Any]) -> bool:
    """A call type and a start time, and what the call cost."""
    return "call_type" in data and "startTime" in data and ("response_cost" in data or "spend" in data)


def to_events(data: dict[str, Any]) -> Found:
    """Messages, the answer, guardrail verdicts, retrieved documents and the failure of one proxied call."""
    metadata = as_dict(decoded(data.get("metadata")))
    messages, answer = decoded(data.get("messages")), decoded(data.get("response"))
    call = _call_fields(data, metadata, as_dict(answer))
    started = call["ts"]
    ended = to_micros(data.get("endTime"))
    output = {} if ended is None else {"ts": ended}
    transcript = Transcript(call, output=output, outcome=_outcome(data, as_dict(answer), started, ended))
    # Spend rows hold "{}" where prompts are not stored.
    if messages:
        transcript.messages(messages, Exchange.INPUT)
    for search in as_dicts(metadata.get("vector_store_request_metadata")):
        found = as_dict(search.get("vector_store_search_response"))
        transcript.documents(as_list(found.get("data")))
    if isinstance(answer, dict):
        add_answer(transcript, answer)
    elif answer:
        transcript.messages(answer, Exchange.OUTPUT)
    for guardrail in as_dicts(_listed(first(data, "guardrail_information") or metadata.get("guardrail_information"))):
        transcript.single(**_guardrail(guardrail))
    if data.get("status") == "failure" or data.get("error_str"):
        transcript.single(**_failure(data))
    return Found(
        transcript.finish(content_state=ContentState.NONE if messages else ContentState.OFF), transcript.unknown
    )


def _call_fields(data: dict[str, Any], metadata: dict[str, Any], answer: dict[str, Any]) -> Fields:
    response_id = as_id(first(data, "id", "request_id"))
    started = to_micros(data.get("startTime"))
    return {
        "ts": started,
        "ts_source": TsSource.NONE if started is None else TsSource.NATIVE,
        "operation_name": as_id(data.get("call_type")),
        "provider_name": as_id(data.get("custom_llm_provider")),
        "request_model": as_id(data.get("model")) or as_id(data.get("model_group")),
        "response_model": as_id(answer.get("model")),
        "response_id": response_id,
        # The trace id of LiteLLM may span a session, so the call is told by its own id.
        "call_id": response_id,
        "trace_id": as_id(data.get("trace_id")),
        "conversation_id": as_id(first(data, "session_id") or metadata.get("session_id")),
        "user_id": _first_id(
            data.get("end_user"),
            metadata.get("user_api_key_end_user_id"),
            metadata.get("user_api_key_user_id"),
            data.get("user"),
            metadata.get("user_api_key_alias"),
        ),
        "tenant_id": _first_id(
            metadata.get("user_api_key_team_id"),
            data.get("team_id"),
            metadata.get("user_api_key_org_id"),
            data.get("organization_id"),
        ),
        "source_ip": _first_id(data.get("requester_ip_address"), metadata.get("requester_ip_address")),
    }


def _first_id(*values: Any) -> str | None:
    for value in values:
        if (named := as_id(value)) is not None:
            return named
    return None


def _outcome(data: dict[str, Any], answer: dict[str, Any], started: int | None, ended: int | None) -> Fields:
    outcome = outcome_fields(answer)
    first_token = to_micros(data.get("completionStartTime"))
    fields = {
        "input_tokens": as_int(data.get("prompt_tokens")),
        "output_tokens": as_int(data.get("completion_tokens")),
        "usage_key": as_id(first(data, "id", "request_id")),
        "cost_usd": as_float(first(data, "response_cost", "spend")),
        "duration_ms": _between(started, ended),
        "ttft_ms": _between(started, first_token),
    }
    return outcome | {name: value for name, value in fields.items() if value is not None}


def _between(start: int | None, end: int | None) -> float | None:
    return None if start is None or end is None else (end - start) / 1000


def _listed(value: Any) -> Any:
    plain = decoded(value)
    return [plain] if isinstance(plain, dict) else plain


def _guardrail(guardrail: dict[str, Any]) -> Fields:
    status = as_str(guardrail.get("guardrail_status"))
    answer = guardrail.get("guardrail_response")
    return {
        "kind": Kind.GUARDRAIL,
        "guardrail_name": as_id(guardrail.get("guardrail_name")),
        "guardrail_verdict": None if status is None else "deny" if status in _DENIED else "allow",
        "guardrail_action": status,
        "guardrail_findings": compact_json(answer) if answer else None,
        "operation_name": as_id(guardrail.get("guardrail_mode")),
    }


def _failure(data: dict[str, Any]) -> Fields:
    error = as_dict(data.get("error_information"))
    message = as_id(error.get("error_message")) or as_id(data.get("error_str"))
    return {
        "kind": Kind.ERROR,
        "trust": Trust.HARNESS,
        "text": message,
        "content_state": ContentState.PRESENT if message else ContentState.NONE,
        "error_type": as_id(error.get("error_class")),
        "error_message": message,
        "http_status": as_status(error.get("error_code")),
    }
