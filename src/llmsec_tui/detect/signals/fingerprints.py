"""Fingerprints of a text: a few of its pieces as numbers, the same ones wherever the same words turn up again.

Winnowing (Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting", SIGMOD 2003): of
every ``WINDOW`` neighbouring pieces of ``GRAM`` tokens the one with the least hash. So any ``WINDOW + GRAM - 1`` tokens
in a row that two texts share give at least one fingerprint that both have. Tokens are letters and digits only, folded:
layout, punctuation and case make no difference. What is encoded is read.

Of a long text the ``MOST`` least by another hash are kept (a bottom-k sketch: Cohen and Kaplan, "Summarizing data using
bottom-k sketches", PODC 2007): all fingerprints up to the greatest of them. Two texts are compared below the lesser of
both greatest, which keeps shares unbiased.
"""

from array import array
from collections.abc import Iterator, Sequence

import polars as pl

from llmsec_tui.detect.signals.signal import Signal
from llmsec_tui.detect.text.decoding import Decoded, decode
from llmsec_tui.detect.text.folding import fold_texts

GRAM = 7
"""Tokens of a piece: four or five words of English, seven ideographs, seven letters of Thai with their marks."""
WINDOW = 8
MOST = 512
SIZE = 8
"""Bytes of a fingerprint."""

_NO_SPACES = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
"""Scripts in which one cannot tell where a word begins, or where a sign says as much as four letters."""
_TOKEN = rf"[{_NO_SPACES}]\p{{M}}{{0,3}}|[[\p{{L}}\p{{N}}\p{{M}}]--[{_NO_SPACES}]]{{1,4}}"
_CHUNK = 1_000_000
"""Characters that are worked on together."""
_EXACT = frozenset(("base64", "hex", "binary", "url", "escapes", "character codes", "quoted-printable"))
"""Encodings whose runs say nothing else; other disguises are read beside the text, and not in its place."""

_ROW, _HASH = "row", "hash"
_BASE = 0x9E3779B97F4A7C15
_PADDING = pl.lit(b"\0" * 16)


def fingerprints(texts: Sequence[str], trusts: Sequence[str]) -> list[bytes | None]:
    """Of each text, :func:`packed`, at most ``MOST``; None for those with fewer than ``GRAM`` tokens."""
    return of_decoded(texts, [None] * len(texts))


def of_decoded(texts: Sequence[str], decoded: Sequence[Sequence[Decoded] | None]) -> list[bytes | None]:
    """The same; ``decoded`` is what is encoded in each text, None where that is not known."""
    found: list[bytes | None] = [None] * len(texts)
    for first, some in _chunks(_unfolded(texts, decoded)):
        winnowed = _winnowed(_tokens(pl.Series(some, dtype=pl.String)))
        whole, at = packed(winnowed[_HASH].to_list()), 0
        for row, count in winnowed.group_by(_ROW, maintain_order=True).len().iter_rows():
            found[first + row] = whole[at : at + SIZE * min(count, MOST)]
            at += SIZE * count
    return found


def packed(hashes: Sequence[int]) -> bytes:
    """Fingerprints as they travel and are kept: ``SIZE`` bytes each, which takes a fifth of the room."""
    return array("Q", hashes).tobytes()


def unpacked(hashes: bytes) -> "array[int]":
    """Fingerprints as numbers again."""
    return array("Q", hashes)


