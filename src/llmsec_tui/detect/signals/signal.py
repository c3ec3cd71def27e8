"""What a signal is: a field of events that is computed from their text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from llmsec_tui.detect.text.decoding import Decoded

Span = tuple[int, int]
"""``[start, end)`` in characters of the raw text."""


def _nowhere(text: str, trust: str) -> Sequence[Span]:
    return ()


def no_text(texts: Sequence[str], trusts: Sequence[str]) -> Sequence[Any]:
    """The ``compute`` of a signal that is not of the text."""
    return [None] * len(texts)


@dataclass(frozen=True, slots=True)
class Signal:
    """One such field, by the name that it has in ``detect/fields.py``."""

    name: str
    version: str
    """Changes whenever the same text may come to have another value."""
    only: pl.Expr
    """The events that have it, over columns of ``schema.EVENTS``; it is null for all others, and for those without a
    text."""
    dtype: pl.DataType
    compute: Callable[[Sequence[str], Sequence[str]], Sequence[Any]]
    """Texts and the trust of each (``events.model.Trust``) to values. A value hangs on nothing but its text and trust,
    so it is the same in any batch. The time it takes grows with the length of the texts and no faster."""
    places: Callable[[str, str], Sequence[Span]] = _nowhere
    """Where in a text what made the value is, in order; for alerts to show."""
    of_decoded: Callable[[Sequence[str], Sequence[Sequence[Decoded] | None]], Sequence[Any]] | None = None
    """As ``compute``, where a signal hangs on no trust and reads what is encoded: texts and what is encoded in each,
    None where nobody knows yet."""
    of_events: Callable[[pl.DataFrame], pl.Series] | None = None
    """Set where the value is made of other columns of the event and not of its text: events to values, one each. It
    hangs on nothing but its own event. Then ``only`` and ``compute`` are not asked."""
