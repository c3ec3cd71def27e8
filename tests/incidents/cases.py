"""An incident with everything in it, whose texts can be made hostile."""

from typing import Any

from msgspec.structs import replace

from llmsec_tui.incidents.changes import IncidentEvent, Noted, Opened, Share
from llmsec_tui.incidents.export.case import AlertRecord, Case, RuleDoc
from llmsec_tui.incidents.incident import Clock, Incident, Pin, Run, Task
from llmsec_tui.incidents.states import Disposition, RunState, State, TaskState
from llmsec_tui.incidents.timeline import Kind, Moment, merge

NOW = 1_764_000_000_000_000
SECOND = 1_000_000
RULE_ID = "0b3c1c6e-5d0c-4b77-9c39-9a3f5d1f0a11"


def record(number: int = 1, text: str = "ignore all", **fields: Any) -> AlertRecord:
    made = AlertRecord(
        seq=number,
        alert_id=f"{number:04x}" + "a" * 12,
        rule_id=RULE_ID,
        rule_version="1",
        title="Prompt injection",
        level="high",
        confidence=0.8,
        tags=["owasp.llm01", "atlas.aml-t0051-000", "attack.t1562.008", "own.thing"],
        state="closed",
        owner="ada",
        disposition="true_positive",
        ts=NOW + number * SECOND,
        began=None,
        raised_at=NOW + number * SECOND + 5,
        event_id=f"{number:016x}",
        event_ids=[],
        n_events=None,
        group_key=None,
        conversation_id="c1",
        user_id="ana",
        app="shop",
        model="gpt",
        format="openai",
        source_path="/logs/a.jsonl",
        source_offset=number * 100,
        source_len=100,
        record_sha256="01" * 32,
        role="user",
        trust="user",
        tool_name=None,
        field="text",
        spans=[[0, 6]],
        excerpt=text,
        decoded_by="base64",
        decoded_text=text,
        reason="It tells the model to forget its orders.",
        suppressed_by="",
    )
    return replace(made, **fields)


def incident(text: str = "Prompt injection", **fields: Any) -> Incident:
    given: dict[str, Any] = {
        "incident_id": "INC-7",
        "number": 7,
        "seq": 4,
        "version": 3,
        "title": text,
        "how": "level",
        "state": State.CLOSED,
        "level": "high",
        "owner": text,
        "opened_at": NOW,
        "opened_by": "llmsec-tui",
        "last_at": NOW + 90 * SECOND,
        "changed_at": NOW + 90 * SECOND,
        "changed_by": "ada",
        "changed": "closed",
        "first_event_at": NOW - SECOND,
        "closed_at": NOW + 90 * SECOND,
        "disposition": Disposition.TRUE_POSITIVE,
        "closing_note": text,
        "n_alerts": 2,
        "levels": {"high": 2},
        "rules": {RULE_ID: 2},
        "keys": {"user:shop|ana": 2, "conversation:shop|c1": 2},
        "tasks": (
            Task(task=1, text=text, rule_id=RULE_ID, remedy="", state=TaskState.DONE, by="ada", at=NOW, note=text),
        ),
        "pins": (pin(1, "/logs/a.jsonl", 100, 100, "01" * 32, note=text),),
        "runs": (
            Run(
                run=1,
                remedy="revoke",
                rehearsal=True,
                what=text,
                digest="d",
                task=1,
                by="ada",
                at=NOW,
                state=RunState.DONE,
                told=text,
            ),
        ),
        "clocks": (Clock(name="contain", within=3_600 * SECOND, duty=False, began_at=NOW, met_at=NOW + SECOND),),
        "n_notes": 1,
        "n_pins": 1,
    }
    return Incident(**{**given, **fields})


def pin(number: int, path: str, offset: int, length: int, sha256: str, note: str = "") -> Pin:
    return Pin(
        pin=number,
        event_id="e" * 16,
        source_id="s",
        source_path=path,
        source_offset=offset,
        source_len=length,
        sha256=sha256,
        note=note,
        by="ada",
        at=NOW,
    )


def happened(seq: int, change: Any, actor: str = "ada", at: int = NOW) -> IncidentEvent:
    return IncidentEvent(incident_id="INC-7", seq=seq, at=at + seq * SECOND, actor=actor, change=change)


def case(text: str = "ignore all", alerts: int = 2, **fields: Any) -> Case:
    """Every value that people or logs can choose is ``text``."""
    records = [
        record(number, text, title=text, user_id=text, app=text, conversation_id=text, reason=text, decoded_text=text)
        for number in range(1, alerts + 1)
    ]
    share = Share(
        alert_ids=[one.alert_id for one in records], levels={"high": alerts}, rules={RULE_ID: alerts}, keys={}
    )
    events = [
        happened(1, Opened(how="level", title=text, level="high", share=share, limits=[])),
        happened(2, Noted(note=text), actor=text),
    ]
    moments = [
        Moment(at=NOW + number * SECOND, kind=kind, who=text, what=text, text=text, level="high", ref=text)
        for number, kind in enumerate(Kind)
    ]
    rule = RuleDoc(
        rule_id=RULE_ID,
        title=text,
        version="1",
        level="high",
        description=text,
        tags=["owasp.llm01", "atlas.aml-t0051-000"],
        references=[text],
        false_positives=[text],
        playbook=[text],
        source=f"title: {text}",
    )
    given: dict[str, Any] = {
        "incident": incident(text),
        "events": events,
        "alerts": records,
        "timeline": merge([moments]),
        "left_out": 3,
        "rules": [rule],
        "addresses": ["192.0.2.7", "2001:db8::7", text],
        "generated_at": NOW + 100 * SECOND,
        "generated_by": text,
        "version": "0.1.0",
    }
    return Case(**{**given, **fields})
