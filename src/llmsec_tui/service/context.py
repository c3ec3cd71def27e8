"""What the parts of a running collector share."""

from collections.abc import Callable
from dataclasses import dataclass

from llmsec_tui.audit.journal import Journal
from llmsec_tui.service.ingest import Ingest
from llmsec_tui.service.rulebook import Rulebook
from llmsec_tui.service.suppression import Suppression
from llmsec_tui.store.store import Store


@dataclass(slots=True)
class Context:
    """The rooms of one collector, and the facts about it that no store holds."""

    store: Store
    journal: Journal
    rules: Rulebook
    suppression: Suppression
    ingest: Ingest
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
        return " ".join(filter(None, (self.ingest.problem, self.rules.problem)))
