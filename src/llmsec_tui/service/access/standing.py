"""How somebody stands with the collector at this moment: who they are by now, and what is missing."""

from dataclasses import dataclass
from typing import Literal

from llmsec_tui.access import Actor, acting
from llmsec_tui.access.sessions import Session
from llmsec_tui.errors import AccessRefused, LoginNeeded, SessionLocked
from llmsec_tui.service.access.room import AccessRoom
from llmsec_tui.service.access.visitor import Visitor

Login = Literal["", "needed", "locked"]


def needed() -> LoginNeeded:
    """Nobody has logged in."""
    return LoginNeeded("Nobody is logged in here; nothing was done.", hint="Log in: llmsec-tui login NAME")


def ended() -> LoginNeeded:
    """Somebody had."""
    return LoginNeeded("The login has ended; nothing was done.", hint="Log in again: llmsec-tui login NAME")


def locked() -> SessionLocked:
    """Somebody has, and is away."""
    return SessionLocked("The session is locked; nothing was done.", hint="Give the password again: llmsec-tui login")


@dataclass(frozen=True, slots=True)
class Standing:
    """Made anew for each ask."""

    actor: Actor
    """With a role only where nothing is missing."""
    session: Session | None = None
    login: Login = ""
    """What is missing before anything is answered."""
    refused: AccessRefused | None = None
    """The same, as an error."""


def standing(room: AccessRoom, visitor: Visitor, now: int) -> Standing:
    """Who asks, by the roles, accounts and sessions that hold now (µs)."""
    roles, peer = room.roles.now, visitor.peer
    if visitor.session:
        session = room.book.sessions.get(visitor.session)
        account = None if session is None else room.book.accounts.get(session.account)
        if session is None or account is None or not account.enabled or session.over(now, roles.session):
            return Standing(acting(peer, None), None, "needed", ended())
        if session.locked or session.idle(now, roles.session):
            actor = acting(peer, None, user=account.name, session=session.name)
            return Standing(actor, session, "locked", locked())
        role = roles.roles.get(account.role)
        return Standing(acting(peer, role, user=account.name, session=session.name), session)
    if room.login_required:
        return Standing(acting(peer, None), None, "needed", needed())
    return Standing(acting(peer, roles.of_peer(peer, room.owner_uid)))
