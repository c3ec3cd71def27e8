"""Recorded runs of agents on tasks: SWE-agent trajectories, AgentDojo results, ATIF documents."""

from typing import Any

from llmsec_tui.events.model import Exchange, Kind, Role, Trust
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.evaluations.shared import opening
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import Fields, Speaker, text_fields, tool_call_fields, tool_result_fields
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.usage import usage_fields
from llmsec_tui.formats.values import (
    as_dict,
    as_dicts,
    as_float,
    as_id,
    as_int,
    as_list,
    as_str,
    compact_json,
    decoded,
    first,
)

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_HARNESS: Speaker = (Role.HARNESS, Trust.HARNESS)
_ATTACK: Speaker = (Role.TOOL, Trust.RETRIEVED)


def _is_swe(data: dict[str, Any]) -> bool:
    return "trajectory" in data and ("info" in data or "history" in data)


def _swe(data: dict[str, Any], _: Memory) -> Found:
    """The history, in which the observations are user turns, or else the steps of the trajectory."""
    info = as_dict(data.get("info"))
    stats = as_dict(info.get("model_stats"))
    replay = as_dict(decoded(data.get("replay_config")))
    outcome: Fields = {
        "input_tokens": as_int(first(stats, "tokens_sent")),
        "output_tokens": as_int(first(stats, "tokens_received")),
        "cost_usd": as_float(first(stats, "instance_cost")),
        "finish_reasons": as_id(info.get("exit_status")),
    }
    model = as_dict(as_dict(replay.get("agent")).get("model"))
    transcript = Transcript(
        opening(
            conversation_id=as_id(data.get("environment")),
            request_model=as_id(model.get("name")) or as_id(model.get("model_name")),
            service_name="swe-agent",
        ),
        outcome={name: value for name, value in outcome.items() if value is not None},
        history=False,
    )
    history = as_dicts(data.get("history"))
    steps = as_dicts(data.get("trajectory"))
    observed = {text for step in steps if (text := as_str(step.get("observation")))}
    for turn in history:
        _turn(turn, observed, transcript)
    if not history:
        for step in steps:
            _step(step, transcript)
    submitted = as_str(info.get("submission"))
    if submitted:
        transcript.emit(_OUTPUT, tool_call_fields("submit", submitted, None))
    return Found(transcript.finish(), transcript.unknown)


def _turn(turn: dict[str, Any], observed: set[str], transcript: Transcript) -> None:
    kind, role, content = turn.get("message_type"), turn.get("role"), turn.get("content")
    text = as_str(content)
    if kind == "observation" or (role == "user" and text is not None and _is_observation(text, observed)):
        # One observation answers all calls of a step, of which there is one at most.
        call_id = next(iter(as_list(turn.get("tool_call_ids"))), None)
        transcript.emit(_INPUT, tool_result_fields(content, call_id, name=None if call_id else "environment"))
    elif role == "tool":
        transcript.message(turn, _INPUT)
    elif role == "assistant":
        transcript.message({key: turn[key] for key in ("role", "content", "tool_calls") if key in turn}, _OUTPUT)
        if "tool_calls" not in turn and (action := as_str(turn.get("action"))):
            transcript.emit(_OUTPUT, tool_call_fields("shell", {"command": action}, None))
    else:
        transcript.message({"role": role, "content": content}, _INPUT)


def _is_observation(text: str, observed: set[str]) -> bool:
    return text in observed or any(len(one) > 20 and text.startswith(one[:200]) for one in observed)


def _step(step: dict[str, Any], transcript: Transcript) -> None:
    if text := as_str(first(step, "response", "thought")):
        transcript.emit(_OUTPUT, text_fields(text, (Role.ASSISTANT, Trust.MODEL)))
    if action := as_str(step.get("action")):
        transcript.emit(_OUTPUT, tool_call_fields("shell", {"command": action}, None))
    if seen := as_str(step.get("observation")):
        transcript.emit(_INPUT, tool_result_fields(seen, None, name="shell"))


def _is_dojo(data: dict[str, Any]) -> bool:
    return "suite_name" in data and "pipeline_name" in data and "messages" in data


