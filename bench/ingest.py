"""Whole pipeline into a store on disk, beside DuckDB's own reader and a naive scan, in one run.

usage: ingest.py [LINES]      (default 1,000,000)
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from logs import made

NAIVE_LINES = 2_000


@dataclass(frozen=True)
class Result:
    name: str
    lines: int
    bytes: int
    seconds: float
    rss_mb: float
    note: str = ""


def in_child(code: list[str], environment: dict[str, str] | None = None) -> tuple[float, float, str]:
    """Run a process to its end: wall seconds, peak RSS in MB, stdout."""
    started = time.perf_counter()
    process = subprocess.Popen(code, stdout=subprocess.PIPE, env=os.environ | (environment or {}), text=True)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        sys.exit(f"{code[:4]} failed with {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_maxrss / 1024, output


def ours(log: Path, lines: int, folder: Path) -> Result:
    seconds, rss, _ = in_child(
        [sys.executable, "-m", "llmsec_tui", "--home", str(folder / "home"), "collect", "--once", str(log)]
    )
    note = store_note(folder / "home" / "store.duckdb", log)
    return Result("llmsec-tui collect --once", lines, log.stat().st_size, seconds, rss, note)


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
    seconds, rss, _ = in_child([sys.executable, "-c", code, str(folder / "reader.duckdb"), str(log)])
    return Result("DuckDB read_json into a table", lines, log.stat().st_size, seconds, rss, "no events, no rules")


def naive(log: Path) -> Result:
    """Every rule's expression over every text, no views shared, no prefilter."""
    _seconds, rss, output = in_child(
        [sys.executable, str(Path(__file__).with_name("naive.py")), str(log), str(NAIVE_LINES)]
    )
    told = json.loads(output)
    return Result(
        "one Polars scan per rule", told["lines"], told["bytes"], told["seconds"], rss, "rules only, a sample"
    )


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    log = made(lines)
    with tempfile.TemporaryDirectory(dir=log.parent) as scratch:
        folder = Path(scratch)
        results = [ours(log, lines, folder), duckdb_reader(log, lines, folder), naive(log)]
    reference = results[0].bytes / results[0].seconds
    print(f"\n{log.name}: {lines:,} lines, {log.stat().st_size / 1e6:,.0f} MB, {os.cpu_count()} cores\n")
    print(f"{'what':<32}{'lines/s':>10}{'MB/s':>8}{'peak MB':>9}{'ours ÷ it':>11}  note")
    for r in results:
        speed = r.bytes / r.seconds
        print(
            f"{r.name:<32}{r.lines / r.seconds:>10,.0f}{speed / 1e6:>8.1f}{r.rss_mb:>9.0f}"
            f"{reference / speed:>11.2f}  {r.note}"
        )


if __name__ == "__main__":
    main()
