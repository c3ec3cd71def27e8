"""What it takes to be answered: every capability there is, and the one check."""

from collections.abc import Mapping, Set
from typing import Protocol

from llmsec_tui.errors import AccessRefused

CAPABILITIES: Mapping[str, str] = {
    "status.read": "see whether the collector is well",
    "overview.read": "see counts and rates",
    "alerts.read": "see alerts with their excerpts",
    "events.read": "see events with their texts",
    "sources.read": "see the followed files and what could not be read",
    "rules.read": "see the rules, what they raised and which are off",
    "content.search": "search in what people and models wrote",
    "content.reveal": "have one thing shown unmasked for a while, with a reason",
    "content.erase": "erase what was written, for good",
    "content.hold": "keep content from being erased or expiring",
    "alerts.acknowledge": "take an alert",
    "alerts.dismiss": "put an alert away",
    "alerts.silence": "add or end a silence",
    "rules.switch": "turn a rule off or on",
    "rules.reload": "have the rule files read again",
    "canaries.manage": "plant and retire canaries in prompts, and see their tokens",
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
    "retention.set": "say how long content is kept",
    "retention.run": "have content expire now",
    "compliance.read": "make the report of what was watched, found and done",
    "behaviour.read": "see how models behave, drift and costs",
    "baselines.pin": "freeze what is usual",
    "audit.read": "see the audit journal",
    "audit.verify": "have the audit journal checked",
    "audit.export": "take records and proofs out",
    "audit.anchor": "put the journal's head on record elsewhere now",
    "audit.retire": "remove the oldest records, on record",
    "keys.manage": "unlock and rotate the key that signs the journal",
    "users.read": "see users and roles",
    "users.manage": "add, change, disable and unlock users",
    "roles.reload": "have the file of roles read again",
    "approvals.read": "see what waits for a second person",
    "approvals.give": "approve or refuse what another person asked for",
    "collector.stop": "stop the collector",
}
"""Every capability there is, and what it lets one do."""


class _Acting(Protocol):
    @property
    def user(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def capabilities(self) -> Set[str]: ...


def check(actor: _Acting, capability: str) -> None:
    """Let the act pass, or raise AccessRefused; a capability that nobody declared is refused to everybody."""
    if capability in actor.capabilities and capability in CAPABILITIES:
        return
    what = CAPABILITIES.get(capability, "unknown to this version")
    role = f"is {actor.role}" if actor.role else "has no role here"
    raise AccessRefused(f"{actor.user} {role} and lacks {capability} ({what}); nothing was done.")
