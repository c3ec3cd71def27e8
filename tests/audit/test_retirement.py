"""Old files may go: on record, signed, and what stays is verified as before."""

from pathlib import Path

import pytest
from tests.audit.acts import Ada, Key, act, codes, fill

from llmsec_tui.audit.anchors import Anchored
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.note import Signer
from llmsec_tui.audit.verify import verify
from llmsec_tui.errors import ServiceError, StoreError


@pytest.fixture(autouse=True)
def _short_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmsec_tui.audit.appending.SEGMENT_BYTES", 2_000)


def opened(folder: Path, signer: Signer | None) -> Journal:
    """A journal of thirteen records in several files."""
    fill(folder, 12, signer)
    return Journal.open(folder, signer)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("0*.jsonl"))


def test_the_oldest_files_go_and_the_rest_verifies(tmp_path: Path) -> None:
    """Also after more was recorded, reopening and another retirement."""
    journal = opened(tmp_path / "audit", Key())
    before = files(tmp_path / "audit")
    went = journal.retire(8, Ada(), "older than two years")
    assert went == journal.first_seq - 1 <= 7
    row = journal.page(limit=1)[0][0]
    assert (row["action"], row["reason"]) == ("journal.retire", "older than two years")
    assert journal.page(limit=99)[1] == journal.last_seq - went
    journal.close()
    left = files(tmp_path / "audit")
    assert left == before[-len(left) :] != before
    assert codes(tmp_path / "audit") == {"VERIFIED", "RETIRED"}

    fill(tmp_path / "audit", 5, Key())
    journal = Journal.open(tmp_path / "audit", Key())
    again = journal.retire(journal.last_seq, Ada(), "and more of them")
    assert again > 0
    journal.close()
    found = verify(tmp_path / "audit")
    assert {row.name for row in found.verdicts} == {"VERIFIED", "RETIRED"}
    assert found.records == found.verified_seq - went - again


def test_the_key_is_known_though_its_record_is_retired(tmp_path: Path) -> None:
    """The retirement names it; a rotation afterwards goes on from there."""
    journal = opened(tmp_path / "audit", Key())
    journal.retire(8, Ada(), "old")
    journal.rotate(Key("second"), Ada(), "yearly")
    journal.close()
    assert codes(tmp_path / "audit") == {"VERIFIED", "RETIRED"}
    journal = Journal.open(tmp_path / "audit", Key("second"))
    assert "journal.key" not in [row["action"] for row in journal.page()[0]]
    journal.close()


def test_anchors_of_before_and_after_still_vouch(tmp_path: Path) -> None:
    """Of what was retired nothing can be derived again, and that is no contradiction."""
    folder = tmp_path / "audit"
    fill(folder, 12, Key())
    found = verify(folder)
    root, head = bytes.fromhex(found.root), bytes.fromhex(found.head)
    name = f"llmsec-tui/{found.log_id}"
    seen = [Anchored(name, 13, root, head, 5, b""), Anchored(name, 2, bytes(32), bytes(32), 4, b"")]
    journal = Journal.open(folder, Key())
    journal.retire(8, Ada(), "old")
    journal.close()
    after = verify(folder, anchors=seen)
    assert (after.ok, after.anchored_seq) == (True, 13)


def test_a_file_that_was_removed_without_a_record_is_a_break(tmp_path: Path) -> None:
    """One more than was retired, too."""
    journal = opened(tmp_path / "audit", Key())
    journal.retire(8, Ada(), "old")
    journal.close()
    (tmp_path / "audit" / files(tmp_path / "audit")[0]).unlink()
    assert "BROKEN" in codes(tmp_path / "audit")


def test_a_retirement_that_was_interrupted_is_finished_at_the_next_start(tmp_path: Path) -> None:
    """Meanwhile the journal verifies, whatever files are left."""
    folder = tmp_path / "audit"
    journal = opened(folder, Key())
    held = {path.name: path.read_bytes() for path in folder.glob("0*.jsonl")}
    journal.retire(10, Ada(), "old")
    journal.close()
    gone = sorted(set(held) - set(files(folder)))
    assert len(gone) > 1
    (folder / gone[-1]).write_bytes(held[gone[-1]])
    assert codes(folder) == {"VERIFIED", "RETIRED"}
    Journal.open(folder, Key()).close()
    assert gone[-1] not in files(folder)
    assert codes(folder) == {"VERIFIED", "RETIRED"}


def test_nothing_is_retired_that_is_not_old_whole_and_signed(tmp_path: Path) -> None:
    """And everything stays as it was."""
    journal = opened(tmp_path / "signed", Key())
    with pytest.raises(ServiceError, match="nothing was retired"):
        journal.retire(2, Ada(), "too new")
    journal.close()

    journal = opened(tmp_path / "unsigned", None)
    before = files(tmp_path / "unsigned")
    with pytest.raises(StoreError, match="Nothing was retired: Nothing signs"):
        journal.retire(8, Ada(), "old")
    journal.close()
    assert files(tmp_path / "unsigned") == before

    journal = opened(tmp_path / "spoiled", Key())
    first = tmp_path / "spoiled" / "000001.jsonl"
    first.write_bytes(first.read_bytes().replace(b"alert:0001", b"alert:0009"))
    with pytest.raises(StoreError, match="is broken"):
        journal.retire(8, Ada(), "get rid of the evidence")
    journal.append(act(1))
    journal.close()
    assert first.exists()
