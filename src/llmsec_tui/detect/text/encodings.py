"""Bytes and characters written as letters and digits: base64, hexadecimal, binary, percent signs, escapes, entities."""

import html
import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from unicodedata import category

from llmsec_tui.detect.text.runs import Edit, Run, rewritten
from llmsec_tui.detect.text.searching import finds

_READABLE, _SAMPLE = 0.9, 256
"""The share of printable characters, among the first so many, that makes a text readable."""

_ASCII_BEGINS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef")
"""The digits in base64 that can begin three bytes of ASCII."""
_JSON = json.JSONDecoder(strict=False)
_LENGTHS = {"u": 6, "x": 4, "0": 4, "1": 4, "2": 4, "3": 4}
"""Characters of an escape that begins with this one after its backslash; of others, two."""
_HIGH, _LOW = ("\\ud8", "\\ud9", "\\uda", "\\udb"), ("\\udc", "\\udd", "\\ude", "\\udf")
"""How the halves of a surrogate pair begin."""
_CODES = 0x110000

BASE64 = "[A-Za-z0-9+/_-]"
ESCAPE = r'\\(?:u(?:[0-9a-fA-F]{4}|\{[0-9a-fA-F]{1,6}\})|x[0-9a-fA-F]{2}|[0-3][0-7]{2}|[nrtbf/"\\])'
_LETTER = "(?:3[0-9]|4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa])"
"""The code of an ASCII letter or digit, in hexadecimal."""
LETTER_ENTITY = (
    rf"&(?:amp;)*#(?:[xX]0*(?:{_LETTER}|[eE]00[2-7][0-9a-fA-F])"
    "|0*(?:4[89]|5[0-7]|6[5-9]|[78][0-9]|90|9[7-9]|1[01][0-9]|12[0-2]|917[56][0-9]{2}))"
    "(?:[^0-9A-Za-z]|$)"
)
"""Nobody needs to write a letter, or a tag character, like this."""
_ENTITIES = r"(?:&(?:amp;)*#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});?)+|&(?:nbsp|Tab|NewLine|lt|gt|amp|quot|apos);"
_SOFT_OR_BYTES = r"=\r?\n|(?:=[0-9A-F]{2})+"


def is_readable(text: str) -> bool:
    """Whether this can be words: nearly all characters can be printed."""
    sample = text[:_SAMPLE].replace("\n", " ").replace("\r", " ").replace("\t", " ")
    if sample.isprintable():
        return bool(sample)
    # What cannot be printed since it shows nothing may be hiding something.
    readable = sum(one.isprintable() or category(one) == "Cf" for one in sample)
    return readable >= _READABLE * len(sample)


def as_text(data: bytes) -> str | None:
    """What bytes say in UTF-8 or UTF-16, where they say something readable."""
    encoding = "utf-16-le" if len(data) > 3 and not any(data[1:16:2]) else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return text if is_readable(text) else None


def whole(by: str, decoder: Callable[[str], str | None]) -> Callable[[str], Iterator[Run]]:
    """Reads a run that is all or nothing."""

    def read(run: str) -> Iterator[Run]:
        text = decoder(run)
        if text is not None and text != run:
            yield Run(0, len(run), by, text)

    return read


def base64_or_hex(run: str) -> Iterator[Run]:
    """The encoding of a run of letters and digits that could be either."""
    digits = "".join(run.split()).rstrip("=")
    text = _hex(digits)
    if text is not None:
        yield Run(0, len(run), "hex", text)
        return
    if (text := _base64(digits)) is not None:
        yield Run(0, len(run), "base64", text)
        return
    # Letters may stand in front of the first digit, as in a path: then it is one of the next.
    for skipped in range(1, 4):
        if _ASCII_BEGINS.issuperset(digits[skipped:_SAMPLE:4]) and (text := _base64(digits[skipped:])) is not None:
            yield Run(skipped, len(run), "base64", text)
            return


def _base64(digits: str) -> str | None:
    digits = digits.replace("-", "+").replace("_", "/")
    digits = digits[:-1] if len(digits) % 4 == 1 else digits
    return as_text(b64decode(digits + "=" * (-len(digits) % 4)))


