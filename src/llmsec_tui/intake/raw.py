"""Fetch the bytes of a record again, out of whatever file it was read from."""

import os
from collections.abc import Iterator
from pathlib import Path

from llmsec_tui.errors import SourceError
from llmsec_tui.intake.files import open_readonly
from llmsec_tui.intake.inflate import DamagedArchive
from llmsec_tui.intake.members import SEPARATOR, ZIP_MAGICS, Budget, members, unpacked
from llmsec_tui.intake.unpack import MAGIC_BYTES, unpacker

_CHUNK = 256 * 1024
_HINT = "If the log was rotated, look for the record in the file that it was renamed to; its hash tells it apart."


def raw(path: Path | str, offset: int, length: int) -> bytes:
    """``length`` bytes from ``offset`` of a source; in what is packed, offsets count unpacked bytes.

    A member of a zip archive is called as its source: the archive's path, ``!``, the member's name. The bytes are not
    checked against any hash. Raises :class:`SourceError` when the file or the bytes are not there any more.
    """
    try:
        file, member = place(str(path))
        descriptor = open_readonly(file, keep_access_time=True)
        try:
            return _part(content(descriptor, member, offset, offset + length), offset, length)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise SourceError(f"{path} cannot be read: {why}.", hint=_HINT) from error
    except DamagedArchive as error:
        raise SourceError(f"{path} cannot be read up to byte {offset + length:,}. {error}", hint=_HINT) from error
    except EOFError as error:
        message = f"{path} ends before byte {offset + length:,}, where the record ended."
        raise SourceError(message, hint=_HINT) from error


def place(path: str) -> tuple[str, str]:
    """The file that is meant, and the member of it; the latter is empty for a file that is no archive."""
    at = len(path)
    while not os.path.isfile(path[:at]):  # noqa: PTH113 - a name may be anything
        at = path.rfind(SEPARATOR, 0, at)
        if at < 0:
            return path, ""
    return path[:at], path[at + 1 :]


def is_packed(descriptor: int, member: str) -> bool:
    """Whether offsets count unpacked bytes."""
    return bool(member) or unpacker(os.pread(descriptor, MAGIC_BYTES, 0)) is not None


def content(descriptor: int, name: str, offset: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Pieces of a source with their offsets, ``name`` being that of an archive's member; they may begin anywhere before
    ``offset`` and go on behind ``end``. Raises DamagedArchive, also for a member that is not there, and OSError.
    """
    first = os.pread(descriptor, MAGIC_BYTES, 0)
    if name and not first.startswith(ZIP_MAGICS):
        raise DamagedArchive("It is no zip archive any more.")
    if name:
        member = next((one for one in members(descriptor) if one.name == name), None)
        if member is None:
            raise DamagedArchive(f"There is no {name} in it.")
        budget = Budget(os.fstat(descriptor).st_size)
        return _numbered(budget.watch(unpacked(descriptor, member)), 0)
    unpack = unpacker(first)
    if unpack is not None:
        return _numbered(unpack(_read(descriptor, 0, None)), 0)
    return _numbered(_read(descriptor, offset, end), offset)


def _read(descriptor: int, position: int, end: int | None) -> Iterator[bytes]:
    while (size := _CHUNK if end is None else min(_CHUNK, end - position)) > 0:
        piece = os.pread(descriptor, size, position)
        if not piece:
            return
        yield piece
        position += len(piece)


def _numbered(pieces: Iterator[bytes], position: int) -> Iterator[tuple[int, bytes]]:
    for piece in pieces:
        yield position, piece
        position += len(piece)


def _part(content: Iterator[tuple[int, bytes]], offset: int, length: int) -> bytes:
    """Raises EOFError when the content ends too soon."""
    found: list[bytes] = []
    end = offset + length
    for position, piece in content:
        found.append(piece[max(offset - position, 0) : max(end - position, 0)])
        if position + len(piece) >= end:
            break
    data = b"".join(found)
    if len(data) < length:
        raise EOFError
    return data
