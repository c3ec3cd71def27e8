"""The journal: what is acknowledged is on disk, in order, once, by one writer."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.audit.acts import act, codes, fill

from llmsec_tui.audit import appending
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.record import Act, Result
from llmsec_tui.audit.verify import verify
from llmsec_tui.errors import StoreError, StoreLocked
from llmsec_tui.service.api import AuditRow

SEARCHED = os.pathsep.join(["src", ".", *sys.path])
"""Where a Python process finds the program and the helpers of these tests."""


def records(folder: Path) -> list[dict[str, Any]]:
    """All records of the journal, as any JSON reader sees them."""
    files = sorted(folder.glob("0*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]


def test_an_act_is_one_line_that_says_who_did_what_to_what(tmp_path: Path) -> None:
    """The record holds the actor, the act and the facts, and its place in the chain."""
    journal = Journal.open(tmp_path / "audit")
    first = journal.append(act(1))
    journal.append(act(2))
    journal.close()
    one, two = records(tmp_path / "audit")
    assert one["actor"] == {
        "uid": 1000,
        "loginuid": 1000,
        "pid": 42,
        "user": "ada",
        "os_user": "alovelace",
        "role": "analyst",
        "tty": "pts/1",
        "ssh_client": "192.0.2.7 50022 22",
        "session": "s-1",
    }
    assert (one["action"], one["object"], one["result"]) == ("alerts.dismiss", "alert:0001", "done")
    assert (one["before"], one["after"]) == ({"state": "new"}, {"state": "dismissed", "version": 2})
    assert (one["v"], one["seq"], one["at"], one["hash"]) == (2, 1, first.at, first.hash)
    assert (one["prev"], two["prev"]) == ("0" * 64, first.hash)
    assert one["log_id"] == two["log_id"]


def test_folder_and_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """0700 and 0600, whatever the umask."""
    before = os.umask(0)
    try:
        fill(tmp_path / "audit", 1)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "audit").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "audit").iterdir()} == {0o600}


def test_a_folder_that_others_can_write_is_refused(tmp_path: Path) -> None:
    """Anyone could put another journal in its place."""
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit").chmod(0o777)
    with pytest.raises(StoreError, match="chmod go-w"):
        Journal.open(tmp_path / "audit")


def test_reopening_continues_the_chain(tmp_path: Path) -> None:
    """Numbers, log id and hashes go on where they stopped."""
    fill(tmp_path / "audit", 3)
    journal = Journal.open(tmp_path / "audit")
    assert journal.last_seq == 3
    assert journal.append(act(4)).seq == 4
    journal.close()
    assert verify(tmp_path / "audit").verified_seq == 4


def test_a_second_writer_is_refused_and_told_who_writes(tmp_path: Path) -> None:
    """Two writers would fork the chain."""
    journal = Journal.open(tmp_path / "audit")
    with pytest.raises(StoreLocked, match=f"process {os.getpid()}"):
        Journal.open(tmp_path / "audit")
    journal.close()
    Journal.open(tmp_path / "audit").close()


def test_a_link_in_place_of_a_segment_is_refused(tmp_path: Path) -> None:
    """Records must not be led into another file."""
    (tmp_path / "audit").mkdir(mode=0o700)
    (tmp_path / "elsewhere").touch()
    (tmp_path / "audit" / "000001.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="cannot be opened"):
        Journal.open(tmp_path / "audit")
    assert (tmp_path / "elsewhere").read_bytes() == b""


def test_a_pipe_in_place_of_a_segment_is_refused_without_waiting(tmp_path: Path) -> None:
    """Opening a pipe for writing would wait for a reader for ever."""
    (tmp_path / "audit").mkdir(mode=0o700)
    os.mkfifo(tmp_path / "audit" / "000001.jsonl")
    with pytest.raises(StoreError, match="not a regular file"):
        Journal.open(tmp_path / "audit")


def test_a_tail_cut_at_any_byte_is_set_aside_and_the_chain_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a crash leaves of the last line: no byte is destroyed, and the mending is itself recorded."""
    # A thousand journals need not survive a power cut.
    monkeypatch.setattr(os, "fsync", lambda _: None)
    fill(tmp_path / "audit", 2)
    whole = (tmp_path / "audit" / "000001.jsonl").read_bytes()
    first = whole.index(b"\n") + 1
    for size in range(len(whole) + 1):
        folder = tmp_path / str(size)
        folder.mkdir(mode=0o700)
        (folder / "000001.jsonl").write_bytes(whole[:size])
        torn = whole[:size][(0 if size < first else first if size < len(whole) else size) :]
        kept = (size >= first) + (size == len(whole))
        found = {name for name, so in (("TORN TAIL", torn), ("UNSEALED TAIL", kept)) if so}
        assert codes(folder) == found or {"EMPTY"}, f"cut at {size}"

        Journal.open(folder).close()

        after = verify(folder)
        assert (after.ok, after.verified_seq) == (True, kept + bool(torn))
        assert b"".join(path.read_bytes() for path in folder.glob("torn-*")) == torn
        if torn:
            assert records(folder)[-1]["action"] == "journal.mend"


