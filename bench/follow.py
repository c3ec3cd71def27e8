"""Following many files: how late a line is seen and what it costs, beside ``tail -F`` and a naive poller.

usage: follow.py [FILES …]      (default 1 100 5000)

For each number of files, one line in 20 ms goes to a random one of them for a few seconds. Each reader runs in a
process of its own and says when it saw each line. ``tail`` starts once; its CPU time is that of its process.
"""

import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from llmsec_tui.intake.follow import Follower

SECONDS = 4.0
EVERY_S = 0.02
NAIVE_S = 0.05

Seen = dict[str, float]
Reader = Callable[[Path, float, Connection], None]


def ours(directory: Path, until: float, pipe: Connection) -> None:
    """The follower, as the collector runs it."""
    follower = Follower([str(directory)], from_start=False)
    while follower.poll():
        pass
    pipe.send("ready")
    seen: Seen = {}
    used = resource.getrusage(resource.RUSAGE_SELF)
    until += time.time()
    while time.time() < until:
        read = follower.poll()
        now = time.time()
        seen.update((record.data["m"], now) for record in read.records)
        if not read:
            follower.wait()
    pipe.send((seen, _cpu(used), _rss(), len(list(Path("/proc/self/fd").iterdir()))))


def naive(directory: Path, until: float, pipe: Connection) -> None:
    """Look at the size of every file in turn, and read what is new."""
    sizes = {path: path.stat().st_size for path in directory.iterdir()}
    pipe.send("ready")
    seen: Seen = {}
    used = resource.getrusage(resource.RUSAGE_SELF)
    until += time.time()
    while time.time() < until:
        for path, size in sizes.items():
            if (now_size := path.stat().st_size) > size:
                with path.open("rb") as file:
                    file.seek(size)
                    data = file.read()
                now = time.time()
                seen.update((line.split('"')[3], now) for line in data.decode().splitlines())
                sizes[path] = now_size
        time.sleep(NAIVE_S)
    pipe.send((seen, _cpu(used), _rss(), len(list(Path("/proc/self/fd").iterdir()))))


def tail(directory: Path, until: float, pipe: Connection) -> None:
    """GNU tail with its output read line by line."""
    paths = sorted(map(str, directory.iterdir()))
    process = subprocess.Popen(["tail", "-q", "-n0", "-F", *paths], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    time.sleep(1.0)
    pipe.send("ready")
    seen: Seen = {}
    started = _ticks(process.pid)
    os.set_blocking(process.stdout.fileno(), False)
    until += time.time()
    rest = b""
    while time.time() < until:
        data = process.stdout.read() or b""
        now = time.time()
        *lines, rest = (rest + data).split(b"\n")
        seen.update((line.decode().split('"')[3], now) for line in lines)
        time.sleep(0.002)
    used = (_ticks(process.pid) - started) / os.sysconf("SC_CLK_TCK")
    descriptors = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
    status = Path(f"/proc/{process.pid}/status").read_text().split()
    process.kill()
    process.wait()
    pipe.send((seen, used, int(status[status.index("VmRSS:") + 1]) / 1024, descriptors))


def measure(reader: Reader, count: int) -> tuple[float, float, float, float, int, int, int]:
    """Median and 99th percentile of the lag in ms, CPU seconds a second, MiB, descriptors, lines seen and written."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        paths = [directory / f"{number:05}.log" for number in range(count)]
        for path in paths:
            path.write_text('{"m":"old"}\n')
        here, there = multiprocessing.Pipe()
        process = multiprocessing.Process(target=reader, args=(directory, SECONDS + 1.5, there))
        process.start()
        there.close()
        here.recv()
        chance = random.Random(1)
        written: Seen = {}
        end = time.time() + SECONDS
        while time.time() < end:
            marker = f"m{len(written)}"
            with chance.choice(paths).open("a") as file:
                file.write(f'{{"m":"{marker}"}}\n')
            written[marker] = time.time()
            time.sleep(EVERY_S)
        seen, cpu, rss, descriptors = here.recv()
        process.join()
    lags = sorted(1000 * (seen[marker] - at) for marker, at in written.items() if marker in seen)
    middle, late = lags[len(lags) // 2], lags[int(len(lags) * 0.99)]
    return middle, late, cpu / (SECONDS + 1.5), rss, descriptors, len(lags), len(written)


def _cpu(since: resource.struct_rusage) -> float:
    now = resource.getrusage(resource.RUSAGE_SELF)
    return now.ru_utime + now.ru_stime - since.ru_utime - since.ru_stime


def _rss() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def main() -> None:
    """Print a table, and ratios to the two others."""
    counts = [int(argument) for argument in sys.argv[1:]] or [1, 100, 5000]
    print(f"{'files':>6} {'reader':8} {'median':>9} {'p99':>9} {'CPU':>7} {'MiB':>6} {'fds':>6}  seen")
    for count in counts:
        results = {reader.__name__: measure(reader, count) for reader in (ours, naive, tail)}
        for name, (middle, late, cpu, rss, descriptors, found, written) in results.items():
            row = f"{count:>6} {name:8} {middle:6.1f} ms {late:6.1f} ms {cpu:6.1%} {rss:6.0f} {descriptors:>6}"
            print(f"{row}  {found}/{written}")
        for other in ("naive", "tail"):
            lag = results["ours"][0] / results[other][0]
            cpu = results["ours"][2] / max(results[other][2], 0.001)
            print(f"{count:>6} ours / {other}: lag x{lag:.2f}, CPU x{cpu:.2f}")


if __name__ == "__main__":
    main()
