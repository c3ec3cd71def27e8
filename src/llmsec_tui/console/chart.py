"""Events a second over time, as a braille area with axes; alerts are marked below it."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

from textual.strip import Strip
from textual.widget import Widget

from llmsec_tui.console import figures
from llmsec_tui.console.look import Look
from llmsec_tui.console.safe_text import Line, Span, span
from llmsec_tui.service.api import RatePoint

_LEFT = (0x40, 0x44, 0x46, 0x47)
_RIGHT = (0x80, 0xA0, 0xB0, 0xB8)
_MARGIN = 7


def bars(values: Sequence[float], top: float, width: int, height: int) -> list[str]:
    """``height`` rows of ``width`` braille cells, two values a cell; a value above zero is at least one dot high."""
    dots = [ceil(4 * height * value / top) if top else 0 for value in _resample(values, 2 * width)]
    return [
        "".join(_cell(dots[2 * x] - 4 * row, dots[2 * x + 1] - 4 * row) for x in range(width))
        for row in range(height - 1, -1, -1)
    ]


def _cell(left: int, right: int) -> str:
    mask = (_LEFT[min(left, 4) - 1] if left > 0 else 0) | (_RIGHT[min(right, 4) - 1] if right > 0 else 0)
    return chr(0x2800 + mask) if mask else " "


def _resample(values: Sequence[float], columns: int) -> list[float]:
    """The highest value that falls on each column: a peak is never lost."""
    edges = [column * len(values) // columns for column in range(columns + 1)]
    return [max(values[low : max(high, low + 1)]) for low, high in pairwise(edges)]


class RateChart(Widget):
    """Draws what ``show`` was given last."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._points: Sequence[RatePoint] = ()
        self._bucket_s = 1
        self._lines: list[Line] = []

    def show(self, points: Sequence[RatePoint], bucket_s: int) -> None:
        """Draw these points, oldest first, each of ``bucket_s`` seconds."""
        if (list(points), bucket_s) != (list(self._points), self._bucket_s):
            self._points, self._bucket_s = points, bucket_s
            self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width, height = self.size.width - _MARGIN - 1, self.size.height - 2
        if width > 4 and height > 0 and self._points:
            self._lines = chart_lines(self._points, self._bucket_s, width, height)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        look = self.app.look  # type: ignore[attr-defined]
        assert isinstance(look, Look)
        line = self._lines[y] if y < len(self._lines) else ()
        return look.strip(line, self.size.width, self.rich_style)


def chart_lines(points: Sequence[RatePoint], bucket_s: int, width: int, height: int) -> list[Line]:
    """The chart's lines: ``height`` of bars, one of alert marks, one of times."""
    rates = [point.events / bucket_s for point in points]
    top = max(rates)
    rows = bars(rates, top, width, height)
    labels = {0: figures.rate(top), height - 1: "0"} if height > 1 else {0: figures.rate(top)}
    lines: list[Line] = [
        [span(f"{labels.get(y, ''):>{_MARGIN - 2}}", "quiet"), span(" │", "faint"), span(row, "primary")]
        for y, row in enumerate(rows)
    ]
    return [*lines, _alert_marks(points, width), _times(len(points) * bucket_s, width)]


def _alert_marks(points: Sequence[RatePoint], width: int) -> Line:
    alerts = _resample([point.alerts for point in points], width)
    marks = [Span("▲", "level.high") if alert else Span("─", "faint") for alert in alerts]
    return [span(f"{'└':>{_MARGIN}}", "faint"), *marks]


def _times(seconds: int, width: int) -> Line:
    begin, middle, end = f"-{figures.duration(seconds)}", f"-{figures.duration(seconds / 2)}", "now"
    left = max(width // 2 - len(begin) - len(middle) // 2, 1)
    right = max(width - len(begin) - left - len(middle) - len(end), 1)
    return [span(" " * _MARGIN), span(f"{begin}{' ' * left}{middle}{' ' * right}{end}", "quiet")]
