"""What the journal keeps of an ask: by whom, about what, and how it ended; by reference, never text out of a log."""

from hashlib import sha256
from typing import Any

from llmsec_tui.access import Actor
from llmsec_tui.access.accounts import is_name
from llmsec_tui.audit.record import Act, Facts, Result
from llmsec_tui.incidents.acts import ACTS
from llmsec_tui.service.access.api import AddUser, ConfirmTotp, EnrolTotp, ReloadRoles, SetRole
from llmsec_tui.service.api import Ask, WatchPaths
from llmsec_tui.service.auditing.api import AnchorNow, ExportAudit, ProveRecord, RetireSegments, RotateKey
from llmsec_tui.service.auditing.key_api import InitKey, UnlockVault
from llmsec_tui.service.behaviour.api import PinBaseline
from llmsec_tui.service.canaries.api import AddCanary, ListCanaries
from llmsec_tui.service.content.api import RevealContent
from llmsec_tui.service.incidents.api import (
    ActOnIncident,
    AddMarker,
    BulkAct,
    ExportIncident,
    HandOver,
    OpenIncident,
    ReloadPolicy,
    TestChannel,
)
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.service.permission import action as action_of
from llmsec_tui.service.retention.api import (
    EraseContent,
    GetRetention,
    HoldContent,
    PreviewErasure,
    RunRetention,
    SetRetention,
)
from llmsec_tui.service.rules.api import ReloadRules
from llmsec_tui.service.silences.api import AddSilence

_OBJECTS: dict[type, str] = {
    ReloadRules: "rules",
    AddSilence: "silences",
    OpenIncident: "incidents",
    BulkAct: "incidents",
    HandOver: "incidents",
    ReloadPolicy: "desk:policy",
    AddMarker: "markers",
    ReloadRoles: "roles",
    InitKey: "journal:key",
    UnlockVault: "journal:key",
    RotateKey: "journal:key",
    RetireSegments: "journal",
    AnchorNow: "journal",
    ProveRecord: "journal",
    ExportAudit: "journal",
    AddCanary: "canaries",
    PinBaseline: "baselines",
    ListCanaries: "canaries",
    SetRetention: "content",
    RunRetention: "content",
    GetRetention: "content",
}
"""What asks are about that name no single thing."""
_KINDS = ("incident", "alert", "event", "rule", "silence", "approval", "hold", "canary")
_NAMES_ON_RECORD = 20
_REASON_CHARS = 4_000
_OURS = ("event", "incident")
"""Kinds of things whose ids are made here."""
_DIGITS = 16
_UNKNOWN_CHARS = 100


def act_of(
    actor: Actor, ask: Ask[Any], result: Result, outcome: Outcome | None = None, *, reason: str = "", action: str = ""
) -> Act:
    """The act as it goes on record; ``action`` where it is not simply what was asked for."""
    outcome = outcome or Outcome("")
    return Act(
        actor=actor,
        action=action or action_of(ask),
        object=outcome.object or about(ask, actor),
        result=result,
        before=outcome.before,
        after={**outcome.after, **_facts(ask)},
        reason=(reason or _note(ask))[:_REASON_CHARS],
        command_id=getattr(ask, "command_id", ""),
    )


def _note(ask: Ask[Any]) -> str:
    if isinstance(ask, AddMarker):
        return ask.text
    if isinstance(ask, RevealContent | EraseContent | HoldContent):
        return ask.reason
    return str(getattr(ask, "note", ""))


def about(ask: Ask[Any], actor: Actor) -> str:
    """What an ask is about, as the journal names it."""
    if (account := getattr(ask, "account", None)) is not None:
        # What is no name may be a password in the wrong field.
        return f"account:{account}" if is_name(account) else "account:unknown"
    if isinstance(ask, EnrolTotp | ConfirmTotp):
        return f"account:{actor.user}"
    if isinstance(ask, RevealContent):
        return f"{ask.of[:_UNKNOWN_CHARS]}:{ask.id[:_UNKNOWN_CHARS]}"
    if isinstance(ask, EraseContent | PreviewErasure | HoldContent):
        # A conversation or a user may be named by anything.
        known = ask.of in _OURS
        return f"{ask.of[:_UNKNOWN_CHARS]}:{ask.id[:_UNKNOWN_CHARS] if known else _digest(ask.id)[:_DIGITS]}"
    for kind in _KINDS:
        if (name := getattr(ask, f"{kind}_id", None)) is not None:
            return f"{kind}:{name}"
    if isinstance(ask, TestChannel):
        return f"channel:{ask.channel}"
    if isinstance(ask, BulkAct) and ask.of == "alerts":
        return "alerts"
    return _OBJECTS.get(type(ask), "collector")


def _facts(ask: Ask[Any]) -> Facts:
    match ask:
        case WatchPaths():
            return {
                "from_start": ask.from_start,
                "patterns": len(ask.paths),
                "first_patterns": "\n".join(ask.paths[:_NAMES_ON_RECORD]),
                "sha256": sha256("\n".join(ask.paths).encode("utf-8", "surrogateescape")).hexdigest(),
            }
        case OpenIncident():
            return _alerts(ask.alert_ids)
        case ActOnIncident():
            return {**_asked(ask), **_alerts(ask.alert_ids)}
        case BulkAct():
            names = [item.id for item in ask.items]
            return {"act": ask.act, "typed": ask.count, "items": len(names), **_first(names)}
        case HandOver():
            return {"to": ask.to}
        case ExportIncident():
            return {"formats": " ".join(ask.formats)}
        case RetireSegments():
            return {"before": ask.before}
        case ExportAudit():
            return {"filter_sha256": sha256(ask.filter.encode()).hexdigest()} if ask.filter else {}
        case AddCanary():
            return {"app": ask.app[:_UNKNOWN_CHARS], "prompt": ask.prompt[:_UNKNOWN_CHARS]}
        case AddMarker():
            return {"kind": ask.kind, "app": ask.app}
        case EraseContent() | HoldContent():
            return {"asked_sha256": _digest(ask.id)}
        case SetRetention():
            return {"asked_days": ask.days}
        case PinBaseline():
            return {"asked_since": ask.since, "asked_until": ask.until}
        case AddUser() | SetRole():
            return {"role": ask.role[:_UNKNOWN_CHARS]}
    return {}


def _digest(name: str) -> str:
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _asked(ask: ActOnIncident) -> Facts:
    facts: dict[str, str | int] = {"asked_version": ask.version} if ask.version else {}
    if ask.act not in ACTS:
        facts["act"] = ask.act[:_UNKNOWN_CHARS]
    return facts


def _alerts(alert_ids: list[str]) -> Facts:
    return {"alerts": len(alert_ids), **_first(alert_ids)} if alert_ids else {}


def _first(names: list[str]) -> dict[str, str]:
    return {"first": "\n".join(names[:_NAMES_ON_RECORD])}
