"""A table of 64-bit keys and numbers that lies in a file, so that a scan of any size needs little memory.

It is an open hash table in a temporary file that has no name, and goes with the process however that ends. Keys are
visited in the order of their places, and pages that were visited are given back: what stays is the system's page cache.
"""

import mmap
import tempfile
from collections.abc import Iterable, Mapping
from secrets import randbits

_WORD = 8
_CELL = 2 * _WORD
_ALL = (1 << 64) - 1
_SMALLEST_BITS = 12
_FULL = 0.6
_GROWTH_BITS = 2
_VISITS = 1024
"""So many keys are visited before pages are given back: the system maps up to 16 pages around each."""


class KeyTable:
    """For one thread. The key 0 is taken for 1: keys are hashes.

    What lies in the file is not the key but the key times a secret odd number, which is as good a name and says where
    its place is.
    """

    def __init__(self) -> None:
        # Nobody who writes logs can choose keys that crowd in one place.
        self._mixer = randbits(64) | 1
        self._count = 0
        self._make(_SMALLEST_BITS)

    def __len__(self) -> int:
        return self._count

    def found(self, keys: Iterable[int]) -> dict[int, int]:
        """The numbers of those keys that are in the table."""
        cells, shift, last, mixer = self._cells, self._shift, 2 * self._capacity, self._mixer
        names = {(key or 1) * mixer & _ALL: key for key in keys}
        known = {}
        for visits, name in enumerate(sorted(names), 1):
            at = name >> shift << 1
            while (there := cells[at]) and there != name:
                at += 2
                if at == last:
                    at = 0
            if there:
                known[names[name]] = cells[at + 1]
            if not visits % _VISITS:
                self._give_back()
        self._give_back()
        return known

    def update(self, numbers: Mapping[int, int]) -> int:
        """Add keys, or change their numbers; how many are new."""
        before = self._count
        while self._count + len(numbers) > self._capacity * _FULL:
            self._grow()
        mixer = self._mixer
        self._put(sorted([((key or 1) * mixer & _ALL, number) for key, number in numbers.items()]))
        return self._count - before

    def close(self) -> None:
        """Give the file back."""
        self._cells.release()
        self._map.close()

    def _put(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Names, which lie in the order of their places, and numbers."""
        cells, shift, last, count = self._cells, self._shift, 2 * self._capacity, self._count
        for visits, (name, number) in enumerate(pairs, 1):
            at = name >> shift << 1
            while (there := cells[at]) and there != name:
                at += 2
                if at == last:
                    at = 0
            if not there:
                cells[at] = name
                count += 1
            cells[at + 1] = number
            if not visits % _VISITS:
                self._give_back()
        self._count = count
        self._give_back()

    def _make(self, bits: int) -> None:
        self._bits = bits
        self._shift = 64 - bits
        self._capacity = 1 << bits
        size = self._capacity * _CELL
        with tempfile.TemporaryFile(prefix="llmsec-tui-") as file:
            file.truncate(size)
            self._map = mmap.mmap(file.fileno(), size)
        self._cells = memoryview(self._map).cast("Q")

    def _grow(self) -> None:
        cells, old = self._cells, self._map
        self._make(self._bits + _GROWTH_BITS)
        self._count = 0
        # Names lie in the order of their places, which stays the same.
        self._put(_pairs(cells, old))
        cells.release()
        old.close()

    def _give_back(self) -> None:
        _give_back(self._map)


def _pairs(cells: memoryview, old: mmap.mmap) -> Iterable[tuple[int, int]]:
    for at in range(0, len(cells), 2):
        if cells[at]:
            yield cells[at], cells[at + 1]
        if not at % (64 * _VISITS):
            _give_back(old)


def _give_back(pages: mmap.mmap) -> None:
    if hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)
