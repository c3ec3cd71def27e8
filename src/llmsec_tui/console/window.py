"""The part of a long list that a pane holds: an unbroken run of rows, newest first, keyed by ``seq``."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

CAP = 2_000
"""The most rows that are held; the far end is let go beyond that."""


class Keyed(Protocol):
    """A row of a list that only grows at its new end."""

    @property
    def seq(self) -> int: ...


RowT = TypeVar("RowT", bound=Keyed)
ThingT = TypeVar("ThingT")


@dataclass(frozen=True, slots=True)
class Placed(Generic[ThingT]):
    """A row of a list that comes whole: its place, counted from the last, is its ``seq``."""

    seq: int
    row: ThingT


class Window(Generic[RowT]):
    """Rows without a gap between them. Every page that arrives replaces what it covers."""

    def __init__(self, identity: Callable[[RowT], object] | None = None) -> None:
        """``identity`` tells rows apart in lists whose order changes, where ``seq`` is but a place."""
        self._identity = identity
        self.clear()

    def clear(self) -> None:
        self.rows: list[RowT] = []
        self.total = 0
        """Rows of the whole list, as of the last page."""
        self.above = 0
        """Rows of the whole list that are newer than the first one here."""
        self.arrived = 0
        """Rows that came since the newest end was last looked at."""
        self.at_oldest = False

    def merge_newest(self, page: Sequence[RowT], total: int, limit: int) -> None:
        """The first page of the list."""
        low = page[-1].seq if len(page) >= limit else None
        touches = low is not None and bool(self.rows) and low <= self.rows[0].seq
        older = [row for row in self.rows if low is not None and row.seq < low] if touches else []
        self.rows = [*self._same(page), *self._others(older, page)]
        self.at_oldest = low is None or (touches and self.at_oldest)
        self.total, self.above, self.arrived = total, 0, 0
        self._let_go_oldest()

    def merge_before(self, before: int, page: Sequence[RowT], total: int, limit: int) -> None:
        """The page of rows with ``seq < before``; ``before`` must touch the rows that are held."""
        low = page[-1].seq if len(page) >= limit else None
        newer = [row for row in self.rows if row.seq >= before]
        older = [row for row in self.rows if low is not None and row.seq < low]
        self.rows = [*self._others(newer, page), *self._same(page), *self._others(older, page)]
        self.at_oldest = low is None or self.at_oldest
        came = max(total - self.total, 0)
        self.total, self.above, self.arrived = total, self.above + came, self.arrived + came
        self._let_go_newest()

    def merge_after(self, after: int, page: Sequence[RowT], total: int, limit: int) -> None:
        """The page of rows with ``seq > after``; ``after`` must touch the rows that are held."""
        self.rows = [*self._same(page), *self._others((row for row in self.rows if row.seq <= after), page)]
        came = max(total - self.total, 0)
        self.above = 0 if len(page) < limit else max(self.above + came - len(page), 0)
        self.arrived = min(self.arrived, self.above)
        self.total = total
        self._let_go_oldest()

    def start_at_oldest(self, page: Sequence[RowT], total: int) -> None:
        """The last page of the list, in place of all that is held."""
        self.rows = list(page)
        self.total, self.above, self.at_oldest = total, max(total - len(page), 0), True

    def index(self, seq: int) -> int | None:
        """Where a row is, if it is here."""
        low, high = 0, len(self.rows)
        while low < high:
            middle = (low + high) // 2
            if self.rows[middle].seq > seq:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self.rows) and self.rows[low].seq == seq else None

    def find(self, row: RowT) -> int | None:
        """Where this row is now, whatever has changed in it."""
        if self._identity is None:
            return self.index(row.seq)
        wanted = self._identity(row)
        return next((place for place, held in enumerate(self.rows) if self._identity(held) == wanted), None)

    def _others(self, rows: Iterable[RowT], page: Sequence[RowT]) -> list[RowT]:
        """Those that did not move onto the page."""
        if self._identity is None:
            return list(rows)
        there = {self._identity(row) for row in page}
        return [row for row in rows if self._identity(row) not in there]

    def _same(self, page: Sequence[RowT]) -> list[RowT]:
        """Keep the objects that are held already where nothing changed: strips are cached by them."""
        held = {row.seq: row for row in self.rows}
        return [old if (old := held.get(row.seq)) == row and old is not None else row for row in page]

    def _let_go_oldest(self) -> None:
        if len(self.rows) > CAP:
            del self.rows[CAP:]
            self.at_oldest = False

    def _let_go_newest(self) -> None:
        surplus = len(self.rows) - CAP
        if surplus > 0:
            del self.rows[:surplus]
            self.above += surplus
