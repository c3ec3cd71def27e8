"""OpenAI-style requests and responses: chat completions, Responses, Batch lines, and home-made pairs of both bodies."""

from typing import Any

from llmsec_tui.events.model import ContentState, Exchange, Kind, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.common import common_fields
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.openai_chunks import chunk_events
from llmsec_tui.formats.openai_items import add_items
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.transcript import Transcript, opening_of
from llmsec_tui.formats.usage import usage_fields
from llmsec_tui.formats.values import as_dict, as_dicts, as_id, as_status, as_str, compact_json, decoded, first

NAME = "openai"

_OUTPUT = Exchange.OUTPUT
_CHAINS = 256
"""So many responses are remembered: one that goes on with another is of its conversation."""
_OBJECTS = ("chat.completion", "response", "chat.completion.chunk", "text_completion")


def recognise(data: dict[str, Any]) -> bool:
    """A body of OpenAI's, a Batch line, or a request or messages beside a response body."""
    if "object" in data and (data["object"] in _OBJECTS or _is_vectors(data)):
        return True
    if "custom_id" in data:
        return isinstance(data.get("response"), dict) or isinstance(data.get("body"), dict)
    if "choices" in data and isinstance(data["choices"], list):
        return True
    response = data.get("response")
    if not isinstance(response, dict):
        return False
    return _is_answer(response) or ("body" in response and _is_answer(as_dict(response["body"])))


def to_events(data: dict[str, Any], memory: Memory) -> Found:
    """Messages of the request, then of the response; errors and filter verdicts as events of their own."""
    if _is_chunk(data):
        return _chunk(data, memory)
    answer = _answer(data)
    request = _request(data)
    call = _call_fields(data, request, answer)
    if "conversation_id" not in call:
        call["conversation_id"] = _batch(data) or _chain(request, answer, memory.of(NAME))
    if as_id(request.get("user")):
        call.setdefault("user_id", as_id(request["user"]))
    transcript = Transcript(opening_of(call), outcome=outcome_fields(answer))
    add_request(transcript, request)
    add_answer(transcript, answer)
    status = as_dict(data.get("response")).get("status_code")
    add_failure(transcript, first(answer, "error") or data.get("error"), status)
    return Found(transcript.finish(), transcript.unknown)


def _is_chunk(data: dict[str, Any]) -> bool:
    if data.get("object") == "chat.completion.chunk":
        return True
    choices = as_dicts(data.get("choices"))
    return bool(choices) and all("delta" in choice for choice in choices)


def _chunk(data: dict[str, Any], memory: Memory) -> Found:
    found = chunk_events(data, memory.of(f"{NAME}-chunks"))
    filtered = [choice for choice in as_dicts(data.get("choices")) if "content_filter_results" in choice]
    if not filtered and not data.get("prompt_filter_results"):
        return found
    transcript = Transcript(opening_of({"response_id": as_id(data.get("id"))}))
    add_answer(transcript, {"prompt_filter_results": data.get("prompt_filter_results")})
    for choice in filtered:
        _add_filters(transcript, choice["content_filter_results"], "completion")
    return Found(found.events + transcript.events, found.unknown)


def _batch(data: dict[str, Any]) -> str | None:
    """The name that lines of a batch's input file, which has the prompts, and of its output file share."""
    custom_id = as_id(data.get("custom_id"))
    return None if custom_id is None else f"batch:{custom_id}"


def _chain(request: dict[str, Any], answer: dict[str, Any], said: dict[str, Any]) -> str | None:
    """The conversation of a response that goes on with another, known by the id of the first."""
    response_id = as_id(answer.get("id"))
    previous = as_id(first(request, "previous_response_id") or answer.get("previous_response_id"))
    if answer.get("object") != "response" or response_id is None:
        return None
    chains: dict[str, Any] = said.setdefault("chains", {})
    # A request that sends its history again is known by that.
    resent = any(item.get("role") == "assistant" for item in as_dicts(request.get("input")))
    begins = answer.get("store") is True and "previous_response_id" in answer and not resent
    conversation = as_id(chains.get(previous, previous)) if previous else response_id if begins else None
    if conversation is not None:
        chains[response_id] = conversation
        while len(chains) > _CHAINS:
            del chains[next(iter(chains))]
    return conversation


def add_request(transcript: Transcript, request: dict[str, Any]) -> None:
    """What a request carries: instructions, messages, input items or a prompt."""
    if (instructions := request.get("instructions")) is not None:
        if isinstance(instructions, str):
            transcript.say("system", instructions, Exchange.INPUT)
        else:
            add_items(transcript, instructions, Exchange.INPUT)
    if (system := request.get("system")) is not None:
        transcript.say("system", system, Exchange.INPUT)
    if "messages" in request:
        transcript.messages(decoded(request["messages"]), Exchange.INPUT)
    elif "input" in request:
        add_items(transcript, request["input"], Exchange.INPUT)
    elif "prompt" in request:
        transcript.messages(request["prompt"], Exchange.INPUT)


def add_answer(transcript: Transcript, answer: dict[str, Any]) -> None:
    """The choices of a chat completion or the output items of a response, and its filters' verdicts."""
    for choice in as_dicts(answer.get("choices")):
        if isinstance(message := choice.get("message"), dict):
            transcript.message(message if "role" in message else {"role": "assistant", **message}, _OUTPUT)
        elif isinstance(choice.get("text"), str):
            transcript.say("assistant", choice["text"], _OUTPUT)
        if "content_filter_results" in choice:
            _add_filters(transcript, choice["content_filter_results"], "completion")
    if "output" in answer:
        add_items(transcript, answer["output"], _OUTPUT)
    if filtered := answer.get("prompt_filter_results") or answer.get("prompt_annotations"):
        for prompt in as_dicts(filtered):
            _add_filters(transcript, prompt.get("content_filter_results"), "prompt")


