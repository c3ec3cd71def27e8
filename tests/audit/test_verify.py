"""Verification: every change to what was written is found, and nothing is changed by looking."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.audit.acts import act, fill

from llmsec_tui.audit import Finding, Journal, verify
from llmsec_tui.audit import journal as journal_module
from llmsec_tui.audit.record import seal
from llmsec_tui.errors import StoreError


def test_a_journal_as_written_verifies_up_to_its_last_record(tmp_path: Path) -> None:
    """The verdict names the number and the hash that somebody can keep elsewhere."""
    journal = Journal.open(tmp_path / "audit")
    journal.append(act(1))
    last = journal.append(act(2))
    verdict = verify(tmp_path / "audit")
    journal.close()
    assert (verdict.finding, verdict.last_seq, verdict.head) == (Finding.VERIFIED, 2, last.hash)
    assert verdict.problem == ""


def test_a_journal_without_records_is_empty(tmp_path: Path) -> None:
    """That is no failure; whether there ever were records, the folder cannot tell."""
    Journal.open(tmp_path / "audit").close()
    assert verify(tmp_path / "audit").finding is Finding.EMPTY


def test_a_flip_of_any_byte_is_found(tmp_path: Path) -> None:
    """No byte of a small journal can be changed without breaking it at or before that record."""
    fill(tmp_path / "audit", 2)
    file = tmp_path / "audit" / "000001.jsonl"
    whole = file.read_bytes()
    first = whole.index(b"\n") + 1
    for place in range(len(whole)):
        for mask in (0x01, 0x20):
            changed = bytearray(whole)
            changed[place] ^= mask
            file.write_bytes(changed)
            verdict = verify(tmp_path / "audit")
            assert not verdict.ok, f"byte {place} ^ {mask}"
            assert verdict.last_seq == (0 if place < first else 1)


def test_a_newline_written_over_any_byte_is_found(tmp_path: Path) -> None:
    """A line that falls in two is two lines that are no records."""
    fill(tmp_path / "audit", 2)
    file = tmp_path / "audit" / "000001.jsonl"
    whole = file.read_bytes()
    for place in (index for index, byte in enumerate(whole) if byte != 0x0A):
        file.write_bytes(whole[:place] + b"\n" + whole[place + 1 :])
        assert verify(tmp_path / "audit").finding is Finding.BROKEN


def _swap(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1], lines[3]]


def _duplicate(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1], lines[1], *lines[2:]]


def _delete(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *lines[2:]]


def _behead(lines: list[bytes]) -> list[bytes]:
    return lines[1:]


def _blank(lines: list[bytes]) -> list[bytes]:
    return [lines[0], b"\n", *lines[1:]]


def _spaced(lines: list[bytes]) -> list[bytes]:
    return [lines[0], json.dumps(json.loads(lines[1])).encode() + b"\n", *lines[2:]]


def _resealed(lines: list[bytes]) -> list[bytes]:
    """Change one record and give it a hash that fits; the next one still names the old hash."""
    record = json.loads(lines[1])
    del record["hash"]
    return [lines[0], seal(record | {"reason": "rewritten"})[1], *lines[2:]]


def _nested(lines: list[bytes]) -> list[bytes]:
    return [lines[0], b"[" * 100_000 + b"\n", *lines[2:]]


@pytest.mark.parametrize(
    ("change", "proven"),
    [
        (_swap, 1),
        (_duplicate, 2),
        (_delete, 1),
        (_behead, 0),
        (_blank, 1),
        (_spaced, 1),
        (_resealed, 2),
        (_nested, 1),
    ],
)
def test_lines_that_were_moved_removed_or_rewritten_break_the_chain(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], proven: int
) -> None:
    """The verdict names the first record that is not as it was written."""
    fill(tmp_path / "audit", 4)
    file = tmp_path / "audit" / "000001.jsonl"
    file.write_bytes(b"".join(change(file.read_bytes().splitlines(keepends=True))))
    verdict = verify(tmp_path / "audit")
    assert (verdict.finding, verdict.last_seq) == (Finding.BROKEN, proven)
    assert f"Record {proven + 1} is broken" in verdict.problem


def test_a_record_of_another_journal_does_not_belong(tmp_path: Path) -> None:
    """Its log id differs, even where number and hash are made to fit."""
    fill(tmp_path / "audit", 2)
    file = tmp_path / "audit" / "000001.jsonl"
    one, two = file.read_bytes().splitlines(keepends=True)
    record = json.loads(two)
    del record["hash"]
    file.write_bytes(one + seal(record | {"log_id": "0" * 32})[1])
    assert "another journal" in verify(tmp_path / "audit").problem


def test_a_missing_segment_is_a_break(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Removing a whole file is removing records."""
    monkeypatch.setattr(journal_module, "SEGMENT_BYTES", 1_000)
    fill(tmp_path / "audit", 6)
    (tmp_path / "audit" / "000002.jsonl").unlink()
    verdict = verify(tmp_path / "audit")
    assert verdict.finding is Finding.BROKEN
    assert "file 2 of the journal is missing" in verdict.problem


def test_half_a_record_inside_the_journal_is_a_break(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the newest file can end in what a crash left."""
    monkeypatch.setattr(journal_module, "SEGMENT_BYTES", 1_000)
    fill(tmp_path / "audit", 6)
    with (tmp_path / "audit" / "000001.jsonl").open("ab") as file:
        file.write(b'{"action"')
    assert verify(tmp_path / "audit").finding is Finding.BROKEN


def test_a_record_of_a_later_version_is_not_called_verified(tmp_path: Path) -> None:
    """What this program does not know, it does not vouch for."""
    fill(tmp_path / "audit", 1)
    file = tmp_path / "audit" / "000001.jsonl"
    record = json.loads(file.read_bytes())
    del record["hash"]
    file.write_bytes(seal(record | {"v": 2})[1])
    assert "version 2" in verify(tmp_path / "audit").problem


def test_verification_changes_nothing(tmp_path: Path) -> None:
    """Not even a torn tail, and no file is made."""
    fill(tmp_path / "audit", 2)
    with (tmp_path / "audit" / "000001.jsonl").open("ab") as file:
        file.write(b"half")
    before = {path.name: path.read_bytes() for path in (tmp_path / "audit").iterdir()}
    assert verify(tmp_path / "audit").finding is Finding.TORN
    assert {path.name: path.read_bytes() for path in (tmp_path / "audit").iterdir()} == before


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """Nothing was verified, and the message says so."""
    with pytest.raises(StoreError, match="nothing was verified"):
        verify(tmp_path / "nowhere")
