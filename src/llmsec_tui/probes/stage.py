"""A place to play the story on: a fresh store, a folder for the logs, and the player."""

import shutil
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.paths import Home
from llmsec_tui.probes.story import Story, play
from llmsec_tui.service.api import StopCollector
from llmsec_tui.service.client import ask_once

_STOP_WAIT_S = 5.0


class Stage:
    """Holds a temporary state directory; leaving it stops the player and the collector and removes everything."""

    def __init__(self, story: Story, seconds: float) -> None:
        """The story will take ``seconds`` once :meth:`begin` is called."""
        self._folder = Path(tempfile.mkdtemp(prefix="llmsec-demo-"))
        self.home = Home(self._folder / "home")
        self.logs = self._folder / "logs"
        self.logs.mkdir(mode=0o700)
        self.written = 0
        """Lines written so far; whole once the player is done."""
        self.trouble: LlmsecError | None = None
        self._stop = threading.Event()
        self._player = threading.Thread(target=self._play, args=(story, seconds), daemon=True)

    def __enter__(self) -> Self:
        self.home.create()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._player.is_alive():
            self._player.join()
        self._stop_collector()
        shutil.rmtree(self._folder, ignore_errors=True)

    def begin(self) -> None:
        """Start to write the logs."""
        self._player.start()

    @property
    def playing(self) -> bool:
        return self._player.is_alive()

    def _play(self, story: Story, seconds: float) -> None:
        try:
            self.written = play(story, self.logs, seconds, stop=self._stop)
        except LlmsecError as error:
            self.trouble = error

    def _stop_collector(self) -> None:
        try:
            ask_once(self.home.socket, StopCollector(command_id="the-demo-is-over"))
        except CollectorGone:
            return
        end = time.monotonic() + _STOP_WAIT_S
        while self.home.socket.exists() and time.monotonic() < end:
            time.sleep(0.05)
