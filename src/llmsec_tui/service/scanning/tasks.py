"""The pieces of work that a scan is cut into, and what each leaves for the next one of the same file."""

from pathlib import Path
from typing import Self

from msgspec import Struct

from llmsec_tui.formats.memory import Memory


class Place(Struct, frozen=True):
    """A state of reading between two records of a file of lines."""

    offset: int
    last: str
    """Format of the record before."""
    said: bytes
    """What the file has said that later records need, as ``formats/memory.py`` writes it down."""

    @classmethod
    def after(cls, offset: int, memory: Memory) -> Self:
        return cls(offset, memory.last, memory.encoded())

    def memory(self) -> Memory:
        """For the records behind this place."""
        memory = Memory.decoded(self.said)
        memory.last = self.last
        return memory


class Setup(Struct, frozen=True):
    """What all the work of a scan is done by."""

    rules: tuple[str, ...]
    """Files and folders with rules, for workers who were not given any."""
    rules_version: str
    formats: str
    """Folder with formats of the user's own, for the same."""
    secret: bytes
    """Of the keys of messages."""


class Task(Struct, frozen=True):
    """A file, or the records of a file of lines that begin within a range of bytes."""

    path: str
    name: str
    """What the file is called in this scan; see ``naming.py``."""
    out: str
    """Where to write what is found; see ``parts.py``."""
    start: Place | None = None
    """None for a whole file of any kind."""
    end: int | None = None
    """Byte offset behind a line; None for the end of the file."""

    @property
    def file(self) -> Path:
        return Path(self.path)


class Done(Struct, frozen=True):
    """What is left of a task once what it found is written."""

    end: Place | None
    """Where the next task of the file begins; None for a whole file."""
    needs_last: bool
    """Whether it made a difference which format the record before its first one was of."""
    size: int
    """Bytes that were written."""
    sha256: str
    """Of what was written."""
    alerts: int
    records: int
