"""The demo story: an hour of a shop's assistants, written again as if it happened now, faster."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import BinaryIO

from llmsec_tui.errors import SourceError
from llmsec_tui.paths import shipped
from llmsec_tui.probes.clock import moved, when

_TORN_EVERY = 5
"""Each fifth line reaches its file in two writes, as lines of busy programs do."""
_TORN_S = 0.02


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one of the story's files."""

    file: str
    at: int
    """When it is written, in microseconds since 1970 UTC."""
    data: bytes
    """The line with its newline."""


@dataclass(frozen=True, slots=True)
class Story:
    """The lines of all files, in the order in which they are written."""

    lines: tuple[Line, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files, sorted."""
        return tuple(sorted({line.file for line in self.lines}))

    def ending_at(self, end: int) -> "Story":
        """The same story with its last line written at ``end`` (microseconds); the times in the lines move along."""
        # Whole milliseconds, since that is all that some formats can write.
        by = (end - self.lines[-1].at) // 1000 * 1000
        return Story(tuple(Line(line.file, line.at + by, _moved(line.data, by)) for line in self.lines))

    def beside(self, others: Sequence[Line]) -> "Story":
        """The same story with other lines between its own, each when it is written."""
        return Story(tuple(sorted((*self.lines, *others), key=lambda line: line.at)))


def load_story(folder: Path | None = None) -> Story:
    """The story that is shipped, or that of another folder of ``*.jsonl`` files. Raises SourceError."""
    folder = folder or shipped("sample_logs") / "support_bot"
    try:
        lines = [line for path in sorted(folder.glob("*.jsonl")) for line in _read(path)]
    except OSError as error:
        raise SourceError(f"The story in {folder} cannot be read: {error.strerror}.") from error
    if not lines:
        raise SourceError(f"There is no story in {folder}.", hint="Install the package again; nothing was changed.")
    return Story(tuple(sorted(lines, key=lambda line: line.at)))


def load_log(path: Path) -> Story:
    """One file as a story. Raises SourceError."""
    try:
        return Story(tuple(_read(path)))
    except OSError as error:
        raise SourceError(f"The log {path} cannot be read: {error.strerror}.") from error


def play(story: Story, into: Path, seconds: float, *, stop: Event, ends_at: int | None = None) -> int:
    """Append the story to files in ``into`` within ``seconds``, at its own rhythm; the number of lines written.

    Its times are moved so that it ends at ``ends_at`` (microseconds), or when playing ends. ``stop`` ends it early,
    after a whole line. Raises SourceError when a file cannot be written.
    """
    end = ends_at if ends_at is not None else time.time_ns() // 1000 + round(seconds * 1e6)
    told = story.ending_at(end).lines
    first, last = told[0].at, told[-1].at
    pace = seconds / max(last - first, 1)
    begun = time.monotonic()
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ExitStack() as stack:
            files = {name: stack.enter_context((into / name).open("ab", buffering=0)) for name in story.files}
            for number, line in enumerate(told):
                due = begun + (line.at - first) * pace
                if stop.wait(max(due - time.monotonic(), 0)):
                    return number
                torn = seconds > 0 and number % _TORN_EVERY == _TORN_EVERY - 1
                _write(files[line.file], line.data, stop if torn else None)
    except OSError as error:
        raise SourceError(
            f"The story cannot be written into {into}: {error.strerror}.", hint="Choose another folder or free space."
        ) from error
    return len(told)


def _write(file: BinaryIO, data: bytes, between: Event | None) -> None:
    """Write a line; with ``between``, in two halves with a moment between them."""
    half = len(data) // 2 if between is not None else 0
    if between is not None:
        file.write(data[:half])
        between.wait(_TORN_S)
    file.write(data[half:])


def _read(path: Path) -> Iterator[Line]:
    latest = 0
    for number, data in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        try:
            at = when(json.loads(data))
        except ValueError as error:
            raise SourceError(f"{path}, line {number}, is no JSON: {error}. The story was not played.") from error
        # A line without a time of its own is written right after the one before it.
        latest = max(latest, at if at is not None else latest)
        yield Line(path.name, latest, data)


def _moved(data: bytes, by: int) -> bytes:
    return json.dumps(moved(json.loads(data), by), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
