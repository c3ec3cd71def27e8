"""A few threads that run queries, each with a reader of its own, and that can be told to give one up."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar

from llmsec_tui.errors import DeadlineExceeded


class Interruptible(Protocol):
    """A reader that another thread can interrupt, and that is closed by the thread that used it."""

    def interrupt(self) -> None: ...
    def close(self) -> None: ...


Reader = TypeVar("Reader", bound=Interruptible)
T = TypeVar("T")


class _Job(Generic[Reader]):
    """Which reader a query runs on, while it runs; an interrupt that comes late must not hit the next query."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._dropped = False

    def begin(self, reader: Reader) -> bool:
        with self._lock:
            self._reader = reader
            return not self._dropped

    def end(self) -> None:
        with self._lock:
            self._reader = None

    def drop(self) -> None:
        with self._lock:
            self._dropped = True
            if self._reader is not None:
                self._reader.interrupt()


class Readers(Generic[Reader]):
    """Runs queries on ``threads`` threads; ``open_reader`` is called once in each."""

    def __init__(self, open_reader: Callable[[], Reader], threads: int) -> None:
        self._open_reader = open_reader
        self._own = threading.local()
        self._opened: list[Reader] = []
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="query")

    async def run(self, query: Callable[[Reader], T]) -> T:
        """The query's result. When the caller is cancelled, the query is interrupted and its result dropped."""
        job: _Job[Reader] = _Job()
        done = asyncio.get_running_loop().run_in_executor(self._pool, self._work, job, query)
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            job.drop()
            raise

    def close(self) -> None:
        """Wait for the queries that still run, and close the readers."""
        self._pool.shutdown(cancel_futures=True)
        for reader in self._opened:
            reader.close()

    def _work(self, job: _Job[Reader], query: Callable[[Reader], T]) -> T:
        reader: Reader | None = getattr(self._own, "reader", None)
        if reader is None:
            reader = self._own.reader = self._open_reader()
            self._opened.append(reader)
        try:
            if not job.begin(reader):
                raise DeadlineExceeded("The question was dropped before it was run.")
            return query(reader)
        finally:
            job.end()
