"""From a passphrase to a verdict, by commands: a key in a vault, an anchor outside, and a journal whose end is gone."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.collectors import collecting, forget_vault

from llmsec_tui.paths import Home

PASSPHRASE = "five words would do here"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home")
    made.create()
    (tmp_path / "kept").touch()
    made.anchors.write_text(f"anchors:\n  - {{name: auditor, kind: file, path: {tmp_path / 'kept'}}}\n")
    yield made
    forget_vault(made.root)


def _run(home: Home, *arguments: str, said: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "llmsec_tui", "--home", str(home.root), *arguments]
    return subprocess.run(command, input=said, capture_output=True, text=True, check=False)


def _one(home: Home, *arguments: str) -> Any:
    return json.loads(_run(home, *arguments).stdout)


def test_a_journal_is_signed_from_a_vault_anchored_and_found_cut(home: Home, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    with collecting(home.root):
        refused = _run(home, "audit", "key", "init", "--place", "vault")
        assert (refused.returncode, home.vault.exists()) == (3, False)
        assert "There is no passphrase of the vault; nothing was done." in refused.stderr
        made = _run(home, "audit", "key", "init", "--place", "vault", said=PASSPHRASE + "\n")
        assert made.returncode == 0, made.stderr
        key = _one(home, "audit", "key", "show")
        assert (key["problem"], key["locked"]) == ("", False)
        assert _run(home, "audit", "anchor").returncode == 0
        status = _one(home, "status")
        assert (status["anchor"], status["signing"]) == ("auditor", "")
        assert status["anchor_seq"] > 0
        assert _run(home, "audit", "verify").returncode == 0
    with collecting(home.root):
        again = _one(home, "audit", "key", "show")
        assert again["locked"] or again["vkey"] == key["vkey"]
        assert _run(home, "audit", "key", "unlock", said="these are other words\n").returncode == 3
        assert _run(home, "audit", "key", "unlock", said=PASSPHRASE + "\r\n").returncode == 0
        assert _run(home, "audit", "key", "rotate", "--note", "the tests say so").returncode == 0
        rotated = _one(home, "audit", "key", "show")
        assert rotated["vkey"] not in ("", key["vkey"])
    assert [path for path in home.root.rglob("*") if path.is_file() and PASSPHRASE.encode() in path.read_bytes()] == []
    outside = ("audit", "verify", "--folder", str(home.journal), "--anchor", str(kept), "--key", rotated["vkey"])
    verified = _run(home, *outside)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    journal = home.journal / "000001.jsonl"
    journal.write_text("".join(journal.read_text().splitlines(keepends=True)[:-2]))
    cut = _run(home, *outside)
    assert cut.returncode == 1
    assert "TRUNCATED" in cut.stdout.upper()
