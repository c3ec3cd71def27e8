"""What a hardened process has in memory is in no core dump, and no other process of its user can read it."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process close its memory")

_AS_ONE_USER = """
import ctypes, os
if os.geteuid() == 0:
    # Root may read everything, so both are somebody else; who changes their user is undumpable at first.
    os.setresuid(54_321, 54_321, 54_321)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
"""
_STAND = """
import resource, sys
from llmsec_tui.hardening import keep_memory_private, leave_no_core
{as_user}
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
{hardening}
print("ready", flush=True)
sys.stdin.read()
"""
_LOOK = """
import sys
{as_user}
try:
    open(f"/proc/{{sys.argv[1]}}/mem", "rb").close()
except OSError as error:
    print(type(error).__name__)
else:
    print("read")
"""


def _standing(hardening: str, folder: Path, as_user: str = "") -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", _STAND.format(hardening=hardening, as_user=as_user)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _cores(hardening: str, folder: Path) -> int:
    folder.mkdir()
    process = _standing(hardening, folder)
    process.send_signal(11)
    process.communicate(timeout=PATIENCE_S)
    return len(list(folder.iterdir()))


def test_a_hardened_process_that_crashes_leaves_no_core(tmp_path: Path) -> None:
    if not _cores("", tmp_path / "unhardened"):
        pytest.skip("this machine writes no core dumps into the working directory")
    assert _cores("leave_no_core()", tmp_path / "without core") == 0
    assert _cores("keep_memory_private()", tmp_path / "private") == 0


@linux_only
def test_another_process_of_the_same_user_cannot_read_its_memory(tmp_path: Path) -> None:
    seen = {}
    for hardening in ("", "keep_memory_private()"):
        process = _standing(hardening, tmp_path, _AS_ONE_USER)
        look = [sys.executable, "-c", _LOOK.format(as_user=_AS_ONE_USER), str(process.pid)]
        seen[hardening] = subprocess.run(look, capture_output=True, text=True, check=True).stdout.strip()
        process.communicate(timeout=PATIENCE_S)
    if seen[""] != "read":
        pytest.skip("this system keeps processes of one user apart anyway")
    assert seen["keep_memory_private()"] == "PermissionError"
