"""Windows that do not overlap, ``[n · timespan, (n + 1) · timespan)`` since 1970, for statistics that go by windows.

A group's first window is the one of its first entry. From then on every window counts, those without entries too;
however many of those there are in a row, passing them costs no more than the monitor's ``history``.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, TypeVar

from msgspec import field

from llmsec_tui.detect.correlate.fold import NOTHING, Entry, Firing
from llmsec_tui.detect.correlate.monitors.state import KEPT_EVENTS, MonitorFold, State
from llmsec_tui.detect.correlate.monitors.words import plural, span

FOREVER = 2**32
"""More windows than will ever pass."""


class Windows(State):
    """The open window, and what is known of the one before."""

    opened: int | None = None
    """The number of the open window; None before the first entry."""
    count: int = 0
    """Entries in the open window."""
    began: int = 0
    event_ids: list[str] = field(default_factory=list)
    """The newest that took part, of the open window."""
    last_id: str = ""
    last_at: int = 0
    """Of the last entry, whenever it was."""
    side: int = 0
    """1 while it is above, -1 while it is below, else 0: a firing condition that stays true does not fire again."""


W = TypeVar("W", bound=Windows)


class Tumbling(MonitorFold[W]):
    """A monitor that judges each window when it closes, and perhaps before."""

    forgettable: ClassVar[tuple[str, ...]] = ("event_ids",)

    @property
    def due(self) -> int | None:
        state = self.state
        if state.opened is None:
            return None
        if state.count:
            return (state.opened + 1) * self.rule.timespan
        quiet = self.quiet() if self.watches(-1) else FOREVER
        return None if quiet >= FOREVER else (state.opened + quiet + 1) * self.rule.timespan

    def pass_time(self, to: int) -> Sequence[Firing]:
        state, reached = self.state, to // self.rule.timespan
        if state.opened is None or state.opened >= reached:
            return NOTHING
        firings = []
        while state.opened < reached:
            quiet = 0 if state.count else min(self.quiet(), reached - state.opened)
            if quiet:
                self.skip(quiet)
                state.opened += quiet
                continue
            firing = self.close()
            if firing is not None:
                firings.append(firing)
            state.opened += 1
            state.count = 0
            state.event_ids = []
        return firings

    @abstractmethod
    def close(self) -> Firing | None:
        """Judge the open window, which is over now, and learn from it."""

    @abstractmethod
    def quiet(self) -> int:
        """How many windows without entries may pass from here on without anything to fire or to learn one by one."""

    def skip(self, windows: int) -> None:
        """Let so many quiet windows pass."""

    def count(self, entry: Entry) -> None:
        """Let an entry into the open window."""
        state = self.state
        if state.opened is None:
            state.opened = entry.at // self.rule.timespan
        if not state.count:
            state.began = entry.at
        state.count += 1
        state.last_id, state.last_at = entry.event_id, entry.at
        self.keep(entry.event_id)

    def keep(self, event_id: str) -> None:
        state = self.state
        state.event_ids.append(event_id)
        if len(state.event_ids) > KEPT_EVENTS:
            del state.event_ids[0]

    def fired(self, entry: Entry, reason: str) -> Firing:
        """By this entry, before the window closed."""
        state = self.state
        return Firing(entry.at, entry.event_id, False, state.began, tuple(state.event_ids), state.count, reason)

    def fired_by_close(self, reason: str) -> Firing:
        """By the open window's end. Where it has no entries, the last one before it stands for them."""
        state = self.state
        assert state.opened is not None
        end, last = (state.opened + 1) * self.rule.timespan, state.last_id
        if not state.count:
            return Firing(end, last, True, state.last_at, (last,), 1, reason)
        return Firing(end, last, True, state.began, tuple(state.event_ids), state.count, reason)

    def counted(self) -> str:
        """How many events the open window has, in words."""
        return f"{plural(self.state.count, 'event')} in a window of {span(self.rule.timespan)}"
