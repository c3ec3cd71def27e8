"""The files of a journal: their names, and where in them each record begins."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

SUFFIX = ".jsonl"
_DIGITS = 6


@dataclass(slots=True)
class Segment:
    """One file of the journal; its records are whole lines with consecutive numbers."""

    path: Path
    first_seq: int
    offsets: "array[int]"
    """Byte offset of each record, ascending, and last the end of the last one."""

    @property
    def records(self) -> int:
        return len(self.offsets) - 1

    @property
    def size(self) -> int:
        """Bytes of whole records."""
        return self.offsets[-1]

    def lines(self, first: int, last: int) -> list[bytes]:
        """The lines of the records ``first`` to ``last`` by number, both inclusive, as far as they are in this file."""
        low = max(first - self.first_seq, 0)
        high = min(last - self.first_seq + 1, self.records)
        if low >= high:
            return []
        start = self.offsets[low]
        with self.path.open("rb") as file:
            file.seek(start)
            block = file.read(self.offsets[high] - start)
        ends = [offset - start for offset in self.offsets[low : high + 1]]
        return [block[begin:end] for begin, end in pairwise(ends)]


def segment_path(folder: Path, number: int) -> Path:
    """``000001.jsonl`` for the first."""
    return folder / f"{number:0{_DIGITS}}{SUFFIX}"


def segment_paths(folder: Path) -> list[Path]:
    """The journal's files, oldest first."""
    return sorted(
        path
        for path in folder.glob(f"*{SUFFIX}")
        if len(path.stem) == _DIGITS and path.stem.isascii() and path.stem.isdigit()
    )


def number_of(path: Path) -> int:
    """The number in a segment's name."""
    return int(path.stem)


def line_ends(data: bytes) -> Iterator[int]:
    """The offset behind each newline."""
    end = data.find(b"\n") + 1
    while end:
        yield end
        end = data.find(b"\n", end) + 1


def offsets_of(data: bytes) -> "array[int]":
    """Where each whole line begins, and where the last one ends."""
    return array("Q", [0, *line_ends(data)])


def whole_lines(data: bytes) -> int:
    """Where the last whole line ends."""
    return data.rfind(b"\n") + 1