def test_a_last_record_that_was_changed_is_not_built_upon(tmp_path: Path) -> None:
    """It is evidence; a new journal has to be begun on purpose."""
    fill(tmp_path / "audit", 2)
    file = tmp_path / "audit" / "000001.jsonl"
    file.write_bytes(file.read_bytes().replace(b"alert:0002", b"alert:0009"))
    before = file.read_bytes()
    with pytest.raises(StoreError, match="its hash does not fit"):
        Journal.open(tmp_path / "audit")
    assert file.read_bytes() == before
    with pytest.raises(StoreError, match="broken"):
        Journal.open(tmp_path / "audit")


FULL_DISK = """
import resource, sys
from pathlib import Path
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.verify import verify
from llmsec_tui.errors import StoreError
from tests.audit.acts import act

folder = Path(sys.argv[1])
journal = Journal.open(folder)
journal.append(act(1))
size = (folder / "000001.jsonl").stat().st_size
for room in (0, 1, size // 2, size - 1):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, resource.RLIM_INFINITY))
    try:
        journal.append(act(2))
    except StoreError as error:
        assert "not carried out" in str(error), error
    else:
        raise SystemExit("the act was acknowledged")
    assert (folder / "000001.jsonl").stat().st_size == size
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert journal.append(act(2)).seq == 2
assert verify(folder).verified_seq == 2
"""


def test_an_act_that_does_not_fit_on_the_disk_is_refused_and_leaves_no_trace(tmp_path: Path) -> None:
    """The file stays as it was, byte for byte in length, and takes the act once there is room."""
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "audit")]
    environment = os.environ | {"PYTHONPATH": SEARCHED}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_journal_whose_half_record_cannot_be_removed_takes_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Appending behind unknown bytes would break the chain."""
    journal = Journal.open(tmp_path / "audit")

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken_disk:
        broken_disk.setattr(os, "fsync", fail)
        with pytest.raises(StoreError, match="Input/output error"):
            journal.append(act(1))
    with pytest.raises(StoreError, match="Restart the collector"):
        journal.append(act(2))
    journal.close()


def test_an_act_too_long_for_a_record_is_refused(tmp_path: Path) -> None:
    """Acts refer to things; a text of this size is content."""
    journal = Journal.open(tmp_path / "audit")
    with pytest.raises(StoreError, match="65536 is the most"):
        journal.append(act(1, reason="x" * 70_000))
    assert journal.append(act(2)).seq == 1
    journal.close()


def test_a_file_name_that_is_no_text_can_be_recorded(tmp_path: Path) -> None:
    """Such a name is written with its bytes escaped."""
    journal = Journal.open(tmp_path / "audit")
    name = os.fsdecode(b"/var/log/\xff.jsonl")
    journal.append(act(1, target=name))
    journal.close()
    assert records(tmp_path / "audit")[0]["object"] == "/var/log/\\udcff.jsonl"
    assert verify(tmp_path / "audit").ok


def test_appending_after_closing_is_refused(tmp_path: Path) -> None:
    """The lock is gone; another process may be writing."""
    journal = Journal.open(tmp_path / "audit")
    journal.close()
    journal.close()
    with pytest.raises(StoreError, match="is closed"):
        journal.append(act(1))


def test_threads_may_append_and_page_at_once(tmp_path: Path) -> None:
    """Every act gets its own number, and the chain holds."""
    journal = Journal.open(tmp_path / "audit")

    def work(number: int) -> int:
        seq = journal.append(act(number)).seq
        rows, _ = journal.page(limit=5)
        assert [row["seq"] for row in rows] == sorted((row["seq"] for row in rows), reverse=True)
        return seq

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(work, range(80)))
    journal.close()
    assert sorted(numbers) == list(range(1, 81))
    assert verify(tmp_path / "audit").verified_seq == 80


def test_a_full_segment_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers run through, pages cross the border, and reopening finds the newest."""
    monkeypatch.setattr(appending, "SEGMENT_BYTES", 2_000)
    fill(tmp_path / "audit", 11)
    assert len(list((tmp_path / "audit").glob("0*.jsonl"))) > 2
    journal = Journal.open(tmp_path / "audit")
    assert [row["seq"] for row in journal.page(limit=100)[0]] == list(range(11, 0, -1))
    assert [row["seq"] for row in journal.page(before=6, limit=4)[0]] == [5, 4, 3, 2]
    assert journal.append(act(12)).seq == 12
    journal.close()
    assert verify(tmp_path / "audit").verified_seq == 12


