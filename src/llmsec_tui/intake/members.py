"""Read the members of a zip archive, each a stream of bytes. Nothing is written to disk, so their names are only names.

Python's own reader finds the members; the bytes are unpacked here, because it knows no zstd and gives up on a member
where only its end is damaged.
"""

import errno
import os
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from llmsec_tui.intake.inflate import BOMB_BYTES, BOMB_RATIO, PIECE_BYTES, DamagedArchive, inflate_raw
from llmsec_tui.intake.zstd import unpack_zstd

ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
SEPARATOR = "!"
"""Between the path of an archive and the name of a member."""
MOST_MEMBERS = 100_000
_ZSTD = 93
_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 1
_NO_DIRECTORY = "The directory of the zip archive is damaged or missing."


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive."""

    name: str
    """As the archive has it; where others before it have the same one, with their number behind it."""
    info: ZipInfo


class Budget:
    """How much may still be unpacked of one archive, all members together."""

    def __init__(self, packed: int, bomb_bytes: int = BOMB_BYTES) -> None:
        """``packed`` is the size of the archive."""
        self._left = max(bomb_bytes, packed * BOMB_RATIO)

    def watch(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The same pieces; raises :class:`DamagedArchive` where they are too much."""
        for piece in pieces:
            self._left -= len(piece)
            if self._left < 0:
                raise DamagedArchive(f"It unpacks to more than {BOMB_RATIO} times its size; reading stopped there.")
            yield piece


def members(descriptor: int) -> list[Member]:
    """What is in the archive, in its order, without directories. Raises :class:`DamagedArchive`."""
    try:
        with os.fdopen(os.dup(descriptor), "rb") as file, ZipFile(file) as archive:
            infos = archive.infolist()
    except (BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise DamagedArchive(_NO_DIRECTORY) from error
    except OSError as error:
        # Where a damaged directory makes it look for bytes before the beginning.
        if error.errno != errno.EINVAL:
            raise
        raise DamagedArchive(_NO_DIRECTORY) from error
    if len(infos) > MOST_MEMBERS:
        raise DamagedArchive(f"The zip archive has more than {MOST_MEMBERS:,} members.")
    seen: Counter[str] = Counter()
    found = []
    for info in infos:
        if not info.filename.endswith("/"):
            seen[info.filename] += 1
            again = f"#{seen[info.filename]}" if seen[info.filename] > 1 else ""
            found.append(Member(info.filename + again, info))
    return found


def unpacked(descriptor: int, member: Member) -> Iterator[bytes]:
    """The bytes of a member in bounded pieces. Raises :class:`DamagedArchive` and OSError."""
    info = member.info
    if info.flag_bits & _ENCRYPTED:
        raise DamagedArchive("It is encrypted.")
    packed = _packed(descriptor, info)
    if info.compress_type == ZIP_STORED:
        pieces = packed
    elif info.compress_type == ZIP_DEFLATED:
        pieces = inflate_raw(packed)
    elif info.compress_type == _ZSTD:
        pieces = unpack_zstd(packed)
    else:
        raise DamagedArchive(f"It is packed by a method that is not known here, number {info.compress_type}.")
    checksum = size = 0
    for piece in pieces:
        checksum = zlib.crc32(piece, checksum)
        size += len(piece)
        yield piece
    if (checksum, size) != (info.CRC, info.file_size):
        raise DamagedArchive("Its content is not what the archive's directory says; it was read nevertheless.")


def _packed(descriptor: int, info: ZipInfo) -> Iterator[bytes]:
    header = b"" if info.header_offset < 0 else os.pread(descriptor, _HEADER.size, info.header_offset)
    if len(header) < _HEADER.size or not header.startswith(ZIP_MAGICS[0]):
        raise DamagedArchive("Its header in the archive is damaged.")
    _, name, extra = _HEADER.unpack(header)
    place = info.header_offset + _HEADER.size + name + extra
    left = info.compress_size
    while left and (piece := os.pread(descriptor, min(PIECE_BYTES, left), place)):
        place += len(piece)
        left -= len(piece)
        yield piece
    if left:
        raise DamagedArchive(f"It is cut off {left:,} bytes before its end.")
