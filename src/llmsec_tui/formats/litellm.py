"""LiteLLM proxy: StandardLoggingPayload records, rows of its spend log, and the bucket records of 2024.

https://docs.litellm.ai/docs/proxy/logging_spec. Spend rows hold objects as JSON in strings, and ``{}`` for what is not
stored.
"""

from typing import Any

from msgspec.structs import replace

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind, Role, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.litellm_guardrails import guardrails_of
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.openai import add_answer, add_request, outcome_fields
from llmsec_tui.formats.parts import Fields, Speaker, tool_call_fields, tool_result_fields
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.usage import usage_fields
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

# Looking up a member of an enum costs more than a dict access, and these are needed for every record.
_MESSAGE, _INPUT, _OUTPUT = Kind.MESSAGE, Exchange.INPUT, Exchange.OUTPUT
_NATIVE, _NO_TIME = TsSource.NATIVE, TsSource.NONE
_OFF, _NO_CONTENT = ContentState.OFF, ContentState.NONE
_REDACTED = "redacted-by-litellm"
_MCP = "call_mcp_tool"
_MODEL: Speaker = (Role.ASSISTANT, Trust.MODEL)


def recognise(data: dict[str, Any]) -> bool:
    """A call type and a start time, and what the call cost; or the arguments of a call beside its response."""
    if "call_type" in data and "startTime" in data and ("response_cost" in data or "spend" in data):
        return True
    if isinstance(data.get("standard_logging_object"), dict):
        return True
    return isinstance(data.get("request_kwargs"), dict) and "response_obj" in data


def to_events(data: dict[str, Any], _: Memory) -> Found:
    """Messages, the answer, guardrail verdicts, retrieved documents and the failure of one proxied call."""
    data = _payload(data)
    metadata = as_dict(decoded(data.get("metadata")))
    answer = decoded(data.get("response"))
    body = answer if isinstance(answer, dict) else {}
    opening = _opening(data, metadata, body)
    ended = to_micros(data.get("endTime"))
    transcript = Transcript(
        opening,
        output=None if ended is None else {"ts": ended},
        outcome=_outcome(data, metadata, body, opening, ended),
    )
    tool = _tool(data, metadata)
    if tool is None:
        _add_request(transcript, data)
        _add_documents(transcript, metadata)
        _add_response(transcript, answer)
    else:
        _add_tool(transcript, tool, answer)
    said = bool(transcript.events)
    for verdict in guardrails_of(data, metadata):
        transcript.single(**verdict)
    status = first(data, "status") or metadata.get("status")
    if status == "failure" or data.get("error_str"):
        transcript.single(**_failure(data, metadata))
    events = transcript.finish(content_state=_NO_CONTENT if said else _OFF)
    return Found([_unredacted(event) for event in events], transcript.unknown)


def _payload(data: dict[str, Any]) -> dict[str, Any]:
    """The payload, whatever it is kept in; records of 2024 have none, but what it is made from."""
    if isinstance(inner := data.get("standard_logging_object"), dict):
        return inner
    if not isinstance(asked := data.get("request_kwargs"), dict):
        return data
    if isinstance(inner := asked.get("standard_logging_object"), dict):
        return inner
    params = as_dict(asked.get("litellm_params"))
    return {
        **{key: asked.get(key) for key in ("model", "messages", "call_type", "custom_llm_provider", "response_cost")},
        "id": as_dict(data.get("response_obj")).get("id") or asked.get("litellm_call_id"),
        "startTime": first(data, "start_time", "startTime") or asked.get("start_time"),
        "endTime": first(data, "end_time", "endTime") or asked.get("end_time"),
        "response": data.get("response_obj"),
        "end_user": asked.get("user"),
        "metadata": first(params, "metadata", "litellm_metadata"),
        "error_str": as_str(asked.get("exception")),
    }


def _add_request(transcript: Transcript, data: dict[str, Any]) -> None:
    messages = decoded(data.get("messages"))
    if not messages:
        # Where prompts are stored, newer spend rows have them in the request that came in.
        add_request(transcript, as_dict(decoded(data.get("proxy_server_request"))))
    elif isinstance(messages, dict) and "role" not in messages:
        add_request(transcript, messages)
    else:
        transcript.messages(messages, _INPUT)


def _add_documents(transcript: Transcript, metadata: dict[str, Any]) -> None:
    for search in as_dicts(decoded(metadata.get("vector_store_request_metadata"))):
        found = as_dict(search.get("vector_store_search_response"))
        transcript.documents(as_list(found.get("data")))


def _add_response(transcript: Transcript, answer: Any) -> None:
    if not isinstance(answer, dict):
        transcript.messages(answer, _OUTPUT)
    elif "content" in answer:
        transcript.message({"role": "assistant", **answer}, _OUTPUT)
    elif "choices" in answer or "output" in answer:
        add_answer(transcript, answer)
    elif isinstance(text := answer.get("text"), str):
        # A transcript of speech.
        transcript.say("assistant", text, _OUTPUT)
    else:
        for made in as_dicts(answer.get("data")):
            if made.get("url") or made.get("b64_json"):
                transcript.part({"type": "image_url", "image_url": made.get("url")}, _MODEL, _OUTPUT)
            if prompt := as_str(made.get("revised_prompt")):
                transcript.say("assistant", prompt, _OUTPUT)


