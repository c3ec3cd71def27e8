"""Checkpoints: made on time, apart from the acts, of the right key, and when that fails everybody can know."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest
from tests.audit.acts import Ada, Key, act, codes, fill
from tests.patience import PATIENCE_S

from llmsec_tui.audit import checkpoints
from llmsec_tui.audit import journal as journal_module
from llmsec_tui.audit.checkpoints import EVERY, MOST_UNSEALED, Checkpoint, Stored, parse, text_of
from llmsec_tui.audit.following import Chain
from llmsec_tui.audit.journal import NOBODY_SIGNS, Journal
from llmsec_tui.audit.note import Verifier
from llmsec_tui.audit.tree import Range, leaf_hash
from llmsec_tui.audit.verify import verify
from llmsec_tui.errors import LlmsecError, StoreError


def until(so: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + PATIENCE_S
    while not so():
        assert time.monotonic() < end
        time.sleep(0.005)


def sizes(folder: Path) -> list[int]:
    """Of all checkpoints, in order."""
    return [one.checkpoint.size for one in checkpoints.read(folder) if isinstance(one, Stored)]


def actions(journal: Journal) -> list[str]:
    return [row["action"] for row in reversed(journal.page(limit=500)[0])]


def test_a_journal_says_who_seals_it_before_anything_is_sealed(tmp_path: Path) -> None:
    """Its first record names the key, and the checkpoint that follows covers it."""
    journal = Journal.open(tmp_path / "audit", Key())
    assert actions(journal) == ["journal.key"]
    assert (journal.sealed_seq, journal.signing) == (1, "")
    head = journal.head
    assert (head.seq, head.sealed_seq, head.vkey) == (1, 1, journal.vkey)
    assert Verifier.parse(head.vkey) == Verifier(f"llmsec-tui/{journal.log_id}", Key().public)
    journal.close()


def test_a_checkpoint_is_what_c2sp_says_it_is(tmp_path: Path) -> None:
    """Origin, size and root, then lines of our own, a signature under the origin's name."""
    fill(tmp_path / "audit", 3, Key())
    found = verify(tmp_path / "audit")
    last = checkpoints.read(tmp_path / "audit")[-1]
    assert isinstance(last, Stored)
    lines = last.note.text.splitlines()
    assert lines[:2] == [f"llmsec-tui/{found.log_id}", "4"]
    assert last.checkpoint.root.hex() == found.root
    assert [line.split(" ")[0] for line in lines[3:]] == ["head", "range", "previous", "boot", "at"]
    assert [one.name for one in last.note.signatures] == [lines[0]]


def test_closing_seals_what_is_left(tmp_path: Path) -> None:
    """A journal at rest is sealed to its last record."""
    fill(tmp_path / "audit", 5, Key())
    assert sizes(tmp_path / "audit") == [1, 6]
    fill(tmp_path / "audit", 0, Key())
    assert sizes(tmp_path / "audit") == [1, 6, 6]


def test_every_so_many_records_there_is_a_checkpoint(tmp_path: Path) -> None:
    """Made by another thread: the act that was one too many has not waited for it."""
    journal = Journal.open(tmp_path / "audit", Key())
    for number in range(EVERY - 1):
        journal.append(act(number))
    assert sizes(tmp_path / "audit") == [1]
    journal.append(act(EVERY))
    until(lambda: journal.sealed_seq == EVERY + 1)
    journal.close()
    assert sizes(tmp_path / "audit") == [1, EVERY + 1]
    assert codes(tmp_path / "audit") == {"VERIFIED"}


class Slow(Key):
    """A key whose owner takes his time over every signature but the first."""

    def __init__(self) -> None:
        super().__init__()
        self.pause_s = 0.0

    def sign(self, message: bytes) -> bytes:
        time.sleep(self.pause_s)
        return super().sign(message)


def test_a_slow_signer_is_never_left_far_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Acts wait for it before nobody could tell a slow one from checkpoints that were taken away."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    slow = Slow()
    journal = Journal.open(tmp_path / "audit", slow)
    slow.pause_s = 0.2
    for number in range(3 * MOST_UNSEALED):
        journal.append(act(number))
        assert journal.last_seq - journal.sealed_seq <= MOST_UNSEALED
    journal.close()
    assert codes(tmp_path / "audit") == {"VERIFIED"}


