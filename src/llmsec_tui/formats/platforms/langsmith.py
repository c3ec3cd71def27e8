"""LangSmith runs: as its API and its bulk exports give them, and the two halves that tracing writes.

A run is posted when it starts and patched when it ends, under one id; the second half says neither what kind of run it
is nor whose. https://docs.smith.langchain.com/reference/data_formats/run_data_format
"""

from typing import Any

from llmsec_tui.events.model import Event, Kind, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.platforms.steps import Step, score_fields, step_events
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
    storable,
)

NAME = "langsmith"

_KINDS = {
    "llm": "llm",
    "tool": "tool",
    "retriever": "retriever",
    "embedding": "embedding",
    **dict.fromkeys(("chain", "prompt", "parser"), "step"),
}
_RUNS, _TRACES = 256, 32
"""So many runs that have not ended, and traces, are remembered."""
_MOST_TOKENS = 2_000
"""Characters of a stream that are remembered, for a run that ends without an answer."""
_TAGS = ("langgraph_node", "langgraph_step", "graph_id", "assistant_id", "revision_id")


def recognise(data: dict[str, Any]) -> bool:
    """A dotted order, which nothing else has, or a run type with a trace or the two sides of a run."""
    if "dotted_order" in data:
        return True
    return isinstance(data.get("run_type"), str) and ("trace_id" in data or "inputs" in data or "outputs" in data)


def continues(data: dict[str, Any], _: Memory) -> bool:
    """The second half of a run."""
    return "id" in data and "end_time" in data and ("outputs" in data or "error" in data)


def to_events(data: dict[str, Any], memory: Memory) -> Found:
    """What the run tells, with what its first half said of it."""
    said = memory.of(NAME)
    runs: dict[str, Any] = said.setdefault("runs", {})
    traces: dict[str, Any] = said.setdefault("traces", {})
    run_id = as_id(data.get("id"))
    before: dict[str, Any] = as_dict(runs.get(run_id or ""))
    extra = as_dict(decoded(data.get("extra")))
    about = {**before, **_about(data, extra)}
    whose = {**as_dict(traces.get(str(about.get("trace_id")))), **_whose(data, as_dict(extra.get("metadata")))}
    ended = to_micros(data.get("end_time"))
    if (trace := about.get("trace_id")) is not None and whose:
        _keep(traces, trace, whose, _TRACES)
    half = ended is None and not data.get("error")
    found = step_events(_step(data, about, whose, run_id, ended, half=half), said.setdefault("calls", {}))
    if run_id is not None:
        called = next((event.tool_call_id for event in found.events if event.kind is Kind.TOOL_CALL), None)
        if ended is None:
            _keep(runs, run_id, {**about, "call": called} if called is not None else about, _RUNS)
        else:
            runs.pop(run_id, None)
    scores = [_score(key, stats, about, run_id) for key, stats in as_dict(data.get("feedback_stats")).items()]
    kind = about.get("run_type")
    unknown = f"run/{kind[:40]}" if isinstance(kind, str) and kind not in _KINDS else None
    return Found([*found.events, *scores], unknown or found.unknown)


def _keep(things: dict[str, Any], name: str, thing: dict[str, Any], most: int) -> None:
    things.pop(name, None)
    things[name] = thing
    while len(things) > most:
        del things[next(iter(things))]


