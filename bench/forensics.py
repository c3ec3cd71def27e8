"""How long an offline scan takes beside one pass of jq and of DuckDB over the same file, and its peak of memory.

usage: forensics.py [LINES]        (default 100,000 lines, about 126 MB; made once)
"""

import resource
import shutil
import subprocess
import sys
import time

from logs import made

_DUCKDB = """
import duckdb, sys
print(duckdb.sql("SELECT count(*), sum(length(json)) FROM read_ndjson_objects($1)", params=[sys.argv[1]]).fetchall())
"""


def run(name: str, command: list[str]) -> tuple[str, float, float, int]:
    """Seconds by the clock and of all cores, and the peak of the largest process in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    wall = time.perf_counter() - started
    assert done.returncode in (0, 1), done.stderr.decode()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return name, wall, cpu, after.ru_maxrss // 1024


def main() -> None:
    path = made(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    size = path.stat().st_size
    rows = []
    if shutil.which("jq"):
        rows.append(run("jq length", ["jq", "-c", "length", str(path)]))
    rows.append(run("DuckDB, every line as JSON", [sys.executable, "-c", _DUCKDB, str(path)]))
    scan = [sys.executable, "-m", "llmsec_tui", "scan", str(path)]
    rows.append(run("scan --jobs 1", [*scan, "--jobs", "1"]))
    rows.append(run("scan, all cores", scan))
    print(f"{size / 1e6:,.0f} MB; the peak is of the largest process so far\n")
    print(f"{'what':<30}{'s':>8}{'MB/s':>8}{'cpu s':>8}{'× first':>9}{'peak MB':>9}")
    for name, wall, cpu, peak in rows:
        print(f"{name:<30}{wall:>8.1f}{size / wall / 1e6:>8.1f}{cpu:>8.1f}{wall / rows[0][1]:>9.1f}{peak:>9}")


if __name__ == "__main__":
    main()