def test_an_idle_journal_has_a_heartbeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody can cut it back to an old seal unseen."""
    monkeypatch.setattr(journal_module, "HEARTBEAT_S", 0.01)
    journal = Journal.open(tmp_path / "audit", Key())
    until(lambda: len(sizes(tmp_path / "audit")) > 3)
    journal.close()
    assert set(sizes(tmp_path / "audit")) == {1}
    assert codes(tmp_path / "audit") == {"VERIFIED"}


class Failing(Key):
    """A key that can be taken away."""

    def __init__(self) -> None:
        super().__init__()
        self.gone = False

    def sign(self, message: bytes) -> bytes:
        if self.gone:
            raise LlmsecError("The token was pulled out.", hint="Put it back.")
        return super().sign(message)


def test_acts_go_on_when_the_key_fails_and_the_journal_says_that_it_is_not_sealed(tmp_path: Path) -> None:
    """And all is sealed once it works again."""
    key = Failing()
    journal = Journal.open(tmp_path / "audit", key)
    key.gone = True
    for number in range(MOST_UNSEALED + 10):
        journal.append(act(number))
    assert "The token was pulled out. Put it back." in journal.signing
    assert actions(journal).count("journal.unsigned") == 1
    live = verify(tmp_path / "audit")
    assert [row.name for row in live.verdicts] == ["VERIFIED", "UNSEALED TAIL"]
    assert "the journal says that nobody signs" in live.verdicts[1].words
    key.gone = False
    assert journal.seal()
    assert journal.signing == ""
    journal.close()
    assert codes(tmp_path / "audit") == {"VERIFIED"}


def test_a_signed_journal_that_is_opened_without_its_key_says_so(tmp_path: Path) -> None:
    """Once, however often it is opened like that; with its key everything is sealed after all."""
    fill(tmp_path / "audit", 2, Key())
    for _ in range(2):
        journal = Journal.open(tmp_path / "audit", unsigned="The vault is locked.")
        journal.append(act(1))
        assert (journal.signing, journal.vkey) == ("The vault is locked.", "")
        assert not journal.seal()
        journal.close()
    assert codes(tmp_path / "audit") == {"LEFT UNSEALED"}
    journal = Journal.open(tmp_path / "audit", Key())
    assert actions(journal).count("journal.unsigned") == 1
    assert actions(journal).count("journal.key") == 1
    journal.close()
    assert codes(tmp_path / "audit") == {"VERIFIED"}


def test_a_key_may_come_later(tmp_path: Path) -> None:
    """What was recorded before is sealed with it."""
    journal = Journal.open(tmp_path / "audit")
    assert journal.signing == NOBODY_SIGNS
    journal.append(act(1))
    journal.use(Key())
    assert (journal.signing, journal.sealed_seq) == ("", 2)
    journal.use(Key())
    assert journal.last_seq == 2
    journal.close()
    assert codes(tmp_path / "audit") == {"VERIFIED"}


def test_a_rotation_is_signed_by_both_keys(tmp_path: Path) -> None:
    """The old one seals up to it, the new one from it on; either is trusted if the other is."""
    journal = Journal.open(tmp_path / "audit", Key())
    old = journal.vkey
    recorded = journal.rotate(Key("second"), Ada(), "yearly")
    assert (recorded.seq, journal.sealed_seq) == (2, 2)
    assert journal.vkey != old
    journal.append(act(1))
    journal.close()
    assert sizes(tmp_path / "audit") == [1, 1, 2, 3]
    assert verify(tmp_path / "audit", key=Verifier.parse(old)).ok


def test_without_a_key_in_force_there_is_nothing_to_rotate(tmp_path: Path) -> None:
    """The new one would have nobody to vouch for it."""
    journal = Journal.open(tmp_path / "audit")
    with pytest.raises(StoreError, match="The key was not changed"):
        journal.rotate(Key(), Ada(), "yearly")
    journal.close()


def test_a_key_in_place_of_one_that_is_gone_is_on_record_and_has_to_be_trusted_anew(tmp_path: Path) -> None:
    """Nobody could tell it from a thief's otherwise."""
    fill(tmp_path / "audit", 2, Key())
    fill(tmp_path / "audit", 2, Key("second"))
    assert codes(tmp_path / "audit") == {"WRONG KEY"}
    name = f"llmsec-tui/{verify(tmp_path / 'audit').log_id}"
    assert verify(tmp_path / "audit", key=Verifier(name, Key("second").public)).ok
    assert not verify(tmp_path / "audit", key=Verifier(name, Key().public)).ok


def test_a_rotation_that_the_old_key_did_not_sign_is_none(tmp_path: Path) -> None:
    """A record of the form does not suffice."""
    from llmsec_tui.audit import keys
    from llmsec_tui.audit.record import Act, Keeper, Result

    fill(tmp_path / "audit", 1, Key())
    journal = Journal.open(tmp_path / "audit")
    before, after = keys.rotation_facts(journal.log_id, journal.last_seq + 1, bytes(32), Key("thief"), Key("second"))
    before = {**before, "key": Verifier(f"llmsec-tui/{journal.log_id}", Key().public).vkey}
    journal.append(Act(Keeper(), keys.ROTATE, "journal", Result.DONE, before, after))
    journal.close()
    fill(tmp_path / "audit", 1, Key("second"))
    assert codes(tmp_path / "audit") == {"WRONG KEY"}


