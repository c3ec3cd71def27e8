"""One metric over the hours as a picture: what is usual as a band, what was seen as a line, and what happened."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from itertools import groupby

from llmsec_tui.service.behaviour.api import BehaviourDetail, BehaviourPoint
from llmsec_tui.text import clip, visible

_WIDTH, _HEIGHT = 860, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 10, 28, 24
_HOUR = 3_600_000_000
_LAST = 253_402_300_799_000_000
_MARK_CHARS = 24
_LINE, _BAND, _DRIFT, _MARK = "#1f4e79", "#cfe0ee", "#a40000", "#555"


def when(at: int) -> str:
    """Microseconds since 1970 as people read them."""
    return f"{datetime.fromtimestamp(max(0, min(at, _LAST)) / 1_000_000, UTC):%Y-%m-%d %H:%M} UTC"


def amount(value: float | None, shape: str, unit: str) -> str:
    """A value with its unit; shares in percent."""
    if value is None:
        return ""
    if shape in ("rate", "mix") or unit == "%":
        return f"{value:.1%}"
    number = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"${number}" if unit == "$" else f"{number} {unit}".rstrip()


def chart(one: BehaviourDetail) -> str:
    """An SVG element; a sentence where there is nothing to draw."""
    heights = [y for point in one.points for y in (point.value, point.low, point.high) if y is not None]
    if not heights:
        return "<p>There is nothing to draw: no hour had a value.</p>"
    picture = _Picture(one.points, min(0.0, *heights) if len(heights) > 1 else 0.0, max(heights))
    title = escape(visible(f"{one.row.title} of {one.row.slice}, hour by hour"))
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" font-size="11" font-family="sans-serif">',
        f"<title>{title}</title>",
        *picture.band(one.points),
        *picture.axes(one.row.shape, one.row.unit),
        *picture.line(one.points),
        *picture.dots(one.points),
        *picture.alerts(one.points),
        *(picture.mark(mark.at, f"{mark.kind} {mark.text}") for mark in one.marks if picture.has(mark.at)),
        "</svg>",
    ]
    return "\n".join(parts)


class _Picture:
    """Knows where in the picture a time and a value are."""

    def __init__(self, points: Sequence[BehaviourPoint], low: float, high: float) -> None:
        self._since, self._until = points[0].at, points[-1].at
        self._low, self._high = low, high if high > low else low + 1

    def has(self, at: int) -> bool:
        return self._since <= at <= self._until + _HOUR

    def x(self, at: int) -> float:
        share = (at - self._since) / max(self._until - self._since, _HOUR)
        return _LEFT + min(share, 1.0) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = (value - self._low) / (self._high - self._low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    def _at(self, at: int, value: float) -> str:
        return f"{self.x(at):.1f},{self.y(value):.1f}"

    def band(self, points: Sequence[BehaviourPoint]) -> Iterator[str]:
        for known, run in groupby(points, lambda one: one.low is not None and one.high is not None):
            if known:
                hours = list(run)
                upper = [self._at(one.at, one.high) for one in hours if one.high is not None]
                lower = [self._at(one.at, one.low) for one in reversed(hours) if one.low is not None]
                yield f'<polygon fill="{_BAND}" stroke="{_BAND}" points="{" ".join(upper + lower)}"/>'

    def line(self, points: Sequence[BehaviourPoint]) -> Iterator[str]:
        for known, run in groupby(points, lambda one: one.value is not None):
            if known:
                places = [self._at(one.at, one.value) for one in run if one.value is not None]
                # A line of one point is not drawn unless it goes there twice.
                path = " ".join(places if len(places) > 1 else places * 2)
                pen = f'fill="none" stroke="{_LINE}" stroke-width="1.6" stroke-linecap="round"'
                yield f'<polyline {pen} points="{path}"/>'

    def dots(self, points: Sequence[BehaviourPoint]) -> Iterator[str]:
        """Of hours that differ: filled for drift, hollow for those to watch."""
        for one in points:
            if one.value is not None and one.verdict in ("drift", "watch"):
                fill = _DRIFT if one.verdict == "drift" else "#fff"
                yield (
                    f'<circle cx="{self.x(one.at):.1f}" cy="{self.y(one.value):.1f}" r="3.5" fill="{fill}" '
                    f'stroke="{_DRIFT}"><title>{when(one.at)}: {one.verdict}, {one.n:,} values</title></circle>'
                )

    def alerts(self, points: Sequence[BehaviourPoint]) -> Iterator[str]:
        foot = _HEIGHT - _BOTTOM
        for one in points:
            if one.alerts:
                x = self.x(one.at)
                yield (
                    f'<path d="M{x - 4:.1f},{foot} L{x + 4:.1f},{foot} L{x:.1f},{foot - 8} Z" fill="{_DRIFT}">'
                    f"<title>{when(one.at)}: {one.alerts:,} alerts</title></path>"
                )

    def mark(self, at: int, text: str) -> str:
        x = self.x(at)
        told, short = escape(visible(text)), escape(clip(visible(text), _MARK_CHARS))
        anchor = "end" if x > _WIDTH / 2 else "start"
        return (
            f'<g><title>{when(at)}: {told}</title><line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 6}" '
            f'y2="{_HEIGHT - _BOTTOM}" stroke="{_MARK}" stroke-dasharray="4 3"/>'
            f'<text x="{x:.1f}" y="{_TOP - 10}" text-anchor="{anchor}" fill="{_MARK}">{short}</text></g>'
        )

    def axes(self, shape: str, unit: str) -> Iterator[str]:
        for value in (self._low, (self._low + self._high) / 2, self._high):
            y = self.y(value)
            yield f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
            label = escape(visible(amount(value, shape, unit)))
            yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
        foot = _HEIGHT - 8
        yield f'<text x="{_LEFT}" y="{foot}">{when(self._since)}</text>'
        yield f'<text x="{_WIDTH - _RIGHT}" y="{foot}" text-anchor="end">{when(self._until)}</text>'
