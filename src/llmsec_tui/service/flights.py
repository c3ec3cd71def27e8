"""Answer the same question once: askers that come while it runs, or shortly after, share one answer."""

import asyncio
from asyncio import Task
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Flight(Generic[T]):
    task: Task[T]
    askers: int = 0


class Flights(Generic[T]):
    """Results by key, kept for ``keep_s`` seconds after they were made. For use in one event loop."""

    def __init__(self, keep_s: float) -> None:
        self._keep_s = keep_s
        self._flights: dict[Hashable, _Flight[T]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """What ``make`` gives. It is cancelled when the last asker that waits for it is."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.ensure_future(_run(make)))
            flight.task.add_done_callback(lambda task: self._landed(key, task))
        flight.askers += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.askers -= 1
            if flight.askers == 0 and not flight.task.done():
                self._drop(key, flight.task)
                flight.task.cancel()

    def forget(self) -> None:
        """Something changed: whoever asks from now on gets an answer that was begun after it."""
        self._flights.clear()

    def _landed(self, key: Hashable, task: Task[T]) -> None:
        if task.cancelled() or task.exception() is not None:
            self._drop(key, task)
        else:
            asyncio.get_running_loop().call_later(self._keep_s, self._drop, key, task)

    def _drop(self, key: Hashable, task: Task[T]) -> None:
        if (flight := self._flights.get(key)) is not None and flight.task is task:
            del self._flights[key]


async def _run(make: Callable[[], Awaitable[T]]) -> T:
    return await make()
