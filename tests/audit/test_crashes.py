"""A journal that was killed at any step goes on and has what it acknowledged; what is not kept is not acknowledged."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.audit import crash_scenario
from tests.audit.acts import Key, act, codes, fill

from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.verify import verify
from llmsec_tui.errors import StoreError

SEARCHED = os.pathsep.join(["src", ".", *sys.path])
SCENARIO = str(Path(crash_scenario.__file__))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A command that finds the program and these tests."""
    environment = os.environ | {"PYTHONPATH": SEARCHED}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_death_at_any_call_to_the_system_loses_nothing(tmp_path: Path) -> None:
    """Opening, recording, changing files and keys, sealing, retiring, closing: before and after each single call."""
    ran = run(sys.executable, SCENARIO, "at-each-call", str(tmp_path))
    assert ran.returncode == 0, ran.stderr
    counts = [int(line.split()[0]) for line in ran.stdout.splitlines()]
    assert len(counts) == 2
    assert min(counts) > 60


def _traced() -> bool:
    strace = shutil.which("strace")
    return strace is not None and run(strace, "-qq", "-e", "trace=none", "true").returncode == 0


@pytest.mark.skipif(not _traced(), reason="strace is missing here or may not trace")
@pytest.mark.parametrize(("call", "nth"), [("fsync", 4), ("fsync", 11), ("openat", -1), ("pwrite64", 3)])
def test_a_kill_by_the_kernel_in_the_middle_of_a_call_loses_nothing(tmp_path: Path, call: str, nth: int) -> None:
    """As strace does it: the process knows nothing of it."""
    when = str(nth) if nth > 0 else "400+50"
    inject = ["-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={when}"]
    run("strace", *inject, sys.executable, SCENARIO, "once", str(tmp_path))
    crash_scenario.look(tmp_path / "audit")


@pytest.mark.skipif(not _traced(), reason="strace is missing here or may not trace")
@pytest.mark.parametrize(("call", "error"), [("fsync", "EIO"), ("fsync", "ENOSPC")])
def test_an_act_is_not_acknowledged_when_the_kernel_says_that_it_is_not_on_disk(
    tmp_path: Path, call: str, error: str
) -> None:
    """The scenario ends with that error, and what it acknowledged before is there."""
    inject = ["-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when=9+"]
    ran = run("strace", *inject, sys.executable, SCENARIO, "once", str(tmp_path))
    assert "StoreError" in ran.stderr
    crash_scenario.look(tmp_path / "audit")


def test_an_act_is_not_acknowledged_on_a_disk_that_became_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left of it, and once the disk can be written again the journal goes on."""
    journal = Journal.open(tmp_path / "audit", Key())

    def fail(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as read_only:
        for name in ("write", "fsync", "ftruncate"):
            read_only.setattr(os, name, fail)
        with pytest.raises(StoreError, match="Read-only file system"):
            journal.append(act(1))
        with pytest.raises(StoreError, match="Nothing more is recorded"):
            journal.append(act(2))
    journal.close()
    fill(tmp_path / "audit", 1, Key())
    assert codes(tmp_path / "audit") == {"VERIFIED"}
    assert verify(tmp_path / "audit").verified_seq == 2


def _append(journal: Journal, size: int) -> str:
    """Why an act with so long a reason was refused; empty when it was recorded."""
    try:
        journal.append(act(0, reason="x" * size))
    except StoreError as error:
        return error.message
    return ""


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting takes root")
def test_a_full_disk_acknowledges_nothing_and_spoils_nothing(tmp_path: Path) -> None:
    """On a real file system of 128 KiB: the act that does not fit is refused, and so are those after it."""
    place = tmp_path / "small"
    place.mkdir()
    if run("mount", "-t", "tmpfs", "-o", "size=128k,mode=0700", "tmpfs", str(place)).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        journal = Journal.open(place / "audit", Key())
        while not (refused := _append(journal, 2_000)):
            last = journal.last_seq
        assert "No space left on device" in refused
        assert last > 10
        assert journal.last_seq >= last
        assert "No space left" in _append(journal, 5_000)
        journal.close()
        found = verify(place / "audit")
        assert found.verified_seq >= last
        assert {row.name for row in found.verdicts} <= {"VERIFIED", "LEFT UNSEALED"}
    finally:
        run("umount", str(place))
