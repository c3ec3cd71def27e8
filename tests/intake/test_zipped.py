"""Zip archives in a directory that is followed: each member is read once, when the archive rests."""

import json
import os
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from tests.intake.framings import FRAMINGS

from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.follow import Follower
from llmsec_tui.intake.raw import raw
from llmsec_tui.intake.records import NoticeKind, Read, SourceState

Start = Callable[..., Follower]
LONG_AGO = (1, 1)


def zipped(path: Path, members: dict[str, bytes]) -> None:
    """An archive that has rested."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    os.utime(path, LONG_AGO)


def lines(first: int, end: int) -> bytes:
    return b"".join(b'{"n":%d}\n' % number for number in range(first, end))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    made: list[Follower] = []

    def begin(seen: tuple[Checkpoint, ...] = (), *, from_start: bool = True) -> Follower:
        made.append(Follower([str(tmp_path)], seen, from_start=from_start))
        return made[-1]

    yield begin
    for follower in made:
        follower.close()


def drain(follower: Follower, max_bytes: int = 1 << 20) -> Read:
    whole = Read()
    follower.add([], from_start=True)
    while read := follower.poll(max_bytes):
        whole.records.extend(read.records)
        whole.dead_letters.extend(read.dead_letters)
        whole.notices.extend(read.notices)
        whole.checkpoints.extend(read.checkpoints)
    return whole


def numbers(*reads: Read) -> list[int]:
    return [record.data["n"] for read in reads for record in read.records]


def latest(*reads: Read) -> tuple[Checkpoint, ...]:
    return tuple({one.source_id: one for read in reads for one in read.checkpoints}.values())


def test_every_member_is_read_once_also_over_restarts_and_renames(tmp_path: Path, start: Start) -> None:
    """Each as a source of its own whose bytes are found again."""
    path = tmp_path / "run.eval"
    zipped(path, {"a.json": lines(0, 5), "samples/b.json": lines(5, 9)})
    follower = start()
    first = drain(follower)
    assert numbers(first) == list(range(9))
    assert {record.path for record in first.records} == {f"{path}!a.json", f"{path}!samples/b.json"}
    for record in first.records:
        assert sha256(raw(record.path, record.offset, record.length)).digest() == record.sha256
    assert drain(follower).records == []
    path.rename(tmp_path / "moved.eval")
    second = drain(follower)
    assert second.records == []
    assert drain(start(latest(first, second))).records == []


@pytest.mark.parametrize("name", FRAMINGS)
def test_a_restart_within_a_member_goes_on_behind_its_last_record(name: str, tmp_path: Path, start: Start) -> None:
    values = [{"n": n, "text": "x" * 1000} for n in range(2_000)]
    zipped(tmp_path / "a.zip", {"one": FRAMINGS[name](values), "two": FRAMINGS[name](values[:2])})
    reads: list[Read] = []
    while True:
        follower = start(latest(*reads))
        read = follower.poll(1)
        follower.close()
        if not read.records and not read.checkpoints:
            break
        reads.append(read)
    assert [record.data for read in reads for record in read.records] == values + values[:2]
    assert len(reads) > 1


def test_what_is_added_to_an_archive_is_read_and_what_it_had_is_not_read_again(tmp_path: Path, start: Start) -> None:
    """A member with other content is another generation of it."""
    path = tmp_path / "run.eval"
    zipped(path, {"a": lines(0, 3), "b": lines(3, 5)})
    follower = start()
    first = drain(follower)
    zipped(path, {"a": lines(0, 3), "b": lines(10, 12), "c": lines(5, 7)})
    second = drain(follower)
    assert numbers(second) == [10, 11, 5, 6]
    assert len({record.source_id for record in [*first.records, *second.records]}) == 4


def test_an_archive_in_the_making_is_waited_for(tmp_path: Path, start: Start) -> None:
    """Also when its file was empty at first."""
    path = tmp_path / "run.zip"
    path.touch()
    follower = start()
    assert drain(follower).records == []
    zipped(path, {"a": lines(0, 3)})
    os.utime(path)
    assert drain(follower).records == []
    os.utime(path, LONG_AGO)
    read = drain(follower)
    assert (numbers(read), read.dead_letters) == ([0, 1, 2], [])


def test_archives_that_exist_at_the_first_start_are_skipped_like_all_that_exists(tmp_path: Path, start: Start) -> None:
    """Now, and after a restart; what is added later is read."""
    path = tmp_path / "run.zip"
    zipped(path, {"a": lines(0, 3)})
    first = drain(start(from_start=False))
    assert first.records == []
    zipped(path, {"a": lines(0, 3), "b": lines(3, 5)})
    assert numbers(drain(start(latest(first), from_start=False))) == [3, 4]


def test_a_damaged_archive_is_told_of_once_and_read_when_it_is_whole(tmp_path: Path, start: Start) -> None:
    """What is wrong with a member keeps none of the others from being read."""
    path = tmp_path / "run.zip"
    zipped(path, {"a": lines(0, 3), "b": lines(3, 5)})
    content = path.read_bytes()
    path.write_bytes(content[:-10])
    os.utime(path, LONG_AGO)
    follower = start()
    read = drain(follower)
    assert [notice.kind for notice in read.notices] == [NoticeKind.UNREADABLE]
    assert drain(follower).notices == []
    assert any("directory of the zip archive" in problem for problem in follower.problems)
    path.write_bytes(content)
    os.utime(path, LONG_AGO)
    assert numbers(drain(follower)) == list(range(5))
    follower.add([], from_start=True)
    assert follower.problems == []


def test_a_member_that_is_being_read_is_among_the_sources(tmp_path: Path, start: Start) -> None:
    data = b"".join(json.dumps({"n": n, "pad": "x" * 500}).encode() + b"\n" for n in range(3_000))
    zipped(tmp_path / "a.zip", {"one": data})
    follower = start()
    follower.poll(1)
    (row,) = follower.progress()
    assert (row.path, row.state) == (f"{tmp_path / 'a.zip'}!one", SourceState.FOLLOWING)
    drain(follower)
    assert follower.progress() == []