def test_a_torn_checkpoint_is_set_aside_and_the_next_one_follows(tmp_path: Path) -> None:
    """Whatever a crash leaves of it, at any byte."""
    fill(tmp_path / "audit", 1, Key())
    file = tmp_path / "audit" / "checkpoints"
    whole = file.read_bytes()
    last = checkpoints.read(tmp_path / "audit")[-1]
    assert isinstance(last, Stored)
    for size in range(last.offset + 1, len(whole), 37):
        file.write_bytes(whole[:size])
        Journal.open(tmp_path / "audit", Key()).close()
        assert codes(tmp_path / "audit") == {"VERIFIED"}, f"cut at {size}"
        [torn] = (tmp_path / "audit").glob("torn-*")
        assert torn.read_bytes() == whole[last.offset : size]
        torn.unlink()
        whole = file.read_bytes()
        last = checkpoints.read(tmp_path / "audit")[-1]
        assert isinstance(last, Stored)
        if size > last.offset + 200:
            break


def test_a_checkpoint_that_cannot_be_written_leaves_no_half_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The problem is told, and the next try finds the file as it was."""
    journal = Journal.open(tmp_path / "audit", Key())
    before = (tmp_path / "audit" / "checkpoints").read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fail)
        assert not journal.seal()
    assert "No space left on device" in journal.signing
    assert (tmp_path / "audit" / "checkpoints").read_bytes() == before
    assert journal.seal()
    journal.close()
    assert codes(tmp_path / "audit") == {"VERIFIED"}


def test_checkpoints_that_somebody_else_changed_are_not_written_to(tmp_path: Path) -> None:
    """Nor records: what this process did not write, it does not build upon."""
    journal = Journal.open(tmp_path / "audit", Key())
    with (tmp_path / "audit" / "checkpoints").open("ab") as file:
        file.write(b"x")
    assert not journal.seal()
    assert "Somebody else changed" in journal.signing
    with (tmp_path / "audit" / "000001.jsonl").open("ab") as file:
        file.write(b"x")
    with pytest.raises(StoreError, match="Somebody else changed or removed the journal file"):
        journal.append(act(1))
    journal.close()


def test_a_journal_file_that_was_removed_takes_no_more(tmp_path: Path) -> None:
    """What is written to it nobody would ever find."""
    journal = Journal.open(tmp_path / "audit")
    journal.append(act(1))
    (tmp_path / "audit" / "000001.jsonl").unlink()
    with pytest.raises(StoreError, match="changed or removed"):
        journal.append(act(2))
    journal.close()


def test_a_start_reads_only_what_is_not_sealed_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The seal vouches for the rest; verification reads all of it."""
    fill(tmp_path / "audit", 70, Key())
    followed: list[int] = []
    real = Chain.follow

    def counted(chain: Chain, data: bytes, path: Path, offset: int = 0) -> int | None:
        followed.append(data.count(b"\n"))
        return real(chain, data, path, offset)

    monkeypatch.setattr(Chain, "follow", counted)
    Journal.open(tmp_path / "audit", Key()).close()
    assert sum(followed) == 0


def test_the_text_of_a_checkpoint_has_one_spelling() -> None:
    """What is signed is what is read."""
    tree = Range()
    for number in range(5):
        tree.add(leaf_hash(bytes([number])))
    made = Checkpoint("llmsec-tui/x", 5, tree.root(), b"h" * 32, tuple(tree.nodes), bytes(32), "boot", 7)
    text = text_of(made)
    assert parse(text) == made
    assert made.range.root() == tree.root()
    for spoiled in (
        text + "more\n",
        text.replace("\n5\n", "\n05\n"),
        text.replace("\n5\n", "\n7\n"),
        text.replace("\n5\n", "\nfive\n"),
        text.replace("at 7", "at  7"),
        text.replace("head ", "haed "),
        text.replace("head 68", "head "),
    ):
        with pytest.raises(ValueError, match=r"it is no checkpoint|it has 9 lines"):
            parse(spoiled)


def test_a_checkpoint_that_is_just_being_written_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever verifies a live journal may look in the middle of a write; a torn one stays torn."""
    journal = Journal.open(tmp_path / "audit", Key())
    file = tmp_path / "audit" / "checkpoints"
    whole = file.read_bytes()
    file.write_bytes(whole[:-40])

    def finish() -> None:
        time.sleep(0.05)
        file.write_bytes(whole)

    thread = Thread(target=finish)
    with monkeypatch.context() as patch:
        # The thread runs when the machine likes.
        patch.setattr("llmsec_tui.audit.verify._SETTLE_TIMES", 6_000)
        thread.start()
        assert codes(tmp_path / "audit") == {"VERIFIED"}
    thread.join()
    file.write_bytes(whole[:-40])
    assert "TORN TAIL" in codes(tmp_path / "audit")
    journal.close()


def test_a_live_journal_is_verified_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another thread records as fast as it can and a third one seals."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    journal = Journal.open(tmp_path / "audit", Key())
    ended = Event()

    def record() -> None:
        while not ended.is_set():
            journal.append(act(1))

    thread = Thread(target=record)
    thread.start()
    try:
        for _ in range(30):
            found = verify(tmp_path / "audit")
            assert {row.name for row in found.verdicts} <= {"VERIFIED", "UNSEALED TAIL"}, found.verdicts
    finally:
        ended.set()
        thread.join()
    journal.close()
    assert codes(tmp_path / "audit") == {"VERIFIED"}
