"""The same act on many incidents or alerts: shown first, counted by whoever asks for it, reported one by one."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from llmsec_tui.cli.as_data import as_data
from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FilterOption, Format, FormatOption, write
from llmsec_tui.cli.paging import pages
from llmsec_tui.errors import ExitCode
from llmsec_tui.incidents.states import Disposition
from llmsec_tui.paths import Home
from llmsec_tui.service.api import AlertRow, GetAlert, ListAlerts
from llmsec_tui.service.incidents.api import BulkAct, GetIncident, Item, ListIncidents
from llmsec_tui.service.incidents.rows import BulkDone, IncidentRow, ItemResult
from llmsec_tui.text import visible

_COLUMNS = ("name", "done", "message")
_FIRST_SHOWN = 10
_ACT_NAMES = {"ack": "acknowledge"}

CountOption = Annotated[
    int | None,
    typer.Option("--count", min=0, help="How many you mean it to be; asked for at a terminal. It must be right."),
]
NoteOption = Annotated[str, typer.Option("--note", help="Why; it goes on record with each of them.")]


def add_to(incidents: typer.Typer) -> None:
    """Add the command of this module to those about incidents."""
    incidents.command("bulk")(bulk)


def bulk(
    context: typer.Context,
    act: Annotated[str, typer.Argument(metavar="ACT", help="ack, take-over, assign, close, note ...")],
    incidents: Annotated[list[str] | None, typer.Argument(metavar="INCIDENT...")] = None,
    filter_: FilterOption = "",
    count: CountOption = None,
    note: NoteOption = "",
    owner: Annotated[str, typer.Option("--owner", help="Of assign and hand-over: to whom.")] = "",
    disposition: Annotated[Disposition | None, typer.Option("--as", help="Of close: what they turned out to be.")] = (
        None
    ),
    waive_open: Annotated[bool, typer.Option("--waive-open", help="Of close: leave out the open tasks.")] = False,
    chosen: FormatOption = None,
) -> None:
    """One act on many incidents, named or found by a filter; each is done or refused by itself.

    Exit 1 when one was refused, 4 when there are more than your role may change at once.
    """
    rows = _incidents(context.obj, incidents or [], filter_)
    command = BulkAct(
        command_id=command_id(),
        of="incidents",
        act=_ACT_NAMES.get(act, act.replace("-", "_")),
        items=[Item(id=row.incident_id, version=row.version) for row in rows],
        count=_counted([f"{row.incident_id}  {row.state}  {row.title}" for row in rows], count),
        note=note,
        owner=owner,
        disposition="" if disposition is None else disposition.value,
        waive_open=waive_open,
    )
    report(context.obj, command, chosen)


def bulk_alerts(
    context: typer.Context,
    act: Annotated[str, typer.Argument(metavar="ACT", help="ack or dismiss")],
    alerts: Annotated[list[str] | None, typer.Argument(metavar="ALERT...")] = None,
    filter_: FilterOption = "",
    count: CountOption = None,
    note: NoteOption = "",
    chosen: FormatOption = None,
) -> None:
    """One act on many alerts, named or found by a filter; each is done or refused by itself.

    Exit 1 when one was refused, 4 when there are more than your role may change at once.
    """
    rows = _alerts(context.obj, alerts or [], filter_)
    command = BulkAct(
        command_id=command_id(),
        of="alerts",
        act=_ACT_NAMES.get(act, act),
        items=[Item(id=row.alert_id, version=row.version) for row in rows],
        count=_counted([f"{row.alert_id}  {row.state}  {row.title}" for row in rows], count),
        note=note,
    )
    report(context.obj, command, chosen)


def report(home: Home, command: BulkAct, chosen: Format | None) -> None:
    """Do it, and write what came of each."""
    done = ask(home, command)
    write(map(as_data, done.results), _COLUMNS, chosen)
    say(done.message)
    leave(done.results)


def narrate(done: BulkDone) -> None:
    """What came of each, where stdout is for something else."""
    say(done.message)
    for result in done.results:
        if not result.done:
            say(f"  {result.name}: {result.message}")


def leave(results: Sequence[ItemResult]) -> None:
    """Exit 1 when one was refused."""
    if not all(result.done for result in results):
        raise typer.Exit(ExitCode.FINDINGS)


def _incidents(home: Home, names: Sequence[str], typed: str) -> list[IncidentRow]:
    _either(names, typed)
    if names:
        return [ask(home, GetIncident(incident_id=name)).row for name in names]
    return list(pages(home, lambda before, count: ListIncidents(filter=typed, before=before, limit=count)))


def _alerts(home: Home, names: Sequence[str], typed: str) -> list[AlertRow]:
    _either(names, typed)
    if names:
        return [ask(home, GetAlert(alert_id=name)).row for name in names]
    return list(pages(home, lambda before, count: ListAlerts(filter=typed, before=before, limit=count)))


def _either(names: Sequence[str], typed: str) -> None:
    if bool(names) == bool(typed):
        raise typer.BadParameter("Name the things, or find them with --filter; one of both.")


def _counted(things: Sequence[str], count: int | None) -> int:
    """How many somebody says that they are; asked for where nobody said it and somebody can."""
    if count is not None:
        return count
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"Say how many you mean it to be; these are {len(things)}.", param_hint="--count")
    for thing in things[:_FIRST_SHOWN]:
        say(f"  {visible(thing)}")
    if len(things) > _FIRST_SHOWN:
        say(f"  … and {len(things) - _FIRST_SHOWN} more")
    return int(typer.prompt("How many are these? Type the number to go on", type=int, err=True))
