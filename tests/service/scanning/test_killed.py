"""A scan that is killed, at any point, leaves what it did; the next one goes on with it to the same bytes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S
from tests.service.parts import write_rules
from tests.service.scanning.logs import lines

SMALL_PIECES = Path(__file__).with_name("small_pieces.py")


AHEAD = 3
"""So many tasks more than it is to be killed at a scan does at most, however late that is noticed here."""


def start(
    rules: Path, logs: Path, manifest: Path, out: Path, jobs: int, most: int = 1_000_000
) -> subprocess.Popen[bytes]:
    arguments = [str(rules), str(logs), str(manifest), str(out), str(jobs), str(most)]
    return subprocess.Popen([sys.executable, str(SMALL_PIECES), *arguments], start_new_session=True)


def done(manifest: Path) -> int:
    """Tasks that are in the list, the one that is being written not counted."""
    return manifest.read_bytes().count(b"\n") if manifest.exists() else 0


def wait_until_gone(group: int) -> None:
    """All processes of the scan end when the one that was killed does."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail("a worker outlived its scan")


@pytest.mark.parametrize(("jobs", "steps"), [(1, (0, 1, 4, 9)), (2, (2, 7))])
def test_a_killed_scan_goes_on_to_the_same_bytes(jobs: int, steps: tuple[int, ...], tmp_path: Path) -> None:
    """``steps``: so many tasks more are done before each kill."""
    rules, logs = write_rules(tmp_path / "rules"), tmp_path / "logs"
    logs.mkdir()
    for number in range(4):
        (logs / f"{number}.jsonl").write_bytes(b"".join(lines(number, 120)))
    before = {path: path.stat() for path in logs.iterdir()}
    assert start(rules, logs, tmp_path / "whole", tmp_path / "expected", 1).wait(PATIENCE_S) == 0
    assert (tmp_path / "expected").stat().st_size > 0
    manifest, out = tmp_path / "m", tmp_path / "out"
    for more in steps:
        goal = done(manifest) + more
        scan = start(rules, logs, manifest, out, jobs, goal + AHEAD)
        while done(manifest) < goal and scan.poll() is None:
            time.sleep(0.001)
        scan.send_signal(signal.SIGKILL)
        assert scan.wait(PATIENCE_S) == -signal.SIGKILL
        wait_until_gone(scan.pid)
    known = done(manifest)
    assert start(rules, logs, manifest, out, jobs).wait(PATIENCE_S) == 0
    assert known >= sum(steps)
    for name in ("", ".json"):
        assert Path(f"{out}{name}").read_bytes() == Path(f"{tmp_path / 'expected'}{name}").read_bytes()
    assert not list((tmp_path / "m.parts").glob("*.partial"))
    after = {path: path.stat() for path in logs.iterdir()}
    assert [(one.st_atime_ns, one.st_mtime_ns) for one in after.values()] == [
        (one.st_atime_ns, one.st_mtime_ns) for one in before.values()
    ]
