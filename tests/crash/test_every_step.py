"""The collector is killed at every step of a batch; then every complete line is in the store, once."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import duckdb
from tests.crash.steps import STEPS
from tests.crash.writer import Writer

from llmsec_tui.paths import Home

ROUNDS = int(os.environ.get("LLMSEC_CRASH_ROUNDS", "0"))
KILLS = ROUNDS * len(STEPS) or len(STEPS) // 2
SEED = int(os.environ.get("LLMSEC_CRASH_SEED") or random.randrange(1_000_000))
_ALL_LINES = """
SELECT count(*), count(DISTINCT content_sha256), count(DISTINCT (source_id, source_offset))
FROM events WHERE kind <> 'intake'
"""
_ALERTS = "SELECT count(*), count(DISTINCT event_id) FROM alerts"


def test_every_complete_line_is_stored_once_at_whatever_step_the_collector_dies(tmp_path: Path) -> None:
    """A writer of half lines and rotations goes on meanwhile, and the end of the store's log is lost now and then.

    Every other step kills, other ones each time; with LLMSEC_CRASH_ROUNDS in the environment each does, so many times.
    LLMSEC_CRASH_SEED repeats what the test told.
    """
    home, log = Home(tmp_path / "home"), tmp_path / "logs" / "chat.jsonl"
    home.create()
    log.parent.mkdir()
    writer = Writer(log, SEED)
    writer.start()
    try:
        happened = json.loads(_victim(home, log.parent, KILLS))
    finally:
        writer.enough.set()
        writer.join()
    _victim(home, log.parent, 0)
    with duckdb.connect(str(home.store), read_only=True) as store:
        events = store.execute(_ALL_LINES).fetchone()
        records, letters = store.execute("SELECT sum(records), sum(dead_letters) FROM source_stats").fetchall()[0]
        alerts = store.execute(_ALERTS).fetchone()
    print(f"seed {SEED}: {writer.written:,} lines, {writer.rotations} rotations, {happened}")
    print(f"events {events}, records {records:,}, dead letters {letters}, alerts {alerts}")
    assert events == (writer.written,) * 3
    assert (records, letters) == (writer.written, 0)
    assert alerts == (writer.attacks,) * 2
    assert sum(happened["died"].values()) == KILLS
    assert happened["died"].keys() <= STEPS.keys(), "some steps were not come to"


def _victim(home: Home, logs: Path, count: int) -> bytes:
    arguments = [str(home.root), str(logs), str(SEED), str(count)]
    root = str(Path(__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, str(Path(__file__).with_name("victim.py")), *arguments]
    with home.log.open("ab") as said:
        return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=said, check=True).stdout
