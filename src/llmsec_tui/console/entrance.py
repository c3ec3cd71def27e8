"""What stands before the panes: a screen to log in at, or to open a locked session; and a window to prove oneself."""

from collections.abc import Awaitable, Callable
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from llmsec_tui.console.masked_input import MaskedInput
from llmsec_tui.console.safe_text import content
from llmsec_tui.errors import LlmsecError

Enter = Callable[[str, str, str], Awaitable[None]]
"""Takes name, password and code; raises what the collector refuses with."""

_Result = TypeVar("_Result")


def _secret_fields() -> ComposeResult:
    with Horizontal(classes="row"):
        yield Static("password", classes="name", markup=False)
        yield MaskedInput(id="password")
    with Horizontal(classes="row"):
        yield Static("code", classes="name", markup=False)
        yield Input(placeholder="of your authenticator, if you have one", max_length=16, compact=True, id="code")


def _taken(screen: Screen[_Result]) -> tuple[str, str]:
    """Password and code; the fields are empty afterwards, so that nothing of them outlives the attempt."""
    entries = [screen.query_one(f"#{name}", Input) for name in ("password", "code")]
    password, code = (entry.value for entry in entries)
    for entry in entries:
        entry.clear()
    return password, code.strip()


class Entrance(Screen[None]):
    """Covers everything. ``name`` is that of the locked session, or empty; without one, anybody may log in."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Somebody else", show=False)]

    def __init__(self, name: str, told: str, enter: Enter, leave: Callable[[], Awaitable[None]]) -> None:
        """``told`` is what this set-up protects; ``enter`` logs in or unlocks, ``leave`` ends the locked session."""
        super().__init__()
        self._whose = name
        self._told = told
        self._enter = enter
        self._leave = leave

    @property
    def about(self) -> str:
        """Whose locked session this is; empty when anybody may log in."""
        return self._whose

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(content(f"Locked: {self._whose}" if self._whose else "Log in"), classes="title")
            yield Static(content(self._told), classes="subject")
            if not self._whose:
                with Horizontal(classes="row"):
                    yield Static("name", classes="name", markup=False)
                    yield Input(max_length=64, compact=True, id="name")
            yield from _secret_fields()
            yield Static("", classes="warning", markup=False)
            yield Static(
                "enter opens it · esc lets somebody else in" if self._whose else "enter logs in · ctrl+q leaves",
                classes="hint",
                markup=False,
            )

    def on_mount(self) -> None:
        self.query_one("#password" if self._whose else "#name", Input).focus()

    @on(Input.Submitted, "#name")
    def _named(self) -> None:
        self.query_one("#password", Input).focus()

    @on(Input.Submitted, "#password, #code")
    def _entered(self) -> None:
        name = self._whose or self.query_one("#name", Input).value.strip()
        password, code = _taken(self)
        if name and password:
            self.run_worker(self._try(name, password, code), group="enter", exclusive=True)

    async def _try(self, name: str, password: str, code: str) -> None:
        self._say("One moment …")
        try:
            await self._enter(name, password, code)
        except LlmsecError as error:
            self._say(str(error))
            self.query_one("#password", Input).focus()

    def _say(self, words: str) -> None:
        self.add_class("-warned")
        self.query_one(".warning", Static).update(content(words))

    async def action_leave(self) -> None:
        if self._whose:
            await self._leave()


class ProofDialog(ModalScreen[tuple[str, str] | None]):
    """Asks for the password once more; gives back it and the code, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", show=False)]

    def __init__(self, why: str) -> None:
        super().__init__()
        self._why = why

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Your password again", classes="title", markup=False)
            yield Static(content(self._why), classes="subject")
            yield from _secret_fields()
            yield Static("enter does it · esc leaves everything as it is", classes="hint", markup=False)

    def on_mount(self) -> None:
        self.query_one("#password", Input).focus()

    @on(Input.Submitted)
    def _entered(self) -> None:
        password, code = _taken(self)
        if password:
            self.dismiss((password, code))
