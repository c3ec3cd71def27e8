"""The three lines that every screen has: where one is, how things are, and which keys help."""

from collections.abc import Sequence

from textual.strip import Strip
from textual.widget import Widget

from llmsec_tui.console import figures
from llmsec_tui.console.actions import Action, Place, key_name
from llmsec_tui.console.audit_text import standing
from llmsec_tui.console.link import LinkReport, LinkState
from llmsec_tui.console.look import Look
from llmsec_tui.console.safe_text import Line, Span, fit, span, width_of
from llmsec_tui.service.api import Status

TABS = (
    *(Place.OVERVIEW, Place.ALERTS, Place.INCIDENTS, Place.EVENTS),
    *(Place.SOURCES, Place.AUDIT, Place.RULES, Place.BEHAVIOUR, Place.USAGE),
)

_SHORTEST = 2
"""Letters of the names of other screens, where there is little room."""

MOST_KEYS = 6
MOST_KEYS_WIDE = 9
ROOM_FOR_NAME = 100
"""A narrower top line is for the screens alone."""

_SIGNS = {
    LinkState.CONNECTING: ("◌ connecting…", "warn"),
    LinkState.LIVE: ("● live", "good"),
    LinkState.SHUT: ("◌ locked", "warn"),
    LinkState.GONE: ("◌ reconnecting…", "bad"),
}


class Bar(Widget):
    """One line, the left end and the right end of which are set apart."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Bar { height: 1; width: 100%; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._ends: tuple[Line, Line] = ((), ())

    def show(self, left: Sequence[Span], right: Sequence[Span] = ()) -> None:
        """Draw this; where room is short, the right end wins."""
        if (left, right) != self._ends:
            self._ends = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        look = self.app.look  # type: ignore[attr-defined]
        assert isinstance(look, Look)
        width = self.size.width
        left, right = self._ends
        room = max(width - width_of(right), 0)
        return look.strip([*fit(left, room), *right], width, self.rich_style)


def tabs(here: Place, deeper: str, report: LinkReport, *, paused: bool, width: int) -> tuple[list[Span], list[Span]]:
    """The top line: the screens with their keys, and who looks at what."""
    text, style = ("‖ paused", "warn") if paused and report.state is LinkState.LIVE else _SIGNS[report.state]
    right = [span(f" {text} ", f"{style}.strong")]
    left = [Span(" llmsec ", "primary.strong"), Span(" ")] if width >= ROOM_FOR_NAME else []
    trail = [span(f" › {deeper}", "strong")] if deeper else []
    room = width - width_of([*left, *trail, *right])
    names = _names(here, gap=" ")
    if width_of(names) > room:
        names = _names(here, gap="", room=room)
    return [*left, *names, *trail], right


def _names(here: Place, *, gap: str, room: int | None = None) -> list[Span]:
    """The screens with their keys; in little room the longest names of the others lose letters."""
    words = [place.value.capitalize() for place in TABS]
    others = [number for number, place in enumerate(TABS) if place is not here]
    over = sum(len(f" 1 {word}{gap}") for word in words) + (len(others) < len(words)) - (room or 0)
    for _ in range(over if room is not None else 0):
        longest = max(others, key=lambda number: (len(words[number]), number))
        if len(words[longest]) > _SHORTEST:
            words[longest] = words[longest][:-1]
    return [
        span(f" {number + 1} {word} ", "here") if TABS[number] is here else span(f" {number + 1} {word}{gap}", "quiet")
        for number, word in enumerate(words)
    ]


def situation(report: LinkReport) -> list[Span]:
    """Who is looking, and at what."""
    status = report.status
    if status is None:
        return [Span(" no collector yet", "quiet")]
    files = len(status.watching)
    role = f" ({status.role})" if status.role != status.user else ""
    return [
        span(f" {status.user}{role}", "accent"),
        *([span(f" · {status.content}", "masked")] if status.content not in ("", "full") else []),
        *standing(status),
        *([span(f" · {_silences(status)}", "warn")] if status.silences else []),
        span(f" · watching {files} {'path' if files == 1 else 'paths'} · {status.rules} rules", "quiet"),
        *([span(f", {status.rules_off} off", "warn")] if status.rules_off else []),
    ]


def _silences(status: Status) -> str:
    number = f"{status.silences} silence" + ("" if status.silences == 1 else "s")
    return f"{number}, {figures.count(status.silenced)} hidden"


def keys(offered: Sequence[tuple[Action, str, bool]], width: int) -> tuple[list[Span], list[Span]]:
    """The footer: as many keys as fit with what they do here, those that do nothing now faint; then the way to all."""
    more = [Span(" ? ", "primary.strong"), Span("Help ", "quiet")]
    line: list[Span] = []
    for action, words, active in offered[: MOST_KEYS if width < ROOM_FOR_NAME else MOST_KEYS_WIDE]:
        key = span(f" {key_name(action.keys[0])} ", "primary.strong" if active else "faint")
        label = span(f"{words} ", "quiet" if active else "faint")
        if width_of([*line, key, label]) > width - width_of(more):
            break
        line += [key, label]
    return line, more
