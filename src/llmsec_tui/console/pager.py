"""A text to read: lines that wrap to the width, sections to jump between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from llmsec_tui.console.line_view import LineView
from llmsec_tui.console.safe_text import Line


@dataclass(frozen=True, slots=True)
class Text:
    """A text laid out for one width."""

    lines: Sequence[Line]
    sections: Sequence[int] = ()
    """Lines that a section begins at."""
    match: int | None = None
    """The first line with text that matched a rule."""


Layout = Callable[[int], Text]
"""Lays a text out for a width in cells."""

_EMPTY = Text(())


class Pager(LineView):
    """Shows what its layout makes of the width; keeps its place when the text changes."""

    @dataclass
    class Scrolled(Message):
        """Another part is seen."""

        pager: "Pager"

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Pager.Scrolled)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._layout: Layout | None = None
        self._text = _EMPTY

    def show(self, layout: Layout, *, from_top: bool) -> None:
        """Show another text, or the same one changed."""
        self._layout = layout
        self._lay_out()
        self.top = 0 if from_top else max(min(self.top, self.line_count() - self.page), 0)
        self.refresh()

    def _lay_out(self) -> None:
        if self._layout is not None and self.size.width:
            self._text = self._layout(self.size.width - 2)

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()
        self.top = max(min(self.top, self.line_count() - self.page), 0)
        self.refresh()

    @property
    def seen(self) -> str:
        """How much of the text lies above the lower edge, in percent."""
        return f"{min(100 * (self.top + self.page) // max(self.line_count(), 1), 100)}%"

    def line_count(self) -> int:
        return len(self._text.lines)

    def draw(self, index: int, width: int) -> Strip:
        return self.look.strip(self._text.lines[index], width, self.rich_style)

    def scroll_lines(self, top: int) -> None:
        super().scroll_lines(top)
        self.post_message(self.Scrolled(self))

    def to_match(self) -> bool:
        """Scroll to what matched; False when nothing did."""
        if self._text.match is not None:
            self.scroll_lines(self._text.match - self.page // 3)
        return self._text.match is not None

    def to_section(self, step: int) -> None:
        """Scroll to the next section (1), or the one before (-1)."""
        later = [line for line in self._text.sections if line > self.top]
        earlier = [line for line in self._text.sections if line < self.top]
        if step > 0 and later:
            self.scroll_lines(later[0])
        elif step < 0:
            self.scroll_lines(earlier[-1] if earlier else 0)
