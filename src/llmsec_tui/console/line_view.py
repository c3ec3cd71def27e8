"""A scrolling view of lines that are drawn only when they are seen."""

from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from llmsec_tui.console.actions import line_bindings
from llmsec_tui.console.look import Look

WHEEL_LINES = 3


class LineView(Widget, can_focus=True, inherit_bindings=False):
    """Draws lines from ``top`` on, and at the right a thin bar that tells where that is in the whole."""

    BINDINGS = line_bindings()
    ALLOW_SELECT = False
    top: int = 0
    """The first line that is seen."""

    def line_count(self) -> int:
        """How many lines there are to scroll through."""
        raise NotImplementedError

    def draw(self, index: int, width: int) -> Strip:
        """One line, exactly ``width`` cells."""
        raise NotImplementedError

    def extent(self) -> tuple[int, int]:
        """(lines before the first one here, lines of the whole), for the bar."""
        return 0, self.line_count()

    @property
    def head_height(self) -> int:
        """Rows at the top that do not scroll."""
        return 0

    def draw_head(self, y: int, width: int) -> Strip:
        """A row of the head."""
        raise NotImplementedError

    @property
    def look(self) -> Look:
        look = self.app.look  # type: ignore[attr-defined]
        assert isinstance(look, Look)
        return look

    @property
    def page(self) -> int:
        """Lines that are seen at once."""
        return max(self.size.height - self.head_height, 1)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y < self.head_height:
            return self.draw_head(y, width)
        y -= self.head_height
        index = self.top + y
        body = self.draw(index, width - 1) if index < self.line_count() else Strip.blank(width - 1, self.rich_style)
        return Strip([*body, self._bar(y)], width)

    def _bar(self, y: int) -> Segment:
        before, whole = self.extent()
        if whole <= self.page:
            return Segment(" ", self.rich_style)
        thumb = max(self.page * self.page // whole, 1)
        start = (before + self.top) * (self.page - thumb) // max(whole - self.page, 1)
        inside = start <= y < start + thumb
        return Segment("┃" if inside else "│", self.rich_style + self.look["quiet" if inside else "faint"])

    def scroll_lines(self, top: int) -> None:
        """Make ``top`` the first line, as far as there is something to see."""
        top = max(min(top, self.line_count() - self.page), 0)
        if top != self.top:
            self.top = top
            self.refresh()

    def move(self, by: int) -> None:
        """Go ``by`` lines down; a negative number goes up."""
        self.scroll_lines(self.top + by)

    def action_down(self) -> None:
        self.move(1)

    def action_up(self) -> None:
        self.move(-1)

    def action_half_down(self) -> None:
        self.move(max(self.page // 2, 1))

    def action_half_up(self) -> None:
        self.move(-max(self.page // 2, 1))

    def action_page_down(self) -> None:
        self.move(max(self.page - 1, 1))

    def action_page_up(self) -> None:
        self.move(-max(self.page - 1, 1))

    def action_first(self) -> None:
        self.move(-self.line_count())

    def action_last(self) -> None:
        self.move(self.line_count())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move(-WHEEL_LINES)
