"""Read named pipes and standard input as they flow.

What was taken out of a pipe cannot be read again: there is no place to go back to. What was read and not yet committed
when the collector dies is lost, at most one batch for each thread; while it lives, a pipe that is not emptied stops
its writer, so nothing is lost and memory stays bounded.
"""

import os
import select
import stat
from pathlib import Path

from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.discover import absolute, mode_of
from llmsec_tui.intake.framing import Framing
from llmsec_tui.intake.identity import digest, source_id
from llmsec_tui.intake.records import Progress, Read, SourceState
from llmsec_tui.intake.stream import RecordStream

STDIN = "-"
_SHOWN = "/dev/stdin"
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


def is_pipe(pattern: str) -> bool:
    """Whether somebody means standard input or a named pipe."""
    return pattern == STDIN or stat.S_ISFIFO(mode_of(absolute(pattern)))


class Pipe:
    """One pipe. Every start of it is a generation of its own."""

    def __init__(self, pattern: str, generation: int) -> None:
        """Raises OSError when it cannot be opened."""
        self.path = shown(pattern)
        self.ended = False
        """Nothing more will come."""
        self.problem = ""
        self._is_stdin = pattern == STDIN
        self._generation = generation
        self._descriptor = os.dup(0) if self._is_stdin else os.open(self.path, _FLAGS)
        self._stream = RecordStream(source_id(self.path, generation), self.path)
        self._told = False
        self._is_over = False

    def pull(self, limit: int, into: Read) -> int:
        """Take at most ``limit`` bytes that are there, and wait for none; how many it were."""
        if self.ended:
            return 0
        if not self._told:
            into.checkpoints.append(self._checkpoint())
            self._told = True
        data = self._take(limit)
        if data:
            into.live.add(self._stream.source_id)
            self._stream.feed(data, into)
        if self._is_over:
            self._stream.feed(b"", into, last=True)
            self.close()
        return len(data)

    def progress(self) -> Progress:
        """How it is doing; its size is what was read, since nobody knows what is still to come."""
        state = (
            SourceState.DONE if self.ended else SourceState.FOLLOWING if self._stream.position else SourceState.WAITING
        )
        stream = self._stream
        place = (stream.consumed, stream.consumed, stream.records)
        return Progress(stream.source_id, self.path, state, self.problem or stream.problem, *place, None)

    def close(self) -> None:
        """Give the descriptor back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self.ended = True

    def _take(self, limit: int) -> bytes:
        if not select.select([self._descriptor], [], [], 0)[0]:
            return b""
        try:
            data = os.read(self._descriptor, limit)
        except BlockingIOError:
            return b""
        except OSError as error:
            self.problem = f"{self.path} cannot be read any more: {error.strerror}."
            self._is_over = True
            return b""
        # A named pipe without a writer waits for the next one, as long as its name is there.
        self._is_over = not data and (self._is_stdin or not Path(self.path).exists())
        return data

    def _checkpoint(self) -> Checkpoint:
        """Only that this generation was used; it says no place, because there is none to go back to."""
        nothing = digest(b"")
        name = self._stream.source_id
        return Checkpoint(name, self.path, self._generation, 0, 0, 0, 0, nothing, 0, nothing, Framing.UNKNOWN)


def shown(pattern: str) -> str:
    """The path under which it is listed."""
    return _SHOWN if pattern == STDIN else str(absolute(pattern))
