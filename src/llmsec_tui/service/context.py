"""What the parts of a running collector share."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from llmsec_tui.access import Actor
from llmsec_tui.audit.journal import Journal
from llmsec_tui.paths import Home
from llmsec_tui.service.access.room import AccessRoom
from llmsec_tui.service.auditing.room import AuditRoom
from llmsec_tui.service.behaviour.prices_in_force import PricesInForce
from llmsec_tui.service.behaviour.room import BehaviourRoom
from llmsec_tui.service.content.reveals import Reveals
from llmsec_tui.service.content.view import View
from llmsec_tui.service.desk.desk import Desk
from llmsec_tui.service.desk.policy import DeskPolicy
from llmsec_tui.service.desk.presence import Presence
from llmsec_tui.service.desk.room import DeskRoom
from llmsec_tui.service.detection.in_force import DetectionInForce
from llmsec_tui.service.ingest import Ingest
from llmsec_tui.service.outward.notifying import Notifier
from llmsec_tui.service.outward.remedies import Remedies
from llmsec_tui.service.retention.expiry import Expiry
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
    access: AccessRoom
    auditing: AuditRoom
    detection: DetectionInForce
    pid: int
    watching: list[str]
    """Patterns that are followed; grows with every ``WatchPaths``."""
    started_at: int
    """Microseconds since 1970 UTC."""
    stop: Callable[[], None]
    """Ends the collector; may be called from any thread."""
    reveals: Reveals = field(default_factory=Reveals)
    """What is shown in full, to whom."""
    expiry: Expiry = field(default_factory=Expiry)
    """Erases what is older than it may be, where it was started."""
    behaviour: BehaviourRoom = field(init=False)
    """What is known of how models behave; it measures where it was started."""

    def __post_init__(self) -> None:
        prices = PricesInForce(Home(self.store.path.parent).prices, self.journal)
        self.behaviour = BehaviourRoom(self.store, self.ingest, self.rules, prices)

    def view(self, actor: Actor) -> View:
        """How much an actor sees now."""
        return self.reveals.view(actor, time.time_ns() // 1000)

    @property
    def problem(self) -> str:
        """What is wrong with the collector itself, the most urgent first."""
        rooms = (
            *(self.ingest, self.rules, self.room, self.access, self.auditing, self.detection, self.expiry),
            self.behaviour,
        )
        return " ".join(filter(None, (room.problem for room in rooms)))

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
