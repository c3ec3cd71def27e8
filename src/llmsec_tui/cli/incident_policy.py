"""The desk's policy from the shell: check a file, show what holds, have it read again."""

from pathlib import Path
from typing import Annotated

import typer

from llmsec_tui.cli.acting import tell
from llmsec_tui.cli.as_data import as_data
from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FormatOption, record
from llmsec_tui.errors import ConfigError, ExitCode
from llmsec_tui.paths import Home
from llmsec_tui.service.incidents.api import GetDesk, ReloadPolicy
from llmsec_tui.text import visible_lines

_policy = typer.Typer(help="What a team decides about its desk.", no_args_is_help=True)


def add_to(incidents: typer.Typer) -> None:
    """Add the commands of this module to those about incidents."""
    incidents.add_typer(_policy, name="policy")


@_policy.command("check")
def check(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Default: desk.yml of the home.")] = None,
) -> None:
    """Read a policy and say everything that is wrong with it, with its place; exit 1 when something is."""
    from llmsec_tui.incidents.policy_file import PolicyError, load

    home: Home = context.obj
    path = file or home.policy
    if not path.is_file():
        raise ConfigError(f"There is no policy {path}; what is shipped holds.", hint="See: incidents policy shipped")
    try:
        policy = load(path)
    except PolicyError as error:
        for issue in error.issues:
            typer.echo(visible_lines(str(issue)))
        say(f"{path} is not in order: {len(error.issues)} to put right.")
        raise typer.Exit(ExitCode.FINDINGS) from None
    counts = f"{len(policy.remedies)} remedies, {len(policy.channels)} channels, {len(policy.routes)} routes"
    say(f"{path} is in order: {counts}, {len(policy.duties)} duties.")


@_policy.command("show")
def show(context: typer.Context, chosen: FormatOption = None) -> None:
    """Which file holds, what is wrong with it, and what it says of duties and bulk acts."""
    record(as_data(ask(context.obj, GetDesk())), chosen)


@_policy.command("shipped")
def shipped() -> None:
    """The policy that holds where there is none, with comments: a beginning for one of your own."""
    from llmsec_tui.incidents.policy_file import SHIPPED

    typer.echo(SHIPPED.read_text(encoding="utf-8"), nl=False)


@_policy.command("reload")
def reload(context: typer.Context) -> None:
    """Have the collector read its policy again; when it is broken, nothing changes."""
    tell(ask(context.obj, ReloadPolicy(command_id=command_id())), act="reload_policy")
