"""promptfoo results: https://www.promptfoo.dev/docs/configuration/outputs/"""

from typing import Any

from llmsec_tui.events.model import Exchange, Kind, Trust
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.evaluations.shared import opening
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.sides import add_side
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import (
    as_dict,
    as_dicts,
    as_float,
    as_id,
    as_int,
    as_str,
    compact_json,
    decoded,
    first,
)

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT


_FAILED = 2
"""The reason of a failure that is no assertion's."""


def recognise(data: dict[str, Any]) -> bool:
    """A whole evaluation, or one line of its results as JSONL."""
    if "evalId" in data and "results" in data:
        return True
    return "testCase" in data and "provider" in data and ("gradingResult" in data or "promptIdx" in data)


def to_events(data: dict[str, Any], _: Memory) -> Found:
    """The prompt, the answer and the grade of every test."""
    results = as_dict(data.get("results"))
    if "testCase" in data:
        return _one(data, None, as_id(data.get("evalId")))
    moment = to_micros(results.get("timestamp"))
    listed = results.get("results") if results else data.get("results")
    found = [_one(result, moment, as_id(data.get("evalId"))) for result in as_dicts(listed)]
    events = [event for one in found for event in one.events]
    if not events:
        return Found(Transcript(opening(moment, service_name="promptfoo")).finish(), None)
    return Found(events, next((one.unknown for one in found if one.unknown), None))


def _one(result: dict[str, Any], moment: int | None, evaluation: str | None) -> Found:
    response = as_dict(result.get("response"))
    provider = result.get("provider")
    name = as_id(result.get("id"))
    transcript = Transcript(
        opening(
            moment,
            call_id=name,
            request_model=as_id(provider) or as_id(as_dict(provider).get("id")),
            conversation_id=name or evaluation,
            trace_id=evaluation,
            operation_name=as_id(as_dict(result.get("testCase")).get("description")),
            service_name="promptfoo",
        ),
        outcome=_outcome(result, response, name),
    )
    prompt = as_dict(result.get("prompt")).get("raw")
    add_side(transcript, decoded(prompt if prompt is not None else result.get("prompt")), _INPUT)
    output = decoded(first(response, "output", "raw"))
    if output is not None:
        add_side(transcript, output, _OUTPUT)
    _error(response, transcript)
    if response.get("error") is None and result.get("failureReason") == _FAILED:
        _error(result, transcript)
    _grade(result, transcript)
    return Found(transcript.finish(), transcript.unknown)


def _outcome(result: dict[str, Any], response: dict[str, Any], name: str | None) -> Fields:
    usage = as_dict(response.get("tokenUsage"))
    counted: Fields = {
        "input_tokens": as_int(usage.get("prompt")),
        "output_tokens": as_int(usage.get("completion")),
        "usage_key": name if usage else None,
        "cost_usd": as_float(first(response, "cost") if "cost" in response else result.get("cost")),
        "duration_ms": as_float(result.get("latencyMs")),
    }
    return {field: value for field, value in counted.items() if value is not None}


def _error(response: dict[str, Any], transcript: Transcript) -> None:
    if (message := as_str(response.get("error"))) is not None:
        transcript.single(kind=Kind.ERROR, trust=Trust.HARNESS, error_type="provider", error_message=message)


def _grade(result: dict[str, Any], transcript: Transcript) -> None:
    graded = as_dict(result.get("gradingResult"))
    passed = first(graded, "pass") if "pass" in graded else result.get("success")
    if not isinstance(passed, bool):
        return
    components = [
        {
            "category": as_id(as_dict(one.get("assertion")).get("type")),
            "score": as_float(one.get("score")),
            "detected": one.get("pass") is False,
        }
        for one in as_dicts(graded.get("componentResults"))
    ]
    transcript.single(
        kind=Kind.GUARDRAIL,
        guardrail_name="promptfoo/assertions",
        guardrail_verdict="allow" if passed else "warn",
        guardrail_action="NONE",
        guardrail_findings=compact_json(components) if components else None,
    )


FORMAT = Format(
    "promptfoo",
    "promptfoo evaluation results",
    "evalId with results; or testCase with provider and a grade",
    recognise,
    to_events,
)
