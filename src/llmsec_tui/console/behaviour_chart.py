"""How a metric went, hour by hour: a braille line over the band of what is usual, with verdicts, alerts and changes."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from llmsec_tui.console import behaviour_figures
from llmsec_tui.console.look import Look
from llmsec_tui.console.safe_text import Line, Span, fit, span, width_of
from llmsec_tui.service.behaviour.api import BehaviourPoint, BehaviourRow, ChangeMark

MARGIN = 10
"""Cells left of the line, for the figures of its scale."""
FEET = 4
"""Lines below it: verdicts, alerts, changes, times."""
HOUR = 3_600_000_000
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_CHANGE = Span("◆", "accent.strong")
_LEAST = 5
"""Cells that a part of a name needs to say anything."""
_RANK = ("steady", "watch", "drift")
_STYLES = {"drift": "bad.strong", "watch": "warn.strong"}


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn, and where the crosshair stands."""

    row: BehaviourRow
    points: Sequence[BehaviourPoint]
    marks: Sequence[ChangeMark]
    cursor: int
    """The point under the crosshair."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to dots: 0 is the lowest row of dots."""

    low: float
    high: float
    dots: int

    def at(self, value: float) -> int:
        share = (value - self.low) / (self.high - self.low)
        return max(min(round(share * (self.dots - 1)), self.dots - 1), 0)


