"""The collector in the foreground, and when it ends by itself."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S
from tests.service.parts import write_rules

from llmsec_tui.paths import Home
from llmsec_tui.service import collecting
from llmsec_tui.service.api import AnyAsk
from llmsec_tui.service.server import Server
from llmsec_tui.store.store import Store


def _collect(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "llmsec_tui", "--home", str(home.root), "collect", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_reading_once_ends_when_everything_is_stored(home: Home, tmp_path: Path) -> None:
    """A second run finds nothing new; an unfinished line is told; the log's name cannot speak to the terminal."""
    log = tmp_path / "chat\x1b]0;owned\x07.jsonl"
    log.write_text('{"role": "user", "content": "hello"}\n' * 3 + '{"role": "user", "content": "no newline"}')
    rules = str(write_rules(tmp_path / "rules"))
    for _ in range(2):
        ended = _collect(home, "--once", "--rules", rules, str(log))
        assert (ended.returncode, ended.stdout) == (0, "")
        assert "\x1b" not in ended.stderr
        store = Store.open(home.store)
        [source] = store.reader().sources()
        store.close()
        assert source["records"] == 3
        assert "ends in 41 bytes without a line's end" in ended.stderr
    assert not home.socket.exists()


def test_a_store_that_is_taken_is_an_error_in_the_foreground(home: Home) -> None:
    """One sentence and the exit code for a bad store, no traceback."""
    store = Store.open(home.store)
    ended = _collect(home, "--once")
    store.close()
    assert ended.returncode == 3
    assert "Traceback" not in ended.stderr
    assert "has the store" in ended.stderr


async def test_a_collector_of_consoles_leaves_when_it_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits a while first, because a console may be on its way."""
    monkeypatch.setattr(collecting, "ALONE_S", 0.05)
    monkeypatch.setattr(collecting, "_LOOK_S", 0.01)

    async def never(_: object, ask: AnyAsk) -> None:
        raise AssertionError(ask)

    until = asyncio.Event()
    async with asyncio.timeout(PATIENCE_S):
        await collecting._leave_when_alone(Server(never), until)  # type: ignore[arg-type]
    assert until.is_set()