def _chunks(texts: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Neighbouring texts, with the number of the first."""
    some: list[str] = []
    held = first = number = 0
    for number, text in enumerate(texts):
        if held + len(text) > _CHUNK and some:
            yield first, some
            some, held, first = [], 0, number
        some.append(text)
        held += len(text)
    if some:
        yield first, some


def _unfolded(texts: Sequence[str], decoded: Sequence[Sequence[Decoded] | None]) -> Iterator[str]:
    """The texts with what is encoded in them in its place."""
    unknown = [number for number, parts in enumerate(decoded) if parts is None]
    read = decode(pl.Series([texts[number] for number in unknown], dtype=pl.String))
    fresh = {number: read[at] for at, number in enumerate(unknown) if at in read}
    for number, text in enumerate(texts):
        parts = decoded[number] or fresh.get(number)
        yield _Read(parts).whole(text) if parts else text


class _Read:
    """A text and what was decoded out of it, one text again."""

    def __init__(self, parts: Sequence[Decoded]) -> None:
        self._inside: dict[int, list[Decoded]] = {}
        for part in parts:
            self._inside.setdefault(_around(part), []).append(part)

    def whole(self, text: str) -> str:
        return self._put(text, 0, [(part.start, part.end, part) for part in self._inside.get(0, ())])

    def _put(self, said: str, outer: int, parts: list[tuple[int, int, Decoded]]) -> str:
        """What is said, with its exact parts in place of their runs and the others behind it."""
        pieces, beside, at = [], [], 0
        for start, end, part in sorted(parts, key=lambda one: one[:2]):
            inside = [(one.run.start, one.run.end, one) for one in self._inside.get(id(part), ())]
            text = self._put(part.text, id(part), inside)
            in_place = part.outer is None or id(part.outer) == outer
            if in_place and start >= at and part.by.rpartition(", then ")[2] in _EXACT:
                pieces += [said[at:start], text]
                at = end
            else:
                beside.append(text)
        return "\n".join(["".join([*pieces, said[at:]]), *beside])


def _around(part: Decoded) -> int:
    """The id of the decoded text that it stands in, 0 for the raw one; one that was merely cleared does not count."""
    outer = part.outer
    while outer is not None and not outer.run.by:
        outer = outer.outer
    return 0 if outer is None else id(outer)


def _tokens(texts: pl.Series) -> pl.DataFrame:
    """ROW and HASH of each token of each text: its bytes in UTF-8, mixed."""
    found = pl.DataFrame({_ROW: pl.int_range(len(texts), dtype=pl.UInt32, eager=True), _HASH: fold_texts(texts)})
    found = found.with_columns(pl.col(_HASH).str.extract_all(_TOKEN)).filter(pl.col(_HASH).list.len() >= GRAM)
    token = found.explode(_HASH).with_columns(pl.col(_HASH).cast(pl.Binary) + _PADDING)
    low, high = (pl.col(_HASH).bin.slice(at, 8).bin.reinterpret(dtype=pl.UInt64, endianness="little") for at in (0, 8))
    return _mixed(token.with_columns(low + high * _number(_BASE)))


def _winnowed(tokens: pl.DataFrame) -> pl.DataFrame:
    """ROW and HASH of each fingerprint of each text that has enough tokens, in order."""
    row, piece = pl.col(_ROW), pl.col(_HASH)
    pieces = tokens.with_columns(two=piece * _number(_BASE) + piece.shift(-1))
    two = pl.col("two")
    four = two * _number(_BASE**2) + two.shift(-2)
    seven = four * _number(_BASE**3) + two.shift(-4) * _number(_BASE) + piece.shift(-6)
    pieces = _mixed(pieces.select(_ROW, seven.alias(_HASH)).filter(row == row.shift(1 - GRAM)))
    # A text with fewer pieces than a window has one window.
    whole = (row == row.shift(1 - WINDOW)).fill_null(False) | (row != row.shift(1)).fill_null(True)
    ahead = (pl.when(row == row.shift(-by)).then(piece.shift(-by)) for by in range(1, WINDOW))
    least = pieces.select(_ROW, pl.min_horizontal(piece, *ahead).alias(_HASH), whole.alias("whole")).filter("whole")
    fresh = least.select(_ROW, _HASH).filter((piece != piece.shift(1)).fill_null(True) | (row != row.shift(1)))
    # The least of several hashes is a small number: another mix makes it any number again.
    ranked = _mixed(fresh.with_columns(piece + _number(1))).sort(_ROW, _HASH)
    distinct = (piece != piece.shift(1)).fill_null(True) | (row != row.shift(1))
    return ranked.filter(distinct)


def _number(number: int) -> pl.Expr:
    return pl.lit(number % 2**64, dtype=pl.UInt64)


def _mixed(hashes: pl.DataFrame) -> pl.DataFrame:
    """Every bit hangs on every bit: the finaliser of MurmurHash3 (Appleby, public domain)."""
    folded = pl.col(_HASH) ^ (pl.col(_HASH) // _number(2**33))
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        hashes = hashes.with_columns((folded * _number(factor)).alias(_HASH))
    return hashes.with_columns(folded.alias(_HASH))


FINGERPRINTS = Signal("fingerprints", "1", pl.lit(True), pl.Binary(), fingerprints, of_decoded=of_decoded)
