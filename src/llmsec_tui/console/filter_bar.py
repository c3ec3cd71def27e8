"""The line in which a list is narrowed while one types."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from llmsec_tui.console.safe_text import content

SETTLE_S = 0.15
"""How long to wait for the next key before asking."""


class FilterBar(Horizontal):
    """Hidden until it is wanted; a filter in force keeps it on the screen, so that none is ever forgotten."""

    @dataclass
    class Changed(Message):
        """Another filter holds from now on."""

        text: str

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, FilterBar.Changed)

    class Left(Message):
        """Typing ended; the list wants the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        """The filter in force."""
        self._settle: Timer | None = None
        self.display = False

    def compose(self) -> ComposeResult:
        yield Static("/", classes="prompt", markup=False)
        yield Input(placeholder='level:high  user:ann  !text  "two words"', compact=True, select_on_focus=False)
        yield Static("", classes="error", markup=False)

    @property
    def _input(self) -> Input:
        return self.query_one(Input)

    def edit(self) -> None:
        """Show the line and type into it."""
        self.display = True
        self._input.focus()

    def set_text(self, text: str) -> None:
        """Put a filter in force from elsewhere."""
        self.display = bool(text)
        with self.prevent(Input.Changed):
            self._input.value = text
        self._apply()

    def clear(self) -> bool:
        """Drop the filter; False when there was none and nothing was shown."""
        shown = self.display
        self.set_text("")
        self.display = False
        self.show_error("")
        if shown:
            self.post_message(self.Left())
        return shown

    def show_error(self, message: str) -> None:
        """Say in place what is wrong with the filter; an empty message says that nothing is."""
        self.query_one(".error", Static).update(content(message))
        self.set_class(bool(message), "-wrong")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._settle is not None:
            self._settle.stop()
        self._settle = self.set_timer(SETTLE_S, self._apply)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._apply()
        self.display = bool(self.text)
        self.post_message(self.Left())

    def _apply(self) -> None:
        if self._settle is not None:
            self._settle.stop()
        text = self._input.value.strip()
        if text != self.text:
            self.text = text
            self.post_message(self.Changed(text))
