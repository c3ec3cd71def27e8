"""How a channel is doing: whether it fails, since when, and when it is tried again."""

from dataclasses import dataclass, replace

SECOND_US = 1_000_000
FIRST_PAUSE_US = 5 * SECOND_US
LONGEST_PAUSE_US = 15 * 60 * SECOND_US
ALARM_AFTER = 3
"""So many failures in a row are told to people in another way; so are failures ..."""
ALARM_AFTER_US = 15 * 60 * SECOND_US
"""... for so long."""


@dataclass(frozen=True, slots=True)
class Health:
    """Of one channel. Times are microseconds since 1970 UTC."""

    failures: int = 0
    """In a row."""
    since: int = 0
    """When the first of them was."""
    rests_until: int = 0
    why: str = ""
    """Of the last."""
    told: bool = False
    """People were told in another way."""

    def failed(self, now: int, why: str) -> "Health":
        """After one more failure."""
        failures = self.failures + 1
        return replace(
            self,
            failures=failures,
            since=self.since if self.failures else now,
            rests_until=now + pause(failures),
            why=why,
        )

    def rests(self, now: int) -> bool:
        """Whether it is not tried now. A clock that was set back keeps nobody waiting."""
        return now < self.rests_until <= now + LONGEST_PAUSE_US

    def is_alarming(self, now: int) -> bool:
        """Whether people have to be told, and were not."""
        return (
            not self.told and self.failures > 0 and (self.failures >= ALARM_AFTER or now - self.since >= ALARM_AFTER_US)
        )


def pause(failures: int) -> int:
    """How long to wait (µs) after that many failures in a row: 5 s, then twice as long each time, to 15 min."""
    return min(FIRST_PAUSE_US << min(failures - 1, 20), LONGEST_PAUSE_US)
