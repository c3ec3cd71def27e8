"""Google Vertex AI request-response logs (rows of BigQuery), and bodies of the Gemini API.

https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/request-response-logging
"""

from typing import Any

from llmsec_tui.events.model import Event, Kind, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.bodies import Bodies
from llmsec_tui.formats.common import common_fields
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import as_dict, as_float, as_id, compact_json, decoded, first


def recognise(data: dict[str, Any]) -> bool:
    """A row of the log table, or a body of the API."""
    if "full_request" in data and "full_response" in data:
        return True
    if "logging_time" in data and "api_method" in data:
        return True
    candidates, contents = data.get("candidates"), data.get("contents")
    if isinstance(candidates, list) and candidates and isinstance(candidates[0], dict):
        return "content" in candidates[0] or "finishReason" in candidates[0] or "finish_reason" in candidates[0]
    return isinstance(contents, list) and bool(contents) and "parts" in as_dict(contents[0])


def to_events(data: dict[str, Any], _: Memory) -> Found:
    """Contents of the request, candidates of the answer, and verdicts of the safety filters."""
    asked, answered = first(data, "full_request", "request_payload"), first(data, "full_response", "response_payload")
    if asked is None and answered is None:
        asked = {key: data[key] for key in ("contents", "systemInstruction", "system_instruction") if key in data}
        answered = data if "candidates" in data or "promptFeedback" in data else None
    bodies = Bodies(_only(decoded(asked)) or None, _only(decoded(answered)))
    transcript = Transcript(_opening(data, bodies), outcome=bodies.outcome() | _took(data))
    bodies.add_to(transcript)
    return Found(transcript.finish(content_state=bodies.state), transcript.unknown)


def _only(value: Any) -> Any:
    """A payload column is a list of strings of JSON, nearly always of one."""
    if isinstance(value, list) and len(value) == 1:
        return decoded(value[0])
    return value


def _opening(data: dict[str, Any], bodies: Bodies) -> Event:
    common = common_fields(data)
    moment = to_micros(data.get("logging_time"))
    if moment is None:
        moment = common.get("ts")
    attrs = {key: data[key] for key in ("endpoint", "deployed_model_id", "model_version") if data.get(key)}
    return Event(
        kind=Kind.MESSAGE,
        call_id=as_id(data.get("request_id")) or bodies.response_id,
        ts=moment,
        ts_source=TsSource.NONE if moment is None else TsSource.NATIVE,
        operation_name=as_id(data.get("api_method")),
        provider_name="gcp.vertex_ai" if "logging_time" in data else "gcp.gemini",
        request_model=as_id(data.get("model")) or bodies.request_model,
        response_model=bodies.response_model,
        response_id=bodies.response_id,
        request_id=as_id(data.get("request_id")),
        conversation_id=common.get("conversation_id"),
        user_id=common.get("user_id"),
        attrs=compact_json(attrs) if attrs else None,
    )


def _took(data: dict[str, Any]) -> Fields:
    took = as_float(as_dict(decoded(data.get("metadata"))).get("request_latency"))
    return {} if took is None or took < 0 else {"duration_ms": took}


FORMAT = Format(
    "vertex-ai",
    "Google Vertex AI request-response logs, and Gemini API bodies",
    "full_request with full_response, logging_time with api_method, candidates, or contents with parts",
    recognise,
    to_events,
)
