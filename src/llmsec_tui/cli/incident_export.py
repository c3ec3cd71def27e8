"""An incident's file, taken out of the store into a folder that only its owner can read."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from llmsec_tui.cli.acting import Name
from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.new_file import write_new
from llmsec_tui.errors import ConfigError
from llmsec_tui.service.incidents.api import ExportIncident
from llmsec_tui.service.incidents.rows import ExportedFile


class ExportFormat(StrEnum):
    """What a report can be."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"
    STIX = "stix"
    OCSF = "ocsf"
    TIMESKETCH = "timesketch"
    EVIDENCE = "evidence"
    """The pinned records themselves; only when asked for."""


def add_to(incident: typer.Typer) -> None:
    """Add the command of this module to those about one incident."""
    incident.command("export")(export)


def export(
    context: typer.Context,
    incident: Name,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="A folder that is not there yet; default: ./INC-12.")
    ] = None,
    formats: Annotated[
        list[ExportFormat] | None, typer.Option("--as", help="May be given more than once; default: all but evidence.")
    ] = None,
) -> None:
    """Write the incident's report, with a manifest of hashes, into a new folder; nothing is ever overwritten."""
    if to is not None:
        _refuse_existing(to)
    chosen = [one.value for one in formats or ()]
    bundle = ask(context.obj, ExportIncident(command_id=command_id(), incident_id=incident, formats=chosen))
    folder = to or Path(bundle.incident_id)
    make_folder(folder)
    for file in bundle.files:
        write_file(folder, file)
    say(bundle.message)
    for file in bundle.files:
        typer.echo(str(folder / file.name))


def _refuse_existing(folder: Path) -> None:
    if folder.exists() or folder.is_symlink():
        raise ConfigError(f"{folder} is there already; nothing was written.", hint="Name a new folder with --to.")


def make_folder(folder: Path) -> None:
    """A new folder that only its owner can enter. Raises ConfigError for one that is there."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        _refuse_existing(folder)
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be made: {error.strerror}; nothing was written.", hint="Name another with --to."
        ) from error


def write_file(folder: Path, file: ExportedFile) -> None:
    """A new file in it that only its owner can read. Raises ConfigError for a name that is there or leads elsewhere."""
    if file.name in ("", ".", "..") or Path(file.name).name != file.name:
        raise ConfigError(f"The collector named a file {file.name!r}, which is no plain name; it was not written.")
    write_new(folder / file.name, file.content, hint=f"The folder {folder} is incomplete.")
