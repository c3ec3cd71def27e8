"""Run one command: no shell, a process group of its own, a limit on time, and only so much of its output kept."""

import fcntl
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from llmsec_tui.incidents.states import RunState

HEAD_BYTES = TAIL_BYTES = 32 * 1024
GRACE_S = 2.0
"""How long a command that is told to end may take to do so."""
LINGER_S = 0.5
"""How long output is read on after the command ended, when something that it started holds on to it."""
_LOOK_S = 0.05
_READ_BYTES = 1024 * 1024
"""As much as a pipe holds at most: fewer and longer reads leave the interpreter to others."""


@dataclass(slots=True)
class Output:
    """The beginning and the end of what was written; what is between them is counted and dropped."""

    total: int = 0
    _head: bytearray = field(default_factory=bytearray)
    _tail: bytearray = field(default_factory=bytearray)

    def add(self, data: bytes) -> None:
        self.total += len(data)
        room = HEAD_BYTES - len(self._head)
        self._head += data[:room]
        self._tail += data[max(room, len(data) - TAIL_BYTES) :]
        del self._tail[:-TAIL_BYTES]

    @property
    def kept(self) -> bytes:
        return bytes(self._head + self._tail)

    @property
    def cut(self) -> int:
        """Bytes that are left out after the first ``HEAD_BYTES``."""
        return self.total - len(self._head) - len(self._tail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command or a request ended."""

    state: RunState
    exit_code: int | None
    """Of a command; the status of a request."""
    took_us: int
    output: bytes = b""
    cut: int = 0
    """Bytes of the output that are left out; see :class:`Output`."""
    told: str
    """In a sentence."""

    @property
    def output_bytes(self) -> int:
        """All that was written, kept or not."""
        return len(self.output) + self.cut


def run_command(
    command: Sequence[str], stdin: bytes, environment: Mapping[str, str], timeout_s: float, stop: threading.Event
) -> Ran:
    """Run it to its end, or end it at the timeout or when ``stop`` is set; never raises for what the command does.

    It is in a session of its own, in the root directory, and has both its outputs in one pipe. Ending it ends its
    process group; a process that left the group lives on, and is told about when it holds on to the output.
    """
    began = time.monotonic()
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd="/",
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return Ran(state=RunState.FAILED, exit_code=None, took_us=_since(began), told=_not_begun(command[0], error))
    return _Running(process, began, timeout_s, stop).ended(stdin)


class _Running:
    def __init__(self, process: subprocess.Popen[bytes], began: float, timeout_s: float, stop: threading.Event) -> None:
        self._process = process
        self._began = began
        self._timeout_s = timeout_s
        self._stop = stop
        self._output = Output()
        self._held = False
        """Something still holds the output open."""

    def ended(self, stdin: bytes) -> Ran:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        cause = ""
        with self._process.stdin as into, self._process.stdout as out, selectors.DefaultSelector() as ready:
            _Feed(into, stdin).register(ready)
            os.set_blocking(out.fileno(), False)
            _widen(out)
            ready.register(out, selectors.EVENT_READ, None)
            while not cause and self._process.poll() is None:
                self._step(ready, out)
                if self._stop.is_set():
                    cause = "the collector ends"
                elif time.monotonic() - self._began > self._timeout_s:
                    cause = f"it took more than {self._timeout_s:g} s"
            if cause:
                self._end(ready, out)
            self._drain(ready, out)
            took = _since(self._began)
            with suppress(BrokenPipeError):
                into.close()
        return self._told(cause, took)

    def _step(self, ready: selectors.BaseSelector, out: IO[bytes]) -> bool:
        """Move what can be moved; whether the output can bring any more."""
        if not ready.get_map():
            # Both ends are closed, and it goes on in silence.
            time.sleep(_LOOK_S)
            return False
        for key, _ in ready.select(_LOOK_S):
            if isinstance(key.data, _Feed):
                key.data.write(ready)
                continue
            data = os.read(out.fileno(), _READ_BYTES)
            self._output.add(data)
            if not data:
                ready.unregister(out)
        return out in ready.get_map()

    def _drain(self, ready: selectors.BaseSelector, out: IO[bytes]) -> None:
        until = time.monotonic() + LINGER_S
        while self._step(ready, out):
            if time.monotonic() > until:
                self._held = True
                return

    def _end(self, ready: selectors.BaseSelector, out: IO[bytes]) -> None:
        self._signal(signal.SIGTERM)
        until = time.monotonic() + GRACE_S
        while self._process.poll() is None and time.monotonic() < until:
            self._step(ready, out)
        # Also when the command itself is gone: what it started may not be.
        self._signal(signal.SIGKILL)
        # A process that waits for a dead disk cannot be killed; it is not waited for.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_S)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _told(self, cause: str, took_us: int) -> Ran:
        code: int | None = self._process.returncode
        if code is None:
            # Such as what sudo runs, which only root may end.
            state = RunState.TIMED_OUT
            told = f"It should have been ended because {cause}, and could not be: it goes on."
        elif cause:
            state = RunState.FAILED if self._stop.is_set() else RunState.TIMED_OUT
            told = f"It was ended because {cause}; how far it got is not known."
        elif code < 0:
            state, told = RunState.FAILED, f"It was ended by {_signal_name(-code)}."
        else:
            state = RunState.DONE if code == 0 else RunState.FAILED
            told = f"It ended with {code}."
        if self._held:
            told += " Something that it started goes on and holds its output."
        return Ran(
            state=state,
            exit_code=None if code is None or code < 0 else code,
            took_us=took_us,
            output=self._output.kept,
            cut=self._output.cut,
            told=told,
        )


class _Feed:
    """Writes a command's input as fast as it reads it; a command that does not care for it is no mistake."""

    def __init__(self, into: IO[bytes], data: bytes) -> None:
        self._into = into
        self._left = memoryview(data)

    def register(self, ready: selectors.BaseSelector) -> None:
        os.set_blocking(self._into.fileno(), False)
        ready.register(self._into, selectors.EVENT_WRITE, self)

    def write(self, ready: selectors.BaseSelector) -> None:
        try:
            self._left = self._left[os.write(self._into.fileno(), self._left) :]
        except BrokenPipeError:
            self._left = self._left[:0]
        if not self._left:
            ready.unregister(self._into)
            self._into.close()


def _widen(pipe: IO[bytes]) -> None:
    # Where there is no such call, or the user's pipes are used up, it stays as it is.
    with suppress(OSError, AttributeError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _READ_BYTES)


def _not_begun(program: str, error: OSError | ValueError) -> str:
    why = "there is no such program" if isinstance(error, FileNotFoundError) else ""
    if isinstance(error, OSError) and not why:
        why = (error.strerror or type(error).__name__).lower()
    return f"{program} could not be run: {why or 'its arguments make no sense'}. Nothing was done."


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1e6)
