"""A real pseudo-terminal: start a program on it, type, and keep every byte that it writes."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.patience import PATIENCE_S

ROOT = Path(__file__).parent.parent.parent


class Terminal:
    """A program on a terminal of 100 by 30."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm-256color", "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", **environment},
            start_new_session=True,
        )
        os.close(theirs)
        self.written = b""

    def type(self, keys: str) -> None:
        """Send keys."""
        os.write(self._ours, keys.encode())

    def wait_for(self, wanted: str, patience_s: float = PATIENCE_S) -> None:
        """Read until this was written after now; fails with the last of what was, when it is not."""
        self._read_until(lambda new: wanted.encode() in new, patience_s, wanted)

    def wait_for_quiet(self, quiet_s: float = 0.3) -> None:
        """Read until nothing more is written for a while."""
        while self._readable(quiet_s):
            if not self._read():
                return

    def wait_for_end(self, patience_s: float = PATIENCE_S) -> int:
        """Read until the program ends; its exit code."""
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            if self._readable(0.05) and not self._read():
                break
            if self.process.poll() is not None and not self._readable(0):
                break
        return self.process.wait(patience_s)

    def close(self) -> None:
        """End the program, if it still runs, and the terminal."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)

    def _read_until(self, done: Callable[[bytes], bool], patience_s: float, what: str) -> None:
        start, end = len(self.written), time.monotonic() + patience_s
        while not done(self.written[start:]):
            assert time.monotonic() < end, (what, self.written[-2_000:])
            if self._readable(0.1) and not self._read():
                break
        assert done(self.written[start:]), (what, self.written[-2_000:])

    def _readable(self, seconds: float) -> bool:
        return bool(select.select([self._ours], [], [], seconds)[0])

    def _read(self) -> bytes:
        try:
            data = os.read(self._ours, 65_536)
        except OSError:
            # What Linux says when the other side is closed.
            return b""
        self.written += data
        return data