def outcome_fields(answer: dict[str, Any]) -> Fields:
    """Usage and finish reasons of a response body."""
    used = answer.get("usage")
    usage = usage_fields(used) if isinstance(used, dict) else {}
    if usage:
        usage["usage_key"] = as_id(answer.get("id"))
    reasons = [reason for choice in as_dicts(answer.get("choices")) if (reason := as_id(choice.get("finish_reason")))]
    if not reasons and "output" in answer:
        stopped = as_dict(answer.get("incomplete_details")).get("reason")
        reasons = [reason for reason in (as_id(stopped) or as_id(answer.get("status")),) if reason]
    if reasons:
        usage["finish_reasons"] = ",".join(reasons)
        if "content_filter" in reasons:
            usage["refusal"] = True
    return usage


def _is_answer(body: dict[str, Any]) -> bool:
    return (
        isinstance(body.get("choices"), list) or ("object" in body and body["object"] in _OBJECTS) or _is_vectors(body)
    )


def _is_vectors(body: dict[str, Any]) -> bool:
    """The answer to a request for embeddings: numbers, and no text."""
    made = body.get("data") if body.get("object") == "list" else None
    return isinstance(made, list) and bool(made) and isinstance(made[0], dict) and "embedding" in made[0]


def _answer(data: dict[str, Any]) -> dict[str, Any]:
    response = as_dict(data.get("response"))
    if isinstance(body := decoded(response.get("body")), dict):
        return body
    return response or (data if _is_answer(data) else {})


def _request(data: dict[str, Any]) -> dict[str, Any]:
    for key in ("request", "body"):
        body = decoded(data.get(key))
        if isinstance(body, dict):
            inner = decoded(body.get("body"))
            return inner if isinstance(inner, dict) else body
    return data


def _call_fields(data: dict[str, Any], request: dict[str, Any], answer: dict[str, Any]) -> Fields:
    """What all events of the call share."""
    call = common_fields(data)
    if data is answer:
        call.pop("request_model", None)
    if request is not data:
        for name, value in common_fields(request).items():
            call.setdefault(name, value)
    response_id = as_id(answer.get("id"))
    call["response_id"] = response_id
    call["response_model"] = as_id(answer.get("model"))
    call["call_id"] = call.get("trace_id") or response_id
    call["request_id"] = call.get("request_id") or as_id(as_dict(data.get("response")).get("request_id"))
    if conversation := as_id(as_dict(answer.get("conversation")).get("id")):
        call["conversation_id"] = conversation
    if data is answer or "ts" not in call:
        created = to_micros(first(answer, "created", "created_at"))
        call["ts"] = created
        call["ts_source"] = TsSource.NONE if created is None else TsSource.RESPONSE_CREATED
    custom_id, fingerprint = as_id(data.get("custom_id")), as_id(answer.get("system_fingerprint"))
    notes = {"custom_id": custom_id, "system_fingerprint": fingerprint}
    if told := {key: value for key, value in notes.items() if value is not None}:
        call["attrs"] = compact_json(told)
    return call


def add_failure(transcript: Transcript, error: Any, status: Any = None) -> None:
    """The error of a call, an object of OpenAI's or a text; and what Azure's filters blocked it for."""
    if not error:
        return
    plain = as_dict(error)
    message = as_str(error) or as_str(plain.get("message"))
    code = as_id(first(plain, "code", "type"))
    transcript.single(
        kind=Kind.ERROR,
        text=message,
        trust=Trust.HARNESS,
        content_state=ContentState.PRESENT if message else ContentState.NONE,
        error_type=code,
        error_message=message,
        http_status=as_status(status),
        refusal=True if code == "content_filter" else None,
    )
    if code == "content_filter":
        inner = as_dict(plain.get("innererror"))
        _add_filters(transcript, inner.get("content_filter_result") or {"content_filter": {"filtered": True}}, "prompt")


def _add_filters(transcript: Transcript, results: Any, target: str) -> None:
    """Azure's content filters, when one of them saw something."""
    findings = [
        {
            "category": category,
            "severity": as_id(verdict.get("severity")),
            "action": "block" if verdict.get("filtered") is True else "none",
            "detected": verdict.get("detected") is True or verdict.get("filtered") is True,
        }
        for category, held in as_dict(results).items()
        for verdict in as_dicts(held if isinstance(held, list) else [held])
        if _noteworthy(verdict)
    ]
    if findings:
        blocked = any(finding["action"] == "block" for finding in findings)
        transcript.single(
            kind=Kind.GUARDRAIL,
            guardrail_name=f"content_filter/{target}",
            guardrail_verdict="deny" if blocked else "warn",
            guardrail_action="block" if blocked else "none",
            guardrail_findings=compact_json(findings),
        )


def _noteworthy(verdict: dict[str, Any]) -> bool:
    severity = verdict.get("severity")
    return bool(verdict.get("filtered") is True or verdict.get("detected") is True or severity not in (None, "safe"))


FORMAT = Format(
    NAME,
    "OpenAI-style requests and responses, Responses API, Batch input and output lines",
    "object (chat.completion, response …), choices, custom_id, or a response that has them",
    recognise,
    to_events,
)
