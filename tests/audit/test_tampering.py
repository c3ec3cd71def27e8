"""Whatever is done to a sealed journal is found, and called by its name; and nothing is changed by looking."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.audit.acts import Ada, Key, act, codes, fill

from llmsec_tui.audit import checkpoints
from llmsec_tui.audit.anchors import Anchored
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.note import Verifier
from llmsec_tui.audit.record import chain, unsealed
from llmsec_tui.audit.verify import verify
from llmsec_tui.errors import StoreError

FINE = {"VERIFIED"}
SIZE = 7


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sealed journal: seven records, a change of keys among them, and the six checkpoints of two runs."""
    folder = tmp_path_factory.mktemp("made") / "audit"
    fill(folder, 3, Key())
    journal = Journal.open(folder, Key())
    journal.append(act(4))
    journal.rotate(Key("second"), Ada(), "yearly")
    journal.append(act(5))
    journal.close()
    (folder / "lock").unlink()
    assert verify(folder).verified_seq == SIZE
    assert codes(folder) == FINE
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return shutil.copytree(made, tmp_path / "audit")


@pytest.fixture(scope="module", autouse=True)
def _remembered_signatures() -> Iterator[None]:
    """Thousands of journals differ in one byte: a signature that was checked needs no second look."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Verifier, "holds", cache(Verifier.holds))
        yield


def files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.iterdir())


def test_a_flip_of_any_byte_of_any_file_is_found(folder: Path) -> None:
    """In records and in checkpoints; what is in front of the place still holds."""
    for file in files(folder):
        whole = file.read_bytes()
        with file.open("r+b", buffering=0) as spoiled:
            for place, byte in enumerate(whole):
                os.pwrite(spoiled.fileno(), bytes([byte ^ 0x01]), place)
                found = verify(folder)
                assert not found.ok, f"{file.name}, byte {place}"
                if file.suffix == ".jsonl":
                    assert found.verified_seq == whole.count(b"\n", 0, place), f"{file.name}, byte {place}"
                os.pwrite(spoiled.fileno(), bytes([byte]), place)
    assert codes(folder) == FINE


def test_a_cut_at_any_byte_of_any_file_is_found(folder: Path) -> None:
    """What checkpoints have seen is missed; a cut through the checkpoints leaves records unsealed."""
    for file, wanted in zip(files(folder), ({"TRUNCATED"}, {"LEFT UNSEALED", "TORN TAIL"}), strict=True):
        whole = file.read_bytes()
        for size in reversed(range(len(whole))):
            os.truncate(file, size)
            found = verify(folder)
            names = {row.name for row in found.verdicts}
            assert names & wanted, f"{file.name} cut at {size}: {names}"
            assert not found.ok
        file.write_bytes(whole)


def test_a_newline_over_any_byte_of_a_record_is_found(folder: Path) -> None:
    """A line that falls in two is two lines that are no records."""
    file = folder / "000001.jsonl"
    whole = file.read_bytes()
    with file.open("r+b", buffering=0) as spoiled:
        for place, byte in enumerate(whole[:1400]):
            if byte != 0x0A:
                os.pwrite(spoiled.fileno(), b"\n", place)
                assert "BROKEN" in codes(folder), f"byte {place}"
                os.pwrite(spoiled.fileno(), bytes([byte]), place)


Change = Callable[[list[bytes]], list[bytes]]


def _resealed(lines: list[bytes], at: int, **changes: object) -> list[bytes]:
    """Change one record and every hash behind it: the chain holds again, as if it had always been so."""
    records = [json.loads(line) for line in lines]
    records[at].update(changes)
    made, prev = [], "0" * 64
    for record in records:
        record["prev"] = prev
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        prev = record["hash"] = chain(record["v"], bytes.fromhex(prev), line).hex()
        made.append(json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n")
        assert unsealed(made[-1]) == unsealed(line + b"\n")
    return made


TAMPERINGS: dict[str, tuple[Change, str]] = {
    "swapped": (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "BROKEN"),
    "doubled": (lambda lines: [*lines[:2], lines[1], *lines[2:]], "BROKEN"),
    "taken out": (lambda lines: [*lines[:3], *lines[4:]], "BROKEN"),
    "beheaded": (lambda lines: lines[1:], "BROKEN"),
    "put in": (lambda lines: [*lines[:4], lines[3].replace(b'"seq":4', b'"seq":5'), *lines[4:]], "BROKEN"),
    "an empty line": (lambda lines: [*lines[:3], b"\n", *lines[3:]], "BROKEN"),
    "spaces": (lambda lines: [json.dumps(json.loads(lines[0])).encode() + b"\n", *lines[1:]], "BROKEN"),
    "a reason edited": (lambda lines: [lines[0], lines[1].replace(b"known", b"knewn"), *lines[2:]], "BROKEN"),
    "deeply nested": (lambda lines: [b"[" * 100_000 + b"\n", *lines[1:]], "BROKEN"),
    "another version": (lambda lines: _resealed_version(lines), "BROKEN"),
    "history rewritten": (lambda lines: _resealed(lines, 3, reason="nothing to see"), "FORK"),
    "the last ones cut off": (lambda lines: lines[:-3], "TRUNCATED"),
    "all cut off": (lambda lines: [], "TRUNCATED"),
}


def _resealed_version(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(b'"v":2}', b'"v":3}'), *lines[1:]]


@pytest.mark.parametrize("how", TAMPERINGS)
def test_records_that_were_tampered_with_are_called_what_they_are(folder: Path, how: str) -> None:
    """Even where every hash was made to fit: the seals remember."""
    change, name = TAMPERINGS[how]
    file = folder / "000001.jsonl"
    file.write_bytes(b"".join(change(file.read_bytes().splitlines(keepends=True))))
    assert name in codes(folder)
    assert verify(folder).verdicts[0].ok is False


def notes(folder: Path) -> list[bytes]:
    """The checkpoints of a journal, each with the empty line behind it."""
    return [one.data + b"\n" for one in checkpoints.read(folder) if isinstance(one, checkpoints.Stored)]


def test_a_checkpoint_taken_out_of_the_middle_is_missed(folder: Path) -> None:
    """The next one names it."""
    kept = notes(folder)
    assert len(kept) > 4
    (folder / "checkpoints").write_bytes(b"".join(kept[:2] + kept[3:]))
    assert "NO SEAL WHERE EXPECTED" in codes(folder)


def test_the_first_checkpoint_is_missed_too(folder: Path) -> None:
    """It must have none before it."""
    (folder / "checkpoints").write_bytes(b"".join(notes(folder)[1:]))
    assert "NO SEAL WHERE EXPECTED" in codes(folder)


def test_without_its_last_checkpoints_a_journal_is_left_unsealed(folder: Path) -> None:
    """A crash looks the same, and the words say so."""
    (folder / "checkpoints").write_bytes(b"".join(notes(folder)[:-1]))
    found = verify(folder)
    assert [row.name for row in found.verdicts] == ["LEFT UNSEALED"]
    assert "taking the last checkpoints away" in found.verdicts[0].words
    assert (found.integrity, found.sealed_seq < found.verified_seq) == ("unsealed", True)


def test_without_any_checkpoint_a_journal_that_names_a_key_is_no_unsigned_one(folder: Path) -> None:
    """Its own record says that it was signed."""
    (folder / "checkpoints").unlink()
    assert not verify(folder).ok


def test_checkpoints_in_another_order_are_two_histories(folder: Path) -> None:
    """Records are never taken back."""
    kept = notes(folder)
    (folder / "checkpoints").write_bytes(b"".join([*kept[:-2], kept[-1], kept[-2]]))
    assert {"NO SEAL WHERE EXPECTED"} <= codes(folder)


def test_a_checkpoint_of_another_journal_does_not_belong(folder: Path, tmp_path: Path) -> None:
    """Its origin says whose it is."""
    fill(tmp_path / "other", 2, Key())
    with (folder / "checkpoints").open("ab") as file:
        file.write(notes(tmp_path / "other")[-1])
    rows = [row for row in verify(folder).verdicts if row.name == "BROKEN"]
    assert "belongs to another journal" in rows[0].words


def test_seals_of_another_key_are_called_so(folder: Path) -> None:
    """Somebody without our key seals what he rewrote."""
    last = checkpoints.read(folder)[-1]
    assert isinstance(last, checkpoints.Stored)
    from llmsec_tui.audit import note

    forged = note.sign(last.note.text, last.checkpoint.origin, Key("thief"))
    (folder / "checkpoints").write_bytes(b"".join(notes(folder)[:-1]) + forged + b"\n")
    assert "WRONG KEY" in codes(folder)


def test_a_whole_journal_under_another_key_does_not_pass_for_ours(tmp_path: Path) -> None:
    """Everything in it fits; only who holds our key from elsewhere can tell."""
    fill(tmp_path / "forged", 4, Key("thief"))
    found = verify(tmp_path / "forged")
    assert [row.name for row in found.verdicts] == ["VERIFIED"]
    ours = Verifier(f"llmsec-tui/{found.log_id}", Key().public)
    assert [row.name for row in verify(tmp_path / "forged", key=ours).verdicts] == ["WRONG KEY"]


def test_an_unsigned_journal_does_not_pass_where_a_key_was_to_seal(tmp_path: Path) -> None:
    """Unsealed is not verified."""
    fill(tmp_path / "audit", 3)
    found = verify(tmp_path / "audit")
    assert [row.name for row in found.verdicts] == ["UNSEALED TAIL"]
    assert "nobody signs" in found.verdicts[0].words
    key = Verifier(f"llmsec-tui/{found.log_id}", Key().public)
    strict = verify(tmp_path / "audit", key=key)
    assert (strict.verdicts[0].name, strict.ok) == ("NO SEAL WHERE EXPECTED", False)


def test_both_keys_of_a_rotation_are_one_journal(folder: Path) -> None:
    """Whoever trusts the old one trusts the new one, and the other way round."""
    log_id = verify(folder).log_id
    for name in ("first", "second"):
        key = Verifier(f"llmsec-tui/{log_id}", Key(name).public)
        assert verify(folder, key=key).ok


def anchored(folder: Path, size: int | None = None) -> Anchored:
    """What somebody outside saw of the journal as it is now."""
    found = verify(folder)
    return Anchored(
        origin=f"llmsec-tui/{found.log_id}",
        size=found.verified_seq if size is None else size,
        root=bytes.fromhex(found.root),
        head=bytes.fromhex(found.head),
        at=1_764_000_000_000_000,
        note=b"",
    )


def test_an_anchor_vouches_up_to_what_it_has_seen(folder: Path) -> None:
    """Integrity and completeness are two things."""
    found = verify(folder, anchors=[anchored(folder)])
    assert (found.ok, found.completeness, found.anchored_seq) == (True, "anchored", SIZE)
    assert found.anchored_at == 1_764_000_000_000_000
    assert (verify(folder).completeness, verify(folder).integrity) == ("unanchored", "whole")


def test_what_an_anchor_has_seen_is_missed_though_records_and_seals_were_cut_together(folder: Path) -> None:
    """Nothing in the folder itself can tell."""
    seen = anchored(folder)
    file = folder / "000001.jsonl"
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:4]))
    (folder / "checkpoints").write_bytes(
        b"".join(
            one.data + b"\n"
            for one in checkpoints.read(folder)
            if isinstance(one, checkpoints.Stored) and one.checkpoint.size <= 4
        )
    )
    assert verify(folder).ok
    found = verify(folder, anchors=[seen])
    assert [row.name for row in found.verdicts] == ["TRUNCATED"]
    assert "the last 3 are gone" in found.verdicts[0].words
    assert found.completeness == "truncated"


def test_a_rewritten_unsigned_journal_is_not_the_anchored_one(tmp_path: Path) -> None:
    """An anchor helps where nobody signs, too."""
    fill(tmp_path / "audit", 6)
    seen = anchored(tmp_path / "audit")
    file = tmp_path / "audit" / "000001.jsonl"
    file.write_bytes(b"".join(_resealed(file.read_bytes().splitlines(keepends=True), 2, reason="rewritten")))
    assert verify(tmp_path / "audit").ok
    assert "FORK" in {row.name for row in verify(tmp_path / "audit", anchors=[seen]).verdicts}


def test_the_anchors_of_another_journal_are_no_witness(folder: Path, tmp_path: Path) -> None:
    """Or somebody began a new journal in its place. Beside our own they say nothing: a syslog is shared."""
    fill(tmp_path / "other", 2)
    other = anchored(tmp_path / "other")
    assert "FORK" in {row.name for row in verify(folder, anchors=[other]).verdicts}
    both = verify(folder, anchors=[other, anchored(folder)])
    assert (both.ok, both.anchored_seq) == (True, SIZE)


def test_a_clock_that_went_back_is_a_remark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Order is by number; nothing speaks against the journal."""
    times = iter([2_000_000_000, 1_000_000_000, 3_000_000_000])
    monkeypatch.setattr("llmsec_tui.audit.journal.time.time_ns", lambda: next(times))
    fill(tmp_path / "audit", 3)
    found = verify(tmp_path / "audit")
    assert found.ok
    assert [row.name for row in found.verdicts] == ["UNSEALED TAIL", "CLOCK WENT BACK"]
    assert "Record 2 is dated before" in found.verdicts[1].words


