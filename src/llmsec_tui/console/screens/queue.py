"""What the long lists have in common: pages by key, a filter line, a note on what has arrived."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Generic

from textual import on
from textual.widget import Widget

from llmsec_tui.console import figures
from llmsec_tui.console.actions import Place
from llmsec_tui.console.columns import Column
from llmsec_tui.console.filter_bar import FilterBar
from llmsec_tui.console.rows import Reach, Rows
from llmsec_tui.console.safe_text import Span, span
from llmsec_tui.console.screens.base import Pane
from llmsec_tui.console.window import RowT
from llmsec_tui.errors import CollectorGone, DeadlineExceeded


class Queue(Pane, Generic[RowT]):
    """A filter line over one long list."""

    columns: Sequence[Column[Any]]
    empty: ClassVar[str]
    tail: ClassVar[bool] = True
    reordered: ClassVar[bool] = False
    """Whether rows change places; then ``identity`` tells them apart, and not ``seq``."""

    async def fetch(self, reach: Reach, filter_text: str) -> tuple[Sequence[RowT], int]:
        """One page and the number of rows on all pages."""
        raise NotImplementedError

    def is_marked(self, row: RowT) -> bool:
        """Whether somebody marked it to act on it with others."""
        return False

    def identity(self, row: RowT) -> object:
        """What stays the same of a row wherever it moves."""
        return row.seq

    def body(self) -> Iterator[Widget]:
        yield FilterBar()
        identity = self.identity if self.reordered else None
        yield Rows(self._page, self.columns, tail=self.tail, empty=self.empty, identity=identity, marked=self.is_marked)

    @property
    def rows(self) -> Rows[RowT]:
        return self.query_one(Rows)

    @property
    def filter_bar(self) -> FilterBar:
        return self.query_one(FilterBar)

    async def _page(self, reach: Reach) -> tuple[Sequence[RowT], int]:
        return await self.fetch(reach, self.filter_bar.text)

    def on_mount(self) -> None:
        super().on_mount()
        self.rows.focus()

    def look_again(self) -> None:
        self.rows.catch_up()

    def foot_note(self) -> list[Span]:
        arrived = self.rows.window.arrived
        place, total = self.rows.place
        notes = [span(f" +{figures.count(arrived)} new ", "here"), Span(" ")] if arrived else []
        if self.filter_bar.text:
            notes += [span(f"filter {self.filter_bar.text[:40]}", "warn"), Span("  ")]
        return [*notes, span(f"{figures.count(place)} of {figures.count(total)}", "quiet")]

    def is_idle(self, action: str) -> bool:
        return action not in ("filter", "back", "group") and self.rows.selected is None

    @on(Rows.Moved)
    def _moved(self, event: Rows.Moved) -> None:
        event.stop()
        self.show_bars()

    @on(Rows.Asked)
    def _asked(self, event: Rows.Asked) -> None:
        event.stop()
        error = event.error
        if error is None:
            self.filter_bar.show_error("")
        elif isinstance(error, DeadlineExceeded) or not self.filter_bar.text:
            # The banner already tells of a collector that is gone.
            if not isinstance(error, CollectorGone):
                self.say(str(error), bad=True)
        elif not isinstance(error, CollectorGone):
            self.filter_bar.show_error(str(error))

    @on(FilterBar.Changed)
    def _filtered(self, event: FilterBar.Changed) -> None:
        event.stop()
        self.rows.empty = "Nothing matches this filter." if event.text else self.empty
        self.rows.start_again()
        self.show_bars()

    @on(FilterBar.Left)
    def _filter_left(self, event: FilterBar.Left) -> None:
        event.stop()
        self.rows.focus()
        self.show_bars()

    @on(Rows.Chosen)
    async def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        await self.run_action("open")

    def action_filter(self, expression: str | None = None) -> None:
        """Type a filter, or put the given one in force."""
        if expression is None:
            self.filter_bar.edit()
        else:
            self.filter_bar.set_text(expression)

    def action_back(self) -> None:
        self.filter_bar.clear()


class QueueOver(Queue[RowT]):
    """A list over the screen that was open; its tab stays marked, and going back leads to it."""

    def __init__(self, home: Place) -> None:
        super().__init__()
        self._home = home

    @property
    def home_place(self) -> Place:
        return self._home

    def action_back(self) -> None:
        if not self.filter_bar.clear():
            self.app.pop_screen()
