"""The one way in: who asks, whether they may, and then the query or the command."""

import asyncio
import time
from asyncio import Task
from collections.abc import Awaitable
from functools import partial
from typing import cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from llmsec_tui.access import Actor
from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.access import slow
from llmsec_tui.service.access.api import AddUser, EnrolTotp, SetPassword
from llmsec_tui.service.access.approving import given_back
from llmsec_tui.service.access.gate import Gate
from llmsec_tui.service.access.proving import Proving
from llmsec_tui.service.access.words import protection
from llmsec_tui.service.api import AnyAsk, Command, Status
from llmsec_tui.service.auditing.api import AnchorNow, ExportAudit, Exported, Proof, ProveRecord
from llmsec_tui.service.auditing.handing_out import anchor_now, hand_out
from llmsec_tui.service.beside import SLOW_ACTS, act, export
from llmsec_tui.service.commands import AnyCommand, carry_out, record_failure, record_refusal
from llmsec_tui.service.compliance.api import PeriodReport, ReportPeriod
from llmsec_tui.service.compliance.handlers import taken
from llmsec_tui.service.content.api import ALERT, EVENT, RevealContent
from llmsec_tui.service.content.revealing import found, reveal
from llmsec_tui.service.content.scoping import check_within
from llmsec_tui.service.content.showing import shown
from llmsec_tui.service.content.view import View, sight_of
from llmsec_tui.service.context import Context
from llmsec_tui.service.flights import Flights
from llmsec_tui.service.handlers import answer, is_personal
from llmsec_tui.service.in_turn import InTurn
from llmsec_tui.service.incidents.api import ActOnIncident, BulkAct, ExportIncident, HandOver, LookAt
from llmsec_tui.service.incidents.bulk_commands import carry_out_all
from llmsec_tui.service.incidents.rows import Bundle, Present
from llmsec_tui.service.permission import Lack, lack
from llmsec_tui.service.readers import Readers
from llmsec_tui.service.rows import AlertDetail, EventDetail
from llmsec_tui.store.queries import Reader

_OnJournal = ProveRecord | ExportAudit | AnchorNow | ReportPeriod | RevealContent
_AnyCommand = AnyCommand | BulkAct | HandOver | ExportIncident | _OnJournal | slow.SlowCommand

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
        self.in_turn = InTurn(context.ingest.courtesy)
        """The one line in which everything that changes something waits."""
        self.proving = Proving(context, self.in_turn)
        """Where passwords are checked."""
        self._gate = Gate(context, self.in_turn, self._readers.run)
        self._refused: dict[tuple[int, str, str], float] = {}

    async def reply(self, actor: Actor, ask: AnyAsk) -> Struct:
        """The reply to an ask; raises AccessRefused, after it was recorded, and what the query or command raises."""
        if (lacking := lack(actor, ask, self._context.access.roles.now.holders)) is not None:
            await self.record(actor, ask, lacking)
            raise lacking.refused
        await self._inside(actor, ask)
        approval = await self._gate.passed(actor, ask)
        try:
            return await self._reply(actor, ask)
        except LlmsecError:
            if approval is not None:
                await self.in_turn(lambda: given_back(self._context, actor, approval))
            raise

    async def record(self, actor: Actor, ask: AnyAsk, lacking: Lack) -> None:
        """Put on record that somebody was refused; of questions that are asked again and again, once a minute, and of
        commands too where somebody has no role: a stranger is not to fill the journal."""
        what = (actor.uid, actor.user, type(ask).__name__)
        now = time.monotonic()
        if (
            not (isinstance(ask, Command) and actor.role)
            and now - self._refused.get(what, -REFUSAL_EVERY_S) < REFUSAL_EVERY_S
        ):
            return
        self._refused[what] = now
        await self.in_turn(lambda: record_refusal(self._context, actor, ask, lacking))

    async def _reply(self, actor: Actor, ask: AnyAsk) -> Struct:
        if isinstance(ask, LookAt):
            return Present(others=self._context.presence.look_at(actor, ask.incident_id, time.time_ns() // 1000))
        if isinstance(ask, Command):
            # A command is finished even when its asker leaves; a repeat of it finds the reply.
            return await asyncio.shield(self._begun(actor, ask))
        view = self._context.view(actor)
        reply = await self._flights.get(
            (view, actor.role, actor.user if is_personal(ask) else "", msgspec.msgpack.encode(ask)),
            lambda: self._answer(actor, ask, view),
        )
        return self._personal(reply, actor)

    def close(self) -> None:
        """Finish the commands that were begun, and end the threads."""
        self.in_turn.close()
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
                return await carry_out_all(self._context, actor, command, self.in_turn)
            case ExportIncident():
                made = cast(Awaitable[Bundle], self._answer(actor, command))
                return await export(self._context, actor, command, made, self.in_turn)
            case RevealContent():
                item = self._readers.run(lambda reader: found(reader.within(sight_of(actor)), command))
                return await reveal(self._context, actor, command, item, self.in_turn)
            case ProveRecord():
                proof = cast(Awaitable[Proof], self._answer(actor, command))
                return await hand_out(self._context, actor, command, proof, self.in_turn)
            case ExportAudit():
                proofs = cast(Awaitable[Exported], self._answer(actor, command))
                return await hand_out(self._context, actor, command, proofs, self.in_turn)
            case ReportPeriod():
                report = cast(Awaitable[PeriodReport], self._answer(actor, command))
                return await taken(self._context, actor, command, report, self.in_turn)
            case AnchorNow():
                return await anchor_now(self._context, actor, command, self.in_turn)
            case AddUser() | SetPassword() | EnrolTotp():
                return await slow.carry_out(self._context, actor, command, self.proving, self.in_turn)
            case ActOnIncident() if command.act in SLOW_ACTS:
                return await act(self._context, actor, command, self.in_turn)
            case _:
                return await self.in_turn(lambda: carry_out(self._context, actor, command))

    def _answer(self, actor: Actor, ask: AnyAsk, view: View | None = None) -> Awaitable[Struct]:
        seen = view or self._context.view(actor)

        def made(reader: Reader) -> Struct:
            within = reader.within(seen.sight)
            return shown(answer(self._context, within, ask, actor), seen, within, self._context.store.pseudonyms)

        return self._readers.run(made)

    async def _inside(self, actor: Actor, ask: AnyAsk) -> None:
        """Raise what there is to say of an ask about something that does not exist for the actor, on record."""
        sight = self._context.view(actor).sight
        if not sight.is_narrow or not isinstance(ask, Command | LookAt):
            return
        try:
            await self._readers.run(lambda reader: check_within(reader.within(sight), ask))
        except LlmsecError as error:
            if isinstance(ask, Command):
                failure = partial(record_failure, self._context, actor, ask, error)
                await self.in_turn(failure)
            raise

    def _personal(self, reply: Struct, actor: Actor) -> Struct:
        """Shared replies say nothing about who asked; this is put in for each."""
        match reply:
            case Status():
                return replace(
                    reply,
                    user=actor.user,
                    role=actor.role,
                    capabilities=sorted(actor.capabilities),
                    session=actor.session,
                    content=actor.content.value,
                    protection=protection(self._context.access),
                )
            case EventDetail():
                return replace(reply, revealed_until=self._revealed_until(actor, EVENT, reply.row.event_id))
            case AlertDetail():
                return replace(reply, revealed_until=self._revealed_until(actor, ALERT, reply.row.alert_id))
        return reply

    def _revealed_until(self, actor: Actor, kind: str, name: str) -> int:
        return self._context.reveals.until(actor, (kind, name), time.time_ns() // 1000)
