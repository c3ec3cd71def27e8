"""The unit for systemd is one that systemd takes."""

import shutil
import subprocess
from pathlib import Path

import pytest

_UNIT = Path(__file__).parents[2] / "docs" / "llmsec-tui.service"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / _UNIT.name
    # It complains of a program that is not installed.
    unit.write_text(_UNIT.read_text().replace("/opt/llmsec-tui/bin/llmsec-tui", "/bin/true"))
    verified = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")
