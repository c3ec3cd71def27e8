"""Let time pass at the desk: once a second, on a thread of its own, because the store can keep one waiting."""

import logging
import threading
import time
from collections.abc import Callable

from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told

log = logging.getLogger(__name__)

EVERY_S = 1.0


class Ticker:
    """Calls ``tick`` with the time (µs) until it is stopped."""

    def __init__(self, tick: Callable[[int], None], every_s: float = EVERY_S) -> None:
        self.problem = ""
        """A sentence while ticking fails, else empty."""
        self._tick = tick
        self._every_s = every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tick")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End, once a tick that has begun is done."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            try:
                self._tick(time.time_ns() // 1000)
            except DEFECTS as error:
                if not self.problem:
                    log.error("clocks of incidents are not looked at: %s", told(error))
                self.problem = "Clocks of incidents cannot be looked at; missed ones are not told."
            else:
                self.problem = ""
