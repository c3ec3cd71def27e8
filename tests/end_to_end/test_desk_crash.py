"""The desk of a collector of flesh and blood: from a line in a log to an incident, also through ``kill -9``."""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest
from tests.patience import PATIENCE_S
from tests.service.parts import say, write_rules

from llmsec_tui.errors import CollectorGone, ServiceError
from llmsec_tui.incidents.fold import replay
from llmsec_tui.incidents.members import members
from llmsec_tui.incidents.states import State
from llmsec_tui.paths import Home
from llmsec_tui.service.api import GetStatus, ListAlerts
from llmsec_tui.service.client import Client
from llmsec_tui.service.incidents.api import ActOnIncident, GetIncident, ListIncidents
from llmsec_tui.store.store import Store


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_rules(tmp_path / "rules")


@contextmanager
def _collector(home: Home, rules: Path, log: Path) -> Iterator["Popen[bytes]"]:
    command = [sys.executable, "-m", "llmsec_tui", "--home", str(home.root), "collect", "--from-start"]
    with home.log.open("ab") as said:
        process = Popen([*command, "--rules", str(rules), str(log)], stdin=DEVNULL, stderr=said, start_new_session=True)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@asynccontextmanager
async def _client(home: Home) -> AsyncIterator[Client]:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            client = await Client.connect(home.socket)
            break
        except CollectorGone:
            assert time.monotonic() < end, home.log.read_text()
            await asyncio.sleep(0.05)
    async with client:
        yield client


async def _incidents(client: Client, number: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while (await client.ask(ListIncidents())).total < number:
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


async def test_a_line_in_a_log_opens_an_incident_with_its_steps(home: Home, rules: Path, tmp_path: Path) -> None:
    """And the next of the same user comes to it; a harmless line does nothing."""
    log = tmp_path / "chat.jsonl"
    log.write_bytes(say(0) + say(1, text="hello") + say(2))
    with _collector(home, rules, log):
        async with _client(home) as client:
            await _incidents(client, 1)
            found = await client.ask(GetIncident(incident_id="1"))
            assert (found.row.incident_id, found.row.how, found.row.n_alerts) == ("INC-1", "level", 2)
            assert [task.text for task in found.tasks] == ["Ask who says such a thing."]
            assert found.row.users == ["u1"]
            assert {row.incident_id for row in (await client.ask(ListAlerts())).rows} == {"INC-1"}
            assert (await client.ask(GetStatus())).problem == ""


async def test_through_kill_9_no_alert_and_no_act_is_lost_or_there_twice(
    home: Home, rules: Path, tmp_path: Path
) -> None:
    """Killed in mid-stream again and again: each alert is in one incident, and what was answered stands."""
    lines = [say(7 * n, user=f"u{n % 40}") for n in range(300)]
    log = tmp_path / "chat.jsonl"
    log.touch()
    answered: list[str] = []
    for piece in range(0, 300, 100):
        with _collector(home, rules, log) as process:
            async with _client(home) as client:
                taking = asyncio.create_task(_take_all(client, answered))
                with log.open("ab") as file:
                    for line in lines[piece : piece + 100]:
                        file.write(line)
                        file.flush()
                        await asyncio.sleep(0.001)
                if piece < 200:
                    await _incidents(client, 5)
                    os.kill(process.pid, signal.SIGKILL)
                else:
                    await _all_read(client, len(lines))
                    process.terminate()
                await taking
    _check(home, answered)


async def _take_all(client: Client, answered: list[str]) -> None:
    """Acknowledge whatever comes, until the collector is gone; the command ids of what was answered."""
    with suppress(CollectorGone):
        while True:
            for row in (await client.ask(ListIncidents(filter="state:new", limit=5))).rows:
                name = f"ack-{row.incident_id}-{row.version}"
                ask = ActOnIncident(
                    command_id=name, incident_id=row.incident_id, act="acknowledge", version=row.version
                )
                with suppress(ServiceError):
                    await client.ask(ask)
                    answered.append(name)
            await asyncio.sleep(0.01)


async def _all_read(client: Client, number: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while (await client.ask(ListAlerts(filter="suppressed:any last:9000d", limit=1))).total < number:
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


def _check(home: Home, answered: list[str]) -> None:
    store = Store.open(home.store)
    names = [f"INC-{number}" for number in range(1, store.next_incident_number())]
    logs = {name: store.incident_events(name) for name in names}
    inside = {name: set(members(events)) for name, events in logs.items()}
    reader = store.reader()
    rows, total = reader.alerts("suppressed:any", None, None, 500, grouped=False)
    assert total == len(rows) >= 300
    eligible = {row["alert_id"]: row["incident_id"] for row in rows if row["suppressed_by"] is None}
    assert len(eligible) > 200
    assert Counter(alert for alerts in inside.values() for alert in alerts) == Counter(list(eligible))
    assert all(alert in inside[name] for alert, name in eligible.items())
    assert store.incidents_differ() == []
    kept = Counter(event.command_id for events in logs.values() for event in events if event.command_id)
    assert answered
    assert all(kept[name] == 1 for name in answered)
    for events in logs.values():
        assert replay(events).state in (State.NEW, State.ACKNOWLEDGED)
    store.close()
