"""What can be asked about canaries, and done to them. Times are microseconds since 1970 UTC."""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.service.asks import Command, Done, Query


class CanaryRow(Struct, frozen=True, kw_only=True):
    """A token in a prompt."""

    canary_id: str
    """C-3"""
    app: str
    prompt: str
    planted_at: int
    retired_at: int | None
    """None while it is looked for."""
    token: str
    """Whole only for those who asked for that and may; else its beginning. Of a retired one, empty."""
    token_sha256: str
    rule_id: str
    """Of the rule that looks for it; its alerts name it. Empty for a retired one."""


class CanaryList(Struct, frozen=True, kw_only=True):
    """All that there ever were, newest first; for somebody with a scope, those of its applications."""

    rows: list[CanaryRow]


class ListCanaries(Query[CanaryList], frozen=True, kw_only=True, tag="canaries.list"):
    """With ``whole``, which takes ``canaries.manage``, the tokens are not masked."""

    capability: ClassVar[str] = "rules.read"
    reply: ClassVar[type] = CanaryList
    whole: bool = False


class AddCanary(Command[Done], frozen=True, kw_only=True, tag="canaries.add"):
    """Look for a token from now on. Raises ServiceError for a weak one, and for one that is there.

    The token is made by who asks: replies to commands are kept, and the journal has only its hash.
    """

    capability: ClassVar[str] = "canaries.manage"
    reply: ClassVar[type] = Done
    app: str
    prompt: str
    token: str


class RetireCanary(Command[Done], frozen=True, kw_only=True, tag="canaries.retire"):
    """Stop looking for a token, and forget it. Raises NotFound, and ServiceError without a note."""

    capability: ClassVar[str] = "canaries.manage"
    reply: ClassVar[type] = Done
    canary_id: str
    note: str


CanaryAsk = ListCanaries | AddCanary | RetireCanary
"""Everything that can be asked here."""
CanaryCommand = AddCanary | RetireCanary
"""What of it changes something."""