def _about(data: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """What the first half of a run says of it, and the second does not."""
    metadata, asked = as_dict(extra.get("metadata")), as_dict(extra.get("invocation_params"))
    fields = {
        "run_type": as_id(data.get("run_type")),
        "name": as_id(data.get("name")),
        "trace_id": as_id(data.get("trace_id")),
        "parent_id": as_id(data.get("parent_run_id")) or _parent(data.get("dotted_order")),
        "start": to_micros(data.get("start_time")),
        "model": as_id(metadata.get("ls_model_name")) or as_id(first(asked, "model", "model_name")),
        "provider": as_id(metadata.get("ls_provider")),
        "agent": as_id(first(metadata, "lc_agent_name", "agent_name")),
        "tokens": _streamed(data)[:_MOST_TOKENS] or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _parent(dotted_order: Any) -> str | None:
    """The run before the last in the line of runs that leads to this one: ``<time>Z<id>.<time>Z<id>``."""
    line = dotted_order.split(".") if isinstance(dotted_order, str) else []
    return as_id(line[-2].partition("Z")[2]) if len(line) > 1 else None


def _whose(data: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    forwarded = as_str(first(metadata, "x-forwarded-for", "client_ip", "ip"))
    fields = {
        "user_id": as_id(first(metadata, "user_id", "userId", "langgraph_auth_user_id")),
        "conversation_id": as_id(first(metadata, "thread_id", "session_id", "conversation_id")),
        "tenant_id": as_id(first(metadata, "LANGSMITH_TENANT_ID", "tenant_id")) or as_id(data.get("tenant_id")),
        "source_ip": as_id(forwarded.partition(",")[0].strip()) if forwarded else None,
        "service_name": as_id(first(data, "session_name", "project_name")),
        "environment": as_id(first(metadata, "environment", "LANGSMITH_LANGGRAPH_API_VARIANT")),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _step(
    data: dict[str, Any],
    about: dict[str, Any],
    whose: dict[str, Any],
    run_id: str | None,
    ended: int | None,
    *,
    half: bool,
) -> Step:
    started = as_int(about.get("start"))
    outputs = decoded(data.get("outputs"))
    # While a run goes on, its second half may bring the answer.
    tokens = "" if outputs or half else _streamed(data) or as_str(about.get("tokens")) or ""
    kind = _KINDS.get(str(about.get("run_type")), "step") if "run_type" in about else _guessed(outputs)
    begun = {"ts": started, "ts_source": TsSource.NONE if started is None else TsSource.SPAN_START}
    if started is None and ended is not None:
        begun = {"ts": ended, "ts_source": TsSource.SPAN_END}
    opening: Fields = {
        **whose,
        **begun,
        "trace_id": about.get("trace_id"),
        "call_id": about.get("trace_id") or run_id,
        "span_id": run_id,
        "parent_id": about.get("parent_id"),
        "request_model": about.get("model"),
        "provider_name": about.get("provider"),
        "agent_name": about.get("agent"),
    }
    error = as_str(data.get("error"))
    return Step(
        kind=kind,
        name=as_id(about.get("name")),
        opening={name: value for name, value in opening.items() if value is not None},
        asked=decoded(data.get("inputs")),
        said=tokens or outputs,
        ended=ended,
        call_id=as_id(about.get("call")),
        outcome=_outcome(data, started, ended),
        failed=bool(error) or data.get("status") == "error",
        error=error,
        half=half or "inputs" not in data,
        cut=bool(tokens),
    )


def _guessed(outputs: Any) -> str:
    """The kind of a run whose first half was written elsewhere."""
    plain = as_dict(outputs)
    if "generations" in plain or "choices" in plain:
        return "llm"
    return "retriever" if plain.keys() == {"documents"} else "step"


def _streamed(data: dict[str, Any]) -> str:
    """The pieces of a stream, for a run that has no other output."""
    tokens = _tokens(data)
    if not tokens:
        return ""
    pieces = [as_dict(event.get("kwargs")).get("token") for event in tokens]
    return storable("".join(piece for piece in pieces if isinstance(piece, str)))


def _tokens(data: dict[str, Any]) -> list[dict[str, Any]]:
    events = data.get("events")
    return [event for event in as_dicts(decoded(events)) if event.get("name") == "new_token"] if events else []


def _outcome(data: dict[str, Any], started: int | None, ended: int | None) -> Fields:
    fields: Fields = usage_fields({key: data[key] for key in _COUNTS if data.get(key) is not None})
    if started is not None and ended is not None and ended >= started:
        fields["duration_ms"] = (ended - started) / 1000
    first_token = to_micros(data.get("first_token_time"))
    if first_token is None:
        first_token = next((moment for event in _tokens(data) if (moment := to_micros(event.get("time")))), None)
    if first_token is not None and started is not None and first_token >= started:
        fields["ttft_ms"] = (first_token - started) / 1000
    fields["cost_usd"] = as_float(data.get("total_cost"))
    metadata = as_dict(as_dict(decoded(data.get("extra"))).get("metadata"))
    attrs = {"run_type": data.get("run_type"), "tags": as_list(data.get("tags"))}
    attrs |= {name: metadata[name] for name in _TAGS if isinstance(metadata.get(name), str | int)}
    if kept := {name: value for name, value in attrs.items() if value}:
        fields["attrs"] = compact_json(kept)
    return {name: value for name, value in fields.items() if value is not None}


def _score(name: str, stats: Any, about: dict[str, Any], run_id: str | None) -> Event:
    plain = as_dict(stats)
    native_id = f"{run_id}/{name}" if run_id is not None else None
    fields = score_fields(name, first(plain, "avg", "values"), None, {"n": as_int(plain.get("n"))})
    return Event(**fields, native_id=as_id(native_id), trace_id=about.get("trace_id"), span_id=run_id)


_COUNTS = ("prompt_tokens", "completion_tokens")

FORMAT = Format(
    NAME,
    "LangSmith runs, whole or in the two halves that tracing writes",
    "dotted_order, or run_type with trace_id, inputs or outputs",
    recognise,
    to_events,
    continues,
)
