"""However the input is cut and whoever does the work: the answer is the same, and that of reading it in one go."""

import hashlib
import json
import os
import random
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
from llmsec_tui.formats.registry import Registry
from llmsec_tui.service.scan import Scan
from llmsec_tui.service.scanning import cutting, runs, timeline, work
from llmsec_tui.service.scanning.crew import Crew, Where, beside
from llmsec_tui.service.scanning.manifest import Manifest


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    """Rules that are quick to load and judge, one of them over time."""
    return load([write_rules(tmp_path_factory.mktemp("few") / "rules")])


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are cut every two kilobytes, and events are taken some at a time."""
    monkeypatch.setattr(cutting, "RANGE", 2_000)
    monkeypatch.setattr(cutting, "_SNIFFED", 400)


def write(folder: Path, seed: int, files: int = 3, count: int = 50, apart_ms: int = 0) -> Path:
    """Logs of the same seconds; ``apart_ms`` is by how much each is behind the one before it."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        (folder / f"{number}.jsonl").write_bytes(b"".join(lines(seed + number, count, number * apart_ms)))
    return folder


def rows(frames: Iterable[pl.DataFrame]) -> list[str]:
    """Alerts as text, without ids; each conversation is named by all alerts that are in it."""
    told = [_told(row) for frame in frames for row in frame.iter_rows(named=True)]
    within: dict[str | None, list[str]] = {}
    for conversation, alert in told:
        within.setdefault(conversation, []).append(alert)
    names = {conversation: "\n".join(sorted(alerts)) for conversation, alerts in within.items()}
    return [f"{alert} in {hashlib.sha256(names[conversation].encode()).hexdigest()}" for conversation, alert in told]


def _told(row: dict[str, Any]) -> tuple[str | None, str]:
    """The conversation of an alert, and what else it says."""
    without = ("alert_id", "event_id", "event_ids", "conversation_id")
    alert = {name: value for name, value in row.items() if name not in without}
    return row["conversation_id"], json.dumps(alert, default=str)


def on_one(alert: str) -> bool:
    """Whether it is about a single event."""
    return json.loads(alert)["n_events"] is None


def counted(scan: Scan) -> dict[str, object]:
    """The summary of a scan that is done, without its time."""
    summary = scan.summary.as_dict()
    del summary["seconds"]
    return summary


def exactly(scan: Scan) -> tuple[list[str], dict[str, object]]:
    """Alerts to the byte, and the summary without its time."""
    told = [json.dumps(row, default=str) for frame in scan.alerts() for row in frame.iter_rows(named=True)]
    return told, counted(scan)


