"""A zip archive among the followed files: when it rests, each of its members is read, once.

A member is a source of its own, as in a review. One that is in the archive with the same content after that was written
anew is not read again; one with other content is a new generation.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from llmsec_tui.intake.archive import QUIET_S, fingerprint
from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.encoding import encoding_of
from llmsec_tui.intake.files import open_same
from llmsec_tui.intake.framing import Framing
from llmsec_tui.intake.identity import digest, source_id
from llmsec_tui.intake.inflate import DamagedArchive
from llmsec_tui.intake.members import SEPARATOR, ZIP_MAGICS, Budget, Member, members, unpacked
from llmsec_tui.intake.recall import Recall
from llmsec_tui.intake.records import Notice, NoticeKind, Progress, Read, SourceState
from llmsec_tui.intake.stream import RecordStream
from llmsec_tui.intake.unpack import MAGIC_BYTES

_NOTHING = digest(b"")


def is_zip(descriptor: int) -> bool:
    """Whether an open file is a zip archive, by its first bytes."""
    return os.pread(descriptor, MAGIC_BYTES, 0).startswith(ZIP_MAGICS)


class Zipped:
    """One archive. It is open only while it is read."""

    def __init__(self, path: str, descriptor: int, recall: Recall, *, skip: bool) -> None:
        """``skip`` takes what is in it now for read."""
        now = os.fstat(descriptor)
        self.path = path
        self.key = (now.st_dev, now.st_ino)
        self._recall = recall
        self._skip = skip
        self._seen = (-1, -1)
        """Size and time of what was read last."""
        self._rests = False
        self._complaint = ""
        self._fresh: dict[str, Checkpoint] = {}
        self._stream: RecordStream | None = None
        self._mark: Checkpoint | None = None
        self._into = Read()
        self._work: Iterator[int] | None = None
        self.look(now)

    def look(self, now: os.stat_result) -> None:
        """Find out whether there is something to read."""
        state = (now.st_size, now.st_mtime_ns)
        quiet = time.time_ns() - now.st_mtime_ns >= QUIET_S * 1_000_000_000
        self._rests = state != self._seen and (quiet or self._skip)

    @property
    def dirty(self) -> bool:
        """Whether a pull may bring something."""
        return self._work is not None or self._rests

    @property
    def complaint(self) -> str:
        """A sentence while it cannot be read, else empty."""
        return self._complaint

    def pull(self, limit: int, into: Read) -> int:
        """Unpack about ``limit`` bytes; how many it were. Raises OSError."""
        self._into = into
        count = 0
        while count < limit and self.dirty:
            self._work = self._work or self._read()
            step = next(self._work, None)
            if step is None:
                self._work = None
            count += step or 0
        if self._stream is not None and self._mark is not None:
            self._note(self._mark, self._stream, b"")
        return count

    def checkpoints(self) -> list[Checkpoint]:
        """What changed since the last call."""
        fresh, self._fresh = list(self._fresh.values()), {}
        return fresh

    def progress(self) -> Progress | None:
        """How the member is doing that is being read."""
        if self._stream is None:
            return None
        stream = self._stream
        place = (stream.position, stream.consumed, stream.records)
        return Progress(stream.source_id, stream.path, SourceState.FOLLOWING, stream.problem, *place, None)

    def close(self) -> None:
        """Give the file back."""
        self._work = None

    def _read(self) -> Iterator[int]:
        descriptor = open_same(self.path, self.key)
        try:
            now = os.fstat(descriptor)
            self._seen, self._rests = (now.st_size, now.st_mtime_ns), False
            self._complaint = ""
            packed = fingerprint(descriptor)
            budget = Budget(now.st_size)
            for member in members(descriptor):
                yield from self._member(descriptor, member, packed, budget)
        except DamagedArchive as error:
            self._complaint = f"{self.path} cannot be read. {error}"
            self._tell(source_id(self.path, 1), self.path, 0, self._complaint)
        finally:
            self._stream = self._mark = None
            self._skip = False
            os.close(descriptor)

    def _member(self, descriptor: int, member: Member, packed: bytes, budget: Budget) -> Iterator[int]:
        path = f"{self.path}{SEPARATOR}{member.name}"
        content = digest(f"{member.info.CRC}:{member.info.file_size}:{member.name}".encode("utf-8", "surrogatepass"))
        mark = self._recall.member(path)
        if mark is None or mark.member != content:
            mark = self._begin(path, content)
        if mark.packed:
            return
        if self._skip or self._recall.has_read(packed, content):
            self._note(mark, None, packed)
            return
        self._mark, damage = mark, ""
        pieces = budget.watch(unpacked(descriptor, member))
        position, stream = 0, None
        while True:
            try:
                piece = next(pieces, None)
            except DamagedArchive as error:
                piece, damage = None, f"{path} cannot be read to its end. {error}"
            if stream is None:
                encoding = encoding_of(piece or b"")[0] if mark.offset else None
                place = (mark.offset, mark.records, mark.framing)
                stream = self._stream = RecordStream(mark.source_id, path, *place, encoding=encoding)
            if piece is None:
                break
            fresh = piece[max(stream.position - position, 0) :]
            position += len(piece)
            if fresh:
                stream.feed(fresh, self._into)
            yield len(piece)
        stream.feed(b"", self._into, last=True)
        if damage:
            self._tell(stream.source_id, path, stream.position, damage)
        self._note(mark, stream, packed)
        self._stream = self._mark = None

    def _begin(self, path: str, content: bytes) -> Checkpoint:
        generation = self._recall.next_generation(path)
        name = source_id(path, generation)
        place = (0, 0, 0, 0, _NOTHING, 0, _NOTHING, Framing.UNKNOWN)
        return Checkpoint(name, path, generation, *place, member=content)

    def _note(self, mark: Checkpoint, stream: RecordStream | None, packed: bytes) -> None:
        """How far a member was read; to its end once what the archive is recognised by is given."""
        offset, records, framing = mark.offset, mark.records, mark.framing
        if stream is not None:
            offset, records, framing = stream.consumed, stream.records, stream.framing
        place = (0, 0, offset, records, _NOTHING, 0, _NOTHING, framing)
        noted = Checkpoint(mark.source_id, mark.path, mark.generation, *place, packed=packed, member=mark.member)
        self._fresh[noted.source_id] = noted
        self._recall.keep(noted)

    def _tell(self, name: str, path: str, position: int, damage: str) -> None:
        self._into.notices.append(Notice(name, path, position, NoticeKind.UNREADABLE, damage))


def looked_at(path: str, archive: Zipped) -> bool:
    """Whether this path still leads to the archive, which then knows what there is."""
    try:
        now = Path(path).stat()
    except OSError:
        return False
    if (now.st_dev, now.st_ino) != archive.key:
        return False
    archive.look(now)
    return True
