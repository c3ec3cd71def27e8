"""Unpack zstd in bounded pieces, and stop at what is damaged or a bomb."""

from collections.abc import Iterable, Iterator

import zstandard

from llmsec_tui.intake.inflate import BOMB_BYTES, BOMB_RATIO, PIECE_BYTES, DamagedArchive

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_SLICE = 512
"""Packed bytes that are unpacked in one go. A block of 128 KiB takes four of them at least."""
_WINDOW = 1 << 27
"""What a frame may ask for; the most that ``zstd`` itself uses unless it is told to."""


def unpack_zstd(chunks: Iterable[bytes], *, bomb_bytes: int = BOMB_BYTES) -> Iterator[bytes]:
    """Unpacked pieces of at most 256 KiB, over all frames of the archive.

    Raises :class:`DamagedArchive`, also beyond ``bomb_bytes`` that were packed tighter than ``BOMB_RATIO``.
    """
    unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    packed = unpacked = 0
    frame = unpacker.decompressobj()
    is_between = False
    for chunk in chunks:
        for start in range(0, len(chunk), _SLICE):
            data = chunk[start : start + _SLICE]
            packed += len(data)
            while data:
                if frame.eof:
                    frame = unpacker.decompressobj()
                try:
                    piece = frame.decompress(data)
                except zstandard.ZstdError as error:
                    raise DamagedArchive(f"The zstd data is damaged after {unpacked:,} unpacked bytes.") from error
                data = frame.unused_data if frame.eof else b""
                is_between = frame.eof
                unpacked += len(piece)
                if unpacked > bomb_bytes and unpacked > packed * BOMB_RATIO:
                    raise DamagedArchive(f"It unpacks to more than {BOMB_RATIO} times its size; reading stopped there.")
                for place in range(0, len(piece), PIECE_BYTES):
                    yield piece[place : place + PIECE_BYTES]
    if not is_between:
        raise DamagedArchive(f"The zstd data is cut off after {unpacked:,} unpacked bytes.")
