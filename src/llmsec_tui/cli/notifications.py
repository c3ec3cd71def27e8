"""Who was told of what, and whether the channels work."""

from typing import Annotated

import typer

from llmsec_tui.cli.acting import tell
from llmsec_tui.cli.as_data import as_data
from llmsec_tui.cli.asking import ask, command_id
from llmsec_tui.cli.output import FormatOption, LimitOption, write
from llmsec_tui.cli.paging import pages
from llmsec_tui.service.incidents.api import ListNotifications, TestChannel

_notifications = typer.Typer(help="Who was told of what.", no_args_is_help=True)

_COLUMNS = ("at", "channel", "incident_id", "about", "state", "attempts", "next_at", "why")
_TEST_MS = 60_000


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_notifications, name="notifications")


@_notifications.command("list")
def list_notifications(context: typer.Context, limit: LimitOption = 100, chosen: FormatOption = None) -> None:
    """Notifications, newest first: waiting, delivered, held for quiet hours, or given up."""
    rows = pages(context.obj, lambda before, count: ListNotifications(before=before, limit=count), limit)
    write(map(as_data, rows), _COLUMNS, chosen)


@_notifications.command("test")
def test(
    context: typer.Context,
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="Its name in the desk's policy.")],
) -> None:
    """Send a test message over one channel."""
    tell(ask(context.obj, TestChannel(command_id=command_id(), channel=channel), _TEST_MS), channel=channel)
