"""When somebody may try again after wrong passwords: at once, after seconds, after a quarter of an hour."""

from dataclasses import dataclass

SECOND_US = 1_000_000
FIRST_DELAYED = 3
"""From this miss on there is a pause: one second, then two."""
LOCKED_AFTER = 5
LOCKED_US = 15 * 60 * SECOND_US


@dataclass(frozen=True, slots=True)
class Misses:
    """Wrong passwords in a row. Times are microseconds since 1970 UTC."""

    count: int = 0
    not_before: int = 0
    """Until then, no password opens."""

    def closed(self, now: int) -> bool:
        """Whether no password opens now. A clock that was set back does not lock anybody out for longer."""
        return now < self.not_before <= now + LOCKED_US

    @property
    def locked(self) -> bool:
        """Whether it is more than a pause."""
        return self.count >= LOCKED_AFTER

    def and_another(self, now: int) -> "Misses":
        """After one more."""
        count = self.count + 1
        return Misses(count, now + pause_after(count))


def pause_after(count: int) -> int:
    """Microseconds for which nobody gets in after so many misses in a row."""
    if count < FIRST_DELAYED:
        return 0
    if count >= LOCKED_AFTER:
        return LOCKED_US
    return SECOND_US << (count - FIRST_DELAYED)
