"""A group that used to have events and has none any more."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import field

from llmsec_tui.detect.correlate.fold import NOTHING, Entry, Firing
from llmsec_tui.detect.correlate.monitors.state import KEPT_EVENTS, MonitorFold, State
from llmsec_tui.detect.correlate.monitors.words import plural, span


class Heard(State):
    """How many entries the last windows had, and the last entries."""

    numbers: list[int] = field(default_factory=list)
    """Of the windows that had any; the newest last."""
    counts: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    """Of the last entries, the newest last, as the ids."""
    event_ids: list[str] = field(default_factory=list)
    silent: bool = False


class Silence(MonitorFold[Heard]):
    """Fires at ``last + timespan`` where no entry came in ``(last, last + timespan)`` and enough came before.

    Enough: at least ``min_n`` in the ``history`` windows that end with the window of the last entry, windows being
    ``[n · timespan, (n + 1) · timespan)`` since 1970; without ``history`` all entries count. It fires
    once, and again only after the group was heard of. There is no estimate that an outlier could move.
    Hours of the day and days of the week are not told apart: the timespan must be longer than the usual pauses.
    """

    state_type: ClassVar[type[State]] = Heard

    @property
    def due(self) -> int | None:
        """When it has been silent for long enough, or else when the last window no longer counts."""
        state = self.state
        if self._waits():
            return state.times[-1] + self.rule.timespan
        return self._until() if state.numbers and self.rule.history else None

    def pass_time(self, to: int) -> Sequence[Firing]:
        state, firings = self.state, NOTHING
        if self._waits() and (due := state.times[-1] + self.rule.timespan) <= to:
            firings = (self._fire(due),)
            state.silent = True
        if state.numbers and self.rule.history and self._until() <= to and not self._waits():
            self.state = Heard()
        return firings

    @property
    def spent(self) -> bool:
        return not self.state.numbers

    def _waits(self) -> bool:
        state = self.state
        return bool(state.times) and not state.silent and sum(state.counts) >= self.rule.min_n

    def _until(self) -> int:
        """When none of the windows with entries is among the last ``history`` ones."""
        return (self.state.numbers[-1] + self.rule.history) * self.rule.timespan

    def _fire(self, at: int) -> Firing:
        state, length = self.state, span(self.rule.timespan)
        heard = sum(state.counts)
        windows = f"{plural(self.rule.history, 'window')} of {length} before" if self.rule.history else "time before"
        reason = f"no events for {length}, the {windows} had {plural(heard, 'event')}"
        ids = tuple(state.event_ids)
        return Firing(at, ids[-1], True, state.times[0], ids, heard, reason)

    def enter(self, entry: Entry) -> Firing | None:
        state = self.state
        state.silent = False
        self._count(entry.at // self.rule.timespan)
        state.times.append(entry.at)
        state.event_ids.append(entry.event_id)
        del state.times[:-KEPT_EVENTS], state.event_ids[:-KEPT_EVENTS]
        return None

    def _count(self, window: int) -> None:
        numbers, counts = self.state.numbers, self.state.counts
        if counts and (numbers[-1] == window or not self.rule.history):
            counts[-1] += 1
            return
        numbers.append(window)
        counts.append(1)
        gone = sum(1 for number in numbers if number <= window - self.rule.history) if self.rule.history else 0
        del numbers[:gone], counts[:gone]

    @property
    def held(self) -> int:
        return 1 + len(self.state.counts) + len(self.state.event_ids)

    def shrink(self, to: int) -> int:
        state = self.state
        events = min(max(self.held - to, 0), max(len(state.event_ids) - 1, 0))
        del state.times[:events], state.event_ids[:events]
        windows = min(max(self.held - to, 0), max(len(state.counts) - 1, 0))
        del state.numbers[:windows], state.counts[:windows]
        return events + windows
