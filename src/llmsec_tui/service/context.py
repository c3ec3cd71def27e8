"""What the parts of a running collector share."""

from collections.abc import Callable
from dataclasses import dataclass

from llmsec_tui.audit.journal import Journal
from llmsec_tui.service.desk.desk import Desk
from llmsec_tui.service.desk.policy import DeskPolicy
from llmsec_tui.service.desk.presence import Presence
from llmsec_tui.service.desk.room import DeskRoom
from llmsec_tui.service.ingest import Ingest
from llmsec_tui.service.outward.notifying import Notifier
from llmsec_tui.service.outward.remedies import Remedies
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.service.silences.suppression import Suppression
from llmsec_tui.store.store import Store


@dataclass(slots=True)
class Context:
    """The rooms of one collector, and the facts about it that no store holds."""

    store: Store
    journal: Journal
    rules: Rulebook
    suppression: Suppression
    ingest: Ingest
    room: DeskRoom
    pid: int
    watching: list[str]
    """Patterns that are followed; grows with every ``WatchPaths``."""
    started_at: int
    """Microseconds since 1970 UTC."""
    stop: Callable[[], None]
    """Ends the collector; may be called from any thread."""

    @property
    def problem(self) -> str:
        """What is wrong with the collector itself, the most urgent first."""
        return " ".join(filter(None, (self.ingest.problem, self.rules.problem, self.room.problem)))

    @property
    def desk(self) -> Desk:
        """Where incidents are worked on."""
        return self.room.desk

    @property
    def policy(self) -> DeskPolicy:
        """What holds for it."""
        return self.room.policy

    @property
    def presence(self) -> Presence:
        """Who has which incident open."""
        return self.room.presence

    @property
    def notifier(self) -> Notifier:
        """What tells people."""
        return self.room.notifier

    @property
    def remedies(self) -> Remedies:
        """What can be done from it."""
        return self.room.remedies
