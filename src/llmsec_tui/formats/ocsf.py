"""Events of the Open Cybersecurity Schema Framework with its profile for operations of AI.

https://schema.ocsf.io (``ai_operation``): what was asked and answered stands in ``message_context``.
"""

from typing import Any

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind, Role, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import Fields, text_fields
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import as_dict, as_float, as_id, as_int, as_str, compact_json, first

_FAILURE = 2
_SPEAKERS = {1: (Role.USER, Trust.USER), 2: (Role.ASSISTANT, Trust.MODEL), 3: (Role.SYSTEM, Trust.SYSTEM)}
"""By ``ai_role_id``."""


def recognise(data: dict[str, Any]) -> bool:
    """A class, and what the profile adds to it."""
    return "class_uid" in data and (isinstance(data.get("message_context"), dict) or "ai_model" in data)


def to_events(data: dict[str, Any], _: Memory) -> Found:
    """The prompt and the answer, what they used, and whether the operation failed."""
    context = as_dict(data.get("message_context"))
    transcript = Transcript(_opening(data, context), outcome=_used(data, context))
    said = False
    asked_by = _SPEAKERS.get(as_int(context.get("ai_role_id")) or 0, (Role.USER, Trust.USER))
    if text := as_str(context.get("prompt_text")):
        # The role is of the message; what a model was asked is not its own, whatever role is told of the answer.
        by = _SPEAKERS[1] if asked_by[0] is Role.ASSISTANT else asked_by
        transcript.emit(Exchange.INPUT, text_fields(text, by))
        said = True
    if text := as_str(context.get("response_text")):
        transcript.emit(Exchange.OUTPUT, text_fields(text, _SPEAKERS[2]))
        said = True
    if as_int(data.get("status_id")) == _FAILURE:
        why = as_str(first(data, "status_detail", "message")) or None
        transcript.single(
            kind=Kind.ERROR,
            trust=Trust.HARNESS,
            text=why,
            content_state=ContentState.PRESENT if why else ContentState.NONE,
            error_type=as_id(data.get("status_code")) or "failure",
            error_message=why,
        )
    state = ContentState.NONE if said else ContentState.OFF
    return Found(transcript.finish(content_state=state, always=True), transcript.unknown)


def _opening(data: dict[str, Any], context: dict[str, Any]) -> Event:
    moment = to_micros(first(data, "time", "start_time", "time_dt"))
    actor, model = as_dict(data.get("actor")), as_dict(data.get("ai_model"))
    user, session = as_dict(actor.get("user")), as_dict(actor.get("session"))
    agent = as_dict(data.get("ai_agent"))
    source = as_dict(data.get("src_endpoint"))
    attrs = {name: data[name] for name in ("class_uid", "activity_name", "type_uid") if name in data}
    return Event(
        kind=Kind.MESSAGE,
        call_id=as_id(context.get("uid")) or as_id(as_dict(data.get("metadata")).get("uid")),
        ts=moment,
        ts_source=TsSource.NONE if moment is None else TsSource.NATIVE,
        operation_name=as_id(as_dict(data.get("api")).get("operation")),
        provider_name=as_id(model.get("ai_provider")),
        request_model=as_id(model.get("name")),
        request_id=as_id(as_dict(as_dict(data.get("api")).get("request")).get("uid")),
        conversation_id=as_id(session.get("uid")),
        user_id=as_id(first(user, "uid", "name", "email_addr")),
        source_ip=as_id(source.get("ip")),
        service_name=as_id(first(as_dict(context.get("service")), "name")) or as_id(actor.get("app_name")),
        tenant_id=as_id(as_dict(as_dict(data.get("cloud")).get("account")).get("uid")),
        agent_id=as_id(agent.get("uid")),
        agent_name=as_id(agent.get("name")),
        attrs=compact_json(attrs) if attrs else None,
    )


def _used(data: dict[str, Any], context: dict[str, Any]) -> Fields:
    fields: Fields = {
        "input_tokens": as_int(context.get("prompt_tokens")),
        "output_tokens": as_int(context.get("completion_tokens")),
        "usage_key": as_id(context.get("uid")),
        "duration_ms": as_float(data.get("duration")),
    }
    return {name: value for name, value in fields.items() if value is not None}


FORMAT = Format(
    "ocsf",
    "OCSF events with the profile for AI operations",
    "class_uid with message_context or ai_model",
    recognise,
    to_events,
)
