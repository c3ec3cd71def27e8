"""How long an offline scan takes beside one pass of jq and of DuckDB over the same file, and its peak of memory.

usage: forensics.py [LINES | FILE] [scan]     (default 100,000 lines, about 126 MB, made once; "scan": nothing else)

The peak is of all processes together. Pages that they have in common, such as those of libraries, count for each.
Compare seconds of the processors where the machine does other things as well.
"""

import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from logs import made

_DUCKDB = """
import duckdb, sys
print(duckdb.sql("SELECT count(*), sum(length(json)) FROM read_ndjson_objects($1)", params=[sys.argv[1]]).fetchall())
"""
_LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    seconds: float
    cpu: float
    peak: int
    """Bytes."""


def run(name: str, command: list[str]) -> Row:
    """Seconds by the clock and of all cores, and the peak of all processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(resident, family(process.pid))))
            time.sleep(_LOOK_S)
        assert process.stderr is not None
        said = process.stderr.read().decode()
    wall = time.perf_counter() - started
    assert process.returncode in (0, 1), said
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Row(name, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak)


def family(pid: int) -> list[int]:
    """The process and all that it has started, as far as they are still there."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in family(int(child)))]


def resident(pid: int) -> int:
    """Bytes of memory that a process has; 0 once it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def main() -> None:
    what, only = sys.argv[1] if len(sys.argv) > 1 else "100000", "scan" in sys.argv[2:]
    path = made(int(what)) if what.isdigit() else Path(what)
    size = path.stat().st_size
    with path.open("rb") as log:
        count = sum(1 for _ in log)
    rows = []
    if not only:
        if shutil.which("jq"):
            rows.append(run("jq -c .", ["jq", "-c", ".", str(path)]))
        rows.append(run("DuckDB, every line as JSON", [sys.executable, "-c", _DUCKDB, str(path)]))
    scan = [sys.executable, "-m", "llmsec_tui", "scan", str(path)]
    if not only:
        rows.append(run("scan --jobs 1", [*scan, "--jobs", "1"]))
    rows.append(run("scan, all cores", scan))
    print(f"{size / 1e6:,.0f} MB, {count:,} lines\n")
    print(f"{'what':<28}{'s':>8}{'MB/s':>8}{'lines/s':>10}{'cpu s':>8}{'× first':>9}{'peak MB':>9}")
    for row in rows:
        speed = f"{size / row.seconds / 1e6:>8.1f}{count / row.seconds:>10,.0f}"
        ratio = row.seconds / rows[0].seconds
        print(f"{row.name:<28}{row.seconds:>8.1f}{speed}{row.cpu:>8.1f}{ratio:>9.1f}{row.peak / 1e6:>9.0f}")


if __name__ == "__main__":
    main()
