"""Names for things that are seen again: 64-bit keys for events and messages, SHA-256 for texts."""

from hashlib import blake2b, sha256


def key64(*parts: str | int) -> int:
    """A 64-bit key of the parts. Each carries its length, so no two different lists of parts run together."""
    joined = "".join([f"{len(text)}:{text}" for text in map(str, parts)])
    return int.from_bytes(blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def content_sha256(text: str) -> bytes:
    """The identity of a text: SHA-256 of its UTF-8 bytes."""
    return sha256(text.encode()).digest()


def event_id(key: int) -> str:
    """The 16 hexadecimal digits that people see and type."""
    return f"{key:016x}"
