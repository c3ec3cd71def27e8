"""garak reports and hit logs: https://reference.garak.ai/en/latest/reporting.html

Each attempt is written twice, and only the second time with what the detectors said; the later record amends the other.
"""

from typing import Any

from llmsec_tui.events.model import Exchange, Kind, Role, Trust
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.evaluations.shared import opening
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import text_fields
from llmsec_tui.formats.speakers import speaker
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import as_dict, as_dicts, as_float, as_id, as_list, as_str, compact_json, first

NAME = "garak"

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_NOTED = ("start_run setup", "init", "completion", "eval", "digest", "plugin_cache", "config")


def recognise(data: dict[str, Any]) -> bool:
    """An entry of a report, or a hit."""
    if "attempt_id" in data and "probe" in data and "detector" in data:
        return True
    kind = data.get("entry_type")
    return kind == "attempt" or kind in _NOTED or (isinstance(kind, str) and ("garak_version" in data or "run" in data))


def to_events(data: dict[str, Any], memory: Memory) -> Found:
    """Both sides of an attempt with the detectors' verdicts; other entries as what the run noted."""
    said = memory.of(NAME)
    kind = as_id(data.get("entry_type"))
    for name, key in (("target", "plugins.target_name"), ("target", "plugins.model_name"), ("run", "run")):
        if (value := as_id(data.get(key))) is not None:
            said[name] = value
    if kind not in ("attempt", None):
        return _noted(str(kind), data, said)
    attempt = as_id(first(data, "uuid", "attempt_id"))
    attrs = {key: data[key] for key in ("goal", "triggers") if data.get(key)}
    transcript = Transcript(
        opening(
            request_model=said.get("target") or as_id(data.get("generator")),
            conversation_id=attempt,
            operation_name=as_id(first(data, "probe_classname", "probe")),
            service_name=NAME,
            attrs=compact_json(attrs) if attrs else None,
        ),
        native_id=attempt and f"{attempt}:{as_id(data.get('seq')) or 0}:{'attempt' if kind else 'hit'}",
        history=False,
    )
    _sides(data, transcript)
    _verdicts(data, transcript)
    return Found(transcript.events or transcript.finish(), transcript.unknown)


def _noted(kind: str, data: dict[str, Any], said: dict[str, Any]) -> Found:
    moment = to_micros(first(data, "start_time", "end_time", "transient.starttime_iso"))
    transcript = Transcript(opening(moment, conversation_id=said.get("run"), service_name=NAME), history=False)
    keys = ("probe", "detector", "passed", "total_evaluated", "fails", "garak_version", "run")
    attrs = {key: data[key] for key in keys if key in data}
    packed = compact_json(attrs) if attrs else None
    transcript.single(kind=Kind.SESSION if kind == "init" else Kind.META, operation_name=kind[:80], attrs=packed)
    if (told := as_str(data.get("run.system_prompt"))) is not None:
        transcript.emit(_INPUT, text_fields(told, (Role.SYSTEM, Trust.SYSTEM)))
    return Found(transcript.events, None if kind in _NOTED else kind[:80])


def _sides(data: dict[str, Any], transcript: Transcript) -> None:
    conversations = as_dicts(data.get("conversations"))
    for conversation in conversations:
        for turn in as_dicts(conversation.get("turns")):
            by = speaker(turn.get("role"), _INPUT)
            exchange = _OUTPUT if by[0] is Role.ASSISTANT else _INPUT
            transcript.emit(exchange, text_fields(_text(turn.get("content")), by))
    if conversations:
        return
    prompt = data.get("prompt")
    turns = as_dicts(as_dict(prompt).get("turns"))
    for turn in turns:
        transcript.emit(_INPUT, text_fields(_text(turn.get("content")), speaker(turn.get("role"), _INPUT)))
    if not turns and (text := _text(prompt)):
        transcript.emit(_INPUT, text_fields(text, (Role.USER, Trust.USER)))
    outputs = data.get("outputs") if "outputs" in data else [data.get("output")]
    for output in as_list(outputs):
        if text := _text(output):
            transcript.emit(_OUTPUT, text_fields(text, (Role.ASSISTANT, Trust.MODEL)))


def _text(content: Any) -> str | None:
    return as_str(content) if isinstance(content, str) else as_str(as_dict(content).get("text"))


def _verdicts(data: dict[str, Any], transcript: Transcript) -> None:
    found = {name: as_list(scores) for name, scores in as_dict(data.get("detector_results")).items()}
    if "detector" in data:
        found = {str(as_id(data["detector"])): [data.get("score")]}
    for detector, scores in found.items():
        numbers = [score for score in map(as_float, scores) if score is not None]
        if numbers:
            hit = max(numbers) >= 0.5
            transcript.emit(
                _INPUT,
                {
                    "kind": Kind.GUARDRAIL,
                    "guardrail_name": detector[:200],
                    "guardrail_verdict": "warn" if hit else "allow",
                    "guardrail_action": "NONE",
                    "guardrail_findings": compact_json([{"category": detector[:200], "score": max(numbers)}]),
                },
            )


FORMAT = Format(
    NAME, "garak reports and hit logs", "entry_type; or attempt_id, probe and detector", recognise, to_events
)
