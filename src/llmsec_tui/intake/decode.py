"""Decode the bytes of a record, the same way on every path, whatever is wrong with them.

- Duplicate keys: the last one wins. Integers of up to 4,300 digits are exact.
- Several records on one line without a newline between them: each is a record with its own place. What follows the last
  of them and is no JSON is a dead letter of its own; reading goes on behind a carriage return or record separator.
- Text before an object on a line, as loggers write it, is kept beside the record (see ``beside.py``).
- Invalid UTF-8 and escaped lone surrogates become U+FFFD; the record is kept.
- NaN, Infinity, numbers out of range, raw control characters in strings, NUL bytes, nesting deeper than ``DEPTH``
  levels, and records that are neither object nor array are dead letters.
"""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Never

import msgspec
from msgspec.structs import replace

from llmsec_tui.events.model import DeadLetter, Record
from llmsec_tui.intake.beside import is_only_text, kept, record_start, resumptions
from llmsec_tui.intake.encoding import Encoding
from llmsec_tui.intake.frame import Frame
from llmsec_tui.intake.held import EXCERPT_BYTES, Oversize
from llmsec_tui.intake.server_sent import joined

DEPTH = 200
EXCERPT_CHARS = 200
_BAD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_COUNTED = 8192
"""In so many bytes counting brackets costs less than looking into what they hold."""
_decode = msgspec.json.Decoder().decode
_BLANK = " \t\r\n\x1e"
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
_NAMES = {str: "a string", int: "a number", float: "a number", bool: "true or false", type(None): "null"}


class _Unreadable(ValueError):
    """Why a piece of text is not a record, as a sentence."""


class Decoder:
    """Makes the records of one source, numbered in their order."""

    def __init__(self, source_id: str, path: str, records: int = 0) -> None:
        """``records`` is the index of the next record."""
        self.source_id = source_id
        self.path = path
        self.records = records
        self._encoding = Encoding.UTF_8

    def decode(
        self, frames: Sequence[Frame], encoding: Encoding = Encoding.UTF_8
    ) -> tuple[list[Record], list[DeadLetter]]:
        """Every frame becomes at least one record or dead letter. The ``encoding`` is that of the file."""
        self._encoding = encoding
        values = _fast(frames)
        # Looking into values costs more than decoding them; most have too few brackets to be deep.
        suspects = [value for frame, value in zip(frames, values, strict=True) if _may_be_deep(frame.data)]
        careful = deeper_than(DEPTH, suspects) or encoding.is_wide
        records: list[Record] = []
        letters: list[DeadLetter] = []
        source_id, path, index = self.source_id, self.path, self.records
        for frame, value in zip(frames, values, strict=True):
            odd = careful and (encoding.is_wide or deeper_than(DEPTH, [value]))
            if odd or (type(value) is not dict and type(value) is not list):
                self.records = index
                self._recover(frame, records, letters)
                index = self.records
                continue
            data = frame.data
            records.append(Record(source_id, path, index, frame.offset, len(data), sha256(data).digest(), value))
            index += 1
        self.records = index
        return records, letters

    def too_long(self, oversize: Oversize) -> DeadLetter:
        """The dead letter of a record that was not held."""
        reason = f"The record is {oversize.length:,} bytes long, which is more than is read at once."
        place = (oversize.offset, oversize.length, oversize.sha256)
        return DeadLetter(self.source_id, self.path, *place, reason, excerpt(oversize.head))

    def refuse(self, offset: int, data: bytes, reason: str) -> DeadLetter:
        """A dead letter of exactly these bytes."""
        digest = sha256(data).digest()
        return DeadLetter(self.source_id, self.path, offset, len(data), digest, reason, excerpt(data))

    def _recover(self, frame: Frame, records: list[Record], letters: list[DeadLetter]) -> None:
        """Take apart what the fast decoder refused, or what is to be found in other bytes than those decoded."""
        if self._take_event(frame, records):
            return
        # surrogateescape gives every invalid byte a character of its own, so that places in the text stay places in
        # the bytes; the surrogates that it leaves are replaced together with those that the log itself escaped.
        text = frame.data.decode("utf-8", "surrogateescape")
        end, reason = self._glued(text, frame.offset, records)
        if not reason:
            return
        offset = frame.offset + self._size(text[:end])
        for part, length in resumptions(text[end:]):
            self._salvage(part, offset, reason, records, letters)
            offset += self._size(text[end : end + length])
            end += length
            reason = ""

    def _take_event(self, frame: Frame, records: list[Record]) -> bool:
        """Whether this was a record on several lines of a server-sent event."""
        data = joined(frame.data) if b"data:" in frame.data else None
        value = None if data is None else _decode_one(data)
        if not isinstance(value, dict | list) or deeper_than(DEPTH, [value]):
            return False
        raw = self._encoding.widen(frame.data)
        place = (self.source_id, self.path, self.records, frame.offset, len(raw), sha256(raw).digest())
        records.append(Record(*place, value))
        self.records += 1
        return True

    def _glued(self, text: str, offset: int, records: list[Record]) -> tuple[int, str]:
        """Read one record after the other; returns how far that went, and why no farther."""
        end = 0
        try:
            while end < len(text):
                value, after = _next(text, end)
                data = self._encoding.widen(text[end:after].encode("utf-8", "surrogateescape"))
                place = (self.source_id, self.path, self.records, offset, len(data), sha256(data).digest())
                records.append(Record(*place, value))
                self.records += 1
                end = _skip_blank(text, after)
                offset += len(data) + self._size(text[after:end])
        except _Unreadable as error:
            return end, str(error)
        return end, ""

    def _salvage(self, text: str, offset: int, reason: str, records: list[Record], letters: list[DeadLetter]) -> None:
        """The records of a text that could not be read to its end, or, with a ``reason``, not from its beginning."""
        end = 0
        if not reason:
            end, reason = self._glued(text, offset, records)
        if not reason:
            return
        offset += self._size(text[:end])
        rest = text[end:]
        start = record_start(rest)
        found: list[Record] = []
        behind = self._glued(rest[start:], offset + self._size(rest[:start]), found)[0] if start else 0
        if not found:
            letters.append(self._refuse_text(offset, rest, reason))
            return
        head, tail = rest[:start], rest[start + behind :]
        if not is_only_text(tail):
            end = offset + self._size(rest[: start + behind])
            letters.append(self._refuse_text(end, tail, "It follows a record on its line and cannot be read."))
            tail = ""
        if head and not head.strip("\0"):
            letters.append(self._refuse_text(offset, head, f"{len(head):,} NUL bytes stand before a record."))
        text_beside = _without_surrogates(kept(head, tail))
        records += [replace(record, beside=text_beside) for record in found]

    def _refuse_text(self, offset: int, text: str, reason: str) -> DeadLetter:
        data = text.encode("utf-8", "surrogateescape")
        raw = self._encoding.widen(data)
        return DeadLetter(self.source_id, self.path, offset, len(raw), sha256(raw).digest(), reason, excerpt(data))

    def _size(self, text: str) -> int:
        """How many bytes this text takes in the file."""
        return len(self._encoding.widen(text.encode("utf-8", "surrogateescape")))


