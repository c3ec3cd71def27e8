"""However the input is cut and whoever does the work: the answer is the same, and that of reading it in one go."""

import hashlib
import json
import os
import random
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.service.parts import write_rules
from tests.service.scanning.logs import ATTACK, lines

from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.detect.ruleset import load
from llmsec_tui.errors import ConfigError
from llmsec_tui.paths import shipped
from llmsec_tui.service.scan import Scan
from llmsec_tui.service.scanning import cutting, timeline
from llmsec_tui.service.scanning.crew import beside
from llmsec_tui.service.scanning.manifest import Manifest


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    return load([shipped("rules")])


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    """Rules that are quick to load and judge, one of them over time."""
    return load([write_rules(tmp_path_factory.mktemp("few") / "rules")])


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are cut every two kilobytes, and events are taken some at a time."""
    monkeypatch.setattr(cutting, "RANGE", 2_000)
    monkeypatch.setattr(cutting, "_SNIFFED", 400)


def write(folder: Path, seed: int, files: int = 3, count: int = 50) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        (folder / f"{number}.jsonl").write_bytes(b"".join(lines(seed + number, count)))
    return folder


def rows(frames: Iterable[pl.DataFrame]) -> list[str]:
    """Alerts as text, without ids; conversations that have no name of their own are numbered."""
    names: dict[str | None, int] = {}
    return [_told(row, names) for frame in frames for row in frame.iter_rows(named=True)]


def _told(row: dict[str, Any], names: dict[str | None, int]) -> str:
    row = {name: value for name, value in row.items() if name not in ("alert_id", "event_id", "event_ids")}
    row["conversation_id"] = names.setdefault(row["conversation_id"], len(names))
    return json.dumps(row, default=str)


def exactly(scan: Scan) -> tuple[list[str], dict[str, object]]:
    """Alerts to the byte, and the summary without its time."""
    told = [json.dumps(row, default=str) for frame in scan.alerts() for row in frame.iter_rows(named=True)]
    summary = scan.summary.as_dict()
    del summary["seconds"]
    return told, summary


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_pieces_put_together_are_what_one_pass_finds(
    seed: int, tmp_path: Path, ruleset: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Conversations across files, amended records, documents over lines and broken ones included."""
    folder = write(tmp_path / str(seed), seed)
    in_one_go = Scan([str(folder)], ruleset)
    expected = rows(commit.alerts for commit in in_one_go.commits())
    assert expected
    whole = Scan([str(folder)], ruleset)
    assert rows(whole.alerts()) == expected
    assert whole.summary.repeats == in_one_go.summary.repeats
    assert whole.summary.contents == in_one_go.summary.contents
    with monkeypatch.context() as patch:
        patch.setattr(cutting, "RANGE", 2_000)
        patch.setattr(cutting, "_SNIFFED", 400)
        cut = Scan([str(folder)], ruleset)
        assert sorted(rows(cut.alerts())) == sorted(expected)
        patch.setattr(timeline, "WINDOW", 15)
        patch.setattr(timeline, "_CHUNK", 20)
        assert sorted(rows(Scan([str(folder)], ruleset).alerts())) == sorted(expected)
    assert cut.summary.records == whole.summary.records
    assert cut.summary.dead_letters == whole.summary.dead_letters


def test_any_number_of_jobs_gives_the_same_bytes(tmp_path: Path, few: RuleSet, small_ranges: None) -> None:
    """Ids included; and so do two runs."""
    folder = write(tmp_path / "logs", 7)
    rules = tmp_path / "rules"
    write_rules(rules)
    expected = exactly(Scan([str(folder)], few))
    assert exactly(Scan([str(folder)], few)) == expected
    with beside(3, [rules], tmp_path / "formats.d") as crew:
        assert exactly(Scan([str(folder)], load([rules]), crew=crew)) == expected


def test_ids_do_not_depend_on_where_the_folder_lies(tmp_path: Path, ruleset: RuleSet) -> None:
    """Nor on whether the folder is given, or all that is in it."""
    here = write(tmp_path / "here" / "case", 5, files=2)
    there = tmp_path / "elsewhere" / "evidence"
    shutil.copytree(here, there)
    ids = [
        [row["alert_id"] for frame in Scan(given, ruleset).alerts() for row in frame.iter_rows(named=True)]
        for given in ([str(here)], [str(there)], [str(there / "*.jsonl")], [str(there / f"{n}.jsonl") for n in (1, 0)])
    ]
    assert ids[0]
    assert ids == [ids[0]] * 4


