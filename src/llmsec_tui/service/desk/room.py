"""The desk with all that stands around it in a running collector: policy, remedies, who looks at what, the clock."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llmsec_tui.audit.journal import Journal
from llmsec_tui.incidents.policy import Policy
from llmsec_tui.intake.records import Notice
from llmsec_tui.paths import Home
from llmsec_tui.service.desk.desk import Desk
from llmsec_tui.service.desk.policy import DeskPolicy, opened
from llmsec_tui.service.desk.presence import Presence
from llmsec_tui.service.desk.ticker import Ticker
from llmsec_tui.service.outward.notifying import Notifier
from llmsec_tui.service.outward.remedies import Remedies
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.store.store import Store


@dataclass(frozen=True, slots=True)
class DeskRoom:
    """What of it is shared by the parts of a collector."""

    policy: DeskPolicy
    desk: Desk
    presence: Presence
    remedies: Remedies
    notifier: Notifier
    ticker: Ticker

    @classmethod
    def open(cls, home: Home, store: Store, journal: Journal, rules: Rulebook) -> "DeskRoom":
        """Everything in its place, and nothing running yet."""
        policy = opened(home.policy, journal)

        def in_force() -> Policy:
            return policy.policy

        def playbook(rule_id: str) -> Sequence[str]:
            rule = rules.loaded.by_id.get(rule_id)
            return () if rule is None else rule.playbook

        notifier = Notifier(store, in_force)
        desk = Desk(store, in_force, playbook, notifier.changed)
        remedies = Remedies(desk, store, in_force)
        desk.remedies = remedies
        return cls(policy, desk, Presence(), remedies, notifier, Ticker(desk.tick))

    @property
    def problem(self) -> str:
        """What is wrong here, else empty."""
        return " ".join(filter(None, (self.policy.problem, self.notifier.problem, self.ticker.problem)))

    def start(self, tell: Callable[[Notice], None]) -> None:
        """Note what was lost with the last collector, and let time pass; ``tell`` has what fails here judged."""
        self.remedies.lose(time.time_ns() // 1000)
        self.notifier.connect(self.desk.happened, tell)
        self.notifier.start()
        self.ticker.start()

    def stop(self) -> None:
        """End what runs; no command may come any more."""
        self.ticker.stop()
        self.remedies.close()
        self.notifier.close()
