"""What it takes to have something done or answered, and under which name it goes on record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from llmsec_tui.access import Actor, check
from llmsec_tui.access.roles import listed
from llmsec_tui.errors import AccessRefused
from llmsec_tui.incidents.acts import ACTS
from llmsec_tui.service.access.api import (
    ConfirmTotp,
    DropTotp,
    EnrolTotp,
    ListApprovals,
    RefuseApproval,
    SetPassword,
)
from llmsec_tui.service.asks import Ask
from llmsec_tui.service.canaries.api import AddCanary, ListCanaries
from llmsec_tui.service.content.api import ALERT, EVENT, RevealContent
from llmsec_tui.service.incidents.api import ActOnIncident, BulkAct

ON_ALERTS = {"acknowledge": "alerts.acknowledge", "dismiss": "alerts.dismiss"}
"""What can be done to many alerts at once, and the capability that it takes; the command has the same name."""
REVEALED = {EVENT: "events.read", ALERT: "alerts.read"}
"""What can be revealed, and what it takes to see it at all."""


@dataclass(frozen=True, slots=True)
class Lack:
    """That somebody may not do what they asked for."""

    action: str
    """What they tried, as the journal names it."""
    refused: AccessRefused


def lack(actor: Actor, ask: Ask[Any], holders: Callable[[str], Sequence[str]]) -> Lack | None:
    """What the actor lacks first of all that the ask takes; None when it may pass.

    ``holders`` names the roles that have a capability, for the hint.
    """
    if not actor.role:
        what = f"{actor.user} has no role here; nothing was done."
        hint = "Who may manage users gives one: in roles.yml to a user or group of the system, or with users add."
        return Lack(action(ask), AccessRefused(what, hint=hint))
    for name, capability in needed(actor, ask):
        try:
            check(actor, capability)
        except AccessRefused as refused:
            return Lack(name, AccessRefused(refused.message, hint=listed(holders(capability))))
    return None


def action(ask: Ask[Any]) -> str:
    """The name of an ask in the journal: of an act on an incident, the act's."""
    if isinstance(ask, ActOnIncident) and ask.act in ACTS:
        return f"incidents.{ask.act}"
    return str(ask.__struct_config__.tag)


def needed(actor: Actor, ask: Ask[Any]) -> list[tuple[str, str]]:
    """Actions with the capabilities that they take. An act that there is not takes none: it is refused as unknown.

    Nobody needs a capability for what is about their own login, nor to take back what they asked for; whether it is
    that is checked where it is done.
    """
    match ask:
        case SetPassword() | DropTotp() if actor.session and ask.account == actor.user:
            return []
        case EnrolTotp() | ConfirmTotp() | ListApprovals() | RefuseApproval():
            return []
        case RevealContent() if ask.of in REVEALED:
            return [(action(ask), ask.capability), (action(ask), REVEALED[ask.of])]
        case ListCanaries() if ask.whole:
            return [(action(ask), AddCanary.capability), (action(ask), ask.capability)]
        case ActOnIncident() if ask.act in ACTS:
            return [(action(ask), ACTS[ask.act].capability)]
        case BulkAct(of="incidents") if ask.act in ACTS:
            return [(f"incidents.{ask.act}", ACTS[ask.act].capability), (action(ask), ask.capability)]
        case BulkAct(of="alerts") if ask.act in ON_ALERTS:
            return [(ON_ALERTS[ask.act], ON_ALERTS[ask.act]), (action(ask), ask.capability)]
    return [(action(ask), ask.capability)]
