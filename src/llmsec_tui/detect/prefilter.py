"""Find out cheaply which texts have what rules need.

One pass over all texts for the rarest pieces of every rule, then one over the texts with any of those for all pieces.
What a rule needs and what its plain 'contains' conditions find is then known without looking at any text again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from llmsec_tui.detect import needs
from llmsec_tui.detect.compile import DECODED_FOLDED_VIEW, FOLDED_VIEW
from llmsec_tui.detect.needs import Need
from llmsec_tui.detect.views import ROW, Views

_PIECE = "piece"

Found = dict[str, frozenset[int]]
"""The numbers of the texts that each piece is in, folded or decoded."""


@dataclass(frozen=True, slots=True)
class Prefilter:
    """The pieces of text that any rule needs, ready to be looked for."""

    pieces: tuple[str, ...]
    rarest: str
    """A pattern; texts without it are of no interest to any rule that needs something."""

    def find(self, views: Views) -> Found:
        """Which texts each piece is in. Texts without any of the rarest pieces may be left out."""
        found = {needs.ODD: frozenset(views.odd)}
        if not self.pieces:
            return found
        texts = pl.concat(
            [
                pl.DataFrame({ROW: views.numbers, FOLDED_VIEW: views.folded}),
                views.decoded_text.select(ROW, pl.col(DECODED_FOLDED_VIEW).alias(FOLDED_VIEW)),
            ]
        )
        some = texts.filter(pl.col(FOLDED_VIEW).str.contains(self.rarest) | pl.col(ROW).is_in(views.odd.implode()))
        hits = some.select(ROW, pl.col(FOLDED_VIEW).str.extract_many(list(self.pieces), overlapping=True).alias(_PIECE))
        pairs = hits.explode(_PIECE).drop_nulls().group_by(_PIECE).agg(pl.col(ROW))
        return found | {piece: frozenset(rows) for piece, rows in pairs.iter_rows()}


def build(rules: Iterable[tuple[Need | None, Iterable[Need | None]]]) -> Prefilter:
    """A prefilter for rules, each given by what it needs as a whole and by what its leaves need.

    Where a rule as a whole needs nothing, its leaves are asked about any text.
    """
    pieces: set[str] = set()
    rarest: set[str] = set()
    for whole, leaves in rules:
        parts = [leaf for leaf in leaves if leaf is not None]
        pieces.update(*(needs.pieces(part) for part in parts), needs.pieces(whole) if whole is not None else ())
        rarest.update(*(needs.cover(part) for part in (parts if whole is None else [whole])))
    pattern = "|".join(pl.escape_regex(piece) for piece in sorted(rarest - {needs.ODD}))
    return Prefilter(tuple(sorted(pieces - {needs.ODD})), pattern)
