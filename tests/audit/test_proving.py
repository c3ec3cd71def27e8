"""Proofs that a stranger checks with the shipped script, on a machine that has nothing of ours."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from tests.audit.acts import Ada, Key, act, fill

from llmsec_tui.audit import check_proof
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.proving import SealedTree
from llmsec_tui.audit.verify import verify
from llmsec_tui.errors import NotFound, StoreError

SCRIPT = Path(check_proof.__file__).read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sealed journal of eleven records."""
    fill(tmp_path / "audit", 10, Key())
    return tmp_path / "audit"


def proofs(folder: Path, seqs: list[int]) -> list[dict[str, Any]]:
    """As ``audit prove`` writes them."""
    found = SealedTree(folder, seqs).proofs()
    return [asdict(one) | {"size": found.size, "note": found.note, "vkey": found.vkey} for one in found.records]


def checked(tmp_path: Path, lines: list[dict[str, Any]], *arguments: str) -> subprocess.CompletedProcess[str]:
    """What the script says, run where llmsec_tui cannot be imported."""
    alone = tmp_path / "elsewhere"
    alone.mkdir(exist_ok=True)
    (alone / "check_proof.py").write_text(SCRIPT)
    return subprocess.run(
        [sys.executable, "-P", "check_proof.py", *arguments],
        cwd=alone,
        input="".join(json.dumps(line) + "\n" for line in lines),
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_script_needs_nothing_but_a_public_library() -> None:
    """Whoever checks does not have to trust our code."""
    imported = {line.split()[1].split(".")[0] for line in SCRIPT.splitlines() if line.startswith(("import ", "from "))}
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def test_every_record_is_proven_to_a_stranger(folder: Path, tmp_path: Path) -> None:
    """He sees the record, and nothing else of the journal."""
    made = proofs(folder, list(range(1, 12)))
    run = checked(tmp_path, made, made[0]["vkey"])
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) == 11
    assert "record 2 is one of the 11 that were signed: 'ada' (uid 1000), 'alerts.dismiss' on 'alert:0001': 'done'" in (
        run.stdout
    )


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("record", lambda value: value.replace("ada", "eve")),
        ("record", lambda value: value.replace('"seq":5', '"seq":6')),
        ("record", lambda value: value.replace('"seq":5', '"seq":0')),
        ("path", lambda value: value[:-1]),
        ("path", lambda value: [*value, "00" * 32]),
        ("path", lambda value: ["00" * 32, *value[1:]]),
        ("note", lambda value: value.replace("\n11\n", "\n12\n")),
        ("note", lambda value: value.splitlines()[0] + "\n"),
    ],
)
def test_a_proof_that_was_changed_does_not_hold(folder: Path, tmp_path: Path, field: str, change: Any) -> None:
    """Whatever of it."""
    [proof] = proofs(folder, [5])
    changed = proof | {field: change(proof[field])}
    assert changed != proof
    run = checked(tmp_path, [changed], proof["vkey"])
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("DOES NOT HOLD")
    assert "Traceback" not in run.stderr


def test_a_proof_under_another_key_does_not_hold(folder: Path, tmp_path: Path) -> None:
    """Nor does one of another journal, nor a key with a slip."""
    fill(tmp_path / "other", 2, Key("second"))
    [proof] = proofs(folder, [5])
    [other] = proofs(tmp_path / "other", [1])
    for vkey in (other["vkey"], proof["vkey"][:-2] + "AA", "nonsense"):
        assert checked(tmp_path, [proof], vkey).returncode == 1
    assert checked(tmp_path, [], proof["vkey"]).returncode == 1
    assert checked(tmp_path, []).returncode == 2


def test_a_journal_proves_that_it_goes_on_from_an_old_note(folder: Path, tmp_path: Path) -> None:
    """Whoever kept the note needs no record for that; a journal that was rewritten cannot prove it."""
    old = SealedTree(folder)
    (tmp_path / "old.note").write_text(old.note)
    fill(folder, 9, Key())
    new = SealedTree(folder)
    head = {"note": new.note, "consistency": new.consistency(old.size)}
    run = checked(tmp_path, [head], new.vkey, str(tmp_path / "old.note"))
    assert (run.returncode, run.stdout) == (0, "HOLDS: the journal of 20 records begins with the 11 of the old note\n")
    for spoiled in (
        head | {"consistency": head["consistency"][:-1]},
        head | {"consistency": ["00" * 32, *head["consistency"][1:]]},
        head | {"consistency": []},
        head | {"note": old.note},
    ):
        assert checked(tmp_path, [spoiled], new.vkey, str(tmp_path / "old.note")).returncode == 1


def test_records_are_proven_after_a_retirement_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are left; the others cannot be."""
    monkeypatch.setattr("llmsec_tui.audit.appending.SEGMENT_BYTES", 2_000)
    fill(tmp_path / "audit", 12, Key())
    journal = Journal.open(tmp_path / "audit", Key())
    journal.retire(8, Ada(), "old")
    first, last = journal.first_seq, journal.last_seq
    journal.close()
    made = proofs(tmp_path / "audit", list(range(first, last + 1)))
    assert checked(tmp_path, made, made[0]["vkey"]).returncode == 0
    with pytest.raises(NotFound, match="cannot be proven"):
        SealedTree(tmp_path / "audit", [first - 1])


def test_what_is_not_sealed_cannot_be_proven(tmp_path: Path) -> None:
    """With what to do."""
    fill(tmp_path / "audit", 2)
    with pytest.raises(StoreError, match="nothing of it can be proven"):
        SealedTree(tmp_path / "audit", [1])
    fill(tmp_path / "sealed", 2, Key())
    with pytest.raises(NotFound, match="sealed are records 1 to 3"):
        SealedTree(tmp_path / "sealed", [4])
    with pytest.raises(NotFound, match="cannot be proven"):
        SealedTree(tmp_path / "sealed").consistency(4)


def test_nothing_is_proven_out_of_a_journal_that_was_tampered_with(folder: Path) -> None:
    """The proof is made of what was verified."""
    file = folder / "000001.jsonl"
    file.write_bytes(file.read_bytes().replace(b"alert:0003", b"alert:0009"))
    with pytest.raises(StoreError, match="is broken"):
        SealedTree(folder, [1])
    assert not verify(folder).ok


def test_a_record_that_was_just_made_can_be_proven_at_once(folder: Path, tmp_path: Path) -> None:
    """It takes a seal, which a running journal can be asked for."""
    journal = Journal.open(folder, Key())
    journal.append(act(99))
    assert journal.seal()
    made = proofs(folder, [journal.last_seq])
    journal.close()
    assert checked(tmp_path, made, made[0]["vkey"]).returncode == 0