def test_an_empty_new_segment_is_filled_after_reopening(tmp_path: Path) -> None:
    """A crash between making the file and writing to it leaves one."""
    fill(tmp_path / "audit", 2)
    (tmp_path / "audit" / "000002.jsonl").touch(mode=0o600)
    journal = Journal.open(tmp_path / "audit")
    assert journal.append(act(3)).seq == 3
    journal.close()
    assert verify(tmp_path / "audit").verified_seq == 3


def test_pages_go_by_number_in_both_directions(tmp_path: Path) -> None:
    """``before`` gives the next older rows, ``after`` the next newer ones, both newest first."""
    fill(tmp_path / "audit", 10)
    journal = Journal.open(tmp_path / "audit")

    def page(before: int | None = None, after: int | None = None, limit: int = 100) -> list[int]:
        rows, total = journal.page(before, after, limit)
        assert total == 10
        return [row["seq"] for row in rows]

    assert page(limit=3) == [10, 9, 8]
    assert page(before=8, limit=3) == [7, 6, 5]
    assert page(before=3, limit=3) == [2, 1]
    assert page(before=1, limit=3) == []
    assert page(after=4, limit=3) == [7, 6, 5]
    assert page(after=9, limit=3) == [10]
    assert page(after=10, limit=3) == []
    assert page(before=99, limit=2) == [10, 9]
    assert page(after=2, before=5, limit=9) == [4, 3]
    journal.close()


@pytest.fixture(scope="module")
def thirty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """An open journal of thirty records over several files."""
    with pytest.MonkeyPatch.context() as small:
        small.setattr(appending, "SEGMENT_BYTES", 4_000)
        journal = Journal.open(tmp_path_factory.mktemp("thirty") / "audit")
        for number in range(1, 31):
            journal.append(act(number))
        yield journal
        journal.close()


BOUND = st.none() | st.integers(-2, 35)


@given(before=BOUND, after=BOUND, limit=st.integers(1, 40))
def test_pages_are_what_a_look_at_all_rows_would_give(
    thirty: Journal, before: int | None, after: int | None, limit: int
) -> None:
    """Whatever the bounds: the rows nearest to ``after``, else the newest."""
    inside = [seq for seq in range(30, 0, -1) if (before is None or seq < before) and (after is None or seq > after)]
    rows, total = thirty.page(before, after, limit)
    assert [row["seq"] for row in rows] == (inside[:limit] if after is None else inside[-limit:])
    assert total == 30


APPEND_FOR_EVER = """
import sys
from pathlib import Path
from llmsec_tui.audit.journal import Journal
from tests.audit.acts import act

journal = Journal.open(Path(sys.argv[1]))
while True:
    print(journal.append(act(journal.last_seq)).seq, flush=True)
"""


def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    """Its lock is free at once, and the chain holds."""
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", APPEND_FOR_EVER, str(tmp_path / "audit")],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": SEARCHED},
        )
        assert writer.stdout is not None
        for _ in range(40):
            writer.stdout.readline()
        writer.kill()
        acknowledged = [int(line) for line in writer.stdout.read().splitlines()]
        writer.wait()
        writer.stdout.close()
        journal = Journal.open(tmp_path / "audit")
        assert journal.last_seq >= max(acknowledged, default=40)
        journal.close()
        assert verify(tmp_path / "audit").ok


def test_rows_have_the_fields_that_the_service_sends(tmp_path: Path) -> None:
    """A row converts to ``AuditRow`` strictly."""
    fill(tmp_path / "audit", 1)
    journal = Journal.open(tmp_path / "audit")
    (row,), _ = journal.page()
    journal.close()
    sent = msgspec.convert(row, AuditRow)
    assert (sent.seq, sent.actor, sent.uid, sent.role, sent.result) == (1, "ada", 1000, "analyst", "done")
    assert set(row) == set(AuditRow.__struct_fields__)


def test_an_empty_journal_has_no_rows(tmp_path: Path) -> None:
    """Nothing has happened yet."""
    journal = Journal.open(tmp_path / "audit")
    assert (journal.last_seq, journal.page()) == (0, ([], 0))
    journal.close()


def test_a_refused_attempt_is_recorded_like_any_act(tmp_path: Path) -> None:
    """The result tells them apart."""
    journal = Journal.open(tmp_path / "audit")
    tried = act(1)
    journal.append(Act(tried.actor, "collector.stop", "collector", Result.REFUSED, reason="ada is analyst"))
    assert [row["result"] for row in journal.page()[0]] == ["refused"]
    journal.close()
