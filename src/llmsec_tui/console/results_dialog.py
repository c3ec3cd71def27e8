"""What a bulk act did to each thing."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from llmsec_tui.console.columns import Column
from llmsec_tui.console.safe_text import content, preview, span
from llmsec_tui.console.table import Table
from llmsec_tui.service.incidents.rows import BulkDone, ItemResult

_RESULTS: tuple[Column[ItemResult], ...] = (
    Column("", 1, lambda row: span("✓" if row.done else "✗", "good" if row.done else "bad")),
    Column("WHICH", 16, lambda row: span(row.name)),
    Column("WHAT CAME OF IT", 20, lambda row: preview(row.message, "" if row.done else "warn"), grow=1),
)


class ResultsDialog(ModalScreen[None]):
    """One line for each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", show=False),
        Binding("enter", "dismiss(None)", "Close", show=False),
    ]

    def __init__(self, done: BulkDone) -> None:
        super().__init__()
        self._done = done

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall"):
            yield Static(content(self._done.message), classes="title")
            yield Table(_RESULTS, empty="Nothing was asked for.")
            yield Static("↑ ↓ scroll · enter closes", classes="hint", markup=False)

    def on_mount(self) -> None:
        # What was refused is what somebody has to look at.
        self.query_one(Table).show(sorted(self._done.results, key=lambda row: row.done))
        self.query_one(Table).focus()