class DriftChart(Widget):
    """Draws what ``show`` was given last; a click puts the crosshair there."""

    ALLOW_SELECT = False

    @dataclass
    class Pointed(Message):
        """Somebody clicked on a point."""

        index: int

    def __init__(self) -> None:
        super().__init__()
        self._plot: Plot | None = None
        self._lines: list[Line] = []

    def show(self, plot: Plot) -> None:
        """Draw this."""
        self._plot = plot
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def on_click(self, event: events.Click) -> None:
        if self._plot is not None and self._plot.points and event.x >= MARGIN:
            count, width = len(self._plot.points), max(self.size.width - MARGIN - 1, 1)
            self.post_message(self.Pointed(min((event.x - MARGIN) * count // width, count - 1)))

    def _draw(self) -> None:
        width, height = self.size.width - MARGIN - 1, self.size.height - FEET
        self._lines = chart_lines(self._plot, width, height) if self._plot and width > 8 and height > 0 else []
        self.refresh()

    def render_line(self, y: int) -> Strip:
        look = self.app.look  # type: ignore[attr-defined]
        assert isinstance(look, Look)
        line = self._lines[y] if y < len(self._lines) else ()
        return look.strip(line, self.size.width, self.rich_style)


def chart_lines(plot: Plot, width: int, height: int) -> list[Line]:
    """``height`` lines of ``width`` cells with the scale left of them, and the four below."""
    points = plot.points
    scale = _scale(points, plot.row, 4 * height)
    if scale is None:
        return [[span(f"{'':>{MARGIN}}No hour of this time had enough to be measured.", "quiet")]]
    by_cell = _by_cell(points, width)
    dots = _line(points, scale, width)
    band = _band(by_cell, scale)
    here = _cell_of(plot.cursor, len(points), width)
    worst = [_worst(group) for group in by_cell]
    lines: list[Line] = []
    for y in range(height):
        row = height - 1 - y
        cells = [_cell(x, row, dots, band, worst[x], here=x == here) for x in range(width)]
        figure = fit([span(_figure(scale, plot.row, y, height), "quiet")], MARGIN - 2, right=True)
        lines.append([*figure, Span(" │", "faint"), *cells])
    return [*lines, _verdicts(worst), _alerts(plot, here, width), _changes(plot, width), _times(points, width)]


def _scale(points: Sequence[BehaviourPoint], row: BehaviourRow, dots: int) -> _Scale | None:
    """Round all values and what is usual; from zero where that is near, for shares and dollars."""
    if all(point.value is None for point in points):
        return None
    # The band of an hour of a few calls is so wide that no other would be seen: it reaches over the edge.
    bands = [one for point in points if point.verdict != "insufficient" for one in (point.low, point.high)]
    seen = [one for one in (*(point.value for point in points), *bands) if one is not None]
    low, high = min(seen), max(seen)
    room = (high - low) * 0.05 or abs(high) * 0.1 or 1.0
    low = 0.0 if 0 <= low <= high / 3 else low - room
    if row.shape != "number":
        return _Scale(max(low, 0.0), min(high + room, 1.0) if high < 1 else 1.0 + room, dots)
    return _Scale(low, high + room, dots)


def _figure(scale: _Scale, row: BehaviourRow, y: int, height: int) -> str:
    """What a line of the scale is called: the highest, the middle, the lowest."""
    if y not in (0, height // 2, height - 1):
        return ""
    share = 1 - y / (height - 1) if height > 1 else 1.0
    return behaviour_figures.value(scale.low + share * (scale.high - scale.low), row.shape, row.unit)


def _cell_of(index: int, count: int, width: int) -> int:
    """The cell in whose middle a point stands."""
    return min((2 * index + 1) * width // (2 * count), width - 1) if count else 0


def _by_cell(points: Sequence[BehaviourPoint], width: int) -> list[list[BehaviourPoint]]:
    """The points of each cell; where a point is wider than a cell, the nearest one."""
    count = len(points)
    centres = [_cell_of(index, count, width) for index in range(count)]
    found: list[list[BehaviourPoint]] = [[] for _ in range(width)]
    if count >= width:
        for point, x in zip(points, centres, strict=True):
            found[x].append(point)
        return found
    for x in range(width):
        after = min(bisect_left(centres, x), count - 1)
        before = max(after - 1, 0)
        found[x].append(points[after if centres[after] - x < x - centres[before] else before])
    return found


def _line(points: Sequence[BehaviourPoint], scale: _Scale, width: int) -> Mapping[tuple[int, int], int]:
    """Braille masks by cell (x, row from below): neighbours are joined, hours without a value are gaps."""
    masks: dict[tuple[int, int], int] = {}
    columns, count = 2 * width, len(points)
    before: tuple[int, int] | None = None
    for index, point in enumerate(points):
        if point.value is None:
            before = None
            continue
        x = min((2 * index + 1) * columns // (2 * count), columns - 1)
        here = (x, scale.at(point.value))
        for dot in _joined(before or here, here):
            key = (dot[0] // 2, dot[1] // 4)
            masks[key] = masks.get(key, 0) | _DOTS[dot[0] % 2][3 - dot[1] % 4]
        before = here
    return masks


def _joined(one: tuple[int, int], other: tuple[int, int]) -> list[tuple[int, int]]:
    """The dots from one to the other, with no hole between two columns."""
    steps = max(abs(other[0] - one[0]), abs(other[1] - one[1]), 1)
    return [
        (one[0] + (other[0] - one[0]) * step // steps, one[1] + (other[1] - one[1]) * step // steps)
        for step in range(steps + 1)
    ]


def _band(by_cell: Sequence[Sequence[BehaviourPoint]], scale: _Scale) -> list[tuple[int, int] | None]:
    """Of each cell the rows (from below) that what is usual reaches over."""
    found: list[tuple[int, int] | None] = []
    for group in by_cell:
        lows = [point.low for point in group if point.low is not None]
        highs = [point.high for point in group if point.high is not None]
        found.append((scale.at(min(lows)) // 4, scale.at(max(highs)) // 4) if lows and highs else None)
    return found


def _worst(group: Sequence[BehaviourPoint]) -> str:
    """The verdict of a cell."""
    return max((point.verdict for point in group), key=lambda one: _RANK.index(one) if one in _RANK else -1, default="")


def _cell(
    x: int,
    row: int,
    dots: Mapping[tuple[int, int], int],
    band: Sequence[tuple[int, int] | None],
    verdict: str,
    *,
    here: bool,
) -> Span:
    mask = dots.get((x, row), 0)
    if mask:
        return span(chr(0x2800 + mask), "here" if here else _STYLES.get(verdict, "primary"))
    if here:
        return Span("│", "accent")
    usual = band[x]
    return Span("░", "faint") if usual is not None and usual[0] <= row <= usual[1] else Span(" ")


def _verdicts(worst: Sequence[str]) -> Line:
    """D and W under the hours that were judged so."""
    cells = [span(behaviour_figures.sign(one), _STYLES[one]) if one in _STYLES else Span(" ") for one in worst]
    return [span(f"{'verdict ':>{MARGIN}}", "quiet"), *cells]


def _alerts(plot: Plot, here: int, width: int) -> Line:
    """The axis, with a mark where there were alerts and where the crosshair is."""
    count = len(plot.points)
    marked = {_cell_of(index, count, width) for index, point in enumerate(plot.points) if point.alerts}
    cells = []
    for x in range(width):
        if x in marked:
            cells.append(Span("▲", "here" if x == here else "level.high"))
        else:
            cells.append(Span("┼", "accent") if x == here else Span("─", "faint"))
    return [span(f"{'alerts └':>{MARGIN}}", "quiet"), *cells]


def _changes(plot: Plot, width: int) -> Line:
    """A ◆ where something changed, its name on the side that has more room."""
    line: list[Span] = [span(f"{'changes ':>{MARGIN}}", "quiet")]
    places = sorted({_place(mark.at, plot.points, width): mark for mark in plot.marks if _inside(mark, plot)}.items())
    ends = [*(x for x, _ in places[1:]), width][: len(places)]
    drawn = 0
    for (x, mark), end in zip(places, ends, strict=True):
        label, before, after = [span(f"{mark.kind} {mark.text}", "accent")], x - drawn, end - x - 1
        if before > after and width_of(label) > after:
            line += [*fit([Span(" "), *label, Span(" ")] if before > _LEAST else [], before, right=True), _CHANGE]
            drawn = x + 1
        else:
            label = [Span(" "), *label]
            used = min(width_of(label), after) if after > _LEAST else 0
            line += [span(" " * before), _CHANGE, *(fit(label, used) if used else [])]
            drawn = x + 1 + used
    return line


def _inside(mark: ChangeMark, plot: Plot) -> bool:
    return bool(plot.points) and plot.points[0].at <= mark.at < plot.points[-1].at + HOUR


def _place(at: int, points: Sequence[BehaviourPoint], width: int) -> int:
    """The cell that a time falls on."""
    return _cell_of((at - points[0].at) // HOUR, len(points), width)


def _times(points: Sequence[BehaviourPoint], width: int) -> Line:
    """When it begins, its middle, its end."""
    names = [behaviour_figures.hour(points[place].at) for place in (0, len(points) // 2, -1)]
    left = max(width // 2 - len(names[0]) - len(names[1]) // 2, 1)
    right = max(width - sum(map(len, names)) - left, 1)
    return [span(" " * MARGIN), span(f"{names[0]}{' ' * left}{names[1]}{' ' * right}{names[2]}", "quiet")]


def readout(plot: Plot) -> Line:
    """What stands under the crosshair, in a line."""
    if not plot.points:
        return [span(" Nothing was measured in this time.", "quiet")]
    point, row = plot.points[plot.cursor], plot.row
    shown = behaviour_figures.value(point.value, row.shape, row.unit)
    pieces = [
        span(f" ┼ {behaviour_figures.hour(point.at)} ", "strong"),
        span(f" {shown}{' otherwise' if row.shape == 'mix' and point.value is not None else ''} ", "accent.strong"),
    ]
    if point.low is not None and point.high is not None:
        low, high = (behaviour_figures.value(one, row.shape, row.unit) for one in (point.low, point.high))
        pieces.append(span(f" usual {low}–{high} ", "quiet"))
    pieces.append(span(f" n {behaviour_figures.short(point.n)} ", "quiet"))
    name = f" {behaviour_figures.sign(point.verdict)} {point.verdict} "
    pieces.append(span(name, _STYLES.get(point.verdict, "quiet")))
    if point.alerts:
        pieces.append(span(f" ▲ {point.alerts} {'alert' if point.alerts == 1 else 'alerts'} ", "level.high"))
    changed = [mark for mark in plot.marks if point.at <= mark.at < point.at + HOUR]
    return [*pieces, *(span(f" ◆ {mark.kind}: {mark.text}", "accent") for mark in changed)]
