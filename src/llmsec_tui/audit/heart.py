"""Do a thing now and then, at once when somebody asks for it, in a thread of its own."""

from collections.abc import Callable
from threading import Event, Thread


class Heart:
    """Calls ``beat`` after each ``every_s`` in which nobody asked for it."""

    def __init__(self, beat: Callable[[], object], every_s: float, name: str) -> None:
        self._beat = beat
        self._every_s = every_s
        self._asked = Event()
        self._ended = False
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Have it beat at once; returns before it does."""
        self._asked.set()

    def stop(self) -> None:
        """Let it end; waits for a beat that is under way."""
        self._ended = True
        self._asked.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._asked.wait(self._every_s)
            self._asked.clear()
            if self._ended:
                return
            self._beat()
