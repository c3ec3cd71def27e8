"""What a command did."""

from collections.abc import Callable
from dataclasses import dataclass, field

from llmsec_tui.audit.record import Facts


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did, for its reply and for the journal."""

    message: str
    version: int = 0
    before: Facts = field(default_factory=dict)
    after: Facts = field(default_factory=dict)
    object: str = ""
    """What it was done to, where the command does not name it in full."""
    then: Callable[[], None] | None = None
    """What remains to be done once the act is on record."""
