"""Query threads and how a query is given up."""

import asyncio
import threading

import pytest
from tests.patience import PATIENCE_S

from llmsec_tui.paths import Home
from llmsec_tui.service.readers import Readers
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.store import Store


class _Reader:
    def __init__(self) -> None:
        self.begun = threading.Event()
        self.interrupted = threading.Event()
        self.closed = False

    def interrupt(self) -> None:
        self.interrupted.set()

    def close(self) -> None:
        self.closed = True

    def stuck(self) -> str:
        self.begun.set()
        assert self.interrupted.wait(PATIENCE_S)
        raise InterruptedError


async def test_each_thread_has_one_reader_and_it_is_closed() -> None:
    """Readers are not shared between threads, and none is left open."""
    opened: list[_Reader] = []

    def open_reader() -> _Reader:
        opened.append(_Reader())
        return opened[-1]

    readers = Readers(open_reader, 2)
    names = await asyncio.gather(*(readers.run(lambda _: threading.current_thread().name) for _ in range(20)))
    readers.close()
    assert len(opened) == len(set(names)) <= 2
    assert all(reader.closed for reader in opened)


async def test_a_query_whose_asker_leaves_is_interrupted() -> None:
    """The thread is free again for the next query."""
    reader = _Reader()
    readers = Readers(lambda: reader, 1)
    asked = asyncio.create_task(readers.run(_Reader.stuck))
    assert await asyncio.to_thread(reader.begun.wait, PATIENCE_S)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert reader.interrupted.is_set()
    reader.interrupted.clear()
    assert await readers.run(lambda _: "free") == "free"
    readers.close()


async def test_an_interrupt_does_not_hit_the_next_query() -> None:
    """A query that is given up while it still waits for its thread is never run, and nobody else is interrupted."""
    reader = _Reader()
    readers = Readers(lambda: reader, 1)
    go = threading.Event()
    ran: list[str] = []
    first = asyncio.create_task(readers.run(lambda _: go.wait(PATIENCE_S)))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(readers.run(lambda _: ran.append("second")))
    await asyncio.sleep(0.01)
    second.cancel()
    await asyncio.sleep(0.01)
    go.set()
    assert await first
    assert await readers.run(lambda _: "third") == "third"
    assert not reader.interrupted.is_set()
    assert ran == []
    readers.close()


async def test_a_real_query_is_interrupted_and_its_reader_goes_on(home: Home) -> None:
    """DuckDB gives up a query that would take hours; others on the same thread are answered after it."""
    store = Store.open(home.store)
    readers = Readers(store.reader, 1)

    def endless(reader: Reader) -> None:
        with reader._snapshot() as cursor:
            cursor.execute("SELECT count(*) FROM range(10_000_000_000_000)")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await readers.run(endless)
    async with asyncio.timeout(PATIENCE_S):
        assert await readers.run(Reader.maxima) == (0, 0)
    await asyncio.to_thread(readers.close)
    store.close()
