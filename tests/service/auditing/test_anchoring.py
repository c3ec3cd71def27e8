"""Anchors get what the journal is by time and by number, and what an anchor does to a line is told and mended."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.patience import PATIENCE_S

from llmsec_tui.access import local_actor
from llmsec_tui.access.signing import Signer
from llmsec_tui.audit import note
from llmsec_tui.audit.anchors import read_file
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.note import Verifier
from llmsec_tui.audit.record import Act, Result
from llmsec_tui.service.auditing.anchor_file import Anchors
from llmsec_tui.service.auditing.anchoring import Anchoring
from llmsec_tui.service.auditing.anchors import Anchor

LOOK_S = 0.02


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal.open(tmp_path / "audit", Signer(Ed25519PrivateKey.generate()))
    yield opened
    opened.close()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "kept"
    path.touch()
    return path


def _act(journal: Journal, times: int = 1) -> int:
    for _ in range(times):
        journal.append(Act(local_actor(), "tests.act", "test", Result.DONE))
    return journal.last_seq


def _until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def _in_file(path: Path) -> Anchor:
    return Anchor("kept", "file", str(path))


def _seqs(path: Path) -> list[int]:
    return [anchored.size for anchored in read_file(path)]


def test_an_anchor_says_what_the_journal_is_and_bears_its_signature(journal: Journal, kept: Path) -> None:
    seq = _act(journal)
    anchoring = Anchoring(journal, lambda: Anchors(anchors=(_in_file(kept),)))
    (standing,) = anchoring.everywhere()
    (anchored,) = read_file(kept)
    head = journal.head
    assert (standing.seq, standing.problem) == (seq, "")
    assert (anchored.size, anchored.head.hex(), anchored.root.hex()) == (seq, head.head, head.root)
    assert Verifier.parse(journal.vkey).signed(note.parse(anchored.note))
    assert anchored.note.decode().splitlines()[:2] == [anchored.origin, str(seq)]


def test_a_journal_that_nobody_signs_is_anchored_too(tmp_path: Path, kept: Path) -> None:
    journal = Journal.open(tmp_path / "unsigned")
    seq = _act(journal, 3)
    Anchoring(journal, lambda: Anchors(anchors=(_in_file(kept),))).everywhere()
    journal.close()
    (anchored,) = read_file(kept)
    assert (anchored.size, anchored.note) == (seq, b"")


def test_new_records_are_anchored_by_number_before_their_time_has_come(journal: Journal, kept: Path) -> None:
    rules = Anchors(every_s=3_600, records=3, anchors=(_in_file(kept),))
    anchoring = Anchoring(journal, lambda: rules, LOOK_S)
    _act(journal)
    anchoring.start()
    _until(lambda: anchoring.last())
    first = _seqs(kept)[0]
    assert first == journal.last_seq
    _act(journal, 2)
    time.sleep(10 * LOOK_S)
    assert _seqs(kept) == [first]
    last = _act(journal)
    _until(lambda: _seqs(kept)[-1] == last)
    anchoring.stop()
    assert _seqs(kept) == [first, last]


def test_new_records_are_anchored_by_time_and_an_idle_journal_is_not(journal: Journal, kept: Path) -> None:
    rules = Anchors(every_s=0.05, records=1_000, anchors=(_in_file(kept),))
    anchoring = Anchoring(journal, lambda: rules, LOOK_S)
    anchoring.start()
    _until(lambda: anchoring.last())
    last = _act(journal)
    _until(lambda: _seqs(kept)[-1] == last)
    time.sleep(10 * LOOK_S)
    anchoring.stop()
    assert len(_seqs(kept)) == 2


def test_the_last_records_are_anchored_when_the_collector_ends(journal: Journal, kept: Path) -> None:
    anchoring = Anchoring(journal, lambda: Anchors(every_s=3_600, anchors=(_in_file(kept),)), LOOK_S)
    anchoring.start()
    _until(lambda: anchoring.last())
    last = _act(journal, 5)
    anchoring.stop()
    assert _seqs(kept)[-1] == last


def test_a_failure_is_shown_recorded_once_and_tried_again_later(
    journal: Journal, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmsec_tui.service.auditing.anchoring.FIRST_PAUSE_S", 0.05)
    kept.unlink()
    anchoring = Anchoring(journal, lambda: Anchors(anchors=(_in_file(kept),)), LOOK_S)
    anchoring.start()
    _until(lambda: anchoring.standings()[0].failures >= 2)
    assert anchoring.problem == f"The anchor kept does not take the journal: {kept}: No such file or directory."
    assert anchoring.last() is None
    kept.touch()
    _until(lambda: anchoring.last())
    anchoring.stop()
    assert anchoring.problem == ""
    acts = [(row["action"], row["object"], row["result"]) for row in journal.page()[0]]
    assert acts.count(("audit.anchor", "anchor:kept", "failed")) == 1
    assert acts.count(("audit.anchor", "anchor:kept", "done")) == 1


def test_one_anchor_that_fails_keeps_no_other_from_its_line(journal: Journal, kept: Path, tmp_path: Path) -> None:
    broken = Anchor("broken", "file", str(tmp_path / "none"))
    anchoring = Anchoring(journal, lambda: Anchors(anchors=(broken, _in_file(kept))))
    _act(journal)
    failed, taken = anchoring.everywhere()
    assert failed.problem
    assert (taken.problem, taken.seq) == ("", _seqs(kept)[0])
    assert anchoring.last() is taken or anchoring.last() == taken


def test_an_anchor_that_hangs_keeps_nobody_from_ending(journal: Journal, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    slow = Anchor("slow", "command", "", ("/bin/sh", "-c", f"touch {begun}; exec sleep 600"), 600)
    anchoring = Anchoring(journal, lambda: Anchors(anchors=(slow,)), LOOK_S)
    anchoring.start()
    _until(begun.exists)
    anchoring.stop()
    assert "the collector ends" in anchoring.problem


def test_what_an_anchor_was_given_is_forgotten_when_it_becomes_another(journal: Journal, kept: Path) -> None:
    rules = Anchors(anchors=(_in_file(kept),))
    anchoring = Anchoring(journal, lambda: rules)
    _act(journal)
    anchoring.everywhere()
    assert anchoring.last() is not None
    rules = replace(rules, anchors=(Anchor("kept", "file", str(kept.with_name("elsewhere"))),))
    assert anchoring.last() is None
    rules = replace(rules, anchors=())
    assert anchoring.standings() == []


def test_a_journal_that_was_closed_ends_nothing_else(tmp_path: Path, kept: Path) -> None:
    journal = Journal.open(tmp_path / "audit")
    _act(journal)
    kept.unlink()
    anchoring = Anchoring(journal, lambda: Anchors(anchors=(_in_file(kept),)), LOOK_S)
    journal.close()
    anchoring.everywhere()
    assert anchoring.problem