def excerpt(data: bytes) -> str:
    """The first 200 characters, undecodable bytes replaced."""
    return data[:EXCERPT_BYTES].decode("utf-8", "replace")[:EXCERPT_CHARS]


def deeper_than(levels: int, values: Iterable[Any]) -> bool:
    """Whether any of these values is nested deeper than so many levels."""
    containers = [value for value in values if type(value) is dict or type(value) is list]
    for _ in range(levels):
        if not containers:
            return False
        containers = [
            child
            for container in containers
            for child in (container.values() if type(container) is dict else container)
            if type(child) is dict or type(child) is list
        ]
    return bool(containers)


def _fast(frames: Sequence[Frame]) -> list[Any]:
    """The values of all frames, which nearly every record needs; None where one cannot be read so."""
    try:
        return [_decode(frame.data) for frame in frames]
    except _BAD:
        return [_decode_one(frame.data) for frame in frames]


def _decode_one(data: bytes) -> Any:
    try:
        return _decode(data)
    except _BAD:
        return None


def _may_be_deep(data: bytes) -> bool:
    size = len(data)
    return size > 2 * DEPTH and (size > _COUNTED or data.count(b"{") + data.count(b"[") > DEPTH)


def _next(text: str, start: int) -> tuple[Any, int]:
    """The record that starts here and where it ends; raises :class:`_Unreadable`."""
    try:
        value, end = _STRICT.raw_decode(text, start)
    except json.JSONDecodeError as error:
        if "\0" in text[start:]:
            raise _Unreadable("Binary data: there are NUL bytes in it.") from error
        place = len(text[start : error.pos].encode("utf-8", "surrogateescape"))
        raise _Unreadable(f"Malformed JSON at byte {place}: {error.msg}.") from error
    except RecursionError as error:
        raise _Unreadable(f"It is nested deeper than {DEPTH} levels.") from error
    except _Unreadable:
        raise
    except ValueError as error:
        raise _Unreadable("A number in it has too many digits.") from error
    if not isinstance(value, dict | list):
        raise _Unreadable(f"It is {_NAMES[type(value)]}; a record must be an object or an array.")
    if deeper_than(DEPTH, [value]):
        raise _Unreadable(f"It is nested deeper than {DEPTH} levels.")
    text = text[start:end]
    return (value if "\\u" not in text and _is_unicode(text) else _without_surrogates(value)), end


def _skip_blank(text: str, start: int) -> int:
    while start < len(text) and text[start] in _BLANK:
        start += 1
    return start


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value if _is_unicode(value) else value.translate(_SURROGATES)
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_without_surrogates(child) for child in value]
    return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_constant(name: str) -> Never:
    raise _Unreadable(f"It has {name} in it, which is not JSON.")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise _Unreadable("A number in it is out of range.")
    return number


_STRICT = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
