"""A compressed file among the followed ones: read once, and not at all as far as its plain original was read.

Its content is looked through for the place up to which a file that it may have been made from was read; what lies
behind that place is read as a continuation of that file. Offsets are those of the unpacked content.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from llmsec_tui.intake.checkpoint import ANCHOR_BYTES, HEAD_BYTES, Checkpoint
from llmsec_tui.intake.files import open_same
from llmsec_tui.intake.framing import Framing
from llmsec_tui.intake.identity import digest
from llmsec_tui.intake.inflate import DamagedArchive
from llmsec_tui.intake.kin import Kin
from llmsec_tui.intake.records import Notice, NoticeKind, Progress, Read, SourceState
from llmsec_tui.intake.stream import RecordStream
from llmsec_tui.intake.unpack import MAGIC_BYTES, unpacker

QUIET_S = 5.0
"""An archive that ends too early is taken to be still in the making until it rested for so long."""
_CHUNK_BYTES = 64 * 1024

Alive = Callable[[str], int | None]
"""The size of the file that is followed as this source at the moment, 0 if an archive is; None if there is none."""
Begin = Callable[[str], Checkpoint]
"""A new generation of this path, of which nothing was read yet."""


def is_archive(descriptor: int) -> bool:
    """Whether an open file is compressed, by its first bytes."""
    return unpacker(os.pread(descriptor, MAGIC_BYTES, 0)) is not None


def fingerprint(descriptor: int) -> bytes:
    """What an archive is recognised by after a restart: its size, its beginning and its end."""
    size = os.fstat(descriptor).st_size
    ends = os.pread(descriptor, HEAD_BYTES, 0), os.pread(descriptor, HEAD_BYTES, max(size - HEAD_BYTES, 0))
    return digest(b"%d:" % size + b"".join(ends))


class Archive:
    """One archive. It is opened for each look, since what is read of it is read at once."""

    def __init__(self, path: str, descriptor: int, kin: Kin, begin: Begin, alive: Alive) -> None:
        now = os.fstat(descriptor)
        self.path = path
        self.key = (now.st_dev, now.st_ino)
        self.done = False
        self.unsaved = False
        """The last checkpoint given out is not the state any more."""
        self.problem = ""
        self._kin = kin
        self._begin = begin
        self._alive = alive
        self._original = ""
        """The source that this is an archive of and that is still followed itself."""
        self._seen = (-1, -1)
        self._waiting = False
        self._said: Checkpoint | None = None
        self._stream: RecordStream | None = None
        self._mark: Checkpoint | None = None
        self._work: Iterator[int] = iter(())
        self._into = Read()
        self._packed = b""
        self._head = b""
        self._recent = b""
        """The unpacked bytes from the anchor of the last complete record on."""

    @classmethod
    def finished(cls, path: str, descriptor: int, seen: Checkpoint, *others: Any) -> "Archive":
        """One that nothing is wanted from: it was read before the last restart, or is to be skipped."""
        archive = cls(path, descriptor, *others)
        archive.done = True
        archive._said = replace(
            seen, path=path, inode=archive.key[1], device=archive.key[0], packed=fingerprint(descriptor)
        )
        archive.unsaved = archive._said != seen
        return archive

    def look(self, now: os.stat_result) -> None:
        """Find out whether there is something to do again."""
        state = (now.st_size, now.st_mtime_ns)
        rested = time.time_ns() - now.st_mtime_ns >= QUIET_S * 1_000_000_000
        if self.done or (self._waiting and state == self._seen and not rested):
            return
        if not self._original:
            self._waiting = False

    def wake(self) -> None:
        """Go on when the file that this was made from has ended."""
        if self._original and self._alive(self._original) is None:
            self._original = ""
            self._waiting = False

    @property
    def source_id(self) -> str:
        """Whose content it is, empty before that is known."""
        return self._said.source_id if self._said else self._stream.source_id if self._stream else ""

    @property
    def is_unknown(self) -> bool:
        """Whether it is still to be found out what it was made from."""
        return self._mark is None and not self.done and not self._original

    @property
    def dirty(self) -> bool:
        """Whether a pull may bring something."""
        return not self.done and not self._waiting

    def pull(self, limit: int, into: Read) -> int:
        """Unpack about ``limit`` bytes; how many it were. Raises OSError."""
        self._into = into
        count = 0
        while count < limit and self.dirty:
            step = next(self._work, None)
            if step is None:
                self._work = self._read() if self._mark is not None else self._search()
            count += step or 0
        self.unsaved = self.unsaved or self._stream is not None
        return count

    def close(self) -> None:
        """Give the file back."""
        self._work = iter(())

    @property
    def complaint(self) -> str:
        """A sentence while it cannot be read because it ends too early."""
        made = self._waiting and not self._original
        return f"{self.path} ends too early; it is read once it is complete or rested." if made else ""

    def checkpoint(self) -> Checkpoint | None:
        """How far it was read; None before that is known."""
        if self._said is not None:
            return self._said
        if self._stream is None or self._mark is None:
            return None
        stream, (device, inode) = self._stream, self.key
        head = self._head[: min(HEAD_BYTES, stream.consumed)]
        behind = stream.position - stream.consumed
        anchor = self._recent[: len(self._recent) - behind][-ANCHOR_BYTES:]
        return Checkpoint(
            source_id=stream.source_id,
            path=self.path,
            generation=self._mark.generation,
            device=device,
            # One that was not read to its end is found again by its content.
            inode=inode if self.done else 0,
            offset=stream.consumed,
            records=stream.records,
            head=digest(head),
            head_length=len(head),
            anchor=digest(anchor),
            framing=stream.framing,
            packed=self._packed if self.done else b"",
        )

    def progress(self) -> Progress | None:
        """How it is doing; None before it is known what it is."""
        if self._said is not None:
            seen = self._said
            place = (seen.offset, seen.offset, seen.records)
            return Progress(seen.source_id, self.path, SourceState.DONE, "", *place, None)
        if self._stream is None:
            return None
        stream = self._stream
        state = SourceState.UNREADABLE if self.problem else SourceState.DONE if self.done else SourceState.FOLLOWING
        place = (stream.position, stream.consumed, stream.records)
        return Progress(stream.source_id, self.path, state, self.problem, *place, None)

    def _content(self) -> Iterator[bytes]:
        descriptor = open_same(self.path, self.key)
        try:
            now = os.fstat(descriptor)
            self._seen = (now.st_size, now.st_mtime_ns)
            self._packed = fingerprint(descriptor)
            place = 0

            def chunks() -> Iterator[bytes]:
                nonlocal place
                while chunk := os.pread(descriptor, _CHUNK_BYTES, place):
                    place += len(chunk)
                    yield chunk

            unpack = unpacker(os.pread(descriptor, MAGIC_BYTES, 0))
            if unpack is None:
                raise DamagedArchive("It is not compressed any more.")
            yield from unpack(chunks())
        finally:
            os.close(descriptor)

    def _is_in_the_making(self) -> bool:
        return time.time_ns() - self._seen[1] < QUIET_S * 1_000_000_000

    def _search(self) -> Iterator[int]:
        """Find the place up to which another file with this content was read."""
        self._original = ""
        search = _Search(self.path, self._kin, self._alive)
        try:
            for piece in self._content():
                search.feed(piece)
                yield len(piece)
                if search.over:
                    break
        except DamagedArchive:
            if self._is_in_the_making():
                self._waiting = True
                return
        search.finish()
        if search.original is None:
            self._mark = self._begin(self.path)
        elif self._alive(search.original.source_id) is None:
            self._mark = search.original
        elif search.is_longer:
            self._mark = _behind(search.original, self._begin(self.path))
        else:
            self._original = search.original.source_id
            self._waiting = True

    def _read(self) -> Iterator[int]:
        """Read what lies behind the mark, or behind what was read before."""
        mark = self._mark
        assert mark is not None
        stream = self._stream
        if stream is None:
            place = (mark.offset, mark.records, mark.framing)
            stream = self._stream = RecordStream(mark.source_id, self.path, *place)
        position, damage = 0, ""
        self._head = self._recent = b""
        try:
            for piece in self._content():
                self._head += piece[: HEAD_BYTES - len(self._head)]
                self._recent += piece
                fresh = piece[max(stream.position - position, 0) :]
                position += len(piece)
                if fresh:
                    stream.feed(fresh, self._into)
                self._recent = self._recent[-(ANCHOR_BYTES + max(position - stream.consumed, 0)) :]
                yield len(piece)
        except DamagedArchive as error:
            if self._is_in_the_making():
                self._waiting = True
                return
            damage = f"{self.path} cannot be read to its end. {error}"
        stream.feed(b"", self._into, last=True)
        self.problem = damage or stream.problem
        if damage:
            place_of_damage = (stream.source_id, self.path, stream.position)
            self._into.notices.append(Notice(*place_of_damage, NoticeKind.UNREADABLE, damage))
        self.done = True


class _Search:
    """Looks through unpacked pieces for the place up to which a similar file was read."""

    def __init__(self, path: str, kin: Kin, alive: Alive) -> None:
        self.original: Checkpoint | None = None
        self.over = False
        self._path = path
        self._kin = kin
        self._alive = alive
        self._held = b""
        self._offset = 0
        """Of the first byte that is held."""
        self._open: list[Checkpoint] | None = None
        """Those that begin alike and whose anchor was not come to yet, the shortest last."""

    @property
    def position(self) -> int:
        return self._offset + len(self._held)

    @property
    def is_longer(self) -> bool:
        """Whether there is more content than the original has, which therefore it cannot have been made from."""
        size = None if self.original is None else self._alive(self.original.source_id)
        return size is not None and self.position > size

    def feed(self, piece: bytes) -> None:
        self._held += piece
        if self._open is None and self.position < HEAD_BYTES:
            return
        self._compare()

    def finish(self) -> None:
        """There is no more content."""
        self._compare()

    def _compare(self) -> None:
        if self._open is None:
            self._open = self._kin.alike(self._path, self._held[:HEAD_BYTES])
        while self._open and self._open[-1].offset <= self.position:
            mark = self._open.pop()
            end = mark.offset - self._offset
            if digest(self._held[max(end - ANCHOR_BYTES, 0) : end]) == mark.anchor:
                self.original = mark
        keep = min(len(self._held), ANCHOR_BYTES)
        self._offset += len(self._held) - keep
        self._held = self._held[len(self._held) - keep :]
        alive = self.original is not None and self._alive(self.original.source_id) is not None
        self.over = not self._open and (not alive or self.is_longer)


def _behind(mark: Checkpoint, begun: Checkpoint) -> Checkpoint:
    """A new source whose first bytes another one has given already."""
    return Checkpoint(begun.source_id, begun.path, begun.generation, 0, 0, mark.offset, 0, b"", 0, b"", Framing.UNKNOWN)
