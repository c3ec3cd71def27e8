"""The audit journal: records verified a second, and what an act's record costs beside a bare write and fsync.

usage: audit.py [RECORDS] [APPENDS]      (default 200,000 and 500)

Verification is timed by the CPU, whole journals, sealed every 64 records as in life. Appends alternate with a loop that
writes as many bytes to a file and calls fsync, on the same disk in the same run: their ratio is what the journal adds.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.proving import SealedTree
from llmsec_tui.audit.record import Act, Keeper, Result
from llmsec_tui.audit.verify import verify


@dataclass(frozen=True)
class Key:
    """A key in memory."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


KEY = Key(Ed25519PrivateKey.generate())


def act(number: int) -> Act:
    """As the desk makes them."""
    return Act(
        Keeper(user="ada", os_user="alovelace", role="analyst", tty="pts/1", session="s-17"),
        "alerts.dismiss",
        f"alert:{number:016x}",
        Result.DONE,
        before={"state": "new", "version": 1},
        after={"state": "dismissed", "version": 2, "owner": "ada"},
        reason="A test account that the team knows.",
        command_id=f"{number:032x}",
    )


@contextmanager
def no_fsync() -> Iterator[None]:
    """For filling a journal that is only to be read."""
    real = os.fsync
    os.fsync = lambda fd: None
    try:
        yield
    finally:
        os.fsync = real


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the clock and of the CPU."""
    clock, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - cpu


def verification(folder: Path, records: int) -> None:
    """Fill, verify, open, prove."""
    with no_fsync():
        journal = Journal.open(folder, KEY)
        _, cpu = timed(lambda: [journal.append(act(number)) for number in range(records)])
        journal.close()
    size = sum(path.stat().st_size for path in folder.glob("0*.jsonl"))
    print(
        f"{'records':<20} {records:>12,} of {size / records:.0f} bytes, {cpu / records * 1e6:.0f} µs of CPU to make one"
    )
    for what, work in (
        ("verify", lambda: verify(folder)),
        ("open again", lambda: Journal.open(folder, KEY).close()),
        ("prove one", lambda: SealedTree(folder, [records // 2]).proofs()),
    ):
        clock, cpu = timed(work)
        print(
            f"{what:<20} {records / cpu:>12,.0f} records/s of CPU, {records / clock:,.0f} by the clock ({clock:.2f} s)"
        )
    assert verify(folder).ok


def appends(folder: Path, count: int) -> None:
    """Acts and bare writes in turn, so that both meet the same disk."""
    journal = Journal.open(folder / "audit", KEY)
    line = journal.lines(1, 1)[0]
    bare = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(count):
        begin = time.perf_counter()
        journal.append(act(number))
        middle = time.perf_counter()
        os.write(bare, line)
        os.fsync(bare)
        ours.append(middle - begin)
        theirs.append(time.perf_counter() - middle)
    os.close(bare)
    journal.close()
    for what, times in (("append", ours), ("write + fsync", theirs)):
        p50, worst = statistics.median(times), max(times)
        print(
            f"{what:<20} {count / sum(times):>12,.0f} a second  (median {p50 * 1e3:.2f} ms, worst {worst * 1e3:.1f} ms)"
        )
    print(f"{'ratio of medians':<20} {statistics.median(ours) / statistics.median(theirs):>12.2f}")


def main() -> None:
    """Both, in a folder of the current one: /tmp is memory on many machines."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        verification(Path(folder) / "verified", records)
        appends(Path(folder), count)


if __name__ == "__main__":
    main()