def test_files_that_are_called_alike_do_not_share_ids(tmp_path: Path, ruleset: RuleSet) -> None:
    record = json.dumps({"messages": [{"role": "user", "content": ATTACK}]}) + "\n"
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.jsonl").write_text(record)
    frames = Scan([str(tmp_path / "a"), str(tmp_path / "b")], ruleset).alerts()
    alerts = [row for frame in frames for row in frame.iter_rows(named=True) if row["n_events"] is None]
    assert {row["source_path"] for row in alerts} == {str(tmp_path / name / "app.jsonl") for name in ("a", "b")}
    assert len({row["alert_id"] for row in alerts}) == len(alerts)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_a_scan_that_was_stopped_goes_on_to_the_same_end(
    seed: int, tmp_path: Path, few: RuleSet, small_ranges: None
) -> None:
    """Whenever it was stopped, also in the middle of a line of its manifest, and several times."""
    chance = random.Random(seed)
    folder = write(tmp_path / f"logs{seed}", seed, count=30)
    expected = exactly(Scan([str(folder)], few))
    path = tmp_path / f"manifest{seed}"
    for attempt in range(3):
        manifest = Manifest(path, few.version, "", resume=attempt > 0)
        frames = Scan([str(folder)], few, manifest=manifest).alerts()
        _take(frames, chance.randrange(6))
        manifest.close()
        whole = path.read_bytes()
        path.write_bytes(whole[: max(len(whole) - chance.randrange(200), whole.index(b"\n") + 1)])
        if parts := sorted((tmp_path / f"manifest{seed}.parts").glob("*.part")):
            damaged = chance.choice(parts)
            damaged.write_bytes(damaged.read_bytes()[:-1])
    manifest = Manifest(path, few.version, "", resume=True)
    assert exactly(Scan([str(folder)], few, manifest=manifest)) == expected
    manifest.close()


def _take(frames: Iterator[pl.DataFrame], count: int) -> None:
    """Take some alerts and then no more."""
    for _, _ in zip(range(count), frames, strict=False):
        pass
    frames.close()  # type: ignore[attr-defined]


def test_what_is_done_is_not_read_again_and_what_changed_is(
    tmp_path: Path, few: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "logs", 3)
    first = Manifest(tmp_path / "m", few.version, "", resume=False)
    list(Scan([str(folder)], few, manifest=first).alerts())
    first.close()
    with (folder / "1.jsonl").open("ab") as file:
        file.write(b'{"messages": [{"role": "user", "content": "one more"}]}\n')
    again = Manifest(tmp_path / "m", few.version, "", resume=True)
    scan = Scan([str(folder)], few, manifest=again)
    list(scan.alerts())
    again.close()
    assert exactly(Scan([str(folder)], few))[1] == {k: v for k, v in scan.summary.as_dict().items() if k != "seconds"}
    done = [json.loads(line)["path"] for line in (tmp_path / "m").read_bytes().splitlines()[1:]]
    assert sorted(Path(path).name for path in done) == ["0.jsonl", "1.jsonl", "1.jsonl", "2.jsonl"]


def test_a_manifest_is_only_for_the_scan_that_began_it(tmp_path: Path) -> None:
    """Not for other rules; not by accident; and no other file is taken for one."""
    Manifest(tmp_path / "m", "rules 1", "", resume=False).close()
    with pytest.raises(ConfigError, match="exists"):
        Manifest(tmp_path / "m", "rules 1", "", resume=False)
    with pytest.raises(ConfigError, match="other rules"):
        Manifest(tmp_path / "m", "rules 2", "", resume=True)
    (tmp_path / "x").write_text("something\nelse\n")
    with pytest.raises(ConfigError, match="no manifest"):
        Manifest(tmp_path / "x", "rules 1", "", resume=True)
    assert (tmp_path / "m").stat().st_mode & 0o077 == 0
    assert (tmp_path / "m.parts").stat().st_mode & 0o077 == 0


def test_the_input_keeps_its_times_and_its_hash_is_told(tmp_path: Path, few: RuleSet) -> None:
    """The access time as well, which this user may keep as the owner."""
    folder = write(tmp_path / "logs", 1, files=1)
    file = folder / "0.jsonl"

    os.utime(file, ns=(10**18, 2 * 10**18))
    before = file.stat()
    scan = Scan([str(folder)], few)
    list(scan.alerts())
    after = file.stat()
    assert (after.st_atime_ns, after.st_mtime_ns, after.st_ino) == (10**18, 2 * 10**18, before.st_ino)
    assert scan.summary.input_sha256 == {str(file): hashlib.sha256(file.read_bytes()).hexdigest()}
    assert next(iter(scan.summary.as_dict())) == "input_sha256"
