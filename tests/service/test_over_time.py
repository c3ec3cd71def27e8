"""Rules over time from file to store: the answer depends on the log, and not on how it came."""

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.patience import PATIENCE_S
from tests.service.parts import OVER_TIME_ID, say, write_rules

from llmsec_tui.cli.scanning import alert_rows
from llmsec_tui.detect.correlate.correlator import Correlated, Correlator
from llmsec_tui.detect.ruleset import RuleSet, load
from llmsec_tui.intake.follow import Follower
from llmsec_tui.paths import Home
from llmsec_tui.service import ingest, over_time
from llmsec_tui.service.detector import Detector
from llmsec_tui.service.ingest import Ingest
from llmsec_tui.service.over_time import OverTime
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.service.scan import Scan
from llmsec_tui.store.store import Store


@pytest.fixture
def ruleset(tmp_path: Path) -> RuleSet:
    return load([write_rules(tmp_path / "rules")])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Three people, mostly in turn; some lines come up to twenty seconds late."""
    seconds = [7 * n - (20 if n % 11 == 5 else 0) for n in range(120)]
    path = tmp_path / "chat.jsonl"
    path.write_bytes(
        b"".join(
            say(second + 60, user=f"u{n // 4 % 3}", text="xyzzy-plugh" if n % 5 else "hi")
            for n, second in enumerate(seconds)
        )
    )
    return path


def _read(store: Store, ruleset: RuleSet, log: Path) -> Ingest:
    """Read all of a log as a collector does; what is remembered is taken from the store, and put there."""
    correlator = Correlator(ruleset, store.origins)
    correlator.restore(*store.memory())
    pipeline = Pipeline(Detector(ruleset), store.known, OverTime(correlator), ruleset=ruleset, secret=store.secret)
    follower = Follower([str(log)], store.checkpoints(), from_start=True)
    ended = threading.Event()
    running = Ingest(follower, pipeline, store, once=True, on_end=ended.set)
    running.start()
    assert ended.wait(PATIENCE_S)
    running.stop()
    follower.close()
    return running


def _scanned(ruleset: RuleSet, log: Path) -> list[dict[str, Any]]:
    """The alerts of a scan by the ids that a collector gives them."""
    return [row for commit in Scan([str(log)], ruleset).commits() for row in commit.alerts.iter_rows(named=True)]


def _standing(store: Store) -> set[str]:
    """The ids of all alerts that were not withdrawn."""
    return {row["alert_id"] for row in store.reader().alerts("!state:withdrawn", limit=500)[0]}


@pytest.mark.parametrize("read_bytes", [300, 2_000, 1_000_000])
def test_live_raises_what_a_scan_raises(
    home: Home, ruleset: RuleSet, log: Path, monkeypatch: pytest.MonkeyPatch, read_bytes: int
) -> None:
    """However the log is cut into batches; alerts that a late line undid are withdrawn and not counted as open."""
    monkeypatch.setattr(ingest, "READ_BYTES", read_bytes)
    scanned = _scanned(ruleset, log)
    expected = {row["alert_id"] for row in scanned}
    assert sum(row["rule_id"] == OVER_TIME_ID for row in scanned) > 5
    store = Store.open(home.store)
    assert _read(store, ruleset, log).failure is None
    assert _standing(store) == expected
    assert sum(store.reader().overview(1, 60, 0)["open_by_level"].values()) == len(expected)
    store.close()


def test_a_restart_in_the_middle_changes_nothing(
    home: Home, ruleset: RuleSet, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the snapshot of a clean end, and from records alone."""
    expected = {row["alert_id"] for row in _scanned(ruleset, log)}
    whole = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"")
    monkeypatch.setattr(ingest, "READ_BYTES", 300)
    for step in range(0, 120, 10):
        with log.open("ab") as file:
            file.write(b"".join(whole[step : step + 10]))
        with monkeypatch.context() as patch:
            if step % 20:
                patch.setattr(Pipeline, "snapshot", lambda *_, **__: None)
            store = Store.open(home.store)
            _read(store, ruleset, log)
            snapshot, records = store.memory()
            assert snapshot is not None
            assert bool(records) == bool(step % 20)
            standing = _standing(store)
            store.close()
    assert standing == expected


def test_the_end_of_a_scan_brings_alerts_over_time_after_all_others(ruleset: RuleSet, log: Path) -> None:
    """In the order of time, with their group, their window and their events; twice the same to the byte."""
    first, second = ([json.dumps(row) for row in alert_rows(Scan([str(log)], ruleset))] for _ in range(2))
    assert first == second
    rows = [json.loads(row) for row in first]
    grouped = [row for row in rows if row["rule_id"] == OVER_TIME_ID]
    assert rows[-len(grouped) :] == grouped
    assert [row["ts"] for row in grouped] == sorted(row["ts"] for row in grouped)
    for row in grouped:
        assert row["group_key"] == {"user_id": row["user_id"]}
        assert row["began"] <= row["ts"]
        assert (row["n_events"], len(row["event_ids"])) == (3, 3)
        assert row["event_ids"][-1] == row["event_id"]


def test_a_scan_may_keep_what_it_found(tmp_path: Path, ruleset: RuleSet, log: Path) -> None:
    """Also the alerts over time; nothing is left to be remembered."""
    store = Store.open(tmp_path / "kept.duckdb")
    rows = list(alert_rows(Scan([str(log)], ruleset, store=store)))
    assert _standing(store) == {row["alert_id"] for row in rows}
    assert store.memory() == (None, [])
    store.close()


class _Broken(Correlator):
    """One that a batch trips."""

    def observe(self, events: pl.DataFrame, hits: pl.DataFrame, amended: Sequence[str], now: int) -> Correlated:
        raise ZeroDivisionError


def test_what_trips_the_rules_over_time_stops_no_others(home: Home, ruleset: RuleSet, log: Path) -> None:
    """The alerts of single events are raised, and a sentence tells that something may be missed."""
    store = Store.open(home.store)
    pipeline = Pipeline(Detector(ruleset), store.known, OverTime(_Broken(ruleset, store.origins)), secret=store.secret)
    follower = Follower([str(log)], store.checkpoints(), from_start=True)
    ended = threading.Event()
    running = Ingest(follower, pipeline, store, once=True, on_end=ended.set)
    running.start()
    assert ended.wait(PATIENCE_S)
    running.stop()
    follower.close()
    assert running.failure is None
    assert "may have missed something" in running.problem
    assert store.reader().alerts()[1] == 96
    store.close()


def test_memory_is_written_whole_when_its_records_grow_and_when_nothing_happens(
    home: Home, ruleset: RuleSet, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a start folds in little, and a quiet collector has little to lose."""
    monkeypatch.setattr(over_time, "MOST_RECORDS", 1_000)
    monkeypatch.setattr(over_time, "FEW_RECORDS", 10)
    monkeypatch.setattr(ingest, "READ_BYTES", 300)
    monkeypatch.setattr(ingest, "IDLE_S", 0.2)
    store = Store.open(home.store)
    pipeline = Pipeline(Detector(ruleset), store.known, OverTime(Correlator(ruleset, store.origins)))
    follower = Follower([str(log)], [], from_start=True)
    running = Ingest(follower, pipeline, store, once=False, on_end=lambda: None)
    running.start()
    end = time.monotonic() + PATIENCE_S
    reader = store.reader()
    while True:
        snapshot, records = store.memory()
        if snapshot and reader.maxima()[1] == 120 and sum(map(len, records)) <= max(10, len(snapshot) // 4):
            break
        assert time.monotonic() < end
        time.sleep(0.02)
    running.stop()
    follower.close()
    store.close()
