"""Read whole files for a review, in bounded pieces and without touching them."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from llmsec_tui.intake.files import open_readonly
from llmsec_tui.intake.identity import source_id
from llmsec_tui.intake.inflate import GZIP_MAGIC, DamagedArchive, inflate
from llmsec_tui.intake.records import RECORD_COST, Notice, NoticeKind, Read
from llmsec_tui.intake.stream import RecordStream

__all__ = ["Notice", "Read", "WholeFile", "read_whole"]

PIECE_BYTES = 8 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024


class WholeFile:
    """A file that is read once from its first byte to its last. Go through :meth:`pieces`, then ask for the rest.

    A gzip archive is known by its first bytes and unpacked on the way; offsets count unpacked bytes then.
    """

    def __init__(self, path: Path, *, piece_bytes: int = PIECE_BYTES) -> None:
        self.path = path.absolute()
        self.source_id = source_id(str(self.path), 1)
        self._piece_bytes = piece_bytes
        self._digest = sha256()
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
        path = str(self.path)
        stream = RecordStream(self.source_id, path)
        packed = os.pread(descriptor, len(GZIP_MAGIC), 0) == GZIP_MAGIC
        chunks = self._chunks(descriptor)
        content = inflate(chunks) if packed else chunks
        read, unread = Read(), 0
        chunk, damage = b"", ""
        following: bytes | None = b""
        while following is not None:
            try:
                following = next(content, None)
            except DamagedArchive as error:
                following = None
                damage = f"{path} cannot be read to its end. {error}"
            stream.feed(chunk, read, last=following is None)
            unread += len(chunk)
            if read and max(unread, read.found * RECORD_COST) >= self._piece_bytes:
                yield read
                read, unread = Read(), 0
            chunk = following or b""
        if damage:
            read.notices.append(Notice(stream.source_id, path, stream.position, NoticeKind.UNREADABLE, damage))
        if read:
            yield read
        for _ in chunks:
            pass  # The digest is of the whole file, also behind damage.

    def _chunks(self, descriptor: int) -> Iterator[bytes]:
        while chunk := os.read(descriptor, min(_CHUNK_BYTES, self._piece_bytes)):
            self.size += len(chunk)
            self._digest.update(chunk)
            yield chunk


def read_whole(path: Path) -> Iterator[Read]:
    """As :meth:`WholeFile.pieces`, for those who don't need the file's digest."""
    return WholeFile(path).pieces()
