"""Bytes that are collected until their end is known, without letting their number run away."""

from hashlib import sha256

from msgspec import Struct

from llmsec_tui.intake.encoding import Encoding

EXCERPT_BYTES = 800
"""Enough for 200 characters of UTF-8."""


class Oversize(Struct, frozen=True, gc=False):
    """A record that was too long to be held."""

    offset: int
    length: int
    sha256: bytes
    """Of all its bytes."""
    head: bytes
    """Its first ``EXCERPT_BYTES`` bytes."""


class Held:
    """Collects bytes; once they pass ``cap`` only their length, digest and beginning are kept.

    Those are of the bytes as they stand in the file, which ``encoding`` tells.
    """

    __slots__ = ("_cap", "_data", "_digest", "_encoding", "_head", "_wide", "length", "offset")

    def __init__(self, offset: int, cap: int, encoding: Encoding = Encoding.UTF_8) -> None:
        self.offset = offset
        self.length = 0
        self._encoding = encoding
        self._wide = encoding.is_wide
        self._cap = cap
        self._data = bytearray()
        self._head = b""
        self._digest = sha256()

    @property
    def over(self) -> bool:
        """Whether the bytes are no longer held."""
        return self.length > self._cap

    def add(self, piece: bytes) -> None:
        """Take the next bytes."""
        self.length += len(self._encoding.widen(piece)) if self._wide else len(piece)
        self._data += piece
        if self.length > self._cap:
            self._digest.update(self._encoding.widen(bytes(self._data)) if self._wide else self._data)
            self._head += self._data[: EXCERPT_BYTES - len(self._head)]
            self._data.clear()

    @property
    def first(self) -> bytes:
        """The first byte, if there is one and it is held."""
        return bytes(self._data[:1])

    def data(self) -> bytes:
        """All bytes; only while they are held."""
        return bytes(self._data)

    def oversize(self) -> Oversize:
        """What is left of bytes that are no longer held."""
        return Oversize(self.offset, self.length, self._digest.digest(), self._head)
