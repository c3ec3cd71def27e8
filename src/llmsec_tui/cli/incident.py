"""What people do to an incident, from the shell."""

from typing import Annotated

import typer

from llmsec_tui.cli import incident_export, incident_remedies, incident_work
from llmsec_tui.cli.acting import Name, NoteOption, VersionOption, act, look, tell
from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.incidents.states import Disposition
from llmsec_tui.paths import Home
from llmsec_tui.service.api import GetAlert
from llmsec_tui.service.incidents.api import OpenIncident

_incident = typer.Typer(help="Work on one incident.", no_args_is_help=True)

Other = Annotated[str, typer.Argument(metavar="OTHER", help="The other incident.")]
Person = Annotated[str, typer.Argument(metavar="PERSON", help="An account name.")]
Alerts = Annotated[
    list[str], typer.Argument(metavar="ALERT...", help="Alerts, by their ids or the beginnings of them.")
]
Why = Annotated[str, typer.Option("--note", help="Why, or what was done; it goes on record.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module, and of those that belong to it."""
    incident_work.add_to(_incident)
    incident_remedies.add_to(_incident)
    incident_export.add_to(_incident)
    app.add_typer(_incident, name="incident")


@_incident.command("open")
def open_incident(
    context: typer.Context,
    alerts: Alerts,
    title: Annotated[str, typer.Option("--title", help="Default: the title of the highest alert.")] = "",
    level: Annotated[str, typer.Option("--level", help="Default: that of the highest alert.")] = "",
    note: NoteOption = "",
) -> None:
    """Open an incident of alerts that are in no open one."""
    ids = _whole(context.obj, alerts)
    command = OpenIncident(command_id=command_id(), alert_ids=ids, title=title, level=level, note=note)
    done = ask(context.obj, command)
    tell(done, incident_id=look(context.obj, ids[0]).row.incident_id, act="open")


@_incident.command("add")
def add(context: typer.Context, incident: Name, alerts: Alerts, note: NoteOption = "") -> None:
    """Put alerts that are in no open incident into this one."""
    act(context.obj, incident, "add_alerts", alert_ids=_whole(context.obj, alerts), note=note)


@_incident.command("ack")
def acknowledge(context: typer.Context, incident: Name, note: NoteOption = "", version: VersionOption = None) -> None:
    """Take a new incident: it is yours, and so are its new alerts."""
    act(context.obj, incident, "acknowledge", version, note=note)


@_incident.command("take-over")
def take_over(context: typer.Context, incident: Name, note: Why, version: VersionOption = None) -> None:
    """Make it yours though somebody else has it, with a reason."""
    act(context.obj, incident, "take_over", version, note=note)


@_incident.command("assign")
def assign(
    context: typer.Context, incident: Name, person: Person, note: NoteOption = "", version: VersionOption = None
) -> None:
    """Give it to somebody."""
    act(context.obj, incident, "assign", version, owner=person, note=note)


@_incident.command("hand-over")
def hand_over(
    context: typer.Context, incident: Name, person: Person, note: NoteOption = "", version: VersionOption = None
) -> None:
    """Give what is yours to somebody; for all of yours at once see: incidents handover --to"""
    act(context.obj, incident, "hand_over", version, owner=person, note=note)


@_incident.command("investigate")
def investigate(context: typer.Context, incident: Name, note: NoteOption = "", version: VersionOption = None) -> None:
    """Say that you look into it."""
    act(context.obj, incident, "investigate", version, note=note)


@_incident.command("contain")
def contain(context: typer.Context, incident: Name, note: Why, version: VersionOption = None) -> None:
    """Say that it does no more harm, and what was done for that."""
    act(context.obj, incident, "contain", version, note=note)


@_incident.command("resolve")
def resolve(context: typer.Context, incident: Name, note: Why, version: VersionOption = None) -> None:
    """Say that its cause is gone, and what was done for that."""
    act(context.obj, incident, "resolve", version, note=note)


@_incident.command("hold")
def hold(context: typer.Context, incident: Name, note: Why, version: VersionOption = None) -> None:
    """Wait for somebody outside; the service clocks stand still meanwhile."""
    act(context.obj, incident, "hold", version, note=note)


@_incident.command("resume")
def resume(context: typer.Context, incident: Name, note: NoteOption = "", version: VersionOption = None) -> None:
    """Go on where it was put on hold."""
    act(context.obj, incident, "resume", version, note=note)


@_incident.command("close")
def close(
    context: typer.Context,
    incident: Name,
    disposition: Annotated[Disposition, typer.Option("--as", help="What it turned out to be.")],
    note: Why,
    duplicate_of: Annotated[str, typer.Option("--of", metavar="INCIDENT", help="Of a duplicate: the original.")] = "",
    waive_open: Annotated[
        bool, typer.Option("--waive-open", help="Leave out the tasks that are open, for the reason of the note.")
    ] = False,
    version: VersionOption = None,
) -> None:
    """Close it with what it turned out to be and why; its open alerts are closed with it."""
    act(
        *(context.obj, incident, "close", version),
        disposition=disposition.value,
        incident=duplicate_of,
        waive_open=waive_open,
        note=note,
    )


@_incident.command("reopen")
def reopen(context: typer.Context, incident: Name, note: Why, version: VersionOption = None) -> None:
    """Take up again what was resolved or closed, and exactly the alerts that this close closed."""
    act(context.obj, incident, "reopen", version, note=note)


@_incident.command("merge")
def merge(
    context: typer.Context,
    incident: Name,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The incident that takes its alerts.")],
    note: NoteOption = "",
    version: VersionOption = None,
) -> None:
    """Move its alerts into another incident."""
    act(context.obj, incident, "merge", version, incident=into, note=note)


@_incident.command("unmerge")
def unmerge(context: typer.Context, incident: Name, note: Why, version: VersionOption = None) -> None:
    """Take a merge back, with the alerts that came by it."""
    act(context.obj, incident, "unmerge", version, note=note)


@_incident.command("split")
def split(
    context: typer.Context, incident: Name, alerts: Alerts, note: NoteOption = "", version: VersionOption = None
) -> None:
    """Make some of its alerts an incident of their own."""
    act(context.obj, incident, "split", version, alert_ids=_whole(context.obj, alerts), note=note)


@_incident.command("link")
def link(context: typer.Context, incident: Name, other: Other, note: NoteOption = "") -> None:
    """Say that two incidents have to do with each other."""
    act(context.obj, incident, "link", incident=other, note=note)


@_incident.command("unlink")
def unlink(context: typer.Context, incident: Name, other: Other, note: NoteOption = "") -> None:
    """Take a link back."""
    act(context.obj, incident, "unlink", incident=other, note=note)


@_incident.command("level")
def level(
    context: typer.Context,
    incident: Name,
    to: Annotated[str, typer.Argument(metavar="LEVEL", help="informational | low | medium | high | critical")],
    note: Why,
    version: VersionOption = None,
) -> None:
    """Say how bad it is; its clocks follow."""
    act(context.obj, incident, "set_level", version, level=to, note=note)


@_incident.command("title")
def title(context: typer.Context, incident: Name, to: str, version: VersionOption = None) -> None:
    """Give it another title."""
    act(context.obj, incident, "retitle", version, title=to)


@_incident.command("watch")
def watch(context: typer.Context, incident: Name) -> None:
    """Be told of it."""
    act(context.obj, incident, "watch")


@_incident.command("unwatch")
def unwatch(context: typer.Context, incident: Name) -> None:
    """Be told of it no more."""
    act(context.obj, incident, "unwatch")


@_incident.command("acts")
def acts(context: typer.Context, incident: Name) -> None:
    """What can be done to it where it stands, one a line."""
    row = look(context.obj, incident).row
    say(f"{row.incident_id} is {row.state}.")
    for name in row.acts:
        typer.echo(name)


def _whole(home: Home, names: list[str]) -> list[str]:
    return [ask(home, GetAlert(alert_id=name)).row.alert_id for name in names]
