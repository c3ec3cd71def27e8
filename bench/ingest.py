"""Whole pipeline into a store on disk, beside DuckDB's own reader, jq and a naive scan, in one run.

Once over calls, transcripts and gateway records of usual lengths, and once over all sample formats by turns, whose
records are short. Lines a second of wall time tell nothing on a machine that others work on; seconds of processor a
line do.

usage: ingest.py [LINES]      (default 1,000,000)
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from logs import lines as usual
from logs import made, mixed

NAIVE_LINES = 2_000


@dataclass(frozen=True)
class Result:
    name: str
    lines: int
    bytes: int
    seconds: float
    cpu_s: float
    """Of the process and all that it started."""
    rss_mb: float
    """The largest sum of the processes at one time."""
    note: str = ""


@dataclass(frozen=True)
class Ran:
    seconds: float
    cpu_s: float
    rss_mb: float
    output: str


def in_child(code: list[str]) -> Ran:
    """Run a process to its end."""
    started = time.perf_counter()
    process = subprocess.Popen(code, stdout=subprocess.PIPE, text=True)
    highest = [0.0]
    over = threading.Event()
    looking = threading.Thread(target=watch_memory, args=(process.pid, highest, over))
    looking.start()
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    over.set()
    looking.join()
    if status:
        sys.exit(f"{code[:4]} failed with {os.waitstatus_to_exitcode(status)}")
    return Ran(seconds, usage.ru_utime + usage.ru_stime, max(highest[0], usage.ru_maxrss / 1024), output)


def watch_memory(pid: int, highest: list[float], over: threading.Event) -> None:
    """Note the largest sum of MB that a process and those it started hold together."""
    while not over.wait(0.1):
        highest[0] = max(highest[0], sum(resident_mb(one) for one in family(pid)))


def family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        threads = [task for task in Path(f"/proc/{pid}/task").iterdir() if task.name != str(pid)]
        children += [child for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:
        return []
    return [pid, *(each for child in children for each in family(int(child)))]


def resident_mb(pid: int) -> float:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except OSError:
        return 0.0
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def ours(log: Path, lines: int, folder: Path) -> Result:
    ran = in_child([sys.executable, "-m", "llmsec_tui", "--home", str(folder / "home"), "collect", "--once", str(log)])
    note = store_note(folder / "home" / "store.duckdb", log)
    return result("llmsec-tui collect --once", lines, log, ran, note)


def result(name: str, lines: int, log: Path, ran: Ran, note: str) -> Result:
    return Result(name, lines, log.stat().st_size, ran.seconds, ran.cpu_s, ran.rss_mb, note)


def store_note(store: Path, log: Path) -> str:
    code = (
        "import duckdb,sys;c=duckdb.connect(sys.argv[1],read_only=True);"
        "print(*[c.execute(f'select count(*) from {t}').fetchone()[0] for t in ('events','contents','alerts')])"
    )
    counts = subprocess.run([sys.executable, "-c", code, str(store)], capture_output=True, text=True, check=True)
    events, contents, alerts = counts.stdout.split()
    ratio = store.stat().st_size / log.stat().st_size
    return f"{int(events):,} events, {int(contents):,} texts, {int(alerts):,} alerts; store {ratio:.2f}x of the log"


def duckdb_reader(log: Path, lines: int, folder: Path) -> Result:
    code = (
        "import duckdb,sys;c=duckdb.connect(sys.argv[1]);c.execute('set threads=2');"
        "c.execute(\"create table t as select * from read_json(?, format='newline_delimited', sample_size=20000, "
        'union_by_name=true, ignore_errors=true, maximum_object_size=33554432)",[sys.argv[2]])'
    )
    ran = in_child([sys.executable, "-c", code, str(folder / "reader.duckdb"), str(log)])
    return result("DuckDB read_json into a table", lines, log, ran, "no events, no rules")


def jq(log: Path, lines: int, folder: Path) -> Result:
    ran = in_child(["sh", "-c", 'jq -c .id "$1" > "$2"', "sh", str(log), str(folder / "ids")])
    return result("jq -c .id", lines, log, ran, "one field, nothing kept")


def naive(log: Path) -> Result:
    """Every rule's expression over every text, no views shared, no prefilter."""
    ran = in_child([sys.executable, str(Path(__file__).with_name("naive.py")), str(log), str(NAIVE_LINES)])
    told = json.loads(ran.output)
    size, seconds, note = told["bytes"], told["seconds"], "rules only, a sample"
    return Result("one Polars scan per rule", told["lines"], size, seconds, ran.cpu_s, ran.rss_mb, note)


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    compare(made(lines, usual), lines, with_naive=True)
    compare(made(lines, mixed), lines, with_naive=False)


def compare(log: Path, lines: int, *, with_naive: bool) -> None:
    """All ways over one log. The naive one knows only the usual records."""
    with tempfile.TemporaryDirectory(dir=log.parent) as scratch:
        folder = Path(scratch)
        results = [ours(log, lines, folder), duckdb_reader(log, lines, folder)]
        if shutil.which("jq"):
            results.append(jq(log, lines, folder))
        if with_naive:
            results.append(naive(log))
    reference = results[0].bytes / results[0].seconds
    print(f"\n{log.name}: {lines:,} lines, {log.stat().st_size / 1e6:,.0f} MB, {os.cpu_count()} cores\n")
    print(f"{'what':<32}{'lines/s':>10}{'MB/s':>8}{'cpu µs/line':>13}{'peak MB':>9}{'ours ÷ it':>11}  note")
    for r in results:
        speed = r.bytes / r.seconds
        print(
            f"{r.name:<32}{r.lines / r.seconds:>10,.0f}{speed / 1e6:>8.1f}{r.cpu_s / r.lines * 1e6:>13.1f}"
            f"{r.rss_mb:>9.0f}{reference / speed:>11.2f}  {r.note}"
        )


if __name__ == "__main__":
    main()
