"""One run for many askers."""

import asyncio

import pytest

from llmsec_tui.service.flights import Flights


class _Counter:
    def __init__(self) -> None:
        self.runs = 0
        self.cancelled = 0
        self.go = asyncio.Event()

    async def make(self) -> int:
        self.runs += 1
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return self.runs


async def test_askers_at_the_same_time_share_one_run() -> None:
    """Twelve consoles cost what one does."""
    flights: Flights[int] = Flights(60)
    counter = _Counter()
    askers = [asyncio.create_task(flights.get("key", counter.make)) for _ in range(12)]
    await asyncio.sleep(0)
    counter.go.set()
    assert await asyncio.gather(*askers) == [1] * 12
    assert await flights.get("key", counter.make) == 1
    assert await flights.get("other", counter.make) == 2


async def test_an_answer_is_forgotten_when_it_is_old() -> None:
    """Panes are a fraction of a second behind, and no more."""
    flights: Flights[int] = Flights(0.01)
    counter = _Counter()
    counter.go.set()
    assert await flights.get("key", counter.make) == 1
    await asyncio.sleep(0.05)
    assert await flights.get("key", counter.make) == 2


async def test_one_asker_that_gives_up_does_not_spoil_it_for_the_others() -> None:
    """The run ends only when nobody waits for it any more."""
    flights: Flights[int] = Flights(60)
    counter = _Counter()
    first = asyncio.create_task(flights.get("key", counter.make))
    second = asyncio.create_task(flights.get("key", counter.make))
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.sleep(0)
    counter.go.set()
    assert await second == 1
    assert counter.cancelled == 0


async def test_a_run_that_nobody_waits_for_is_cancelled_and_run_anew_when_asked_again() -> None:
    """A query whose deadline passed does not keep a thread busy."""
    flights: Flights[int] = Flights(60)
    counter = _Counter()
    asker = asyncio.create_task(flights.get("key", counter.make))
    await asyncio.sleep(0.01)
    asker.cancel()
    await asyncio.sleep(0.01)
    counter.go.set()
    assert counter.cancelled == 1
    assert await flights.get("key", counter.make) == 2


async def test_an_error_is_not_kept() -> None:
    """All who wait get the error; who asks again gets a new run."""
    flights: Flights[int] = Flights(60)

    async def fail() -> int:
        raise LookupError

    async def succeed() -> int:
        return 7

    with pytest.raises(LookupError):
        await flights.get("key", fail)
    assert await flights.get("key", succeed) == 7


async def test_after_a_change_nobody_gets_an_answer_from_before_it() -> None:
    """Neither one that is kept nor one that is still being made; who waited for that still gets it."""
    flights: Flights[int] = Flights(60)
    counter = _Counter()
    before = asyncio.create_task(flights.get("key", counter.make))
    await asyncio.sleep(0.01)
    flights.forget()
    after = asyncio.create_task(flights.get("key", counter.make))
    await asyncio.sleep(0.01)
    counter.go.set()
    assert (await before, await after) == (2, 2)
    assert counter.runs == 2
