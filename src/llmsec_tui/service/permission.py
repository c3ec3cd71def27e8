"""What it takes to have something done or answered, and under which name it goes on record."""

from dataclasses import dataclass
from typing import Any

from llmsec_tui.access import Actor, check
from llmsec_tui.errors import AccessRefused
from llmsec_tui.incidents.acts import ACTS
from llmsec_tui.service.asks import Ask
from llmsec_tui.service.incidents.api import ActOnIncident, BulkAct

ON_ALERTS = {"acknowledge": "alerts.acknowledge", "dismiss": "alerts.dismiss"}
"""What can be done to many alerts at once, and the capability that it takes; the command has the same name."""


@dataclass(frozen=True, slots=True)
class Lack:
    """That somebody may not do what they asked for."""

    action: str
    """What they tried, as the journal names it."""
    refused: AccessRefused


def lack(actor: Actor, ask: Ask[Any]) -> Lack | None:
    """What the actor lacks first of all that the ask takes; None when it may pass."""
    for action, capability in _needed(ask):
        try:
            check(actor, capability)
        except AccessRefused as refused:
            return Lack(action, refused)
    return None


def action(ask: Ask[Any]) -> str:
    """The name of an ask in the journal: of an act on an incident, the act's."""
    if isinstance(ask, ActOnIncident) and ask.act in ACTS:
        return f"incidents.{ask.act}"
    return str(ask.__struct_config__.tag)


def _needed(ask: Ask[Any]) -> list[tuple[str, str]]:
    """Actions with the capabilities that they take. An act that there is not takes none: it is refused as unknown."""
    match ask:
        case ActOnIncident() if ask.act in ACTS:
            return [(action(ask), ACTS[ask.act].capability)]
        case BulkAct(of="incidents") if ask.act in ACTS:
            return [(f"incidents.{ask.act}", ACTS[ask.act].capability), (action(ask), ask.capability)]
        case BulkAct(of="alerts") if ask.act in ON_ALERTS:
            return [(ON_ALERTS[ask.act], ON_ALERTS[ask.act]), (action(ask), ask.capability)]
    return [(action(ask), ask.capability)]
