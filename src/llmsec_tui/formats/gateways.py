"""Logs of gateways that stand before many providers: Helicone, Kong, Cloudflare, Portkey.

Sources: docs.helicone.ai (export), docs.konghq.com (AI log format), developers.cloudflare.com (AI Gateway logging and
Logpush), portkey.ai/docs (logs export).
"""

from collections.abc import Iterator
from typing import Any

from llmsec_tui.events.model import ContentState, Event, Kind, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.bodies import Bodies
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import (
    as_dict,
    as_dicts,
    as_float,
    as_id,
    as_int,
    as_status,
    compact_json,
    decoded,
    first,
)

_OFF, _ELSEWHERE, _ENCRYPTED = ContentState.OFF, ContentState.ELSEWHERE, ContentState.ENCRYPTED


def _found(opening: Event, outcome: Fields, bodies: Bodies, status: Any, state: ContentState) -> Transcript:
    """The messages of both bodies; an answer with an error status and no error of its own is an error all the same."""
    outcome = {**bodies.outcome(), **{name: value for name, value in outcome.items() if value is not None}}
    transcript = Transcript(opening, outcome=outcome)
    bodies.add_to(transcript, status)
    code = as_int(status)
    if code is not None and code >= 400 and not bodies.answer.get("error"):
        transcript.single(kind=Kind.ERROR, trust=Trust.HARNESS, error_type=f"http_{code}", http_status=as_status(code))
    transcript.finish(content_state=state)
    return transcript


def _opening(moment: int | None, bodies: Bodies, **fields: Any) -> Event:
    given = {name: value for name, value in fields.items() if value is not None}
    return Event(
        **{
            "kind": Kind.MESSAGE,
            "ts": moment,
            "ts_source": TsSource.NONE if moment is None else TsSource.NATIVE,
            "request_model": bodies.request_model,
            "response_model": bodies.response_model,
            "response_id": bodies.response_id,
            "user_id": bodies.user_id,
            **given,
        }
    )


def _is_helicone(data: dict[str, Any]) -> bool:
    return "request_id" in data and "request_created_at" in data


def _helicone(data: dict[str, Any], _: Memory) -> Found:
    bodies = Bodies(data.get("request_body"), data.get("response_body"))
    properties = as_dict(decoded(first(data, "properties", "request_properties")))
    state = bodies.state
    if state is _OFF and data.get("signed_body_url"):
        state = _ELSEWHERE
    opening = _opening(
        to_micros(data.get("request_created_at")),
        bodies,
        call_id=as_id(data.get("request_id")),
        request_id=as_id(data.get("request_id")),
        provider_name=as_id(data.get("provider")),
        request_model=as_id(first(data, "request_model", "model_override")),
        response_model=as_id(data.get("response_model")),
        user_id=as_id(first(data, "request_user_id", "helicone_user")),
        conversation_id=as_id(properties.get("Helicone-Session-Id")),
        attrs=compact_json(properties) if properties else None,
    )
    outcome: Fields = {
        "input_tokens": as_int(data.get("prompt_tokens")),
        "output_tokens": as_int(data.get("completion_tokens")),
        "cache_read_input_tokens": as_int(data.get("prompt_cache_read_tokens")),
        "cache_write_input_tokens": as_int(data.get("prompt_cache_write_tokens")),
        "usage_key": as_id(data.get("request_id")),
        "duration_ms": as_float(data.get("delay_ms")),
        "ttft_ms": as_float(data.get("time_to_first_token")),
        "cost_usd": as_float(first(data, "cost", "costUSD", "cost_usd")),
    }
    transcript = _found(opening, outcome, bodies, data.get("response_status"), state)
    if data.get("threat") is True:
        transcript.single(kind=Kind.GUARDRAIL, guardrail_name="helicone", guardrail_verdict="warn")
    return Found(transcript.events, transcript.unknown)


def _is_kong(data: dict[str, Any]) -> bool:
    return isinstance(data.get("ai"), dict) and ("client_ip" in data or "started_at" in data or "latencies" in data)


