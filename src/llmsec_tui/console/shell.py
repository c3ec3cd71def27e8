"""The app: its screens, its connection, and what works everywhere."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from uuid import uuid4

from textual import events
from textual.app import SystemCommand
from textual.filter import LineFilter
from textual.reactive import reactive
from textual.screen import Screen

from llmsec_tui.console import actions
from llmsec_tui.console.actions import Owner
from llmsec_tui.console.desk_watch import DeskWatch, News, look
from llmsec_tui.console.dialogs import CommandDialog, HelpDialog
from llmsec_tui.console.going import Going
from llmsec_tui.console.guard import BEFORE_THE_PANES, GUARD_S, Guard
from llmsec_tui.console.line_filter import Harmless
from llmsec_tui.console.link import Connect, Link, LinkReport, LinkState
from llmsec_tui.console.look import NIGHT, NIGHT_COLOURS, TERMINAL_COLOURS, Look
from llmsec_tui.console.palette import Actions
from llmsec_tui.console.screens.alerts import AlertsPane
from llmsec_tui.console.screens.audit import AuditPane
from llmsec_tui.console.screens.base import Pane
from llmsec_tui.console.screens.behaviour import BehaviourPane
from llmsec_tui.console.screens.events import EventsPane
from llmsec_tui.console.screens.incidents import IncidentsPane
from llmsec_tui.console.screens.overview import OverviewPane
from llmsec_tui.console.screens.rules import RulesPane
from llmsec_tui.console.screens.sources import SourcesPane
from llmsec_tui.console.screens.usage import UsagePane
from llmsec_tui.console.settings import Settings
from llmsec_tui.errors import LlmsecError
from llmsec_tui.paths import Home
from llmsec_tui.service.api import WatchPaths
from llmsec_tui.service.incidents.api import GetDesk, LookAt
from llmsec_tui.service.incidents.rows import Desk
from llmsec_tui.text import visible

_NOTHING_YET = LinkReport(LinkState.CONNECTING, None, "", 0)
DESK_S = 3.0
"""How often it is looked whether an incident opened or a clock was missed."""
_GOODBYES = (signal.SIGTERM, signal.SIGHUP)


class Shell(Going):
    """Holds what all screens share: the connection, what it last reported, and whether the view is frozen."""

    TITLE = "llmsec-tui"
    CSS_PATH = "console.tcss"
    BINDINGS = actions.app_bindings()
    COMMANDS = {Actions}  # noqa: RUF012 - Textual's own form
    MODES = {  # noqa: RUF012
        "overview": OverviewPane,
        "alerts": AlertsPane,
        "incidents": IncidentsPane,
        "events": EventsPane,
        "sources": SourcesPane,
        "audit": AuditPane,
        "rules": RulesPane,
        "drift": BehaviourPane,
        "usage": UsagePane,
    }
    DEFAULT_MODE = "overview"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (120, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-low"), (36, "-high")]  # noqa: RUF012

    report: reactive[LinkReport] = reactive(_NOTHING_YET)
    paused: reactive[bool] = reactive(False)

    def __init__(
        self, connect: Connect, home: Home, settings: Settings, follow: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """``follow`` is called when somebody has logged in: only then may files be asked for."""
        self._settings = settings
        super().__init__(ansi_color=True if settings.sixteen_colours else None)
        self.home = home
        self.crash_folder = home.root
        self.link = Link(connect, self._told, settings.poll_s, lambda error: self.guard.prove(error))
        self.guard = Guard(self, follow)
        self._harmless = Harmless()
        self._desk_watch = DeskWatch()
        self.desk: Desk | None = None
        """What holds for all incidents, once it is known."""
        self.register_theme(NIGHT)
        self.theme = "ansi-dark" if settings.sixteen_colours else NIGHT.name
        self.look = Look(self.get_css_variables(), sixteen_colours=settings.sixteen_colours)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return TERMINAL_COLOURS if self._settings.sixteen_colours else NIGHT_COLOURS

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._harmless]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """None of Textual's own: the palette offers the table of actions only."""
        return ()

    def on_mount(self) -> None:
        for number in _GOODBYES:
            asyncio.get_running_loop().add_signal_handler(number, self.exit, 0)
        self.run_worker(self.link.run(), group="link")
        self.set_interval(DESK_S, self._look_at_desk)
        self.set_interval(GUARD_S, self.guard.look)

    def on_unmount(self) -> None:
        for number in _GOODBYES:
            asyncio.get_running_loop().remove_signal_handler(number)

    def _told(self, report: LinkReport) -> None:
        self.report = report
        self.guard.told(report)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.MouseDown | events.Paste):
            self.guard.touched()
        await super().on_event(event)

    @property
    def capabilities(self) -> list[str] | None:
        """What the role may do; None while nobody has said."""
        return self.report.status.capabilities if self.report.status is not None else None

    @property
    def sees_all(self) -> bool:
        """Whether no content is masked for whoever looks."""
        return self.report.status is not None and self.report.status.content in ("", "full")

    @property
    def user(self) -> str:
        """Who looks, by account name; empty while nobody has said."""
        return self.report.status.user if self.report.status is not None else ""

    @property
    def now(self) -> int:
        """The collector's time at its last status, in µs since 1970 UTC."""
        return self.report.status.now if self.report.status is not None else 0

    @property
    def pulse_us(self) -> int:
        """How often screens ask again for what changes by itself."""
        return 10_000_000 if self._settings.poll_s >= 1 else 2_000_000

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self.covered:
            return action in BEFORE_THE_PANES
        known = actions.BY_ID.get(action)
        return known is None or known.owner is not Owner.APP or actions.permitted(known, self.capabilities)

    def say(self, message: str, *, bad: bool = False, lasting: bool = False) -> None:
        """A short message over the screen; what the data says in it is made visible. Nothing while it is locked."""
        if self.covered:
            return
        self.notify(
            visible(message),
            severity="warning" if bad else "information",
            timeout=12 if lasting else 6 if bad else 3,
            markup=False,
        )

    async def know_desk(self, *, again: bool = False) -> None:
        """Learn what windows about incidents offer, before one is opened. Raises what the collector refuses with."""
        if self.desk is None or again:
            self.desk = await self.link.ask(GetDesk())

    def _look_at_desk(self) -> None:
        def tell(news: News) -> None:
            self.say(news.text, bad=news.bad, lasting=True)

        allowed = self.capabilities is not None and "incidents.read" in self.capabilities
        if allowed and self.report.state is LinkState.LIVE and not self.paused:
            self.run_worker(look(self.link.ask, self._desk_watch, tell), group="desk", exclusive=True)

    def look_at(self, incident_id: str) -> None:
        """Say that this incident is looked at, or none any more."""
        self.run_worker(self._look_at(incident_id), group="look-at")

    async def _look_at(self, incident_id: str) -> None:
        try:
            await self.link.ask(LookAt(incident_id=incident_id))
        except LlmsecError:
            # It is forgotten by itself after a few seconds.
            return

    def action_lock(self) -> None:
        self.run_worker(self.guard.lock(), group="guard")

    def action_log_out(self) -> None:
        self.run_worker(self.guard.leave(), group="guard")

    def action_own_password(self) -> None:
        self.guard.change_password()

    def action_who_am_i(self) -> None:
        self.run_worker(self.guard.tell_who(), group="guard")

    def action_pause(self) -> None:
        self.paused = not self.paused

    def action_help(self) -> None:
        self.push_screen(HelpDialog())

    def action_command(self) -> None:
        self.push_screen(CommandDialog(), self._typed)

    async def action_quit(self) -> None:
        self.exit(0)

    def action_watch(self, path: str = "") -> None:
        if path:
            self.run_worker(self._watch(Path(path).expanduser().absolute()), group="acts")
        else:
            self.say("Which path? Type :watch PATH", bad=True)

    async def _watch(self, path: Path) -> None:
        try:
            done = await self.link.ask(WatchPaths(command_id=uuid4().hex, paths=[str(path)]))
        except LlmsecError as error:
            self.say(str(error), bad=True)
        else:
            self.say(done.message)

    async def _typed(self, line: str | None) -> None:
        name, _, argument = (line or "").partition(" ")
        if not name:
            return
        here = self.screen.place if isinstance(self.screen, Pane) else None
        action = actions.named(name.casefold().lstrip(":"), here)
        if action is None:
            self.say(f"There is no command {name}. ? shows all.", bad=True)
            return
        if argument and not action.argument:
            self.say(f":{name} takes nothing after it.", bad=True)
            return
        await self.carry_out(action, argument.strip())

    async def carry_out(self, action: actions.Action, argument: str = "") -> None:
        """Run an action of the table on the screen that is open, with the checks that its key would get."""
        node = self if action.owner is Owner.APP else self.screen
        if not node.check_action(action.id, ()):
            self.say(f"{action.label} is not possible here, or not for your role.", bad=True)
            return
        await self.run_action((str(action.owner), action.id, (argument,) if argument else ()))
