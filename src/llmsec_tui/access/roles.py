"""Roles, and who has which: what the file of roles says once it is read."""

import grp
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmsec_tui.access.actor import Actor, ContentLevel, Peer, Scope
from llmsec_tui.access.capabilities import CAPABILITIES

OWNER_NAME = "owner"
ROOT = 0
EVERYTHING = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What somebody may do and see."""

    name: str
    capabilities: frozenset[str]
    content: ContentLevel
    identities: bool
    scope: Scope = EVERYTHING


OWNER = Role(name=OWNER_NAME, capabilities=frozenset(CAPABILITIES), content=ContentLevel.FULL, identities=True)
"""Whose files these are: no file of roles can take anything from somebody who can edit it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTimes:
    """Spans in microseconds."""

    lasts: int
    """A login is good for so long ..."""
    idle: int
    """... and locks when nobody did anything for so long."""
    reveal: int
    """What was revealed is shown for so long."""
    step_up: int
    """A password that was given again counts for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """All that a file of roles says."""

    roles: Mapping[str, Role]
    """By name, the owner's among them."""
    os_users: Mapping[str, str]
    """Roles by the name of an operating system's user, or its uid in digits."""
    os_groups: Mapping[str, str]
    """Roles by the name of a group; the first that somebody is in counts."""
    login_required: bool
    """Whether everybody logs in once there are accounts; else a user of the system has the role above until then."""
    session: SessionTimes
    step_up: frozenset[str]
    """Capabilities whose use takes the password again."""
    four_eyes: frozenset[str]
    """Capabilities whose use takes a second person; with ``:level``, for incidents of that level only."""
    digest: str
    """SHA-256 of the file."""

    def holders(self, capability: str) -> list[str]:
        """The names of the roles that have it."""
        return [role.name for role in self.roles.values() if capability in role.capabilities]

    def of_peer(self, peer: Peer, owner_uid: int) -> Role | None:
        """The role of a user of the operating system; None for nobody's business here.

        Who runs the collector and root are the owner, unless the file gives them another role by name.
        """
        named = self.os_users.get(peer.os_user) or self.os_users.get(str(peer.uid))
        if named is None and peer.uid in (owner_uid, ROOT):
            named = OWNER_NAME
        if named is None:
            named = next((role for group, role in self.os_groups.items() if _is_in(peer, group)), None)
        return None if named is None else self.roles[named]


def acting(peer: Peer, role: Role | None, *, user: str = "", session: str = "") -> Actor:
    """Who asks; ``user`` and ``session`` once somebody has logged in. Without a role they may do nothing."""
    return Actor(
        uid=peer.uid,
        loginuid=peer.loginuid,
        pid=peer.pid,
        user=user or peer.os_user,
        os_user=peer.os_user,
        role="" if role is None else role.name,
        tty=peer.tty,
        ssh_client=peer.ssh_client,
        session=session,
        capabilities=frozenset() if role is None else role.capabilities,
        content=ContentLevel.HIDDEN if role is None else role.content,
        scope=Scope() if role is None else role.scope,
        sees_identities=role is not None and role.identities,
    )


def listed(names: Sequence[str]) -> str:
    """Roles in a hint."""
    return f"Roles that have it: {', '.join(names)}." if names else "No role has it."


def _is_in(peer: Peer, group: str) -> bool:
    try:
        gid = int(group) if group.isdecimal() else grp.getgrnam(group).gr_gid
    except KeyError:
        return False
    return gid == peer.gid or gid in peer.groups
