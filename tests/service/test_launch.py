"""Collectors as real processes: found, started, elected, killed, told to stop."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from tests.patience import PATIENCE_S

from llmsec_tui.errors import CollectorGone, ServiceError
from llmsec_tui.paths import Home
from llmsec_tui.service.api import GetOverview, GetStatus, ListAudit, ListSources, SourceRow, StopCollector
from llmsec_tui.service.client import Client
from llmsec_tui.service.launch import attach

Attach = Callable[..., Awaitable[Client]]


@pytest.fixture
async def attached() -> AsyncIterator[Attach]:
    """``attach``, whose collectors are gone when the test is over."""
    clients: list[Client] = []
    pids: set[int] = set()

    async def attach_and_note(home: Home, paths: list[Path], *, from_start: bool = True) -> Client:
        client = await attach(home, paths, from_start=from_start, deadline_s=PATIENCE_S)
        clients.append(client)
        pids.add((await client.ask(GetStatus())).pid)
        return client

    yield attach_and_note
    for client in clients:
        await client.close()
    for pid in pids:
        if _runs(pid):
            os.kill(pid, signal.SIGTERM)
            await _gone(pid)


def _runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():
            await asyncio.sleep(0.02)


async def _gone(pid: int) -> None:
    async def holds() -> bool:
        return not _runs(pid)

    await _until(holds)


def _lines(first: int, count: int) -> bytes:
    """Chat messages in a shape of nobody's, each different."""
    return b"".join(
        msgspec.json.encode({"role": "user", "content": f"message number {number}", "id": f"m{number}"}) + b"\n"
        for number in range(first, first + count)
    )


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


async def _source(client: Client, path: Path) -> SourceRow:
    return next(row for row in (await client.ask(ListSources())).rows if row.path == str(path))


async def _has_read(client: Client, path: Path, records: int) -> SourceRow:
    async def holds() -> bool:
        rows = (await client.ask(ListSources())).rows
        return any(row.path == str(path) and row.records >= records for row in rows)

    await _until(holds)
    row = await _source(client, path)
    assert row.records == records
    return row


async def test_a_console_starts_a_collector_and_sees_what_is_written(
    home: Home, tmp_path: Path, attached: Attach
) -> None:
    """Nothing is running, one call later logs are followed; the next console finds the same collector."""
    log = tmp_path / "chat.jsonl"
    log.write_bytes(_lines(0, 3))
    client = await attached(home, [log])
    row = await _has_read(client, log, 3)
    assert (row.lag_bytes, row.lag_s, row.state) == (0, 0.0, "following")
    other = tmp_path / "other.jsonl"
    second = await attached(home, [other])
    assert (await second.ask(GetStatus())).pid == (await client.ask(GetStatus())).pid
    other.write_bytes(_lines(10, 2))
    await _has_read(client, other, 2)
    assert (await client.ask(GetOverview())).events == 5
    assert (home.socket.stat().st_mode & 0o777, home.log.stat().st_mode & 0o777) == (0o600, 0o600)
    acts = (await client.ask(ListAudit())).rows
    assert [row.action for row in acts] == ["sources.watch", "collector.start"]


async def test_of_two_consoles_started_together_one_elects_the_collector(
    home: Home, tmp_path: Path, attached: Attach
) -> None:
    """Both attach to the same collector, and it follows the paths of both."""
    logs = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for number, log in enumerate(logs):
        log.write_bytes(_lines(number * 10, 4))
    clients = await asyncio.gather(*(attached(home, [log]) for log in logs))
    statuses = [await client.ask(GetStatus()) for client in clients]
    assert statuses[0].pid == statuses[1].pid
    assert sorted(statuses[0].watching) == [str(log) for log in logs]
    for log in logs:
        await _has_read(clients[0], log, 4)


async def test_a_killed_collector_is_replaced_and_every_line_counts_once(
    home: Home, tmp_path: Path, attached: Attach
) -> None:
    """Lines are written before, while and after; none is lost and none is read twice."""
    log = tmp_path / "chat.jsonl"
    log.write_bytes(_lines(0, 500))
    client = await attached(home, [log])
    pid = (await client.ask(GetStatus())).pid
    await _has_read(client, log, 500)
    _append(log, _lines(500, 5_000))
    await asyncio.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    _append(log, _lines(5_500, 100))
    await _gone(pid)
    with pytest.raises(CollectorGone):
        await client.ask(GetStatus())
    assert home.socket.exists()
    again = await attached(home, [log])
    _append(log, _lines(5_600, 10))
    await _has_read(again, log, 5_610)
    assert (await again.ask(GetOverview())).events == 5_610


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_a_collector_cleanly(
    home: Home, tmp_path: Path, attached: Attach, number: signal.Signals
) -> None:
    """It stores what it has read, says so, and leaves no socket behind."""
    client = await attached(home, [tmp_path / "chat.jsonl"])
    pid = (await client.ask(GetStatus())).pid
    os.kill(pid, number)
    await _gone(pid)
    assert not home.socket.exists()
    assert not home.store.with_suffix(".duckdb.wal").exists()
    assert "the collector ends" in home.log.read_text().splitlines()[-1]


async def test_a_console_can_stop_the_collector(home: Home, attached: Attach) -> None:
    """The one who asks gets an answer before the collector ends."""
    client = await attached(home, [])
    pid = (await client.ask(GetStatus())).pid
    assert (await client.ask(StopCollector(command_id="stop-1"))).message == "The collector is stopping."
    await _gone(pid)
    assert not home.socket.exists()


async def test_a_state_directory_with_a_long_path_works(tmp_path: Path, attached: Attach) -> None:
    """Where the socket's path is longer than the kernel's addresses."""
    home = Home(tmp_path / ("h" * 120) / "state")
    client = await attached(home, [])
    assert (await client.ask(GetStatus())).store == str(home.store)


async def test_a_collector_that_cannot_start_is_quoted(home: Home) -> None:
    """The error is what the collector said, not that it is gone."""
    home.store.write_bytes(b"this is no store" * 1000)
    started = time.monotonic()
    with pytest.raises(ServiceError, match=r"store\.duckdb is not a store"):
        await attach(home, [], deadline_s=PATIENCE_S)
    assert time.monotonic() - started < PATIENCE_S
