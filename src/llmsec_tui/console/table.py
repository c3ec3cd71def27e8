"""A short list that is given whole, such as the followed files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from llmsec_tui.console.columns import Column, heading, lay_out, row_line
from llmsec_tui.console.line_view import LineView
from llmsec_tui.console.safe_text import span

RowT = TypeVar("RowT")


class Table(LineView, Generic[RowT]):
    """Draws the rows that ``show`` was given; the cursor keeps its line."""

    @dataclass
    class Moved(Message):
        """The cursor is on another row."""

        table: "Table[Any]"

    @dataclass
    class Chosen(Message):
        """A row was clicked twice."""

        table: "Table[Any]"

        @property
        def control(self) -> "Table[Any]":
            """Lets handlers choose by the table's id."""
            return self.table

    def __init__(self, columns: Sequence[Column[RowT]], *, empty: str, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.rows: Sequence[RowT] = ()
        self._columns = columns
        self._empty = empty
        self._cursor = 0
        self._given = False

    @property
    def selected(self) -> RowT | None:
        """The row under the cursor."""
        return self.rows[self._cursor] if self._cursor < len(self.rows) else None

    def show(self, rows: Sequence[RowT], cursor: int | None = None) -> None:
        """Draw these rows, the cursor on the given one or where it was."""
        if list(rows) != list(self.rows) or cursor is not None or not self._given:
            self.rows, self._given = rows, True
            self._put_cursor(self._cursor if cursor is None else cursor)

    def move(self, by: int) -> None:
        before = self._cursor
        self._put_cursor(self._cursor + by)
        if self._cursor != before:
            self.post_message(self.Moved(self))

    def _put_cursor(self, index: int) -> None:
        self._cursor = max(min(index, len(self.rows) - 1), 0)
        self.top = max(min(max(self.top, self._cursor - self.page + 1), self._cursor, len(self.rows) - 1), 0)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        index = self.top + event.y - self.head_height
        if event.y >= self.head_height and index < len(self.rows):
            self.move(index - self._cursor)
            if event.chain > 1:
                self.post_message(self.Chosen(self))

    def line_count(self) -> int:
        return max(len(self.rows), 1)

    @property
    def head_height(self) -> int:
        return 1

    def draw_head(self, y: int, width: int) -> Strip:
        return self.look.strip(heading(lay_out(self._columns, width - 1)), width, self.rich_style)

    def draw(self, index: int, width: int) -> Strip:
        if not self.rows:
            return self.look.strip(
                [span(f" {self._empty if self._given else 'Loading…'}", "quiet")], width, self.rich_style
            )
        marks = (Style(), self.look.cursor_away, self.look.cursor)
        base = self.rich_style + marks[(1 + self.has_focus) if index == self._cursor else 0]
        return self.look.strip(row_line(lay_out(self._columns, width), self.rows[index]), width, base)
