"""The key that signs the journal: what can be asked about it, and the replies."""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.service.asks import Command, Done, Query


class KeyInfo(Struct, frozen=True, kw_only=True):
    """Nothing secret."""

    vkey: str
    """What a stranger checks checkpoints with; empty while nobody signs."""
    key_id: str
    place: str
    """Where it is kept: keyring | credential | vault, and which one; empty while there is none."""
    made_at: int | None
    """Microseconds since 1970 UTC."""
    locked: bool
    """Whether the vault's passphrase is all that is missing."""
    problem: str
    """Why nothing is signed, and what to do; empty while all is well."""


class GetKey(Query[KeyInfo], frozen=True, kw_only=True, tag="keys.show"):
    capability: ClassVar[str] = "audit.read"
    reply: ClassVar[type] = KeyInfo


class InitKey(Command[Done], frozen=True, kw_only=True, tag="keys.init"):
    """Make the first key."""

    capability: ClassVar[str] = "keys.manage"
    reply: ClassVar[type] = Done
    deadline_ms: ClassVar[int] = 30_000
    place: str
    """keyring | vault"""
    passphrase: str = ""
    """Of the vault, which is made with it where there is none."""

    def __repr__(self) -> str:
        """Without the passphrase: a representation can end up in a log or a traceback."""
        return f"InitKey(place={self.place!r})"


class UnlockVault(Command[Done], frozen=True, kw_only=True, tag="keys.unlock"):
    """Open the vault, and sign from now on."""

    capability: ClassVar[str] = "keys.manage"
    reply: ClassVar[type] = Done
    deadline_ms: ClassVar[int] = 30_000
    passphrase: str

    def __repr__(self) -> str:
        """Without the passphrase."""
        return "UnlockVault(…)"


KeyAsk = GetKey | InitKey | UnlockVault
