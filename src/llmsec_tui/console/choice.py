"""One of a few values, changed with the arrow keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static

from llmsec_tui.console.safe_text import content


class Choice(Static, can_focus=True):
    """Shows the value that is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "change(1)", show=False),
        Binding("left", "change(-1)", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Another value is chosen."""

        choice: "Choice"

        @property
        def control(self) -> "Choice":
            return self.choice

    def __init__(self, labels: Sequence[str], index: int = 0, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._labels = labels
        self.index = index
        """Of the value that is chosen."""

    def on_mount(self) -> None:
        self._show()

    def action_change(self, by: int) -> None:
        self.index = (self.index + by) % len(self._labels)
        self._show()
        self.post_message(self.Changed(self))

    def _show(self) -> None:
        self.update(content(f"◂ {self._labels[self.index]} ▸"))
