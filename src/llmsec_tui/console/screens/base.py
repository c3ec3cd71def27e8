"""What every screen has: a line that says where one is, one that says how things are, one with the keys."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from llmsec_tui.console import actions, bars
from llmsec_tui.console.actions import Place
from llmsec_tui.console.bars import Bar
from llmsec_tui.console.link import LinkReport, LinkState
from llmsec_tui.console.safe_text import Span, content, span

if TYPE_CHECKING:
    from llmsec_tui.console.shell import Shell


class Pane(Screen[None]):
    """A screen on what the collector knows. It asks again when a status says that something it shows has changed."""

    place: ClassVar[Place]
    deeper: str = ""
    """What the screen is about, where it lies below one of the first rank."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: object = None

    def __init_subclass__(cls, **options: bool) -> None:
        if "place" in cls.__dict__:
            cls.BINDINGS = actions.screen_bindings(cls.place)
        super().__init_subclass__(**options)

    # What each screen says for itself

    def body(self) -> Iterator[Widget]:
        """The widgets between the lines."""
        raise NotImplementedError

    def version(self, report: LinkReport) -> object:
        """What this screen shows depends on this; it asks again when it is not equal to what it was."""
        raise NotImplementedError

    def look_again(self) -> None:
        """Ask for what is shown."""
        raise NotImplementedError

    def foot_note(self) -> list[Span]:
        """The right end of the line above the keys."""
        return []

    def is_idle(self, action: str) -> bool:
        """Whether an action of this screen would do nothing now; then its key is faint."""
        return False

    def label_of(self, action: actions.Action) -> str:
        """What an action is called in the footer of this screen as it is now."""
        return action.label

    # What they share

    @property
    def shell(self) -> "Shell":
        return cast("Shell", self.app)

    def compose(self) -> ComposeResult:
        yield Bar(id="tabs")
        yield Static("", id="banner", markup=False)
        with Vertical(id="body"):
            yield from self.body()
        yield Bar(id="situation")
        yield Bar(id="keys")
        yield Static(content("This window is too small. The console needs 60 by 16 characters."), id="too-small")

    def on_mount(self) -> None:
        self.watch(self.app, "report", self._reported, init=True)
        self.watch(self.app, "paused", self._reported, init=False)

    def on_screen_resume(self) -> None:
        self._reported()

    def on_resize(self) -> None:
        self.show_bars()

    def _reported(self) -> None:
        if not self.is_current:
            return
        report = self.shell.report
        version = report.connections, self.version(report)
        if report.state is LinkState.LIVE and version != self._seen and not (self.shell.paused and self._seen):
            self._seen = version
            self.look_again()
        self.show_bars()

    def ask_again(self) -> None:
        """Look again whatever the status says."""
        self._seen = None
        self._reported()

    def show_bars(self) -> None:
        """Draw the three lines, and the banner if there is something to say."""
        shell = self.shell
        report = shell.report
        top = bars.tabs(self.home_place, self.deeper, report, paused=shell.paused, width=self.size.width)
        self.query_one("#tabs", Bar).show(*top)
        self.query_one("#situation", Bar).show(bars.situation(report), [*self.foot_note(), Span(" ")])
        states = [(action, self._state(action)) for action in actions.footer(self.place)]
        offered = [(action, self.label_of(action), state is True) for action, state in states if state is not False]
        self.query_one("#keys", Bar).show(*bars.keys(offered, self.size.width))
        trouble = report.trouble or (report.status.problem if report.status is not None else "")
        banner = self.query_one("#banner", Static)
        banner.display = bool(trouble)
        banner.update(content(f" ! {self._banner_text(trouble, report)}"))

    @property
    def home_place(self) -> Place:
        """Which screen of the first rank this one belongs to."""
        return self.place

    def _banner_text(self, trouble: str, report: LinkReport) -> str:
        return f"{trouble} Reconnecting…" if report.state is LinkState.GONE else trouble

    def _state(self, action: actions.Action) -> bool | None:
        node = self.app if action.owner is actions.Owner.APP else self
        return node.check_action(action.id, ())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """False hides what the role may not do; None greys what would do nothing. The service judges again."""
        known = actions.BY_ID.get(action)
        if known is None or known.owner is not actions.Owner.SCREEN:
            return True
        if self.place not in known.places or not actions.permitted(known, self.shell.capabilities):
            return False
        return None if self.is_idle(action) else True

    def say(self, message: str, *, bad: bool = False) -> None:
        """A short message over the screen."""
        self.shell.say(message, bad=bad)

    def action_back(self) -> None:
        """Screens of the first rank have nothing behind them."""

    def label(self, text: str, *, right: str = "", id: str | None = None) -> Bar:  # noqa: A002 - Textual's name
        """A heading over a part of the screen."""
        bar = Bar(id=id, classes="label")
        bar.show([span(f" {text}", "section")], [span(right, "quiet"), Span(" ")])
        return bar