def _kong(data: dict[str, Any], _: Memory) -> Found:
    ai = as_dict(data.get("ai"))
    meta: dict[str, Any] = {}
    usage: dict[str, Any] = {}
    asked, answered = as_dict(ai.get("payload")).get("request"), None
    cached: str | None = None
    for plugin in _plugins(ai):
        cached = cached or as_id(as_dict(plugin.get("cache")).get("cache_status"))
        meta |= as_dict(plugin.get("meta"))
        usage |= as_dict(plugin.get("usage"))
        payload = as_dict(plugin.get("payload"))
        asked = asked if asked is not None else payload.get("request")
        answered = answered if answered is not None else payload.get("response")
    bodies = Bodies(asked, answered)
    consumer = as_dict(data.get("consumer"))
    opening = _opening(
        to_micros(data.get("started_at")),
        bodies,
        call_id=as_id(as_dict(data.get("request")).get("id")),
        request_id=as_id(as_dict(data.get("request")).get("id")),
        provider_name=as_id(meta.get("provider_name")),
        request_model=as_id(meta.get("request_model")),
        response_model=as_id(meta.get("response_model")),
        user_id=as_id(first(consumer, "username", "custom_id", "id")),
        source_ip=as_id(data.get("client_ip")),
        service_name=as_id(as_dict(data.get("service")).get("name")),
    )
    outcome: Fields = {
        "input_tokens": as_int(first(usage, "prompt_tokens", "prompt_token")),
        "output_tokens": as_int(first(usage, "completion_tokens", "completion_token")),
        "usage_key": as_id(as_dict(data.get("request")).get("id")),
        "duration_ms": as_float(first(meta, "llm_latency")),
        "attrs": compact_json({"cache_status": cached}) if cached else None,
        "cost_usd": as_float(usage.get("cost")),
    }
    transcript = _found(opening, outcome, bodies, as_dict(data.get("response")).get("status"), bodies.state)
    return Found(transcript.events, transcript.unknown)


_OF_PLUGIN = frozenset(("meta", "usage", "payload", "cache"))


