"""What an ask takes beside the capability: the password again, and for some a second person."""

import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from llmsec_tui.access import Actor
from llmsec_tui.access.approvals import Approval
from llmsec_tui.errors import LoginNeeded, NotFound, StepUpNeeded
from llmsec_tui.service.access.approving import used
from llmsec_tui.service.api import Ask
from llmsec_tui.service.context import Context
from llmsec_tui.service.in_turn import InTurn
from llmsec_tui.service.incidents.api import ActOnIncident, BulkAct
from llmsec_tui.service.permission import needed
from llmsec_tui.store.queries import Reader

Look = Callable[[Callable[[Reader], list[str]]], Awaitable[list[str]]]
"""Looks something up in the store."""


class Gate:
    """For use in one event loop."""

    def __init__(self, context: Context, in_turn: InTurn, look: Look) -> None:
        self._context = context
        self._in_turn = in_turn
        self._look = look

    async def passed(self, actor: Actor, ask: Ask[Any]) -> Approval | None:
        """The approval that was used up by passing; None where none is needed.

        Raises StepUpNeeded, LoginNeeded (for an act that takes the password again, from somebody without one) and
        ApprovalNeeded.
        """
        takes = {capability for _, capability in needed(actor, ask)}
        self._prove(actor, takes)
        if await self._needs_second(ask, takes):
            return await self._in_turn(lambda: used(self._context, actor, ask))
        return None

    def _prove(self, actor: Actor, takes: Collection[str]) -> None:
        room = self._context.access
        again = room.roles.now.step_up.intersection(takes)
        if not again or not room.has_accounts:
            return
        session = room.book.sessions.get(actor.session)
        if session is None:
            raise LoginNeeded(
                f"{min(again)} is for people who have logged in; nothing was done.",
                hint="Log in: llmsec-tui login NAME",
            )
        if not session.proved(time.time_ns() // 1000, room.roles.now.session):
            raise StepUpNeeded(f"{min(again)} takes the password again; nothing was done.")

    async def _needs_second(self, ask: Ask[Any], takes: Collection[str]) -> bool:
        rules = self._context.access.roles.now.four_eyes
        if not rules.isdisjoint(takes):
            return True
        if not any(rule.partition(":")[0] in takes for rule in rules):
            return False
        levels = await self._levels(ask)
        return any(f"{capability}:{level}" in rules for capability in takes for level in levels)

    async def _levels(self, ask: Ask[Any]) -> list[str]:
        """The levels of the incidents that an ask is about."""
        names = [item.id for item in ask.items] if isinstance(ask, BulkAct) and ask.of == "incidents" else []
        if (name := getattr(ask, "incident_id", None)) is not None:
            names.append(name)
        if isinstance(ask, ActOnIncident) and ask.incident:
            names.append(ask.incident)
        return await self._look(lambda reader: _levels(reader, names))


def _levels(reader: Reader, names: list[str]) -> list[str]:
    levels = []
    for name in names:
        try:
            levels.append(reader.incident(name).level)
        except NotFound:
            # The act itself says so.
            continue
    return levels
