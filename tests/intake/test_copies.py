"""Files that hold what was read elsewhere already: copies, archives, and what editors save."""

import gzip
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard

from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.follow import Follower
from llmsec_tui.intake.records import NoticeKind, Read, SourceState


def _lines(first: int, end: int) -> bytes:
    return b"".join(b'{"n":%d,"text":"a line of some length"}\n' % number for number in range(first, end))


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


Start = Callable[..., Follower]
HEADER = b'{"n":-1,"header":"%s"}\n' % (b"h" * 300)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    made: list[Follower] = []

    def begin(seen: tuple[Checkpoint, ...] = (), *, from_start: bool = True, linger_s: float = 0.0) -> Follower:
        made.append(Follower([str(tmp_path / "app*")], seen, from_start=from_start, linger_s=linger_s))
        return made[-1]

    yield begin
    for follower in made:
        follower.close()


def _drain(follower: Follower) -> Read:
    whole = Read()
    follower.add([], from_start=True)
    while read := follower.poll():
        whole.records.extend(read.records)
        whole.dead_letters.extend(read.dead_letters)
        whole.notices.extend(read.notices)
        whole.checkpoints.extend(read.checkpoints)
    return whole


def _numbers(read: Read) -> list[int]:
    return sorted(record.data["n"] for record in read.records)


def _latest(*reads: Read) -> tuple[Checkpoint, ...]:
    return tuple({one.source_id: one for read in reads for one in read.checkpoints}.values())


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".zst", zstandard.compress)])
def test_an_archive_is_read_behind_what_was_read_of_its_original(
    tmp_path: Path, start: Start, suffix: str, pack: Callable[[bytes], bytes]
) -> None:
    """Lines that came between the last look and the packing are in it alone; their offsets are those of the content."""
    log = tmp_path / "app.log"
    log.write_bytes(_lines(0, 50))
    follower = start()
    first = _drain(follower)
    content = _lines(0, 60)
    (tmp_path / f"app.log.1{suffix}").write_bytes(pack(content))
    log.unlink()
    read = _drain(follower)
    assert _numbers(read) == list(range(50, 60))
    assert all(content[one.offset : one.offset + one.length].startswith(b'{"n":') for one in read.records)
    again = start(_latest(first, read))
    assert _drain(again).records == []


def test_an_archive_that_appears_is_read_once_also_over_restarts_and_renames(tmp_path: Path, start: Start) -> None:
    """It has a source of its own, and is done."""
    (tmp_path / "app-1.log.gz").write_bytes(gzip.compress(_lines(0, 500)))
    follower = start()
    first = _drain(follower)
    assert _numbers(first) == list(range(500))
    assert [row.state for row in follower.progress()] == [SourceState.DONE]
    (tmp_path / "app-1.log.gz").rename(tmp_path / "app-2.log.gz")
    assert _drain(follower).records == []
    assert _drain(start(_latest(first))).records == []