def _dojo(data: dict[str, Any], _: Memory) -> Found:
    """The messages, what was injected, and whether the attack got through."""
    task = "/".join(filter(None, (as_id(data.get(key)) for key in ("suite_name", "user_task_id", "injection_task_id"))))
    moment = to_micros(data.get("evaluation_timestamp"))
    transcript = Transcript(
        opening(
            moment,
            conversation_id=task or None,
            request_model=as_id(data.get("pipeline_name")),
            operation_name=as_id(data.get("attack_type")),
            service_name="agentdojo",
        ),
        outcome=_took(data),
        history=False,
    )
    for message in as_dicts(data.get("messages")):
        _dojo_message(message, transcript)
    for place, text in as_dict(data.get("injections")).items():
        fields = text_fields(as_str(text), _ATTACK)
        transcript.emit(_INPUT, fields | {"attrs": compact_json({"injected_into": place[:200]})})
    if (error := as_str(data.get("error"))) is not None:
        transcript.single(kind=Kind.ERROR, trust=Trust.HARNESS, error_type="run", error_message=error)
    elif isinstance(secure := data.get("security"), bool) and data.get("injection_task_id"):
        # What the flag means differs between pipelines; it is kept as it is and read as no label.
        told = compact_json({"security": secure, "utility": data.get("utility")})
        transcript.single(kind=Kind.META, operation_name="agentdojo/result", attrs=told)
    return Found(transcript.finish(), transcript.unknown)


def _took(data: dict[str, Any]) -> Fields:
    seconds = as_float(data.get("duration"))
    return {} if seconds is None or seconds < 0 else {"duration_ms": seconds * 1000}


def _dojo_message(message: dict[str, Any], transcript: Transcript) -> None:
    role = message.get("role")
    exchange = _OUTPUT if role == "assistant" else _INPUT
    if role == "tool":
        call = as_dict(message.get("tool_call"))
        failed = message.get("error")
        content = _parts(message.get("content")) if failed is None else failed
        name, call_id = call.get("function"), first(message, "tool_call_id") or call.get("id")
        transcript.emit(exchange, tool_result_fields(content, call_id, name=name, is_error=failed is not None))
        return
    if message.get("content"):
        transcript.message({"role": role, "content": _parts(message["content"])}, exchange)
    for asked in as_dicts(message.get("tool_calls")):
        transcript.emit(exchange, tool_call_fields(asked.get("function"), asked.get("args"), asked.get("id")))


def _parts(content: Any) -> Any:
    """Parts are written ``{type, content}`` where others write ``{type, text}``."""
    if not isinstance(content, list):
        return content
    return [
        {"type": "text", "text": part["content"]} if isinstance(part, dict) and "content" in part else part
        for part in content
    ]


def _is_atif(data: dict[str, Any]) -> bool:
    return isinstance(version := data.get("schema_version"), str) and version.startswith("ATIF") and "steps" in data


def _atif(data: dict[str, Any], _: Memory) -> Found:
    """The steps of a trajectory in the Agent Trajectory Interchange Format."""
    agent = as_dict(data.get("agent"))
    shared: Fields = {
        "conversation_id": as_id(data.get("session_id")),
        "agent_name": as_id(agent.get("name")),
        "request_model": as_id(agent.get("model_name")),
        "service_name": "atif",
    }
    events, unknown = [], None
    for step in as_dicts(data.get("steps")):
        transcript = Transcript(
            opening(to_micros(step.get("timestamp")), **shared), outcome=_metrics(step), history=False
        )
        _atif_step(step, transcript)
        events += transcript.finish()
        unknown = unknown or transcript.unknown
    return Found(events or Transcript(opening(**shared)).finish(), unknown)


def _metrics(step: dict[str, Any]) -> Fields:
    metrics = as_dict(step.get("metrics"))
    fields = usage_fields(metrics)
    if (cached := as_int(metrics.get("cached_tokens"))) is not None:
        fields["cache_read_input_tokens"] = cached
    if (cost := as_float(metrics.get("cost_usd"))) is not None:
        fields["cost_usd"] = cost
    return fields


def _atif_step(step: dict[str, Any], transcript: Transcript) -> None:
    source = as_id(step.get("source")) or "user"
    role = "assistant" if source == "agent" else source
    exchange = _OUTPUT if role == "assistant" else _INPUT
    message = {"role": role, "content": step.get("message"), "reasoning_content": step.get("reasoning_content")}
    if step.get("message") or step.get("reasoning_content"):
        transcript.message(message, exchange)
    for call in as_dicts(step.get("tool_calls")):
        fields = tool_call_fields(call.get("function_name"), call.get("arguments"), call.get("tool_call_id"))
        transcript.emit(exchange, fields)
    observed = step.get("observation")
    results = as_dict(observed).get("results") if isinstance(observed, dict) else observed
    for result in as_list(results) or ([results] if isinstance(results, str) else []):
        plain = as_dict(result)
        content = plain.get("content") if plain else result
        transcript.emit(_INPUT, tool_result_fields(content, first(plain, "source_call_id", "tool_call_id")))


SWE_AGENT = Format("swe-agent", "SWE-agent trajectories (.traj)", "trajectory with info or history", _is_swe, _swe)
AGENTDOJO = Format("agentdojo", "AgentDojo run results", "suite_name, pipeline_name and messages", _is_dojo, _dojo)
ATIF = Format("atif", "Agent trajectories in ATIF", "schema_version ATIF… with steps", _is_atif, _atif)
