"""From files to the store on two threads: order, trouble, and how it ends."""

import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.patience import PATIENCE_S

from llmsec_tui.detect.ruleset import RuleSet
from llmsec_tui.intake.follow import Follower
from llmsec_tui.intake.records import Read
from llmsec_tui.paths import Home
from llmsec_tui.service import ingest
from llmsec_tui.service.detector import Detector
from llmsec_tui.service.ingest import Ingest
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.store.commit import Committed
from llmsec_tui.store.store import Store


@contextmanager
def _running(store: Store, log: Path, *, once: bool = False) -> Iterator[tuple[Ingest, threading.Event]]:
    ended = threading.Event()
    follower = Follower([str(log)], store.checkpoints(), from_start=True)
    running = Ingest(follower, Pipeline(Detector(RuleSet(())), store.known), store, once=once, on_end=ended.set)
    running.start()
    try:
        yield running, ended
    finally:
        running.stop()
        follower.close()


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    opened = Store.open(home.store)
    yield opened
    opened.close()


def _write(log: Path, first: int, count: int, size: int = 10) -> None:
    with log.open("ab") as file:
        for number in range(first, first + count):
            line = {"role": "user", "content": f"{number} {number:x}" * size, "id": f"m{number}"}
            file.write(msgspec.json.encode(line) + b"\n")


def _records(store: Store) -> int:
    reader = store.reader()
    try:
        return sum(row["records"] for row in reader.sources())
    finally:
        reader.close()


def _wait_for(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_batches_that_are_read_ahead_are_stored_in_order_and_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many small batches through the queue give what one large one gives, also across a stop."""
    monkeypatch.setattr(ingest, "READ_BYTES", 4_000)
    log = tmp_path / "chat.jsonl"
    _write(log, 0, 1_000)
    with _running(store, log) as (running, _):
        _wait_for(lambda: _records(store) > 100)
        running.stop()
        stopped_at = _records(store)
    _write(log, 1_000, 100)
    with _running(store, log):
        _wait_for(lambda: _records(store) >= 1_100)
    reader = store.reader()
    assert stopped_at <= 1_000
    assert (_records(store), reader.maxima()[1]) == (1_100, 1_100)
    reader.close()


def test_reading_once_ends_by_itself(store: Store, tmp_path: Path) -> None:
    """The end is told when everything is stored, and not before."""
    log = tmp_path / "chat.jsonl"
    _write(log, 0, 200)
    with _running(store, log, once=True) as (running, ended):
        assert ended.wait(PATIENCE_S)
        assert (_records(store), running.failure) == (200, None)


def test_a_store_that_does_not_come_along_stops_the_reading(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most four batches are in memory, however long the log: one at each of the stages and one before each."""
    monkeypatch.setattr(ingest, "READ_BYTES", 4_000)
    log, batches, go_on = tmp_path / "chat.jsonl", list[int](), threading.Event()
    _write(log, 0, 5_000)
    poll, commit = Follower.poll, Store.commit

    def counted(self: Follower, max_bytes: int) -> Read:
        read = poll(self, max_bytes)
        batches.extend([len(read.records)] if read else [])
        return read

    def slow(self: Store, *arguments: Any, **named: Any) -> Committed:
        go_on.wait(PATIENCE_S)
        return commit(self, *arguments, **named)

    monkeypatch.setattr(Follower, "poll", counted)
    monkeypatch.setattr(Store, "commit", slow)
    with _running(store, log):
        _wait_for(lambda: len(batches) == 4)
        # Long enough for all the rest, if nothing held it back.
        time.sleep(0.3)
        assert len(batches) == 4
        assert sum(batches) < 1_000
        go_on.set()
        _wait_for(lambda: _records(store) == 5_000)


def test_a_full_disk_is_told_and_survived(
    store: Store, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the disk is full nothing is skipped; when it is not any more, reading goes on where it stopped."""
    monkeypatch.setattr(ingest, "RETRY_S", 0.05)
    log = tmp_path / "chat.jsonl"
    _write(log, 0, 100)
    with _running(store, log) as (running, _):
        _wait_for(lambda: _records(store) == 100)
        with _no_file_grows_beyond(home.store.with_name("store.duckdb.wal").stat().st_size + 4_096):
            _write(log, 100, 300, size=20)
            _wait_for(lambda: running.problem != "")
            assert "disk is full" in running.problem
            assert _records(store) == 100
            progress = running.progress[0]
            assert running.lag.of(progress.source_id, time.monotonic())[0] > 0
        _wait_for(lambda: _records(store) == 400)
        _wait_for(lambda: running.problem == "")


def test_a_stop_on_a_full_disk_leaves_the_batch_for_the_next_time(
    store: Store, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A collector can always be stopped; its successor reads what could not be stored."""
    monkeypatch.setattr(ingest, "RETRY_S", 0.05)
    log = tmp_path / "chat.jsonl"
    _write(log, 0, 100)
    with _running(store, log) as (running, _):
        _wait_for(lambda: _records(store) == 100)
        with _no_file_grows_beyond(home.store.with_name("store.duckdb.wal").stat().st_size + 4_096):
            _write(log, 100, 300, size=20)
            _wait_for(lambda: running.problem != "")
            running.stop()
        assert (_records(store), running.failure) == (100, None)
    with _running(store, log):
        _wait_for(lambda: _records(store) == 400)


def test_a_defect_ends_reading_and_is_told(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread dies silently: the collector is told, and both threads end."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Pipeline, "judge", broken)
    log = tmp_path / "chat.jsonl"
    _write(log, 0, 10)
    with _running(store, log) as (running, ended):
        assert ended.wait(PATIENCE_S)
        assert isinstance(running.failure, ZeroDivisionError)
    assert _records(store) == 0


@contextmanager
def _no_file_grows_beyond(size: int) -> Iterator[None]:
    """What a full disk is to DuckDB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
