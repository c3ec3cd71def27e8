"""Recognise a file by its content: a rotated copy, what an editor saved anew, the plain file and its archive.

Another inode tells nothing about these. What tells is the name, which has to be made from the old one, together with
the beginning and the bytes before the place up to which the old file was read.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from llmsec_tui.intake.checkpoint import ANCHOR_BYTES, Checkpoint
from llmsec_tui.intake.identity import digest, source_id
from llmsec_tui.intake.trail import shared

PACKED_SUFFIXES = (".gz", ".zst")
_LOG_SUFFIXES = (".log", ".jsonl", ".json", ".ndjson", ".traj")
_FAMILY = tuple[str, str]
_HEAD = tuple[int, bytes]


class Likeness(NamedTuple):
    """What a file seems to be a copy of."""

    mark: Checkpoint
    shared: int
    """So many of its bytes are surely the same."""


class Kin:
    """Every generation of every file that anything was read of, the newest state of each."""

    def __init__(self) -> None:
        self._marks: dict[str, Checkpoint] = {}
        self._named: defaultdict[str, dict[str, Checkpoint]] = defaultdict(dict)
        self._families: defaultdict[_FAMILY, defaultdict[_HEAD, dict[str, Checkpoint]]] = defaultdict(
            lambda: defaultdict(dict)
        )

    def note(self, mark: Checkpoint) -> None:
        """So far was this generation read. That nothing can continue its inode does not matter here."""
        if old := self._marks.pop(mark.source_id, None):
            heads = self._families[family(old.path)]
            del self._named[old.path][old.source_id]
            same = heads[_head(old)]
            del same[old.source_id]
            if not same:
                del heads[_head(old)]
        if mark.offset:
            self._marks[mark.source_id] = mark
            self._named[mark.path][mark.source_id] = mark
            self._families[family(mark.path)][_head(mark)][mark.source_id] = mark

    def alike(self, path: str, beginning: bytes) -> list[Checkpoint]:
        """Those that a file of this name, which begins with these bytes, could be a copy of; the longest first."""
        heads: Mapping[_HEAD, dict[str, Checkpoint]] = self._families.get(family(path), {})
        names = _Names(path)
        found = [
            mark
            for (length, known), marks in heads.items()
            if length <= len(beginning) and digest(beginning[:length]) == known
            for mark in marks.values()
            if names.can_come_from(mark)
        ]
        return sorted(found, key=lambda mark: mark.offset, reverse=True)

    def original(self, path: str, size: int, read: Callable[[int, int], bytes], beginning: bytes) -> Likeness | None:
        """What an open file of ``size`` bytes is a copy of; ``read(count, offset)`` gives its bytes."""
        for mark in self.alike(path, beginning):
            if mark.offset <= size and shared(mark, size, read):
                return Likeness(mark, mark.offset)
        return self._longer(path, size, read)

    def _longer(self, path: str, size: int, read: Callable[[int, int], bytes]) -> Likeness | None:
        """Of which more was read than the copy holds, because it was made before the last lines came."""
        longer = [
            Likeness(mark, shared(mark, size, read))
            for origin in origins(path)
            for mark in self._named.get(origin, {}).values()
            if mark.offset > size and self._begins_alike(mark, size, read)
        ]
        nearest = max(longer, key=lambda one: one.shared, default=None)
        return nearest if nearest and nearest.shared else None

    def _begins_alike(self, mark: Checkpoint, size: int, read: Callable[[int, int], bytes]) -> bool:
        return mark.head_length > size or digest(read(mark.head_length, 0)) == mark.head


def family(path: str) -> _FAMILY:
    """The directory, and the letters that the name begins with: what rotation leaves alone."""
    where = Path(path)
    return str(where.parent), "".join(takewhile(str.isalpha, where.name))


def origins(path: str) -> Iterator[str]:
    """The paths of files that one of this name may have been made from by rotation or compression."""
    where = Path(path)
    stem = _stem(where.name)
    for end in (*(place for place, letter in enumerate(stem) if not letter.isalnum()), len(stem)):
        for suffix in ("", *_LOG_SUFFIXES):
            if end and stem[:end] + suffix != where.name:
                yield str(where.with_name(stem[:end] + suffix))


def _head(mark: Checkpoint) -> _HEAD:
    return mark.head_length, mark.head


def _stem(name: str) -> str:
    for suffixes in (PACKED_SUFFIXES, _LOG_SUFFIXES):
        for suffix in suffixes:
            name = name.removesuffix(suffix)
    return name


class _Names:
    """Which files rotation, compression or an editor may have made one of this name from."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._packed = path.endswith(PACKED_SUFFIXES)
        self._numbered = _ordinal(_stem(Path(path).name))
        self._origins = frozenset(origins(path))
        self._sources: dict[int, frozenset[str]] = {}

    def can_come_from(self, mark: Checkpoint) -> bool:
        if mark.path == self._path:
            # A file that was deleted and begun anew often begins alike; so much alike is no accident.
            return mark.offset >= ANCHOR_BYTES or self._packed
        # Rotation in order gives the archive of the second file a third name.
        if self._packed and self._numbered and _ordinal(_stem(Path(mark.path).name)):
            return True
        return mark.path in self._origins or mark.source_id in self._of_generation(mark.generation)

    def _of_generation(self, generation: int) -> frozenset[str]:
        """The sources of that generation which had such a name when they were first read."""
        if generation not in self._sources:
            self._sources[generation] = frozenset(source_id(origin, generation) for origin in self._origins)
        return self._sources[generation]


def _ordinal(stem: str) -> bool:
    return stem[-1:].isdigit()
