"""The files of a scan: what is said of those that change or go away meanwhile, and how far the scan has come."""

import gzip
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.service.parts import say, write_rules
from tests.service.scanning.test_review import write

from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.detect.ruleset import load
from llmsec_tui.service.scan import Scan
from llmsec_tui.service.scanning import cutting
from llmsec_tui.service.scanning.inputs import Input
from llmsec_tui.service.scanning.watching import Watcher


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    return load([write_rules(tmp_path_factory.mktemp("few") / "rules")])


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "RANGE", 2_000)
    monkeypatch.setattr(cutting, "_SNIFFED", 400)


def users(scan: Scan) -> list[str]:
    return [row["user_id"] for frame in scan.alerts() for row in frame.iter_rows(named=True) if not row["n_events"]]


def grow(path: Path) -> None:
    with path.open("ab") as log:
        log.write(say(900, "late"))


def shrink(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 3)


def replace(path: Path) -> None:
    size = path.stat().st_size
    path.unlink()
    path.write_bytes(b"\0" * size)


@pytest.mark.parametrize("change", [grow, shrink, replace])
def test_a_file_that_changes_meanwhile_is_told(change: Callable[[Path], None], tmp_path: Path, few: RuleSet) -> None:
    """The hash is of what it was before, the sentence says so, and the files beside it are read."""
    log, other = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    log.write_bytes(b"".join(say(second, "u1") for second in range(100)))
    other.write_bytes(say(1, "u2"))
    before = hashlib.sha256(log.read_bytes()).hexdigest()

    def begins(files: Sequence[Input], digest: str) -> None:
        assert files[0].sha256 == before
        change(log)

    scan = Scan([str(tmp_path)], few, watcher=Watcher(begins=begins))
    assert "u2" in users(scan)
    assert scan.summary.input_sha256[str(log)] == before
    assert [problem for problem in scan.summary.problems if problem.startswith(f"{log} was changed")]


def test_a_file_that_goes_away_meanwhile_is_told(tmp_path: Path, few: RuleSet) -> None:
    gone = tmp_path / "1.jsonl"
    gone.write_bytes(say(1, "u1"))
    (tmp_path / "2.jsonl").write_bytes(say(1, "u2"))
    scan = Scan([str(tmp_path)], few, watcher=Watcher(begins=lambda _, __: gone.unlink()))
    assert users(scan) == ["u2"]
    assert any(str(gone) in problem and "No such file" in problem for problem in scan.summary.problems)


def test_names_are_only_names(tmp_path: Path, few: RuleSet) -> None:
    """Of files and of members of archives, whatever is in them."""
    names = ["a\nb", "\x1b[2J", " ", "-rf", "日本\u202e", "'\"$(x)", "x" * 200]
    for name in names:
        (tmp_path / f"{name}.jsonl").write_bytes(say(1, "u1"))
    with ZipFile(tmp_path / "many.zip", "w") as archive:
        for name in names:
            archive.writestr(f"../{name}.jsonl", say(2, "u2"))
    scan = Scan([str(tmp_path), str(tmp_path / "many.zip")], few)
    paths = [row["source_path"] for frame in scan.alerts() for row in frame.iter_rows(named=True)]
    files = {str(tmp_path / f"{name}.jsonl") for name in names}
    assert files <= set(paths)
    assert len(scan.summary.input_sha256) == len(names) + 1
    assert scan.summary.records == 2 * len(names)


def test_a_damaged_archive_is_read_as_far_as_it_goes(tmp_path: Path, few: RuleSet) -> None:
    """What stands before the damage raises its alerts, and the sentence names the file."""
    log = tmp_path / "app.jsonl.gz"
    log.write_bytes(gzip.compress(say(1, "u1") + os.urandom(400_000).hex().encode())[:-200_000])
    scan = Scan([str(log)], few)
    assert users(scan) == ["u1"]
    assert any(str(log) in problem for problem in scan.summary.problems)


def test_events_without_a_time_are_told_where_time_matters(tmp_path: Path, few: RuleSet) -> None:
    untimed = json.dumps({"user_id": "u1", "messages": [{"role": "user", "content": "xyzzy-plugh"}]}).encode() + b"\n"
    (tmp_path / "app.jsonl").write_bytes(untimed + say(1, "u1"))
    scan = Scan([str(tmp_path)], few)
    assert len(users(scan)) == 2
    assert "1 events have no time, so rules over time did not look at them." in scan.summary.problems


def test_whoever_watches_is_told_of_every_byte_and_event(tmp_path: Path, few: RuleSet) -> None:
    """What there is comes before how much of it is done, and in the end it is all."""
    folder = write(tmp_path / "logs", 5)
    told: list[tuple[str, int]] = []

    def note(what: str) -> Callable[[int], None]:
        return lambda count: told.append((what, count))

    watcher = Watcher(
        hashes=note("hashes"),
        hashed=note("hashed"),
        begins=lambda files, _: told.append(("begins", sum(file.size for file in files))),
        read=note("read"),
        looks_back=note("looks back"),
        looked_back=note("looked back"),
    )
    list(Scan([str(folder)], few, watcher=watcher).alerts())
    sums: dict[str, int] = {}
    for what, count in told:
        sums[what] = sums.get(what, 0) + count
    assert sums["hashes"] == sums["hashed"] == sums["begins"] == sums["read"] > 0
    assert sums["looks back"] == sums["looked back"] > 0
    in_order = ("begins", "read", "looks back", "looked back")
    assert [what for what in dict.fromkeys(what for what, _ in told) if what in in_order] == list(in_order)
