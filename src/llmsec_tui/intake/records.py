"""What intake hands on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from llmsec_tui.events.model import DeadLetter, Record
from llmsec_tui.intake.checkpoint import Checkpoint

RECORD_COST = 100
"""A record counts as at least so many bytes where memory is shared out."""


class NoticeKind(StrEnum):
    """What happened to a file, as opposed to in it; or to this program."""

    OVERSIZE = "oversize"
    TRUNCATED = "truncated"
    REPLACED = "replaced"
    GAP = "gap"
    """Bytes that had been seen were gone before they could be read."""
    SILENT = "silent"
    """A source says nothing for far longer than it ever did."""
    RESUMED = "resumed"
    """A source that was silent speaks again."""
    PARSE_ERRORS = "parse_errors"
    """Much of what a source says cannot be read."""
    CLOCK_SKEW = "clock_skew"
    """What is written now has a time that is far from now."""
    SEQUENCE_GAP = "sequence_gap"
    """Numbers are missing in the log's own count."""
    UNREADABLE = "unreadable"
    FOUND = "found"
    GONE = "gone"
    UNDELIVERED = "undelivered"
    """About no file: people could not be notified."""
    MONITOR = "monitor"
    """About no file: a monitor of behaviour, money or rules speaks up."""


OURS = "llmsec-tui:"
"""What the ``source_id`` of a notice begins with that is about this program and not about a file."""


@dataclass(frozen=True, slots=True)
class Said:
    """Who says it of what, where that is a monitor."""

    rule_id: str
    at: int
    """Microseconds since 1970 UTC."""
    names: Mapping[str, str]
    """The app, model, tenant, agent or user that it is about."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a file that an analyst should see."""

    source_id: str
    path: str
    offset: int
    """Where in the file; for a file that was cut or replaced, how far it had been read."""
    kind: NoticeKind
    message: str
    """One sentence that says what happened to the data."""
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What one step of reading found."""

    records: list[Record] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    """The new state of every source that moved; they hold once exactly this ``Read`` is committed."""

    live: set[str] = field(default_factory=set)
    """The sources among them whose records were read right after they were written; nothing of a backlog."""

    @property
    def found(self) -> int:
        """Records and dead letters in it."""
        return len(self.records) + len(self.dead_letters)

    def __bool__(self) -> bool:
        """False when there is nothing to commit."""
        return bool(self.records or self.dead_letters or self.notices or self.checkpoints)


class SourceState(StrEnum):
    """How a followed file is doing."""

    FOLLOWING = "following"
    WAITING = "waiting"
    """It is there and empty."""
    UNREADABLE = "unreadable"
    GONE = "gone"
    DONE = "done"
    """Another file took its name, and this one was read to its end."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One followed file, as it was after the last poll."""

    source_id: str
    path: str
    state: SourceState
    problem: str
    """A sentence, or empty."""
    size: int
    offset: int
    """End of the last complete record; a line that is still being written lies behind it."""
    records: int
    behind_since: float | None
    """``time.monotonic()`` at which the oldest byte not yet read was first seen; None when caught up."""
