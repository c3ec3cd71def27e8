"""Hand the journal's head to its anchors, by time and by number of records, and see who took it."""

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llmsec_tui.access import local_actor
from llmsec_tui.audit.anchors import Anchored, line_of
from llmsec_tui.audit.checkpoints import origin
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.record import Act, Result
from llmsec_tui.errors import LlmsecError
from llmsec_tui.patience import Patience
from llmsec_tui.service.auditing.anchor_file import Anchors
from llmsec_tui.service.auditing.anchors import Anchor, AnchorFailed, put
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.service.rules.reloading import REASON_CHARS

log = logging.getLogger(__name__)

LOOK_S = 1.0
IDLE_S = 3_600.0
"""So often also when nothing is new: silence can then be told from an end."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 300.0
"""After one that did not take a line; the pauses double."""
LAST_WORDS_S = 3.0
"""How long each anchor may take when the collector ends."""


@dataclass(slots=True)
class Standing:
    """What an anchor was given last, and how the last try went."""

    anchor: Anchor
    seq: int = 0
    """The last record that it has the hash of; 0 for none since this collector began."""
    at: int = 0
    """Microseconds since 1970 UTC; 0 for never."""
    problem: str = ""
    """Why the last try came to nothing; empty when it did not, or when there was none."""
    failures: int = 0
    next_try: float = 0.0
    """Monotonic seconds."""
    done: float = 0.0
    """When it last took a line, in monotonic seconds."""


class Anchoring:
    """Anchors one journal, on a thread of its own; what it says of itself may be read from any thread."""

    def __init__(self, journal: Journal, in_force: Callable[[], Anchors], look_s: float = LOOK_S) -> None:
        self._journal = journal
        self._in_force = in_force
        self._look_s = look_s
        self._standings: dict[Anchor, Standing] = {}
        self._patience: dict[Anchor, Patience] = {}
        self._defect = ""
        self._one_at_a_time = threading.Lock()
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name="anchor", daemon=True)

    def standings(self) -> list[Standing]:
        """Those of the anchors in force, in the order of the file."""
        return [self._standings.get(anchor) or Standing(anchor) for anchor in self._in_force().anchors]

    def last(self) -> Standing | None:
        """The anchor that has most of the journal; None where none has any."""
        taken = [one for one in self.standings() if one.at]
        return max(taken, key=lambda one: (one.seq, one.at), default=None)

    @property
    def problem(self) -> str:
        """Which anchors do not work, in a sentence each; empty when all do."""
        broken = [one for one in self.standings() if one.problem]
        words = (f"The anchor {one.anchor.name} does not take the journal: {one.problem}" for one in broken)
        return " ".join((self._defect, *words) if self._defect else words)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Look at once."""
        self._woken.set()

    def everywhere(self) -> list[Standing]:
        """Anchor now, everywhere, whatever was anchored before; how it went. Takes as long as the anchors take."""
        with self._one_at_a_time:
            self._hand_over(self._in_force().anchors)
        return self.standings()

    def stop(self) -> None:
        """End, with a last line for each anchor that lacks records; for that a slow one is not waited for."""
        self._stopping.set()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join()
        behind = [one.anchor for one in self.standings() if one.seq < self._journal.last_seq and not one.problem]
        with self._one_at_a_time:
            self._hand_over(behind, LAST_WORDS_S, threading.Event())

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._one_at_a_time:
                    self._hand_over(self._due(time.monotonic()))
            except DEFECTS as error:
                if not self._defect:
                    log.error("the journal is not anchored: %s", told(error))
                self._defect = "The journal cannot be anchored; the log of the collector says why."
            else:
                self._defect = ""
            self._woken.wait(self._look_s)
            self._woken.clear()

    def _due(self, now: float) -> list[Anchor]:
        rules = self._in_force()
        return [one.anchor for one in self.standings() if self._is_due(one, rules, now)]

    def _is_due(self, one: Standing, rules: Anchors, now: float) -> bool:
        if one.problem or not one.at:
            return now >= one.next_try
        new = self._journal.last_seq - one.seq
        since = now - one.done
        return new >= rules.records or (new > 0 and since >= rules.every_s) or since >= IDLE_S

    def _hand_over(
        self, anchors: Sequence[Anchor], most_s: float = math.inf, stop: threading.Event | None = None
    ) -> None:
        if not anchors:
            return
        anchored = self._now()
        line = line_of(anchored)
        for anchor in anchors:
            try:
                patience = self._patience.setdefault(anchor, Patience())
                put(anchor, line, min(anchor.timeout_s, most_s), patience, stop or self._stopping)
            except AnchorFailed as error:
                self._failed(anchor, error)
            else:
                self._taken(anchor, anchored)

    def _now(self) -> Anchored:
        """What the journal is, sealed first where somebody signs."""
        self._journal.seal()
        head = self._journal.head
        return Anchored(
            origin=origin(head.log_id),
            size=head.seq,
            root=bytes.fromhex(head.root),
            head=bytes.fromhex(head.head),
            at=time.time_ns() // 1000,
            note=head.note.encode(),
        )

    def _taken(self, anchor: Anchor, anchored: Anchored) -> None:
        before = self._standings.get(anchor)
        self._standings[anchor] = Standing(anchor, anchored.size, anchored.at, done=time.monotonic())
        if before is not None and before.problem:
            log.info("the anchor %s works again", anchor.name)
            self._record(anchor, Result.DONE, "It works again.")

    def _failed(self, anchor: Anchor, error: AnchorFailed) -> None:
        before = self._standings.get(anchor) or Standing(anchor)
        pause = min(FIRST_PAUSE_S * 2**before.failures, LONGEST_PAUSE_S)
        self._standings[anchor] = Standing(
            anchor,
            before.seq,
            before.at,
            problem=error.message,
            failures=before.failures + 1,
            next_try=time.monotonic() + pause,
            done=before.done,
        )
        if not before.problem:
            log.warning("the anchor %s does not take the journal: %s", anchor.name, error.message)
            self._record(anchor, Result.FAILED, error.message)

    def _record(self, anchor: Anchor, result: Result, reason: str) -> None:
        try:
            object_ = f"anchor:{anchor.name}"
            self._journal.append(Act(local_actor(), "audit.anchor", object_, result, reason=reason[:REASON_CHARS]))
        except LlmsecError as error:
            # A journal that takes nothing says so to everybody who acts; anchoring what there is goes on.
            log.error("%s", error)
