"""Checkpoints: signed notes that say what the whole journal was at some record (C2SP tlog-checkpoint).

    llmsec-tui/LOG_ID
    number of records
    BASE64 of the tree's root
    head HEX          hash of the last of these records
    range BASE64 …    the tree's perfect subtrees, so that it can grow without reading all again
    previous HEX      SHA-256 of the note before; zeros for the first
    boot ID           of the host
    at MICROSECONDS   since 1970 UTC, by the host's clock

They stand in the file ``checkpoints``, one after another, with an empty line behind each.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from llmsec_tui.audit import note
from llmsec_tui.audit.note import Note
from llmsec_tui.audit.record import GENESIS
from llmsec_tui.audit.tree import Range

FILE = "checkpoints"
EVERY = 64
"""Records after which there is another checkpoint."""
MOST_UNSEALED = 2 * EVERY
"""More than these never wait for a checkpoint, unless the journal says that it is not signed."""
HEARTBEAT_S = 900.0
"""An idle journal is sealed this often, so that nobody can cut it back to an old seal unseen."""

_LINES = 8


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a journal was. It says so itself; only a signature makes that worth something."""

    origin: str
    size: int
    root: bytes
    head: bytes
    nodes: tuple[bytes, ...]
    """Of the tree's range."""
    previous: bytes
    boot_id: str
    at: int

    @property
    def range(self) -> Range:
        """The tree that the records after it are added to."""
        return Range(self.size, self.nodes)


@dataclass(frozen=True, slots=True)
class Stored:
    """A checkpoint as it stands in the file."""

    checkpoint: Checkpoint
    note: Note
    data: bytes
    """The whole note."""
    offset: int

    @property
    def digest(self) -> bytes:
        """What the next one names it by."""
        return digest(self.data)


@dataclass(frozen=True, slots=True)
class Misread:
    """Bytes of the file that are no checkpoint."""

    offset: int
    why: str
    torn: bool
    """They are its last ones, and their end is missing."""


def digest(data: bytes) -> bytes:
    """The name of a note."""
    return sha256(data).digest()


def origin(log_id: str) -> str:
    """The name of a journal, which its keys bear too."""
    return f"llmsec-tui/{log_id}"


def text_of(checkpoint: Checkpoint) -> str:
    """The text that is signed."""
    lines = (
        checkpoint.origin,
        str(checkpoint.size),
        b64encode(checkpoint.root).decode(),
        f"head {checkpoint.head.hex()}",
        " ".join(("range", *(b64encode(node).decode() for node in checkpoint.nodes))),
        f"previous {checkpoint.previous.hex()}",
        f"boot {checkpoint.boot_id}",
        f"at {checkpoint.at}",
    )
    return "".join(line + "\n" for line in lines)


def parse(text: str) -> Checkpoint:
    """Read the text of a checkpoint; raises ValueError unless it is one and is spelled in the one way there is."""
    lines = text.split("\n")
    if len(lines) != _LINES + 1:
        raise ValueError(f"it has {len(lines) - 1} lines and not {_LINES}")
    try:
        found = Checkpoint(
            origin=lines[0],
            size=int(lines[1]),
            root=b64decode(lines[2], validate=True),
            head=bytes.fromhex(lines[3].removeprefix("head ")),
            nodes=tuple(b64decode(node, validate=True) for node in lines[4].split(" ")[1:]),
            previous=bytes.fromhex(lines[5].removeprefix("previous ")),
            boot_id=lines[6].removeprefix("boot "),
            at=int(lines[7].removeprefix("at ")),
        )
        root = found.range.root()
    except (Base64Error, ValueError) as error:
        raise ValueError(f"it is no checkpoint ({error})") from error
    if text_of(found) != text or len(found.head) != len(GENESIS) or root != found.root:
        raise ValueError("it is no checkpoint of this program")
    return found


def read(folder: Path) -> list[Stored | Misread]:
    """All checkpoints of a journal, in order; empty when nobody ever signed it."""
    path = folder / FILE
    return list(_split(path.read_bytes())) if path.exists() else []


def whole_notes(data: bytes) -> int:
    """Where the last whole note of a file's content ends."""
    return next((one.offset for one in _split(data) if isinstance(one, Misread) and one.torn), len(data))


def _split(data: bytes) -> Iterator[Stored | Misread]:
    offset = 0
    while offset < len(data):
        text_end = data.find(b"\n\n", offset)
        end = data.find(b"\n\n", text_end + 2) if text_end >= 0 else -1
        if end < 0:
            yield Misread(offset, "its end is missing", torn=True)
            return
        yield _stored(data[offset : end + 1], offset)
        offset = end + 2


def _stored(data: bytes, offset: int) -> Stored | Misread:
    try:
        signed = note.parse(data)
        return Stored(parse(signed.text), signed, data, offset)
    except ValueError as error:
        return Misread(offset, str(error), torn=False)
