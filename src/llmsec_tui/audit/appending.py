"""The files of an open journal: a line is added and on disk, or nothing is; full files are followed by new ones."""

import os
from collections.abc import Sequence
from pathlib import Path

from llmsec_tui.audit.files import failed, open_segment, sync_folder, write_whole
from llmsec_tui.audit.segment import Segment, number_of, offsets_of, segment_path
from llmsec_tui.errors import StoreError

SEGMENT_BYTES = 16 * 2**20
"""A file that would grow past this is followed by a new one."""


class JournalFiles:
    """Serves one thread at a time; what :meth:`frozen` gives may be read by any."""

    def __init__(self, folder: Path, segments: list[Segment]) -> None:
        """``segments`` are all files, oldest first, and the last one is written to."""
        self._folder = folder
        self._segments = segments
        self._fd = open_segment(segments[-1].path)
        self.unusable = ""
        """Why nothing more can be added; empty while all is well."""

    @property
    def first_seq(self) -> int:
        """Number of the oldest record."""
        return self._segments[0].first_seq

    @property
    def last_seq(self) -> int:
        """Number of the newest one; 0 when there never was any."""
        active = self._segments[-1]
        return active.first_seq + active.records - 1

    @property
    def paths(self) -> list[Path]:
        """Of all files, oldest first."""
        return [segment.path for segment in self._segments]

    def add(self, line: bytes) -> None:
        """Add a record; it is on disk when this returns. Raises StoreError when it is not; then nothing is added."""
        if self.unusable:
            raise StoreError(self.unusable, hint="Restart the collector; mend the disk first if it is at fault.")
        active = self._segments[-1]
        try:
            if active.records and active.size + len(line) > SEGMENT_BYTES:
                active = self._next()
            self._unchanged(active)
            write_whole(self._fd, line)
            os.fsync(self._fd)
        except OSError as error:
            self._take_back(active)
            raise failed(self._folder, "could not record the act, so it was not carried out", error) from error
        active.offsets.append(active.size + len(line))

    def before(self, seq: int) -> list[Segment]:
        """The files that hold only records before ``seq``, but never the one that is written to."""
        return [one for one in self._segments[:-1] if one.first_seq + one.records <= seq]

    def remove(self, oldest: Sequence[Segment]) -> None:
        """Remove the oldest files. Raises StoreError when one stays; it is not read any more all the same."""
        del self._segments[: len(oldest)]
        try:
            for segment in oldest:
                segment.path.unlink()
            sync_folder(self._folder)
        except OSError as error:
            raise failed(self._folder, "keeps files that were retired, until it is opened again", error) from error

    def frozen(self) -> list[Segment]:
        """The files as they are now; offsets only ever grow, so a copy of the newest's is enough."""
        active = self._segments[-1]
        return [*self._segments[:-1], Segment(active.path, active.first_seq, active.offsets[:])]

    def close(self) -> None:
        """Add nothing more."""
        self.unusable = self.unusable or f"The journal in {self._folder} is closed; nothing was recorded."
        os.close(self._fd)

    def _unchanged(self, active: Segment) -> None:
        """The file is as this process left it, or nothing more is written."""
        seen = os.fstat(self._fd)
        if seen.st_size != active.size or not seen.st_nlink:
            self.unusable = (
                f"Somebody else changed or removed the journal file {active.path}; nothing more is recorded or carried "
                "out."
            )
            raise StoreError(self.unusable, hint="Keep the folder as evidence and run: llmsec-tui audit verify")

    def _next(self) -> Segment:
        path = segment_path(self._folder, number_of(self._segments[-1].path) + 1)
        fd = open_segment(path)
        try:
            sync_folder(self._folder)
        except OSError:
            os.close(fd)
            raise
        os.close(self._fd)
        self._fd = fd
        self._segments.append(Segment(path, self.last_seq + 1, offsets_of(b"")))
        return self._segments[-1]

    def _take_back(self, active: Segment) -> None:
        """Leave no half record behind; when even that fails, nothing more is added."""
        try:
            os.ftruncate(self._fd, active.size)
            os.fsync(self._fd)
        except OSError as error:
            self.unusable = (
                f"The journal file {active.path} may end in half a record that could not be removed: {error.strerror}. "
                "Nothing more is recorded or carried out."
            )
