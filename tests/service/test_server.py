"""Server and client over real sockets, with replies made up here."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.patience import PATIENCE_S

from llmsec_tui.access import Peer
from llmsec_tui.errors import CollectorGone, DeadlineExceeded, NotFound, ServiceError
from llmsec_tui.service.access.visitor import Visitor
from llmsec_tui.service.api import AnyAsk, Done, GetAlert, GetStatus, StopCollector
from llmsec_tui.service.client import Client, ask_once
from llmsec_tui.service.server import Server
from llmsec_tui.service.sockets import listening
from llmsec_tui.service.wire import MAX_REQUEST

Reply = Callable[[Visitor, AnyAsk], Awaitable[msgspec.Struct]]


@asynccontextmanager
async def _served(path: Path, reply: Reply, slow_reader_s: float = 10.0) -> AsyncIterator[Server]:
    until = asyncio.Event()
    server = Server(reply, slow_reader_s=slow_reader_s)
    with listening(path, 0o600) as sock:
        serving = asyncio.create_task(server.serve(sock, until))
        try:
            yield server
        finally:
            until.set()
            await serving


async def _done(visitor: Visitor, ask: AnyAsk) -> msgspec.Struct:
    """Answers any command with its id; sleeps and failures are asked for in the id."""
    assert isinstance(ask, StopCollector)
    match ask.command_id.split():
        case ["sleep", seconds]:
            await asyncio.sleep(float(seconds))
        case ["big", size]:
            return Done(message="x" * int(size))
        case ["missing"]:
            raise NotFound("There is no such alert.", hint="Look at the list.")
        case ["defect"]:
            raise ZeroDivisionError
    return Done(message=ask.command_id)


def _ask(command_id: str) -> StopCollector:
    return StopCollector(command_id=command_id)


async def test_answers_overtake_each_other(tmp_path: Path) -> None:
    """A slow question does not hold up the ones after it on the same connection."""
    async with _served(tmp_path / "s", _done), await Client.connect(tmp_path / "s") as client:
        slow = asyncio.create_task(client.ask(_ask("sleep 5")))
        assert [(await client.ask(_ask(str(n)))).message for n in range(20)] == [str(n) for n in range(20)]
        assert not slow.done()
        slow.cancel()


async def test_an_error_arrives_as_itself(tmp_path: Path) -> None:
    """The console can tell kinds of errors apart, and shows the collector's words."""
    async with _served(tmp_path / "s", _done), await Client.connect(tmp_path / "s") as client:
        with pytest.raises(NotFound) as caught:
            await client.ask(_ask("missing"))
        assert str(caught.value) == "There is no such alert. Look at the list."


async def test_a_defect_is_answered_and_hurts_nobody(tmp_path: Path) -> None:
    """A request that fails in an unforeseen way is refused; the next one is answered."""
    async with _served(tmp_path / "s", _done), await Client.connect(tmp_path / "s") as client:
        with pytest.raises(ServiceError, match="failed at this request"):
            await client.ask(_ask("defect"))
        assert (await client.ask(_ask("next"))).message == "next"


async def test_a_deadline_is_kept(tmp_path: Path) -> None:
    """The collector gives up when the time is over and says so."""
    async with _served(tmp_path / "s", _done), await Client.connect(tmp_path / "s") as client:
        with pytest.raises(DeadlineExceeded):
            await client.ask(_ask("sleep 30"), deadline_ms=20)
        assert (await client.ask(_ask("next"))).message == "next"


async def test_a_reply_of_megabytes_arrives(tmp_path: Path) -> None:
    """Replies are not bound by the buffers of sockets."""
    async with _served(tmp_path / "s", _done), await Client.connect(tmp_path / "s") as client:
        assert len((await client.ask(_ask(f"big {20 * 2**20}"))).message) == 20 * 2**20


async def test_a_reply_that_is_too_long_is_refused(tmp_path: Path) -> None:
    """More than a frame holds is an error for the asker and not the end of the connection."""
    async with _served(tmp_path / "s", _done), await Client.connect(tmp_path / "s") as client:
        with pytest.raises(ServiceError, match="too long to send"):
            await client.ask(_ask(f"big {65 * 2**20}"))
        assert (await client.ask(_ask("next"))).message == "next"


