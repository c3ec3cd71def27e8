"""Events in the Elastic Common Schema whose ``gen_ai`` fields say what a model was asked and answered.

https://www.elastic.co/docs/reference/ecs/ecs-gen_ai: the names of the GenAI conventions, as objects or with dots.
Beside them Elastic's integrations tell of policies and of what violated them.
"""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from llmsec_tui.events.model import Event, Kind, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.otel.span import Span
from llmsec_tui.formats.otel.spans import spans_events
from llmsec_tui.formats.otel.traces import Traces
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.values import as_bool, as_id, as_str, compact_json, decoded, first

NAME = "ecs"

_ROOT = "gen_ai"
_IDENTITY = {
    "user_id": ("user.id", "user.name", "gen_ai.user.id"),
    "source_ip": ("client.ip", "source.ip", "client.address", "source.address"),
    "service_name": ("service.name", "cloud.service.name"),
    "environment": ("service.environment",),
    "tenant_id": ("organization.id", "cloud.account.id"),
}
_STOPPED = ("BLOCKED", "INTERVENED", "GUARDRAIL_INTERVENED", "DENY")
_DEEPEST = 8


def recognise(data: dict[str, Any]) -> bool:
    """A time of Elastic's, and fields under ``gen_ai``."""
    if "@timestamp" not in data:
        return False
    return isinstance(data.get(_ROOT), dict) or any(name.startswith("gen_ai.") for name in data)


def to_events(data: dict[str, Any], memory: Memory) -> Found | None:
    """The messages of both sides and what policies decided; None for an event around the record it was made of."""
    fields = dict(_flat(data, (), 0))
    if isinstance(decoded(fields.get("event.original")), dict):
        return None
    attributes = {name: value for name, value in fields.items() if name.startswith("gen_ai.")}
    if (model := fields.get("gen_ai.request.model.id")) is not None:
        attributes.setdefault("gen_ai.request.model", model)
    moment = to_micros(data.get("@timestamp"))
    span = Span(
        name=as_str(fields.get("event.action")) or NAME,
        scope=NAME,
        trace_id=as_id(first(fields, "trace.id", "event.id")),
        span_id=as_id(first(fields, "span.id", "event.id")),
        parent_id=None,
        started=moment,
        ended=None,
        attributes=attributes,
        happenings=[],
        failed=fields.get("event.outcome") == "failure",
        message=as_str(first(fields, "error.message", "event.reason")),
        shared=_whose(fields),
    )
    found = spans_events([span], Traces(memory))
    native = TsSource.NONE if moment is None else TsSource.NATIVE
    events = [replace(event, ts_source=native) for event in found.events]
    verdict = _policy(fields)
    if verdict is not None:
        at: Fields = {"ts": moment, "ts_source": native, "trace_id": span.trace_id, "span_id": span.span_id}
        events.append(Event(**{**_whose(fields), **at, **verdict}))
    return Found(events, found.unknown)


def _flat(value: dict[str, Any], path: tuple[str, ...], depth: int) -> Iterator[tuple[str, Any]]:
    """Names with dots and their values; lists stay what they are."""
    for key, inner in value.items():
        if isinstance(inner, dict) and depth < _DEEPEST:
            yield from _flat(inner, (*path, key), depth + 1)
        else:
            yield ".".join((*path, key)), inner


def _whose(fields: dict[str, Any]) -> Fields:
    told = {field: as_id(first(fields, *names)) for field, names in _IDENTITY.items()}
    return {field: value for field, value in told.items() if value is not None}


def _policy(fields: dict[str, Any]) -> Fields | None:
    action = as_id(_one(fields.get("gen_ai.policy.action")))
    violated = first(fields, "gen_ai.compliance.violation_detected", "gen_ai.policy.violation_detected")
    name = as_id(_one(fields.get("gen_ai.policy.name")))
    if action is None and violated is None and name is None:
        return None
    found = as_bool(violated) is True or str(violated).lower() == "true"
    stopped = action is not None and action.upper() in _STOPPED
    codes = fields.get("gen_ai.compliance.violation_code")
    findings = [{"category": codes or "violation", "detected": found}] if codes or found else None
    return {
        "kind": Kind.GUARDRAIL,
        "guardrail_name": name,
        "guardrail_verdict": "deny" if stopped else "warn" if found else "allow",
        "guardrail_action": action,
        "guardrail_findings": compact_json(findings) if findings else None,
    }


def _one(value: Any) -> Any:
    return next(iter(value), None) if isinstance(value, list) else value


FORMAT = Format(
    NAME,
    "Elastic Common Schema events with gen_ai fields (Elastic's integrations)",
    "@timestamp with gen_ai",
    recognise,
    to_events,
)