def _hex(digits: str) -> str | None:
    try:
        return as_text(bytes.fromhex(digits))
    except ValueError:
        return None


def spaced_hex(run: str) -> str | None:
    """``69 67 6e``, ``0x69, 0x67``, ``\\x69\\x67``."""
    return _hex("".join(one for one in run.replace("0x", "").replace("\\x", "") if one.isalnum()))


def binary(run: str) -> str | None:
    """Eight binary digits a character."""
    digits = "".join(one for one in run if one in "01")
    return as_text(bytes(int(digits[at : at + 8], 2) for at in range(0, len(digits) - 7, 8)))


def codes(run: str) -> str | None:
    """The decimal codes of ASCII characters."""
    numbers = "".join(one if one.isdigit() else " " for one in run).split()
    return "".join(map(chr, map(int, numbers))) if all(32 <= int(one) < 127 for one in numbers) else None


def percent(run: str) -> str | None:
    """Percent signs as in URLs; a plus is a space where spaces aren't written otherwise."""
    first, *rest = (run if "%20" in run else run.replace("+", " ")).split("%")
    data = bytearray(first.encode())
    for piece in rest:
        try:
            data += bytes.fromhex(piece[:2])
            data += piece[2:].encode()
        except ValueError:
            data += b"%" + piece.encode()
    return as_text(bytes(data))


def escapes(run: str) -> Iterator[Run]:
    """Escapes as in JSON and other languages; the run holds whole ones only."""
    try:
        text = _encodable(_JSON.decode(f'"{run}"'))
    except ValueError:
        text = rewritten(run, "", lambda: _unescaped(run)).text
    if text != run and is_readable(text):
        yield Run(0, len(run), "escapes", text, lambda: _unescaped(run))


def _unescaped(run: str) -> Iterator[Edit]:
    at = run.find("\\")
    while at >= 0:
        mark = run[at + 1]
        end = at + _LENGTHS.get(mark, 2)
        if mark == "x":
            while run.startswith("\\x", end):
                end += 4
            yield (
                at,
                end,
                _bytes_or_characters(bytes.fromhex(run[at:end].replace("\\x", ""))),
            )
        elif mark in "0123":
            yield at, end, chr(int(run[at + 1 : end], 8))
        elif run.startswith("u{", at + 1):
            end = run.index("}", at) + 1
            code = int(run[at + 3 : end - 1], 16)
            yield at, end, _encodable(chr(code)) if code < _CODES else ""
        else:
            if run[at : at + 4].lower() in _HIGH and run[end : end + 4].lower() in _LOW:
                end += 6
            yield at, end, _encodable(_JSON.decode(f'"{run[at:end]}"'))
        at = run.find("\\", end)


def _bytes_or_characters(data: bytes) -> str:
    return data.decode("utf-8" if as_text(data) is not None else "latin-1")


def _encodable(text: str) -> str:
    """Without halves of surrogate pairs."""
    return text.encode("utf-8", "ignore").decode()


def entities(run: str) -> Iterator[Edit]:
    """Entities of HTML and XML, those that were escaped again among them."""
    return _edits(
        _ENTITIES,
        run,
        lambda found: _encodable(html.unescape(found.replace("amp;", "") if "#" in found else found)),
    )


def quoted_printable(run: str) -> Iterator[Run]:
    """``=69=67`` and lines that are broken by an equals sign."""
    read = rewritten(run, "quoted-printable", lambda: _edits(_SOFT_OR_BYTES, run, _quoted))
    # In URLs that look alike, what comes out has control characters.
    if read.text != run and not any(map(_is_control, read.text)):
        yield read


def _is_control(character: str) -> bool:
    return character < " " and character not in "\t\r\n"


def _quoted(found: str) -> str:
    if found[1].isspace():
        return ""
    return bytes.fromhex(found.replace("=", "")).decode("utf-8", "replace")


def _edits(pattern: str, run: str, said: Callable[[str], str]) -> Iterator[Edit]:
    return ((start, end, said(found)) for start, end, found in finds(pattern, run))
