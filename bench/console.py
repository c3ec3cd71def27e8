"""The console on a store of a million events: key to paint, event-loop stalls, memory.

usage: console.py [LINES]      (default 450,000, which are about 1,000,000 events)

Two runs on one collector: the real program in a pty (key to first byte painted, RSS), and the same app headless with a
ticker beside it that measures how long the loop was kept from anything else. An empty Textual app is the floor.
"""

import asyncio
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

from textual.app import App

from llmsec_tui.console import settings
from llmsec_tui.console.link import Asker
from llmsec_tui.paths import Home
from llmsec_tui.service.launch import attach
from logs import made

KEYS = (
    "2",
    *"jjjjjjjjjj",
    "G",
    "g",
    "\x04",
    "\x04",
    "\x15",
    "3",
    *"jjjjjjjjjj",
    "\x04",
    "\x04",
    "\x04",
    "G",
    "g",
    "1",
    "4",
    "5",
    "2",
)
HEADLESS_KEYS = (
    "2",
    *["j"] * 20,
    "G",
    "g",
    *["ctrl+d"] * 5,
    "3",
    *["j"] * 20,
    *["ctrl+d"] * 10,
    "G",
    "g",
    "enter",
    "escape",
    "1",
    "4",
    "5",
)


def in_pty(command: list[str], size: tuple[int, int]) -> tuple[list[float], float]:
    """Seconds from each key to the first byte that answers it, and the program's RSS in MB at the end."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    quiet(terminal, 4.0)
    waits = []
    for key in KEYS:
        quiet(terminal, 0.15)
        started = time.perf_counter()
        os.write(terminal, key.encode())
        if select.select([terminal], [], [], 2.0)[0]:
            waits.append(time.perf_counter() - started)
    quiet(terminal, 0.5)
    rss = memory(pid)
    os.write(terminal, b"q")
    quiet(terminal, 1.0)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return waits, rss


def quiet(terminal: int, seconds: float) -> None:
    """Read until nothing came for ``seconds`` (or ten times as long in all)."""
    end = time.monotonic() + seconds * 10
    while time.monotonic() < end and select.select([terminal], [], [], seconds)[0]:
        try:
            os.read(terminal, 1 << 16)
        except OSError:
            return


def memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


async def stalls(app: App[object], keys: tuple[str, ...]) -> list[float]:
    """How much longer than asked each 5 ms sleep took while the keys were pressed."""
    late: list[float] = []

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            late.append(time.perf_counter() - before - 0.005)

    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause(2.0)
        ticker = asyncio.create_task(tick())
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.05)
        ticker.cancel()
    return late


def show(name: str, values: list[float]) -> None:
    values = sorted(values)
    p = [values[min(int(q * len(values)), len(values) - 1)] * 1000 for q in (0.5, 0.95, 0.99)]
    print(f"{name:<44} p50 {p[0]:6.1f}  p95 {p[1]:6.1f}  p99 {p[2]:6.1f}  worst {values[-1] * 1000:6.1f} ms")


def console_on(home: Home) -> App[object]:
    """The app as ``run`` makes it, to be driven headless."""
    chosen = settings.prepare(slow_link=False, mouse=False)
    from llmsec_tui.console.shell import Shell

    async def connect() -> Asker:
        return await attach(home, [], from_start=False)

    return Shell(connect, home, chosen)


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 450_000
    log = made(lines)
    program = [sys.executable, "-m", "llmsec_tui"]
    with tempfile.TemporaryDirectory(dir=log.parent) as scratch:
        home = Home(Path(scratch) / "home")
        subprocess.run([*program, "--home", str(home.root), "collect", "--once", str(log)], check=True)
        collector = subprocess.Popen([*program, "--home", str(home.root), "collect"], stderr=subprocess.DEVNULL)
        try:
            time.sleep(4)
            for size in ((24, 80), (60, 200)):
                waits, rss = in_pty([*program, "--home", str(home.root), "console"], size)
                show(f"key to paint, {size[1]}x{size[0]} ({len(waits)} keys, RSS {rss:.0f} MB)", waits)
            show("loop stall, console headless 200x60", asyncio.run(stalls(console_on(home), HEADLESS_KEYS)))
            show("loop stall, empty Textual app (floor)", asyncio.run(stalls(App(), HEADLESS_KEYS)))
        finally:
            collector.terminate()
            collector.wait()


if __name__ == "__main__":
    main()
