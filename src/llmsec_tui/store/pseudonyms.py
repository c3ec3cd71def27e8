"""Names for users that say nothing about them, the same ones for as long as there is the store."""

from base64 import b32encode
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from hmac import digest

_DIGITS = 12
"""Of five bits each: of a million users no two will share a name (2⁴⁰ pairs over 2⁶⁰ names)."""
_KEPT = 65_536
USER, ADDRESS = "user", "address"
_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz234567")


class Pseudonyms:
    """Made by HMAC-SHA256 under a key that only this store has, so that nobody can try names outside."""

    def __init__(self, secret: bytes) -> None:
        self._key = blake2b(secret, person=b"pseudonyms").digest()
        self.of = lru_cache(_KEPT)(self._made)
        """The pseudonym of a name: ``user-`` or ``address-`` and twelve characters."""

    def named(self, pseudonym: str, names: Iterable[str]) -> list[str]:
        """Those of the names that have this pseudonym."""
        kind = pseudonym.partition("-")[0]
        return [name for name in names if self._made(name, kind) == pseudonym]

    def _made(self, name: str, kind: str = USER) -> str:
        made = digest(self._key, b"\0".join((kind.encode(), name.encode("utf-8", "surrogatepass"))), "sha256")
        return "-".join((kind, b32encode(made).decode()[:_DIGITS].lower()))


def is_pseudonym(text: str) -> bool:
    """Whether it looks like the pseudonym of a user."""
    kind, _, rest = text.partition("-")
    return kind == USER and len(rest) == _DIGITS and set(rest) <= _ALPHABET
