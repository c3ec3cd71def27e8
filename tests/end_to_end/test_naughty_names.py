"""Files with names that break software, all the way: found, followed, stored, listed, and scanned."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.end_to_end.collectors import collecting, until
from tests.patience import PATIENCE_S

from llmsec_tui.paths import Home
from llmsec_tui.service.api import ListSources
from llmsec_tui.service.client import ask_once

NAMES = [
    "new\nline",
    "tab\tand\rreturn",
    "\x1b[2J\x1b]0;title\x07\x1b]52;c;Y2xpcA==\x07",
    "\x9b31m csi",
    "\u202eright to left",
    "Z̸̨̛̼a͐l̶͝g̵o̷",
    "👩‍👩‍👧‍👦 🇩🇪",
    "ｆｕｌｌ ｗｉｄｔｈ",
    "\u200b\ufeff\u2028",
    "'; DROP TABLE events; --",
    "$(id) `id` && rm -rf ~",
    "%s%n {0} [bold]x[@click=q]",
    "..",
    "-rf",
    "a!b",
    "[1]",
    "\\x41\\",
    "x" * 200,
]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of each name with one line; one more has a name that is no UTF-8."""
    folder = tmp_path_factory.mktemp("names")
    for number, name in enumerate(NAMES):
        line = json.dumps({"role": "user", "content": f"line {number}", "id": f"m{number}"})
        (folder / f"a{name}.jsonl").write_text(line + "\n", encoding="utf-8")
    Path(os.fsdecode(os.fsencode(folder) + b"/bad\xff.jsonl")).write_text("{}\n")
    return folder


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "llmsec_tui", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE_S, check=False)
    assert b"Traceback" not in result.stderr
    return result


def _is_harmless(said: bytes) -> bool:
    return all(character == "\n" or character.isprintable() for character in said.decode())


def test_names_that_break_software_are_followed_stored_and_listed_like_others(logs: Path, tmp_path: Path) -> None:
    """As data they are what they are; for people, nothing in them reaches the terminal."""
    home = tmp_path / "home"
    with collecting(home, logs):
        until(lambda: sum(row.events for row in ask_once(Home(home).socket, ListSources()).rows) == len(NAMES))
        listed = _run("--home", home, "sources", "list")
        table = _run("--home", home, "sources", "list", "--format", "table")
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert {row["path"]: row["events"] for row in rows} == {str(logs / f"a{name}.jsonl"): 1 for name in NAMES}
    assert _is_harmless(table.stdout)


def test_they_are_scanned_and_what_cannot_be_named_is_told(logs: Path, tmp_path: Path) -> None:
    """The name that is no UTF-8 is spelled out."""
    told = tmp_path / "summary.json"
    result = _run("scan", f"--rules={Path(__file__).parents[1] / 'crash' / 'rules'}", logs, "--summary", told)
    summary = json.loads(told.read_text())
    assert (summary["records"], summary["dead_letters"]) == (len(NAMES), 0)
    assert "not UTF-8" in result.stderr.decode()
    assert _is_harmless(result.stderr.replace(b"\r", b"").replace(b"\x1b[K", b""))
