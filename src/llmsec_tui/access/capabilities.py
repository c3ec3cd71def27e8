"""What it takes to be answered: capabilities, the roles that hold them, and the one check."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from llmsec_tui.errors import AccessRefused


class Role(StrEnum):
    """The built-in roles."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    RESPONDER = "responder"
    AUDITOR = "auditor"
    ADMIN = "admin"


CAPABILITIES: Mapping[str, str] = {
    "status.read": "see whether the collector is well",
    "overview.read": "see counts and rates",
    "alerts.read": "see alerts with their excerpts",
    "events.read": "see events with their texts",
    "sources.read": "see the followed files and what could not be read",
    "rules.read": "see the rules, what they raised and which are off",
    "audit.read": "see the audit journal",
    "alerts.acknowledge": "take an alert",
    "alerts.dismiss": "put an alert away",
    "alerts.silence": "add or end a silence",
    "rules.switch": "turn a rule off or on",
    "rules.reload": "have the rule files read again",
    "incidents.read": "see incidents, their timelines and figures, and watch them",
    "incidents.open": "open an incident",
    "incidents.acknowledge": "take an incident, or take it over",
    "incidents.assign": "give an incident to somebody",
    "incidents.work": "work on an incident: states, tasks, notes, evidence, clocks",
    "incidents.close": "close an incident",
    "incidents.reopen": "reopen an incident",
    "incidents.merge": "merge and split incidents",
    "incidents.run": "run remedies: commands and webhooks that act outside",
    "incidents.export": "take an incident's file out",
    "incidents.bulk": "do one thing to many incidents or alerts at once",
    "desk.policy": "have the desk's policy read again, and try its channels",
    "markers.add": "note a deploy or another change outside",
    "sources.watch": "have more files followed",
    "collector.stop": "stop the collector",
}
"""Every capability there is, and what it lets one do."""

_VIEWER = frozenset(
    {"status.read", "overview.read", "alerts.read", "events.read", "sources.read", "rules.read", "incidents.read"}
)
_ANALYST = _VIEWER | {
    *("alerts.acknowledge", "alerts.dismiss", "alerts.silence", "rules.switch"),
    *("incidents.open", "incidents.acknowledge", "incidents.work", "incidents.close", "incidents.reopen"),
    *("incidents.merge", "incidents.export", "incidents.bulk", "markers.add"),
}

ROLES: Mapping[Role, frozenset[str]] = {
    Role.VIEWER: _VIEWER,
    Role.ANALYST: _ANALYST,
    Role.RESPONDER: _ANALYST | {"sources.watch", "incidents.assign", "incidents.run"},
    Role.AUDITOR: frozenset(
        {
            *("status.read", "overview.read", "alerts.read", "sources.read", "rules.read", "audit.read"),
            *("incidents.read", "incidents.export"),
        }
    ),
    Role.ADMIN: frozenset(CAPABILITIES),
}


class _Acting(Protocol):
    @property
    def user(self) -> str: ...
    @property
    def role(self) -> Role: ...


def check(actor: _Acting, capability: str) -> None:
    """Let the act pass, or raise AccessRefused; a capability that nobody declared is refused to everybody."""
    if capability in ROLES[actor.role]:
        return
    holders = [role.value for role in Role if capability in ROLES[role]]
    what = CAPABILITIES.get(capability, "unknown to this version")
    raise AccessRefused(
        f"{actor.user} is {actor.role.value} and lacks {capability} ({what}); nothing was done.",
        hint=f"Roles that have it: {', '.join(holders)}." if holders else "No role has it.",
    )
