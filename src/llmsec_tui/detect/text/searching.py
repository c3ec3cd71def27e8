"""Look for patterns in many texts, by the engine that is quicker for so many.

Rust's engine, in Polars, is the faster one, but it is compiled for every search, which takes milliseconds; RE2 is
compiled once. Both give the same for patterns whose classes are spelled out, which those of this room are.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import compress

import polars as pl
import re2

Texts = pl.Series | list[str]
"""Texts to be searched by Rust's engine, or so few of them that RE2 is quicker."""
Find = tuple[int, int, str]
"""The characters ``[start, end)`` of a text and what they are."""

_FEW = 200
_SHORT, _ALL_SHORT = 100_000, 500_000
"""Characters of one text, and of all, up to which RE2 is quicker."""


def texts_of(column: pl.Series) -> Texts:
    """A column made ready; a null is an empty text."""
    if len(column) > _FEW or (column.str.len_bytes().sum() or 0) > _ALL_SHORT:
        return column
    return [text or "" for text in column]


def some_of(texts: Texts, positions: Sequence[int]) -> Texts:
    """The texts at these positions."""
    if isinstance(texts, pl.Series):
        return texts if len(positions) == len(texts) else texts_of(texts.gather(list(positions)))
    return [texts[at] for at in positions]


def having(pattern: str, texts: Texts) -> list[int]:
    """The positions of the texts in which a pattern is found."""
    if isinstance(texts, pl.Series):
        return texts.str.contains(pattern).fill_null(False).arg_true().to_list()
    search = _compiled(pattern).search
    return [at for at, text in enumerate(texts) if search(text)]


def finds_in(pattern: str, likely: str, texts: Texts) -> Iterator[tuple[int, str, list[Find]]]:
    """The texts with anything that :func:`finds` finds and another pattern is found in: position, text, such finds."""
    if not isinstance(texts, pl.Series):
        has = _compiled(likely).search
        some = ((at, text, [one for one in finds(pattern, text) if has(one[2])]) for at, text in enumerate(texts))
        yield from (one for one in some if one[2])
        return
    each = pl.DataFrame(
        {
            "at": pl.int_range(len(texts), eager=True),
            "run": texts.str.extract_all(pattern),
        }
    )
    each = each.explode("run").drop_nulls().with_columns(likely=pl.col("run").str.contains(likely))
    each = each.filter(pl.col("likely").any().over("at")).group_by("at", maintain_order=True).all()
    for (at, runs, flags), text in zip(each.iter_rows(), texts.gather(each["at"]), strict=True):
        yield at, text, list(compress(_placed(text, runs), flags))


def finds(pattern: str, text: str) -> Iterable[Find]:
    """Where a pattern is found in a text, in order; it may not look at what is around a match."""
    if len(text) <= _SHORT:
        return ((match.start(), match.end(), match[0]) for match in _compiled(pattern).finditer(text))
    return _placed(text, pl.Series([text]).str.extract_all(pattern).item().to_list())


def _placed(text: str, found: Iterable[str]) -> Iterator[Find]:
    at = 0
    for one in found:
        # As nothing around it matters, the next occurrence is the match.
        start = text.index(one, at)
        at = start + len(one)
        yield start, at, one


@cache
def _compiled(pattern: str) -> re2._Regexp:
    return re2.compile(pattern)
