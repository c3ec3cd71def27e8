"""The one way in: who asks, whether they may, and then the query or the command."""

import asyncio
import time
from asyncio import Future, Task
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from llmsec_tui.access import ROLES, Actor, check
from llmsec_tui.errors import AccessRefused
from llmsec_tui.service.api import AnyAsk, Command, Status
from llmsec_tui.service.commands import AnyCommand, carry_out, record_refusal
from llmsec_tui.service.context import Context
from llmsec_tui.service.flights import Flights
from llmsec_tui.service.handlers import answer
from llmsec_tui.service.readers import Readers
from llmsec_tui.store.queries import Reader

T = TypeVar("T")

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
        self._one_by_one = ThreadPoolExecutor(1, thread_name_prefix="command")
        self._refused: dict[tuple[int, str], float] = {}

    async def reply(self, actor: Actor, ask: AnyAsk) -> Struct:
        """The reply to an ask; raises AccessRefused, after it was recorded, and what the query or command raises."""
        try:
            check(actor, ask.capability)
        except AccessRefused as refused:
            await self._record(actor, ask, refused)
            raise
        if isinstance(ask, Command):
            # A command is finished even when its asker leaves; a repeat of it finds the reply.
            return await asyncio.shield(self._begun(actor, ask))
        reply = await self._flights.get(
            (actor.role, msgspec.msgpack.encode(ask)),
            lambda: self._readers.run(lambda reader: answer(self._context, reader, ask)),
        )
        return _personal(reply, actor)

    def close(self) -> None:
        """Finish the commands that were begun, and end the threads."""
        self._one_by_one.shutdown()
        self._readers.close()

    def _begun(self, actor: Actor, command: AnyCommand) -> Task[Struct]:
        task = asyncio.ensure_future(self._command(actor, command))
        # When its asker has left, nobody hears what came of it; the journal knows.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def _command(self, actor: Actor, command: AnyCommand) -> Struct:
        try:
            return await self._in_turn(lambda: carry_out(self._context, actor, command))
        finally:
            self._flights.forget()

    async def _record(self, actor: Actor, ask: AnyAsk, refused: AccessRefused) -> None:
        what = (actor.uid, type(ask).__name__)
        now = time.monotonic()
        if not isinstance(ask, Command) and now - self._refused.get(what, -REFUSAL_EVERY_S) < REFUSAL_EVERY_S:
            return
        self._refused[what] = now
        await self._in_turn(lambda: record_refusal(self._context, actor, ask, refused))

    def _in_turn(self, act: Callable[[], T]) -> Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._one_by_one, act)


def _personal(reply: Struct, actor: Actor) -> Struct:
    """Shared replies say nothing about who asked; this is put in for each."""
    if not isinstance(reply, Status):
        return reply
    return replace(reply, user=actor.user, role=actor.role, capabilities=sorted(ROLES[actor.role]))
