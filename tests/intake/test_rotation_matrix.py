"""All ways in which logs are rotated, crossed: by rename or copy, numbered or dated, kept or deleted, packed or not.

After each rotation lines go on in the new file, while the old one may still get some; reading happens between any two
steps or never before the end. Every line is read once.
"""

import gzip
import shutil
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
import zstandard

from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.follow import Follower

ROTATIONS = 4
MOVE, COPY = "move and create", "copy and truncate"
PACK: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".zst": zstandard.compress}


class Rotated:
    """A log, its rotation, and who follows both."""

    def __init__(self, directory: Path, how: str, dated: bool, keep: int, line_bytes: int, packed: str) -> None:
        self.log = directory / "app.log"
        self.how, self.dated, self.keep, self.packed = how, dated, keep, packed
        self.line = '{{"n":{},"pad":"' + "x" * line_bytes + '"}}\n'
        self.written = 0
        self.rotations = 0
        self.stored: list[int] = []
        self.checkpoints: dict[str, Checkpoint] = {}
        self.follower = self.start()

    def start(self) -> Follower:
        pattern = str(self.log.with_name("app*"))
        return Follower([pattern], list(self.checkpoints.values()), from_start=True, linger_s=60.0)

    def restart(self) -> None:
        self.follower.close()
        self.follower = self.start()

    def write(self, path: Path | None = None, count: int = 3) -> None:
        with (path or self.log).open("a") as file:
            for _ in range(count):
                self.written += 1
                file.write(self.line.format(self.written))

    def drain(self) -> None:
        self.follower.add([], from_start=True)
        while read := self.follower.poll():
            self.stored += [record.data["n"] for record in read.records]
            self.checkpoints |= {one.source_id: one for one in read.checkpoints}

    def rotated(self) -> list[Path]:
        """The newest last."""
        others = [path for path in self.log.parent.iterdir() if path != self.log]
        return sorted(others, reverse=not self.dated)

    def rotate(self) -> None:
        self.rotations += 1
        if self.keep:
            for path in self.rotated()[: -self.keep]:
                path.unlink()
        if not self.dated:
            for path in self.rotated():
                number, dot, suffix = path.name.removeprefix("app.log.").partition(".")
                path.rename(path.with_name(f"app.log.{int(number) + 1}{dot}{suffix}"))
        target = self.log.with_name(f"app-2026-11-{self.rotations:02}.log" if self.dated else "app.log.1")
        if self.how == MOVE:
            self.log.rename(target)
            # Whoever holds the old file writes on for a moment.
            self.write(target, 2)
            self.log.touch()
        else:
            shutil.copy(self.log, target)
            self.log.write_bytes(b"")

    def pack(self) -> None:
        """The newest but one, as most are set up to do: the newest may still be written."""
        for path in [one for one in self.rotated()[:-1] if one.suffix not in PACK]:
            target = path.with_name(path.name + self.packed)
            target.write_bytes(PACK[self.packed](path.read_bytes()))
            path.unlink()


@pytest.fixture
def made() -> Iterator[list[Rotated]]:
    logs: list[Rotated] = []
    yield logs
    for one in logs:
        one.follower.close()


@pytest.mark.parametrize("seen", ["always", "rarely", "over restarts"])
@pytest.mark.parametrize(
    ("how", "dated", "keep", "line_bytes", "packed"),
    list(product([MOVE, COPY], [False, True], [0, 2], [10, 2_000], ["", ".gz", ".zst"])),
)
def test_every_line_of_a_rotated_log_is_read_once(
    tmp_path: Path, made: list[Rotated], how: str, dated: bool, keep: int, line_bytes: int, packed: str, seen: str
) -> None:
    """Where files are deleted, what is deleted had been read."""
    log = Rotated(tmp_path, how, dated, keep, line_bytes, packed)
    made.append(log)
    for turn in range(ROTATIONS):
        log.write()
        if seen != "rarely" or (keep and turn >= keep - 1):
            log.drain()
        if seen == "over restarts":
            log.restart()
        # Nobody has read these when the file is rotated.
        log.write()
        log.rotate()
        if seen == "always":
            log.drain()
        if packed:
            log.pack()
    log.write()
    log.drain()
    assert sorted(log.stored) == list(range(1, log.written + 1))


@pytest.mark.parametrize("line_bytes", [10, 2_000])
def test_a_log_that_is_never_rotated_is_read_once(tmp_path: Path, made: list[Rotated], line_bytes: int) -> None:
    """Over restarts too."""
    log = Rotated(tmp_path, MOVE, False, 0, line_bytes, "")
    made.append(log)
    for _ in range(ROTATIONS):
        log.write()
        log.drain()
        log.restart()
    assert log.stored == list(range(1, log.written + 1))
