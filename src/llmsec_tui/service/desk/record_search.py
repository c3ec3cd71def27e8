"""Look for records in files, plain or packed, within a budget: whoever can write in a log's folder must not be able to
keep the collector busy.
"""

import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from llmsec_tui.incidents.evidence import Place, Result, judge
from llmsec_tui.intake.files import open_readonly
from llmsec_tui.intake.inflate import DamagedArchive
from llmsec_tui.intake.raw import content, is_packed, place

MOST_READ = 1024**3
"""Bytes that are read or unpacked in one search for records."""
_CHUNK = 256 * 1024
_TOO_MUCH = "too much had been read until then; check fewer pins at once"


class Seen(NamedTuple):
    """What one file says about one record."""

    result: Result
    path: Path
    why: str = ""
    data: bytes = b""
    """The record; empty unless it is intact, because other bytes are nobody's evidence and may be anything."""


class Search:
    """One search, over as many files as it takes."""

    def __init__(self, *, keep: bool, most: int | None = None) -> None:
        """``keep`` to have the bytes of the records that are intact."""
        self._keep = keep
        self._left = MOST_READ if most is None else most

    def look(self, path: Path, places: Sequence[Place]) -> dict[Place, Seen]:
        """What the file of this name says about each record, whatever path the record has. Raises nothing."""
        try:
            file, member = place(str(path))
            descriptor = open_readonly(Path(file), keep_access_time=True)
        except FileNotFoundError:
            return dict.fromkeys(places, Seen(Result.GONE, path))
        except (OSError, ValueError) as error:
            return dict.fromkeys(places, Seen(Result.UNREADABLE, path, _why(error)))
        try:
            return self._look(path, descriptor, member, places)
        except OSError as error:
            return dict.fromkeys(places, Seen(Result.UNREADABLE, path, _why(error)))
        finally:
            os.close(descriptor)

    def _look(self, path: Path, descriptor: int, member: str, places: Sequence[Place]) -> dict[Place, Seen]:
        if is_packed(descriptor, member):
            return self._packed(path, descriptor, member, places)
        return {place: self._plain(path, descriptor, place) for place in places}

    def _plain(self, path: Path, descriptor: int, place: Place) -> Seen:
        if os.fstat(descriptor).st_size < place.end:
            return Seen(Result.CUT, path)
        part = _Part(place, keep=self._keep)
        position = place.offset
        while position < place.end and (piece := os.pread(descriptor, min(_CHUNK, place.end - position), position)):
            if not self._may_read(len(piece)):
                return Seen(Result.UNREADABLE, path, _TOO_MUCH)
            part.take(position, piece)
            position += len(piece)
        return part.seen(path)

    def _packed(self, path: Path, descriptor: int, member: str, places: Sequence[Place]) -> dict[Place, Seen]:
        """The records in one pass over the unpacked bytes, as far as the last of them."""
        parts = [_Part(place, keep=self._keep) for place in places]
        end, position, why = max(place.end for place in places), 0, ""
        try:
            for _, piece in content(descriptor, member, 0, end):
                if not self._may_read(len(piece)):
                    why = _TOO_MUCH
                    break
                for part in parts:
                    part.take(position, piece)
                position += len(piece)
                if position >= end:
                    break
        except DamagedArchive as error:
            why = str(error).rstrip(".")
        return {
            part.place: Seen(Result.UNREADABLE, path, why) if why and position < part.place.end else part.seen(path)
            for part in parts
        }

    def _may_read(self, size: int) -> bool:
        self._left -= size
        return self._left >= 0


class _Part:
    """One record as it comes, piece by piece in order."""

    def __init__(self, place: Place, *, keep: bool) -> None:
        self.place = place
        self._digest = sha256()
        self._length = 0
        self._kept: list[bytes] | None = [] if keep else None

    def take(self, position: int, piece: bytes) -> None:
        """Take what belongs to the record of the bytes that begin at ``position``."""
        mine = piece[max(self.place.offset - position, 0) : max(self.place.end - position, 0)]
        self._digest.update(mine)
        self._length += len(mine)
        if self._kept is not None:
            self._kept.append(mine)

    def seen(self, path: Path) -> Seen:
        """What came of it."""
        result = judge(self._length, self._digest.hexdigest(), self.place)
        return Seen(result, path, data=b"".join(self._kept or ()) if result is Result.INTACT else b"")


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
