"""One act on many incidents or alerts: what may be asked for, its parts, and what came of them."""

from collections.abc import Sequence

from llmsec_tui.access import Actor
from llmsec_tui.errors import AccessRefused, ServiceError
from llmsec_tui.incidents.acts import ACTS, Need
from llmsec_tui.incidents.policy import Policy
from llmsec_tui.service.api import AcknowledgeAlert, DismissAlert
from llmsec_tui.service.incidents.api import ActOnIncident, BulkAct, HandOver, Item
from llmsec_tui.service.incidents.rows import ItemResult
from llmsec_tui.service.permission import ON_ALERTS

Part = ActOnIncident | AcknowledgeAlert | DismissAlert

_GIVEN = {Need.NOTE, Need.OWNER, Need.DISPOSITION}
ON_INCIDENTS = frozenset(name for name, act in ACTS.items() if _GIVEN.issuperset(act.needs)) - {"export", "check_pins"}
"""What can be done to many incidents at once."""


def parts(command: BulkAct, actor: Actor, policy: Policy) -> list[Part]:
    """The act on each item, in order, with ids of their own that a repeat of the command gives again.

    Raises ServiceError when the act is none for many, when the typed count is not theirs, or for an item that is named
    twice; AccessRefused when there are more than the actor's role may change at once.
    """
    known = ON_INCIDENTS if command.of == "incidents" else ON_ALERTS if command.of == "alerts" else ()
    if command.act not in known:
        raise ServiceError(
            f"{command.act} cannot be done to many {command.of} at once; nothing was done.",
            hint=f"What can: {', '.join(sorted(known))}." if known else "Bulk acts are of incidents or of alerts.",
        )
    if not command.items:
        raise ServiceError("There is nothing to do it to.", hint="Mark something first, or widen the filter.")
    if command.count != len(command.items):
        raise ServiceError(
            f"These are {len(command.items)}, and {command.count} was typed; nothing was done.",
            hint="Look at them again, then type how many they are.",
        )
    _check_cap(len(command.items), actor, policy)
    if twice := _twice([item.id for item in command.items]):
        raise ServiceError(f"{twice} is named twice; nothing was done.", hint="Name each one once.")
    return [_part(command, item, number) for number, item in enumerate(command.items, 1)]


def handed_over(command: HandOver, items: Sequence[Item], actor: Actor) -> list[Part]:
    """The hand-over of each incident. Raises ServiceError when there is none or nobody to hand over to."""
    to = command.to.strip()
    if not to or to == actor.user:
        raise ServiceError("It takes somebody else to hand over to.", hint="Name the account of who takes over.")
    if not items:
        raise ServiceError(f"No open incident is {actor.user}'s; there is nothing to hand over.")
    return [
        ActOnIncident(
            command_id=_part_id(command.command_id, number),
            incident_id=item.id,
            act="hand_over",
            version=item.version,
            owner=to,
            note=command.note,
        )
        for number, item in enumerate(items, 1)
    ]


def told(results: Sequence[ItemResult], act: str) -> str:
    """What came of all of them, in a sentence."""
    done = sum(result.done for result in results)
    if done == len(results):
        return f"{act}: all {done} done."
    return f"{act}: {done} of {len(results)} done, {len(results) - done} refused."


def _check_cap(count: int, actor: Actor, policy: Policy) -> None:
    most = policy.bulk.get(actor.role, 0)
    if count > most:
        raise AccessRefused(
            f"These are {count}; {actor.role} may change at most {most} at once, and nothing was done.",
            hint="Do it in parts, or have the policy's bulk limits changed.",
        )


def _part(command: BulkAct, item: Item, number: int) -> Part:
    part_id = _part_id(command.command_id, number)
    if command.of == "alerts":
        kind = AcknowledgeAlert if command.act == "acknowledge" else DismissAlert
        return kind(command_id=part_id, alert_id=item.id, version=item.version, note=command.note)
    return ActOnIncident(
        command_id=part_id,
        incident_id=item.id,
        act=command.act,
        version=item.version,
        note=command.note,
        owner=command.owner,
        disposition=command.disposition,
        waive_open=command.waive_open,
    )


def _part_id(command_id: str, number: int) -> str:
    return f"{command_id}/{number}"


def _twice(names: Sequence[str]) -> str:
    """A name that is there more than once, however it is written; empty when there is none."""
    seen: set[str] = set()
    for name in names:
        plain = name.strip().lower().removeprefix("inc-")
        if plain in seen:
            return name
        seen.add(plain)
    return ""
