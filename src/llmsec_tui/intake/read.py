"""Read whole files for a review, in bounded pieces and without touching them."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from llmsec_tui.intake.files import open_readonly
from llmsec_tui.intake.identity import source_id
from llmsec_tui.intake.inflate import DamagedArchive
from llmsec_tui.intake.members import SEPARATOR, ZIP_MAGICS, Budget, Member, members, unpacked
from llmsec_tui.intake.records import RECORD_COST, Notice, NoticeKind, Read
from llmsec_tui.intake.stream import RecordStream
from llmsec_tui.intake.unpack import MAGIC_BYTES, unpacker

__all__ = ["Notice", "Read", "WholeFile", "read_whole"]

PIECE_BYTES = 8 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024


class WholeFile:
    """A file that is read once from its first byte to its last. Go through :meth:`pieces`, then ask for the rest.

    What is packed with gzip or zstd is known by its first bytes and unpacked on the way; offsets count unpacked bytes
    then. Each member of a zip archive is a source of its own, called by the archive's path, ``!`` and its name.
    """

    def __init__(self, path: Path, *, piece_bytes: int = PIECE_BYTES) -> None:
        self.path = path.absolute()
        self.source_id = source_id(str(self.path), 1)
        self.member_ids: list[str] = []
        """Sources that are members of this file, as far as it was read."""
        self._piece_bytes = piece_bytes
        self._digest = sha256()
        self._read = Read()
        self._unread = 0
        """Bytes that were read for what will be yielded next."""
        self.size = 0
        """Bytes in the file, as far as it was read."""

    @property
    def sha256(self) -> str:
        """Of all bytes of the file, in hexadecimal; complete once the pieces are."""
        return self._digest.hexdigest()

    def pieces(self) -> Iterator[Read]:
        """What is in the file, in its order; no checkpoints. Raises OSError when it cannot be read."""
        descriptor = open_readonly(self.path, keep_access_time=True)
        try:
            yield from self._pieces(descriptor)
        finally:
            os.close(descriptor)

    def _pieces(self, descriptor: int) -> Iterator[Read]:
        first = os.pread(descriptor, MAGIC_BYTES, 0)
        chunks = self._chunks(descriptor)
        if first.startswith(ZIP_MAGICS):
            yield from self._archive(descriptor)
            os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            unpack = unpacker(first)
            content = unpack(chunks) if unpack else chunks
            yield from self._stream(RecordStream(self.source_id, str(self.path)), content)
        if self._read:
            yield self._taken()
        for _ in chunks:
            pass  # The digest is of the whole file, also behind damage.

    def _archive(self, descriptor: int) -> Iterator[Read]:
        budget = Budget(os.fstat(descriptor).st_size)
        try:
            found = members(descriptor)
        except DamagedArchive as error:
            self._tell(self.source_id, str(self.path), 0, f"{self.path} cannot be read. {error}")
            return
        for member in found:
            yield from self._stream(self._member(member), budget.watch(unpacked(descriptor, member)))

    def _member(self, member: Member) -> RecordStream:
        path = f"{self.path}{SEPARATOR}{member.name}"
        stream = RecordStream(source_id(path, 1), path)
        self.member_ids.append(stream.source_id)
        return stream

    def _stream(self, stream: RecordStream, content: Iterator[bytes]) -> Iterator[Read]:
        chunk, damage = b"", ""
        following: bytes | None = b""
        while following is not None:
            try:
                following = next(content, None)
            except DamagedArchive as error:
                following = None
                damage = f"{stream.path} cannot be read to its end. {error}"
            stream.feed(chunk, self._read, last=following is None)
            self._unread += len(chunk)
            if self._read and max(self._unread, self._read.found * RECORD_COST) >= self._piece_bytes:
                yield self._taken()
            chunk = following or b""
        if damage:
            self._tell(stream.source_id, stream.path, stream.position, damage)

    def _taken(self) -> Read:
        read, self._read, self._unread = self._read, Read(), 0
        return read

    def _tell(self, name: str, path: str, position: int, damage: str) -> None:
        self._read.notices.append(Notice(name, path, position, NoticeKind.UNREADABLE, damage))

    def _chunks(self, descriptor: int) -> Iterator[bytes]:
        while chunk := os.read(descriptor, min(_CHUNK_BYTES, self._piece_bytes)):
            self.size += len(chunk)
            self._digest.update(chunk)
            yield chunk


def read_whole(path: Path) -> Iterator[Read]:
    """As :meth:`WholeFile.pieces`, for those who don't need the file's digest."""
    return WholeFile(path).pieces()
