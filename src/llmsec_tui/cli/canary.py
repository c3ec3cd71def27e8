"""Canaries from the shell: tokens in prompts, by which a leak names the prompt that it came from."""

from typing import Annotated, Any

import typer
from msgspec import to_builtins

from llmsec_tui.cli.acting import tell
from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FormatOption, iso, record, write
from llmsec_tui.cli.passwords import ask_secret
from llmsec_tui.service.canaries.api import AddCanary, ListCanaries, RetireCanary

_canary = typer.Typer(help="Tokens in prompts that show up where a prompt leaks.", no_args_is_help=True)

_COLUMNS = ("canary_id", "app", "prompt", "planted_at", "retired_at", "token", "rule_id")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_canary, name="canary")


@_canary.command("add")
def add(
    context: typer.Context,
    app: Annotated[str, typer.Option("--app", metavar="APP", help="The application whose prompt it is.")],
    prompt: Annotated[str, typer.Option("--prompt", metavar="PROMPT", help="The prompt's name or version.")],
    own: Annotated[
        bool, typer.Option("--own", help="Take a token of yours, typed or from standard input; else one is made.")
    ] = False,
    chosen: FormatOption = None,
) -> None:
    """Look for a token in everything but system prompts, from now on; it is printed this once."""
    from llmsec_tui.detect.canaries.token import new

    token = ask_secret("Token") if own else new()
    done = ask(context.obj, AddCanary(command_id=command_id(), app=app, prompt=prompt, token=token))
    row = {"canary_id": f"C-{done.version}", "app": app, "prompt": prompt, "audit_seq": done.audit_seq}
    record(row if own else {**row, "token": token}, chosen)
    say(done.message)


@_canary.command("list")
def list_canaries(
    context: typer.Context,
    whole: Annotated[bool, typer.Option("--whole", help="Show the tokens.")] = False,
    chosen: FormatOption = None,
) -> None:
    """All canaries, newest first."""
    found = ask(context.obj, ListCanaries(whole=whole))
    write((_row(to_builtins(row)) for row in found.rows), _COLUMNS, chosen)


@_canary.command("retire")
def retire(
    context: typer.Context,
    canary: Annotated[str, typer.Argument(metavar="CANARY", help="Such as C-3.")],
    note: Annotated[str, typer.Option("--note", help="Why; it goes on record.")],
) -> None:
    """Stop looking for a token, and forget it."""
    done = ask(context.obj, RetireCanary(command_id=command_id(), canary_id=canary, note=note))
    tell(done, canary_id=f"C-{done.version}")


def _row(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "planted_at": iso(fields["planted_at"]), "retired_at": iso(fields["retired_at"])}
