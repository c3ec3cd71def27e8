"""Lay a text out section by section."""

from collections.abc import Iterable, Sequence

from llmsec_tui.console.pager import Text
from llmsec_tui.console.safe_text import Line, Span, fit, passage, span, width_of, wrap

NAME_WIDTH = 12


class Draft:
    """Collects lines of at most ``width`` cells."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._lines: list[Line] = []
        self._sections: list[int] = []
        self._match: int | None = None

    def done(self) -> Text:
        """The finished text."""
        return Text(self._lines, self._sections, self._match)

    def line(self, *pieces: Span) -> None:
        """One line; what does not fit is cut."""
        self._lines.append(fit(pieces, self.width))

    def blank(self) -> None:
        """An empty line, unless there is one already."""
        if self._lines and width_of(self._lines[-1]):
            self._lines.append(())

    def section(self, title: str, note: str = "") -> None:
        """A heading that can be jumped to."""
        self.blank()
        self._sections.append(len(self._lines))
        self.line(span(f" {title}", "section"), span(f"  {note}" if note else "", "quiet"))

    def text(
        self, text: str, style: str = "", indent: Sequence[Span] = (Span("   "),), most: int | None = None
    ) -> None:
        """A passage, wrapped."""
        self.pieces([passage(text, style)], indent, most)

    def pieces(self, pieces: Iterable[Span], indent: Sequence[Span] = (Span("   "),), most: int | None = None) -> None:
        """A wrapped passage of several styles, at most ``most`` lines of it; notes where the first match is."""
        lines = wrap(pieces, self.width - width_of(indent))
        for line in lines[:most]:
            if self._match is None and any(piece.style == "found" for piece in line):
                self._match = len(self._lines)
            self._lines.append([*indent, *line])
        left = len(lines) - most if most is not None else 0
        if left > 0:
            self._lines.append([*indent, span(f"… {left} more {'line' if left == 1 else 'lines'}", "quiet")])

    def item(self, mark: str, text: str, style: str = "") -> None:
        """A list item, its further lines under its text."""
        lines = wrap([passage(text, style)], self.width - 3 - len(mark) - 1)
        for number, line in enumerate(lines):
            self._lines.append([Span("   "), span((mark if number == 0 else " " * len(mark)) + " ", "quiet"), *line])

    def hanging(self, mark: Span, pieces: Iterable[Span], left: int) -> None:
        """A wrapped passage behind a mark, ``left`` cells from the edge, its further lines under its text."""
        room = left + width_of([mark]) + 1
        for number, line in enumerate(wrap(pieces, max(self.width - room, 16))):
            first = [span(" " * left), mark, span(" ")]
            self._lines.append([*first, *line] if number == 0 else [span(" " * room), *line])

    def field(self, name: str, value: str, style: str = "", name_width: int = NAME_WIDTH) -> None:
        """A name and its value; a long name stands on a line of its own."""
        label = span(name, "quiet")
        lines = wrap([passage(value, style)], self.width - name_width - 3)
        if width_of([label]) >= name_width:
            self._lines.append(fit([Span("   "), label], self.width))
        else:
            self._lines.append([Span("   "), *fit([label], name_width), *lines.pop(0)])
        self._lines += [[span(" " * (name_width + 3)), *line] for line in lines]
