"""The command line's table of contents. Heavy rooms are imported inside the commands, so that help is instant."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from llmsec_tui import __version__
from llmsec_tui.cli import (
    audit,
    campaigns,
    canary,
    collecting,
    compliance,
    content,
    doctor,
    drift,
    evaluating,
    explaining,
    incident,
    incidents,
    login,
    markers,
    notifications,
    probing,
    reading,
    reviewing,
    roles,
    rules,
    silences,
    usage,
    users,
)
from llmsec_tui.cli.crash import report
from llmsec_tui.cli.diagnostics import complain
from llmsec_tui.errors import ExitCode, LlmsecError
from llmsec_tui.hardening import leave_no_core
from llmsec_tui.paths import home

app = typer.Typer(
    name="llmsec-tui",
    help="An operations console for the security of LLM applications, in the terminal.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    state: Annotated[
        Path | None, typer.Option("--home", metavar="DIR", help="State directory; LLMSEC_HOME does the same.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options of every command."""
    context.obj = home(state)


collecting.register(app)
reviewing.register(app)
reading.register(app)
audit.register(app)
incidents.register(app)
incident.register(app)
markers.register(app)
notifications.register(app)
compliance.register(app)
content.register(app)
canary.register(app)
probing.register(app)
rules.register(app)
evaluating.register(app)
silences.register(app)
campaigns.register(app)
drift.register(app)
usage.register(app)
explaining.register(app)
login.register(app)
users.register(app)
roles.register(app)
doctor.register(app)


def main() -> None:
    """Run a command; every error becomes one sentence on stderr and a documented exit code."""
    leave_no_core()
    try:
        app()
    except LlmsecError as error:
        complain(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output went away; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.FINE)
    except Exception as error:
        # The last door: a traceback could show log text, and helps no user.
        report(error)
        sys.exit(ExitCode.BAD_INPUT)
