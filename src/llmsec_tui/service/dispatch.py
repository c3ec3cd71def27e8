"""The one way in: who asks, whether they may, and then the query or the command."""

import asyncio
import time
from asyncio import Task
from collections.abc import Awaitable
from typing import cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from llmsec_tui.access import ROLES, Actor
from llmsec_tui.service.api import AnyAsk, Command, Status
from llmsec_tui.service.beside import SLOW_ACTS, act, export
from llmsec_tui.service.commands import AnyCommand, carry_out, record_refusal
from llmsec_tui.service.context import Context
from llmsec_tui.service.flights import Flights
from llmsec_tui.service.handlers import answer, is_personal
from llmsec_tui.service.in_turn import InTurn
from llmsec_tui.service.incidents.api import ActOnIncident, BulkAct, ExportIncident, HandOver, LookAt
from llmsec_tui.service.incidents.bulk_commands import carry_out_all
from llmsec_tui.service.incidents.rows import Bundle, Present
from llmsec_tui.service.permission import Lack, lack
from llmsec_tui.service.readers import Readers
from llmsec_tui.store.queries import Reader

_AnyCommand = AnyCommand | BulkAct | HandOver | ExportIncident

KEEP_S = 0.25
"""How old a shared answer may be."""
QUERY_THREADS = 3
REFUSAL_EVERY_S = 60.0
"""A pane that asks for what it may not see does so every second; one record a minute tells the story."""


class Dispatch:
    """Answers asks, for use in one event loop."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._readers: Readers[Reader] = Readers(context.store.reader, QUERY_THREADS)
        self._flights: Flights[Struct] = Flights(KEEP_S)
        self._in_turn = InTurn(context.ingest.courtesy)
        self._refused: dict[tuple[int, str], float] = {}

    async def reply(self, actor: Actor, ask: AnyAsk) -> Struct:
        """The reply to an ask; raises AccessRefused, after it was recorded, and what the query or command raises."""
        if (lacking := lack(actor, ask)) is not None:
            await self._record(actor, ask, lacking)
            raise lacking.refused
        if isinstance(ask, LookAt):
            return Present(others=self._context.presence.look_at(actor, ask.incident_id, time.time_ns() // 1000))
        if isinstance(ask, Command):
            # A command is finished even when its asker leaves; a repeat of it finds the reply.
            return await asyncio.shield(self._begun(actor, ask))
        reply = await self._flights.get(
            (actor.role, actor.user if is_personal(ask) else "", msgspec.msgpack.encode(ask)),
            lambda: self._answer(actor, ask),
        )
        return _personal(reply, actor)

    def close(self) -> None:
        """Finish the commands that were begun, and end the threads."""
        self._in_turn.close()
        self._readers.close()

    def _begun(self, actor: Actor, command: _AnyCommand) -> Task[Struct]:
        task = asyncio.ensure_future(self._command(actor, command))
        # When its asker has left, nobody hears what came of it; the journal knows.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def _command(self, actor: Actor, command: _AnyCommand) -> Struct:
        reply = await self._carried_out(actor, command)
        # Not after a refusal: of twelve who race for one thing, eleven change nothing.
        self._flights.forget()
        return reply

    async def _carried_out(self, actor: Actor, command: _AnyCommand) -> Struct:
        match command:
            case BulkAct() | HandOver():
                return await carry_out_all(self._context, actor, command, self._in_turn)
            case ExportIncident():
                made = cast(Awaitable[Bundle], self._answer(actor, command))
                return await export(self._context, actor, command, made, self._in_turn)
            case ActOnIncident() if command.act in SLOW_ACTS:
                return await act(self._context, actor, command, self._in_turn)
            case _:
                return await self._in_turn(lambda: carry_out(self._context, actor, command))

    def _answer(self, actor: Actor, ask: AnyAsk) -> Awaitable[Struct]:
        return self._readers.run(lambda reader: answer(self._context, reader, ask, actor))

    async def _record(self, actor: Actor, ask: AnyAsk, lacking: Lack) -> None:
        what = (actor.uid, type(ask).__name__)
        now = time.monotonic()
        if not isinstance(ask, Command) and now - self._refused.get(what, -REFUSAL_EVERY_S) < REFUSAL_EVERY_S:
            return
        self._refused[what] = now
        await self._in_turn(lambda: record_refusal(self._context, actor, ask, lacking))


def _personal(reply: Struct, actor: Actor) -> Struct:
    """Shared replies say nothing about who asked; this is put in for each."""
    if not isinstance(reply, Status):
        return reply
    return replace(reply, user=actor.user, role=actor.role, capabilities=sorted(ROLES[actor.role]))
