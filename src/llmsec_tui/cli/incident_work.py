"""Tasks, notes, evidence and duties of an incident, from the shell."""

from typing import Annotated

import typer

from llmsec_tui.cli.acting import Name, NoteOption, act, look
from llmsec_tui.cli.as_data import as_data
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FormatOption, write
from llmsec_tui.cli.times import moment
from llmsec_tui.errors import ExitCode

_task = typer.Typer(help="The steps to be done.", no_args_is_help=True)
_duty = typer.Typer(help="Duties to report: clocks that never stand still.", no_args_is_help=True)

_PINS = ("pin", "result", "sha256", "source_offset", "source_len", "source_path", "note")

Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1)]
Why = Annotated[str, typer.Option("--note", help="Why; it goes on record.")]
Duty = Annotated[str, typer.Argument(metavar="DUTY", help="Its name in the policy, such as gdpr-33.")]


def add_to(incident: typer.Typer) -> None:
    """Add the commands of this module to those about one incident."""
    incident.command("note")(note)
    incident.command("mark")(mark)
    incident.command("pin")(pin)
    incident.command("unpin")(unpin)
    incident.command("verify")(verify)
    incident.add_typer(_task, name="task")
    incident.add_typer(_duty, name="duty")


def note(context: typer.Context, incident: Name, text: str) -> None:
    """Write down what you found."""
    act(context.obj, incident, "note", note=text)


def mark(
    context: typer.Context,
    incident: Name,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="2026-11-20T14:30 (UTC), or 20m for so long ago.")],
    text: str,
) -> None:
    """Name a moment on its timeline."""
    act(context.obj, incident, "mark", when=moment(at, "--at"), note=text)


def pin(
    context: typer.Context,
    incident: Name,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The event whose raw record is evidence.")],
    note: NoteOption = "",
) -> None:
    """Keep a raw record as evidence: its file, place and SHA-256."""
    act(context.obj, incident, "pin", event_id=event, note=note)


def unpin(context: typer.Context, incident: Name, number: Number, note: Why) -> None:
    """Take a pin out; that it was there stays on record."""
    act(context.obj, incident, "unpin", pin=number, note=note)


def verify(context: typer.Context, incident: Name, chosen: FormatOption = None) -> None:
    """Read the pinned records again from their files; exit 1 when one is not as it was."""
    found = look(context.obj, incident)
    name = found.row.incident_id
    if not found.pins:
        say(f"{name} has no evidence to verify.")
        return
    act(context.obj, name, "check_pins", quiet=True)
    pins = look(context.obj, name).pins
    write(map(as_data, pins), _PINS, chosen)
    if any(one.result != "intact" for one in pins):
        raise typer.Exit(ExitCode.FINDINGS)


@_task.command("list")
def list_tasks(context: typer.Context, incident: Name, chosen: FormatOption = None) -> None:
    """The steps, and which are done."""
    rows = map(as_data, look(context.obj, incident).tasks)
    write(rows, ("task", "state", "by", "remedy", "text", "note"), chosen)


@_task.command("add")
def add_task(context: typer.Context, incident: Name, text: str) -> None:
    """Add a step."""
    act(context.obj, incident, "add_task", title=text)


@_task.command("done")
def finish_task(context: typer.Context, incident: Name, number: Number, note: NoteOption = "") -> None:
    """Tick a step."""
    act(context.obj, incident, "finish_task", task=number, note=note)


@_task.command("waive")
def waive_task(context: typer.Context, incident: Name, number: Number, note: Why) -> None:
    """Leave a step out, with a reason."""
    act(context.obj, incident, "waive_task", task=number, note=note)


@_task.command("reopen")
def reopen_task(context: typer.Context, incident: Name, number: Number, note: NoteOption = "") -> None:
    """Take back that a step is done or left out."""
    act(context.obj, incident, "reopen_task", task=number, note=note)


@_duty.command("start")
def start_duty(
    context: typer.Context,
    incident: Name,
    duty: Duty,
    at: Annotated[str, typer.Option("--aware", metavar="TIME", help="Since when you know; default: now.")] = "",
    note: NoteOption = "",
) -> None:
    """Start the clock of a duty to report."""
    when = moment(at, "--aware") if at else None
    act(context.obj, incident, "start_duty", clock=duty, when=when, note=note)


@_duty.command("amend")
def amend_duty(
    context: typer.Context,
    incident: Name,
    duty: Duty,
    at: Annotated[str, typer.Option("--aware", metavar="TIME", help="Since when you knew, put right.")],
    note: Why,
) -> None:
    """Put right since when you knew; the clock follows."""
    act(context.obj, incident, "amend_duty", clock=duty, when=moment(at, "--aware"), note=note)


@_duty.command("meet")
def meet_duty(context: typer.Context, incident: Name, duty: Duty, note: Why) -> None:
    """Say that it was reported, or that it does not apply: the note says which."""
    act(context.obj, incident, "meet_duty", clock=duty, note=note)
