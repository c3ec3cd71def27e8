"""A place for demo and probes: a fresh store, a folder for the logs, and the player of the story."""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from secrets import token_bytes
from types import TracebackType
from typing import Self

from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.paths import Home
from llmsec_tui.probes.days import Days
from llmsec_tui.probes.desks import Desk
from llmsec_tui.probes.pinning import pin_usual
from llmsec_tui.probes.story import Story, play
from llmsec_tui.service.api import StopCollector
from llmsec_tui.service.client import ask_once

_STOP_WAIT_S = 5.0
_LIVE_S = 3000
"""How much of the story's hour the desks go on beside it: what is older was written before."""
_KEY_BYTES = 32
_CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where collectors look for a key first."""


class Stage:
    """Holds a temporary state directory; leaving it stops the player and the collector and removes everything."""

    def __init__(self, story: Story | None = None, seconds: float = 0, desks: Sequence[Desk] = ()) -> None:
        """The story, if there is one, will take ``seconds`` once :meth:`begin` is called.

        Where there are desks, their days come before it, and what is usual in them is pinned; they go on beside it.
        """
        self._folder = Path(tempfile.mkdtemp(prefix="llmsec-demo-"))
        self.home = Home(self._folder / "home")
        self.logs = self._folder / "logs"
        self.logs.mkdir(mode=0o700)
        self.written = 0
        """Lines written so far; whole once the player is done."""
        self.days: Days | None = None
        """Those before the story, once they are written."""
        self.trouble: LlmsecError | None = None
        self._before = os.environ.get(_CREDENTIALS)
        self._stop = threading.Event()
        self._player = threading.Thread(target=self._play, args=(story, seconds, desks), daemon=True)

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

    def _play(self, story: Story | None, seconds: float, desks: Sequence[Desk]) -> None:
        try:
            since = self._live_through(desks, seconds) if desks else 0
            if story is None or self._stop.is_set():
                return
            end = _now() + round(seconds * 1e6)
            story = story.ending_at(end)
            if self.days is not None:
                story = story.beside(self.days.lines(since, end))
            self.written += play(story, self.logs, seconds, stop=self._stop, ends_at=end)
        except LlmsecError as error:
            self.trouble = error

    def _live_through(self, desks: Sequence[Desk], seconds: float) -> int:
        """Write the days before what takes ``seconds``, have them pinned, and say when (µs) they end."""
        now = _now()
        end = now + round((seconds - _LIVE_S) * 1e6)
        self.days = Days.until(desks, now)
        self.written = self.days.write(self.logs, end)
        pin_usual(self.home.socket, self.days, end, self._stop)
        return end

    def stop_collector(self) -> None:
        """End the collector, if there is one, as its owner; all it has to write is written then."""
        try:
            ask_once(self.home.socket, StopCollector(command_id="the-demo-is-over"))
        except CollectorGone:
            return
        end = time.monotonic() + _STOP_WAIT_S
        while self.home.socket.exists() and time.monotonic() < end:
            time.sleep(0.05)


def _now() -> int:
    return time.time_ns() // 1000
