"""The incident desk as data: the queue, one incident, its timeline, figures, and the hand-over."""

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import Struct

from llmsec_tui.cli import incident_bulk, incident_policy
from llmsec_tui.cli.acting import Name, look
from llmsec_tui.cli.as_data import as_data
from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.incident_view import span, view
from llmsec_tui.cli.new_file import write_new
from llmsec_tui.cli.output import (
    FilterOption,
    FormatOption,
    LimitOption,
    Row,
    as_json,
    record,
    terminal_width,
    write,
)
from llmsec_tui.cli.paging import pages
from llmsec_tui.service.incidents.api import GetHandOver, GetMetrics, GetTimeline, HandOver, ListIncidents
from llmsec_tui.service.incidents.report_rows import Metrics, Spread
from llmsec_tui.service.incidents.rows import IncidentRow, ItemResult
from llmsec_tui.text import visible_lines

_incidents = typer.Typer(help="The incident desk: the queue, figures, the hand-over.", no_args_is_help=True)

_COLUMNS = ("id", "level", "state", "owner", "clock", "alerts", "age", "title")
_MOMENTS = ("at", "kind", "who", "what", "ref", "text")
_LEVELS = ("level", "opened", "open", "closed", "breached", "reopened", "detect", "acknowledge", "contain", "resolve")
_RULES = ("rule_id", "closed", "true_positive", "benign", "false_positive", "precision", "low", "high", "title")
_TEAMS = ("team", "open", "closed", "false_positive", "acknowledge", "resolve")


class Order(StrEnum):
    """How the queue is sorted."""

    URGENT = "urgent"
    NEWEST = "newest"


class Part(StrEnum):
    """Which figures."""

    LEVELS = "levels"
    RULES = "rules"
    TEAMS = "teams"


def register(app: typer.Typer) -> None:
    """Add the commands of this module, and of those that belong to it."""
    incident_bulk.add_to(_incidents)
    incident_policy.add_to(_incidents)
    app.add_typer(_incidents, name="incidents")


@_incidents.command("list")
def list_incidents(
    context: typer.Context,
    filter_: FilterOption = "",
    order: Annotated[Order, typer.Option("--order", help="urgent: missed clocks, level, what is due first.")] = (
        Order.URGENT
    ),
    limit: LimitOption = 100,
    chosen: FormatOption = None,
) -> None:
    """Open incidents, the most urgent first; with a state in the filter those of that state."""

    def question(before: int | None, count: int) -> ListIncidents:
        return ListIncidents(filter=filter_, order=order.value, before=before, limit=count)

    rows = pages(context.obj, question, limit)
    write(map(as_data, rows) if as_json(chosen) else map(_line, rows), _COLUMNS, chosen)


@_incidents.command("show")
def show(context: typer.Context, incident: Name, chosen: FormatOption = None) -> None:
    """One incident with its clocks, tasks, runs, evidence, rules and what is related."""
    found = look(context.obj, incident)
    if as_json(chosen):
        data = as_data(found)
        record({**data.pop("row"), **data}, chosen)
        return
    for line in view(found, terminal_width(sys.stdout)):
        typer.echo(line)


@_incidents.command("timeline")
def timeline(
    context: typer.Context,
    incident: Name,
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", help="event | alert | act | run | clock | mark | marker | configuration"),
    ] = None,
    limit: LimitOption = 200,
    chosen: FormatOption = None,
) -> None:
    """What happened, oldest first: events, alerts, acts, runs, clocks, marks, deploys and configuration changes."""

    def question(before: int | None, count: int) -> GetTimeline:
        return GetTimeline(incident_id=incident, kinds=kinds or [], before=before, limit=count)

    moments = list(pages(context.obj, question, limit))
    write(map(as_data, reversed(moments)), _MOMENTS, chosen)
    if left_out := ask(context.obj, question(None, 1)).left_out:
        say(f"{left_out:,} log events are not on it: there are too many between the alerts.")


@_incidents.command("metrics")
def metrics(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=1, help="Of incidents opened since then.")] = 30,
    of: Annotated[Part, typer.Option("--of", help="By level, by rule, or by team.")] = Part.LEVELS,
    chosen: FormatOption = None,
) -> None:
    """How fast incidents are dealt with (median and 90 %), and how often rules are right."""
    found = ask(context.obj, GetMetrics(days=days))
    rows, columns = _figures(found, of)
    write(map(as_data, rows) if as_json(chosen) else map(_readable, rows), columns, chosen)


@_incidents.command("handover")
def handover(
    context: typer.Context,
    user: Annotated[str, typer.Option("--user", help="Whose incidents; default: everybody's.")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write the report there too; never overwrites.")
    ] = None,
    to: Annotated[str, typer.Option("--to", metavar="PERSON", help="Give all that is yours to somebody.")] = "",
    note: Annotated[str, typer.Option("--note", help="What the next shift should know.")] = "",
    chosen: FormatOption = None,
) -> None:
    """The report for the next shift, in Markdown; with --to your open incidents go to that person first.

    Exit 1 when one of them could not be handed over.
    """
    results: list[ItemResult] = []
    if to:
        done = ask(context.obj, HandOver(command_id=command_id(), to=to, note=note))
        results = done.results
        incident_bulk.narrate(done)
    report = ask(context.obj, GetHandOver(user=user))
    if output is not None:
        write_new(output, report.markdown.encode("utf-8", "backslashreplace"))
    if as_json(chosen):
        record({**as_data(report), "results": [as_data(one) for one in results]}, chosen)
    else:
        typer.echo(visible_lines(report.markdown))
    incident_bulk.leave(results)


def _line(row: IncidentRow) -> Row:
    clock = row.clock
    return {
        "id": row.incident_id,
        "level": row.level,
        "state": row.disposition or row.state,
        "owner": row.owner,
        "clock": "" if clock is None else f"{clock.name} {span(clock.left, 1)}",
        "alerts": row.n_alerts,
        "age": span(time.time_ns() // 1000 - row.opened_at, 1),
        "title": row.title,
    }


def _figures(found: Metrics, of: Part) -> tuple[list[Any], tuple[str, ...]]:
    match of:
        case Part.LEVELS:
            return list(found.levels), _LEVELS
        case Part.RULES:
            return list(found.rules), _RULES
        case Part.TEAMS:
            return list(found.teams), _TEAMS


def _readable(row: Struct) -> Row:
    return {name: _cell(getattr(row, name)) for name in row.__struct_fields__}


def _cell(value: Any) -> Any:
    if not isinstance(value, Spread):
        return value
    if value.median is None or value.p90 is None:
        return "-"
    return f"{span(round(value.median))} / {span(round(value.p90))} of {value.n}"
