"""Find what is written in a text in another way, and say what it is, several times over if need be.

Every kind of writing has a pattern that is quickly searched for, and only texts that have it are read: ordinary text
costs little.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from llmsec_tui.detect.text import encodings, hidden, spellings
from llmsec_tui.detect.text.encodings import BASE64, ESCAPE, LETTER_ENTITY, whole
from llmsec_tui.detect.text.folding import ODD, clear, clear_texts
from llmsec_tui.detect.text.runs import Run
from llmsec_tui.detect.text.searching import (
    Find,
    Texts,
    finds_in,
    having,
    some_of,
    texts_of,
)

DEPTH = 3
MIN_BUDGET = 65_536
"""Characters of decoded text kept for one text; a longer text may decode to SPREAD times its length."""
SPREAD = 3
MANY, SHEAF = 5_000, 32_768
"""After so many runs of one kind in a text, the others are taken together, so many characters at a time."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """One stretch of a raw text and what it says."""

    start: int
    end: int
    """The encoded run is ``raw[start:end]``."""
    by: str
    """The decoders that took it apart, outermost first: ``base64``, ``url, then base64``."""
    text: str
    run: Run = field(compare=False, repr=False)
    outer: "Decoded | None" = field(compare=False, repr=False)
    """The decoded text in which the run stands, where that isn't the raw one."""

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Which characters of the raw text say ``text[start:end]``, which may not be empty."""
        place = self.run.place(start, end)
        return self.outer.place(*place) if self.outer else place


@dataclass(frozen=True, slots=True)
class _Kind:
    """A way of writing."""

    hint: str
    """A pattern that a text must match to be worth reading."""
    read: Callable[[str], Iterator[Run]]
    """What a run says or, where it takes more than that, what a text says in which there are runs."""
    run: str = ""
    """A pattern for runs, which may not look at what is around them; the hint where there is none."""
    likely: str = ""
    """What a run must have in it to be worth an attempt."""
    takes_all: bool = False
    """Whether to read the whole text."""


_PERCENT, _UNQUOTED = "%[0-9A-Fa-f]{2}", r"[^ \t\r\n\"'<>%]"
_SPACED_HEX = r"(?:0x|\\x)?[0-9a-fA-F]{2}[ ,:;_-]{1,2}"
_CODE = "(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])"
_BASE64 = (
    _Kind(
        f"{BASE64}{{16}}",
        encodings.base64_or_hex,
        rf"{BASE64}{{16,}}(?:\r?\n{BASE64}{{16,}})*(?:\r?\n{BASE64}{{2,}})?={{0,2}}",
        # Every fourth of its letters could begin ASCII text, or it has capitals and digits, as other text has.
        rf"^(?:[A-Za-f]{BASE64}{{3}}){{3}}|[0-9a-fA-F]{{16}}|[A-Z].*[0-9]|[0-9].*[A-Z]",
    ),
)
_PERCENTS = (
    _Kind(
        _PERCENT,
        whole("url", encodings.percent),
        rf"{_UNQUOTED}*(?:{_PERCENT}{_UNQUOTED}*){{2,}}",
    ),
)
_ESCAPES = (_Kind(ESCAPE, encodings.escapes, rf'[^"\\]*(?:{ESCAPE}[^"\\]*)+'),)
_OTHERS = (
    _Kind(
        f"(?:{_SPACED_HEX}){{7}}",
        whole("hex", encodings.spaced_hex),
        rf"(?:{_SPACED_HEX}){{7,}}(?:0x|\\x)?[0-9a-fA-F]{{2}}",
    ),
    _Kind(
        r"=[0-9A-F]{2}[^ \t\r\n=]*=(?:[0-9A-F]{2}|\r?\n)|[A-Za-z]=\r?\n[A-Za-z]",
        encodings.quoted_printable,
        r"[^\n=]*(?:=(?:[0-9A-F]{2}|\r?\n)[^\n=]*)+",
    ),
    _Kind("(?:[01]{8}[ ,]?){4}", whole("binary", encodings.binary), "[01]{8}(?:[ ,]?[01]{8}){3,}"),
    _Kind(
        f"(?:{_CODE}[ ,;]{{1,2}}){{6}}",
        whole("character codes", encodings.codes),
        f"(?:{_CODE}[ ,;]{{1,2}}){{6,}}{_CODE}",
    ),
    _Kind(
        spellings.MORSE,
        whole("morse", spellings.morse),
        r"(?:[.·•-]{1,5}[ /|]{1,3}){5,}[.·•-]{1,5}",
    ),
    _Kind(spellings.GAPS, spellings.words, likely=spellings.DISGUISED, takes_all=True),
)
_WORDS = (
    _Kind(
        f"{spellings.LEET}|{LETTER_ENTITY}",
        spellings.words,
        likely=spellings.DISGUISED,
        takes_all=True,
    ),
)
_VISIBLE = (_BASE64, _PERCENTS, _ESCAPES, _OTHERS, _WORDS)
"""Kinds that are asked for together; more at once would be too large a machine to be quick."""
_LETTERS = (
    _Kind(spellings.ROTATED, spellings.rotated, takes_all=True),
    _Kind(spellings.REVERSED, spellings.backwards, takes_all=True),
)
"""Kinds that are asked for in folded text."""
_HIDDEN = (_Kind(hidden.HINT, hidden.read, takes_all=True),)

_Owner = tuple[int, Decoded | None]
"""The raw text that a text belongs to, and what it was decoded from."""


def decode(texts: pl.Series, folded: pl.Series | None = None, odd: pl.Series | None = None) -> dict[int, list[Decoded]]:
    """What is written in another way in the texts, by their position; texts without anything are left out.

    ``folded`` are the same texts folded, ``odd`` the positions of those that aren't plain ASCII, where they are known.
    """
    found: dict[int, list[Decoded]] = {}
    known = _Known(texts)
    layer = _Layer(texts_of(texts), [(row, None) for row in range(len(texts))], folded, odd)
    for _ in range(DEPTH):
        parts = [part for part in layer.parts() if known.take(*part)]
        if not parts:
            break
        for row, part in parts:
            found.setdefault(row, []).append(part)
        layer = _Layer(
            texts_of(pl.Series([part.text for _, part in parts], dtype=pl.String)),
            [*parts],
        )
    return found


class _Known:
    """What was decoded so far: nothing twice, and not more than the budget of its text allows."""

    def __init__(self, texts: pl.Series) -> None:
        self._texts = texts
        self._left: dict[int, int] = {}
        self._seen: set[tuple[int, int, int, str]] = set()

    def take(self, row: int, part: Decoded) -> bool:
        """Whether to keep this part of what the text in this row says."""
        if row not in self._left:
            self._left[row] = max(MIN_BUDGET, SPREAD * len(self._texts[row]))
        name = (row, part.start, part.end, part.text)
        if name in self._seen or len(part.text) > self._left[row]:
            return False
        self._seen.add(name)
        self._left[row] -= len(part.text)
        return True


@dataclass(frozen=True, slots=True)
class _Layer:
    """Texts that are to be decoded: raw ones, or all that were decoded last."""

    texts: Texts
    owners: Sequence[_Owner]
    folded: pl.Series | None = None
    odd: pl.Series | None = None

    def parts(self) -> Iterator[tuple[int, Decoded]]:
        """What is in the texts, each with the position of the raw text."""
        lower = _lower(self.texts) if self.folded is None else texts_of(self.folded)
        for at, run in _read_visible(self.texts, lower):
            yield _part(run, *self.owners[at])
        odd = having(ODD, self.texts) if self.odd is None else self.odd.to_list()
        if odd:
            yield from _Odd(some_of(self.texts, odd), [self.owners[at] for at in odd]).parts()


@dataclass(frozen=True, slots=True)
class _Odd:
    """Those of them that aren't plain ASCII."""

    texts: Texts
    owners: Sequence[_Owner]

    def parts(self) -> Iterator[tuple[int, Decoded]]:
        """What is hidden in them, and what is in them once single characters are without disguise."""
        for at, run in _read(self.texts, self.texts, _HIDDEN):
            yield _part(run, *self.owners[at])
        clear = clear_texts(self.texts)
        plain: dict[int, Decoded] = {}
        for at, run in _read_visible(clear, _lower(clear)):
            row, outer = self.owners[at]
            plain[at] = plain.get(at) or _cleared(self.texts[at], clear[at], outer)
            yield _part(run, row, plain[at])


