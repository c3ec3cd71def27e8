"""Anthropic's Messages: answers, requests beside them, and both files of a Message Batch.

https://docs.anthropic.com/en/api/messages, https://docs.anthropic.com/en/api/creating-message-batches
"""

from typing import Any

from llmsec_tui.events.model import ContentState, Kind, Trust, TsSource
from llmsec_tui.formats.anthropic_stream import is_piece, piece_events
from llmsec_tui.formats.bodies import Bodies
from llmsec_tui.formats.common import common_fields
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.openai import add_failure
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.transcript import Transcript, opening_of
from llmsec_tui.formats.values import as_dict, as_id, as_str, compact_json, decoded

NAME = "anthropic"

_RESULTS = ("succeeded", "errored", "canceled", "expired")
_ENDS = ("message_stop", "ping")


def recognise(data: dict[str, Any]) -> bool:
    """A message of the model's, alone or beside its request; a line of a batch; a piece of a stream."""
    if "custom_id" in data:
        result = data.get("result")
        return isinstance(data.get("params"), dict) or (isinstance(result, dict) and result.get("type") in _RESULTS)
    if _is_message(data) or is_piece(data):
        return True
    if data.get("type") == "error" and "error" in data:
        return isinstance(data["error"], dict) and "type" in data["error"]
    response = data.get("response")
    if not isinstance(response, dict):
        return False
    return _is_message(response) or _is_message(as_dict(response.get("body")))


def continues(data: dict[str, Any], _: Memory) -> bool:
    """Pieces that nobody would know for themselves."""
    return data.get("type") in _ENDS


def to_events(data: dict[str, Any], memory: Memory) -> Found:
    """Messages of the request, then of the answer; what a batch could not answer is an error."""
    if is_piece(data) or data.get("type") in _ENDS:
        return Found(piece_events(data, memory.of(NAME), {"provider_name": NAME}))
    result = as_dict(data.get("result"))
    request, answer = _sides(data, result)
    bodies = Bodies(request or None, answer or None)
    transcript = Transcript(opening_of(_call(data, bodies)), outcome=bodies.outcome())
    bodies.add_to(transcript)
    if "result" in data and result.get("type") != "succeeded":
        _add_failure(transcript, result)
    elif data.get("type") == "error":
        _add_failure(transcript, data)
    return Found(transcript.finish(), transcript.unknown)


def _is_message(body: dict[str, Any]) -> bool:
    return body.get("type") == "message" and body.get("role") == "assistant" and "content" in body


def _body(value: Any) -> dict[str, Any]:
    plain = as_dict(decoded(value))
    inner = decoded(plain.get("body"))
    return inner if isinstance(inner, dict) else plain


def _sides(data: dict[str, Any], result: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    if "custom_id" in data:
        return as_dict(data.get("params")), as_dict(result.get("message"))
    if _is_message(data):
        return {}, data
    if data.get("type") == "error":
        return {}, {}
    request = _body(data.get("request"))
    return request or {key: data[key] for key in _ASKED if key in data}, _body(data.get("response"))


_ASKED = ("model", "system", "messages", "tools", "metadata", "prompt")


def _call(data: dict[str, Any], bodies: Bodies) -> Fields:
    message = bodies.answer is data
    call: Fields = {} if message else common_fields(data)
    given: Fields = {
        "provider_name": NAME,
        "request_model": bodies.request_model,
        "response_model": bodies.response_model,
        "response_id": bodies.response_id,
        "user_id": bodies.user_id,
        "call_id": bodies.response_id,
        "request_id": as_id(data.get("request_id")),
        "ts_source": TsSource.NATIVE if call.get("ts") is not None else TsSource.NONE,
    }
    if (custom_id := as_id(data.get("custom_id"))) is not None:
        # Prompts are in the one file of a batch and answers in the other.
        given |= {"conversation_id": f"batch:{custom_id}", "attrs": compact_json({"custom_id": custom_id})}
    return call | {name: value for name, value in given.items() if value is not None}


def _add_failure(transcript: Transcript, held: dict[str, Any]) -> None:
    """The error of a request, which the API puts into an error of its own; or that a batch ended before it."""
    error = as_dict(held.get("error"))
    error = as_dict(error.get("error")) or error
    if error:
        add_failure(transcript, {"message": as_str(error.get("message")), "type": error.get("type")})
    else:
        kind = as_id(held.get("type")) or "error"
        transcript.single(kind=Kind.ERROR, trust=Trust.HARNESS, error_type=kind, content_state=ContentState.NONE)


FORMAT = Format(
    NAME,
    "Anthropic Messages: answers, calls, streamed events and both files of a batch",
    "type message of the assistant; custom_id with params or result; message_start, content_block_delta …",
    recognise,
    to_events,
    continues,
)
