"""The windows about accounts, and the commands that they become."""

from collections.abc import Sequence
from uuid import uuid4

from llmsec_tui.console.forms import Field, Form, Given, Option
from llmsec_tui.service.access.api import AddUser, SetPassword, SetRole, UserRow

_PASSWORDS = (
    Field("password", "password", required=True, complaint="A password is required.", secret=True),
    Field("again", "again", secret=True),
)
_NOTE = Field("note", "note", hint="Note (may be empty)")


def adding(roles: Sequence[str]) -> Form:
    """Asks for a new account."""
    fields = [
        Field("account", "name", required=True, complaint="A name is required."),
        _role(roles, ""),
        *_PASSWORDS,
        _NOTE,
    ]
    told = "With the first account, everybody has to log in from then on."
    subject = "You know its password: have whoever it is for set their own, with :passwd."
    return Form("Add an account", subject, fields, does="adds it", told=told, refuse=_unlike)


def added(given: Given) -> AddUser:
    """The command to add it."""
    return AddUser(
        command_id=uuid4().hex,
        account=given["account"],
        role=given["role"],
        password=given["password"],
        note=given["note"],
    )


def giving_role(account: UserRow, roles: Sequence[str]) -> Form:
    """Asks for another role of an account."""
    note = Field("note", "note", hint="Why?", required=True, complaint="A note is required: say why.")
    subject = f"{account.name}, {account.role} until now"
    return Form("Give another role", subject, [_role(roles, account.role), note], does="gives it")


def role_given(account: UserRow, given: Given) -> SetRole:
    """The command to give it."""
    return SetRole(command_id=uuid4().hex, account=account.name, role=given["role"], note=given["note"])


def giving_password(account: str, *, own: bool) -> Form:
    """Asks for another password; of one's own account also for the one that holds."""
    old = [Field("old", "until now", required=True, complaint="The password until now is required.", secret=True)]
    told = "It ends the other sessions of the account." if own else "It ends the sessions of the account."
    return Form(
        *("Set your password" if own else "Set a password", account, [*(old if own else []), *_PASSWORDS, _NOTE]),
        does="sets it",
        told=told,
        refuse=_unlike,
    )


def password_given(account: str, given: Given) -> SetPassword:
    """The command to set it."""
    return SetPassword(
        command_id=uuid4().hex,
        account=account,
        password=given["password"],
        old=given.get("old", ""),
        note=given["note"],
    )


def _role(roles: Sequence[str], value: str) -> Field:
    return Field("role", "role", required=True, options=[Option(name, name) for name in roles], value=value)


def _unlike(given: Given) -> str:
    return "" if given["password"] == given["again"] else "The two are not the same; type the password again."
