"""Memory does not grow with the input."""

import subprocess
import sys
from pathlib import Path

from tests.service.parts import RULE
from tests.service.scanning.logs import lines

PEAK = Path(__file__).with_name("peak.py")


def test_four_times_the_input_takes_no_more_memory(tmp_path: Path) -> None:
    """Every message is new, so all keys, texts and counted events of it have to be kept somewhere."""
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "rule.yml").write_text(RULE)
    peaks = []
    for name, times in (("small", 6), ("big", 24)):
        log = tmp_path / f"{name}.jsonl"
        with log.open("wb") as out:
            for seed in range(times):
                out.writelines(
                    line.replace(b"Tell me", b"%d: xyzzy-plugh" % seed).replace(b"c1", b"c%d" % seed)
                    for line in lines(seed, 1_000)
                    if line.startswith(b'{"timestamp"')
                )
        command = [sys.executable, str(PEAK), str(log), str(rules)]
        peaks.append(int(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    assert peaks[1] < peaks[0] + 48 * 1024
