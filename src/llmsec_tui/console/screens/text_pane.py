"""A screen that is one text to scroll."""

from collections.abc import Iterator

from textual.widget import Widget

from llmsec_tui.console.actions import Place
from llmsec_tui.console.pager import Pager
from llmsec_tui.console.safe_text import Span, span
from llmsec_tui.console.screens.acts import Keeping


class TextPane(Keeping):
    """What the text is and when it changes, its subclasses say."""

    def __init__(self, home: Place, filter_text: str = "") -> None:
        """``home`` is the list that it was opened from, ``filter_text`` what that is filtered by."""
        super().__init__()
        self._home = home
        self._filter = filter_text

    def body(self) -> Iterator[Widget]:
        yield Pager()

    @property
    def home_place(self) -> Place:
        return self._home

    @property
    def pager(self) -> Pager:
        return self.query_one(Pager)

    def on_mount(self) -> None:
        super().on_mount()
        self.pager.focus()

    def foot_note(self) -> list[Span]:
        filtered = [span(f"filter {self._filter[:30]}  ", "warn")] if self._filter else []
        return [*filtered, span(self.pager.seen, "quiet")]

    def on_pager_scrolled(self) -> None:
        self.show_bars()

    def action_next_section(self) -> None:
        self.pager.to_section(1)

    def action_previous_section(self) -> None:
        self.pager.to_section(-1)

    def action_back(self) -> None:
        self.app.pop_screen()
