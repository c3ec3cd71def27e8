"""Act on an incident from the shell: on the version that is named, else on the one that is there now."""

import sys
from typing import Annotated, Any

import typer

from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import json_line
from llmsec_tui.paths import Home
from llmsec_tui.service.asks import Done
from llmsec_tui.service.incidents.api import ActOnIncident, GetIncident
from llmsec_tui.service.incidents.rows import IncidentDetail

Name = Annotated[str, typer.Argument(metavar="INCIDENT", help="INC-12 or 12, or the id of an alert that is in it.")]
NoteOption = Annotated[str, typer.Option("--note", help="Why; it goes on record.")]
VersionOption = Annotated[
    int | None,
    typer.Option("--version", min=1, help="That you saw; refused if it changed since. Default: as it is now."),
]


def look(home: Home, name: str) -> IncidentDetail:
    """An incident as it is now."""
    return ask(home, GetIncident(incident_id=name))


def act(home: Home, name: str, act: str, version: int | None = None, *, quiet: bool = False, **fields: Any) -> Done:
    """Do it and say what came of it; in a pipe as one JSON line too, unless ``quiet``: then other data follows."""
    if version is None:
        row = look(home, name).row
        name, version = row.incident_id, row.version
    command = ActOnIncident(command_id=command_id(), incident_id=name, act=act, version=version, **fields)
    done = ask(home, command)
    if quiet:
        say(done.message)
    else:
        tell(done, incident_id=name, act=act)
    return done


def tell(done: Done, **facts: Any) -> None:
    """Narrate what was done; what reads a pipe is told in JSON."""
    say(done.message)
    if not sys.stdout.isatty():
        row = {**facts, "message": done.message, "version": done.version, "audit_seq": done.audit_seq}
        sys.stdout.write(json_line(row) + "\n")
