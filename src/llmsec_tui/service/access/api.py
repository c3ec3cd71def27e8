"""Logging in, sessions, users, roles and approvals: what can be asked, and the replies.

Passwords, codes and tokens travel here and nowhere else: structs that hold one do not show it, and the journal keeps
nothing of them. Times are microseconds since 1970 UTC.

What an error means to whoever asks, for all asks of the collector and not only for these:

- ``LoginNeeded`` – nobody is logged in on this connection, or the login has ended (its time is over, somebody logged it
  out, the account was disabled, its password or role file changed so). Ask for name and password, send ``Login``, and
  send what was refused again.
- ``SessionLocked`` – the login stands but is locked. Clear the screen; send ``StepUp`` with the password (and the code,
  where the account has one), which opens it; or ``Login`` as somebody else.
- ``StepUpNeeded`` – the act takes the password again. Send ``StepUp``, then the same command once more.
- ``AccessRefused`` – no role, or one without the capability. Nothing that the client does can change it.
- ``ApprovalNeeded`` – the act takes a second person; the message names the approval ("A-3"). Once somebody else has
  approved it, whoever asked sends the same again, with a new ``command_id``, and it is carried out, once.
- ``ServiceError`` – what was asked makes no sense, and the message says why.
"""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.service.asks import Command, Done, Query


class _Discreet(Struct, frozen=True, kw_only=True):
    """Does not show what it holds: a representation can end up in a log or a traceback."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Me(Struct, frozen=True, kw_only=True):
    """Who is at this end of the connection, and what they may."""

    user: str
    """The account's name once somebody has logged in, else the operating system's user."""
    os_user: str
    role: str
    """Empty without one; then ``login_required`` says whether logging in would help."""
    capabilities: list[str]
    content: str
    """How much of what people and models wrote is shown: hidden | redacted | full"""
    identities: bool
    """Whether users of the watched applications are shown by name, else by pseudonym."""
    apps: list[str]
    """Whose traffic is shown; empty for everybody's."""
    tenants: list[str]
    session: str
    """Its name for the record; empty without a login."""
    expires_at: int
    """When the login ends; 0 without one."""
    idle_s: int
    """After so many seconds without activity the session locks; 0 without a login."""
    login_required: bool
    """Whether nothing is answered here before somebody logs in."""
    login_possible: bool
    """Whether there are accounts to log in with."""
    locked: bool
    """The session is locked: send ``StepUp``."""
    totp: bool
    """Whether the account takes a code beside the password."""
    protection: str
    """One sentence: what this set-up protects, and what it does not."""


class LoggedIn(_Discreet, frozen=True, kw_only=True):
    """A login."""

    token: str
    """Opens the session on another connection of the same user of the system (``Resume``); keep it in a file 0600."""
    me: Me


class Totp(_Discreet, frozen=True, kw_only=True):
    """A new secret for codes; it counts once ``ConfirmTotp`` has brought the first code."""

    uri: str
    """``otpauth://…`` for an authenticator; it holds the secret. Show it once, and never write it anywhere."""


class UserRow(Struct, frozen=True, kw_only=True):
    """An account."""

    name: str
    role: str
    enabled: bool
    totp: bool
    last_login_at: int
    """0 for never."""
    failures: int
    """Wrong passwords since the last right one."""
    locked_until: int
    """0 when it is not locked."""
    created_at: int
    created_by: str


class UserList(Struct, frozen=True, kw_only=True):
    """By name."""

    rows: list[UserRow]


class RoleRow(Struct, frozen=True, kw_only=True):
    """A role in force, and who has it."""

    name: str
    capabilities: list[str]
    content: str
    identities: bool
    apps: list[str]
    tenants: list[str]
    os_users: list[str]
    """Users of the system, and groups with an @ before them."""
    users: list[str]
    """Accounts."""


