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
_READABLE = 0.9
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
_LIKELY_BASE64 = r"^(?:[A-Za-f][A-Za-z0-9+/_-]{3}){3}|[0-9a-fA-F]{16}|[A-Z].*[0-9]|[0-9].*[A-Z]"
"""In base64, ASCII text has one of these letters at every fourth place; other text has capitals and digits."""
_ANY_RUN = r"[A-Za-z0-9][A-Za-z0-9+/_-]{15}|%[0-9A-Fa-f]{2}[^%]*%[0-9A-Fa-f]{2}|\\[nrtbf/\"\\ux]|[\x{E0020}-\x{E007E}]"


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

    run: str
    """What such a run looks like."""
    decoders: tuple[_Decoder, ...]
    likely: str = ""
    """What it must look like besides, to be worth an attempt."""


_KINDS = (
    _Kind(r"[\x{E0020}-\x{E007E}]+", (("tag characters", _tags),)),
    _Kind(
        rf"{_BASE64}{{16,}}(?:\r?\n{_BASE64}{{16,}})*(?:\r?\n{_BASE64}{{2,}})?={{0,2}}",
        (("hex", _hex), ("base64", _base64)),
        likely=_LIKELY_BASE64,
    ),
    _Kind(r"[^\s\"'<>%]*(?:%[0-9A-Fa-f]{2}[^\s\"'<>%]*){2,}", (("url", _percent),)),
    _Kind(r"(?:\\x[0-9a-fA-F]{2}){4,}", (("hex escapes", _hex_escapes),)),
    _Kind(rf'[^"\\]*(?:{_ESCAPE}[^"\\]*)+', (("escapes", _escapes),)),
)


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
        parts = list(_within_budget(texts, found, parts))
        if not parts:
            break
        layer = pl.Series([part.text for _, part in parts], dtype=pl.String)
        owners = list(parts)
    return found


def _within_budget(
    texts: pl.Series, found: dict[int, list[Decoded]], parts: list[tuple[int, Decoded]]
) -> Iterator[tuple[int, Decoded]]:
    for row, part in parts:
        kept = found.setdefault(row, [])
        spent = sum(len(one.text) for one in kept)
        if spent + len(part.text) <= max(MIN_BUDGET, len(texts[row])):
            kept.append(part)
            yield row, part


def _decode_once(texts: pl.Series) -> Iterator[tuple[int, Decoded]]:
    likely = texts.str.contains(_ANY_RUN).fill_null(False).arg_true()
    if not len(likely):
        return
    chosen = pl.DataFrame({"position": likely, "text": texts.gather(likely)})
    for kind in _KINDS:
        runs = chosen.select("position", pl.col("text").str.extract_all(kind.run).alias("run")).explode("run")
        wanted = pl.col("run").str.contains(kind.likely) if kind.likely else pl.col("run").is_not_null()
        at, last = 0, -1
        for position, run in runs.filter(wanted).iter_rows():
            # Runs come in order, and none of the patterns looks at what is around them.
            start = texts[position].index(run, at if position == last else 0)
            at, last = start + len(run), position
            if decoded := _decoded(run, kind.decoders):
                yield position, Decoded(start, at, *decoded)


def _decoded(run: str, decoders: tuple[_Decoder, ...]) -> tuple[str, str] | None:
    for name, decoder in decoders:
        text = decoder(run)
        if text is not None and text != run and _is_readable(text):
            return name, text
    return None


def _is_readable(text: str) -> bool:
    if text.isprintable():
        return bool(text)
    readable = sum(1 for character in text if character.isprintable() or character in _LINE_SPACES)
    return readable >= _READABLE * len(text)
