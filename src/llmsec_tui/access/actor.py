"""Who acts: the operating system's answer, never the client's claim, and what the roles in force make of it."""

from dataclasses import dataclass, field
from enum import StrEnum


class ContentLevel(StrEnum):
    """How much of what people and models wrote somebody sees."""

    HIDDEN = "hidden"
    """Nothing but how long it is."""
    REDACTED = "redacted"
    """All but what looks like personal data or a secret."""
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose traffic somebody sees: both are to fit, and an empty one fits everything."""

    apps: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One process at the door, as the kernel names it; made once, when it connects."""

    uid: int
    gid: int
    groups: frozenset[int]
    """Its supplementary groups when it connected."""
    loginuid: int | None
    """The uid that logged in; it survives sudo and su. None when no login started the process or it is gone."""
    pid: int
    os_user: str
    """The account name of ``uid``, or the number where there is no account."""
    tty: str
    """Such as ``pts/3``; empty without a terminal."""
    ssh_client: str = ""
    """``SSH_CLIENT`` out of the process's environment: its own claim, and no proof of anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks one thing, and what they may; made anew for each ask, so that a change of roles holds at once."""

    uid: int
    loginuid: int | None
    pid: int
    user: str
    """The name of the account that logged in, else that of the operating system's user."""
    os_user: str
    role: str
    """Empty for somebody who has none, and may do nothing."""
    tty: str
    ssh_client: str = ""
    session: str = ""
    """The name of the session for the record, which opens nothing; empty without a login."""
    capabilities: frozenset[str] = frozenset()
    content: ContentLevel = ContentLevel.HIDDEN
    scope: Scope = field(default_factory=Scope)
    sees_identities: bool = False
    """Whether users of the watched applications are shown by name, else by pseudonym."""