def test_an_archive_in_the_making_is_waited_for(tmp_path: Path, start: Start) -> None:
    """What ends too early is told, and read once it is whole."""
    packed = gzip.compress(_lines(0, 500))
    path = tmp_path / "app.log.1.gz"
    path.write_bytes(packed[: len(packed) // 2])
    follower = start()
    first = _drain(follower)
    assert first.notices == []
    follower.add([], from_start=True)
    assert any("ends too early" in problem for problem in follower.problems)
    path.write_bytes(packed)
    assert _numbers(first) + _numbers(_drain(follower)) == list(range(500))


def test_an_archive_that_stays_damaged_gives_what_it_can(tmp_path: Path, start: Start) -> None:
    """And says where it ends."""
    packed = gzip.compress(_lines(0, 5000))
    path = tmp_path / "app.log.1.gz"
    path.write_bytes(packed[:-20])
    os.utime(path, (1, 1))
    read = _drain(start())
    assert len(read.records) > 1000
    assert [notice.kind for notice in read.notices] == [NoticeKind.UNREADABLE]


def test_archives_that_exist_at_the_first_start_are_skipped_like_all_that_exists(tmp_path: Path, start: Start) -> None:
    """Now, and after a restart."""
    (tmp_path / "app.log.1.gz").write_bytes(gzip.compress(_lines(0, 10)))
    first = _drain(start(from_start=False))
    assert first.records == []
    assert _drain(start(_latest(first), from_start=False)).records == []


def test_a_file_that_an_editor_saves_anew_is_read_on(tmp_path: Path, start: Start) -> None:
    """Another inode with the same content and more; over a restart too."""
    log = tmp_path / "app.log"
    log.write_bytes(_lines(0, 50))
    follower = start()
    first = _drain(follower)
    for end in (60, 70):
        new = tmp_path / "saved"
        new.write_bytes(_lines(0, end))
        new.rename(log)
        if end == 70:
            follower = start(_latest(first))
        read = _drain(follower)
        first.checkpoints.extend(read.checkpoints)
        assert _numbers(read) == list(range(end - 10, end))


def test_a_copy_has_what_a_cut_would_have_lost(tmp_path: Path, start: Start) -> None:
    """Lines that were written, copied and cut off before anybody looked come from the copy, and there is no gap."""
    log = tmp_path / "app.log"
    log.write_bytes(_lines(0, 50))
    follower = start()
    _drain(follower)
    _append(log, _lines(50, 60))
    shutil.copy(log, tmp_path / "app.log.1")
    log.write_bytes(_lines(60, 70))
    read = _drain(follower)
    assert _numbers(read) == list(range(50, 70))
    assert NoticeKind.GAP not in [notice.kind for notice in read.notices]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_copy_that_lacks_the_last_lines_is_known_all_the_same(tmp_path: Path, start: Start, restarted: bool) -> None:
    """They were written, and read, between the copy and the cut."""
    log = tmp_path / "app.log"
    log.write_bytes(_lines(0, 50))
    follower = start()
    first = _drain(follower)
    shutil.copy(log, tmp_path / "app.log.1")
    _append(log, _lines(50, 55))
    first.checkpoints.extend(follower.poll().checkpoints)
    log.write_bytes(b"")
    if restarted:
        follower = start(_latest(first))
    _append(log, _lines(60, 61))
    assert _numbers(_drain(follower)) == [60]


def test_of_a_copy_that_lacks_lines_the_last_of_those_it_has_is_found(tmp_path: Path, start: Start) -> None:
    """What was read before the copy was made, what it has besides, and what it lacks were all read at once."""
    log = tmp_path / "app.log"
    log.write_bytes(_lines(0, 40))
    follower = start()
    _drain(follower)
    _append(log, _lines(40, 45))
    shutil.copy(log, tmp_path / "app.log.1")
    _append(log, _lines(45, 55))
    assert _numbers(follower.poll()) == list(range(40, 55))
    log.write_bytes(_lines(60, 61))
    assert _numbers(_drain(follower)) == [60]


def test_a_shorter_file_that_only_begins_like_another_loses_nothing(tmp_path: Path, start: Start) -> None:
    """Each place that is known of the longer one up to its end has to be the same in a copy."""
    log = tmp_path / "app.log"
    log.write_bytes(HEADER + _lines(0, 3))
    follower = start()
    _drain(follower)
    _append(log, _lines(3, 50))
    _drain(follower)
    log.write_bytes(b"")
    (tmp_path / "app.log.1").write_bytes(HEADER + _lines(100, 120))
    assert _numbers(_drain(follower))[1:] == list(range(100, 120))


def test_what_a_shorter_file_shares_for_certain_is_all_that_is_not_read_again(tmp_path: Path, start: Start) -> None:
    """Where a longer one has but one line, nothing is known of what comes sooner, and that is said."""
    log = tmp_path / "app.log"
    log.write_bytes(HEADER + b'{"n":1,"text":"%s"}\n' % (b"long" * 200))
    follower = start()
    _drain(follower)
    log.write_bytes(b"")
    (tmp_path / "app.log.1").write_bytes(HEADER + _lines(2, 5))
    read = _drain(follower)
    assert _numbers(read) == [2, 3, 4]
    assert any(f"more than {len(HEADER)} bytes they share cannot be told" in one.message for one in read.notices)


def test_a_copy_that_goes_its_own_way_is_read_from_there(tmp_path: Path, start: Start) -> None:
    """Both get lines of their own."""
    log, copy = tmp_path / "app.log", tmp_path / "app.log.old"
    log.write_bytes(_lines(0, 50))
    follower = start()
    _drain(follower)
    shutil.copy(log, copy)
    assert _drain(follower).records == []
    _append(copy, _lines(100, 101))
    _append(log, _lines(200, 201))
    assert _numbers(_drain(follower)) == [100, 200]


def test_bytes_that_were_seen_and_cut_off_are_a_gap(tmp_path: Path, start: Start) -> None:
    """With their number, since nobody has them any more."""
    log = tmp_path / "app.log"
    log.write_bytes(_lines(0, 50))
    follower = start()
    read = follower.poll(500)
    left = len(_lines(0, 50)) - 500
    log.write_bytes(b"")
    told = [notice for notice in _drain(follower).notices if notice.kind is NoticeKind.GAP]
    assert 0 < len(read.records) < 50
    assert f"{left:,} bytes behind offset 500" in told[0].message
