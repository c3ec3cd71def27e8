"""Facts of an ordinary day, to be changed by tests."""

from dataclasses import replace
from typing import Any

from llmsec_tui.compliance.facts import (
    ActFacts,
    Facts,
    IncidentFacts,
    JournalFacts,
    RuleFacts,
    SilenceFacts,
    SourceFacts,
    Span,
)

HOUR = 3_600_000_000
START = 1_795_000_000_000_000
DAY = Span(start=START, end=START + 24 * HOUR)

JOURNAL = JournalFacts(
    verdict="verified to record 40",
    ok=True,
    records=40,
    verified_seq=40,
    sealed_seq=40,
    anchored_seq=38,
    anchored_at=DAY.end - HOUR,
    head="ab" * 32,
    log_id="0f" * 16,
)
INJECTION = RuleFacts(
    rule_id="r-1",
    title="Instruction override",
    tags=("owasp.llm01", "asi.asi01", "atlas.aml-t0051-000"),
    off=False,
    alerts=3,
    last_at=START + HOUR,
    fires=True,
)
SECRETS = replace(
    INJECTION, rule_id="r-2", title="Key in an answer", tags=("owasp.llm02", "atlas.aml-t0057"), alerts=0, last_at=None
)
INCIDENT = IncidentFacts(
    incident_id="INC-1",
    title="Injection by user-1",
    level="high",
    state="closed",
    opened_at=START + HOUR,
    acknowledged_at=START + 2 * HOUR,
    closed_at=START + 5 * HOUR,
    disposition="true_positive",
    owner="ann",
    missed=False,
    noted=True,
)
SILENCE = SilenceFacts(
    silence_id="s-1", author="ann", reason="load test", held=Span(start=START, end=START + HOUR), hidden=12
)


def facts(**changes: Any) -> Facts:
    """A day that was watched from end to end, with one incident that was dealt with."""
    ordinary = Facts(
        period=DAY,
        made_at=DAY.end + HOUR,
        made_by="carl",
        version="1.0",
        rules_version="abc123",
        watched=(DAY,),
        sources=(
            SourceFacts(path="/var/log/app.jsonl", format="openai", events=100, contents={"present": 90, "off": 10}),
        ),
        oldest_event_at=START,
        unknown={},
        dead_letters={},
        notices={},
        alerts={"high": 3},
        hidden={},
        rules=(INJECTION, SECRETS),
        silences=(),
        incidents=(INCIDENT,),
        acts=(ActFacts(action="incidents.acknowledge", result="done", n=1, people=("ann",)),),
        journal=JOURNAL,
        roles={"analyst": 2},
    )
    return replace(ordinary, **changes)
