"""Logging in and out, locking, proving again: what is asked about the asker's own session."""

import time
from dataclasses import replace

from msgspec import Struct

from llmsec_tui.access import Actor, acting
from llmsec_tui.access.accounts import Account
from llmsec_tui.access.sessions import Session, digest, opened
from llmsec_tui.audit.record import Act, Facts, Result
from llmsec_tui.errors import ServiceError
from llmsec_tui.service.access.api import (
    LockSession,
    LoggedIn,
    Login,
    Logout,
    Me,
    PersonalAsk,
    Resume,
    StepUp,
    StillHere,
    WhoAmI,
)
from llmsec_tui.service.access.proving import Proving, Try
from llmsec_tui.service.access.room import AccessRoom
from llmsec_tui.service.access.standing import ended, needed, standing
from llmsec_tui.service.access.visitor import Visitor
from llmsec_tui.service.access.words import me
from llmsec_tui.service.context import Context
from llmsec_tui.service.in_turn import InTurn

MOST_SESSIONS = 32
"""Of one account; a further login ends the oldest."""
_KEEP_EVERY_US = 60_000_000
"""So far may the store be behind with when somebody last did something."""


class Entrance:
    """Answers what is asked about a connection's own login, for use in one event loop."""

    def __init__(self, context: Context, in_turn: InTurn, proving: Proving) -> None:
        self._context = context
        self._in_turn = in_turn
        self._proving = proving
        self._kept_at: dict[str, int] = {}

    async def reply(self, visitor: Visitor, ask: PersonalAsk) -> Struct:
        """The reply; raises as the ask says."""
        match ask:
            case Login():
                return await self._login(visitor, ask)
            case Resume():
                await self._resume(visitor, ask)
            case StepUp():
                await self._step_up(visitor, ask)
            case Logout():
                await self._logout(visitor)
            case LockSession():
                await self._lock(visitor)
            case StillHere():
                await self.still_here(visitor)
            case WhoAmI():
                pass
        return self._me(visitor)

    async def still_here(self, visitor: Visitor) -> None:
        """Note that a person did something; a locked or idle session stays as it is."""
        now = _now()
        if standing(self._room, visitor, now).login or not visitor.session:
            return
        session = self._room.book.change_session(visitor.session, lambda one: one.touched(now))
        if session is not None and now - self._kept_at.get(session.name, session.opened_at) >= _KEEP_EVERY_US:
            self._kept_at[session.name] = now
            await self._in_turn(lambda: self._room.book.write_session(session))

    def touch(self, visitor: Visitor) -> None:
        """As :meth:`still_here`, in memory only."""
        if visitor.session:
            self._room.book.change_session(visitor.session, lambda one: one.touched(_now()))

    @property
    def _room(self) -> AccessRoom:
        return self._context.access

    async def _login(self, visitor: Visitor, ask: Login) -> LoggedIn:
        if not self._room.has_accounts:
            raise ServiceError(
                "There are no accounts here; nobody has to log in.", hint="Add one: llmsec-tui users add"
            )
        now = _now()
        actor = acting(visitor.peer, None)
        account = await self._proving.prove(Try(actor, "access.login", ask.account, ask.password, ask.totp), now)
        session, token = opened(account.name, visitor.peer.uid, now)
        await self._in_turn(lambda: self._open(visitor, account, session))
        visitor.session = session.name
        return LoggedIn(token=token, me=self._me(visitor))

    def _open(self, visitor: Visitor, account: Account, session: Session) -> None:
        current = self._room.book.accounts.get(account.name, account)
        known = replace(current, last_login_at=session.opened_at)
        actor = self._actor_of(visitor, known, session)
        facts: Facts = {"session": session.name, "role": account.role}
        with self._context.store.transaction():
            self._room.book.write_account(known)
            self._room.book.write_session(session)
            self._record(actor, "access.login", known.name, Result.DONE, facts)
        self._room.book.put_account(known)
        self._room.book.put_session(session)
        for old in self._superfluous(account.name, session.opened_at):
            self._room.book.end_session(old)
        if visitor.session:
            self._room.book.end_session(visitor.session)

    def _superfluous(self, account: str, now: int) -> list[str]:
        """Sessions of everybody whose time is over, and the oldest of an account that has too many."""
        times = self._room.roles.now.session
        over = [one.name for one in self._room.book.sessions.values() if one.over(now, times)]
        others = [one.name for one in self._room.book.sessions_of(account) if one.name not in over]
        return over + others[: max(len(others) - MOST_SESSIONS, 0)]

    async def _resume(self, visitor: Visitor, ask: Resume) -> None:
        wanted = digest(ask.token)
        found = next((one for one in self._room.book.sessions.values() if one.token_sha256 == wanted), None)
        if found is None:
            raise ended()
        if found.uid != visitor.peer.uid:
            await self._in_turn(lambda: self._stolen(visitor, found))
            raise ended()
        visitor.session = found.name
        if standing(self._room, visitor, _now()).login == "needed":
            visitor.session = ""
            raise ended()
        if ask.active:
            await self.still_here(visitor)

    def _stolen(self, visitor: Visitor, session: Session) -> None:
        """The token is known to somebody else, so it opens nothing any more."""
        actor = acting(visitor.peer, self._room.roles.now.of_peer(visitor.peer, self._room.owner_uid))
        facts: Facts = {"session": session.name, "session_uid": session.uid}
        why = "the token belongs to another user of the system; its session was ended"
        self._record(actor, "access.resume", session.account, Result.REFUSED, facts, why)
        self._room.book.end_session(session.name)

    async def _logout(self, visitor: Visitor) -> None:
        session = self._session(visitor)
        visitor.session = ""
        if session is not None:
            await self._in_turn(lambda: self._ended(visitor, session))

    def _ended(self, visitor: Visitor, session: Session) -> None:
        actor = self._actor_of(visitor, self._room.book.accounts.get(session.account), session)
        self._room.book.end_session(session.name)
        self._record(actor, "access.logout", session.account, Result.DONE, {"session": session.name})

    async def _lock(self, visitor: Visitor) -> None:
        session = self._needed(visitor)
        self._room.book.change_session(session.name, Session.locked_up)
        await self._in_turn(lambda: self._locked(visitor, session, ""))

    async def found_idle(self, visitor: Visitor, session: Session) -> None:
        """Lock a session at which nobody did anything for a while, and put that on record once."""
        before = session.locked
        now_locked = self._room.book.change_session(session.name, Session.locked_up)
        if now_locked is not None and not before:
            await self._in_turn(lambda: self._locked(visitor, session, "nobody did anything for a while"))

    def _locked(self, visitor: Visitor, session: Session, why: str) -> None:
        current = self._room.book.sessions.get(session.name)
        if current is not None:
            self._keep(visitor, current.locked_up(), "access.lock", why)

    async def _step_up(self, visitor: Visitor, ask: StepUp) -> None:
        session = self._needed(visitor)
        now = _now()
        actor = self._actor_of(visitor, self._room.book.accounts.get(session.account), session)
        await self._proving.prove(Try(actor, "access.step_up", session.account, ask.password, ask.totp), now)
        await self._in_turn(lambda: self._proved(visitor, session.name, now))

    def _proved(self, visitor: Visitor, name: str, now: int) -> None:
        session = self._room.book.sessions.get(name)
        if session is None:
            raise ended()
        self._keep(visitor, session.opened_again(now), "access.step_up")
        self._room.book.change_session(name, lambda one: one.opened_again(now))

    def _keep(self, visitor: Visitor, session: Session, action: str, why: str = "") -> None:
        actor = self._actor_of(visitor, self._room.book.accounts.get(session.account), session)
        with self._context.store.transaction():
            self._room.book.write_session(session)
            self._record(actor, action, session.account, Result.DONE, {"session": session.name}, why)

    def _session(self, visitor: Visitor) -> Session | None:
        return self._room.book.sessions.get(visitor.session) if visitor.session else None

    def _needed(self, visitor: Visitor) -> Session:
        session = self._session(visitor)
        if session is None or standing(self._room, visitor, _now()).login == "needed":
            raise ended() if visitor.session else needed()
        return session

    def _actor_of(self, visitor: Visitor, account: Account | None, session: Session) -> Actor:
        role = None if account is None else self._room.roles.now.roles.get(account.role)
        return acting(visitor.peer, role, user=session.account, session=session.name)

    def _record(self, actor: Actor, action: str, account: str, result: Result, facts: Facts, reason: str = "") -> None:
        self._context.journal.append(Act(actor, action, f"account:{account}", result, after=facts, reason=reason))

    def _me(self, visitor: Visitor) -> Me:
        return me(self._room, standing(self._room, visitor, _now()))


def _now() -> int:
    return time.time_ns() // 1000
