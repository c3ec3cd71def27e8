"""Queries: each takes the store's rows, adds what only a running collector knows, and gives the reply."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from llmsec_tui import __version__
from llmsec_tui.access import Actor
from llmsec_tui.incidents import risk as risks
from llmsec_tui.service import api, marker_handlers
from llmsec_tui.service.access import handlers as access_handlers
from llmsec_tui.service.api import PAGE_LIMIT, AnyAsk
from llmsec_tui.service.auditing import handlers as audit_handlers
from llmsec_tui.service.auditing import key_commands
from llmsec_tui.service.behaviour import detail as behaviour_detail
from llmsec_tui.service.behaviour import handlers as behaviour_handlers
from llmsec_tui.service.behaviour import models as behaviour_models
from llmsec_tui.service.behaviour import usage as behaviour_usage
from llmsec_tui.service.campaigns import handlers as campaign_handlers
from llmsec_tui.service.canaries import handlers as canary_handlers
from llmsec_tui.service.compliance import handlers as compliance_handlers
from llmsec_tui.service.content import raw
from llmsec_tui.service.context import Context
from llmsec_tui.service.detection import handlers as detection_handlers
from llmsec_tui.service.incidents import export as incident_export
from llmsec_tui.service.incidents import handlers as incident_handlers
from llmsec_tui.service.incidents import metrics as incident_metrics
from llmsec_tui.service.incidents import timeline as incident_timeline
from llmsec_tui.service.outward import notification_handlers, remedy_handlers
from llmsec_tui.service.retention import handlers as retention_handlers
from llmsec_tui.service.rules import explaining
from llmsec_tui.service.rules import handlers as rule_handlers
from llmsec_tui.service.rules.change import whole
from llmsec_tui.service.silences import handlers as silence_handlers
from llmsec_tui.service.sources import source_rows
from llmsec_tui.service.wire import portable
from llmsec_tui.store.queries import Reader

T = TypeVar("T")

_MOST_TEXT_IN_LISTS = 16_384
_MOST_TEXT = 1_048_576
_MOST_BUCKETS = 1_440


def answer(context: Context, reader: Reader, ask: AnyAsk, actor: Actor) -> Struct:
    """The reply to a query; that of an export are its files."""
    if is_personal(ask):
        return _PERSONAL[type(ask)](context, reader, ask, actor)
    return _HANDLERS[type(ask)](context, reader, ask)


def is_personal(ask: AnyAsk) -> bool:
    """Whether the reply depends on who asks, and is not to be shared with others of the same role."""
    return type(ask) in _PERSONAL


def _status(context: Context, reader: Reader, _: api.GetStatus) -> api.Status:
    alerts_seq, events_seq = reader.maxima()
    holding = [one for one in reader.silences() if one.holds(_now())]
    anchoring = context.auditing.anchoring
    vouching = anchoring.last()
    return api.Status(
        pid=context.pid,
        version=__version__,
        store=portable(str(context.store.path)),
        started_at=context.started_at,
        now=_now(),
        user="",
        role="",
        capabilities=[],
        rules=len(whole(context.rules.loaded)),
        rules_version=context.rules.loaded.version,
        watching=[portable(pattern) for pattern in context.watching],
        alerts_seq=alerts_seq,
        events_seq=events_seq,
        audit_seq=context.journal.last_seq,
        problem=context.problem,
        rules_off=len(context.rules.off_now),
        silences=len(holding),
        silenced=sum(one.hidden for one in holding),
        sealed_seq=context.journal.sealed_seq,
        signing=context.journal.signing,
        anchor_seq=vouching.seq if vouching else 0,
        anchor_at=vouching.at if vouching else 0,
        anchor=vouching.anchor.name if vouching else anchoring.problem or "Nobody: audit.yml names no anchor.",
    )


def _overview(context: Context, reader: Reader, ask: api.GetOverview) -> api.Overview:
    with reader.one_state():
        row = reader.overview(_within(ask.buckets, _MOST_BUCKETS), max(ask.bucket_s, 1), _now())
        sources = reader.sources()
    return _made({**row, "sources": source_rows(context, sources, reader.sight)}, api.Overview)


def _alerts(_: Context, reader: Reader, ask: api.ListAlerts) -> api.AlertPage:
    limit = _within(ask.limit, PAGE_LIMIT)
    with reader.one_state():
        rows, total = reader.alerts(ask.filter, ask.before, ask.after, limit, grouped=ask.grouped)
        suppressed = reader.suppressed(ask.filter)
    return _made({"rows": rows, "total": total, "suppressed": suppressed}, api.AlertPage)


def _alert(context: Context, reader: Reader, ask: api.GetAlert) -> api.AlertDetail:
    row = reader.alert(ask.alert_id)
    silence = row.pop("silence")
    if silence is not None:
        row["silence"] = silence_handlers.silence_row(context.rules, silence, _now())
    risk = _risk(context, reader, row["row"]["alert_id"])
    return _made({**row, **_of_rule(context, row["row"]["rule_id"]), "risk": risk}, api.AlertDetail)


def _risk(context: Context, reader: Reader, alert_id: str) -> dict[str, Any] | None:
    """Fields of a ``RiskRow``: of whoever the alert is about, by what holds for the desk now."""
    found = reader.risk_behind(alert_id)
    if found is None:
        return None
    (alert, standing), opening = found, context.policy.policy.opening
    return {
        "whose": "user" if alert.user_id else "conversation",
        "amount": risks.later(standing, max(_now(), standing.at), opening.half_life),
        "added": 0.0 if alert.environment in opening.except_environments else risks.of_alert(alert, opening).amount,
        "opens_at": opening.risk,
        "half_life": opening.half_life,
        "at": standing.at,
    }


def _of_rule(context: Context, rule_id: str) -> dict[str, Any]:
    """What the rule says about its alerts; the rule may be gone since."""
    rule = context.rules.loaded.by_id.get(rule_id)
    if rule is None:
        return {"description": "", "false_positives": [], "references": [], "playbook": [], "rule_path": ""}
    return {
        "description": rule.description,
        "false_positives": list(rule.false_positives),
        "references": list(rule.references),
        "playbook": list(rule.playbook),
        "rule_path": str(rule.path),
    }


def _took_part(_: Context, reader: Reader, ask: api.ListTookPart) -> api.EventPage:
    rows = reader.took_part(ask.alert_id, _within(ask.text_chars, _MOST_TEXT_IN_LISTS))
    return _made({"rows": rows, "total": len(rows)}, api.EventPage)


def _events(_: Context, reader: Reader, ask: api.ListEvents) -> api.EventPage:
    limit, chars = _within(ask.limit, PAGE_LIMIT), _within(ask.text_chars, _MOST_TEXT_IN_LISTS)
    rows, total = reader.events(ask.filter, ask.before, ask.after, limit, chars)
    return _made({"rows": rows, "total": total}, api.EventPage)


def _event(_: Context, reader: Reader, ask: api.GetEvent) -> api.EventDetail:
    return _made(reader.event(ask.event_id, _within(ask.text_chars, _MOST_TEXT)), api.EventDetail)


def _conversation(_: Context, reader: Reader, ask: api.GetConversation) -> api.EventPage:
    before, after = min(max(ask.before, 0), PAGE_LIMIT // 2), min(max(ask.after, 0), PAGE_LIMIT // 2 - 1)
    rows, total = reader.conversation(ask.event_id, before, after, _within(ask.text_chars, _MOST_TEXT_IN_LISTS))
    return _made({"rows": rows, "total": total}, api.EventPage)


def _sources(context: Context, reader: Reader, _: api.ListSources) -> api.SourceList:
    return api.SourceList(rows=source_rows(context, reader.sources(), reader.sight))


def _dead_letters(_: Context, reader: Reader, ask: api.ListDeadLetters) -> api.DeadLetterPage:
    rows, total = reader.dead_letters(ask.before, _within(ask.limit, PAGE_LIMIT))
    return _made({"rows": rows, "total": total}, api.DeadLetterPage)


def _audit(context: Context, reader: Reader, ask: api.ListAudit) -> api.AuditPage:
    limit = _within(ask.limit, PAGE_LIMIT)
    return audit_handlers.audit_page(context, reader, ask.filter, ask.before, ask.after, limit)


_HANDLERS: dict[type, Callable[[Context, Reader, Any], Struct]] = {
    api.GetStatus: _status,
    api.GetOverview: _overview,
    api.ListAlerts: _alerts,
    api.GetAlert: _alert,
    api.ListTookPart: _took_part,
    api.ListEvents: _events,
    api.GetEvent: _event,
    api.GetConversation: _conversation,
    api.ListSources: _sources,
    api.ListDeadLetters: _dead_letters,
    api.ListAudit: _audit,
    **rule_handlers.HANDLERS,
    **explaining.HANDLERS,
    **detection_handlers.HANDLERS,
    **silence_handlers.HANDLERS,
    **campaign_handlers.HANDLERS,
    **incident_handlers.HANDLERS,
    **incident_metrics.HANDLERS,
    **remedy_handlers.HANDLERS,
    **notification_handlers.HANDLERS,
    **marker_handlers.HANDLERS,
    **key_commands.HANDLERS,
    **audit_handlers.HANDLERS,
    **retention_handlers.HANDLERS,
    **canary_handlers.HANDLERS,
    **access_handlers.HANDLERS,
    **behaviour_handlers.HANDLERS,
    **behaviour_models.HANDLERS,
    **behaviour_usage.HANDLERS,
}


_PERSONAL: dict[type, Callable[[Context, Reader, Any, Actor], Struct]] = {
    **compliance_handlers.PERSONAL,
    **incident_metrics.PERSONAL,
    **raw.PERSONAL,
    **incident_timeline.PERSONAL,
    **incident_export.PERSONAL,
    **access_handlers.PERSONAL,
    **behaviour_detail.PERSONAL,
}
"""Those whose answer depends on who asks."""


def _made(fields: dict[str, Any], into: type[T]) -> T:
    return msgspec.convert(fields, into)


def _within(wanted: int, most: int) -> int:
    return min(max(wanted, 1), most)


def _now() -> int:
    return time.time_ns() // 1000
