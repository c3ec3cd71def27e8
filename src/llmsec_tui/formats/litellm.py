"""LiteLLM proxy: StandardLoggingPayload records, and rows of its spend log."""

from typing import Any

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
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
)

# Looking up a member of an enum costs more than a dict access, and these are needed for every record.
_MESSAGE, _INPUT, _OUTPUT = Kind.MESSAGE, Exchange.INPUT, Exchange.OUTPUT
_NATIVE, _NO_TIME = TsSource.NATIVE, TsSource.NONE
_OFF, _NO_CONTENT = ContentState.OFF, ContentState.NONE
_DENIED = ("guardrail_intervened", "blocked", "failure", "failed")


def recognise(data: dict[str, Any]) -> bool:
    """A call type and a start time, and what the call cost."""
    return "call_type" in data and "startTime" in data and ("response_cost" in data or "spend" in data)


def to_events(data: dict[str, Any], _: Memory) -> Found:
    """Messages, the answer, guardrail verdicts, retrieved documents and the failure of one proxied call."""
    metadata = as_dict(decoded(data.get("metadata")))
    messages, answer = decoded(data.get("messages")), decoded(data.get("response"))
    body = answer if isinstance(answer, dict) else {}
    opening = _opening(data, metadata, body)
    ended = to_micros(data.get("endTime"))
    transcript = Transcript(
        opening,
        output=None if ended is None else {"ts": ended},
        outcome=_outcome(data, body, opening.response_id, opening.ts, ended),
    )
    # Spend rows hold "{}" where prompts are not stored.
    if messages:
        transcript.messages(messages, _INPUT)
    if "vector_store_request_metadata" in metadata:
        for search in as_dicts(metadata["vector_store_request_metadata"]):
            found = as_dict(search.get("vector_store_search_response"))
            transcript.documents(as_list(found.get("data")))
    if isinstance(answer, dict):
        add_answer(transcript, answer)
    elif answer:
        transcript.messages(answer, _OUTPUT)
    judged = data.get("guardrail_information") or metadata.get("guardrail_information")
    if judged is not None:
        for guardrail in as_dicts(_listed(judged)):
            transcript.single(**_guardrail(guardrail))
    if data.get("status") == "failure" or data.get("error_str"):
        transcript.single(**_failure(data))
    return Found(transcript.finish(content_state=_NO_CONTENT if messages else _OFF), transcript.unknown)


def _opening(data: dict[str, Any], metadata: dict[str, Any], answer: dict[str, Any]) -> Event:
    """What all events of the call share."""
    get = data.get
    response_id = as_id(get("request_id") if get("id") is None else data["id"])
    started = to_micros(get("startTime"))
    return Event(
        kind=_MESSAGE,
        # The trace id of LiteLLM may span a session, so the call is told by its own id.
        call_id=response_id,
        ts=started,
        ts_source=_NO_TIME if started is None else _NATIVE,
        operation_name=as_id(get("call_type")),
        provider_name=as_id(get("custom_llm_provider")),
        request_model=as_id(get("model")) or as_id(get("model_group")),
        response_model=as_id(answer.get("model")),
        response_id=response_id,
        conversation_id=as_id(get("session_id") or metadata.get("session_id")),
        trace_id=as_id(get("trace_id")),
        user_id=as_id(get("end_user"))
        or as_id(metadata.get("user_api_key_end_user_id"))
        or as_id(metadata.get("user_api_key_user_id"))
        or as_id(get("user"))
        or as_id(metadata.get("user_api_key_alias")),
        source_ip=as_id(get("requester_ip_address")) or as_id(metadata.get("requester_ip_address")),
        tenant_id=as_id(metadata.get("user_api_key_team_id"))
        or as_id(get("team_id"))
        or as_id(metadata.get("user_api_key_org_id"))
        or as_id(get("organization_id")),
    )


def _outcome(
    data: dict[str, Any], answer: dict[str, Any], response_id: str | None, started: int | None, ended: int | None
) -> Fields:
    """What the answer says of itself, and in place of that what the proxy has counted."""
    outcome = outcome_fields(answer)
    if (tokens_in := as_int(data.get("prompt_tokens"))) is not None:
        outcome["input_tokens"] = tokens_in
    if (tokens_out := as_int(data.get("completion_tokens"))) is not None:
        outcome["output_tokens"] = tokens_out
    if response_id is not None:
        outcome["usage_key"] = response_id
    cost = data.get("response_cost")
    if (cost := as_float(data.get("spend") if cost is None else cost)) is not None:
        outcome["cost_usd"] = cost
    if started is not None:
        if ended is not None:
            outcome["duration_ms"] = (ended - started) / 1000
        if (first_token := to_micros(data.get("completionStartTime"))) is not None:
            outcome["ttft_ms"] = (first_token - started) / 1000
    return outcome


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


FORMAT = Format(
    "litellm",
    "LiteLLM proxy: StandardLoggingPayload and spend log rows",
    "call_type, startTime, and response_cost or spend",
    recognise,
    to_events,
)
