"""Run the rules where they do not wait for the reading thread.

Matching calls into native code many thousand times a batch, and each time gives the interpreter away and must get it
back. Beside a thread that reads at full speed that took a hundred times as long as alone. So big batches are judged by
a process of their own; small ones, where every millisecond counts, right here.
"""

import io
import logging
import subprocess
import sys
from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from select import select
from typing import IO

import polars as pl

from llmsec_tui.detect.engine import Detected, detect
from llmsec_tui.detect.ordinary import A_FEW, ordinary
from llmsec_tui.detect.ruleset import RuleSet, read
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.hardening import keep_memory_private
from llmsec_tui.service.rules.in_force import in_force

log = logging.getLogger(__name__)

BIG = 5_000
"""Events from which on a batch is worth the way to another process."""
_LENGTH_BYTES = 8
_DONE, _FAILED = b"+", b"-"


class DetectionFailed(Exception):
    """The detector met something in a batch that it could not judge; names the type of the error."""


class Detector:
    """Judges batches by one set of rules. For one thread at a time."""

    def __init__(self, ruleset: RuleSet, rules: Sequence[Path] = (), off: Collection[str] = ()) -> None:
        """``rules`` are where the set was read from, and ``off`` the ids of those that were turned off in it; without
        ``rules`` everything is judged in this process."""
        self._ruleset = ruleset
        self._paths = rules
        self._rules = rules
        self._off = off
        self._process: subprocess.Popen[bytes] | None = None
        self._waits_for_process = False
        self._warming: Future[Detected] | None = None

    def __call__(self, batch: EventBatch) -> Detected:
        """What rules find in the events. Raises :class:`DetectionFailed`, or what the engine raises."""
        self._await_warmth()
        if batch.events.height < BIG or not self._rules:
            return detect(self._ruleset, batch)
        try:
            return self._elsewhere(batch) if self._is_ready() else detect(self._ruleset, batch)
        except (OSError, EOFError) as error:
            log.error("the detector's process is gone (%s); judging goes on in this one", type(error).__name__)
            self.close()
            self._rules = ()
            return detect(self._ruleset, batch)

    def warm(self) -> None:
        """Judge what is never alerted, beside the caller, for nobody to wait for what is made when it is first needed.

        What goes wrong with that goes wrong again with the first batch, and is told then.
        """
        beside = ThreadPoolExecutor(1)
        self._warming = beside.submit(detect, self._ruleset, ordinary(A_FEW))
        beside.shutdown(wait=False)

    def use(self, ruleset: RuleSet, off: Collection[str]) -> None:
        """Judge by another set, read from the same place."""
        self._await_warmth()
        self.close()
        self._ruleset, self._rules, self._off = ruleset, self._paths, off

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                # What was not sent yet is of no use to a process that is gone.
                with suppress(BrokenPipeError):
                    pipe.close()

    def _await_warmth(self) -> None:
        if self._warming is not None:
            wait((self._warming,))
            self._warming = None

    def _elsewhere(self, batch: EventBatch) -> Detected:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        _send(process.stdin, _packed(batch.events))
        _send(process.stdin, _packed(batch.contents))
        answer = _receive(process.stdout)
        if answer[:1] == _FAILED:
            raise DetectionFailed(answer[1:].decode())
        return Detected(_unpacked(answer[1:]), _unpacked(_receive(process.stdout)))

    def _is_ready(self) -> bool:
        """Whether the process can judge; it is started when it is first asked for, which takes it seconds."""
        process = self._process or self._start()
        assert process.stdout is not None
        if self._waits_for_process and select([process.stdout], [], [], 0)[0]:
            if (version := _receive(process.stdout).decode()) != self._ruleset.version:
                raise EOFError(f"it reads the rules as {version}")
            self._waits_for_process = False
        return not self._waits_for_process

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", __name__, ",".join(sorted(self._off)), *map(str, self._rules)]
        # In a session of its own, so that a Ctrl-C in the terminal is for the collector to act upon.
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        self._process, self._waits_for_process = process, True
        return process


def serve(requests: IO[bytes], answers: IO[bytes], rules: Sequence[Path], off: Collection[str]) -> None:
    """Judge batches until ``requests`` ends, which it does when the collector does, however it ends."""
    ruleset = in_force(read(rules)[0], off)
    detect(ruleset, ordinary(A_FEW))
    _send(answers, ruleset.version.encode())
    while True:
        try:
            batch = EventBatch(_unpacked(_receive(requests)), _unpacked(_receive(requests)), [])
        except EOFError:
            return
        try:
            found = detect(ruleset, batch)
        except (Exception, pl.exceptions.PanicException) as error:
            # The collector finds out which event it was, and tells.
            _send(answers, _FAILED + type(error).__name__.encode())
        else:
            _send(answers, _DONE + _packed(found.alerts))
            _send(answers, _packed(found.hits))


def _packed(frame: pl.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.write_ipc_stream(stream)
    return stream.getvalue()


def _unpacked(data: bytes) -> pl.DataFrame:
    return pl.read_ipc_stream(io.BytesIO(data))


def _send(pipe: IO[bytes], body: bytes) -> None:
    pipe.write(len(body).to_bytes(_LENGTH_BYTES, "big"))
    pipe.write(body)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    size = int.from_bytes(_exactly(pipe, _LENGTH_BYTES), "big")
    return _exactly(pipe, size)


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    body = pipe.read(size)
    if len(body) < size:
        raise EOFError
    return body


if __name__ == "__main__":
    keep_memory_private()
    # Nobody waits for the answers of a process whose collector is gone.
    with suppress(BrokenPipeError):
        serve(sys.stdin.buffer, sys.stdout.buffer, [Path(path) for path in sys.argv[2:]], sys.argv[1].split(","))
