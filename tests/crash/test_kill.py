"""The collector is killed at random points under a writer, many times; then every complete line is an event, once."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import msgspec

from llmsec_tui.paths import Home

KILLS = int(os.environ.get("LLMSEC_KILLS", "4"))
LINES_A_BURST = 40


class Writer(threading.Thread):
    """Appends to a log in bursts that end within a line as often as not, and rotates it now and then."""

    def __init__(self, log: Path, seed: int) -> None:
        super().__init__()
        self.log = log
        self.written = 0
        self.rotations = 0
        self.enough = threading.Event()
        self._random = random.Random(seed)

    def run(self) -> None:
        held = b""
        while not self.enough.is_set():
            burst = held + b"".join(self._line() for _ in range(LINES_A_BURST))
            cut = self._random.randrange(len(burst))
            self._append(burst[:cut])
            held = burst[cut:]
            if self._random.random() < 0.03:
                self._append(held)
                held = b""
                self.rotations += 1
                self.log.rename(self.log.with_name(f"chat-{self.rotations:04}.jsonl"))
            self.enough.wait(0.01)
        self._append(held)

    def _line(self) -> bytes:
        self.written += 1
        text = f"line {self.written} " + "x" * self._random.randrange(300)
        return msgspec.json.encode({"role": "user", "content": text, "id": f"m{self.written}"}) + b"\n"

    def _append(self, data: bytes) -> None:
        with self.log.open("ab", buffering=0) as file:
            file.write(data)


def _collect(home: Home, log: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "llmsec_tui", "--home", str(home.root), "collect", "--from-start", *options]
    return subprocess.Popen([*command, str(log.parent)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_every_complete_line_is_stored_once_however_often_the_collector_is_killed(tmp_path: Path) -> None:
    """With LLMSEC_KILLS in the environment, so many times."""
    home = Home(tmp_path / "home")
    home.create()
    log = tmp_path / "logs" / "chat.jsonl"
    log.parent.mkdir()
    writer = Writer(log, seed=KILLS)
    writer.start()
    chance = random.Random(KILLS)
    killed_at_work = 0
    try:
        for _ in range(KILLS):
            collector = _collect(home, log)
            # Until it has the store and reads; then any moment is as good as another.
            while not home.socket.exists() and collector.poll() is None:
                time.sleep(0.01)
            time.sleep(chance.random() * 0.6)
            killed_at_work += collector.poll() is None
            os.kill(collector.pid, signal.SIGKILL)
            collector.wait()
            home.socket.unlink(missing_ok=True)
    finally:
        writer.enough.set()
        writer.join()
    assert _collect(home, log, "--once").wait() == 0
    with duckdb.connect(str(home.store), read_only=True) as store:
        counts = store.execute(
            "SELECT count(*), count(DISTINCT content_sha256), count(DISTINCT (source_id, source_offset))"
            " FROM events WHERE kind <> 'intake'"
        ).fetchone()
        letters = store.execute("SELECT count(*) FROM dead_letters").fetchone()
    print(
        f"{writer.written:,} lines, {killed_at_work} kills, {writer.rotations} rotations, {counts}, letters {letters}"
    )
    assert counts == (writer.written,) * 3
    assert letters == (0,)
    assert killed_at_work == KILLS
