"""Inspect evaluation logs, as one document or as the members of an ``.eval`` archive.

https://inspect.aisi.org.uk/eval-logs.html. Long texts stand once among the attachments of a sample.
"""

from typing import Any

from msgspec.structs import replace

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind, Trust
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.evaluations.shared import opening
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import Fields, text_fields
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import as_dict, as_dicts, as_float, as_id, as_int, as_list, as_str, compact_json

NAME = "inspect"

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_REFERENCE = "attachment://"
_MOST_DEEP = 40


def recognise(data: dict[str, Any]) -> bool:
    """A log's header, a whole log, or one sample."""
    if "eval" in data and ("plan" in data or "samples" in data):
        return True
    return "epoch" in data and ("messages" in data or "input" in data) and ("attachments" in data or "scores" in data)


def to_events(data: dict[str, Any], memory: Memory) -> Found:
    """Messages, answers, tool calls and scores of every sample."""
    about = as_dict(data.get("eval"))
    said = memory.of(NAME)
    for name in ("model", "task", "run_id"):
        if (value := as_id(about.get(name))) is not None:
            said[name] = value
    samples = [data] if "epoch" in data else as_dicts(data.get("samples"))
    found = [_sample(sample, said, to_micros(about.get("created"))) for sample in samples]
    events = [event for one in found for event in one.events]
    if "epoch" not in data:
        head = Transcript(opening(to_micros(about.get("created")), conversation_id=said.get("run_id")), history=False)
        head.single(kind=Kind.SESSION, operation_name=said.get("task"), request_model=said.get("model"))
        events = head.events + events
    return Found(events, next((one.unknown for one in found if one.unknown), None))


def _sample(sample: dict[str, Any], said: dict[str, Any], created: int | None) -> Found:
    attachments = as_dict(sample.get("attachments"))
    events = as_dicts(sample.get("events"))
    started = next((moment for one in events if (moment := to_micros(one.get("timestamp"))) is not None), created)
    name = as_id(sample.get("uuid")) or f"{said.get('run_id')}:{sample.get('id')}:{sample.get('epoch')}"
    transcript = Transcript(
        opening(
            started,
            conversation_id=name,
            call_id=name,
            request_model=said.get("model"),
            operation_name=said.get("task"),
            service_name=NAME,
        ),
        outcome=_outcome(as_dict(sample.get("output")), name),
    )
    messages = as_dicts(_whole(sample.get("messages"), attachments))
    for message in messages:
        if message.get("role") == "tool" and message.get("error"):
            message["is_error"] = True
            message["content"] = message.get("content") or as_str(as_dict(message["error"]).get("message"))
        transcript.message(message, _OUTPUT if message.get("role") == "assistant" else _INPUT)
    if "messages" not in sample:
        # A summary, as archives have them beside the samples: these tell the rest.
        transcript.messages(_whole(sample.get("input"), attachments), _INPUT)
        return Found([_pointed(event) for event in transcript.finish()], transcript.unknown)
    for event in events:
        _event(event, attachments, transcript)
    _scores(sample, attachments, transcript)
    if (failure := as_str(as_dict(sample.get("error")).get("message"))) is not None:
        transcript.single(kind=Kind.ERROR, trust=Trust.HARNESS, error_type="sample", error_message=failure)
    return Found([_pointed(event) for event in transcript.finish()], transcript.unknown)


def _pointed(event: Event) -> Event:
    """A reference that leads nowhere is no text: what it stands for is not in this log."""
    if event.text is None or not event.text.startswith(_REFERENCE):
        return event
    attrs = compact_json({"uri": event.text[:200]})
    return replace(event, text=None, content_state=ContentState.ELSEWHERE, attrs=attrs)


def _whole(value: Any, attachments: dict[str, Any], depth: int = 0) -> Any:
    """The value with what it refers to in its place."""
    if isinstance(value, str) and value.startswith(_REFERENCE):
        return attachments.get(value.removeprefix(_REFERENCE), value)
    if depth < _MOST_DEEP:
        if isinstance(value, list):
            return [_whole(item, attachments, depth + 1) for item in value]
        if isinstance(value, dict):
            return {key: _whole(item, attachments, depth + 1) for key, item in value.items()}
    return value


def _outcome(output: dict[str, Any], name: str) -> Fields:
    usage = as_dict(output.get("usage"))
    reasons = [reason for one in as_dicts(output.get("choices")) if (reason := as_id(one.get("stop_reason")))]
    seconds = as_float(output.get("time"))
    fields: Fields = {
        "input_tokens": as_int(usage.get("input_tokens")),
        "output_tokens": as_int(usage.get("output_tokens")),
        "cache_read_input_tokens": as_int(usage.get("input_tokens_cache_read")),
        "reasoning_output_tokens": as_int(usage.get("reasoning_tokens")),
        "usage_key": name if usage else None,
        "response_model": as_id(output.get("model")),
        "finish_reasons": ",".join(reasons) or None,
        "duration_ms": None if seconds is None else seconds * 1000,
    }
    return {field: value for field, value in fields.items() if value is not None}


def _event(event: dict[str, Any], attachments: dict[str, Any], transcript: Transcript) -> None:
    """What the messages do not say: what other models (graders) said, approvals, errors."""
    kind = event.get("event")
    if kind == "model" and as_id(event.get("role")) is not None:
        whole = as_dict(_whole({key: event.get(key) for key in ("input", "output")}, attachments))
        transcript.messages(whole.get("input"), _INPUT)
        for choice in as_dicts(as_dict(whole.get("output")).get("choices")):
            transcript.message({"role": "assistant", **as_dict(choice.get("message"))}, _OUTPUT)
    elif kind == "approval":
        transcript.single(
            kind=Kind.PERMISSION,
            permission_decision=as_id(event.get("decision")),
            tool_name=as_id(as_dict(event.get("call")).get("function")),
            tool_call_id=as_id(as_dict(event.get("call")).get("id")),
        )
    elif kind == "error":
        message = as_str(as_dict(event.get("error")).get("message"))
        transcript.single(kind=Kind.ERROR, trust=Trust.HARNESS, error_type="error", error_message=message)


def _scores(sample: dict[str, Any], attachments: dict[str, Any], transcript: Transcript) -> None:
    for scorer, score in as_dict(sample.get("scores")).items():
        plain = as_dict(_whole(score, attachments))
        value = plain.get("value")
        right = value in ("C", 1, 1.0, True)
        transcript.single(
            **{
                **text_fields(as_str(plain.get("explanation")), (None, Trust.MODEL)),
                "kind": Kind.GUARDRAIL,
                "guardrail_name": f"scorer/{scorer}"[:200],
                "guardrail_verdict": "allow" if right else "warn",
                "guardrail_action": "NONE",
                "guardrail_findings": compact_json([{"category": scorer[:200], "value": as_list(value) or value}]),
            }
        )


FORMAT = Format(
    NAME,
    "Inspect evaluation logs (.json and .eval)",
    "eval with plan or samples; or a sample with epoch and messages",
    recognise,
    to_events,
)