def _tool(data: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any] | None:
    """The call of an MCP server's tool that the proxy passed on."""
    told = as_dict(decoded(metadata.get("mcp_tool_call_metadata")))
    named = as_str(told.get("namespaced_tool_name")) or as_str(data.get("mcp_namespaced_tool_name")) or ""
    if not told and not named and data.get("call_type") != _MCP:
        return None
    server, slash, name = named.partition("/")
    return {
        "name": as_id(told.get("name")) or (name if slash else server) or None,
        "server": as_id(told.get("mcp_server_name")) or (server if slash else None),
        "arguments": first(told, "arguments") or as_dict(decoded(data.get("proxy_server_request"))).get("arguments"),
        "result": told.get("result"),
    }


def _add_tool(transcript: Transcript, tool: dict[str, Any], answer: Any) -> None:
    server = {"tool_server": tool["server"]}
    transcript.emit(_INPUT, tool_call_fields(tool["name"], tool["arguments"], None) | server)
    result = tool["result"] if tool["result"] is not None else answer
    plain = as_dict(result)
    if result:
        content = plain.get("content", result)
        fields = tool_result_fields(content, None, name=tool["name"], is_error=plain.get("isError"))
        transcript.emit(_OUTPUT, fields | server)


def _opening(data: dict[str, Any], metadata: dict[str, Any], answer: dict[str, Any]) -> Event:
    """What all events of the call share."""
    get = data.get
    response_id = as_id(get("request_id") if get("id") is None else data["id"])
    started = to_micros(get("startTime"))
    sent = as_dict(metadata.get("requester_metadata"))
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
        conversation_id=as_id(get("session_id") or metadata.get("session_id") or sent.get("session_id")),
        trace_id=as_id(get("trace_id")),
        user_id=as_id(get("end_user"))
        or as_id(metadata.get("user_api_key_end_user_id"))
        or as_id(metadata.get("user_api_key_user_id"))
        or as_id(get("user"))
        or as_id(metadata.get("user_api_key_user_email"))
        or as_id(metadata.get("user_api_key_alias")),
        source_ip=as_id(get("requester_ip_address")) or as_id(metadata.get("requester_ip_address")),
        tenant_id=as_id(metadata.get("user_api_key_team_id"))
        or as_id(get("team_id"))
        or as_id(metadata.get("user_api_key_org_id"))
        or as_id(get("organization_id")),
        agent_id=as_id(get("agent_id")),
    )


def _outcome(
    data: dict[str, Any], metadata: dict[str, Any], answer: dict[str, Any], opening: Event, ended: int | None
) -> Fields:
    """What the answer says of itself, and in place of that what the proxy has counted."""
    outcome = usage_fields(as_dict(decoded(metadata.get("usage_object"))))
    outcome |= outcome_fields(answer)
    if (reason := as_id(answer.get("stop_reason"))) is not None:
        outcome["finish_reasons"] = reason
        outcome["refusal"] = True if reason == "refusal" else None
    if (tokens_in := as_int(data.get("prompt_tokens"))) is not None:
        outcome["input_tokens"] = tokens_in
    if (tokens_out := as_int(data.get("completion_tokens"))) is not None:
        outcome["output_tokens"] = tokens_out
    if opening.response_id is not None:
        outcome["usage_key"] = opening.response_id
    cost = data.get("response_cost")
    if (cost := as_float(data.get("spend") if cost is None else cost)) is not None:
        outcome["cost_usd"] = cost
    if (started := opening.ts) is not None:
        if ended is not None:
            outcome["duration_ms"] = (ended - started) / 1000
        if (first_token := to_micros(data.get("completionStartTime"))) is not None:
            outcome["ttft_ms"] = (first_token - started) / 1000
    if attrs := _attrs(data, metadata):
        outcome["attrs"] = compact_json(attrs)
    return outcome


def _attrs(data: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    hit = data.get("cache_hit")
    attrs = {
        "request_tags": as_list(decoded(data.get("request_tags"))),
        # The spend log writes "None" and "True".
        "cache_hit": hit is True or hit == "True",
        "api_key_alias": as_id(metadata.get("user_api_key_alias")),
        "api_key_hash": as_id(first(metadata, "user_api_key_hash", "user_api_key")) or as_id(data.get("api_key")),
    }
    return {name: value for name, value in attrs.items() if value}


def _failure(data: dict[str, Any], metadata: dict[str, Any]) -> Fields:
    error = as_dict(decoded(data.get("error_information"))) or as_dict(decoded(metadata.get("error_information")))
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


def _unredacted(event: Event) -> Event:
    """The proxy puts its own word in place of texts that it was told not to log."""
    return replace(event, text=None, content_state=_OFF) if event.text == _REDACTED else event


FORMAT = Format(
    "litellm",
    "LiteLLM proxy: StandardLoggingPayload and spend log rows",
    "call_type, startTime, and response_cost or spend; or request_kwargs with response_obj",
    recognise,
    to_events,
)
