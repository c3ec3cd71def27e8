"""Remedies of an incident from the shell: what there is, rehearsing it, running it, what it wrote."""

import time
from typing import Annotated

import typer

from llmsec_tui.cli.acting import Name, NoteOption, act, look
from llmsec_tui.cli.as_data import as_data
from llmsec_tui.cli.asking import ask
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import Format, FormatOption, as_json, record, write
from llmsec_tui.errors import ConfigError, ExitCode, NotFound
from llmsec_tui.incidents.states import RunState
from llmsec_tui.paths import Home
from llmsec_tui.service.incidents.api import GetRemedies, GetRunOutput
from llmsec_tui.service.incidents.rows import RemedyRow, RunRow
from llmsec_tui.text import visible_lines

_COLUMNS = ("name", "kind", "rehearsed_at", "running", "missing", "tasks", "title", "what")
_LOOK_AGAIN_S = 0.2

Remedy = Annotated[str, typer.Argument(metavar="REMEDY", help="Its name; see: incident remedies")]
Task = Annotated[int, typer.Option("--task", min=0, help="The step that it does; default: the one that asks.")]


def add_to(incident: typer.Typer) -> None:
    """Add the commands of this module to those about one incident."""
    incident.command("remedies")(remedies)
    incident.command("rehearse")(rehearse)
    incident.command("run")(run)
    incident.command("output")(output)


def remedies(context: typer.Context, incident: Name, chosen: FormatOption = None) -> None:
    """What can be done from here, with everything filled in."""
    write(map(as_data, _offered(context.obj, incident)), _COLUMNS, chosen)


def rehearse(
    context: typer.Context,
    incident: Name,
    remedy: Remedy,
    task: Task = 0,
    note: NoteOption = "",
    chosen: FormatOption = None,
) -> None:
    """Try a remedy: run its rehearsal, or show what would be run. Exit 1 when that does not end well."""
    _possible(context.obj, incident, remedy)
    _carry_out(context.obj, incident, "rehearse", chosen, remedy=remedy, task=task, note=note)


def run(
    context: typer.Context,
    incident: Name,
    remedy: Remedy,
    task: Task = 0,
    note: NoteOption = "",
    chosen: FormatOption = None,
) -> None:
    """Run a remedy exactly as it was rehearsed within the last hour, and wait for its end. Exit 1 unless it is well."""
    if _possible(context.obj, incident, remedy).rehearsed_at is None:
        say(f"{remedy} was not rehearsed as it stands now; nothing was run.")
        say(f"  Rehearse it first: llmsec-tui incident rehearse {incident} {remedy}")
        raise typer.Exit(ExitCode.FINDINGS)
    _carry_out(context.obj, incident, "run", chosen, remedy=remedy, task=task, note=note)


def output(context: typer.Context, incident: Name, number: int, chosen: FormatOption = None) -> None:
    """What a run wrote: its beginning and its end when it was long."""
    found = ask(context.obj, GetRunOutput(incident_id=incident, run=number))
    if as_json(chosen):
        record({**as_data(found.run), "text": found.text, "cut": found.cut}, Format.JSONL)
        return
    say(f"{found.run.what}: {found.run.state}. {found.run.told}")
    typer.echo(visible_lines(found.text))
    if found.cut:
        say(f"{found.cut:,} bytes in the middle were not kept.")


def _carry_out(
    home: Home, incident: str, name: str, chosen: Format | None, *, remedy: str, task: int, note: str
) -> None:
    before = max((run.run for run in look(home, incident).runs), default=0)
    act(home, incident, name, quiet=True, remedy=remedy, task=task, note=note)
    ended = _await_end(home, incident, remedy, before)
    record(as_data(ended), chosen)
    if ended.state != RunState.DONE:
        raise typer.Exit(ExitCode.FINDINGS)


def _await_end(home: Home, incident: str, remedy: str, before: int) -> RunRow:
    """The run once it ended. The collector ends it at its timeout, so this ends too."""
    while True:
        runs = [run for run in look(home, incident).runs if run.run > before and run.remedy == remedy]
        if not runs:
            raise NotFound(f"The run of {remedy} is not on record.", hint="See: llmsec-tui incidents show")
        if runs[0].state != RunState.RUNNING:
            return runs[0]
        time.sleep(_LOOK_AGAIN_S)


def _offered(home: Home, incident: str) -> list[RemedyRow]:
    return ask(home, GetRemedies(incident_id=incident)).rows


def _possible(home: Home, incident: str, remedy: str) -> RemedyRow:
    """The remedy with all that it needs; exit 1 when the incident lacks something of it."""
    found = _named(home, incident, remedy)
    if found.missing:
        say(f"{remedy} cannot be run: it takes exactly one {', '.join(found.missing)}, which the incident has not.")
        raise typer.Exit(ExitCode.FINDINGS)
    return found


def _named(home: Home, incident: str, remedy: str) -> RemedyRow:
    offered = _offered(home, incident)
    for one in offered:
        if one.name == remedy:
            return one
    names = ", ".join(one.name for one in offered) or "none; remedies are in the desk's policy"
    raise ConfigError(f"There is no remedy {remedy}.", hint=f"There are: {names}.")
