"""People before machines: batches wait while somebody's command does.

Otherwise a command would wait for several batches, and for the interpreter whenever it comes back from the store:
beside a thread that reads, commands took three times as long.
"""

import threading
import time
from collections.abc import Callable

MOST_S = 0.5
"""No longer does a batch that is to be stored wait, however many commands come."""
WITHDRAWS = 1
"""So often is a batch taken out of the store again, half written, because somebody's command came."""
BREAKS_S = 2.0
"""No longer does one that is read wait in all: it can be of 8 MiB, so commands without end leave it 3 MiB a second."""


class Waited(Exception):
    """Somebody's command waits for what is being done."""


class Courtesy:
    """Any thread may call it."""

    def __init__(self) -> None:
        self._commands = 0
        self._changed = threading.Condition()

    def begin(self) -> None:
        """Somebody's command waits from now on, or is carried out."""
        with self._changed:
            self._commands += 1

    def end(self) -> None:
        """One that began is done, or given up."""
        with self._changed:
            self._commands -= 1
            if not self._commands:
                self._changed.notify_all()

    def let_pass(self, most_s: float = MOST_S) -> None:
        """Wait until nobody's command waits, or for ``most_s``."""
        with self._changed:
            self._changed.wait_for(lambda: not self._commands, most_s)

    def give_way(self) -> None:
        """For the course of work that can be undone: raises :class:`Waited` when somebody's command waits."""
        if self._commands:
            raise Waited

    def breaks(self, most_s: float = BREAKS_S) -> Callable[[], None]:
        """To be called often in the course of long work: it lets commands pass, for ``most_s`` in all."""
        left = most_s

        def pause() -> None:
            nonlocal left
            if self._commands and left > 0:
                began = time.monotonic()
                self.let_pass(left)
                left -= time.monotonic() - began

        return pause