def _cleared(text: str, said: str, outer: Decoded | None) -> Decoded:
    """A text without disguise of single characters, which is not worth a word by itself."""
    run = Run(0, len(text), "", said, lambda: clear(text))
    return Decoded(0, len(text), outer.by if outer else "", said, run, outer)


def _part(run: Run, row: int, outer: Decoded | None) -> tuple[int, Decoded]:
    start, end = outer.place(run.start, run.end) if outer else (run.start, run.end)
    by = f"{outer.by}, then {run.by}" if outer and outer.by else run.by
    return row, Decoded(start, end, by, run.text, run, outer)


def _lower(texts: Texts) -> Texts:
    return texts.str.to_lowercase() if isinstance(texts, pl.Series) else [text.lower() for text in texts]


def _read_visible(texts: Texts, lower: Texts) -> Iterator[tuple[int, Run]]:
    for kinds in _VISIBLE:
        yield from _read(texts, texts, kinds)
    yield from _read(texts, lower, _LETTERS)


def _read(texts: Texts, asked: Texts, kinds: tuple[_Kind, ...]) -> Iterator[tuple[int, Run]]:
    """The runs in the texts, each with the position of its text; ``asked`` are the texts in which to look for hints."""
    hinted = having("|".join(kind.hint for kind in kinds), asked)
    if not hinted:
        return
    asked = some_of(asked, hinted)
    for kind in kinds:
        some = [hinted[at] for at in having(kind.hint, asked)] if len(kinds) > 1 else hinted
        for position, runs in _of_kind(kind, some, some_of(texts, some)):
            yield from ((position, run) for run in _sheaves(runs))


def _of_kind(kind: _Kind, positions: list[int], texts: Texts) -> Iterator[tuple[int, Iterator[Run]]]:
    if kind.takes_all and not kind.likely:
        yield from ((position, kind.read(text)) for position, text in zip(positions, texts, strict=True))
        return
    for at, text, runs in finds_in(kind.run or kind.hint, kind.likely, texts):
        yield (
            positions[at],
            kind.read(text) if kind.takes_all else _read_runs(runs, kind),
        )


def _read_runs(finds: list[Find], kind: _Kind) -> Iterator[Run]:
    for start, _, run in finds:
        yield from (read.moved(start) for read in kind.read(run))


def _sheaves(runs: Iterator[Run]) -> Iterator[Run]:
    """The runs; those after the first many are bound together, so that there are never very many."""
    for number, run in enumerate(runs):
        if number < MANY:
            yield run
            continue
        sheaf, size = [run], len(run.text)
        for other in runs:
            sheaf.append(other)
            size += len(other.text)
            if size > SHEAF:
                break
        yield Run(sheaf[0].start, sheaf[-1].end, run.by, "\n".join(one.text for one in sheaf))
