"""Unpack gzip in bounded pieces, and stop at what is damaged or a bomb."""

import zlib
from collections.abc import Iterable, Iterator

GZIP_MAGIC = b"\x1f\x8b"
PIECE_BYTES = 256 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
BOMB_BYTES = 1024**3
BOMB_RATIO = 200
"""Logs shrink to a tenth, seldom to a fiftieth; deflate itself ends at 1:1032."""


class DamagedArchive(Exception):
    """A sentence about what is wrong; everything that was yielded before is good."""


def inflate(chunks: Iterable[bytes], *, bomb_bytes: int = BOMB_BYTES) -> Iterator[bytes]:
    """Unpacked pieces of at most 256 KiB, over all members of the archive.

    Raises :class:`DamagedArchive`, also beyond ``bomb_bytes`` that were packed tighter than ``BOMB_RATIO``.
    """
    packed = unpacked = 0
    member = zlib.decompressobj(_GZIP)
    for chunk in chunks:
        packed += len(chunk)
        while chunk:
            if member.eof:
                if not (chunk := chunk.lstrip(b"\0")):
                    break
                member = zlib.decompressobj(_GZIP)
            try:
                piece = member.decompress(chunk, PIECE_BYTES)
            except zlib.error as error:
                raise DamagedArchive(f"The gzip data is damaged after {unpacked:,} unpacked bytes.") from error
            chunk = member.unused_data if member.eof else member.unconsumed_tail
            unpacked += len(piece)
            if unpacked > bomb_bytes and unpacked > packed * BOMB_RATIO:
                raise DamagedArchive(f"It unpacks to more than {BOMB_RATIO} times its size; reading stopped there.")
            yield piece
    if not member.eof:
        raise DamagedArchive(f"The gzip data is cut off after {unpacked:,} unpacked bytes.")


def inflate_raw(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """As :func:`inflate`, for deflated data without a header, as it is in zip archives; the caller limits it."""
    unpacked = 0
    stream = zlib.decompressobj(_RAW)
    for chunk in chunks:
        while chunk and not stream.eof:
            try:
                piece = stream.decompress(chunk, PIECE_BYTES)
            except zlib.error as error:
                raise DamagedArchive(f"The deflated data is damaged after {unpacked:,} unpacked bytes.") from error
            chunk = stream.unconsumed_tail
            unpacked += len(piece)
            yield piece
    if not stream.eof:
        raise DamagedArchive(f"The deflated data is cut off after {unpacked:,} unpacked bytes.")
