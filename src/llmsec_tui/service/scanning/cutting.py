"""Cut the input into tasks: a file each, and big files of lines into ranges that end where lines do.

How it is cut depends on the files alone, so that the answer does not depend on who does the work.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from llmsec_tui.errors import FormatError
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.registry import Registry
from llmsec_tui.intake.encoding import encoding_of
from llmsec_tui.intake.files import open_readonly
from llmsec_tui.intake.framing import Framing
from llmsec_tui.intake.records import Read
from llmsec_tui.intake.stream import RecordStream
from llmsec_tui.service.scanning.tasks import Place

RANGE = 16 * 1024 * 1024
"""Bytes that are read as one task."""
_SNIFFED = 256 * 1024
_BLOCK = 64 * 1024
_LONGEST = 1024 * 1024
"""A line longer than this is not cut behind."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where a file is cut."""

    ends: tuple[int | None, ...]
    """Offsets behind lines; the last is None, the end of the file."""
    guess: Place | None
    """What is left by its records if they are all like the first; None for a file that is not cut."""

    @property
    def is_guessable(self) -> bool:
        """Whether what comes after a cut is likely to do without what came before."""
        return self.guess is not None and not self.guess.said


_WHOLE = Cuts((None,), None)


def cuts(path: Path, registry: Registry) -> Cuts:
    """Look where a file can be cut. Raises OSError when it cannot be read."""
    descriptor = open_readonly(path, keep_access_time=True)
    try:
        size = os.fstat(descriptor).st_size
        if size < 2 * RANGE:
            return _WHOLE
        guess = _sniff(os.pread(descriptor, _SNIFFED, 0), str(path), registry)
        if guess is None:
            return _WHOLE
        ends = dict.fromkeys(_ends(descriptor, size))
        return Cuts((*ends, None), guess)
    finally:
        os.close(descriptor)


def _sniff(first: bytes, path: str, registry: Registry) -> Place | None:
    """What the first records leave, if they are lines."""
    if encoding_of(first)[0].is_wide:
        return None
    stream, read, memory = RecordStream("", path), Read(), Memory()
    stream.feed(first, read)
    if stream.framing is not Framing.LINES or not read.records or read.notices:
        return None
    for record in read.records:
        try:
            registry.map(record, memory)
        except FormatError:
            continue
    return Place.after(0, memory)


def _ends(descriptor: int, size: int) -> Iterator[int]:
    for near in range(RANGE, size - RANGE // 2, RANGE):
        for start in range(near, near + _LONGEST, _BLOCK):
            newline = os.pread(descriptor, _BLOCK, start).find(b"\n")
            if newline >= 0:
                yield start + newline + 1
                break