async def test_open_questions_end_when_the_collector_does(tmp_path: Path) -> None:
    """Nobody waits for a collector that is gone, and every later question says so at once."""
    async with _served(tmp_path / "s", _done):
        client = await Client.connect(tmp_path / "s")
        asked = asyncio.create_task(client.ask(_ask("sleep 30")))
        await client.ask(_ask("first"))
    with pytest.raises(CollectorGone):
        await asked
    with pytest.raises(CollectorGone):
        await client.ask(GetStatus())
    assert not client.connected
    await client.close()


async def test_a_client_that_does_not_read_is_dropped(tmp_path: Path) -> None:
    """Its answers are not kept for ever, and others are served meanwhile."""
    async with _served(tmp_path / "s", _done, slow_reader_s=0.1) as server:
        deaf = await Client.connect(tmp_path / "s")
        await deaf.ask(_ask("hello"))
        deaf._listener.cancel()
        deaf._reader._transport.pause_reading()  # type: ignore[attr-defined]
        asked = asyncio.create_task(deaf.ask(_ask(f"big {30 * 2**20}")))
        async with await Client.connect(tmp_path / "s") as other:
            assert (await other.ask(_ask("other"))).message == "other"
            async with asyncio.timeout(PATIENCE_S):
                while server.clients > 1:
                    await asyncio.sleep(0.01)
            assert (await other.ask(_ask("still"))).message == "still"
        asked.cancel()
        await deaf.close()


@settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(data=st.binary(min_size=1, max_size=300))
async def test_garbage_ends_its_own_connection_only(tmp_path: Path, data: bytes) -> None:
    """Bytes that are no frames close the connection that they came on; others go on."""
    async with _served(tmp_path / "s", _done), await Client.connect(tmp_path / "s") as client:
        async with _raw(tmp_path / "s") as (reader, writer), asyncio.timeout(PATIENCE_S):
            writer.write(data)
            writer.write_eof()
            await reader.read()
        assert (await client.ask(_ask("fine"))).message == "fine"


async def test_a_request_that_is_too_long_ends_its_connection(tmp_path: Path) -> None:
    """Nobody makes the collector reserve memory by announcing a long frame."""
    async with _served(tmp_path / "s", _done), _raw(tmp_path / "s") as (reader, writer):
        writer.write((MAX_REQUEST + 1).to_bytes(4, "big"))
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read() == b""


async def test_a_question_of_another_version_is_refused_under_its_id(tmp_path: Path) -> None:
    """A newer console gets an answer that says so, and keeps its connection."""
    async with _served(tmp_path / "s", _done), _raw(tmp_path / "s") as (reader, writer):
        body = msgspec.msgpack.encode({"id": 9, "ask": {"name": "of.tomorrow"}, "deadline_ms": 1000})
        writer.write(len(body).to_bytes(4, "big") + body)
        async with asyncio.timeout(PATIENCE_S):
            length = int.from_bytes(await reader.readexactly(4), "big")
            answer = msgspec.msgpack.decode(await reader.readexactly(length))
        assert answer["id"] == 9
        assert "different versions" in answer["refusal"]["hint"]


async def test_the_caller_is_who_the_kernel_says(tmp_path: Path) -> None:
    """Identity comes from the socket and not from the message."""
    seen: list[Peer] = []

    async def note(visitor: Visitor, ask: AnyAsk) -> msgspec.Struct:
        seen.append(visitor.peer)
        raise NotFound("nothing")

    async with _served(tmp_path / "s", note), await Client.connect(tmp_path / "s") as client:
        with pytest.raises(NotFound):
            await client.ask(GetAlert(alert_id="abcd"))
    assert [(peer.uid, peer.pid) for peer in seen] == [(os.getuid(), os.getpid())]


async def test_commands_can_ask_without_a_loop_of_their_own(tmp_path: Path) -> None:
    """One question from plain code: connect, ask, close."""
    async with _served(tmp_path / "s", _done) as server:
        assert (await asyncio.to_thread(ask_once, tmp_path / "s", _ask("once"))).message == "once"
        async with asyncio.timeout(PATIENCE_S):
            while server.clients:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def _raw(path: Path) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(str(path))
    reader, writer = await asyncio.open_unix_connection(sock=sock)
    try:
        yield reader, writer
    finally:
        writer.close()
