"""Whatever happens to a file, each of its lines is read once."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.patience import PATIENCE_S

from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.follow import Follower
from llmsec_tui.intake.notify import Notifier
from llmsec_tui.intake.records import NoticeKind, Progress, Read, SourceState

Follow = Callable[..., Follower]


@pytest.fixture
def follow() -> Iterator[Follow]:
    """Makes followers that read from the start and give up lost files at once, and closes them."""
    made: list[Follower] = []

    def make(
        *patterns: Path, seen: Sequence[Checkpoint] = (), from_start: bool = True, linger_s: float = 0.0, **more: int
    ) -> Follower:
        made.append(Follower([str(one) for one in patterns], seen, from_start=from_start, linger_s=linger_s, **more))
        return made[-1]

    yield make
    for follower in made:
        follower.close()


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def lines(*numbers: int) -> bytes:
    return b"".join(b'{"n":%d}\n' % number for number in numbers)


def numbers(read: Read) -> list[Any]:
    return [record.data["n"] for record in read.records]


def kinds(read: Read) -> list[NoticeKind]:
    return [notice.kind for notice in read.notices]


def drain(follower: Follower) -> Read:
    """Everything that can be read now."""
    whole = Read()
    while read := follower.poll():
        whole.records.extend(read.records)
        whole.dead_letters.extend(read.dead_letters)
        whole.notices.extend(read.notices)
        whole.checkpoints.extend(read.checkpoints)
    return whole


def latest(*reads: Read) -> list[Checkpoint]:
    """What a store would hold after these."""
    return list({one.source_id: one for read in reads for one in read.checkpoints}.values())


def only(follower: Follower) -> Progress:
    (row,) = follower.progress()
    return row


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def discover_soon(follower: Follower) -> Read:
    """Let the follower find a new file and read it."""
    deadline = time.monotonic() + PATIENCE_S
    while not (read := follower.poll()):
        assert time.monotonic() < deadline
        follower.wait(0.05)
    return read


def test_appended_lines_are_read_with_their_places(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(1))
    follower = follow(path)
    assert numbers(follower.poll()) == [1]
    append(path, lines(2) + b'{"n"')
    (record,) = follower.poll().records
    assert (record.index, record.offset, record.length, record.path) == (1, 8, 7, str(path))
    assert record.sha256 == sha256(b'{"n":2}').digest()
    append(path, b":3}\n")
    assert numbers(follower.poll()) == [3]
    assert follower.poll() == Read()


def test_a_line_is_never_cut_because_its_end_takes_long(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"n":1')
    follower = follow(path)
    assert drain(follower).records == []
    assert (only(follower).offset, only(follower).size, only(follower).behind_since) == (0, 6, None)
    append(path, b"}\n")
    assert numbers(drain(follower)) == [1]


def test_a_file_that_exists_at_the_first_start_begins_at_its_end(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(1, 2) + b'{"n":')
    follower = follow(tmp_path, from_start=False)
    append(path, b"3}\n" + lines(4))
    assert numbers(drain(follower)) == [3, 4]


def test_a_file_that_appears_later_begins_at_its_start(tmp_path: Path, follow: Follow) -> None:
    follower = follow(tmp_path / "*.jsonl", from_start=False)
    path = tmp_path / "new.jsonl"
    path.write_bytes(lines(1, 2))
    read = discover_soon(follower)
    assert (numbers(read), kinds(read)) == ([1, 2], [NoticeKind.FOUND])


def test_a_file_that_appeared_while_nobody_followed_is_read_from_its_start(tmp_path: Path, follow: Follow) -> None:
    (tmp_path / "old.jsonl").write_bytes(lines(1))
    follower = follow(tmp_path, from_start=False)
    seen = latest(drain(follower))
    follower.close()
    (tmp_path / "new.jsonl").write_bytes(lines(2))
    append(tmp_path / "old.jsonl", lines(3))
    assert sorted(numbers(drain(follow(tmp_path, seen=seen, from_start=False)))) == [2, 3]


def test_files_that_are_added_begin_where_it_is_said(tmp_path: Path, follow: Follow) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(lines(1))
    follower = follow(tmp_path / "a", from_start=False)
    follower.add([str(tmp_path / "b")], from_start=True)
    follower.add([str(tmp_path / "c")], from_start=False)
    append(tmp_path / "c", lines(2))
    read = drain(follower)
    assert [(Path(record.path).name, record.data["n"]) for record in read.records] == [("b", 1), ("c", 2)]


def test_a_restart_goes_on_behind_the_last_record(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(1, 2) + b'{"n":')
    first = follow(path)
    read = drain(first)
    first.close()
    append(path, b"3}\n")
    again = drain(follow(path, seen=latest(read)))
    assert numbers(again) == [3]
    assert again.records[0].source_id == read.records[0].source_id
    assert again.records[0].index == 2


def test_a_pretty_printed_file_goes_on_as_such_after_a_restart(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'{\n "n": 1\n}\n{\n "n": 2\n')
    seen = latest(drain(follow(path)))
    append(path, b"}\n")
    assert numbers(drain(follow(path, seen=seen))) == [2]


def test_a_renamed_file_is_read_to_its_end_before_its_successor(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(lines(1))
    follower = follow(path, linger_s=60.0)
    assert numbers(drain(follower)) == [1]
    append(path, lines(2))
    path.rename(tmp_path / "a.log.1")
    path.write_bytes(lines(4))
    read = drain(follower)
    assert (numbers(read), kinds(read)) == ([2, 4], [NoticeKind.REPLACED])
    append(tmp_path / "a.log.1", lines(3))
    append(path, lines(5))
    assert numbers(drain(follower)) == [3, 5]
    assert len({record.source_id for record in read.records}) == 2


def test_a_renamed_file_that_is_long_ends_before_its_successor_begins(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(lines(*range(500)))
    follower = follow(path, linger_s=60.0)
    follower.poll(10)
    path.rename(tmp_path / "a.log.1")
    path.write_bytes(lines(*range(500, 510)))
    found = []
    while read := follower.poll(300):
        found += numbers(read)
    assert found == sorted(found)
    assert found[-1] == 509


def test_a_last_line_without_newline_counts_once_its_file_was_rotated(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b'{"n":1}\n{"n":2}')
    follower = follow(path)
    drain(follower)
    path.rename(tmp_path / "a.log.1")
    path.write_bytes(b"")
    assert numbers(drain(follower)) == [2]


def test_a_rotation_within_the_followed_files_reads_nothing_twice(tmp_path: Path, follow: Follow) -> None:
    for number, name in enumerate(("app.log", "app-1.log", "app-2.log")):
        (tmp_path / name).write_bytes(lines(number))
    follower = follow(tmp_path, linger_s=60.0)
    first = drain(follower)
    assert sorted(numbers(first)) == [0, 1, 2]
    append(tmp_path / "app.log", lines(10))
    (tmp_path / "app-2.log").unlink()
    (tmp_path / "app-1.log").rename(tmp_path / "app-2.log")
    (tmp_path / "app.log").rename(tmp_path / "app-1.log")
    (tmp_path / "app.log").write_bytes(lines(20))
    second = drain(follower)
    assert sorted(numbers(second)) == [10, 20]
    append(tmp_path / "app-1.log", lines(11))
    third = drain(follower)
    assert numbers(third) == [11]
    assert third.records[0].source_id == next(r.source_id for r in first.records if r.data["n"] == 0)
    follower.close()
    append(tmp_path / "app-2.log", lines(30))
    assert numbers(drain(follow(tmp_path, seen=latest(first, second, third)))) == [30]


def test_a_rotation_while_nobody_followed_loses_nothing(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(lines(1))
    seen = latest(drain(follow(path)))
    append(path, lines(2))
    path.rename(tmp_path / "a.log.1")
    path.write_bytes(lines(3))
    read = drain(follow(path, seen=seen))
    assert (numbers(read), kinds(read)) == ([2, 3], [NoticeKind.REPLACED])
    later = {one.source_id: one for one in [*seen, *read.checkpoints]}
    assert numbers(drain(follow(path, seen=list(later.values())))) == []


@pytest.mark.parametrize("header", [b"", b'{"header":"' + b"h" * 1200 + b'","n":0}\n'])
def test_a_cut_file_is_read_again_from_its_start_even_if_it_grew_past_the_offset(
    tmp_path: Path, follow: Follow, header: bytes
) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(header + lines(1, 2))
    follower = follow(path)
    first = drain(follower)
    for content, expected in (
        (header + lines(7, 8), [7, 8]),
        (header + lines(9), [9]),
        (header + lines(5, 6, 7), [5, 6, 7]),
    ):
        with path.open("r+b") as file:
            file.truncate()
            file.write(content)
        read = drain(follower)
        assert numbers(read) == [0] * bool(header) + expected
        assert kinds(read) in ([NoticeKind.TRUNCATED], [NoticeKind.REPLACED])
        assert {record.source_id for record in read.records}.isdisjoint(record.source_id for record in first.records)


def test_a_cut_while_nobody_followed_is_noticed(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.log"
    header = b'{"header":"' + b"h" * 1200 + b'","n":0}\n'
    path.write_bytes(header + lines(1, 2))
    first = drain(follow(path))
    with path.open("r+b") as file:
        file.truncate()
        file.write(header + lines(3, 4, 5))
    second = drain(follow(path, seen=latest(first)))
    assert (numbers(second), kinds(second)) == ([0, 3, 4, 5], [NoticeKind.TRUNCATED])
    assert drain(follow(path, seen=latest(first, second))) == Read()


def test_a_rotated_file_that_is_cut_does_not_hold_up_its_successor(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(lines(1, 2))
    follower = follow(path, linger_s=60.0)
    drain(follower)
    path.rename(tmp_path / "a.log.1")
    (tmp_path / "a.log.1").write_bytes(lines(3))
    path.write_bytes(lines(4))
    read = drain(follower)
    assert sorted(numbers(read)) == [3, 4]
    assert (
        sorted(kinds(read)) == [NoticeKind.REPLACED, NoticeKind.TRUNCATED] or kinds(read) == [NoticeKind.REPLACED] * 2
    )


def test_a_deleted_file_is_read_to_its_end_and_its_successor_is_another(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(lines(1))
    follower = follow(path)
    drain(follower)
    append(path, lines(2))
    path.unlink()
    read = drain(follower)
    assert (numbers(read), kinds(read)) == ([2], [NoticeKind.GONE])
    assert only(follower).state is SourceState.GONE
    path.write_bytes(lines(1))
    again = discover_soon(follower)
    assert numbers(again) == [1]
    assert again.records[0].source_id != read.records[0].source_id
    assert only(follower).state is SourceState.FOLLOWING
    path.unlink()
    path.write_bytes(lines(1))
    assert numbers(drain(follow(path, seen=latest(read)))) == [1]


def test_an_empty_file_waits(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.log"
    path.touch()
    follower = follow(path)
    drain(follower)
    assert only(follower).state is SourceState.WAITING
    append(path, lines(1))
    assert numbers(drain(follower)) == [1]
    assert only(follower).state is SourceState.FOLLOWING


def test_a_file_that_cannot_be_read_is_said_once_and_tried_again(own: Path, follow: Follow) -> None:
    path = own / "a.log"
    path.write_bytes(lines(1))
    path.chmod(0)
    follower = follow(path)
    read = drain(follower)
    assert kinds(read) == [NoticeKind.UNREADABLE]
    assert only(follower).state is SourceState.UNREADABLE
    assert "Permission denied" in only(follower).problem
    path.chmod(0o600)
    found = Read()
    deadline = time.monotonic() + PATIENCE_S
    while not found.records:
        assert time.monotonic() < deadline
        follower.wait(0.05)
        found = follower.poll()
        assert NoticeKind.UNREADABLE not in kinds(found)
    assert numbers(found) == [1]
    assert only(follower).problem == ""


def test_a_directory_that_cannot_be_entered_any_more_is_said_once(own: Path, follow: Follow) -> None:
    (own / "logs").mkdir()
    path = own / "logs" / "a.log"
    path.write_bytes(lines(1))
    follower = follow(path)
    drain(follower)
    (own / "logs").chmod(0)
    assert kinds(drain(follower)) == [NoticeKind.UNREADABLE]
    (own / "logs").chmod(0o700)
    append(path, lines(2))
    assert numbers(drain(follower)) == [2]
    assert only(follower).problem == ""


def test_a_binary_file_says_what_is_wrong_with_it(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(bytes(20_000))
    follower = follow(path)
    assert kinds(drain(follower)) == [NoticeKind.UNREADABLE]
    assert only(follower).state is SourceState.UNREADABLE
    append(path, b"\n" + lines(1))
    assert numbers(drain(follower)) == [1]
    assert only(follower).state is SourceState.FOLLOWING


def test_no_more_than_so_much_is_read_at_once_and_every_file_has_its_turn(tmp_path: Path, follow: Follow) -> None:
    line = b'{"n":1%06d,"pad":"' + b"x" * 980 + b'"}\n'
    (tmp_path / "big.log").write_bytes(b"".join(line % n for n in range(4000)))
    (tmp_path / "small.log").write_bytes(lines(1))
    follower = follow(tmp_path)
    read = follower.poll(1_500_000)
    assert sum(record.length for record in read.records) < 1_500_000
    assert {Path(record.path).name for record in read.records} == {"big.log", "small.log"}
    behind = next(row for row in follower.progress() if row.path.endswith("big.log"))
    assert behind.behind_since is not None
    assert behind.offset < behind.size
    assert len(drain(follower).records) + len(read.records) == 4001
    assert all(row.behind_since is None for row in follower.progress())


def test_a_record_larger_than_the_budget_is_not_taken_for_the_end(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b'{"n":1,"pad":"' + b"x" * 5000 + b'"}\n' + lines(2))
    follower = follow(path)
    assert numbers(follower.poll(100))[0] == 1


def test_only_so_many_files_are_kept_open(tmp_path: Path, follow: Follow) -> None:
    paths = [tmp_path / f"{number:04}.log" for number in range(1000)]
    for path in paths:
        path.write_bytes(lines(0))
    before = open_files()
    follower = follow(tmp_path, open_files=8)
    assert len(drain(follower).records) == 1000
    assert open_files() - before < 20
    for path in paths[::100]:
        append(path, lines(1))
    assert numbers(drain_patiently(follower, 10)) == [1] * 10
    paths[1].write_bytes(lines(8))
    paths[2].rename(tmp_path / "elsewhere.1")
    append(tmp_path / "elsewhere.1", lines(9))
    assert sorted(numbers(drain_patiently(follower, 2))) == [8, 9]


def drain_patiently(follower: Follower, count: int) -> Read:
    """So many records; of many files, not all are looked at each time."""
    whole, end = Read(), time.monotonic() + PATIENCE_S
    while len(whole.records) < count:
        assert time.monotonic() < end
        follower.wait(0.05)
        whole.records.extend(drain(follower).records)
    return whole


def test_a_link_that_is_turned_to_another_file_counts_as_replaced(tmp_path: Path, follow: Follow) -> None:
    (tmp_path / "one").write_bytes(lines(1))
    (tmp_path / "two").write_bytes(lines(2))
    link = tmp_path / "current.log"
    link.symlink_to(tmp_path / "one")
    follower = follow(link)
    drain(follower)
    link.unlink()
    link.symlink_to(tmp_path / "two")
    read = drain(follower)
    assert (numbers(read), kinds(read)) == ([2], [NoticeKind.REPLACED])


def test_what_means_nothing_is_a_problem_until_it_appears(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.log"
    follower = follow(path)
    assert follower.problems == [f"{path} does not exist."]
    path.write_bytes(lines(1))
    assert numbers(discover_soon(follower)) == [1]
    assert follower.problems == []


def test_a_wait_ends_when_something_is_written(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "a.log"
    path.touch()
    follower = follow(path)
    drain(follower)
    found: list[Any] = []
    writer = threading.Timer(0.05, append, (path, lines(1)))
    writer.start()
    while not found:
        follower.wait()
        found = numbers(follower.poll())
    writer.join()
    assert found == [1]


def test_a_wait_ends_at_once_when_somebody_calls() -> None:
    notifier = Notifier()
    notifier.wake()
    assert notifier.wait(3600) == set()
    notifier.close()


def test_a_wait_in_a_watched_directory_ends_when_somebody_calls(tmp_path: Path) -> None:
    notifier = Notifier()
    notifier.watch([str(tmp_path), str(tmp_path / "missing")])
    assert notifier.problem == ""
    caller = threading.Timer(0.05, notifier.wake)
    caller.start()
    assert notifier.wait(3600) == set()
    caller.join()
    (tmp_path / "a.log").touch()
    assert notifier.wait(3600) == {str(tmp_path / "a.log")}
    notifier.close()


def test_where_the_system_reports_no_writes_files_are_still_followed_and_that_is_said(
    tmp_path: Path, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("OS file watch limit reached")

    monkeypatch.setattr("llmsec_tui.intake.notify.RustNotify", refuse)
    path = tmp_path / "a.log"
    path.write_bytes(lines(1))
    follower = follow(path)
    assert "OS file watch limit reached" in follower.problem
    assert numbers(drain(follower)) == [1]
    append(path, lines(2))
    follower.wait(0.01)
    assert numbers(drain(follower)) == [2]
