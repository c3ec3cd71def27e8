"""Patterns become the files that are meant, and a sentence where they mean nothing."""

import os
import socket
from pathlib import Path

import pytest

from llmsec_tui.intake.discover import expand, root


def names(base: Path, *patterns: str) -> list[str]:
    found = expand(patterns)
    assert found.problems == []
    return [str(path.relative_to(base)) for path in found.files]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    for name in ("b.jsonl", "a.log", "deep/er/c.json", "deep/d.ndjson", "deep/e.traj", "notes.txt", "README"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}\n")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden/x.jsonl").write_text("{}\n")
    (tmp_path / ".y.jsonl").write_text("{}\n")
    return tmp_path


def test_a_directory_gives_its_log_files_at_any_depth_in_order(logs: Path) -> None:
    assert names(logs, str(logs)) == ["a.log", "b.jsonl", "deep/d.ndjson", "deep/e.traj", "deep/er/c.json"]


def test_a_file_that_is_named_is_taken_whatever_it_is_called(logs: Path) -> None:
    assert names(logs, str(logs / "README"), str(logs / ".y.jsonl")) == [".y.jsonl", "README"]


def test_globs_match_files_at_one_level_or_at_any(logs: Path) -> None:
    assert names(logs, f"{logs}/*.jsonl") == ["b.jsonl"]
    assert names(logs, f"{logs}/deep/?.n*") == ["deep/d.ndjson"]
    assert names(logs, f"{logs}/**/*.json") == ["deep/er/c.json"]
    assert names(logs, f"{logs}/deep/**") == ["deep/d.ndjson", "deep/e.traj", "deep/er/c.json"]
    assert names(logs, f"{logs}/.hid*/*") == [".hidden/x.jsonl"]


def test_a_file_name_with_glob_signs_in_it_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "a[1].jsonl").touch()
    assert names(tmp_path, f"{tmp_path}/a[1].jsonl") == ["a[1].jsonl"]


def test_the_home_directory_is_understood(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(logs))
    assert names(logs, "~/a.log", "~/deep/*.traj") == ["a.log", "deep/e.traj"]


def test_a_file_that_goes_by_several_names_is_listed_once(logs: Path) -> None:
    (logs / "a0.log").symlink_to(logs / "a.log")
    (logs / "loop").symlink_to(logs)
    assert names(logs, str(logs), str(logs / "a.log"), f"{logs}/a*.log")[:2] == ["a.log", "b.jsonl"]


def test_what_means_nothing_is_said_in_a_sentence_each(logs: Path) -> None:
    (logs / "empty").mkdir()
    os.mkfifo(logs / "pipe.log")
    (logs / "dangling.log").symlink_to(logs / "nowhere")
    found = expand([f"{logs}/missing", f"{logs}/empty", f"{logs}/*.nope", f"{logs}/pipe.log", "/dev/null", str(logs)])
    assert len(found.files) == 5
    assert found.problems == sorted(
        [
            "/dev/null is a device; only regular files are read.",
            f"{logs}/*.nope matches no file.",
            f"{logs}/dangling.log does not exist.",
            f"{logs}/empty holds no log files (*.jsonl, *.json, *.ndjson, *.log, *.traj, *.eval, *.zip).",
            f"{logs}/missing does not exist.",
            f"{logs}/pipe.log is a named pipe; only regular files are read.",
        ]
    )


def test_sockets_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.log")
        assert expand(["s.log"]).problems == [f"{tmp_path}/s.log is a socket; only regular files are read."]


def test_a_directory_that_cannot_be_listed_is_said(own: Path) -> None:
    (own / "locked").mkdir(mode=0)
    assert expand([str(own)]).problems == [f"{own}/locked cannot be read: Permission denied."]


def test_hostile_names_are_shown_harmlessly(tmp_path: Path) -> None:
    assert expand([f"{tmp_path}/\x1b[2Jx"]).problems == [f"{tmp_path}/␛[2Jx matches no file."]


def test_the_root_of_a_pattern_holds_everything_it_can_mean(tmp_path: Path) -> None:
    assert root(f"{tmp_path}/a/*/b.jsonl") == tmp_path / "a"
    assert root(f"{tmp_path}/a.jsonl") == tmp_path / "a.jsonl"
    assert root(f"{tmp_path}/x/../a.jsonl") == tmp_path / "a.jsonl"


def test_a_name_that_is_not_utf8_is_refused_in_a_sentence(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jsonl")).touch()
    (tmp_path / "a.jsonl").touch()
    found = expand([str(tmp_path)])
    assert found.files == [tmp_path / "a.jsonl"]
    assert found.problems == [f"{tmp_path}/⟦U+DCFF⟧.jsonl has a name that is not UTF-8. Rename it to have it read."]


@pytest.mark.parametrize(
    "pattern", ["a\0b", "a\0*", "x" * 5000, "x" * 5000 + "*", "~nosuchuser/a", "**", "***", "[", ""]
)
def test_no_pattern_raises(tmp_path: Path, pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = expand([pattern])
    assert found.files == []
    assert len(found.problems) == 1


def test_what_lies_behind_a_locked_directory_is_a_problem(own: Path) -> None:
    (own / "locked").mkdir(mode=0)
    for pattern in (f"{own}/locked/a.log", f"{own}/locked/*.log", f"{own}/*/a.log"):
        assert len(expand([pattern]).problems) == 1
