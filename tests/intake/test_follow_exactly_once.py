"""Random lives of a log: writers, rotations, cuts, crashes. Every complete line arrives once."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.follow import Follower
from llmsec_tui.intake.records import Read


@dataclass
class Life:
    """A log, the one who follows it, and what the store got."""

    directory: Path
    everything: bool
    """Whether the pattern finds rotated files as well."""
    written: int = 0
    complete: list[int] = field(default_factory=list)
    half: int | None = None
    rotations: int = 0
    stored: list[Any] = field(default_factory=list)
    checkpoints: dict[str, Checkpoint] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.follower = self.start()

    @property
    def log(self) -> Path:
        return self.directory / "app.log"

    def start(self) -> Follower:
        pattern = self.directory / "app.log*" if self.everything else self.log
        return Follower([str(pattern)], list(self.checkpoints.values()), from_start=True, linger_s=0, open_files=2)

    def append(self, data: str) -> None:
        with self.log.open("a") as file:
            file.write(data)

    def write(self, count: int) -> None:
        for _ in range(count):
            self.end_line()
            self.written += 1
            self.complete.append(self.written)
            self.append(f'{{"n":{self.written}}}\n')

    def write_half(self) -> None:
        self.end_line()
        self.written += 1
        self.half = self.written
        self.append(f'{{"n":{self.written}')

    def end_line(self) -> None:
        if self.half is not None:
            self.append("}\n")
            self.complete.append(self.half)
            self.half = None

    def commit(self, read: Read) -> None:
        self.stored += [record.data["n"] for record in read.records]
        self.checkpoints |= {checkpoint.source_id: checkpoint for checkpoint in read.checkpoints}

    def poll(self) -> None:
        self.commit(self.follower.poll(64))

    def drain(self) -> None:
        # Adding looks for new files at once, which otherwise happens every second.
        self.follower.add([], from_start=True)
        while read := self.follower.poll():
            self.commit(read)

    def restart(self) -> None:
        self.follower.close()
        self.follower = self.start()

    def crash(self) -> None:
        self.follower.poll()
        self.restart()

    def rotate(self) -> None:
        if not self.log.exists():
            return
        if not self.everything:
            # A file that came and went while nobody looked is beyond a pattern that names one path.
            self.drain()
        self.rotations += 1
        self.half = None
        for number in range(self.rotations - 1, 0, -1):
            (self.directory / f"app.log.{number}").rename(self.directory / f"app.log.{number + 1}")
        self.log.rename(self.directory / "app.log.1")

    def truncate(self) -> None:
        if self.log.exists():
            self.drain()
            self.half = None
            with self.log.open("w"):
                pass

    def delete(self) -> None:
        self.drain()
        self.half = None
        self.log.unlink(missing_ok=True)


STEPS = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 200)),
    st.tuples(
        st.sampled_from(["write_half", "poll", "poll", "drain", "restart", "crash", "rotate", "truncate", "delete"])
    ),
)


@settings(deadline=None, max_examples=120)
@given(st.booleans(), st.lists(STEPS, max_size=25))
@example(True, [("write", 3), ("drain",), ("rotate",), ("write", 1), ("rotate",), ("write", 1), ("restart",)])
@example(False, [("write", 3), ("poll",), ("rotate",), ("write", 1), ("crash",), ("write", 2), ("rotate",)])
@example(True, [("write", 100), ("poll",), ("truncate",), ("write", 100), ("poll",), ("crash",)])
@example(True, [("write", 1), ("truncate",), ("write", 1), ("rotate",), ("poll",)])
@example(True, [("write", 1), ("truncate",), ("poll",), ("write", 1), ("rotate",)])
def test_every_complete_line_arrives_exactly_once(everything: bool, steps: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        life = Life(Path(directory), everything)
        try:
            for name, *arguments in steps:
                getattr(life, name)(*arguments)
            life.end_line()
            life.restart()
            life.drain()
        finally:
            life.follower.close()
        assert sorted(life.stored) == sorted(life.complete)
