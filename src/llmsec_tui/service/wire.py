"""Frames on the socket: a 4-byte big-endian length and a msgpack body."""

from asyncio import IncompleteReadError, StreamReader
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from llmsec_tui.errors import ServiceError
from llmsec_tui.service.api import AnyAsk

T = TypeVar("T")

MAX_FRAME = 64 * 1024 * 1024
MAX_REQUEST = 1024 * 1024
"""The longest frame that a collector reads; the longest honest one is a list of paths."""

_LENGTH_BYTES = 4


class BadFrame(ServiceError):
    """Bytes that are no frame of this protocol; the connection that they came on cannot be used any more."""


class Envelope(Struct, frozen=True, kw_only=True):
    """A :class:`~llmsec_tui.service.api.Request` whose ask is still packed.

    A question that this version does not know must be refused under its id, so the id has to be read first.
    """

    id: int
    ask: Raw
    deadline_ms: int = 5_000


_ASK: msgspec.msgpack.Decoder[AnyAsk] = msgspec.msgpack.Decoder(AnyAsk)


def portable(path: str) -> str:
    """A file name as it can travel: bytes that are no UTF-8 are spelled out."""
    return path.encode("utf-8", "backslashreplace").decode()


def frame(message: Struct) -> bytes:
    """The message as one frame; raises ``ServiceError`` when it is too long or holds what is no text."""
    try:
        body = msgspec.msgpack.encode(message)
    except UnicodeEncodeError as error:
        raise ServiceError(
            f"{portable(error.object)} cannot be sent: it holds bytes that are no UTF-8.", hint="Rename the file."
        ) from error
    if len(body) > MAX_FRAME:
        raise ServiceError(f"An answer of {len(body):,} bytes is too long to send.", hint="Ask for fewer rows.")
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


async def read_body(reader: StreamReader, limit: int = MAX_FRAME) -> bytes | None:
    """The body of the next frame; None when the other side closed between frames. Raises ``BadFrame``."""
    try:
        head = await reader.readexactly(_LENGTH_BYTES)
    except IncompleteReadError as end:
        if not end.partial:
            return None
        raise BadFrame("The connection ended inside a frame's length.") from end
    length = int.from_bytes(head, "big")
    if not 0 < length <= limit:
        raise BadFrame(f"A frame announced {length:,} bytes; at most {limit:,} are allowed.")
    try:
        return await reader.readexactly(length)
    except IncompleteReadError as end:
        raise BadFrame(f"The connection ended after {len(end.partial):,} of {length:,} bytes of a frame.") from end


def unpack(body: bytes, into: type[T]) -> T:
    """Decode a body; raises ``BadFrame`` naming what is wrong with it."""
    try:
        return msgspec.msgpack.decode(body, type=into)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise BadFrame(f"A frame is not a {into.__name__}: {error}.") from error


def unpack_ask(packed: Raw) -> AnyAsk:
    """Decode the ask of an envelope; raises ``ServiceError`` for one that this version does not know."""
    try:
        return _ASK.decode(packed)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ServiceError(
            f"The collector does not understand this request: {error}.",
            hint="Console and collector may be of different versions; restart the collector.",
        ) from error
