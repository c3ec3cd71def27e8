"""Accounts from the shell: who can log in, and as what."""

from typing import Annotated, Any

import typer
from msgspec import to_builtins

from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FormatOption, iso, record, write
from llmsec_tui.cli.passwords import ask_secret
from llmsec_tui.service.access.api import (
    AddUser,
    ConfirmTotp,
    DisableUser,
    DropTotp,
    EnableUser,
    EnrolTotp,
    ListUsers,
    SetPassword,
    SetRole,
    UnlockUser,
    UserRow,
    WhoAmI,
)
from llmsec_tui.service.api import Command
from llmsec_tui.service.asks import Done

_users = typer.Typer(help="Who can log in.", no_args_is_help=True)
_totp = typer.Typer(help="Codes of an authenticator, beside the password.", no_args_is_help=True)

_COLUMNS = ("name", "role", "enabled", "totp", "last_login_at", "failures", "locked_until", "created_by")
_TIMES = ("last_login_at", "locked_until", "created_at")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account.")]
RoleOption = Annotated[str, typer.Option("--role", metavar="ROLE", help="As in: llmsec-tui roles list")]
NoteOption = Annotated[str, typer.Option("--note", help="Why; it goes on record.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    _users.add_typer(_totp, name="totp")
    app.add_typer(_users, name="users")


@_users.command("list")
def list_users(context: typer.Context, chosen: FormatOption = None) -> None:
    """All accounts."""
    write(map(_row, ask(context.obj, ListUsers()).rows), _COLUMNS, chosen)


@_users.command("add")
def add(context: typer.Context, name: Name, role: RoleOption, note: NoteOption = "") -> None:
    """Add an account; its password is typed twice, or one line of standard input. With the first one, which needs a
    role that manages users, everybody logs in from then on."""
    password = ask_secret(f"Password for {name}", twice=True)
    _do(context, AddUser(command_id=command_id(), account=name, role=role, password=password, note=note))


@_users.command("role")
def set_role(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="As in: llmsec-tui roles list")],
    note: NoteOption = "",
) -> None:
    """Give an account another role. It holds at once, also where somebody is logged in."""
    _do(context, SetRole(command_id=command_id(), account=name, role=role, note=note))


@_users.command("passwd")
def set_password(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The account; else one's own.")] = "",
    note: NoteOption = "",
) -> None:
    """Another password. One's own takes the old one first; in a pipe, that is the first of two lines."""
    me = ask(context.obj, WhoAmI())
    account = name or me.user
    old = ask_secret("Old password") if me.session and account == me.user else ""
    new = ask_secret(f"New password for {account}", twice=True)
    _do(context, SetPassword(command_id=command_id(), account=account, password=new, old=old, note=note))


@_users.command("disable")
def disable(context: typer.Context, name: Name, note: NoteOption) -> None:
    """Let an account log in no more, and end its sessions."""
    _do(context, DisableUser(command_id=command_id(), account=name, note=note))


@_users.command("enable")
def enable(context: typer.Context, name: Name, note: NoteOption = "") -> None:
    """Let it log in again."""
    _do(context, EnableUser(command_id=command_id(), account=name, note=note))


@_users.command("unlock")
def unlock(context: typer.Context, name: Name, note: NoteOption = "") -> None:
    """Forget the wrong passwords of an account."""
    _do(context, UnlockUser(command_id=command_id(), account=name, note=note))


@_totp.command("enrol")
def enrol(context: typer.Context, chosen: FormatOption = None) -> None:
    """A new secret for one's own authenticator. Codes are asked for once the first one is confirmed."""
    record({"uri": ask(context.obj, EnrolTotp(command_id=command_id())).uri}, chosen)
    say("Give it to an authenticator, keep it nowhere else, and then: llmsec-tui users totp confirm")


@_totp.command("confirm")
def confirm(context: typer.Context) -> None:
    """Have codes be asked for from now on; takes the first one, typed or piped in."""
    _do(context, ConfirmTotp(command_id=command_id(), code=ask_secret("Code")))


@_totp.command("drop")
def drop(context: typer.Context, name: Name, note: NoteOption = "") -> None:
    """Ask for no codes any more."""
    _do(context, DropTotp(command_id=command_id(), account=name, note=note))


def _do(context: typer.Context, command: Command[Done]) -> None:
    say(ask(context.obj, command).message)


def _row(row: UserRow) -> dict[str, Any]:
    fields: dict[str, Any] = to_builtins(row)
    return {**fields, **{name: iso(fields[name] or None) for name in _TIMES}}
