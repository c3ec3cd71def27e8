"""What LiteLLM's guardrails decided, and when in the course of a call they looked.

https://docs.litellm.ai/docs/proxy/logging_spec
"""

from typing import Any

from llmsec_tui.events.model import Kind
from llmsec_tui.formats.parts import Fields
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
    milliseconds,
)

_DENIED = ("guardrail_intervened", "blocked", "failure", "failed")
_ABSENT = "guardrail_failed_to_respond"


def guardrails_of(data: dict[str, Any], metadata: dict[str, Any]) -> list[Fields]:
    """One verdict for each guardrail and mode; a guardrail of which only the name is known has none."""
    held = decoded(data.get("guardrail_information") or metadata.get("guardrail_information"))
    judged = as_dicts([held] if isinstance(held, dict) else held)
    told = {as_id(guardrail.get("guardrail_name")) for guardrail in judged}
    applied = [as_id(name) for name in as_list(decoded(metadata.get("applied_guardrails")))]
    bare: list[Fields] = [
        {"kind": Kind.GUARDRAIL, "guardrail_name": name} for name in applied if name is not None and name not in told
    ]
    return [_guardrail(guardrail) for guardrail in judged] + bare


def _guardrail(guardrail: dict[str, Any]) -> Fields:
    status = as_str(guardrail.get("guardrail_status"))
    findings = [*_masked(guardrail), *_found(guardrail.get("guardrail_response"))]
    return {
        "kind": Kind.GUARDRAIL,
        "operation_name": _mode(guardrail.get("guardrail_mode")),
        "guardrail_name": as_id(guardrail.get("guardrail_name")),
        "guardrail_verdict": _verdict(status, masked=bool(as_dict(guardrail.get("masked_entity_count")))),
        "guardrail_action": status,
        "guardrail_findings": compact_json(findings) if findings else None,
        "duration_ms": milliseconds(guardrail.get("duration")),
    }


def _verdict(status: str | None, *, masked: bool) -> str | None:
    if status is None:
        return None
    if status in _DENIED:
        return "deny"
    if status == _ABSENT:
        return "warn"
    return "modify" if masked else "allow"


def _mode(mode: Any) -> str | None:
    """``pre_call``, ``during_call``, ``post_call`` …: one, several, or by tag."""
    if isinstance(mode, dict):
        mode = [mode.get("default"), *as_dict(mode.get("tags")).values()]
    if isinstance(mode, list):
        flat = [inner for one in mode for inner in (one if isinstance(one, list) else [one])]
        return ",".join(dict.fromkeys(name for one in flat if (name := as_id(one)) is not None)) or None
    return as_id(mode)


def _masked(guardrail: dict[str, Any]) -> list[dict[str, Any]]:
    counts = as_dict(guardrail.get("masked_entity_count"))
    return [
        {"category": entity, "action": "mask", "detected": True, "count": as_int(count)}
        for entity, count in counts.items()
    ]


def _found(answer: Any) -> list[dict[str, Any]]:
    """What a guardrail says that it saw: entities with a score, an object of its own, or a sentence."""
    plain = decoded(answer)
    if isinstance(plain, str):
        return [{"detail": as_str(plain)}] if plain else []
    found: list[dict[str, Any]] = []
    for one in as_dicts([plain] if isinstance(plain, dict) else plain):
        entity = as_id(one.get("entity_type"))
        score = as_float(one.get("score"))
        found.append({"category": entity, "score": score, "detected": True} if entity is not None else one)
    return [one for one in found if one]
