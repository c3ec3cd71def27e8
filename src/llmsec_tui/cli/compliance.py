"""A report on a period, for people who were not there."""

from pathlib import Path
from typing import Annotated

import typer

from llmsec_tui.cli import times
from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.new_file import write_new
from llmsec_tui.compliance.form import Form
from llmsec_tui.service.compliance.api import ReportPeriod

_compliance = typer.Typer(help="What a period's monitoring can prove.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_compliance, name="compliance")


@_compliance.command("report")
def report(
    context: typer.Context,
    since: Annotated[str, typer.Option("--from", metavar="TIME", help="2026-11-01, or 30d for so long ago.")] = "30d",
    until: Annotated[str, typer.Option("--to", metavar="TIME", help="Not in the period itself; default: now.")] = "0m",
    form: Annotated[Form, typer.Option("--as", help="How it is written.")] = Form.MARKDOWN,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="A new file; default: standard output.")
    ] = None,
) -> None:
    """What was monitored, detected, answered and not visible, and what counts for OWASP, ATLAS, NIST, the AI Act."""
    asked = ReportPeriod(
        command_id=command_id(),
        since=times.moment(since, "--from"),
        until=times.moment(until, "--to"),
        form=form.value,
    )
    made = ask(context.obj, asked)
    if output is None:
        typer.echo(made.content.decode("utf-8"), nl=False)
    else:
        write_new(output, made.content)
    say(made.message)
