"""Find what is written in a text in another encoding, and decode it, twice over if need be.

Runs that look encoded are located by Polars, so texts without any cost next to nothing. A run counts as encoded when
what comes out of it is readable text.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

DEPTH = 2
MIN_BUDGET = 65_536
"""Characters of decoded text kept for one text; a longer text may decode to as much as its own length."""
_READABLE, _SAMPLE = 0.9, 256
"""The share of printable characters, among the first so many, that makes a text readable."""
_LINE_SPACES = frozenset("\n\r\t")


@dataclass(frozen=True, slots=True)
class Decoded:
    """One stretch of a raw text and what it says."""

    start: int
    end: int
    """The encoded run is ``raw[start:end]``."""
    by: str
    """The decoders that took it apart, outermost first: ``base64``, ``url, then base64``."""
    text: str


_BASE64 = "[A-Za-z0-9+/_-]"
_ESCAPE = r'\\(?:[nrtbf/"\\]|u[0-9a-fA-F]{4})'


def _tags(run: str) -> str | None:
    return "".join(chr(ord(character) - 0xE0000) for character in run)


def _base64(run: str) -> str | None:
    digits = "".join(run.split()).rstrip("=").replace("-", "+").replace("_", "/")
    digits = digits[:-1] if len(digits) % 4 == 1 else digits
    return _as_text(b64decode(digits + "=" * (-len(digits) % 4)))


def _hex(run: str) -> str | None:
    digits = "".join(run.split())
    try:
        return _as_text(bytes.fromhex(digits))
    except ValueError:
        return None


def _percent(run: str) -> str | None:
    first, *rest = run.split("%")
    data = bytearray(first.encode())
    for piece in rest:
        try:
            data += bytes.fromhex(piece[:2])
            data += piece[2:].encode()
        except ValueError:
            data += b"%" + piece.encode()
    return _as_text(bytes(data))


def _escapes(run: str) -> str | None:
    text: str = json.loads(f'"{run}"', strict=False)
    return text.encode("utf-8", "ignore").decode()


def _hex_escapes(run: str) -> str | None:
    return _as_text(bytes.fromhex(run.replace("\\x", "")))


def _as_text(data: bytes) -> str | None:
    encoding = "utf-16-le" if len(data) > 3 and not any(data[1:16:2]) else "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


_Decoder = tuple[str, Callable[[str], str | None]]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of run, and the decoders to try on it; the first that gives readable text wins."""

    hint: pl.Expr
    """Whether a text may have any such run; cheap."""
    run: str
    decoders: tuple[_Decoder, ...]
    likely: str = ""
    """What a run must have in it to be worth an attempt."""


_TEXT = pl.col("text")
_KINDS = (
    _Kind(_TEXT.str.len_bytes() > _TEXT.str.len_chars(), r"[\x{E0020}-\x{E007E}]+", (("tag characters", _tags),)),
    _Kind(
        _TEXT.str.contains(rf"{_BASE64}{{16}}"),
        rf"{_BASE64}{{16,}}(?:\r?\n{_BASE64}{{16,}})*(?:\r?\n{_BASE64}{{2,}})?={{0,2}}",
        (("hex", _hex), ("base64", _base64)),
        rf"^(?:[A-Za-f]{_BASE64}{{3}}){{3}}|[0-9a-fA-F]{{16}}|[A-Z].*[0-9]|[0-9].*[A-Z]",
    ),
    _Kind(
        _TEXT.str.contains("%[0-9A-Fa-f]{2}"),
        r"[^\s\"'<>%]*(?:%[0-9A-Fa-f]{2}[^\s\"'<>%]*){2,}",
        (("url", _percent),),
    ),
    _Kind(_TEXT.str.contains("\\x", literal=True), r"(?:\\x[0-9a-fA-F]{2}){4,}", (("hex escapes", _hex_escapes),)),
    _Kind(_TEXT.str.contains(_ESCAPE), rf'[^"\\]*(?:{_ESCAPE}[^"\\]*)+', (("escapes", _escapes),)),
)
# A run in base64 is worth an attempt when every fourth of its letters could begin ASCII text, or when it has capitals
# and digits, as other text has.


def decode(texts: pl.Series) -> dict[int, list[Decoded]]:
    """What is encoded in the texts, by their position; texts without anything are left out."""
    found: dict[int, list[Decoded]] = {}
    layer = texts
    owners: list[tuple[int, Decoded | None]] = [(row, None) for row in range(len(texts))]
    for _ in range(DEPTH):
        parts: list[tuple[int, Decoded]] = []
        for position, part in _decode_once(layer):
            row, outer = owners[position]
            if outer is not None:
                part = Decoded(outer.start, outer.end, f"{outer.by}, then {part.by}", part.text)
            parts.append((row, part))
        parts = list(_within_budget(texts, found, parts)) if parts else parts
        if not parts:
            break
        layer = pl.Series([part.text for _, part in parts], dtype=pl.String)
        owners = list(parts)
    return found


def _within_budget(
    texts: pl.Series, found: dict[int, list[Decoded]], parts: list[tuple[int, Decoded]]
) -> Iterator[tuple[int, Decoded]]:
    spent = {row: sum(len(part.text) for part in kept) for row, kept in found.items()}
    budgets = texts.str.len_chars().clip(MIN_BUDGET)
    for row, part in parts:
        spent[row] = spent.get(row, 0) + len(part.text)
        if spent[row] <= budgets[row]:
            found.setdefault(row, []).append(part)
            yield row, part


def _decode_once(texts: pl.Series) -> Iterator[tuple[int, Decoded]]:
    every = pl.DataFrame({"position": pl.int_range(len(texts), eager=True), "text": texts})
    hinted = every.select(kind.hint.alias(str(number)) for number, kind in enumerate(_KINDS))
    for number, kind in enumerate(_KINDS):
        hints = hinted[str(number)]
        if not hints.any():
            continue
        runs = _TEXT.str.extract_all(kind.run)
        if kind.likely:
            runs = runs.list.eval(pl.element().filter(pl.element().str.contains(kind.likely)))
        for position, text, found in every.filter(hints).with_columns(runs=runs).iter_rows():
            yield from ((position, decoded) for decoded in _decode_runs(text, found, kind.decoders))


def _decode_runs(text: str, runs: list[str], decoders: tuple[_Decoder, ...]) -> Iterator[Decoded]:
    at = 0
    for run in runs:
        # Runs come in order, and no kind of run looks at what is around it: the next occurrence is the run.
        start = text.index(run, at)
        at = start + len(run)
        if decoded := _decoded(run, decoders):
            yield Decoded(start, at, *decoded)


def _decoded(run: str, decoders: tuple[_Decoder, ...]) -> tuple[str, str] | None:
    for name, decoder in decoders:
        text = decoder(run)
        if text is not None and text != run and _is_readable(text):
            return name, text
    return None


def _is_readable(text: str) -> bool:
    sample = text[:_SAMPLE]
    if sample.isprintable():
        return bool(sample)
    readable = sum(1 for character in sample if character.isprintable() or character in _LINE_SPACES)
    return readable >= _READABLE * len(sample)
