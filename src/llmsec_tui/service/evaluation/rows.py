"""Read labelled texts, one JSON object a line, packed or not, and say of every bad line what is wrong with it."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from llmsec_tui.detect.families import Task
from llmsec_tui.errors import SourceError
from llmsec_tui.events.identity import key64
from llmsec_tui.formats.values import storable
from llmsec_tui.intake.inflate import DamagedArchive
from llmsec_tui.intake.unpack import MAGIC_BYTES, unpacker

_CHUNK_BYTES = 256 * 1024
_MOST_SHOWN = 20
LONGEST_LINE = 64 * 1024 * 1024
"""Bytes; a file without line ends is none of ours, and must not fill the memory."""


class Row(Struct, frozen=True, gc=False):
    """One labelled text."""

    id: str
    text: str
    label: Literal[0, 1]
    """1: an attack."""
    role: Literal["user", "retrieved", "tool", "assistant", "system"]
    task: Task
    source: str
    lang: str
    kind: str


_decode = msgspec.json.Decoder(Row).decode
_BAD = (msgspec.ValidationError, json.JSONDecodeError, RecursionError)


def check(path: Path) -> int:
    """The number of rows; raises SourceError with what is wrong with the first bad lines and how many there are."""
    problems: list[str] = []
    rows = bad = 0
    seen: dict[int, int] = {}
    for number, line in lines(path):
        try:
            row = read_row(line)
        except _BAD as error:
            problem = f"{error}."
        else:
            rows += 1
            first = seen.setdefault(key64(row.id), number)
            problem = "" if first == number else f"the id is that of line {first} again."
        if problem:
            bad += 1
            if bad <= _MOST_SHOWN:
                problems.append(f"{path}:{number}: {problem}")
    if bad:
        more = f"\n… and {bad - _MOST_SHOWN:,} more" if bad > _MOST_SHOWN else ""
        raise SourceError(
            f"{bad:,} of {rows + bad:,} lines cannot be used; nothing was measured:\n" + "\n".join(problems) + more,
            hint="A line is a JSON object with id, text, label (0 or 1), role, task, source, lang and kind.",
        )
    if not rows:
        raise SourceError(f"{path} holds no rows; nothing was measured.", hint="Give a file with labelled texts.")
    return rows


def rows(path: Path) -> Iterator[Row]:
    """The rows of a file that was checked, in their order. Raises SourceError when it is not what it was any more."""
    for number, line in lines(path):
        try:
            yield read_row(line)
        except _BAD as error:
            raise SourceError(
                f"{path}:{number}: {error}. The file changed while it was read.", hint="Run it again."
            ) from error


def read_row(line: bytes) -> Row:
    """One row, read as logs are: what is no Unicode becomes U+FFFD, and the text is kept."""
    try:
        return _decode(line)
    except (UnicodeDecodeError, msgspec.DecodeError) as error:
        if isinstance(error, msgspec.ValidationError):
            raise
        row = msgspec.convert(json.loads(line.decode("utf-8-sig", "replace")), Row)
        return msgspec.structs.replace(row, id=storable(row.id), text=storable(row.text))


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines that hold anything, with their numbers from 1 on."""
    number, held, size = 0, list[bytes](), 0
    try:
        for chunk in _unpacked(path):
            *whole, rest = chunk.split(b"\n")
            for line in whole:
                number += 1
                line = b"".join((*held, line))
                held, size = [], 0
                if line.strip():
                    yield number, line
            held.append(rest)
            size += len(rest)
            if size > LONGEST_LINE:
                raise SourceError(
                    f"{path}:{number + 1}: the line is longer than {LONGEST_LINE:,} bytes. Nothing was measured.",
                    hint="Give a file with one JSON object a line.",
                )
    except (OSError, DamagedArchive) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SourceError(
            f"{path}: cannot be read behind line {number}: {reason.rstrip('.')}. Nothing was measured.",
            hint="Give a whole file of JSON lines, plain or packed by gzip or zstd.",
        ) from error
    if (last := b"".join(held)).strip():
        yield number + 1, last


def _unpacked(path: Path) -> Iterable[bytes]:
    with path.open("rb") as stream:
        first = stream.read(MAGIC_BYTES)
        chunks = iter(lambda: stream.read(_CHUNK_BYTES), b"")
        unpack = unpacker(first)
        yield from unpack(_after(first, chunks)) if unpack else _after(first, chunks)


def _after(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from chunks
