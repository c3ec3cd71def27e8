"""The way into the console. Textual is imported only once its settings stand."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llmsec_tui.console import settings
from llmsec_tui.console.link import Asker
from llmsec_tui.paths import Home
from llmsec_tui.service.api import Status, WatchPaths

if TYPE_CHECKING:
    from llmsec_tui.service.client import Client


def run(home: Home, paths: Sequence[str], *, from_start: bool, slow_link: bool, mouse: bool) -> int:
    """Open the console on the collector of ``home``, which follows ``paths`` too; the exit code when it is left.

    Raises ``ConfigError`` where there is no terminal that it could be drawn on.
    """
    settings.require_terminal()
    chosen = settings.prepare(slow_link=slow_link, mouse=mouse)
    home.create()

    from llmsec_tui.console.guard import SOMEBODY_ELSE
    from llmsec_tui.console.shell import Shell
    from llmsec_tui.service.launch import attach, follow

    def show() -> int:
        clients: list[Client] = []

        async def connect() -> Asker:
            client = await attach(home, [*paths, *_followed_before(app.report.status)], from_start=from_start)
            clients[:] = [client]
            return client

        async def entered() -> None:
            await follow(clients[0], paths, from_start=from_start)

        app = Shell(connect, home, chosen, entered)
        app.run(mouse=chosen.mouse)
        return app.return_code or 0

    # What the panes hold was for the eyes of whoever left: the next one gets panes that never held anything.
    while (code := show()) == SOMEBODY_ELSE:
        continue
    return code


def _followed_before(status: Status | None) -> list[str]:
    """What the collector that died followed, for the one that is started in its place."""
    if status is None or WatchPaths.capability not in status.capabilities:
        return []
    return status.watching
