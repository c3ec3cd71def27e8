"""Two processes, killed processes, full disks: what was committed is there, and nothing by halves."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S
from tests.store.parts import batch, elsewhere, kept, message

from llmsec_tui.errors import StoreLocked
from llmsec_tui.store.store import Store

HOLD = """
import sys
from pathlib import Path
from llmsec_tui.store.store import Store
store = Store.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
store.close()
"""

USE_ALL = """
import sys
from pathlib import Path
from llmsec_tui.store.store import Store
from tests.store.parts import *
store = Store.open(Path(sys.argv[1]))
store.commit(batch([kept(1, message("hello"))], alerts=[alert(1)], letters=[letter(1)], keys={1: ""},
                   checkpoints=[checkpoint(1)], stats=[delta(unknown={"x": 1})]))
reader = store.reader()
print(reader.events("hello")[1], reader.alerts()[1], len(reader.overview(2, 60, NOW)["rate"]))
store.known([1, 2])
store.checkpoint_wal()
try:
    reader.event("nowhere")
except Exception as error:
    print(type(error).__name__)
store.close()
"""

COMMIT_FOR_EVER = """
import itertools, sys
from pathlib import Path
from llmsec_tui.store.store import Store
from tests.store.parts import *
store = Store.open(Path(sys.argv[1]))
start = store._highest.events
for number in itertools.count(start // 50):
    events = [kept(number * 50 + i, message(f"{number}-{i}")) for i in range(50)]
    store.commit(batch(events, alerts=[alert(number)], keys={number: ""}, checkpoints=[checkpoint(number * 100 + 100)]))
    print(number, flush=True)
"""

FILL_THE_DISK = """
import resource, sys
from pathlib import Path
from llmsec_tui.errors import StoreError
from llmsec_tui.store.store import Store
from tests.store.parts import *
store = Store.open(Path(sys.argv[1]))
if len(sys.argv) > 2:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
for number in range(200):
    events = [kept(number * 50 + i, message(f"{number}-{i} " + "x" * 500)) for i in range(50)]
    try:
        store.commit(batch(events, keys={number: ""}, checkpoints=[checkpoint(number * 100 + 100)]))
    except StoreError as error:
        print(number, store.reader().events()[1], store.known([number]), store.checkpoints()[0].offset)
        print(error)
        break
sys.stdout.flush()
if sys.stdin.readline():
    again = batch(events, keys={number: ""}, checkpoints=[checkpoint(number * 100 + 100)])
    print(store.commit(again).events_seq, flush=True)
    sys.stdin.read()
store.close()
"""


def test_a_second_process_is_told_who_has_the_store(tmp_path: Path) -> None:
    """By the process id; when that one is gone, the store can be opened."""
    path = tmp_path / "store.duckdb"
    holder = elsewhere(HOLD, str(path))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    with pytest.raises(StoreLocked, match=rf"PID {holder.pid}\) has the store"):
        Store.open(path)
    holder.communicate("", timeout=PATIENCE_S)
    Store.open(path).close()


def test_a_process_that_used_all_of_the_store_ends_without_a_word(tmp_path: Path) -> None:
    """DuckDB's bindings like to print to the terminal at exit; not here."""
    process = elsewhere(USE_ALL, str(tmp_path / "store.duckdb"))
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (out, err, process.returncode) == ("1 1 2\nNotFound\n", "", 0)


def test_a_killed_process_leaves_whole_batches_and_all_that_it_told_of(tmp_path: Path) -> None:
    """Three times in a row; events, alerts, keys and checkpoint agree."""
    path = tmp_path / "store.duckdb"
    for kill in range(3):
        process = elsewhere(COMMIT_FOR_EVER, str(path))
        assert process.stdout is not None
        for _ in range(3 + kill * 2):
            told = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.communicate()
        store = Store.open(path)
        reader = store.reader()
        alerts, events = reader.maxima()
        assert events % 50 == 0
        assert events // 50 == alerts >= told + 1
        assert store.checkpoints()[0].offset == alerts * 100
        assert len(store.known(list(range(alerts + 5)))) == alerts
        assert reader.events("text:/^0-49$/")[1] == 1
        store.close()


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a file system")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_loses_nothing_and_halves_nothing(tiny_disk: Path) -> None:
    """The batch is refused in plain words, reading goes on, and with room again the same batch is taken."""
    ballast = tiny_disk / "ballast"
    ballast.write_bytes(b"x" * 900_000)
    process = elsewhere(FILL_THE_DISK, str(tiny_disk / "store.duckdb"))
    assert process.stdin is not None
    assert process.stdout is not None
    number, events, known, offset = process.stdout.readline().split(" ")
    sentence = process.stdout.readline()
    assert (int(events), known, int(offset)) == (int(number) * 50, "{}", int(number) * 100)
    assert sentence.startswith("The disk is full: the store ")
    ballast.unlink()
    process.stdin.write("again\n")
    process.stdin.flush()
    assert int(process.stdout.readline()) == int(number) * 50 + 50
    process.send_signal(signal.SIGKILL)
    process.communicate()
    store = Store.open(tiny_disk / "store.duckdb")
    assert store.reader().events()[1] == int(number) * 50 + 50
    store.close()


def test_a_file_that_may_not_grow_is_a_full_disk(tmp_path: Path) -> None:
    """The same without a file system of its own: a limit on the size of files."""
    process = elsewhere(FILL_THE_DISK, str(tmp_path / "store.duckdb"), "limit")
    out, err = process.communicate("", timeout=PATIENCE_S)
    first, sentence = out.splitlines()
    number, events, known, offset = first.split(" ")
    assert (int(events), known, int(offset)) == (int(number) * 50, "{}", int(number) * 100)
    assert sentence.startswith("The disk is full")
    assert err == ""


def test_a_checkpoint_is_not_tried_where_it_would_not_fit(tiny_disk: Path) -> None:
    """DuckDB would give up on the file; so nothing is done, and the store goes on."""
    store = Store.open(tiny_disk / "store.duckdb")
    store.commit(batch([kept(number, message("x" * 200 + str(number))) for number in range(500)]))
    free = os.statvfs(tiny_disk).f_bavail * os.statvfs(tiny_disk).f_frsize
    (tiny_disk / "ballast").write_bytes(b"x" * (free - 100_000))
    with pytest.raises(Exception, match="its log was not written"):
        store.checkpoint_wal()
    assert store.reader().events()[1] == 500
    store.close()
