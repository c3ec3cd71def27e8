"""Thousands of files, directories that appear later, links in circles, and no help from the system."""

import time
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S

from llmsec_tui.intake.follow import OPEN_FILES, Follower
from llmsec_tui.intake.records import Read

LINE = b'{"n":1}\n'


@pytest.fixture(autouse=True)
def _soon_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked for every second is looked for more often here."""
    monkeypatch.setattr("llmsec_tui.intake.follow.DISCOVER_S", 0.05)


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _soon(follower: Follower, count: int) -> Read:
    """Poll until so many records came; new files are looked for every second."""
    whole, end = Read(), time.monotonic() + PATIENCE_S
    while len(whole.records) < count:
        assert time.monotonic() < end
        read = follower.poll()
        whole.records.extend(read.records)
        whole.checkpoints.extend(read.checkpoints)
        follower.wait(0.05)
    return whole


def test_five_thousand_files_take_no_more_descriptors_than_are_allowed(tmp_path: Path) -> None:
    """All of them are read, each new line is found, and so it is after a restart."""
    paths = [tmp_path / f"{number % 50:02}" / f"{number:05}.log" for number in range(5_000)]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(LINE)
    before = _open_files()
    follower = Follower([str(tmp_path)], from_start=True)
    first = _soon(follower, 5_000)
    assert _open_files() - before <= OPEN_FILES + 20
    for path in paths[::500]:
        with path.open("ab") as file:
            file.write(LINE)
    second = _soon(follower, 10)
    follower.close()
    seen = {one.source_id: one for one in first.checkpoints + second.checkpoints}
    again = Follower([str(tmp_path)], list(seen.values()), from_start=True)
    assert again.poll().records == []
    again.close()


@pytest.mark.parametrize("pattern", ["later", "later/*.log", "l*/deep/*.log", "**/*.log"])
def test_directories_and_globs_may_appear_later(tmp_path: Path, pattern: str) -> None:
    """What they mean is looked for every second."""
    follower = Follower([str(tmp_path / pattern)], from_start=False)
    assert follower.problems != []
    (tmp_path / "later" / "deep").mkdir(parents=True)
    (tmp_path / "later" / "a.log").write_bytes(LINE)
    (tmp_path / "later" / "deep" / "b.log").write_bytes(LINE)
    count = 1 if pattern in ("later/*.log", "l*/deep/*.log") else 2
    assert len(_soon(follower, count).records) == count
    assert follower.problems == []
    follower.close()


def test_links_in_circles_end_and_a_file_of_two_names_is_read_once(tmp_path: Path) -> None:
    """Links to directories are not followed from a directory, links to files are."""
    logs = tmp_path / "logs"
    logs.mkdir()
    (tmp_path / "real").write_bytes(LINE)
    (logs / "one.log").symlink_to(tmp_path / "real")
    (logs / "two.log").symlink_to(tmp_path / "real")
    (logs / "up").symlink_to(tmp_path)
    (logs / "self.log").symlink_to(logs / "self.log")
    for pattern in ("logs", "logs/**/*.log"):
        follower = Follower([str(tmp_path / pattern)], from_start=True)
        assert len(_soon(follower, 1).records) == 1
        assert follower.poll().records == []
        follower.close()


def test_without_help_from_the_system_everything_is_found_by_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on network file systems, where nobody reports the writes of others: files, growth, rotation."""

    def refuse(*_: object) -> None:
        raise OSError("no inotify here")

    monkeypatch.setattr("llmsec_tui.intake.notify.RustNotify", refuse)
    follower = Follower([str(tmp_path)], from_start=True)
    path = tmp_path / "a.log"
    path.write_bytes(LINE)
    _soon(follower, 1)
    assert "no inotify here" in follower.problem
    with path.open("ab") as file:
        file.write(LINE)
    _soon(follower, 1)
    path.rename(tmp_path / "a.log.1")
    path.write_bytes(LINE)
    _soon(follower, 1)
    follower.close()