class RoleList(Struct, frozen=True, kw_only=True):
    """In the order of the file, the owner last."""

    rows: list[RoleRow]
    origin: str
    """The file; empty when the shipped roles hold."""
    problem: str
    """Why the file does not hold, or what is dangerous about it; empty when all is well."""
    step_up: list[str]
    """Capabilities whose use takes the password again."""
    four_eyes: list[str]
    """Capabilities whose use takes a second person; with ``:level``, for incidents of that level."""


class ApprovalRow(Struct, frozen=True, kw_only=True):
    """Something that takes a second person."""

    approval_id: str
    """Such as A-3."""
    at: int
    by: str
    action: str
    """What is to be done, as the journal names it."""
    object: str
    detail: str
    """What exactly, in a line: the fields of what was asked for."""
    reason: str
    state: str
    """waiting | approved | refused | expired | used: carried out with it"""
    decided_by: str
    decided_at: int
    note: str
    """Of whoever decided."""
    expires_at: int
    mine: bool
    """Whether the asker is the same person, who cannot approve it."""


class ApprovalList(Struct, frozen=True, kw_only=True):
    """Newest first; without ``approvals.read`` or ``approvals.give``, what the asker asked for."""

    rows: list[ApprovalRow]


class WhoAmI(Query[Me], frozen=True, kw_only=True, tag="access.whoami"):
    """Always answered, to everybody at the socket."""

    reply: ClassVar[type] = Me


class Login(_Discreet, Query[LoggedIn], frozen=True, kw_only=True, tag="access.login"):
    """Open a session on this connection; one that was open on it is ended.

    Raises ``LoginNeeded`` with the same words for a wrong name, password or code and for a locked account.
    ``ServiceError`` where there are no accounts.
    """

    reply: ClassVar[type] = LoggedIn
    deadline_ms: ClassVar[int] = 20_000
    account: str
    password: str
    totp: str = ""


class Resume(_Discreet, Query[Me], frozen=True, kw_only=True, tag="access.resume"):
    """Open the session of a token on this connection. ``LoginNeeded`` when there is none (any more) for this user."""

    reply: ClassVar[type] = Me
    token: str
    active: bool = False
    """Whether a person just did something, which the collector takes for activity."""


class Logout(Query[Me], frozen=True, kw_only=True, tag="access.logout"):
    """End the session of this connection, on all connections."""

    reply: ClassVar[type] = Me


class LockSession(Query[Me], frozen=True, kw_only=True, tag="access.lock"):
    """Lock the session of this connection, on all connections. ``LoginNeeded`` without one."""

    reply: ClassVar[type] = Me


class StillHere(Query[Me], frozen=True, kw_only=True, tag="access.still_here"):
    """A person did something; to be sent at most every 30 s. Commands count by themselves, questions do not."""

    reply: ClassVar[type] = Me


class StepUp(_Discreet, Query[Me], frozen=True, kw_only=True, tag="access.step_up"):
    """Prove again who is here: opens a locked session, and lets pass for some minutes what takes the password again.

    ``LoginNeeded`` when the password is wrong, or there is no session.
    """

    reply: ClassVar[type] = Me
    deadline_ms: ClassVar[int] = 20_000
    password: str
    totp: str = ""


class ListUsers(Query[UserList], frozen=True, kw_only=True, tag="users.list"):
    capability: ClassVar[str] = "users.read"
    reply: ClassVar[type] = UserList


class AddUser(_Discreet, Command[Done], frozen=True, kw_only=True, tag="users.add"):
    """Add an account. The first one has to hold users.manage, and has everybody log in from then on."""

    capability: ClassVar[str] = "users.manage"
    reply: ClassVar[type] = Done
    deadline_ms: ClassVar[int] = 20_000
    account: str
    role: str
    password: str
    note: str = ""


class SetRole(Command[Done], frozen=True, kw_only=True, tag="users.role"):
    """Give an account another role, from the next ask on. ``ServiceError`` if nobody could manage users any more."""

    capability: ClassVar[str] = "users.manage"
    reply: ClassVar[type] = Done
    account: str
    role: str
    note: str