def test_an_empty_folder_holds_an_empty_journal(tmp_path: Path) -> None:
    """Whether there ever were records, the files cannot tell; an anchor can."""
    Journal.open(tmp_path / "audit").close()
    assert codes(tmp_path / "audit") == {"EMPTY"}
    seen = Anchored("llmsec-tui/x", 3, bytes(32), bytes(32), 1, b"")
    assert [row.name for row in verify(tmp_path / "audit", anchors=[seen]).verdicts] == ["TRUNCATED"]


def test_a_missing_file_is_a_break(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle or at the beginning: no record says that it was retired."""
    monkeypatch.setattr("llmsec_tui.audit.appending.SEGMENT_BYTES", 1_500)
    fill(tmp_path / "audit", 8, Key())
    for number in (1, 2):
        gone = tmp_path / "audit" / f"{number:06d}.jsonl"
        data = gone.read_bytes()
        gone.unlink()
        rows = [row for row in verify(tmp_path / "audit").verdicts if row.name == "BROKEN"]
        assert f"file {number} of the journal is missing" in rows[0].words
        gone.write_bytes(data)
    assert codes(tmp_path / "audit") == FINE


def test_half_a_record_in_front_of_another_file_is_a_break(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the newest file can end in what a crash left."""
    monkeypatch.setattr("llmsec_tui.audit.appending.SEGMENT_BYTES", 1_500)
    fill(tmp_path / "audit", 8)
    with (tmp_path / "audit" / "000001.jsonl").open("ab") as file:
        file.write(b'{"action"')
    assert "BROKEN" in codes(tmp_path / "audit")


def test_verification_changes_nothing(folder: Path) -> None:
    """Not even a torn tail, and no file is made."""
    with (folder / "000001.jsonl").open("ab") as file:
        file.write(b"half")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert "TORN TAIL" in codes(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """Nothing was verified, and the message says so."""
    with pytest.raises(StoreError, match="nothing was verified"):
        verify(tmp_path / "nowhere")


def test_a_tampered_journal_is_not_written_to(folder: Path) -> None:
    """It is evidence; a new one has to be begun on purpose."""
    file = folder / "000001.jsonl"
    whole = file.read_bytes()
    for spoiled in (whole[: whole.rindex(b"\n", 0, -1) + 1], whole.replace(b"alert:0005", b"alert:0009")):
        file.write_bytes(spoiled)
        with pytest.raises(StoreError, match="audit journal is broken"):
            Journal.open(folder, Key("second"))
        assert file.read_bytes() == spoiled


def test_the_words_name_the_place(folder: Path) -> None:
    """Record, file and byte, so that somebody can go and look."""
    file = folder / "000001.jsonl"
    first, second, third, *rest = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([first, second, third.replace(b"alert:0002", b"alert:0009"), *rest]))
    place = len(first) + len(second)
    words = verify(folder).verdicts[0].words
    assert words.startswith(f"Record 3 is broken (000001.jsonl, byte {place}): its hash does not fit")


def _refused(folder: Path) -> bool:
    """Whether the journal is not opened because it is broken; any other error is passed on."""
    try:
        Journal.open(folder).close()
    except StoreError as error:
        return "audit journal is broken" in error.message
    return False


@pytest.mark.parametrize("mask", [0x01, 0x80])
def test_opening_what_was_changed_ends_in_a_sentence(tmp_path: Path, mask: int) -> None:
    """Never in another error, whatever the byte; what only looks torn is set aside."""
    fill(tmp_path / "audit", 2, Key())
    fill(tmp_path / "audit", 1)
    held = {path: path.read_bytes() for path in (tmp_path / "audit").iterdir() if path.name != "lock"}
    refused = 0
    for file, whole in held.items():
        for place in range(0, len(whole), 23):
            file.write_bytes(whole[:place] + bytes([whole[place] ^ mask]) + whole[place + 1 :])
            refused += _refused(tmp_path / "audit")
            for path in (tmp_path / "audit").iterdir():
                if path.name != "lock":
                    path.unlink()
            for path, data in held.items():
                path.write_bytes(data)
    assert refused > 20


def test_a_line_that_nests_too_deep_is_no_record(tmp_path: Path) -> None:
    """To whoever opens the journal, too: it begins like one of the journal's own acts."""
    fill(tmp_path / "audit", 1)
    with (tmp_path / "audit" / "000001.jsonl").open("ab") as file:
        file.write(b'{"action":"journal.key","after":' + b"[" * 100_000 + b"\n")
    assert "BROKEN" in codes(tmp_path / "audit")
    with pytest.raises(StoreError, match="is broken"):
        Journal.open(tmp_path / "audit")
