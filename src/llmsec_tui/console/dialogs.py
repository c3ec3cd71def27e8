"""The small windows over a screen: a note to write, all keys to search, a command to type."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Input, Static

from llmsec_tui.console import actions
from llmsec_tui.console.actions import Action, key_name
from llmsec_tui.console.pager import Pager, Text
from llmsec_tui.console.safe_text import Line, Span, content, fit, span


class NoteDialog(ModalScreen[str | None]):
    """Asks for a note; gives it back without spaces around it, or None when the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", show=False)]

    def __init__(self, title: str, subject: str, *, required: bool) -> None:
        super().__init__()
        self._title = title
        self._subject = subject
        self._required = required

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(content(self._title), classes="title")
            yield Static(content(self._subject), classes="subject")
            yield Input(placeholder="Why?" if self._required else "Note (may be empty)", max_length=2_000, compact=True)
            yield Static("enter saves · esc leaves everything as it is", classes="hint", markup=False)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        note = event.value.strip()
        if note or not self._required:
            self.dismiss(note)
        else:
            self.query_one(".hint", Static).update(content("A note is required: say why."))
            self.add_class("-wrong")


class HelpDialog(ModalScreen[None]):
    """All actions; typing narrows them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall"):
            yield Static("Keys", classes="title", markup=False)
            yield Input(placeholder="Type to search", compact=True)
            yield Pager()
            yield Static("↑ ↓ scroll · esc closes", classes="hint", markup=False)

    def on_mount(self) -> None:
        self.query_one(Pager).can_focus = False
        self._show("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._show(event.value)

    def action_scroll(self, by: int) -> None:
        self.query_one(Pager).move(by)

    def _show(self, words: str) -> None:
        found = actions.search(words)
        self.query_one(Pager).show(lambda width: Text([help_line(action, width) for action in found]), from_top=True)


def help_line(action: Action, width: int) -> Line:
    """One action: keys, what it does, what it is called after a colon."""
    command = f":{action.names[0]} {action.argument}".rstrip() if action.names else ""
    keys = " ".join(key_name(key) for key in action.keys)
    room = max(width - 15 - 17, 10)
    return [
        Span(" "),
        *fit([span(keys, "primary.strong")], 13),
        Span(" "),
        *fit([span(action.help)], room),
        Span(" "),
        *fit([span(command, "quiet")], 16),
    ]


class CommandDialog(ModalScreen[str | None]):
    """One line at the bottom; gives back what was typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", show=False),
        Binding("tab", "complete", "Complete", show=False, priority=True),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(classes="command"):
            yield Static("", classes="choices", markup=False)
            yield Input(placeholder="command", compact=True, suggester=Names(use_cache=False))

    def on_mount(self) -> None:
        self._show("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._show(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())

    def action_complete(self) -> None:
        entry = self.query_one(Input)
        if (name := complete(entry.value)) is not None:
            entry.value = name
            entry.cursor_position = len(name)

    def _show(self, typed: str) -> None:
        name = typed.split(" ")[0].casefold()
        fitting = [a for a in actions.ACTIONS if any(n.startswith(name) for n in a.names)]
        exact = actions.named(name)
        if exact is not None:
            text = f":{name} {exact.argument}  {exact.help}"
        else:
            text = "  ".join(f":{action.names[0]}" for action in fitting) or "There is no such command."
        self.query_one(".choices", Static).update(content(text))


class Names(Suggester):
    """Completes the names of commands."""

    async def get_suggestion(self, value: str) -> str | None:
        return complete(value)


def complete(typed: str) -> str | None:
    """The first name that begins with what is typed."""
    if not typed:
        return None
    return next((name for name in actions.NAMES if name.startswith(typed.casefold())), None)
