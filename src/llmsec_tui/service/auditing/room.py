"""What stands around the journal in a running collector: its key, its index, and the anchors that it is given to."""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from llmsec_tui.access.signing import Signer, SigningKeys
from llmsec_tui.audit.journal import Journal
from llmsec_tui.errors import LlmsecError
from llmsec_tui.paths import Home
from llmsec_tui.service.auditing.anchoring import Anchoring
from llmsec_tui.service.auditing.anchors_in_force import AnchorsInForce
from llmsec_tui.service.auditing.indexing import AuditIndex
from llmsec_tui.store.store import Store

log = logging.getLogger(__name__)


def opened(folder: Path, keys: SigningKeys, signer: Signer | None) -> Journal:
    """The journal, signed with the key in force; whichever that is after a crash amid a rotation, the journal says."""
    following = keys.following.signer if keys.following is not None else None
    journal = Journal.open(folder, signer, following=following, unsigned=keys.problem)
    try:
        keys.settle(journal.declared)
    except LlmsecError as error:
        # Both keys are still there, and the next start settles it.
        log.error("%s", error)
    return journal


@dataclass(frozen=True, slots=True)
class AuditRoom:
    """What of it is shared by the parts of a collector."""

    keys: SigningKeys
    index: AuditIndex
    anchors: AnchorsInForce
    anchoring: Anchoring
    _comparing: list[Thread] = field(default_factory=list)

    @classmethod
    def open(cls, home: Home, store: Store, journal: Journal, keys: SigningKeys) -> "AuditRoom":
        """Everything in its place, and nothing running yet."""
        anchors = AnchorsInForce(home.anchors, journal)
        anchoring = Anchoring(journal, lambda: anchors.now)
        anchors.changed = anchoring.wake
        return cls(keys, AuditIndex(journal, store), anchors, anchoring)

    @property
    def problem(self) -> str:
        """What is wrong here, else empty."""
        return " ".join(filter(None, (self.anchors.problem, self.anchoring.problem)))

    def start(self) -> None:
        """Anchor from now on, and compare the index with the journal."""
        self.anchoring.start()
        self._comparing.append(Thread(target=self._compare, name="compare-index", daemon=True))
        self._comparing[-1].start()

    def stop(self) -> None:
        """Anchor what there is, and end."""
        self.anchoring.stop()
        for thread in self._comparing:
            thread.join()

    def _compare(self) -> None:
        try:
            self.index.catch_up()
        except LlmsecError as error:
            # Whoever searches the journal is told; the next search tries again.
            log.error("the index of the journal could not be compared: %s", error)
