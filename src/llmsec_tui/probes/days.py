"""The days before a story: what the shop's desks did, hour by hour, and how much of it is pinned as usual."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llmsec_tui.errors import SourceError
from llmsec_tui.probes.desk_log import FILE, HOUR, lines
from llmsec_tui.probes.desks import HOURS, QUIET_HOURS, Desk
from llmsec_tui.probes.story import Line


@dataclass(frozen=True, slots=True)
class Days:
    """Some desks and the hour at which they stand."""

    desks: tuple[Desk, ...]
    last: int
    """The beginning of their hour 0, in microseconds since 1970 UTC."""

    @classmethod
    def until(cls, desks: Sequence[Desk], now: int) -> "Days":
        """The days of these desks up to ``now`` (µs)."""
        return cls(tuple(desks), now // HOUR * HOUR)

    @property
    def begin(self) -> int:
        return self.last - HOURS * HOUR

    @property
    def quiet_until(self) -> int:
        """Before that (µs) nothing changes."""
        return self.begin + QUIET_HOURS * HOUR

    def hour(self, number: int) -> int:
        """When (µs) one of the desks' hours begins."""
        return self.last + number * HOUR

    def lines(self, since: int, until: int) -> list[Line]:
        """The lines of all desks from ``since`` to before ``until`` (µs), oldest first."""
        found = [one for desk in self.desks for one in lines(desk, self.last, since, until)]
        return sorted(found, key=lambda one: one.at)

    def write(self, into: Path, until: int) -> int:
        """Write what there is before ``until`` (µs), all at once; the number of lines. Raises SourceError."""
        told = self.lines(self.begin, until)
        # Somebody who reads it while it is written would take it for news with a clock that is days behind.
        beside = into.parent / FILE
        try:
            beside.write_bytes(b"".join(line.data for line in told))
            beside.rename(into / FILE)
        except OSError as error:
            raise SourceError(
                f"The days before the story cannot be written into {into}: {error.strerror}.",
                hint="Choose another folder for temporary files with TMPDIR, or free space.",
            ) from error
        return len(told)
