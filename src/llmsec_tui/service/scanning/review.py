"""Hand out the work of a scan, and take it back in the order of the input.

Ranges of a file are begun before those in front of them are done, on a guess of what these leave: nothing but the
offset, as in most logs. The guess is compared with what was left; when it was wrong, the range is read again.
"""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import msgspec
import polars as pl

from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.errors import ServiceError
from llmsec_tui.formats.registry import Registry
from llmsec_tui.service.scanning import parts
from llmsec_tui.service.scanning.crew import Crew, Where
from llmsec_tui.service.scanning.cutting import Cuts, cuts
from llmsec_tui.service.scanning.inputs import Input
from llmsec_tui.service.scanning.manifest import Manifest
from llmsec_tui.service.scanning.putting import Together
from llmsec_tui.service.scanning.summary import Summary
from llmsec_tui.service.scanning.tasks import Done, Place, Setup, Task
from llmsec_tui.service.scanning.watching import Watcher
from llmsec_tui.service.scanning.work import Worker, work

_AHEAD = 2
"""So many tasks for each worker are handed out or wait to be taken back."""
_WRONG_IN_A_ROW = 3
"""After so many wrong guesses the rest of a file is read in one go."""


@dataclass(slots=True)
class _Slot:
    """A task that was handed out."""

    file: Input
    task: Task
    future: Future[Done] | None
    """None when it was done by an earlier run."""
    done: Done | None
    is_first: bool
    is_last: bool
    size: int
    """Bytes of the file that it is for."""


class Review:
    """One pass over the input. Iterate over :meth:`alerts` once."""

    def __init__(
        self,
        files: Sequence[Input],
        ruleset: RuleSet,
        registry: Registry,
        crew: Crew,
        summary: Summary,
        folder: Path,
        secret: bytes,
        manifest: Manifest | None,
        watcher: Watcher,
    ) -> None:
        """What is found goes through ``folder``, and stays there when there is a manifest."""
        self._files = files
        self._ruleset = ruleset
        self._registry = registry
        self._crew = crew
        self._summary = summary
        self._folder = folder
        self._manifest = manifest
        self._watcher = watcher
        self._worker = Worker(ruleset, registry, secret) if crew.where is Where.HERE else None
        self._setup = Setup(crew.rules, ruleset.version, crew.formats, secret)

    def alerts(self) -> Iterator[pl.DataFrame]:
        """All alerts: of single events in the order of the input, then those of rules over time."""
        together = Together(self._ruleset, self._summary)
        handed: deque[_Slot] = deque()
        try:
            left: Done | None = None
            wrong = 0
            slots = self._slots()
            while True:
                while len(handed) < self._crew.width * _AHEAD and (slot := next(slots, None)) is not None:
                    handed.append(slot)
                if not handed:
                    break
                slot = handed.popleft()
                done = self._done(slot)
                if not slot.is_first and left is not None and left.end is not None and not _fits(left.end, slot, done):
                    wrong += 1
                    self._forget(slot)
                    while wrong >= _WRONG_IN_A_ROW and not slot.is_last:
                        slot = self._without(slot, handed, slots)
                    slot = self._hand_out(slot.file, left.end, slot.task.end, slot.is_first, slot.is_last, slot.size)
                    done = self._done(slot)
                else:
                    wrong = 0
                left = done
                for part in parts.read(Path(slot.task.out)):
                    if (alerts := together.take(part)) is not None:
                        yield alerts
                self._finish(slot, done)
            yield from together.over_time(time.time_ns() // 1000, self._watcher)
        finally:
            for slot in handed:
                if slot.future is not None:
                    slot.future.cancel()
            together.close()

    def _slots(self) -> Iterator[_Slot]:
        """All tasks in the order of the input, each handed out when it is asked for."""
        for file in self._files:
            found = self._cuts(file)
            start: Place | None = None
            if found.guess is not None:
                start = msgspec.structs.replace(found.guess, offset=0, last="")
            before = 0
            for number, end in enumerate(found.ends):
                is_last = number == len(found.ends) - 1
                size = (file.size if end is None else end) - before
                yield self._hand_out(file, start, end, not number, is_last, size)
                if end is not None and found.guess is not None:
                    before = end
                    start = msgspec.structs.replace(found.guess, offset=end)

    def _cuts(self, file: Input) -> Cuts:
        try:
            found = cuts(file.path, self._registry)
        except OSError:
            # It could be read a moment ago; its task says what is wrong now.
            return Cuts((None,), None)
        return found if found.is_guessable else Cuts((None,), None)

    def _hand_out(
        self, file: Input, start: Place | None, end: int | None, is_first: bool, is_last: bool, size: int
    ) -> _Slot:
        names = (file.name, str(file.path), file.sha256, start, end)
        out = self._folder / f"{blake2b(msgspec.msgpack.encode(names), digest_size=12).hexdigest()}.part"
        task = Task(str(file.path), file.name, str(out), start, end)
        done = None if self._manifest is None else self._manifest.done(file, task)
        future = None if done is not None else self._submit(task)
        return _Slot(file, task, future, done, is_first, is_last, size)

    def _submit(self, task: Task) -> Future[Done]:
        if self._worker is not None:
            return self._crew.submit(self._worker.run, task)
        return self._crew.submit(work, self._setup, task)

    def _done(self, slot: _Slot) -> Done:
        if slot.done is None:
            assert slot.future is not None
            try:
                slot.done = self._crew.result(slot.future, slot.file.path)
            except OSError as error:
                raise ServiceError(
                    f"What was found in {slot.file.path} cannot be written to {self._folder}: {error.strerror}.",
                    hint="Make room there, or name another place with TMPDIR or --manifest.",
                ) from error
        return slot.done

    def _without(self, slot: _Slot, handed: deque[_Slot], slots: Iterator[_Slot]) -> _Slot:
        """The next slot of the same file in the place of this one, as big as both."""
        following = handed.popleft() if handed else next(slots)
        if following.future is not None and not following.future.cancel():
            following.future.exception()
            self._forget(following)
        following.size += slot.size
        return following

    def _forget(self, slot: _Slot) -> None:
        Path(slot.task.out).unlink(missing_ok=True)

    def _finish(self, slot: _Slot, done: Done) -> None:
        if self._manifest is None:
            self._forget(slot)
        elif slot.future is not None:
            self._manifest.add(slot.file, slot.task, done)
        self._watcher.read(slot.size)
        if slot.is_last:
            self._summary.files += 1
            self._summary.size += slot.file.size
            if not slot.file.is_unchanged():
                self._summary.problems.append(
                    f"{slot.file.path} was changed while it was read; its hash is that of before."
                )


def _fits(left: Place, slot: _Slot, done: Done) -> bool:
    """Whether what the task before left is what this one began with."""
    start = slot.task.start
    assert start is not None
    same_format = left.last == start.last or not done.needs_last
    return (left.offset, left.said) == (start.offset, start.said) and same_format
