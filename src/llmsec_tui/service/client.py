"""Ask a collector: one connection, many questions at a time.

Consoles and commands import this; it loads neither polars nor duckdb.
"""

import asyncio
from asyncio import Future, StreamReader, StreamWriter
from itertools import count
from pathlib import Path
from typing import Self, TypeVar, cast

from llmsec_tui.errors import CollectorGone, DeadlineExceeded
from llmsec_tui.service.api import Answer, AnyAsk, Ask, Request
from llmsec_tui.service.refusals import error_of
from llmsec_tui.service.sockets import connect
from llmsec_tui.service.wire import BadFrame, frame, read_body, unpack

R = TypeVar("R")

CONNECT_TIMEOUT_S = 2.0

_GRACE_S = 0.5
"""The collector watches the deadline itself; this is how much later its refusal may arrive."""


class Client:
    """A connection to a collector, for use in one event loop."""

    def __init__(self, reader: StreamReader, writer: StreamWriter, socket: Path) -> None:
        self._reader = reader
        self._writer = writer
        self._socket = socket
        self._ids = count(1)
        self._waiting: dict[int, Future[Answer | None]] = {}
        self._gone = ""
        self._listener = asyncio.create_task(self._listen())

    @classmethod
    async def connect(cls, socket: Path, timeout_s: float = CONNECT_TIMEOUT_S) -> Self:
        """Connect; raises ``CollectorGone`` when nobody listens and ``ServiceError`` when the system forbids it."""
        sock = await asyncio.to_thread(connect, socket, timeout_s)
        reader, writer = await asyncio.open_unix_connection(sock=sock)
        return cls(reader, writer, socket)

    @property
    def connected(self) -> bool:
        """False once the collector went away; a new client is needed then."""
        return not self._gone

    async def ask(self, ask: Ask[R], deadline_ms: int | None = None) -> R:
        """The reply, or the error that the collector refused with.

        Raises ``CollectorGone`` when the connection ends and ``DeadlineExceeded`` when no answer came in time; a
        command may have been carried out then, and is safe to send again with the same ``command_id``.
        """
        if self._gone:
            raise CollectorGone(self._gone)
        deadline_ms = ask.deadline_ms if deadline_ms is None else deadline_ms
        number = next(self._ids)
        self._waiting[number] = answer = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(deadline_ms / 1000 + _GRACE_S):
                await self._send(Request(id=number, ask=cast(AnyAsk, ask), deadline_ms=deadline_ms))
                answered = await answer
        except TimeoutError:
            raise DeadlineExceeded(f"The collector did not answer within {deadline_ms} ms.") from None
        finally:
            del self._waiting[number]
        if answered is None:
            raise CollectorGone(self._gone)
        if answered.refusal is not None:
            raise error_of(answered.refusal)
        return cast(R, unpack(answered.reply, ask.reply))

    async def close(self) -> None:
        """End the connection; questions that are still open raise ``CollectorGone``."""
        self._listener.cancel()
        await asyncio.gather(self._listener, return_exceptions=True)
        self._end("The connection was closed.")
        self._writer.close()
        await asyncio.gather(self._writer.wait_closed(), return_exceptions=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def _send(self, request: Request) -> None:
        try:
            self._writer.write(frame(request))
            await self._writer.drain()
        except OSError as error:
            self._end(f"The collector at {self._socket} went away.")
            raise CollectorGone(self._gone) from error

    async def _listen(self) -> None:
        try:
            while (body := await read_body(self._reader)) is not None:
                self._deliver(unpack(body, Answer))
        except BadFrame as error:
            self._end(f"The collector at {self._socket} sent what is no answer. {error}")
        except OSError as error:
            self._end(f"The connection to the collector at {self._socket} broke: {error.strerror}.")
        else:
            self._end(f"The collector at {self._socket} went away.")

    def _deliver(self, answer: Answer) -> None:
        waiting = self._waiting.get(answer.id)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def _end(self, reason: str) -> None:
        self._gone = self._gone or reason
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(None)


def ask_once(socket: Path, ask: Ask[R], deadline_ms: int | None = None) -> R:
    """Connect, ask one thing, close: for commands that are not asynchronous. Raises as :meth:`Client.ask`."""

    async def once() -> R:
        async with await Client.connect(socket) as client:
            return await client.ask(ask, deadline_ms)

    return asyncio.run(once())
