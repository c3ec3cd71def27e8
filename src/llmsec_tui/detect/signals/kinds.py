"""Look for kinds of things that can be told by their form, in many texts at once."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

import polars as pl
import re2

from llmsec_tui.checks.kind import Kind
from llmsec_tui.detect.signals.signal import Span

_MOST = 10_000
"""So many candidates of one kind are looked at in a text; more of them are made-up ones."""
_MOST_SHOWN = 100
_BEFORE, _BEHIND = 64, 32
"""How far away, in bytes, a word may be that says what a number is."""


class Finder:
    """Finds kinds of things. A text is read in time linear in its length."""

    def __init__(self, kinds: Sequence[Kind], likely: str, hints: Collection[str] = ()) -> None:
        """Of the texts without ``likely``, a pattern for Rust's regex, and without all ``hints``, none is read."""
        self._finders = [(kind, _compiled(kind.pattern)) for kind in kinds]
        self._free = _compiled(b"|".join(b"(?:" + kind.pattern + b")" for kind in kinds if not _words(kind)))
        self._words = sorted({word for kind in kinds for word in _words(kind)})
        self._likely = likely
        self._hints = sorted(hints)

    def names(self, texts: Sequence[str]) -> list[str | None]:
        """For each text the names of the kinds in it, in their order, between commas; None where there are none."""
        series = pl.Series(texts, dtype=pl.String)
        if self._hints:
            series = series.set(~_having(series, self._hints), None)
        rows = series.str.contains(self._likely).fill_null(value=False).arg_true()
        found: dict[int, dict[str, None]] = {}
        for row, kind, finder, text in self._candidates(rows.to_list(), series.gather(rows)):
            known = found.setdefault(row, {})
            if kind.name not in known and any(True for _ in _of_kind(kind, finder, text)):
                known[kind.name] = None
        return [",".join(found.get(row, ())) or None for row in range(len(texts))]

    def places(self, text: str) -> list[Span]:
        """Where they stand, none touching another."""
        read = _Read(text)
        data = read.data
        at = characters = 0
        spans: list[Span] = []
        for start, end in sorted({place for kind, finder in self._finders for place in _of_kind(kind, finder, read)}):
            if start < at:
                continue
            first = characters + len(data[at:start].decode())
            characters = first + len(data[start:end].decode())
            spans.append((first, characters))
            at = end
        return spans[:_MOST_SHOWN]

    def _candidates(self, rows: list[int], series: pl.Series) -> Iterator[tuple[int, Kind, re2._Regexp, "_Read"]]:
        """Texts with the words of a kind, kind by kind; ``rows`` are the positions of the texts."""
        if not rows:
            return
        texts = [_Read(text) for text in series]
        free = [at for at, text in enumerate(texts) if self._free.search(text.data)]
        worded = _having(series, self._words).arg_true()
        lower, places = series.gather(worded).str.to_lowercase(), worded.to_list()
        for kind, finder in self._finders:
            words = list(_words(kind))
            chosen = lower.str.contains_any(words).arg_true() if words else ()
            for at in [places[number] for number in chosen] if words else free:
                yield rows[at], kind, finder, texts[at]


class _Read:
    """A text in bytes."""

    __slots__ = ("data", "lower")

    def __init__(self, text: str) -> None:
        self.data = text.encode("utf-8", "replace")
        self.lower = self.data.lower()


def _words(kind: Kind) -> tuple[str, ...]:
    return kind.hints or kind.near


def _having(series: pl.Series, words: Sequence[str]) -> pl.Series:
    return series.str.contains_any(list(words), ascii_case_insensitive=True)


def _of_kind(kind: Kind, finder: re2._Regexp, text: _Read) -> Iterator[Span]:
    """Places in bytes; none where there are fewer than it takes."""
    found = (place for place in _matches(kind, finder, text.data) if _is_near(kind, text.lower, *place))
    if kind.fewest == 1:
        yield from found
        return
    places = list(found)
    if len({text.lower[start:end] for start, end in places}) >= kind.fewest:
        yield from places


def _matches(kind: Kind, finder: re2._Regexp, data: bytes) -> Iterator[Span]:
    group = min(finder.groups, 1)
    for match in islice(finder.finditer(data), _MOST):
        start, end = match.span(group)
        found = data[start:end].decode("utf-8", "replace")
        if kind.within is not None:
            yield from ((start + first, start + last) for first, last in kind.within(found))
        elif kind.holds(found):
            yield start, end


def _is_near(kind: Kind, lower: bytes, start: int, end: int) -> bool:
    if not kind.near:
        return True
    around = lower[max(start - _BEFORE, 0) : start] + b"\n" + lower[end : end + _BEHIND]
    return any(word.encode() in around for word in kind.near)


def _compiled(pattern: bytes) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)
