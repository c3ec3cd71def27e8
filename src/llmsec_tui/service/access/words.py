"""What people are told about who they are here, and what that protects."""

from llmsec_tui import __version__
from llmsec_tui.access.accounts import Account
from llmsec_tui.access.peers import user_name
from llmsec_tui.access.roles import ROOT
from llmsec_tui.service.access.api import Me
from llmsec_tui.service.access.room import AccessRoom
from llmsec_tui.service.access.standing import Standing
from llmsec_tui.service.rows import Status

_SECOND_US = 1_000_000


def me(room: AccessRoom, stands: Standing) -> Me:
    """Who somebody is, and what they may."""
    actor, session, times = stands.actor, stands.session, room.roles.now.session
    account = None if session is None else room.book.accounts.get(session.account)
    return Me(
        user=actor.user,
        os_user=actor.os_user,
        role=actor.role,
        capabilities=sorted(actor.capabilities),
        content=actor.content.value,
        identities=actor.sees_identities,
        apps=list(actor.scope.apps),
        tenants=list(actor.scope.tenants),
        session="" if session is None else session.name,
        expires_at=0 if session is None else session.ends_at(times),
        idle_s=0 if session is None else times.idle // _SECOND_US,
        login_required=stands.login == "needed",
        login_possible=room.has_accounts,
        locked=stands.login == "locked",
        totp=_takes_codes(account),
        protection=protection(room),
    )


def protection(room: AccessRoom) -> str:
    """One sentence: what this set-up protects, and what it does not."""
    owner = " and ".join(dict.fromkeys((user_name(room.owner_uid), user_name(ROOT))))
    if not room.has_accounts:
        return (
            f"No login: whoever works as {owner} may do everything, and the record names users of the system, "
            "not people; add accounts with: llmsec-tui users add"
        )
    if not room.roles.now.login_required:
        return f"Login optional: acts without one are on record by user of the system; the files are open to {owner}."
    return f"Login required: acts are on record by account; the files themselves are open to {owner}."


def bare(room: AccessRoom, stands: Standing, pid: int, now: int) -> Status:
    """A status for somebody who has to log in first: that a collector is here, and what is missing."""
    return Status(
        pid=pid,
        version=__version__,
        store="",
        started_at=0,
        now=now,
        user=stands.actor.user,
        role="",
        capabilities=[],
        rules=0,
        rules_version="",
        watching=[],
        alerts_seq=0,
        events_seq=0,
        audit_seq=0,
        problem="",
        login=stands.login,
        session=stands.actor.session,
        protection=protection(room),
    )


def _takes_codes(account: Account | None) -> bool:
    return account is not None and bool(account.totp_secret)
