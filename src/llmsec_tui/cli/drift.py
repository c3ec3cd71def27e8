"""How models behave, from the shell: the drift board, one metric with all that explains it, a report, baselines."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import Struct, to_builtins

from llmsec_tui.cli import times
from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.drift_report import page
from llmsec_tui.cli.drift_view import view
from llmsec_tui.cli.new_file import write_new
from llmsec_tui.cli.output import FilterOption, FormatOption, LimitOption, as_json, iso, record, terminal_width, write
from llmsec_tui.errors import NotFound
from llmsec_tui.paths import Home
from llmsec_tui.service.behaviour.api import (
    BehaviourBoard,
    BehaviourDetail,
    GetBehaviour,
    ListBaselines,
    ListBehaviour,
    PinBaseline,
)

_drift = typer.Typer(help="How models behave, held against what is usual.", no_args_is_help=True)
_baseline = typer.Typer(help="What is usual: stretches of time that people pinned.", no_args_is_help=True)
_drift.add_typer(_baseline, name="baseline")

_COLUMNS = ("verdict", "slice", "metric", "n", "usual", "value", "unit", "effect", "p_value", "why")
_BASELINE_COLUMNS = ("version", "in_force", "usable", "since", "until", "hours", "left_out", "by", "note")
_TIMES = frozenset({"at", "since", "until", "slow_since"})
_MOST_CHARTS = 40
_SUSPECT = ("drift", "watch")

HoursOption = Annotated[int, typer.Option("--hours", min=1, max=744, help="How long the window is.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_drift, name="drift")


@_drift.command("list")
def list_drift(
    context: typer.Context,
    filter_: FilterOption = "",
    hours: HoursOption = 1,
    limit: LimitOption = 500,
    chosen: FormatOption = None,
) -> None:
    """The board: every metric of every slice in the newest window, drift first."""
    found = ask(context.obj, ListBehaviour(filter=filter_, hours=hours, limit=limit))
    write(map(as_row, found.rows), _COLUMNS, chosen)
    say(told(found))


@_drift.command("show")
def show(
    context: typer.Context,
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="As the board names it.")],
    slice_: Annotated[str, typer.Option("--slice", metavar="SLICE", help="Such as model=gpt-5.")] = "all",
    hours: HoursOption = 1,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Its end; default: the newest event.")] = "",
    chosen: FormatOption = None,
) -> None:
    """One metric of one slice: its statistics, its hours, what may have caused a shift, and who takes part in it."""
    ending = times.moment(until, "--until") if until else None
    found = ask(context.obj, GetBehaviour(metric=metric, slice=slice_, hours=hours, until=ending))
    if as_json(chosen):
        record(as_row(found), chosen)
    else:
        sys.stdout.writelines(f"{line}\n" for line in view(found, terminal_width(sys.stdout)))


@_drift.command("report")
def report(
    context: typer.Context,
    html: Annotated[Path, typer.Option("--html", metavar="FILE", help="A new file.")],
    hours: HoursOption = 1,
    chart_hours: Annotated[int, typer.Option("--chart-hours", min=1, max=744, help="How far charts go back.")] = 72,
) -> None:
    """A page with charts for people who were not there: what drifts, since when, and what speaks for which cause."""
    found = ask(context.obj, ListBehaviour(hours=hours))
    charted = _charted(found)
    details = [_detail(context.obj, *one, hours, chart_hours) for one in charted]
    write_new(html, page(found, [one for one in details if one is not None]).encode())
    say(f"{html}: {told(found)}")


@_baseline.command("list")
def list_baselines(context: typer.Context, chosen: FormatOption = None) -> None:
    """Every baseline that was ever pinned, and which is in force."""
    write(map(as_row, ask(context.obj, ListBaselines()).rows), _BASELINE_COLUMNS, chosen)


@_baseline.command("pin")
def pin(
    context: typer.Context,
    note: Annotated[str, typer.Option("--note", help="Why; it goes on record.")],
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="2026-11-01, or 14d for so long ago.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Default: the last hour that is over.")] = "",
) -> None:
    """Freeze what is usual from now on. Hours with open incidents are left out."""
    asked = PinBaseline(
        command_id=command_id(),
        since=times.moment(since, "--since") if since else 0,
        until=times.moment(until, "--until") if until else 0,
        note=note,
    )
    say(ask(context.obj, asked).message)


def as_row(row: Struct) -> dict[str, Any]:
    """With times as people read them."""
    plain: dict[str, Any] = _read(to_builtins(row))
    return plain


def _read(value: Any) -> Any:
    match value:
        case dict():
            return {
                name: iso(inner) if name in _TIMES and isinstance(inner, int) else _read(inner)
                for name, inner in value.items()
            }
        case list() | tuple():
            return [_read(inner) for inner in value]
    return value


def told(found: BehaviourBoard) -> str:
    """A board in a sentence."""
    counted = f"{found.drifting} drift, {found.watched} to watch, {found.insufficient} with too few values to tell."
    return f"{found.note} {counted}".strip()


def _charted(found: BehaviourBoard) -> list[tuple[str, str]]:
    """What a report draws: all that drifts; and every metric of the whole, so that what is steady can be seen too."""
    suspect = [(row.metric, row.slice) for row in found.rows if row.verdict in _SUSPECT]
    whole = [(row.metric, row.slice) for row in found.rows if row.slice == "all"]
    return list(dict.fromkeys([*suspect, *whole]))[:_MOST_CHARTS]


def _detail(home: Home, metric: str, slice_: str, hours: int, chart_hours: int) -> BehaviourDetail | None:
    try:
        return ask(home, GetBehaviour(metric=metric, slice=slice_, hours=hours, chart_hours=chart_hours))
    except NotFound:
        # It went away since the board was made: the newest window has nothing of it.
        return None
