"""Tell how a file encodes its text, and go from its bytes to UTF-8 and back without losing one.

A file's first four bytes decide: a byte order mark, or the NUL bytes that the first two characters have in UTF-16.
"""

from enum import StrEnum

SNIFFED = 4
"""So many first bytes are enough."""
_HALF = b"\xff"
"""Never occurs in UTF-8; two bytes that hold half a byte each follow it."""
_PRINTABLE = range(0x21, 0x7F)
_FOLLOWING = frozenset((*range(0x20, 0x7F), 0x09, 0x0A, 0x0D))


class Encoding(StrEnum):
    """How text is written; the values are Python's names."""

    UTF_8 = "utf-8"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"

    @property
    def is_wide(self) -> bool:
        """Whether a character takes two bytes at least."""
        return self is not Encoding.UTF_8

    @property
    def newline(self) -> bytes:
        """What ends a line."""
        return "\n".encode(self)

    def narrow(self, raw: bytes) -> bytes:
        """The file's bytes as UTF-8, also where they are damaged: lone surrogates, half a character at the end."""
        if self is Encoding.UTF_8:
            return raw
        even = len(raw) & ~1
        half = b"".join(_HALF + bytes((0x80 | byte >> 4, 0x80 | byte & 15)) for byte in raw[even:])
        return raw[:even].decode(self, "surrogatepass").encode("utf-8", "surrogatepass") + half

    def widen(self, data: bytes) -> bytes:
        """What :meth:`narrow` was made of."""
        if self is Encoding.UTF_8:
            return data
        whole, _, half = data.partition(_HALF)
        raw = whole.decode("utf-8", "surrogatepass").encode(self, "surrogatepass")
        return raw + bytes((half[0] & 15) << 4 | half[1] & 15 for _ in half[:1])


_MARKS = (
    (b"\xef\xbb\xbf", Encoding.UTF_8),
    (b"\xff\xfe", Encoding.UTF_16_LE),
    (b"\xfe\xff", Encoding.UTF_16_BE),
)


def encoding_of(first: bytes) -> tuple[Encoding, int]:
    """The encoding of a file by its first bytes, and how many of them are a byte order mark."""
    for mark, encoding in _MARKS:
        if first.startswith(mark):
            return encoding, len(mark)
    if len(first) >= SNIFFED:
        one, two, three, four = first[:SNIFFED]
        if (two, four) == (0, 0) and one in _PRINTABLE and three in _FOLLOWING:
            return Encoding.UTF_16_LE, 0
        if (one, three) == (0, 0) and two in _PRINTABLE and four in _FOLLOWING:
            return Encoding.UTF_16_BE, 0
    return Encoding.UTF_8, 0
