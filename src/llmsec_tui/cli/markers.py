"""Markers: what changed outside, such as a deploy, so that timelines and charts show it."""

from enum import StrEnum
from typing import Annotated

import typer

from llmsec_tui.cli.acting import tell
from llmsec_tui.cli.as_data import as_data
from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.output import FormatOption, LimitOption, write
from llmsec_tui.cli.paging import pages
from llmsec_tui.cli.times import moment
from llmsec_tui.service.incidents.api import AddMarker, ListMarkers

_markers = typer.Typer(help="Deploys and other changes outside.", no_args_is_help=True)

_COLUMNS = ("at", "kind", "app", "author", "text")


class Kind(StrEnum):
    """What changed."""

    DEPLOY = "deploy"
    MODEL = "model"
    PROMPT = "prompt"
    TOOLS = "tools"
    GUARDRAIL = "guardrail"
    OTHER = "other"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_markers, name="markers")


@_markers.command("add")
def add(
    context: typer.Context,
    kind: Annotated[Kind, typer.Argument(help="What changed.")],
    text: Annotated[str, typer.Argument(help="Such as a version.")],
    app: Annotated[str, typer.Option("--app", help="Of which app.")] = "",
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="2026-11-20T14:30, or 20m ago; default: now.")] = "",
) -> None:
    """Note that something changed outside; made for the last step of a deploy."""
    when = moment(at, "--at") if at else None
    done = ask(context.obj, AddMarker(command_id=command_id(), kind=kind.value, text=text, app=app, at=when))
    tell(done, kind=kind.value, app=app)


@_markers.command("list")
def list_markers(context: typer.Context, limit: LimitOption = 100, chosen: FormatOption = None) -> None:
    """Markers, newest first."""
    rows = pages(context.obj, lambda before, count: ListMarkers(before=before, limit=count), limit)
    write(map(as_data, rows), _COLUMNS, chosen)
