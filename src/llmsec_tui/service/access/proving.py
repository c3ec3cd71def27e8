"""Find out whether somebody is who they say: name, password and code, the misses counted, nothing given away.

A wrong name, a wrong password, a wrong code, a disabled and a locked account are answered with the same words after the
same work. What it was is in the journal, for those who may read it.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, replace

from llmsec_tui.access import Actor
from llmsec_tui.access.accounts import Account
from llmsec_tui.access.lockout import Misses
from llmsec_tui.access.totp import step_of
from llmsec_tui.audit.record import Act, Facts, Result
from llmsec_tui.errors import LoginNeeded, ServiceError
from llmsec_tui.service.access.room import AccessRoom
from llmsec_tui.service.context import Context
from llmsec_tui.service.in_turn import InTurn

MOST_WAITING = 8
"""So many tries of one user of the system may wait; they take their turns one by one."""
_SECOND_US = 1_000_000
_UNKNOWN = "account:unknown"
"""The name that was typed is not kept where there is no such account: it may be a password in the wrong field."""

WRONG = (
    "The name, the password or the code is wrong, or the account is locked.",
    "After five misses it is locked for 15 minutes; who may manage users can unlock it.",
)


@dataclass(frozen=True, slots=True)
class Try:
    """What somebody claims."""

    actor: Actor
    action: str
    account: str
    password: str
    code: str | None
    """None where only the password counts."""

    def __repr__(self) -> str:
        return f"Try({self.action})"


class Proving:
    """For use in one event loop."""

    def __init__(self, context: Context, in_turn: InTurn) -> None:
        self._context = context
        self._in_turn = in_turn
        self._waiting: defaultdict[int, int] = defaultdict(int)
        self._queues: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._one_at_a_time = asyncio.Lock()

    async def prove(self, one: Try, now: int) -> Account:
        """The account whose password this is, as it is after that. Raises LoginNeeded, the same for all that is wrong.

        Whether it was right is counted and on record even if nobody waits for the answer any more.
        """
        uid = one.actor.uid
        if self._waiting[uid] >= MOST_WAITING:
            raise ServiceError("Too many logins of this user wait already.", hint="Try again in a few seconds.")
        self._waiting[uid] += 1
        task = asyncio.ensure_future(self._queued(one, now))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    async def _queued(self, one: Try, now: int) -> Account:
        uid = one.actor.uid
        try:
            # Each user of the system has one place in the queue, so that nobody waits for another's thousand tries.
            async with self._queues[uid], self._one_at_a_time:
                return await self._tried(one, now)
        finally:
            self._waiting[uid] -= 1

    async def _tried(self, one: Try, now: int) -> Account:
        room = self._room
        account = room.book.accounts.get(one.account)
        barred = "no such account" if account is None else _barred(account, now)
        verifier = None if account is None or barred else account.verifier
        matches = await room.hashing.matches(verifier, one.password)
        if account is None or not matches:
            await self._in_turn(lambda: self._missed(one, account, barred, barred or "wrong password", now))
            raise LoginNeeded(WRONG[0], hint=WRONG[1])
        step = _step(account, one.code, now)
        if step is None:
            await self._in_turn(lambda: self._missed(one, account, "", "wrong code", now))
            raise LoginNeeded(WRONG[0], hint=WRONG[1])
        verifier = await room.hashing.anew(account.verifier, one.password)
        right = replace(account, verifier=verifier, misses=Misses(), totp_step=step)
        return await self._in_turn(lambda: self._right(right))

    @property
    def _room(self) -> AccessRoom:
        return self._context.access

    def _missed(self, one: Try, account: Account | None, barred: str, why: str, now: int) -> None:
        """Count and record it; a try that could not have opened is not counted, or locks would never end."""
        facts: Facts = {}
        counted = None
        if account is not None and not barred:
            # As it is by now: while the password was hashed, somebody may have changed the account.
            current = self._room.book.accounts.get(account.name, account)
            counted = replace(current, misses=current.misses.and_another(now))
            facts = {"misses": counted.misses.count, "locked": counted.misses.locked}
        about = _UNKNOWN if account is None else f"account:{account.name}"
        if counted is not None:
            # First of all: a disk that is full must not make for endless tries.
            self._room.book.put_account(counted)
        with self._context.store.transaction():
            if counted is not None:
                self._room.book.write_account(counted)
            self._context.journal.append(Act(one.actor, one.action, about, Result.REFUSED, after=facts, reason=why))

    def _right(self, right: Account) -> Account:
        current = self._room.book.accounts.get(right.name)
        if current is None or not current.enabled:
            raise LoginNeeded(WRONG[0], hint=WRONG[1])
        kept = replace(current, verifier=right.verifier, misses=right.misses, totp_step=right.totp_step)
        self._room.book.write_account(kept)
        self._room.book.put_account(kept)
        return kept


def _step(account: Account, code: str | None, now: int) -> int | None:
    """The step of the code; that of the last one where no codes are asked for, and None for a wrong one."""
    if code is None or not account.totp_secret:
        return account.totp_step
    return step_of(account.totp_secret, code, now // _SECOND_US, account.totp_step)


def _barred(account: Account, now: int) -> str:
    """Why no password opens this account now; empty when the right one does."""
    if not account.enabled:
        return "disabled"
    if account.misses.closed(now):
        return "locked" if account.misses.locked else "too early"
    return ""
