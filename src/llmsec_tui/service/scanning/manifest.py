"""What a scan has done already, so that it can go on after it was stopped: a list, and beside it what was found.

The list is JSON, a line each: first what the scan is made by, then each task that is done. What the task found lies in
the folder ``FILE.parts``. Both hold excerpts of the logs at most, and are for their owner only.
"""

import os
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import IO

import msgspec
from msgspec import Struct

from llmsec_tui import __version__
from llmsec_tui.errors import ConfigError
from llmsec_tui.service.scanning.inputs import Input
from llmsec_tui.service.scanning.tasks import Done, Place, Task
from llmsec_tui.service.scanning.work import PARTIAL, digest_of


class _Header(Struct, frozen=True):
    engine_version: str
    rules_version: str
    formats_sha256: str
    secret: bytes


class _Line(Struct, frozen=True):
    name: str
    path: str
    sha256: str
    start: Place | None
    end: int | None
    part: str
    done: Done


class Manifest:
    """The tasks of one scan that are done. For one thread."""

    def __init__(self, path: Path, rules_version: str, formats_sha256: str, *, resume: bool) -> None:
        """Begin a list at ``path``, or with ``resume`` go on with the one that is there.

        Raises ConfigError when it is there and not to be resumed, is none, or is of other rules or another version.
        """
        self.parts = path.with_name(path.name + ".parts")
        self._done: dict[tuple[str, str, str, bytes, int | None], _Line] = {}
        self._stream: IO[bytes]
        if path.exists():
            if not resume:
                raise ConfigError(f"{path} exists.", hint="Go on with it with --resume, or name another file.")
            header, end = self._load(path)
            wanted = _Header(__version__, rules_version, formats_sha256, header.secret)
            if header != wanted:
                raise ConfigError(
                    f"{path} was written by another version, or with other rules or formats.",
                    hint="Begin a new manifest: half of a scan by other rules is no scan.",
                )
            self.secret = header.secret
            self._stream = path.open("r+b")
            # A line that was being written when the scan ended is not a line.
            self._stream.truncate(end)
            self._stream.seek(end)
        else:
            self.secret = token_bytes(32)
            self._stream = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
            self._write(msgspec.json.encode(_Header(__version__, rules_version, formats_sha256, self.secret)))
        self.parts.mkdir(mode=0o700, exist_ok=True)
        for unfinished in self.parts.glob(f"*{PARTIAL}"):
            unfinished.unlink()

    def done(self, one: Input, task: Task) -> Done | None:
        """What is left of this task, if it was done on these bytes and what it found is still there."""
        line = self._done.get(_key(one, task.start, task.end))
        if line is None or line.part != Path(task.out).name:
            return None
        try:
            digest, size = digest_of(Path(task.out))
        except OSError:
            return None
        return line.done if (digest, size) == (line.done.sha256, line.done.size) else None

    def add(self, one: Input, task: Task, done: Done) -> None:
        """Write down that a task is done."""
        line = _Line(one.name, task.path, one.sha256, task.start, task.end, Path(task.out).name, done)
        self._write(msgspec.json.encode(line))

    def close(self) -> None:
        self._stream.close()

    def _write(self, line: bytes) -> None:
        self._stream.write(line + b"\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def _load(self, path: Path) -> tuple[_Header, int]:
        """The first line, and the offset behind the last whole one."""
        whole, newline, _ = path.read_bytes().rpartition(b"\n")
        lines = whole.split(b"\n") if newline else []
        try:
            header = msgspec.json.decode(lines[0], type=_Header)
            for data in lines[1:]:
                line = msgspec.json.decode(data, type=_Line)
                self._done[_key_of(line)] = line
        except (IndexError, msgspec.MsgspecError) as error:
            raise ConfigError(f"{path} is no manifest of a scan.", hint="Name another file.") from error
        return header, len(whole) + len(newline)


def _key(one: Input, start: Place | None, end: int | None) -> tuple[str, str, str, bytes, int | None]:
    return str(one.path), one.name, one.sha256, msgspec.json.encode(start), end


def _key_of(line: _Line) -> tuple[str, str, str, bytes, int | None]:
    return line.path, line.name, line.sha256, msgspec.json.encode(line.start), line.end


def digest_of_folder(folder: Path) -> str:
    """SHA-256 of the files of a folder with their names, in hexadecimal; of nothing when it is not there."""
    files = sorted(path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else []
    return sha256("".join(f"{digest_of(path)[0]}  {path.name}\n" for path in files).encode()).hexdigest()
