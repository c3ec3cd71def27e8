"""Langfuse: the download of a trace, observations a line each, and its export to blob storage in snake_case.

https://langfuse.com/docs/api-and-data-platform/features/export-to-blob-storage and the types of its public API. Input
and output are JSON in strings, a trace's twice over; ``metadata`` keeps the OpenTelemetry attributes that came in.
"""

from typing import Any

from llmsec_tui.events.model import Event, Exchange, Kind, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.otel.dialects import read_attributes
from llmsec_tui.formats.otel.identity import identity
from llmsec_tui.formats.otel.told import Told, What
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.platforms.calls import Calls
from llmsec_tui.formats.platforms.langfuse_usage import usage_of
from llmsec_tui.formats.platforms.said import Said, has_messages
from llmsec_tui.formats.platforms.steps import Step, score_fields, step_events
from llmsec_tui.formats.transcript import Transcript, opening_of
from llmsec_tui.formats.values import (
    as_dict,
    as_dicts,
    as_float,
    as_id,
    as_list,
    as_str,
    compact_json,
    decoded,
    first,
    milliseconds,
)

NAME = "langfuse"

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_KINDS = {
    "GENERATION": "llm",
    "EMBEDDING": "embedding",
    "TOOL": "tool",
    "RETRIEVER": "retriever",
    "GUARDRAIL": "guardrail",
    "EVALUATOR": "evaluator",
    **dict.fromkeys(("SPAN", "EVENT", "AGENT", "CHAIN"), "step"),
}
_TOLD = {
    What.TOOL: "tool",
    What.RETRIEVAL: "retriever",
    What.GUARDRAIL: "guardrail",
    What.EVALUATION: "evaluator",
}
"""What a plain span was, where its attributes say so."""
_TRACES = 64
"""So many traces are remembered: their observations do not say whose they are."""
_DEEPEST = 64
_LONGEST_ATTRS = 8_192
_PLAIN = (str, int, float)
_ENDS = ("finish_reasons", "refusal", "ttft_ms")


def recognise(data: dict[str, Any]) -> bool:
    """A trace with its observations, an observation, a trace or a score."""
    if isinstance(data.get("observations"), list):
        return isinstance(data.get("trace"), dict) or (
            "timestamp" in data and ("projectId" in data or "scores" in data)
        )
    if "traceId" in data or "trace_id" in data:
        kind = data.get("type")
        if isinstance(kind, str) and kind in _KINDS:
            return "startTime" in data or "start_time" in data
    return _is_trace(data) or _is_score(data)


def to_events(data: dict[str, Any], memory: Memory) -> Found:
    """The steps of a trace, what was said in them, and how they were scored."""
    if isinstance(data.get("observations"), list):
        return _document(data)
    if _is_score(data):
        return Found([_score(data, {})])
    traces: dict[str, Any] = memory.of(NAME).setdefault("traces", {})
    if _is_trace(data):
        _remember(traces, data)
        return _trace(data, _whose(data))
    whose = as_dict(traces.get(as_id(first(data, "traceId", "trace_id")) or ""))
    return step_events(_step(data, whose, usage_of(data), counted=True), memory.of(NAME).setdefault("calls", {}))


def _is_trace(data: dict[str, Any]) -> bool:
    return "bookmarked" in data and "timestamp" in data and ("projectId" in data or "project_id" in data)


def _is_score(data: dict[str, Any]) -> bool:
    return ("dataType" in data or "data_type" in data) and "source" in data and "name" in data and "value" in data


def _document(data: dict[str, Any]) -> Found:
    trace = as_dict(data.get("trace")) or data
    whose = _whose(trace)
    observations = as_dicts(data["observations"])
    parents = {as_id(one.get("id")): one for one in observations}
    used = [usage_of(one) for one in observations]
    repeated = _repeated(observations, used, parents)
    steps = [
        _step(one, {**whose, **_agents(one, parents)}, usage, counted=as_id(one.get("id")) not in repeated)
        for one, usage in zip(observations, used, strict=True)
    ]
    calls: Calls = {}
    found = [step_events(step, calls) for step in sorted(steps, key=_order)]
    found.append(_trace(trace, whose))
    events = [event for one in found for event in one.events]
    unknown = next((one.unknown for one in found if one.unknown is not None), None)
    for score in as_dicts(trace.get("scores")) or as_dicts(data.get("scores")):
        events.append(_score(score, whose))
    return Found(events, unknown)


