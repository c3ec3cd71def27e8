"""Probes from the shell: simulated incidents on a throw-away state directory, and whether each was seen."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FormatOption, Row, write
from llmsec_tui.errors import ExitCode

commands = typer.Typer(help="Simulated incidents that have to be seen.", no_args_is_help=True)

_COLUMNS = ("probe", "ok", "step", "expected", "seen")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(commands, name="probe")


@commands.command("list")
def list_probes(chosen: FormatOption = None) -> None:
    """Which there are, and what each does."""
    from llmsec_tui.probes.catalogue import probes

    write(map(asdict, probes()), ("name", "what"), chosen)


@commands.command("run")
def run(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME…", help="Only these; else all.")] = None,
    chosen: FormatOption = None,
) -> None:
    """Try them on a collector of their own, which is gone afterwards; exit 1 when something was not seen.

    Nothing of your own state directory is read or changed.
    """
    from llmsec_tui.probes.catalogue import run as steps

    failed: list[str] = []

    def rows() -> Iterator[Row]:
        for step in steps(names or ()):
            if not step.ok:
                failed.append(f"{step.probe}: {step.step}")
            yield asdict(step)

    count = write(rows(), _COLUMNS, chosen)
    say(f"{count - len(failed)} of {count} steps as they have to be.")
    if failed:
        raise typer.Exit(ExitCode.FINDINGS)
