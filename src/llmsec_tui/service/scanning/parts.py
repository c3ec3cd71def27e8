"""What work on a file found, written down piece by piece: everything that is needed to tell what is new and to alert.

Texts do not leave the worker but as excerpts of alerts; what may repeat something is here as keys.
"""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import msgspec
import polars as pl
from msgspec import Struct

from llmsec_tui.errors import SourceError

_LENGTH_BYTES = 8


class Message(Struct, frozen=True, array_like=True, gc=False):
    """A message of a call and what it may be known by; see ``events/history.py``."""

    sub_idx: int
    state: str
    """Content state, or empty for what is a repeat already by what stands before it in its own piece of work."""
    first: int
    second: int
    chain: int
    pair: int
    is_operators: bool


class Call(Struct, frozen=True, array_like=True):
    """The messages of one call."""

    own: str | None
    """What the log calls the conversation."""
    spare: str
    """What it is called when nobody has a name for it."""
    taken: str
    """What the worker called it, which knows only its own piece of work."""
    answered: int
    messages: Sequence[Message]
    beside: Sequence[str]
    """What other events of the record are told by that are taken to be of this conversation."""


class Single(Struct, frozen=True, array_like=True, gc=False):
    """An event with an id of its own."""

    state: str
    """As that of a message."""
    first: int
    second: int


class Facts(Struct, frozen=True, array_like=True):
    """What may be a repeat in one record."""

    name: str
    """The id of the record's first event."""
    calls: Sequence[Call]
    singles: Sequence[Single]


class Part(Struct, frozen=True):
    """What one piece of a file brought."""

    records: int
    repeats: int
    dead_letters: int
    unknown: dict[str, int]
    states: dict[str, int]
    """Versions of events that are no repeats, by content state."""
    facts: Sequence[Facts]
    texts: bytes
    """The first eight bytes of the hash of each distinct text."""
    alerts: bytes
    """A frame of ``schema.ALERTS`` and ``versions.ABOUT``, in the order of the input; empty for none."""
    events: bytes
    """A frame of events that rules over time take, with ``versions.ABOUT`` and the ids of the rules that hit them as
    ``rules``."""
    problem: str = ""
    """What could not be read, a sentence."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Part)


def write(part: Part, stream: IO[bytes]) -> None:
    """Append a part."""
    data = _encoder.encode(part)
    stream.write(len(data).to_bytes(_LENGTH_BYTES) + data)


def read(path: Path) -> Iterator[Part]:
    """The parts of a file, in their order. Raises SourceError when they are not as they were written."""
    try:
        with path.open("rb") as stream:
            while head := stream.read(_LENGTH_BYTES):
                yield _decoder.decode(stream.read(int.from_bytes(head)))
    except (OSError, msgspec.MsgspecError) as error:
        raise SourceError(
            f"{path} cannot be read: {error}.", hint="It holds results of this scan; scan again without --resume."
        ) from error


def packed(frame: pl.DataFrame) -> bytes:
    """A frame as bytes; none for no rows."""
    if frame.is_empty():
        return b""
    stream = io.BytesIO()
    frame.write_ipc_stream(stream, compression="zstd")
    return stream.getvalue()


def unpacked(data: bytes) -> pl.DataFrame:
    """The frame that these bytes were made of, which were not none."""
    return pl.read_ipc_stream(io.BytesIO(data))
