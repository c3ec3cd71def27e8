"""The socket side of a collector: connections, frames, deadlines. What is asked, it passes on.

No client can hurt another: what cannot be decoded ends its own connection, and a client that does not read its answers
is dropped.
"""

import asyncio
import logging
import socket
from asyncio import StreamReader, StreamWriter, Task
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import msgspec

from llmsec_tui.access import identify
from llmsec_tui.errors import DeadlineExceeded, LlmsecError, ServiceError
from llmsec_tui.service.access.visitor import Visitor
from llmsec_tui.service.api import Answer, AnyAsk, Command
from llmsec_tui.service.narration import told
from llmsec_tui.service.refusals import refusal_of
from llmsec_tui.service.wire import MAX_REQUEST, Envelope, frame, read_body, unpack, unpack_ask

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 128
MAX_OPEN_REQUESTS = 16
"""Of one connection; further ones stay in the socket until an answer is out."""
LONGEST_DEADLINE_S = 60.0
SLOW_READER_S = 10.0
"""A client that does not take an answer within this time is dropped."""

LAST_WORDS_S = 1.0
"""How long answers that are being made may take when the collector ends."""

Reply = Callable[[Visitor, AnyAsk], Awaitable[msgspec.Struct]]
"""Carries out one ask of one connection; is cancelled when the deadline passes."""


@dataclass(slots=True)
class _Connection:
    reader: StreamReader
    writer: StreamWriter
    visitor: Visitor
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One answer at a time is in the socket's buffer, which bounds it."""
    open: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_OPEN_REQUESTS))
    requests: set[Task[None]] = field(default_factory=set)


class Server:
    """Accepts connections on a listening socket and answers them with ``reply``."""

    def __init__(self, reply: Reply, *, slow_reader_s: float = SLOW_READER_S) -> None:
        self._reply = reply
        self._slow_reader_s = slow_reader_s
        self._connections: set[Task[None]] = set()
        self._answering: set[Task[None]] = set()

    @property
    def clients(self) -> int:
        """How many are connected now."""
        return len(self._connections)

    async def serve(self, sock: socket.socket, until: asyncio.Event) -> None:
        """Serve until the event is set, then give the last answers and end every connection."""
        server = await asyncio.start_unix_server(self._accept, sock=sock)
        try:
            await until.wait()
        finally:
            server.close()
            if self._answering:
                await asyncio.wait(self._answering, timeout=LAST_WORDS_S)
            for task in tuple(self._connections):
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        if len(self._connections) >= MAX_CONNECTIONS:
            log.warning("a connection was refused: %d are open", MAX_CONNECTIONS)
            writer.transport.abort()
            return
        task = asyncio.create_task(self._converse(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _converse(self, reader: StreamReader, writer: StreamWriter) -> None:
        requests: set[Task[None]] = set()
        try:
            visitor = Visitor(identify(writer.get_extra_info("socket")))
            connection = _Connection(reader, writer, visitor, requests=requests)
            log.debug("connected: %s", visitor.peer)
            await self._read(connection)
        except (LlmsecError, OSError) as error:
            log.warning("a connection was closed: %s", error)
        finally:
            for task in requests:
                task.cancel()
            writer.transport.abort()
            await asyncio.gather(*requests, writer.wait_closed(), return_exceptions=True)

    async def _read(self, connection: _Connection) -> None:
        while (body := await read_body(connection.reader, MAX_REQUEST)) is not None:
            envelope = unpack(body, Envelope)
            await connection.open.acquire()
            task = asyncio.create_task(self._answer(connection, envelope))
            for tasks in (connection.requests, self._answering):
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            task.add_done_callback(lambda _: connection.open.release())

    async def _answer(self, connection: _Connection, envelope: Envelope) -> None:
        try:
            answered = frame(await self._reply_in_time(connection.visitor, envelope))
        except LlmsecError as error:
            answered = frame(Answer(id=envelope.id, refusal=refusal_of(error)))
        except Exception as error:
            # A defect of ours. It must not leave the asker waiting, nor end the collector that others work with.
            log.error("a request failed: %s", told(error))
            defect = ServiceError("The collector failed at this request.", hint="Its log says where.")
            answered = frame(Answer(id=envelope.id, refusal=refusal_of(defect)))
        try:
            async with connection.turn, asyncio.timeout(self._slow_reader_s):
                connection.writer.write(answered)
                await connection.writer.drain()
        except TimeoutError:
            log.warning("a connection was closed: its client does not read its answers")
            connection.writer.transport.abort()
        except OSError as error:
            log.info("a client left before its answer: %s", error.strerror)

    async def _reply_in_time(self, visitor: Visitor, envelope: Envelope) -> Answer:
        ask = unpack_ask(envelope.ask)
        deadline_s = min(max(envelope.deadline_ms / 1000, 0.001), LONGEST_DEADLINE_S)
        try:
            async with asyncio.timeout(deadline_s):
                reply = await self._reply(visitor, ask)
        except TimeoutError:
            raise _too_late(ask, deadline_s) from None
        return Answer(id=envelope.id, reply=msgspec.msgpack.encode(reply))


def _too_late(ask: AnyAsk, deadline_s: float) -> DeadlineExceeded:
    if isinstance(ask, Command):
        hint = "It may still be carried out; look before you act again."
        return DeadlineExceeded(f"The command was not finished within {deadline_s:g} s.", hint=hint)
    hint = "Narrow the filter, or try again."
    return DeadlineExceeded(f"No answer within {deadline_s:g} s; the question was dropped.", hint=hint)
