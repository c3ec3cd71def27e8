"""Sort more rows by time than fit into memory: runs that are sorted already, in a file, merged some at a time."""

import os
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from llmsec_tui.service.scanning.parts import packed, unpacked

BLOCK = 2_000
"""Rows that are written, and read again, together."""
FAN = 16
"""So many runs are merged at a time: a block of each is in memory."""
_RUN = "runs.run"


@dataclass(frozen=True, slots=True)
class _Block:
    """Some rows in their order, and where they are in the file."""

    place: int
    length: int
    first: int
    last: int
    """The least and the greatest of the first column that they are sorted by."""


_Run = list[_Block]
"""Blocks of which each begins where the one before it ends, or behind it."""


class Runs:
    """For one thread: add all, then go through :meth:`merged` once. What was added can be read again by its block."""

    def __init__(self, order: Sequence[str]) -> None:
        """``order`` are the columns to sort by, the first one a column of whole numbers. No two rows are equal."""
        self.height = 0
        """Rows that were added."""
        self._order = list(order)
        # It has no name, and goes with the process however that ends.
        self._file = tempfile.TemporaryFile(prefix="llmsec-tui-", buffering=0)  # noqa: SIM115 - closed by close()
        self._end = 0
        self._blocks: list[_Block] = []
        self._runs: list[_Run] = []

    def add(self, rows: pl.DataFrame) -> list[tuple[int, pl.DataFrame]]:
        """Take in rows of any order; the blocks that they were put into, with their numbers."""
        blocks = [block for block in rows.sort(self._order).iter_slices(BLOCK) if not block.is_empty()]
        written = [self._write(block) for block in blocks]
        if written and self._runs and self._runs[-1][-1].last < written[0].first:
            self._runs[-1] += written
        elif written:
            self._runs.append(written)
        first = len(self._blocks)
        self._blocks += written
        self.height += rows.height
        return list(enumerate(blocks, first))

    def block(self, number: int) -> pl.DataFrame:
        """The rows of a block as they were added."""
        return self._read(self._blocks[number])

    def merged(self) -> Iterator[pl.DataFrame]:
        """All rows in their order, some thousands at a time."""
        while len(self._runs) > FAN:
            self._runs = [self._rewritten(self._runs[at : at + FAN]) for at in range(0, len(self._runs), FAN)]
        yield from self._merged(self._runs)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def _merged(self, runs: Sequence[_Run]) -> Iterator[pl.DataFrame]:
        unread = [deque(run) for run in runs]
        held: list[pl.DataFrame] = []
        present: set[int] = set()
        while True:
            for number, blocks in enumerate(unread):
                if blocks and number not in present:
                    held.append(self._read(blocks.popleft()).with_columns(pl.lit(number).alias(_RUN)))
            if not held:
                return
            rows = pl.concat(held).sort(self._order)
            end = _known_by(rows, [number for number, blocks in enumerate(unread) if blocks])
            # A filter copies. A slice would keep all of it in memory for as long as a part of it is needed.
            is_known = pl.int_range(pl.len()) < end
            yield rows.filter(is_known).drop(_RUN)
            rest = rows.filter(~is_known)
            held = [] if rest.is_empty() else [rest]
            present = set(rest[_RUN].unique().to_list())

    def _rewritten(self, runs: Sequence[_Run]) -> _Run:
        return [self._write(rows) for some in self._merged(runs) for rows in some.iter_slices(BLOCK)]

    def _write(self, rows: pl.DataFrame) -> _Block:
        data = packed(rows)
        os.pwrite(self._file.fileno(), data, self._end)
        times = rows[self._order[0]]
        block = _Block(self._end, len(data), int(times[0]), int(times[-1]))
        self._end += len(data)
        return block

    def _read(self, block: _Block) -> pl.DataFrame:
        return unpacked(os.pread(self._file.fileno(), block.length, block.place))


def _known_by(rows: pl.DataFrame, unfinished: Sequence[int]) -> int:
    """How many rows nothing that was not read yet can come before: what comes of a run is behind its last row here."""
    if not unfinished:
        return rows.height
    last = rows.with_row_index().filter(pl.col(_RUN).is_in(list(unfinished))).group_by(_RUN).agg(pl.col("index").max())
    return int(str(last["index"].min())) + 1


def regrouped(frames: Iterator[pl.DataFrame], height: int) -> Iterator[pl.DataFrame]:
    """The same rows, so many at a time."""
    held: list[pl.DataFrame] = []
    count = 0
    for frame in frames:
        held.append(frame)
        count += frame.height
        if count >= height:
            rows = pl.concat(held)
            whole = count - count % height
            yield from rows.head(whole).iter_slices(height)
            held, count = [rows.tail(count % height)], count % height
    if count:
        yield pl.concat(held)
