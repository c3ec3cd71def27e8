"""The audit trail from the shell: asked of a collector, and read from the files without one."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.audit.acts import Key, act
from tests.audit.test_tampering import TAMPERINGS
from tests.cli.parts import rows, run
from tests.end_to_end.collectors import collecting, forget_vault

from llmsec_tui.audit.anchors import Anchored, line_of
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.note import Verifier
from llmsec_tui.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A state directory with a sealed journal of eight records, and nobody who writes to it."""
    made = Home(tmp_path / "home")
    made.create()
    journal = Journal.open(made.journal, Key())
    for number in range(1, 8):
        journal.append(act(number))
    journal.close()
    return made.root


def test_a_journal_is_verified_without_a_collector(home: Path) -> None:
    """The verdicts as data, with their codes; exit 0 when nothing speaks against it."""
    [found] = rows(home, "audit", "verify")
    assert [(row["code"], row["name"]) for row in found["verdicts"]] == [(0, "VERIFIED")]
    assert (found["ok"], found["sealed_seq"], found["index_ok"]) == (True, 8, None)
    shown = run(home, "audit", "verify", "--format", "table").stdout
    assert "VERIFIED      Records up to 8 are as they were written" in shown


@pytest.mark.parametrize("how", list(TAMPERINGS))
def test_a_tampered_journal_is_called_what_it_is(home: Path, how: str) -> None:
    """Ten ways and more, and exit 1 for each."""
    change, name = TAMPERINGS[how]
    file = home / "audit" / "000001.jsonl"
    file.write_bytes(b"".join(change(file.read_bytes().splitlines(keepends=True))))
    said = run(home, "audit", "verify", expect=1)
    found = json.loads(said.stdout)
    assert name in [row["name"] for row in found["verdicts"]]
    assert not found["ok"]


def test_a_key_and_anchors_of_ones_own_can_be_named(home: Path, tmp_path: Path) -> None:
    """A copy of the folder will do; a key with a slip is refused before anything is read."""
    copy = shutil.copytree(home / "audit", tmp_path / "copy")
    [found] = rows(home, "audit", "verify")
    name = f"llmsec-tui/{found['log_id']}"
    run(home, "audit", "verify", "--folder", str(copy), "--key", Verifier(name, Key().public).vkey)
    seen = Anchored(name, 8, bytes.fromhex(found["root"]), bytes.fromhex(found["head"]), 1, b"")
    (tmp_path / "anchors").write_bytes(b"Nov 23 host syslog: " + line_of(seen) + b"\n")
    [anchored] = rows(home, "audit", "verify", "--anchor", str(tmp_path / "anchors"))
    assert (anchored["completeness"], anchored["anchored_seq"]) == ("anchored", 8)
    run(home, "audit", "verify", "--key", Verifier(name, Key("other").public).vkey, expect=1)
    assert "no verifier key" in run(home, "audit", "verify", "--key", "nonsense", expect=3).stderr
    assert "cannot be read" in run(home, "audit", "verify", "--anchor", str(tmp_path / "none"), expect=3).stderr
    assert "nothing was verified" in run(home, "audit", "verify", "--folder", str(tmp_path / "none"), expect=3).stderr


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One that a collector serves, whose key is in a vault."""
    folder = tmp_path_factory.mktemp("audit") / "home"
    with collecting(folder):
        subprocess.run(
            [sys.executable, "-m", "llmsec_tui", "--home", str(folder), "audit", "key", "init", "--place", "vault"],
            input=b"correct horse battery staple\n",
            check=True,
            capture_output=True,
        )
        yield folder
        forget_vault(folder)


def test_a_collector_verifies_with_its_index(served: Path) -> None:
    """While it writes."""
    rows(served, "audit", "log", "--filter", "action:collector.start")
    [found] = rows(served, "audit", "verify")
    assert [row["name"] for row in found["verdicts"]] == ["VERIFIED"]
    assert (found["index_ok"], found["integrity"]) == (True, "whole")


def test_the_trail_is_listed_and_each_record_shown(served: Path) -> None:
    """By filter, newest first."""
    listed = rows(served, "audit", "log", "--filter", "action:keys.init")
    assert [(row["action"], row["result"]) for row in listed] == [("keys.init", "done")]
    [shown] = rows(served, "audit", "show", str(listed[0]["seq"]))
    assert (shown["seq"], shown["hash"]) == (listed[0]["seq"], listed[0]["hash"])
    assert "correct horse" not in json.dumps(shown)
    assert "no record 9999" in run(served, "audit", "show", "9999", expect=3).stderr


def test_a_stranger_checks_what_is_handed_out(served: Path, tmp_path: Path) -> None:
    """A proof, an export, and that the journal goes on from an old head; with the script that we write out."""
    (tmp_path / "check_proof.py").write_text(run(served, "audit", "prove", "--script").stdout)
    [head] = rows(served, "audit", "head")
    (tmp_path / "old.note").write_text(head["note"])

    def holds(given: str, *arguments: str) -> bool:
        command = [sys.executable, "-P", str(tmp_path / "check_proof.py"), head["vkey"], *arguments]
        return subprocess.run(command, input=given.encode(), cwd=tmp_path, capture_output=True).returncode == 0

    proof = run(served, "audit", "prove", "1").stdout
    assert holds(proof)
    assert not holds(proof.replace("collector.start", "collector.stop"))
    exported = run(served, "audit", "export").stdout
    assert exported.count("\n") > 3
    assert holds(exported)
    assert run(served, "audit", "export", "--limit", "2").stdout.count("\n") == 2
    assert holds(run(served, "audit", "head", "--since", str(head["size"])).stdout, str(tmp_path / "old.note"))
    assert [row["action"] for row in rows(served, "audit", "log", "--filter", "audit.prove")] == ["audit.prove"]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["prove"], "Which record?"),
        (["prove", "9999"], "cannot be proven"),
        (["anchor"], "no anchors"),
        (["retire", "1", "--note", "old"], "nothing was retired"),
        (["head", "--since", "9999"], "cannot be proven"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(served: Path, command: list[str], told: str) -> None:
    """With exit 3."""
    assert told in run(served, "audit", *command, expect=3).stderr


def test_a_head_is_shown_to_people_with_its_note(served: Path) -> None:
    """To be copied by hand or printed."""
    shown = run(served, "audit", "head", "--format", "table").stdout
    assert shown.rstrip().splitlines()[-1].startswith("— llmsec-tui/")
