"""Content that goes for good: erase it, hold it back from that, and say how long it is kept."""

from enum import StrEnum
from typing import Annotated

import typer

from llmsec_tui.cli.acting import tell
from llmsec_tui.cli.as_data import as_data
from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FormatOption, write
from llmsec_tui.service.retention.api import (
    EraseContent,
    GetRetention,
    HoldContent,
    PreviewErasure,
    ReleaseHold,
    RunRetention,
    SetRetention,
)

_content = typer.Typer(help="Erase content, hold it, and say how long it is kept.", no_args_is_help=True)
_HOLD_COLUMNS = ("hold_id", "of", "id", "author", "placed_at", "released_at", "reason")
_COUNTS = ("of", "id", "events", "erased", "contents", "shared", "alerts", "held")


class Erasable(StrEnum):
    """What can be erased."""

    EVENT = "event"
    CONVERSATION = "conversation"
    USER = "user"
    SOURCE = "source"


class Holdable(StrEnum):
    """What can be held."""

    EVENT = "event"
    CONVERSATION = "conversation"
    USER = "user"
    SOURCE = "source"
    APP = "app"
    INCIDENT = "incident"


_IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Its id, a user's or application's name, or the path of a log.")
]
_ReasonOption = Annotated[str, typer.Option("--reason", help="Why, in 8 characters or more; it goes on record.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_content, name="content")


@_content.command("erase")
def erase(context: typer.Context, of: Erasable, name: _IdArgument, reason: _ReasonOption) -> None:
    """Erase what was written, for good. `content preview` says before what that takes."""
    done = ask(context.obj, EraseContent(command_id=command_id(), of=of.value, id=name, reason=reason))
    tell(done, of=of.value)


@_content.command("preview")
def preview(context: typer.Context, of: Erasable, name: _IdArgument, chosen: FormatOption = None) -> None:
    """What erasing would take, and the holds that forbid it."""
    found = ask(context.obj, PreviewErasure(of=of.value, id=name))
    row = as_data(found)
    write([{**row, "held": " ".join(one.hold_id for one in found.held)}], _COUNTS, chosen)


@_content.command("hold")
def hold(context: typer.Context, of: Holdable, name: _IdArgument, reason: _ReasonOption) -> None:
    """Keep content from being erased and from expiring, also what is yet to come of it."""
    done = ask(context.obj, HoldContent(command_id=command_id(), of=of.value, id=name, reason=reason))
    tell(done, of=of.value)


@_content.command("release")
def release(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="HOLD", help="H-3 or 3.")],
    note: Annotated[str, typer.Option("--note", help="Why, in 8 characters or more; it goes on record.")],
) -> None:
    """End a hold."""
    tell(ask(context.obj, ReleaseHold(command_id=command_id(), hold_id=name, note=note)), hold=name)


@_content.command("retention")
def retention(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=0, help="Content of older events is erased; 0: never.")],
    note: Annotated[str, typer.Option("--note", help="Why, in 8 characters or more; it goes on record.")],
) -> None:
    """Say for how many days content is kept."""
    tell(ask(context.obj, SetRetention(command_id=command_id(), days=days, note=note)), days=days)


@_content.command("expire")
def expire(context: typer.Context) -> None:
    """Have content expire now, and not within the hour."""
    tell(ask(context.obj, RunRetention(command_id=command_id())))


@_content.command("holds")
def holds(context: typer.Context, chosen: FormatOption = None) -> None:
    """Every hold, newest first; those that were released too."""
    write(map(as_data, ask(context.obj, GetRetention()).holds), _HOLD_COLUMNS, chosen)


@_content.command("status")
def status(context: typer.Context, chosen: FormatOption = None) -> None:
    """How long content is kept, what is gone, and whether the store's file is still to be rewritten."""
    state = ask(context.obj, GetRetention())
    row = {**as_data(state), "holds": sum(one.released_at is None for one in state.holds)}
    write([row], tuple(row), chosen)
    if state.rewrite_since is not None:
        say("What was erased may still lie in free blocks of the store's file, until the collector starts next.")
    if state.problem:
        say(state.problem)
