"""Roles and approvals from the shell."""

from typing import Annotated, Any

import typer
from msgspec import to_builtins

from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FormatOption, iso, write
from llmsec_tui.service.access.api import (
    ApprovalRow,
    Approve,
    ListApprovals,
    ListRoles,
    RefuseApproval,
    ReloadRoles,
)

_roles = typer.Typer(help="Who may do and see what.", no_args_is_help=True)
_approvals = typer.Typer(help="What takes a second person.", no_args_is_help=True)

_ROLE_COLUMNS = ("name", "content", "identities", "os_users", "users", "capabilities")
_APPROVAL_COLUMNS = ("approval_id", "state", "at", "by", "action", "object", "decided_by", "reason")
_TIMES = ("at", "decided_at", "expires_at")

Name = Annotated[str, typer.Argument(metavar="APPROVAL", help="Such as A-3.")]
NoteOption = Annotated[str, typer.Option("--note", help="Why; it goes on record.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_roles, name="roles")
    app.add_typer(_approvals, name="approvals")


@_roles.command("list")
def list_roles(context: typer.Context, chosen: FormatOption = None) -> None:
    """The roles in force, what each may, and who has it."""
    found = ask(context.obj, ListRoles())
    write((to_builtins(row) for row in found.rows), _ROLE_COLUMNS, chosen)
    say(f"From {found.origin or 'what is shipped'}.")
    if found.step_up:
        say(f"Takes the password again: {', '.join(found.step_up)}.")
    if found.four_eyes:
        say(f"Takes a second person: {', '.join(found.four_eyes)}.")
    if found.problem:
        say(found.problem)


@_roles.command("reload")
def reload(context: typer.Context, note: NoteOption = "") -> None:
    """Have roles.yml read again; with any mistake in it, all stays as it was. A change is also noticed by itself."""
    say(ask(context.obj, ReloadRoles(command_id=command_id(), note=note)).message)


@_approvals.command("list")
def list_approvals(
    context: typer.Context,
    state: Annotated[str, typer.Option("--state", help="waiting, approved, refused, expired or used only.")] = "",
    chosen: FormatOption = None,
) -> None:
    """What takes a second person, newest first; without a capability about approvals, what one asked for oneself."""
    write(map(_row, ask(context.obj, ListApprovals(state=state)).rows), _APPROVAL_COLUMNS, chosen)


@_approvals.command("approve")
def approve(context: typer.Context, name: Name, note: NoteOption = "") -> None:
    """Let somebody else do what they asked for, once."""
    say(ask(context.obj, Approve(command_id=command_id(), approval_id=name, note=note)).message)


@_approvals.command("refuse")
def refuse(context: typer.Context, name: Name, note: NoteOption) -> None:
    """Say no; or take back what one asked for oneself."""
    say(ask(context.obj, RefuseApproval(command_id=command_id(), approval_id=name, note=note)).message)


def _row(row: ApprovalRow) -> dict[str, Any]:
    fields: dict[str, Any] = to_builtins(row)
    return {**fields, **{name: iso(fields[name] or None) for name in _TIMES}}
