"""A place for demo and probes: a fresh store, a folder for the logs, and the player of the story."""

import os
import shutil
import tempfile
import threading
import time
from pathlib import Path
from secrets import token_bytes
from types import TracebackType
from typing import Self

from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.paths import Home
from llmsec_tui.probes.story import Story, play
from llmsec_tui.service.api import StopCollector
from llmsec_tui.service.client import ask_once

_STOP_WAIT_S = 5.0
_KEY_BYTES = 32
_CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where collectors look for a key first."""


class Stage:
    """Holds a temporary state directory; leaving it stops the player and the collector and removes everything."""

    def __init__(self, story: Story | None = None, seconds: float = 0) -> None:
        """The story, if there is one, will take ``seconds`` once :meth:`begin` is called."""
        self._folder = Path(tempfile.mkdtemp(prefix="llmsec-demo-"))
        self.home = Home(self._folder / "home")
        self.logs = self._folder / "logs"
        self.logs.mkdir(mode=0o700)
        self.written = 0
        """Lines written so far; whole once the player is done."""
        self.trouble: LlmsecError | None = None
        self._before = os.environ.get(_CREDENTIALS)
        self._stop = threading.Event()
        self._player = threading.Thread(target=self._play, args=(story, seconds), daemon=True)

    def __enter__(self) -> Self:
        self.home.create()
        key = self._folder / "llmsec-tui.signing-key"
        key.touch(mode=0o600)
        key.write_bytes(token_bytes(_KEY_BYTES))
        # The journal is signed as anybody's, and no keyring has a key left in it of a store that is gone.
        os.environ[_CREDENTIALS] = str(self._folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._player.is_alive():
            self._player.join()
        self.stop_collector()
        os.environ.pop(_CREDENTIALS)
        if self._before is not None:
            os.environ[_CREDENTIALS] = self._before
        shutil.rmtree(self._folder, ignore_errors=True)

    def begin(self) -> None:
        """Start to write the logs."""
        self._player.start()

    @property
    def playing(self) -> bool:
        return self._player.is_alive()

    def _play(self, story: Story | None, seconds: float) -> None:
        if story is None:
            return
        try:
            self.written = play(story, self.logs, seconds, stop=self._stop)
        except LlmsecError as error:
            self.trouble = error

    def stop_collector(self) -> None:
        """End the collector, if there is one, as its owner; all it has to write is written then."""
        try:
            ask_once(self.home.socket, StopCollector(command_id="the-demo-is-over"))
        except CollectorGone:
            return
        end = time.monotonic() + _STOP_WAIT_S
        while self.home.socket.exists() and time.monotonic() < end:
            time.sleep(0.05)
