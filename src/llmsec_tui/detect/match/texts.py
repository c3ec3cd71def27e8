"""The views of single texts as bytes, which is what patterns are searched in."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import polars as pl

from llmsec_tui.detect.match.compile import FOLDED_VIEW, RAW_VIEW
from llmsec_tui.detect.text.views import VIEWS, Views

RAW, FOLDED = VIEWS.index(RAW_VIEW), VIEWS.index(FOLDED_VIEW)


@dataclass(frozen=True, slots=True)
class Encoded:
    """The views of one text, in the order of VIEWS."""

    views: Sequence[bytes | None]
    is_alike: bool
    """Raw and folded only differ in case."""


_BETWEEN = b"\xff"
"""No UTF-8 has this byte."""


class Row:
    """Texts one after the other, to look for a string in all of them at once: most have nothing of most strings."""

    __slots__ = ("_owners", "_starts", "_whole")

    def __init__(self, owners: Sequence[int], texts: Sequence[bytes]) -> None:
        self._owners = owners
        self._whole = _BETWEEN.join(texts)
        self._starts = [0, *accumulate(len(text) + 1 for text in texts)]

    def containing(self, literal: bytes) -> frozenset[int]:
        """The owners of the texts that contain a string of UTF-8."""
        found: set[int] = set()
        at = self._whole.find(literal)
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            found.add(self._owners[number])
            at = self._whole.find(literal, self._starts[number + 1])
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a batch, each encoded when it is first asked for."""

    views: Views
    _encoded: dict[int, Encoded] = field(default_factory=dict)
    _standing: dict[int, Encoded] = field(default_factory=dict)
    _row: dict[tuple[frozenset[int], tuple[int, ...]], Row] = field(default_factory=dict)
    """The one that was asked for last: a rule asks about many strings in the same texts."""

    def encoded(self, rows: Iterable[int]) -> list[Encoded]:
        """The views of these texts."""
        known = self._encoded
        if missing := [row for row in rows if row not in known]:
            some = self.views.some(missing).select(pl.first(), pl.col(VIEWS).cast(pl.Binary))
            known.update((row, _encoded(views)) for row, *views in some.iter_rows())
        return [known[row] for row in rows]

    def in_a_row(self, rows: frozenset[int], columns: Sequence[int]) -> Row:
        """These views of these texts."""
        key = (rows, tuple(columns))
        if key not in self._row:
            self._row.clear()
            self._row[key] = Row(*listed(rows, self.encoded(rows), columns))
        return self._row[key]

    def with_stand_ins(self, rows: Sequence[int]) -> list[Encoded]:
        """The same, with underscores for letters that RE2 does not know."""
        differing = self.views.differing
        if differing.isdisjoint(rows):
            return self.encoded(rows)
        return [self._with_stand_ins(row) if row in differing else self.encoded([row])[0] for row in rows]

    def _with_stand_ins(self, row: int) -> Encoded:
        found = self._standing.get(row)
        if found is None:
            views = [None if view is None else view.encode() for view in self.views.plain(row)]
            found = self._standing[row] = _encoded(views)
        return found


def _encoded(views: Sequence[bytes | None]) -> Encoded:
    raw, folded = views[RAW], views[FOLDED]
    return Encoded(views, raw is not None and raw.isascii() and raw.lower() == folded)


def listed(
    rows: Iterable[int], shown: Iterable[Encoded], columns: Sequence[int], *, ignores_case: bool = False
) -> tuple[list[int], list[bytes]]:
    """Each text of these columns with the number of what it is a view of.

    The folded text is left out where it says nothing new to those who ignore case and see the raw one.
    """
    spared = FOLDED if ignores_case and RAW in columns else -1
    owners: list[int] = []
    texts: list[bytes] = []
    for row, one in zip(rows, shown, strict=True):
        for column in columns:
            text = one.views[column]
            if text is not None and not (column == spared and one.is_alike):
                owners.append(row)
                texts.append(text)
    return owners, texts
