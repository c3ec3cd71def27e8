"""The forms in which each distinct text of a batch is looked at, made once."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from llmsec_tui.detect.match.compile import (
    DECODED_FOLDED_VIEW,
    DECODED_VIEW,
    FOLDED_VIEW,
    RAW_VIEW,
)
from llmsec_tui.detect.match.patterns import DIFFERS, LETTERS
from llmsec_tui.detect.text.decoding import Decoded, decode
from llmsec_tui.detect.text.folding import ODD, fold_texts, odd_positions

ROW = "text.row"
"""Number of a text in its batch. The number after the last one stands for 'no text'."""


VIEWS = (RAW_VIEW, FOLDED_VIEW, DECODED_VIEW, DECODED_FOLDED_VIEW)
Shown = tuple[str | None, ...]
"""The views of one text, in the order of VIEWS."""
_SHOWN = pl.col(VIEWS)
_DIFFER = pl.any_horizontal(_SHOWN.str.contains(DIFFERS))


@dataclass(frozen=True)
class Views:
    """The distinct texts of a batch; each has its position as its number."""

    texts: pl.Series
    """Raw; the last one is null and stands for events without content."""

    @cached_property
    def numbers(self) -> pl.Series:
        return pl.int_range(len(self.texts), dtype=pl.UInt32, eager=True)

    @cached_property
    def folded(self) -> pl.Series:
        return fold_texts(self.texts, self.odd_rows)

    @cached_property
    def decoded(self) -> dict[int, list[Decoded]]:
        """What is encoded in the texts that have something encoded in them."""
        return decode(self.texts, self.folded, self.odd_rows)

    def decoded_plainly(self, rows: Iterable[int]) -> list[list[Decoded] | None]:
        """What is encoded in each of these texts, if it is plain ASCII: other texts are decoded with regard to what
        they are folded, and may say more than :func:`decode` finds in them alone."""
        odd, decoded = self._odd_set, self.decoded
        return [None if row in odd else decoded.get(row, []) for row in rows]

    @cached_property
    def _odd_set(self) -> frozenset[int]:
        return frozenset(self.odd_rows)

    @cached_property
    def decoded_text(self) -> pl.DataFrame:
        """ROW, and the decoded parts of a text one per line, as they are and folded; only texts that have any."""
        if not self.decoded:
            return pl.DataFrame(
                schema={
                    ROW: pl.UInt32,
                    DECODED_VIEW: pl.String,
                    DECODED_FOLDED_VIEW: pl.String,
                }
            )
        rows = sorted(self.decoded)
        joined = pl.Series(
            ["\n".join(part.text for part in self.decoded[row]) for row in rows],
            dtype=pl.String,
        )
        return pl.DataFrame(
            {
                ROW: pl.Series(rows, dtype=pl.UInt32),
                DECODED_VIEW: joined,
                DECODED_FOLDED_VIEW: fold_texts(joined),
            }
        )

    @cached_property
    def odd(self) -> frozenset[int]:
        """The numbers of the texts that aren't plain ASCII, or say anything encoded that isn't."""
        if not self.decoded:
            return frozenset(self.odd_rows)
        decoded = self.decoded_text.filter(pl.col(DECODED_VIEW).str.contains(ODD))[ROW]
        return frozenset(self.odd_rows) | frozenset(decoded)

    @cached_property
    def odd_rows(self) -> pl.Series:
        """The positions of the texts that aren't plain ASCII."""
        return odd_positions(self.texts)

    @cached_property
    def frame(self) -> pl.DataFrame:
        """All views of all texts, by number."""
        return pl.DataFrame({ROW: self.numbers, RAW_VIEW: self.texts, FOLDED_VIEW: self.folded}).join(
            self.decoded_text, on=ROW, how="left", maintain_order="left"
        )

    def some(self, rows: Iterable[int]) -> pl.DataFrame:
        """All views of some texts, in order."""
        return self.frame[pl.Series(sorted(rows), dtype=pl.UInt32)]

    @cached_property
    def differing(self) -> frozenset[int]:
        """The texts with any view in which the two engines for patterns might differ."""
        return frozenset(self.some(self.odd).filter(_DIFFER)[ROW]) if self.odd else frozenset()

    @cached_property
    def unclear(self) -> frozenset[int]:
        """Those of them in which the engines might differ even with underscores for letters."""
        return frozenset(self._with_stand_ins.filter(_DIFFER)[ROW]) if self.differing else frozenset()

    def unclear_in(self, shown: tuple[str, ...]) -> frozenset[int]:
        """Those of them in which it is one of these views that is unclear; folded texts hardly ever are."""
        doubts = self._doubts.filter(pl.any_horizontal(shown)) if self.unclear else None
        return frozenset() if doubts is None else frozenset(doubts[ROW])

    @cached_property
    def _doubts(self) -> pl.DataFrame:
        unclear = self._with_stand_ins.filter(pl.col(ROW).is_in(sorted(self.unclear)))
        return unclear.select(ROW, _SHOWN.str.contains(DIFFERS).fill_null(False))

    @cached_property
    def _with_stand_ins(self) -> pl.DataFrame:
        return self.some(self.differing).with_columns(_SHOWN.str.replace_all(LETTERS, "_"))

    @cached_property
    def _stand_ins(self) -> dict[int, Shown]:
        return {row: tuple(shown) for row, *shown in self._with_stand_ins.iter_rows()} if self.differing else {}

    @cached_property
    def _lists(self) -> tuple[list[str | None], list[str | None], dict[int, Shown]]:
        decoded = {row: tuple(shown) for row, *shown in self.decoded_text.iter_rows()} if self.decoded else {}
        return self.texts.to_list(), self.folded.to_list(), decoded

    def shown(self, row: int) -> Shown:
        """The views of one text."""
        texts, folded, decoded = self._lists
        return (texts[row], folded[row], *decoded.get(row, (None, None)))

    def plain(self, row: int) -> Shown:
        """The views of one text, with underscores for letters that RE2 does not know."""
        return self._stand_ins.get(row) or self.shown(row)