class SetPassword(_Discreet, Command[Done], frozen=True, kw_only=True, tag="users.password"):
    """Give an account another password, which ends its sessions but this. One's own takes the ``old`` one, and no
    capability."""

    capability: ClassVar[str] = "users.manage"
    reply: ClassVar[type] = Done
    deadline_ms: ClassVar[int] = 20_000
    account: str
    password: str
    old: str = ""
    note: str = ""


class DisableUser(Command[Done], frozen=True, kw_only=True, tag="users.disable"):
    """Let an account log in no more, and end its sessions. ``ServiceError`` if nobody could manage users any more."""

    capability: ClassVar[str] = "users.manage"
    reply: ClassVar[type] = Done
    account: str
    note: str


class EnableUser(Command[Done], frozen=True, kw_only=True, tag="users.enable"):
    """Let an account log in again."""

    capability: ClassVar[str] = "users.manage"
    reply: ClassVar[type] = Done
    account: str
    note: str = ""


class UnlockUser(Command[Done], frozen=True, kw_only=True, tag="users.unlock"):
    """Forget the wrong passwords of an account."""

    capability: ClassVar[str] = "users.manage"
    reply: ClassVar[type] = Done
    account: str
    note: str


class EnrolTotp(Command[Totp], frozen=True, kw_only=True, tag="users.totp"):
    """Make a secret for codes of one's own account. What is in force stays so until ``ConfirmTotp``."""

    reply: ClassVar[type] = Totp


class ConfirmTotp(_Discreet, Command[Done], frozen=True, kw_only=True, tag="users.totp_confirm"):
    """Have codes be asked for from now on; takes the first one. ``ServiceError`` when it is wrong."""

    reply: ClassVar[type] = Done
    code: str


class DropTotp(Command[Done], frozen=True, kw_only=True, tag="users.totp_drop"):
    """Ask for no codes any more: of one's own account, or with the capability of any."""

    capability: ClassVar[str] = "users.manage"
    reply: ClassVar[type] = Done
    account: str
    note: str = ""


class ListRoles(Query[RoleList], frozen=True, kw_only=True, tag="roles.list"):
    capability: ClassVar[str] = "users.read"
    reply: ClassVar[type] = RoleList


class ReloadRoles(Command[Done], frozen=True, kw_only=True, tag="roles.reload"):
    """Have the file of roles read again. ``ServiceError`` with all that is wrong in it; then all stays as it was."""

    capability: ClassVar[str] = "roles.reload"
    reply: ClassVar[type] = Done
    note: str = ""


class ListApprovals(Query[ApprovalList], frozen=True, kw_only=True, tag="approvals.list"):
    reply: ClassVar[type] = ApprovalList
    state: str = ""
    """Of this state only."""
    limit: int = 100


class Approve(Command[Done], frozen=True, kw_only=True, tag="approvals.approve"):
    """Let somebody else do what they asked for, once. ``AccessRefused`` for what one asked for oneself."""

    capability: ClassVar[str] = "approvals.give"
    reply: ClassVar[type] = Done
    approval_id: str
    note: str = ""


class RefuseApproval(Command[Done], frozen=True, kw_only=True, tag="approvals.refuse"):
    """Say no, with a reason. Whoever asked may take back what they asked for in the same way."""

    capability: ClassVar[str] = "approvals.give"
    reply: ClassVar[type] = Done
    approval_id: str
    note: str


PersonalAsk = WhoAmI | Login | Resume | Logout | LockSession | StillHere | StepUp
"""About the connection's own login: answered at the door, whatever the role."""
AccessAsk = (
    PersonalAsk
    | ListUsers
    | AddUser
    | SetRole
    | SetPassword
    | DisableUser
    | EnableUser
    | UnlockUser
    | EnrolTotp
    | ConfirmTotp
    | DropTotp
    | ListRoles
    | ReloadRoles
    | ListApprovals
    | Approve
    | RefuseApproval
)
