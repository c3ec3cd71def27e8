"""Anchors: what the journal was at some record, as one line that somebody else keeps.

A line is a JSON object in ASCII that begins with ``{"anchor":1,``. Whoever keeps it may put something before and behind
it, as syslog does; the lines are found among any others.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from llmsec_tui.errors import SourceError

_BEGINNING = b'{"anchor":1,'
_END = b"}"
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Anchored:
    """One line of an anchor."""

    origin: str
    """Names the journal: ``llmsec-tui/LOG_ID``."""
    size: int
    """Records; the number of the last one."""
    root: bytes
    """Of the tree over them."""
    head: bytes
    """The hash of the last one."""
    at: int
    """Microseconds since 1970 UTC by the host's clock."""
    note: bytes
    """The newest signed checkpoint, which may be of fewer records; empty where nobody signs."""


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    anchor: int
    origin: str
    size: int
    root: str
    head: str
    at: int
    note: str


_LINES = msgspec.json.Decoder(_Line)


def line_of(anchored: Anchored) -> bytes:
    """Its line, without a newline."""
    line = _Line(
        anchor=1,
        origin=anchored.origin,
        size=anchored.size,
        root=anchored.root.hex(),
        head=anchored.head.hex(),
        at=anchored.at,
        # A note has a dash that is not ASCII, and what keeps the line may not be able to.
        note=b64encode(anchored.note).decode(),
    )
    return msgspec.json.encode(line)


def read_file(path: Path) -> list[Anchored]:
    """The anchors in a file, in its order; lines that are none, or that are cut short, are passed over.

    The file may be what was anchored into, or what syslog or ``journalctl -o cat`` makes of it.
    Raises SourceError when it cannot be read, or holds no anchor.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"The anchors {path} cannot be read: {error.strerror}.") from error
    if not (found := list(_found(data))):
        raise SourceError(f"There is no anchor in {path}.", hint="Name the file that audit.yml has anchors written to.")
    return found


def _found(data: bytes) -> Iterator[Anchored]:
    for line in data.splitlines():
        # The last beginning: a full disk may have left half a line before it.
        begin, end = line.rfind(_BEGINNING), line.rfind(_END)
        if begin >= 0 and (anchored := _anchored(line[begin : end + 1])) is not None:
            yield anchored


def _anchored(line: bytes) -> Anchored | None:
    try:
        read = _LINES.decode(line)
        root, head = bytes.fromhex(read.root), bytes.fromhex(read.head)
        note = b64decode(read.note, validate=True)
    except (msgspec.MsgspecError, ValueError):
        return None
    if len(root) != _HASH_BYTES or len(head) != _HASH_BYTES or read.size < 0:
        return None
    return Anchored(read.origin, read.size, root, head, read.at, note)
