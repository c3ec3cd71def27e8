"""Rows of a long list that the service holds: pages come as they are needed, only what is seen is drawn."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from llmsec_tui.console.columns import Column, heading, lay_out, row_line
from llmsec_tui.console.line_view import LineView
from llmsec_tui.console.safe_text import span
from llmsec_tui.console.window import RowT, Window
from llmsec_tui.errors import LlmsecError

PAGE = 100
NEAR = 40
"""So many rows before the end of what is held, the next page is asked for."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which page: exclusive bounds as in the service's queries."""

    before: int | None = None
    after: int | None = None
    limit: int = PAGE


class Job(Enum):
    """What has to be asked next."""

    NEWEST = "the first page"
    SEEN = "the rows that are seen, again"
    OLDER = "the page below"
    NEWER = "the page above"
    OLDEST = "the last page"


class Rows(LineView, Generic[RowT]):
    """Newest first. The cursor stays on its row when others arrive.

    With ``tail`` the cursor rests on the first line while it is there, as in ``tail -f``; without, it always keeps its
    row, and the view follows new rows only as long as the cursor stays in sight.
    """

    @dataclass
    class Moved(Message):
        """Another row, another place or other numbers."""

        rows: "Rows[Any]"

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Rows.Moved)

    @dataclass
    class Chosen(Message):
        """A row was clicked twice."""

        rows: "Rows[Any]"

    @dataclass
    class Asked(Message):
        """A page was asked for, and came (``error`` is None) or did not."""

        rows: "Rows[Any]"
        error: LlmsecError | None

    def __init__(
        self,
        fetch: Callable[[Reach], Awaitable[tuple[Sequence[RowT], int]]],
        columns: Sequence[Column[RowT]],
        *,
        tail: bool = False,
        empty: str = "Nothing here yet.",
        identity: Callable[[RowT], object] | None = None,
        marked: Callable[[RowT], bool] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name for it
    ) -> None:
        """``identity`` is for lists whose order changes; without it a row is told by its ``seq``."""
        super().__init__(id=id)
        self.window: Window[RowT] = Window(identity)
        self.tail = tail
        self.empty = empty
        """What to say instead of rows."""
        self.loaded = False
        self._fetch = fetch
        self._marked = marked
        self._columns = columns
        self._cursor = 0
        self._jobs: list[Job] = []
        self._busy = False
        self._generation = 0
        self._going_home = False
        self._strips: dict[int, tuple[RowT, tuple[int, int], Strip]] = {}

    # What others ask

    @property
    def selected(self) -> RowT | None:
        """The row under the cursor."""
        return self.window.rows[self._cursor] if self._cursor < len(self.window.rows) else None

    @property
    def place(self) -> tuple[int, int]:
        """(Which row of the whole list the cursor is on, counting from 1, and how many there are)."""
        return self.window.above + self._cursor + 1 if self.window.rows else 0, self.window.total

    @property
    def at_newest(self) -> bool:
        """Whether the first row that is seen is the first of all."""
        return self.top == 0 and self.window.above == 0

    def catch_up(self) -> None:
        """Something changed at the service: look again, without moving what is read."""
        self._want(Job.NEWEST if self._follows() else Job.SEEN)

    def start_again(self) -> None:
        """Forget everything, because another question is asked from now on."""
        self._generation += 1
        self.window.clear()
        self._cursor = self.top = 0
        self._strips.clear()
        self._jobs.clear()
        self._want(Job.NEWEST)

    def redraw(self) -> None:
        """What cells show has changed, and not the rows."""
        self._strips.clear()
        self._changed()

    # Asking

    def _follows(self) -> bool:
        room = self.tail or self._cursor < self.page - 1
        return not self.window.rows or (self.at_newest and room)

    def _want(self, job: Job) -> None:
        if job not in self._jobs:
            self._jobs.append(job)
        if not self._busy:
            self._busy = True
            self.run_worker(self._work(), group="rows")

    async def _work(self) -> None:
        try:
            while self._jobs:
                await self._do(self._jobs.pop(0))
        finally:
            self._busy = False

    async def _do(self, job: Job) -> None:
        generation = self._generation
        reach = self._reach(job)
        if reach is None:
            return
        try:
            page, total = await self._fetch(reach)
        except LlmsecError as error:
            if generation == self._generation:
                self._jobs.clear()
                self.post_message(self.Asked(self, error))
            return
        if generation == self._generation:
            self._merge(job, reach, page, total)
            self.loaded = True
            self.post_message(self.Asked(self, None))

    def _reach(self, job: Job) -> Reach | None:
        rows = self.window.rows
        match job:
            case Job.OLDEST:
                return Reach(after=0, limit=max(PAGE, self.page))
            case Job.OLDER if rows:
                return None if self.window.at_oldest else Reach(before=rows[-1].seq)
            case Job.NEWER if rows:
                return Reach(after=rows[0].seq)
            case Job.SEEN if rows:
                return Reach(before=rows[min(self.top, len(rows) - 1)].seq + 1, limit=self.page + 1)
            case _:
                return Reach(limit=max(PAGE, self.page + NEAR))

    def _merge(self, job: Job, reach: Reach, page: Sequence[RowT], total: int) -> None:
        window, cursor = self.window, self.selected
        first_seen = window.rows[self.top] if self.top < len(window.rows) else None
        following = job is Job.NEWEST and self.top == 0
        home = self._going_home or (following and self.tail and self._cursor == 0)
        if job is Job.OLDEST:
            window.start_at_oldest(page, total)
            self._cursor = max(len(page) - 1, 0)
            self.top = max(len(page) - self.page, 0)
        elif reach.before is not None:
            window.merge_before(reach.before, page, total, reach.limit)
        elif reach.after is not None:
            window.merge_after(reach.after, page, total, reach.limit)
        else:
            window.merge_newest(page, total, reach.limit)
        if home and job is Job.NEWEST:
            self._cursor = self.top = 0
            self._going_home = False
        elif job is not Job.OLDEST:
            self._cursor = self._find(cursor, self._cursor)
            self.top = 0 if following else self._find(first_seen, self.top)
        self._show_cursor()
        self._changed()

    def _find(self, row: RowT | None, index: int) -> int:
        found = self.window.find(row) if row is not None else None
        return found if found is not None else max(min(index, len(self.window.rows) - 1), 0)

    # Moving

    def move(self, by: int) -> None:
        self._put_cursor(self._cursor + by)

    def _put_cursor(self, index: int) -> None:
        self._cursor = max(min(index, len(self.window.rows) - 1), 0)
        self._show_cursor()
        self._ask_ahead()
        self._changed()

    def _show_cursor(self) -> None:
        low, high = self._cursor - self.page + 1, self._cursor
        self.top = max(min(max(self.top, low), high, len(self.window.rows) - 1), 0)

    def _ask_ahead(self) -> None:
        if not self.window.at_oldest and self._cursor + NEAR > len(self.window.rows):
            self._want(Job.OLDER)
        if self.window.above and self._cursor < NEAR:
            self._want(Job.NEWER)

    def action_first(self) -> None:
        self._going_home = True
        self._cursor = self.top = 0
        self._want(Job.NEWEST)
        self._changed()

    def action_last(self) -> None:
        if self.window.at_oldest:
            self._put_cursor(len(self.window.rows))
        else:
            self._want(Job.OLDEST)

    def on_click(self, event: events.Click) -> None:
        index = self.top + event.y - self.head_height
        if event.y >= self.head_height and index < len(self.window.rows):
            self._put_cursor(index)
            if event.chain > 1:
                self.post_message(self.Chosen(self))

    def on_resize(self) -> None:
        self._strips.clear()
        self._show_cursor()
        if self.loaded and not self.window.at_oldest:
            self._ask_ahead()

    # Drawing

    def _changed(self) -> None:
        self.refresh()
        self.post_message(self.Moved(self))

    def line_count(self) -> int:
        return max(len(self.window.rows), 1)

    def extent(self) -> tuple[int, int]:
        return self.window.above, max(self.window.total, len(self.window.rows))

    @property
    def head_height(self) -> int:
        return 1

    def draw_head(self, y: int, width: int) -> Strip:
        return self.look.strip(heading(lay_out(self._columns, width - 1)), width, self.rich_style)

    def draw(self, index: int, width: int) -> Strip:
        if not self.window.rows:
            return self._draw_empty(width)
        row = self.window.rows[index]
        marking = (1 + self.has_focus) if index == self._cursor else 0
        cached = self._strips.get(row.seq)
        if cached is not None and cached[0] is row and cached[1] == (width, marking):
            return cached[2]
        if len(self._strips) > 4 * self.page:
            self._strips.clear()
        base = self.rich_style + (Style(), self.look.cursor_away, self.look.cursor)[marking]
        marked = self._marked is not None and self._marked(row)
        strip = self.look.strip(row_line(lay_out(self._columns, width), row, marked=marked), width, base)
        self._strips[row.seq] = row, (width, marking), strip
        return strip

    def _draw_empty(self, width: int) -> Strip:
        return self.look.strip(
            [span(" " + (self.empty if self.loaded else "Loading…"), "quiet")], width, self.rich_style
        )
