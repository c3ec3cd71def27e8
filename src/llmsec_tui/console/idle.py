"""Whether somebody is still there: what the collector is told of it, and when the screen locks by itself."""

from dataclasses import dataclass
from enum import Enum

TELL_EVERY_S = 30.0
"""No more often is the collector told that somebody pressed a key."""


class Due(Enum):
    """What is to be done now."""

    NOTHING = "nothing"
    TELL = "tell"
    """Say that somebody is here."""
    LOCK = "lock"


@dataclass(slots=True)
class Idle:
    """Times are seconds of a clock that only goes on."""

    touched_at: float
    told_at: float

    def touched(self, now: float) -> None:
        """A person did something."""
        self.touched_at = now

    def due(self, now: float, idle_s: float) -> Due:
        """``idle_s`` is how long nothing may happen; 0 for as long as one likes."""
        if not idle_s:
            return Due.NOTHING
        if now - self.touched_at >= idle_s:
            return Due.LOCK
        if self.touched_at > self.told_at and now - self.told_at >= min(TELL_EVERY_S, idle_s / 3):
            self.told_at = now
            return Due.TELL
        return Due.NOTHING
