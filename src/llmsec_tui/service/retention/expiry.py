"""Let content expire: once an hour, in slices, so that neither batches nor people's commands wait for it."""

import logging
import threading
import time
from collections.abc import Callable

from llmsec_tui.access import local_actor
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.record import Act, Result
from llmsec_tui.service.content import words
from llmsec_tui.service.courtesy import Courtesy
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.store.retention import DAY_US
from llmsec_tui.store.store import Store

log = logging.getLogger(__name__)

FIRST_S = 60.0
EVERY_S = 3_600.0
SLICE = 5_000
"""Events whose content goes in one transaction: some tenths of a second."""


class Expiry:
    """Runs on a thread of its own, once it was started."""

    def __init__(self) -> None:
        self.problem = ""
        """A sentence while content cannot expire, else empty."""
        self._woken = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self, store: Store, journal: Journal, courtesy: Courtesy) -> None:
        """Begin, a minute from now."""
        self._thread = threading.Thread(
            target=self._work, args=(lambda: self.run(store, journal, courtesy),), name="expire"
        )
        self._thread.start()

    def wake(self) -> None:
        """Have it run now; any thread may."""
        self._woken.set()

    def stop(self) -> None:
        """End after the slice that is being erased."""
        self._stopping = True
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def run(self, store: Store, journal: Journal, courtesy: Courtesy, most: int = SLICE) -> int:
        """Erase what is older than it may be; how many events lost their content. Each slice is on record before it
        is gone."""
        events = 0
        while not self._stopping:
            courtesy.let_pass()
            erased = self._slice(store, journal, most)
            events += erased
            if erased < most:
                break
        if events:
            words.forget()
            log.info("the content of %d events was older than it may be and is erased", events)
        return events

    def _slice(self, store: Store, journal: Journal, most: int) -> int:
        now = time.time_ns() // 1000
        with store.transaction():
            kept = store.kept()
            if not kept.days:
                return 0
            reason = f"older than {kept.days} days"
            before = now - kept.days * DAY_US
            erased = store.expire(before=before, most=most, author="llmsec-tui", reason=reason, at=now)
            if erased.erasure:
                after = {"days": kept.days, "before": before, **erased.facts()}
                journal.append(Act(local_actor(), "retention.expire", "content", Result.DONE, after=after))
        return erased.events

    def _work(self, run: Callable[[], int]) -> None:
        pause = FIRST_S
        while True:
            self._woken.wait(pause)
            self._woken.clear()
            if self._stopping:
                return
            try:
                run()
            except DEFECTS as error:
                if not self.problem:
                    log.error("content does not expire: %s", told(error))
                self.problem = "Content that is older than it may be cannot be erased; it is tried again every hour."
            else:
                self.problem = ""
            pause = EVERY_S