def _order(step: Step) -> tuple[bool, int]:
    """Calls before the steps around them, which hand on what the calls were given."""
    return step.kind == "step", step.opening.get("ts") or 0


def _repeated(
    observations: list[dict[str, Any]], used: list[Fields], parents: dict[str | None, dict[str, Any]]
) -> set[str | None]:
    """Observations whose usage is told again by those below them."""
    repeated: set[str | None] = set()
    for one, usage in zip(observations, used, strict=True):
        if "input_tokens" in usage:
            repeated.update(as_id(above.get("id")) for above in _above(one, parents))
    return repeated


def _above(observation: dict[str, Any], parents: dict[str | None, dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    one: dict[str, Any] | None = observation
    while one is not None and len(found) < _DEEPEST:
        parent = as_id(first(one, "parentObservationId", "parent_observation_id"))
        one = parents.get(parent) if parent is not None else None
        if one is not None:
            found.append(one)
    return found


def _agents(observation: dict[str, Any], parents: dict[str | None, dict[str, Any]]) -> Fields:
    """The agent that a step belongs to, and the agent that started it."""
    line = [one for one in [observation, *_above(observation, parents)] if one.get("type") == "AGENT"]
    fields: Fields = {}
    if line:
        fields = {"agent_id": as_id(line[0].get("id")), "agent_name": as_id(line[0].get("name"))}
    if len(line) > 1:
        fields["parent_agent_id"] = as_id(line[1].get("id"))
    return fields


def _whose(trace: dict[str, Any]) -> dict[str, Any]:
    return {
        "trace_id": as_id(trace.get("id")),
        "conversation_id": as_id(first(trace, "sessionId", "session_id")),
        "user_id": as_id(first(trace, "userId", "user_id")),
        "environment": as_id(trace.get("environment")),
        "service_name": _service(as_dict(decoded(trace.get("metadata")))),
    }


def _service(metadata: dict[str, Any]) -> str | None:
    return as_id(as_dict(decoded(metadata.get("resourceAttributes"))).get("service.name"))


def _remember(traces: dict[str, Any], trace: dict[str, Any]) -> None:
    if (name := as_id(trace.get("id"))) is not None:
        traces.pop(name, None)
        traces[name] = _whose(trace)
        while len(traces) > _TRACES:
            del traces[next(iter(traces))]


def _trace(trace: dict[str, Any], whose: dict[str, Any]) -> Found:
    """That a trace began; what went in and came out is told by its observations too, and known by its text."""
    moment = to_micros(trace.get("timestamp"))
    attrs = {key: trace[key] for key in ("tags", "release", "version") if trace.get(key)}
    transcript = Transcript(opening_of(_opening(whose, moment)))
    said = Said(transcript, model=False)
    said.add(decoded(trace.get("input")), _INPUT)
    said.add(decoded(trace.get("output")), _OUTPUT)
    name = as_id(trace.get("name"))
    transcript.single(
        kind=Kind.SESSION,
        native_id=whose.get("trace_id"),
        operation_name=name,
        attrs=compact_json(attrs) if attrs else None,
    )
    return Found(transcript.events, transcript.unknown)


def _opening(whose: dict[str, Any], moment: int | None) -> Fields:
    return {
        **whose,
        "call_id": whose.get("trace_id"),
        "ts": moment,
        "ts_source": TsSource.NONE if moment is None else TsSource.SPAN_START,
    }


def _step(data: dict[str, Any], whose: dict[str, Any], usage: Fields, *, counted: bool) -> Step:
    metadata = as_dict(decoded(data.get("metadata")))
    told = read_attributes(as_dict(decoded(metadata.get("attributes"))))
    kind = _KINDS.get(str(data.get("type")), "step")
    if kind == "step":
        kind = _TOLD.get(told.what, kind) if told.what is not None else kind
    started = to_micros(first(data, "startTime", "start_time"))
    ended = to_micros(first(data, "endTime", "end_time"))
    opening = {**told.fields, **_opening(whose, started), **_identity(data, metadata, told)}
    opening["call_id"] = opening.get("trace_id")
    outcome = _outcome(data, metadata, started, ended)
    counted = counted and told.what is not What.AGGREGATE
    outcome |= {name: value for name, value in told.outcome.items() if name in _ENDS} | usage
    return Step(
        kind=kind,
        name=as_id(data.get("name")),
        opening={name: value for name, value in opening.items() if value is not None},
        asked=_asked(data, told, kind),
        said=_said(data, told, kind),
        ended=ended,
        call_id=as_id(told.tool_id),
        outcome=outcome,
        counted=counted,
        failed=data.get("level") == "ERROR",
        error=as_str(first(data, "statusMessage", "status_message")),
    )


def _asked(data: dict[str, Any], told: Told, kind: str) -> Any:
    """What went in; the attributes have the messages where the input has none, or something else."""
    held = decoded(data.get("input"))
    if kind != "llm":
        return told.put_in if held is None else held
    if not has_messages(held) and has_messages(decoded(told.asked)):
        held = {"system": told.system, "messages": told.asked, "tools": as_dict(held).get("tools")}
    tools = decoded(first(data, "toolDefinitions", "tool_definitions"))
    return {"held": held, "tools": tools} if tools else told.put_in if held is None else held


def _said(data: dict[str, Any], told: Told, kind: str) -> Any:
    held = decoded(data.get("output"))
    if held is not None:
        return held
    if kind == "llm" and (calls := as_list(decoded(first(data, "toolCalls", "tool_calls")))):
        return calls
    return _first_given(told.answered, told.result, told.got_out)


def _first_given(*values: Any) -> Any:
    """The first value that is there."""
    return next((value for value in values if value is not None), None)


def _identity(data: dict[str, Any], metadata: dict[str, Any], told: Told) -> Fields:
    fields = identity(metadata) | {
        "trace_id": as_id(first(data, "traceId", "trace_id")),
        "span_id": as_id(data.get("id")),
        "parent_id": as_id(first(data, "parentObservationId", "parent_observation_id")),
        "environment": as_id(data.get("environment")),
        "service_name": _service(metadata),
        "request_model": as_id(first(data, "model", "provided_model_name", "providedModelName")),
        "provider_name": told.fields.get("provider_name") or as_id(metadata.get("ls_provider")),
    }
    for name, keys in (("conversation_id", ("sessionId", "session_id")), ("user_id", ("userId", "user_id"))):
        fields[name] = as_id(first(data, *keys)) or told.fields.get(name) or fields.get(name)
    if data.get("type") == "AGENT":
        fields |= {"agent_id": as_id(data.get("id")), "agent_name": as_id(data.get("name"))}
    return {name: value for name, value in fields.items() if value is not None}


def _outcome(data: dict[str, Any], metadata: dict[str, Any], started: int | None, ended: int | None) -> Fields:
    fields: Fields = {"duration_ms": milliseconds(data.get("latency"))}
    if started is not None and ended is not None and ended >= started:
        fields["duration_ms"] = (ended - started) / 1000
    first_token = to_micros(first(data, "completionStartTime", "completion_start_time"))
    if first_token is not None and started is not None and first_token >= started:
        fields["ttft_ms"] = (first_token - started) / 1000
    elif (waited := as_float(first(data, "timeToFirstToken", "time_to_first_token"))) is not None:
        fields["ttft_ms"] = waited * 1000
    own = {key: value for key, value in metadata.items() if isinstance(value, _PLAIN) and len(key) < 80}
    attrs = {"type": data.get("type"), "level": data.get("level"), "prompt": first(data, "promptName", "prompt_name")}
    kept = {key: value for key, value in (attrs | {"metadata": own}).items() if value}
    if len(packed := compact_json(kept)) <= _LONGEST_ATTRS:
        fields["attrs"] = packed
    return {name: value for name, value in fields.items() if value is not None}


def _score(data: dict[str, Any], whose: dict[str, Any]) -> Event:
    moment = to_micros(first(data, "timestamp", "createdAt", "created_at"))
    trace = as_id(first(data, "traceId", "trace_id")) or whose.get("trace_id")
    value = first(data, "stringValue", "string_value")
    fields = score_fields(
        data.get("name"),
        data.get("value") if value is None else value,
        data.get("comment"),
        {"source": as_id(data.get("source")), "data_type": as_id(first(data, "dataType", "data_type"))},
    )
    opening = {**_opening({**whose, "trace_id": trace}, moment), "native_id": as_id(data.get("id"))}
    about = as_id(first(data, "observationId", "observation_id"))
    author = as_id(first(data, "authorUserId", "author_user_id"))
    return Event(**{**opening, "span_id": about, "user_id": author or whose.get("user_id"), **fields})


FORMAT = Format(
    NAME,
    "Langfuse: downloaded traces, observations, and its export to blob storage",
    "trace with observations; traceId, startTime and a type such as GENERATION; the same in snake_case",
    recognise,
    to_events,
)
