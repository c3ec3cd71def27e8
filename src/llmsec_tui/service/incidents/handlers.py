"""Queries about incidents: the queue, and one with all that is needed to work on it."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from llmsec_tui.incidents.incident import Incident, Pin, Task
from llmsec_tui.incidents.policy import Policy
from llmsec_tui.service.asks import PAGE_LIMIT
from llmsec_tui.service.context import Context
from llmsec_tui.service.incidents.api import GetIncident, ListIncidents
from llmsec_tui.service.incidents.lines import began, clock_rows, incident_row
from llmsec_tui.service.incidents.rows import (
    ConversationCount,
    IncidentDetail,
    IncidentPage,
    PinRow,
    RelatedRow,
    RuleCount,
    TaskRow,
)
from llmsec_tui.service.outward.remedy_handlers import run_row
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.store.queries import Reader

_MOST_CONVERSATIONS = 50
_MOST_RELATED = 20


def list_incidents(context: Context, reader: Reader, ask: ListIncidents) -> IncidentPage:
    """A page of the queue."""
    now = _now()
    limit = min(max(ask.limit, 1), PAGE_LIMIT)
    found, seqs, total = reader.incidents(ask.filter, ask.order, ask.before, ask.after, limit, now=now)
    policy, viewers = context.policy.policy, context.presence.viewers(now)
    rows = [incident_row(one, seq, policy, now, viewers) for one, seq in zip(found, seqs, strict=True)]
    return IncidentPage(rows=rows, total=total)


def get_incident(context: Context, reader: Reader, ask: GetIncident) -> IncidentDetail:
    """One incident by any of its names. Raises NotFound."""
    with reader.one_state():
        return _detail(context, reader, ask)


def _detail(context: Context, reader: Reader, ask: GetIncident) -> IncidentDetail:
    now = _now()
    incident = reader.incident(ask.incident_id)
    policy, viewers = context.policy.policy, context.presence.viewers(now)
    first = max(incident.rules, key=lambda rule_id: incident.rules[rule_id], default="")
    rule = context.rules.loaded.by_id.get(first)
    return IncidentDetail(
        row=incident_row(incident, incident.number, policy, now, viewers),
        now=now,
        clocks=clock_rows(incident, policy, now),
        tasks=[_task(task, context.rules) for task in incident.tasks],
        pins=[_pin(pin) for pin in incident.pins],
        runs=[run_row(run, policy) for run in incident.runs],
        rules=_rules(incident, context.rules),
        conversations=msgspec.convert(
            reader.incident_conversations(incident.incident_id, _MOST_CONVERSATIONS), list[ConversationCount]
        ),
        related=_related(reader, incident, policy, now, viewers),
        playbook=[] if rule is None else list(rule.playbook),
        description="" if rule is None else rule.description,
        first_event_at=incident.first_event_at,
        first_alert_at=incident.first_alert_at,
        acknowledged_at=incident.acknowledged_at,
        contained_at=incident.contained_at,
        resolved_at=incident.resolved_at,
        closed_at=incident.closed_at,
        pending_us=incident.pending_us,
        closing_note=incident.closing_note,
        duplicate_of=incident.duplicate_of,
        follows=incident.follows,
        absorbed=list(incident.absorbed),
        content_share=reader.content_share(began(incident)),
    )


def _related(
    reader: Reader, incident: Incident, policy: Policy, now: int, viewers: Mapping[str, list[str]]
) -> list[RelatedRow]:
    return [
        RelatedRow(
            row=incident_row(one.incident, one.incident.number, policy, now, viewers),
            relation=one.relation,
            shared=one.shared,
        )
        for one in reader.related(incident, _MOST_RELATED)
    ]


def _task(task: Task, rules: Rulebook) -> TaskRow:
    return TaskRow(
        task=task.task,
        text=task.text,
        rule_id=task.rule_id,
        rule_title=_title(rules, task.rule_id),
        remedy=task.remedy,
        state=task.state.value,
        by=task.by,
        at=task.at,
        note=task.note,
    )


def _pin(pin: Pin) -> PinRow:
    return PinRow(
        pin=pin.pin,
        event_id=pin.event_id,
        source_path=pin.source_path,
        source_offset=pin.source_offset,
        source_len=pin.source_len,
        sha256=pin.sha256,
        note=pin.note,
        by=pin.by,
        at=pin.at,
        checked_at=pin.checked_at,
        result=pin.result,
    )


def _rules(incident: Incident, rules: Rulebook) -> list[RuleCount]:
    """Those with most alerts first."""
    ordered = sorted(incident.rules.items(), key=lambda item: (-item[1], item[0]))
    return [RuleCount(rule_id=rule_id, title=_title(rules, rule_id), n=n) for rule_id, n in ordered]


def _title(rules: Rulebook, rule_id: str) -> str:
    """Empty for a rule that is gone."""
    rule = rules.loaded.by_id.get(rule_id)
    return "" if rule is None else rule.title


def _now() -> int:
    return time.time_ns() // 1000


HANDLERS: dict[type, Callable[[Context, Reader, Any], Struct]] = {
    ListIncidents: list_incidents,
    GetIncident: get_incident,
}
