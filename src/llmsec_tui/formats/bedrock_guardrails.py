"""What Bedrock's guardrails found, from the traces in an answer or in one of the pieces of its stream.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GuardrailAssessment.html
"""

from collections.abc import Iterable, Iterator
from typing import Any

from llmsec_tui.events.model import Kind
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.values import as_dict, as_dicts, as_id, compact_json

_FINDINGS = (
    ("contentPolicy", "filters", "content"),
    ("topicPolicy", "topics", "topic"),
    ("wordPolicy", "customWords", "word"),
    ("wordPolicy", "managedWordLists", "word"),
    ("sensitiveInformationPolicy", "piiEntities", "pii"),
    ("sensitiveInformationPolicy", "regexes", "regex"),
    ("contextualGroundingPolicy", "filters", "grounding"),
)
_STOPPED = ("BLOCKED", "ANONYMIZED", "INTERVENED")


def assessments(bodies: Iterable[dict[str, Any]]) -> Iterator[Fields]:
    """A verdict a guardrail and side; one for a guardrail that stepped in and left no trace."""
    stepped_in = traced = False
    seen: set[str] = set()
    for body in bodies:
        stepped_in = stepped_in or body.get("amazon-bedrock-guardrailAction") == "INTERVENED"
        for where in (body.get("trace"), body.get("amazon-bedrock-trace"), as_dict(body.get("metadata")).get("trace")):
            for side, name, assessment in _traced(as_dict(as_dict(where).get("guardrail"))):
                verdict = _verdict(side, name, assessment)
                key = compact_json(verdict)
                if key not in seen:
                    seen.add(key)
                    traced = True
                    yield {"kind": Kind.GUARDRAIL, **verdict}
    if stepped_in and not traced:
        yield {"kind": Kind.GUARDRAIL, "guardrail_verdict": "deny", "guardrail_action": "INTERVENED"}


def _traced(guardrail: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for side, key in (("input", "inputAssessment"), ("input", "input")):
        for name, assessment in as_dict(guardrail.get(key)).items():
            yield side, name, as_dict(assessment)
    for key in ("outputAssessments", "outputs"):
        held = guardrail.get(key)
        for group in as_dicts(held) if isinstance(held, list) else [as_dict(held)]:
            for name, assessed in group.items():
                for assessment in as_dicts(assessed) if isinstance(assessed, list) else [as_dict(assessed)]:
                    yield "output", name, assessment


def _verdict(side: str, name: str, assessment: dict[str, Any]) -> Fields:
    findings = list(_findings(assessment))
    stopped = [finding for finding in findings if finding["action"] in _STOPPED]
    verdict = "allow"
    if findings:
        verdict = "warn"
    if stopped:
        verdict = "modify" if all(finding["action"] == "ANONYMIZED" for finding in stopped) else "deny"
    return {
        "guardrail_name": as_id(name),
        "guardrail_verdict": verdict,
        "guardrail_action": stopped[0]["action"] if stopped else "NONE",
        "guardrail_findings": compact_json(findings) if findings else None,
        "operation_name": f"guardrail/{side}",
    }


def _findings(assessment: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Without what was matched: the trace quotes personal data in clear."""
    for policy, key, category in _FINDINGS:
        for found in as_dicts(as_dict(assessment.get(policy)).get(key)):
            kind = as_id(found.get("type")) or as_id(found.get("name"))
            yield {
                "category": f"{category}/{kind}" if kind else category,
                "severity": as_id(found.get("confidence")),
                "score": found.get("score") if isinstance(found.get("score"), int | float) else None,
                "action": as_id(found.get("action")) or "NONE",
                "detected": found.get("detected") is not False,
            }