@pytest.mark.parametrize("rules", ["few", "shipped_rules"])
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_pieces_put_together_are_what_one_pass_finds(
    seed: int, rules: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Conversations across files, amended records, documents over lines and broken ones included."""
    ruleset = request.getfixturevalue(rules)
    # Which of two files comes first where their times are equal goes by the names of sources, which are not the same.
    folder = write(tmp_path / str(seed), seed, apart_ms=1)
    in_one_go = Scan([str(folder)], ruleset)
    expected = rows(commit.alerts for commit in in_one_go.commits())
    assert expected
    whole = Scan([str(folder)], ruleset)
    assert rows(whole.alerts()) == expected
    assert counted(whole) == counted(in_one_go)
    with monkeypatch.context() as patch:
        for module, name, size in ((cutting, "RANGE", 2_000), (cutting, "_SNIFFED", 400), (timeline, "WINDOW", 15)):
            patch.setattr(module, name, size)
        patch.setattr(runs, "BLOCK", 4)
        patch.setattr(runs, "FAN", 2)
        cut = Scan([str(folder)], ruleset)
        assert sorted(rows(cut.alerts())) == sorted(expected)
        assert counted(cut) == counted(in_one_go)


def _said(text: str, number: int) -> bytes:
    """A version of one and the same record of a transcript."""
    content = [{"type": "text", "text": text}]
    ids = {"uuid": "u1", "sessionId": "s1", "version": "2", "cwd": "/srv"}
    when = f"2026-11-20T10:00:{number:02d}Z"
    record = {"type": "assistant", **ids, "timestamp": when, "message": {"role": "assistant", "content": content}}
    return json.dumps(record).encode() + b"\n"


def test_an_attack_that_is_amended_at_once_alerts(tmp_path: Path, few: RuleSet) -> None:
    """In one piece, and in one that ends with a copy of an older version, which stood in a piece before it."""
    harmless, attack = _said("nothing", 0), _said("now xyzzy-plugh comes", 1)
    (tmp_path / "1.jsonl").write_bytes(harmless)
    for name, then in (("amended", _said("nothing more", 2)), ("copied", harmless)):
        (tmp_path / "2.jsonl").write_bytes(attack + then)
        pieces = [alert for frame in Scan([str(tmp_path)], few).alerts() for alert in frame["excerpt"]]
        at_once = [alert for commit in Scan([str(tmp_path)], few).commits() for alert in commit.alerts["excerpt"]]
        assert (len(pieces), pieces) == (1, at_once), name


def test_any_number_of_jobs_gives_the_same_bytes(tmp_path: Path, few: RuleSet, small_ranges: None) -> None:
    """Ids and alerts over time included; and so do two runs."""
    folder = write(tmp_path / "logs", 7)
    expected = exactly(Scan([str(folder)], few))
    assert {json.loads(row)["n_events"] is None for row in expected[0]} == {True, False}
    assert exactly(Scan([str(folder)], few)) == expected
    with beside(3, few, Registry()) as crew:
        assert exactly(Scan([str(folder)], few, crew=crew)) == expected


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), seed=st.integers(0, 10**6))
def test_wherever_it_is_cut_the_answer_is_the_same(
    data: st.DataObject, seed: int, tmp_path: Path, few: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the byte, and whoever does what first; only alerts over time may come in another order with other cuts."""
    folder = write(tmp_path / str(seed), seed, files=2)
    alerts, summary = exactly(Scan([str(folder)], few))
    sizes = {
        (cutting, "RANGE"): data.draw(st.integers(500, 20_000), "range"),
        (cutting, "_SNIFFED"): 400,
        (work, "PIECE_BYTES"): data.draw(st.integers(200, 20_000), "piece"),
        (work, "_CHUNK_BYTES"): data.draw(st.integers(1, 5_000), "chunk"),
        (work, "MOST_KEYS"): data.draw(st.integers(0, 100), "keys"),
        (runs, "BLOCK"): data.draw(st.integers(1, 30), "block"),
        (runs, "FAN"): data.draw(st.integers(2, 4), "fan"),
        (timeline, "WINDOW"): data.draw(st.integers(1, 100), "window"),
    }
    with monkeypatch.context() as patch, ThreadPoolExecutor(3) as threads:
        for (module, name), size in sizes.items():
            patch.setattr(module, name, size)
        once = exactly(Scan([str(folder)], few))
        assert exactly(Scan([str(folder)], few, crew=Crew(threads, 3, Where.HERE))) == once
    assert (sorted(once[0]), once[1]) == (sorted(alerts), summary)
    assert [alert for alert in once[0] if on_one(alert)] == [alert for alert in alerts if on_one(alert)]


def _version(text: str) -> bytes:
    """A record of a transcript that can come again, with other texts."""
    message = {"id": "msg_1", "role": "assistant", "content": [{"type": "text", "text": text}]}
    data = {"type": "assistant", "uuid": "1" * 32, "sessionId": "s", "timestamp": "2026-11-20T10:00:00Z"}
    return json.dumps(data | {"cwd": "/srv", "version": "2.1.0", "message": message}).encode() + b"\n"


@pytest.mark.parametrize("again", ["before", "behind", "both"])
def test_a_new_version_is_judged_also_beside_a_replay_of_the_old_one(again: str, tmp_path: Path, few: RuleSet) -> None:
    """In one piece, of which the worker does not know that the old one came before."""
    old, new = _version("harmless"), _version("xyzzy-plugh")
    (tmp_path / "1.jsonl").write_bytes(old)
    pieces = {"before": old + new, "behind": new + old, "both": old + new + old}
    (tmp_path / "2.jsonl").write_bytes(pieces[again])
    scan = Scan([str(tmp_path / "*.jsonl")], few)
    alerts = [row for frame in scan.alerts() for row in frame.iter_rows(named=True)]
    (alert,) = (row for row in alerts if row["n_events"] is None)
    assert alert["source_path"] == str(tmp_path / "2.jsonl")
    assert (tmp_path / "2.jsonl").read_bytes()[alert["source_offset"] :].startswith(new)
    in_one_go = Scan([str(tmp_path / "*.jsonl")], few)
    list(in_one_go.commits())
    assert counted(scan) == counted(in_one_go)
    assert (scan.summary.events, scan.summary.repeats) == (1, 2 if again == "both" else 1)


@pytest.mark.parametrize("cut", [False, True])
def test_the_first_version_that_says_it_alerts_wherever_it_is_cut(cut: bool, tmp_path: Path, few: RuleSet) -> None:
    """Also where the next one says the same and more."""
    first, second = _version("he said xyzzy-plugh"), _version("he said xyzzy-plugh and went")
    (tmp_path / "1.jsonl").write_bytes(first if cut else first + second)
    (tmp_path / "2.jsonl").write_bytes(second if cut else b"")
    for frames in (Scan([str(tmp_path)], few).alerts(), (one.alerts for one in Scan([str(tmp_path)], few).commits())):
        [alert] = [row for frame in frames for row in frame.iter_rows(named=True)]
        assert (Path(alert["source_path"]).name, alert["source_offset"]) == ("1.jsonl", 0)


def test_ids_do_not_depend_on_where_the_folder_lies(tmp_path: Path, shipped_rules: RuleSet) -> None:
    """Nor on whether the folder is given, or all that is in it."""
    here = write(tmp_path / "here" / "case", 5, files=2)
    there = tmp_path / "elsewhere" / "evidence"
    shutil.copytree(here, there)
    ids = [
        [row["alert_id"] for frame in Scan(given, shipped_rules).alerts() for row in frame.iter_rows(named=True)]
        for given in ([str(here)], [str(there)], [str(there / "*.jsonl")], [str(there / f"{n}.jsonl") for n in (1, 0)])
    ]
    assert ids[0]
    assert ids == [ids[0]] * 4


def test_files_that_are_called_alike_do_not_share_ids(tmp_path: Path, shipped_rules: RuleSet) -> None:
    record = json.dumps({"messages": [{"role": "user", "content": ATTACK}]}) + "\n"
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.jsonl").write_text(record)
    frames = Scan([str(tmp_path / "a"), str(tmp_path / "b")], shipped_rules).alerts()
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
