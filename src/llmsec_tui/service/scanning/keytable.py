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
    """For one thread. The key 0 is taken for 1: keys are hashes."""

    def __init__(self) -> None:
        # Nobody who writes logs can choose keys that crowd in one place.
        self._mixer = randbits(64) | 1
        self._count = 0
        self._make(_SMALLEST_BITS)

    def __len__(self) -> int:
        return self._count

    def found(self, keys: Iterable[int]) -> dict[int, int]:
        """The numbers of those keys that are in the table."""
        cells = self._cells
        known = {}
        for visits, key in enumerate(self._in_order(keys), 1):
            at = self._at(key)
            if cells[at] == (key or 1):
                known[key] = cells[at + 1]
            if not visits % _VISITS:
                self._give_back()
        self._give_back()
        return known

    def update(self, numbers: Mapping[int, int]) -> int:
        """Add keys, or change their numbers; how many are new."""
        before = self._count
        while self._count + len(numbers) > self._capacity * _FULL:
            self._grow()
        self._put((key, numbers[key]) for key in self._in_order(numbers))
        return self._count - before

    def close(self) -> None:
        """Give the file back."""
        self._cells.release()
        self._map.close()

    def _put(self, pairs: Iterable[tuple[int, int]]) -> None:
        cells = self._cells
        for visits, (key, number) in enumerate(pairs, 1):
            at = self._at(key)
            if not cells[at]:
                cells[at] = key or 1
                self._count += 1
            cells[at + 1] = number
            if not visits % _VISITS:
                self._give_back()
        self._give_back()

    def _at(self, key: int) -> int:
        """Where the key is, or would be put."""
        key = key or 1
        cells, last = self._cells, 2 * self._capacity
        at = 2 * ((key * self._mixer & _ALL) >> self._shift)
        while (there := cells[at]) and there != key:
            at += 2
            if at == last:
                at = 0
        return at

    def _in_order(self, keys: Iterable[int]) -> list[int]:
        mixer = self._mixer
        return sorted(keys, key=lambda key: (key or 1) * mixer & _ALL)

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
        # They lie in the order of their places, which stays the same.
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
