"""Notice that a source has gone silent, judged by how it spoke before."""

from collections import deque

BEAT_S = 1.0
"""What comes within this time of the last words belongs to them."""
BEATS = 10
"""So many pauses have to be known before a longer one means anything."""
LEAST_S = 60.0
FACTOR = 4.0
"""A silence is so many times the longest of the last pauses."""
_KEPT = 32


class Rhythm:
    """The last pauses of one source, in seconds of any steady clock."""

    __slots__ = ("_last", "_pauses", "silent")

    def __init__(self) -> None:
        self.silent = False
        self._last: float | None = None
        self._pauses: deque[float] = deque(maxlen=_KEPT)

    def speaks(self, now: float) -> float | None:
        """It said something; how long it had been silent, if that was told."""
        last, self._last = self._last, now
        if last is None:
            return None
        pause = now - last
        if self.silent:
            self.silent = False
            self._pauses.append(pause)
            return pause
        if pause < BEAT_S:
            # Words without end are no pauses, and the clock of the next one starts with the last of them.
            return None
        self._pauses.append(pause)
        return None

    def falls_silent(self, now: float) -> float | None:
        """How long it has been silent, when that is long and was not told yet."""
        if self.silent or self._last is None or len(self._pauses) < BEATS:
            return None
        pause = now - self._last
        if pause < max(LEAST_S, FACTOR * max(self._pauses)):
            return None
        self.silent = True
        return pause
