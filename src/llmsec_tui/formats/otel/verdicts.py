"""What guardrails and evaluations decided, as far as their results say it in a way that can be read."""

from typing import Any

from llmsec_tui.events.model import ContentState, Kind, Role, Trust
from llmsec_tui.formats.otel.told import Told
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import as_dicts, as_id, as_str, compact_json, decoded, first

_ALLOWED = ("pass", "passed", "allow", "allowed", "safe", "ok", "valid", "true", "none", "approved", "continue")
_DENIED = ("fail", "failed", "deny", "denied", "block", "blocked", "unsafe", "invalid", "false", "reject", "rejected")
_GOOD_IF_TRUE = ("validation_passed", "passed", "valid", "is_valid", "allowed", "is_safe", "safe")
_BAD_IF_TRUE = ("tripwire_triggered", "triggered", "flagged", "blocked", "denied", "intervened", "unsafe")
_NAMED = ("verdict", "decision", "outcome", "result", "action", "label", "status")


def verdict_of(result: Any) -> Fields:
    """Fields of a guardrail from its result, a word or an object; without a verdict where it cannot be told."""
    plain = decoded(result)
    if isinstance(plain, bool):
        return {"guardrail_verdict": "allow" if plain else "deny", "findings": []}
    if isinstance(plain, str):
        return {"guardrail_verdict": _word(plain), "findings": [plain] if _word(plain) is None and plain else []}
    if not isinstance(plain, dict):
        return {"findings": [] if plain is None else [plain]}
    return {"guardrail_verdict": _of_object(plain), "findings": [plain]}


def add_guardrail(transcript: Transcript, fields: Fields, **more: Any) -> None:
    """The event of a guardrail; what it found goes with it as JSON."""
    known = {name: value for name, value in fields.items() if name != "findings"}
    findings = fields.get("findings")
    packed = compact_json(findings) if findings else None
    transcript.single(**{"kind": Kind.GUARDRAIL, **more, **known, "guardrail_findings": packed})


def add_evaluations(transcript: Transcript, told: Told, **more: Any) -> None:
    """One event an evaluation; its explanation was written by a model or a person and is judged as a model's."""
    for one in told.evaluations or [{}]:
        text = as_str(first(one, "explanation", "reason", "reasoning"))
        verdict = {name: one[name] for name in ("name", "label", "score", "identifier") if one.get(name) is not None}
        packed = compact_json(verdict or one) if verdict or one else None
        said: Fields = {"role": Role.ASSISTANT, "trust": Trust.MODEL, "text": text} if text else {}
        state = ContentState.PRESENT if text else ContentState.NONE
        transcript.single(**{"kind": Kind.EVAL, **more, **said, "content_state": state, "attrs": packed})


def _word(text: str) -> str | None:
    word = text.strip().lower()
    return "allow" if word in _ALLOWED else "deny" if word in _DENIED else None


def _of_object(result: dict[str, Any]) -> str | None:
    for names, if_true, if_false in ((_GOOD_IF_TRUE, "allow", "deny"), (_BAD_IF_TRUE, "deny", "allow")):
        for name in names:
            if isinstance(result.get(name), bool):
                return if_true if result[name] else if_false
    for name in _NAMED:
        if (word := as_id(result.get(name))) is not None and (verdict := _word(word)) is not None:
            return verdict
    return next((verdict for inner in as_dicts(result.get("results")) if (verdict := _of_object(inner))), None)