def _plugins(ai: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The name of the plugin is a level of its own, and older versions had none."""
    if "meta" in ai or "usage" in ai:
        yield ai
    for inner in ai.values():
        if isinstance(inner, dict) and not _OF_PLUGIN.isdisjoint(inner):
            yield inner


_FIREWALL = "FirewallForAI"
_FIREWALL_SCORE = "FirewallForAIInjectionScore"


def _is_cloudflare(data: dict[str, Any]) -> bool:
    if ("RequestBody" in data and "ResponseBody" in data) or _FIREWALL_SCORE in data:
        return True
    return "tokens_in" in data and "tokens_out" in data and "cached" in data and "provider" in data


def _firewall(data: dict[str, Any]) -> Found:
    """A request that Cloudflare's Firewall for AI looked at: what it saw, and what became of the request; no texts."""
    seen = {name.removeprefix(_FIREWALL): data[name] for name in data if name.startswith(_FIREWALL) and data[name]}
    action = as_id(first(data, "SecurityAction", "Action"))
    stopped = action is not None and action.lower() in ("block", "challenge", "managed_challenge", "jschallenge")
    topics = any(isinstance(value, list) for value in seen.values())
    event = _opening(
        to_micros(first(data, "EdgeStartTimestamp", "Datetime")),
        Bodies(None, None),
        kind=Kind.GUARDRAIL,
        native_id=as_id(data.get("RayID")),
        request_id=as_id(data.get("RayID")),
        source_ip=as_id(data.get("ClientIP")),
        service_name=as_id(data.get("ClientRequestHost")),
        operation_name=as_id(first(data, "ClientRequestURI", "ClientRequestPath")),
        http_status=as_status(data.get("EdgeResponseStatus")),
        input_tokens=as_int(data.get("FirewallForAITokenCount")),
        guardrail_name="firewall_for_ai",
        guardrail_verdict="deny" if stopped else "warn" if topics else "allow",
        guardrail_action=action,
        guardrail_findings=compact_json([seen]) if seen else None,
        content_state=_OFF,
    )
    return Found([event])


def _cloudflare(data: dict[str, Any], _: Memory) -> Found:
    if _FIREWALL_SCORE in data:
        return _firewall(data)
    asked, answered = first(data, "RequestBody", "request", "request_head"), first(data, "ResponseBody", "response")
    if _is_sealed(asked) or _is_sealed(answered):
        bodies, state = Bodies(None, None), _ENCRYPTED
    else:
        bodies = Bodies(asked, answered)
        state = bodies.state
    metadata = as_dict(decoded(first(data, "Metadata", "metadata")))
    names = {} if _is_sealed(metadata) else metadata
    noted = names | ({"cached": True} if first(data, "cached", "Cached") is True else {})
    opening = _opening(
        to_micros(first(data, "created_at", "RequestTime", "Datetime")),
        bodies,
        call_id=as_id(first(data, "id", "RayID")),
        request_id=as_id(first(data, "id", "RayID")),
        provider_name=as_id(first(data, "provider", "Provider")),
        request_model=as_id(first(data, "model", "Model")),
        user_id=as_id(first(names, "user_id", "userId", "user")),
        conversation_id=as_id(first(names, "session_id", "sessionId", "conversation_id")),
        service_name=as_id(first(data, "gateway", "Gateway")),
        attrs=compact_json(noted) if noted else None,
    )
    outcome: Fields = {
        "input_tokens": as_int(first(data, "tokens_in", "TokensIn")),
        "output_tokens": as_int(first(data, "tokens_out", "TokensOut")),
        "usage_key": as_id(first(data, "id", "RayID")),
        "duration_ms": as_float(first(data, "duration", "Duration")),
        "cost_usd": as_float(first(data, "cost", "Cost")),
    }
    transcript = _found(opening, outcome, bodies, first(data, "status_code", "StatusCode"), state)
    if data.get("success") is False and not any(one.kind is Kind.ERROR for one in transcript.events):
        transcript.single(kind=Kind.ERROR, trust=Trust.HARNESS, error_type="failed")
    for key in ("dlp_action", "DLPAction"):
        if (action := as_id(data.get(key))) is not None:
            verdict = "deny" if action.upper() == "BLOCK" else "warn"
            transcript.single(
                kind=Kind.GUARDRAIL, guardrail_name="dlp", guardrail_verdict=verdict, guardrail_action=action
            )
    return Found(transcript.events, transcript.unknown)


def _is_sealed(value: Any) -> bool:
    """Logpush encrypts bodies to a key of the customer's."""
    plain = as_dict(decoded(value))
    return {"type", "key", "iv", "data"} <= plain.keys()


def _is_portkey(data: dict[str, Any]) -> bool:
    return ("ai_org" in data or "ai_provider" in data) and ("ai_model" in data or "request" in data)


def _portkey(data: dict[str, Any], _: Memory) -> Found:
    bodies = Bodies(_body(first(data, "request", "request_body")), _body(first(data, "response", "response_body")))
    metadata = as_dict(decoded(data.get("metadata")))
    opening = _opening(
        to_micros(first(data, "time_of_generation", "created_at")),
        bodies,
        call_id=as_id(first(data, "id", "span_id")),
        request_id=as_id(data.get("id")),
        trace_id=as_id(data.get("trace_id")),
        span_id=as_id(data.get("span_id")),
        parent_id=as_id(data.get("parent_span_id")),
        provider_name=as_id(first(data, "ai_org", "ai_provider")),
        request_model=as_id(first(data, "ai_model", "request_model")),
        user_id=as_id(metadata.get("_user")),
        tenant_id=as_id(first(data, "workspace_slug", "organisation_id")),
        environment=as_id(metadata.get("_environment")),
    )
    outcome: Fields = {
        "input_tokens": as_int(first(data, "req_units", "prompt_tokens")),
        "output_tokens": as_int(first(data, "res_units", "completion_tokens")),
        "usage_key": as_id(data.get("id")),
        "duration_ms": as_float(data.get("response_time")),
        "cost_usd": as_float(data.get("cost")),
    }
    transcript = _found(opening, outcome, bodies, first(data, "response_status_code", "status_code"), bodies.state)
    for hook in as_dicts(data.get("hook_results")):
        if (passed := hook.get("verdict")) is not None:
            verdict = "allow" if passed is True else "deny" if hook.get("deny") is True else "warn"
            name = as_id(hook.get("id"))
            transcript.single(kind=Kind.GUARDRAIL, guardrail_name=name, guardrail_verdict=verdict)
    return Found(transcript.events, transcript.unknown)


def _body(value: Any) -> Any:
    plain = decoded(value)
    return plain["body"] if isinstance(plain, dict) and "body" in plain else plain


HELICONE = Format(
    "helicone",
    "Helicone exports",
    "request_id with request_created_at",
    _is_helicone,
    _helicone,
)
KONG = Format("kong", "Kong AI Gateway log entries", "ai with client_ip, started_at or latencies", _is_kong, _kong)
CLOUDFLARE = Format(
    "cloudflare-ai-gateway",
    "Cloudflare AI Gateway logs, from the API and from Logpush, and its Firewall for AI",
    "RequestBody with ResponseBody; tokens_in, tokens_out, cached and provider; FirewallForAIInjectionScore",
    _is_cloudflare,
    _cloudflare,
)
PORTKEY = Format(
    "portkey", "Portkey log exports", "ai_org or ai_provider, with ai_model or request", _is_portkey, _portkey
)
