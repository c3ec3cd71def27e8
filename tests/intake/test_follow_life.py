"""Any life of a log, as a machine: every complete line is read once, except where a cut raced with the reading.

With LLMSEC_LIVES in the environment so many, at random.
"""

import gzip
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from llmsec_tui.intake import follow
from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.follow import Follower
from llmsec_tui.intake.records import Read


class Life(RuleBasedStateMachine):
    """A log, those who rotate it, the one who follows it, and what the store got."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.log = self.directory / "app.log"
        self.header = ""
        self.written = 0
        self.half: int | None = None
        self.complete: list[int] = []
        self.unread: list[int] = []
        """Complete lines that may not have been read yet."""
        self.raced: set[int] = set()
        """Lines that a cut may have destroyed before they were read."""
        self.stored: list[Any] = []
        self.checkpoints: dict[str, Checkpoint] = {}

    @initialize(
        everything=st.booleans(),
        header=st.sampled_from([0, 80, 1500]),
        linger_s=st.sampled_from([0.0, 60.0]),
        discover_s=st.sampled_from([0.0, 3600.0]),
    )
    def begin(self, everything: bool, header: int, linger_s: float, discover_s: float) -> None:
        """``everything``: the pattern finds rotated files too; ``header``: every file begins with the same bytes."""
        self.patched = mock.patch.object(follow, "DISCOVER_S", discover_s)
        self.patched.start()
        self.everything = everything
        self.linger_s = linger_s
        self.header = '{"n":0,"header":"' + "h" * header + '"}\n' if header else ""
        self.follower = self.start()

    def start(self) -> Follower:
        pattern = self.directory / "app.log*" if self.everything else self.log
        seen = list(self.checkpoints.values())
        return Follower([str(pattern)], seen, from_start=True, linger_s=self.linger_s, open_files=2)

    def append(self, data: str) -> None:
        with self.log.open("a") as file:
            file.write(data if file.tell() else self.header + data)

    def commit(self, read: Read) -> None:
        self.stored += [record.data["n"] for record in read.records if record.data["n"]]
        self.checkpoints |= {checkpoint.source_id: checkpoint for checkpoint in read.checkpoints}

    def drain(self) -> None:
        self.follower.add([], from_start=True)
        while read := self.follower.poll():
            self.commit(read)
        self.unread = []

    def restarted(self) -> None:
        self.follower.close()
        self.follower = self.start()

    def make_room(self) -> Path:
        """Give every rotated file the next number; the free name of the first."""
        rotated = [path for path in self.directory.iterdir() if path.name != "app.log"]
        for path in sorted(rotated, key=_number, reverse=True):
            path.rename(path.with_name(f"app.log.{_number(path) + 1}{'.gz' * (path.suffix == '.gz')}"))
        return self.directory / "app.log.1"

    @rule(count=st.integers(1, 60))
    def write(self, count: int) -> None:
        self.finish_half()
        for _ in range(count):
            self.written += 1
            self.complete.append(self.written)
            self.unread.append(self.written)
            self.append(f'{{"n":{self.written}}}\n')

    @rule()
    def write_half(self) -> None:
        self.finish_half()
        if self.header and not (self.log.exists() and self.log.stat().st_size):
            # Files of which only the same header was read cannot be told apart once their inodes are used again.
            self.write(1)
        self.written += 1
        self.half = self.written
        self.append(f'{{"n":{self.written}')

    def finish_half(self) -> None:
        if self.half is not None:
            self.append("}\n")
            self.complete.append(self.half)
            self.unread.append(self.half)
            self.half = None

    @rule(size=st.sampled_from([64, 700, 10_000]))
    def poll(self, size: int) -> None:
        self.commit(self.follower.poll(size))

    @rule()
    def read_all(self) -> None:
        self.drain()

    @rule()
    def restart(self) -> None:
        self.restarted()

    @rule()
    def kill(self) -> None:
        """What was read last is not stored."""
        self.follower.poll()
        self.restarted()

    @precondition(lambda self: self.log.exists())
    @rule()
    def rotate_by_rename(self) -> None:
        if not self.everything:
            # A file that came and went while nobody looked is beyond a pattern that names one path.
            self.drain()
        self.half = None
        self.log.rename(self.make_room())

    @precondition(lambda self: self.log.exists())
    @rule(seen_between=st.booleans(), late=st.integers(0, 2), partial=st.booleans())
    def rotate_by_copytruncate(self, seen_between: bool, late: int, partial: bool) -> None:
        """``late`` lines are written between the copy and the cut; a ``partial`` copy can be seen in the making.

        What late lines mean for a copy that is followed too is tested apart: not all of it can be told.
        """
        self.finish_half()
        late = 0 if self.everything else late
        target, content = self.make_room(), self.log.read_bytes()
        if partial:
            target.write_bytes(content[: len(content) // 2])
            self.commit(self.follower.poll(200))
        with target.open("ab") as copy:
            copy.write(content[copy.tell() :])
        if late:
            self.write(late)
            self.raced |= set(self.complete[-late:])
        if seen_between:
            self.commit(self.follower.poll(200))
        if not self.everything:
            self.raced |= set(self.unread)
        self.log.write_bytes(b"")

    @precondition(lambda self: self.log.exists())
    @rule()
    def delete(self) -> None:
        self.drain()
        self.half = None
        self.log.unlink()

    @precondition(lambda self: any(path.suffix != ".gz" for path in self.directory.glob("app.log.*")))
    @rule(seen_between=st.booleans())
    def compress(self, seen_between: bool) -> None:
        plain = max((one for one in self.directory.glob("app.log.*") if one.suffix != ".gz"), key=_number)
        if not self.everything:
            self.drain()
        packed = plain.with_name(plain.name + ".gz")
        packed.write_bytes(gzip.compress(plain.read_bytes()))
        if seen_between:
            self.commit(self.follower.poll(300))
        plain.unlink()

    def teardown(self) -> None:
        try:
            if not hasattr(self, "follower"):
                return
            self.finish_half()
            self.restarted()
            self.drain()
            self.linger_s = 0
            self.restarted()
            self.drain()
            assert sorted(self.stored) == sorted(set(self.stored)), "a line was read twice"
            assert set(self.stored) <= set(self.complete), "a line was read that was never written"
            missing = set(self.complete) - set(self.stored)
            assert missing <= self.raced, f"lost: {sorted(missing - self.raced)[:5]}"
        finally:
            if hasattr(self, "follower"):
                self.follower.close()
                self.patched.stop()
            shutil.rmtree(self.directory)


def _number(path: Path) -> int:
    return int(path.name.removesuffix(".gz").rpartition(".")[2])


LIVES = os.environ.get("LLMSEC_LIVES", "")
TestLife = Life.TestCase
TestLife.settings = settings(
    deadline=None, max_examples=int(LIVES or 60), stateful_step_count=20, derandomize=not LIVES
)
