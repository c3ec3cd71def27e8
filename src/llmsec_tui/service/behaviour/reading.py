"""Windows of what was measured, out of the store."""

import time
from collections.abc import Mapping, Sequence

from llmsec_tui.drift.baseline import HOUR
from llmsec_tui.drift.board import Window, window
from llmsec_tui.drift.measuring import MINUTE
from llmsec_tui.drift.segments import Segment, Slice
from llmsec_tui.drift.sketch import Sketch
from llmsec_tui.store.queries import Reader

MOST_HOURS = 24 * 31
_SKEW = HOUR
"""Clocks that are ahead by less are believed."""


def ahead() -> int:
    """From then on (µs) a time is not one of now, but of a clock that is wrong."""
    return time.time_ns() // 1000 + _SKEW


def end(reader: Reader) -> int:
    """The end (µs) of the newest minute of which anything is known; 0 where nothing is."""
    newest = reader.newest_minute(ahead())
    closed = reader.measured_to().hours_until
    return max((newest + MINUTE) if newest is not None else 0, closed or 0)


def last_window(reader: Reader, hours: int, until: int | None = None) -> Window:
    """The window of so many hours that ends with the newest event, or before ``until`` (µs)."""
    if until is None:
        until = end(reader)
    since = until - min(max(hours, 1), MOST_HOURS) * HOUR
    return window(since, until, [*reader.hours(since, until), *reader.minutes(since, until)])


def parts(seen: Window, segments: Mapping[int, Segment], part: Slice) -> list[tuple[Segment, Sketch]]:
    """The segments of a slice with their sketches."""
    return [(segments[n], one) for n, one in seen.sketches.items() if n in segments and part.holds(segments[n])]


def summed(found: Sequence[tuple[Segment, Sketch]]) -> Sketch:
    """Their sum."""
    whole = Sketch()
    for _, sketch in found:
        whole.add(sketch)
    return whole
