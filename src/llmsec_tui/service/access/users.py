"""Commands about accounts: whatever they do, somebody is left who can manage users."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from llmsec_tui.access import Actor
from llmsec_tui.access.accounts import NAME_RULE, Account, is_name, locks_everybody_out
from llmsec_tui.access.lockout import Misses
from llmsec_tui.access.passwords import refusal
from llmsec_tui.access.totp import step_of
from llmsec_tui.audit.record import Facts
from llmsec_tui.errors import NotFound, ServiceError
from llmsec_tui.incidents.policy_part import near
from llmsec_tui.service.access.api import (
    AddUser,
    ConfirmTotp,
    DisableUser,
    DropTotp,
    EnableUser,
    SetPassword,
    SetRole,
    UnlockUser,
)
from llmsec_tui.service.access.room import AccessRoom
from llmsec_tui.service.context import Context
from llmsec_tui.service.outcome import Outcome

AccountCommand = SetRole | DisableUser | EnableUser | UnlockUser | DropTotp | ConfirmTotp
"""Those that are done at once; a new password takes a while before."""

_SECOND_US = 1_000_000


def perform(context: Context, actor: Actor, command: AccountCommand) -> Outcome:
    """Do it, inside a transaction. Raises ServiceError for what makes no sense, NotFound without such an account."""
    room = context.access
    match command:
        case SetRole():
            return _set_role(room, command)
        case DisableUser():
            return _disable(room, actor, command)
        case EnableUser():
            account = find(room, command.account)
            return _changed(room, replace(account, enabled=True, misses=Misses()), "can log in again")
        case UnlockUser():
            account = find(room, command.account)
            return _changed(room, replace(account, misses=Misses()), "is not locked")
        case DropTotp():
            account = find(room, command.account)
            return _changed(room, replace(account, totp_secret=b"", totp_new=b""), "is asked for no codes any more")
        case ConfirmTotp():
            return _confirm(room, actor, command)


def find(room: AccessRoom, name: str) -> Account:
    """The account; raises NotFound, with the name that was meant, perhaps."""
    account = room.book.accounts.get(name)
    if account is None:
        raise NotFound(f"There is no account {name[:40]!r}{near(name, room.book.accounts)}; nothing was changed.")
    return account


def check_new(room: AccessRoom, command: AddUser) -> None:
    """Raise ServiceError unless such an account can be added."""
    if not is_name(command.account):
        raise ServiceError(f"No account can have this name. {NAME_RULE}")
    if command.account in room.book.accounts:
        raise ServiceError(f"There is an account {command.account} already; nothing was changed.")
    _check_role(room, command.role)
    check_password(command.password, command.account)


def check_password(password: str, account: str) -> None:
    """Raise ServiceError unless it can be a new password."""
    if why := refusal(password, account):
        raise ServiceError(why, hint="Nothing was changed.")


def add(room: AccessRoom, actor: Actor, command: AddUser, verifier: str) -> Outcome:
    """The account, with its password hashed."""
    check_new(room, command)
    first = not room.has_accounts
    account = Account(
        name=command.account,
        role=command.role,
        verifier=verifier,
        created_at=time.time_ns() // 1000,
        created_by=actor.user,
    )
    _guard(room, account)
    room.book.write_account(account)
    message = f"{account.name} can log in as {account.role}."
    if first and room.roles.now.login_required:
        message += " From now on, everybody logs in."
    return Outcome(message, after=_facts(account), object=_object(account), then=lambda: room.book.put_account(account))


def set_password(room: AccessRoom, actor: Actor, command: SetPassword, verifier: str) -> Outcome:
    """The password, hashed; other sessions of the account end."""
    account = replace(find(room, command.account), verifier=verifier, misses=Misses())
    room.book.write_account(account)
    others = [one.name for one in room.book.sessions_of(account.name) if one.name != actor.session]
    facts: Facts = {"sessions_ended": len(others)}

    def then() -> None:
        room.book.put_account(account)
        _end(room, others)

    return Outcome(f"{account.name} has another password.", after=facts, object=_object(account), then=then)


def _set_role(room: AccessRoom, command: SetRole) -> Outcome:
    account = find(room, command.account)
    _check_role(room, command.role)
    return _changed(room, replace(account, role=command.role), f"is {command.role}")


def _disable(room: AccessRoom, actor: Actor, command: DisableUser) -> Outcome:
    account = find(room, command.account)
    if not command.note.strip():
        raise ServiceError("An account is disabled with a reason.", hint="Say why in the note.")
    done = _changed(room, replace(account, enabled=False), "can log in no more")
    names = [one.name for one in room.book.sessions_of(account.name)]
    then: Callable[[], None] = done.then or (lambda: None)

    def ended() -> None:
        then()
        _end(room, names)

    return replace(done, then=ended)


def _confirm(room: AccessRoom, actor: Actor, command: ConfirmTotp) -> Outcome:
    account = own(room, actor)
    if not account.totp_new:
        raise ServiceError("There is no new secret that a code could confirm.", hint="Make one first.")
    step = step_of(account.totp_new, command.code, time.time_ns() // 1000 // _SECOND_US, 0)
    if step is None:
        raise ServiceError("This is not the code of now; nothing was changed.", hint="Is the clock right?")
    kept = replace(account, totp_secret=account.totp_new, totp_new=b"", totp_step=step)
    return _changed(room, kept, "is asked for a code at each login")


def own(room: AccessRoom, actor: Actor) -> Account:
    """The account of whoever asks. Raises ServiceError where nobody has logged in."""
    if not actor.session:
        raise ServiceError("This is about one's own account, and nobody has logged in.", hint="Log in first.")
    return find(room, actor.user)


def _changed(room: AccessRoom, account: Account, what: str) -> Outcome:
    before = find(room, account.name)
    _guard(room, account)
    room.book.write_account(account)
    return Outcome(
        f"{account.name} {what}.",
        before=_facts(before),
        after=_facts(account),
        object=_object(account),
        then=partial(room.book.put_account, account),
    )


def _guard(room: AccessRoom, account: Account) -> None:
    """Refuse what would leave nobody who can manage users."""
    accounts = {**room.book.accounts, account.name: account}
    if why := locks_everybody_out(accounts, room.roles.now):
        raise ServiceError(
            f"This cannot be done: {why}; nothing was changed.", hint="Give somebody else that role first."
        )


def _check_role(room: AccessRoom, role: str) -> None:
    known = room.roles.now.roles
    if role not in known:
        hint = f"Roles: {', '.join(known)}."
        raise ServiceError(f"There is no role {role[:40]!r}{near(role, known)}; nothing was changed.", hint=hint)


def _end(room: AccessRoom, sessions: Iterable[str]) -> None:
    for name in sessions:
        room.book.end_session(name)


def _object(account: Account) -> str:
    return f"account:{account.name}"


def _facts(account: Account) -> Facts:
    """What of an account goes on record: nothing that opens anything."""
    return {
        "role": account.role,
        "enabled": account.enabled,
        "totp": bool(account.totp_secret),
        "misses": account.misses.count,
    }
