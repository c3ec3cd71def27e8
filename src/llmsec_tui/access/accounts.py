"""Accounts: who can log in, with which role, and what came of their tries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from llmsec_tui.access.lockout import Misses
from llmsec_tui.access.roles import Roles

MANAGES = "users.manage"
_NAME_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-.")
_MOST_NAME = 32
NAME_RULE = f"A name is made of small letters, digits, _, - and ., at most {_MOST_NAME}, and begins with a letter."


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Times are microseconds since 1970 UTC; 0 for never."""

    name: str
    role: str
    verifier: str = field(repr=False)
    enabled: bool = True
    created_at: int
    created_by: str
    last_login_at: int = 0
    misses: Misses = field(default_factory=Misses)
    totp_secret: bytes = field(default=b"", repr=False)
    """Empty while no codes are asked for."""
    totp_new: bytes = field(default=b"", repr=False)
    """A secret whose first code has not come yet."""
    totp_step: int = 0
    """The step of the last code that was used."""


def is_name(name: str) -> bool:
    """Whether an account can be called so."""
    return 0 < len(name) <= _MOST_NAME and _NAME_CHARS.issuperset(name) and name[0].isalpha()


def managers(accounts: Collection[Account], roles: Roles) -> list[str]:
    """Those who can log in and manage users."""
    able = {role.name for role in roles.roles.values() if MANAGES in role.capabilities}
    return [one.name for one in accounts if one.enabled and one.role in able]


def locks_everybody_out(accounts: Mapping[str, Account], roles: Roles) -> str:
    """Why accounts and roles cannot be so: nobody could manage users any more. Empty when somebody can."""
    if not roles.login_required or not accounts or managers(accounts.values(), roles):
        return ""
    return f"no account that can log in would have {MANAGES}"
