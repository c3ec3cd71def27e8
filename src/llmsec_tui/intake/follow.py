"""Follow many growing files: nothing lost, nothing read twice, whatever happens to them.

=============================  =========================================================================================
what happened to a file        what is done
=============================  =========================================================================================
grown                          the new bytes are read
same inode, but shorter, or    cut (copytruncate): read again from its beginning as a new generation; what was written
other bytes before the offset  between the last read and the cut is lost, and a notice says so
another inode under the path   replaced: the old file is read to its end, for as long as something comes, and the new
                               one from its beginning
path gone                      read to its end, for as long as something comes; a later file of that name is a new one
known inode, another path      renamed: goes on under the new name
the content of another         a copy or an archive: what was read of the other one is not read again (``copies.py``)
a zip archive                  when it rests, each member is read that was not read yet (``zipped.py``)
=============================  =========================================================================================

Every generation has its own ``source_id``, so an offset always means one thing.
"""

import os
import stat
import threading
import time
from collections import deque
from collections.abc import Collection, Iterable, Sequence

from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.discover import expand, mode_of, root
from llmsec_tui.intake.followed import Followed
from llmsec_tui.intake.identity import Continuity
from llmsec_tui.intake.notify import Notifier
from llmsec_tui.intake.pipe import STDIN, Pipe, is_pipe, shown
from llmsec_tui.intake.records import RECORD_COST, NoticeKind, Progress, Read
from llmsec_tui.intake.roster import Roster

__all__ = ["Follower", "Progress", "Read"]

POLL_BYTES = 8 * 1024 * 1024
SWEEP_S = 0.25
"""Every file is looked at this often, also where the system reports no writes; of many, those that are written to."""
FEW = 200
ALL_S = 2.0
"""Within so long, each of more files than a ``FEW`` is looked at."""
DISCOVER_S = 1.0
LINGER_S = 5.0
"""A file without a path is given up after so long without news; loggers write on for a while after a rotation."""
OPEN_FILES = 256
LISTEN_S = 1.0
PIPE_BYTES = 1024 * 1024
"""At a time; a pipe holds 64 KiB by default."""
PIPE_S = 0.02
"""Nobody tells when something was written to a pipe."""
ACTIVE_S = 30.0
"""Where there are many files, one that was written to is looked at often for so long."""
_HINTED_S = 0.1
_TURN_BYTES = 256 * 1024


class Follower:
    """Reads what is added to all files that some patterns mean, including files that appear later.

    Files that exist when a pattern is first followed begin at their end unless ``from_start``; a pattern whose files
    have checkpoints was followed before, so its other files are new. New files begin at their start.

    One thread polls and waits; the other methods may be called from any thread.
    """

    def __init__(
        self,
        patterns: Sequence[str],
        checkpoints: Iterable[Checkpoint] = (),
        *,
        from_start: bool,
        linger_s: float = LINGER_S,
        open_files: int = OPEN_FILES,
    ) -> None:
        """Looks for files at once, so what is written from here on is seen. Reads nothing yet."""
        self.problems: list[str] = []
        """Patterns and paths that mean nothing or cannot be read at the moment, a sentence each."""
        self._linger_s = linger_s
        self._patterns: list[str] = []
        self._roster = Roster(checkpoints, open_files)
        self._pipes: dict[str, Pipe] = {}
        self._waiting_turn: list[Followed] = []
        self._notifier = Notifier()
        self._cannot_open: list[str] = []
        self._hints: set[str] = set()
        self._written: dict[str, float] = {}
        """Files that were written to of late, with when they were read."""
        self._unswept: list[str] = []
        """Those of many files that are still to be looked at in this round."""
        self._swept = self._discovered = self._listened = float("-inf")
        self._discovery_s = 0.0
        self._lock = threading.RLock()
        followed_before = self._roster.recall.known_paths()
        for pattern in patterns:
            known = not is_pipe(pattern) and any(str(path) in followed_before for path in expand([pattern]).files)
            self._enter_all(pattern, skip=not from_start and not known)
        found = {str(path) for path in expand(self._patterns).files}
        self._roster.resume_moved(map(root, self._patterns), found, time.monotonic())
        self._discover()

    @property
    def problem(self) -> str:
        """A sentence while the system does not report writes, else empty."""
        return self._notifier.problem

    @property
    def streaming(self) -> bool:
        """Whether standard input is followed and has not ended, so that an empty poll is not the end of everything."""
        stdin = self._pipes.get(shown(STDIN))
        return stdin is not None and not stdin.ended

    def add(self, patterns: Sequence[str], *, from_start: bool) -> None:
        """Follow more. Their files begin at their end unless ``from_start`` or a checkpoint says otherwise."""
        self.wake()
        with self._lock:
            for pattern in patterns:
                self._enter_all(pattern, skip=not from_start)
            self._discover()

    def poll(self, max_bytes: int = POLL_BYTES) -> Read:
        """Read at most about ``max_bytes`` of what is new; an empty result means that everything was read.

        Of more files than ``FEW``: everything that was in them when they were looked at last, ``ALL_S`` ago at most.
        """
        with self._lock:
            now = time.monotonic()
            if self._is_discovery_due(now):
                self._discover()
            self._sweep(now)
            budget = self._pull(max_bytes)
            for pipe in self._pipes.values():
                budget -= pipe.pull(max(min(budget, PIPE_BYTES), 1), self._roster.read)
            self._unpack(budget, max_bytes)
            self._end_quiet_ones(now)
            self._listen(now)
            roster = self._roster
            roster.note()
            if roster.has_heirs():
                self._discover()
                self._unpack(self._pull(max_bytes), max_bytes)
                roster.note()
            roster.give_halves()
            read, roster.read = roster.read, Read()
            return read

    def wait(self, timeout_s: float = SWEEP_S) -> None:
        """Return when something was written, after :meth:`wake`, or after the time, 250 ms at most."""
        if not self._waiting_turn:
            flowing = any(not pipe.ended for pipe in self._pipes.values())
            self._hints = self._notifier.wait(min(timeout_s, PIPE_S if flowing else SWEEP_S))

    def wake(self) -> None:
        """End a wait."""
        self._notifier.wake()

    def progress(self) -> list[Progress]:
        """Every followed file as of the last poll, by path."""
        with self._lock:
            rows = [followed.progress() for followed in self._roster]
            rows += [*self._roster.unreadable.values(), *self._roster.ended.values()]
            rows += [pipe.progress() for pipe in self._pipes.values()]
            rows += filter(None, (archive.progress() for archive in self._roster.packed()))
            return sorted(rows, key=lambda row: (row.path, row.source_id))

    def close(self) -> None:
        """Give all files back and end a wait."""
        self.wake()
        with self._lock:
            self._notifier.close()
            for one in [*self._roster, *self._roster.packed(), *self._pipes.values()]:
                one.close()

    # Which files there are.

    def _enter_all(self, pattern: str, *, skip: bool) -> None:
        if is_pipe(pattern):
            self._enter_pipe(pattern)
            return
        for path in sorted(map(str, expand([pattern]).files), key=len):
            if not any(path in known for known in (self._roster.at, self._roster.archives, self._roster.zips)):
                self._roster.enter(path, skip=skip)
        if pattern not in self._patterns:
            self._patterns.append(pattern)

    def _enter_pipe(self, pattern: str) -> None:
        path = shown(pattern)
        if path in self._pipes and not self._pipes[path].ended:
            return
        try:
            self._pipes[path] = Pipe(pattern, self._roster.recall.next_generation(path))
        except OSError as error:
            self._cannot_open.append(f"{path} cannot be read: {error.strerror}.")

    def _is_discovery_due(self, now: float) -> bool:
        # A tree that takes long to look through is looked through less often.
        pause = DISCOVER_S if self._hints <= self._roster.at.keys() else _HINTED_S
        return now - self._discovered >= max(pause, 20 * self._discovery_s)

    def _discover(self, lost: Collection[str] = ()) -> None:
        """Enter all files that are not followed yet; that there are others under ``lost`` paths is told elsewhere."""
        started = time.monotonic()
        roster = self._roster
        roster.deferred = False
        found = expand(self._patterns)
        self.problems = found.problems
        files = {str(path) for path in found.files}
        roster.look_at_archives(files)
        # What a file was made from comes before it.
        for path in sorted(
            files.difference(roster.at, roster.archives, roster.zips), key=lambda path: (len(path), path)
        ):
            followed = roster.enter(path)
            if followed is not None and path not in lost:
                roster.tell(followed, NoticeKind.FOUND, f"{path} appeared and is read from its beginning.")
        roster.unreadable = {path: row for path, row in roster.unreadable.items() if path in files}
        self.problems += self._cannot_open
        self.problems += filter(None, (archive.complaint for archive in roster.packed()))
        roster.copies = {path: name for path, name in roster.copies.items() if path in files}
        self._notifier.watch({*map(_directory, self._patterns), *map(os.path.dirname, roster.at)})
        self._discovered = time.monotonic()
        self._discovery_s = self._discovered - started

    def _sweep(self, now: float) -> None:
        """Look at every file; shortly after that, only at those that were written."""
        roster = self._roster
        due = now - self._swept >= SWEEP_S
        if len(roster.at) <= FEW:
            paths = sorted(self._hints & roster.at.keys()) if self._hints and not due else list(roster.at)
        else:
            paths = self._due(now) if due else []
            paths = list(dict.fromkeys([*sorted(self._hints & roster.at.keys()), *paths]))
        if due:
            self._swept = now
        lost = [roster.at[path] for path in paths if not roster.look(path)]
        self._hints = set()
        for followed in roster.retired:
            if followed.descriptor is not None:
                followed.look(os.fstat(followed.descriptor))
        if lost:
            for followed in lost:
                roster.retire(followed, now)
            # Those that were only renamed are found under their new paths now.
            self._discover([followed.path for followed in lost])
            roster.settle(lost)

    def _due(self, now: float) -> list[str]:
        """Which of many files are to be looked at now: those that were written to of late, and some of the others."""
        at = self._roster.at
        self._written = {path: when for path, when in self._written.items() if now - when < ACTIVE_S and path in at}
        if not self._unswept:
            self._unswept = list(at)
        count = max(FEW, int(len(at) * min(1.0, (now - self._swept) / ALL_S)) + 1)
        self._unswept, others = self._unswept[:-count], self._unswept[-count:]
        return [*self._written, *(path for path in others if path in at and path not in self._written)]

    # Reading.

    def _unpack(self, budget: int, max_bytes: int) -> None:
        """Read archives, one after the other, once plain files have nothing more; they can wait."""
        read = self._roster.read
        for archive in self._roster.packed():
            while archive.dirty and archive in self._roster.packed() and (budget > 0 or not read):
                found = read.found
                count = self._roster.unpack(archive, min(_TURN_BYTES, budget if budget > 0 else max_bytes))
                budget -= max(count, (read.found - found) * RECORD_COST)

    def _pull(self, max_bytes: int) -> int:
        """Give every file that has something its turn, until so much is read; what is left of the bytes."""
        read = self._roster.read
        # Several passes over thousands of files, many times a second, would be most of what an idle follower costs.
        dirty = dict.fromkeys(followed for followed in self._roster if followed.dirty)
        waiting = [followed for followed in self._waiting_turn if followed in dirty]
        ready = deque(dict.fromkeys([*waiting, *dirty]))
        budget = max_bytes
        # A record longer than the budget yields nothing for a while, which must not look like the end of the data.
        while ready and (budget > 0 or not read):
            followed = ready.popleft()
            if followed.after in ready:
                ready.append(followed)
                continue
            followed.after = None
            found = read.found
            followed, count = self._turn(followed, min(_TURN_BYTES, budget if budget > 0 else max_bytes))
            # Many tiny records take more memory than their bytes say.
            budget -= max(count, (read.found - found) * RECORD_COST)
            if followed.dirty:
                ready.append(followed)
        self._waiting_turn = list(ready)
        return budget

    def _turn(self, followed: Followed, limit: int) -> tuple[Followed, int]:
        """Read from one file; returns what is to be read next in its place, and how many bytes were read."""
        try:
            if not followed.open():
                # The path leads elsewhere; the next sweep will see.
                followed.dirty = False
                return followed, 0
            self._roster.descriptors.kept = followed
            self._roster.descriptors.use(followed)
            if self._roster.is_late_copy(followed):
                followed.dirty = False
                return followed, 0
            goes_on, count = followed.pull(limit, self._roster.read)
        except OSError as error:
            self._roster.fail(followed, error)
            return followed, 0
        finally:
            self._roster.descriptors.kept = None
        if goes_on is not Continuity.SAME:
            return self._roster.renew(followed, goes_on), 0
        now = time.monotonic()
        if count and followed.quiet_since is not None:
            followed.quiet_since = now
        if followed.source_id in self._roster.read.live:
            self._written[followed.path] = now
            if pause := followed.rhythm.speaks(now):
                message = f"{followed.path} speaks again after {_long(pause)}."
                self._roster.tell(followed, NoticeKind.RESUMED, message)
        return followed, count

    def _listen(self, now: float) -> None:
        """Tell of those that say nothing for far longer than ever before."""
        if now - self._listened < LISTEN_S:
            return
        self._listened = now
        for followed in self._roster.at.values():
            if pause := followed.rhythm.falls_silent(now):
                message = f"Nothing was written to {followed.path} for {_long(pause)}, far longer than usual."
                self._roster.tell(followed, NoticeKind.SILENT, message)

    def _end_quiet_ones(self, now: float) -> None:
        for followed in list(self._roster.retired):
            assert followed.quiet_since is not None
            if not followed.dirty and now - followed.quiet_since >= self._linger_s:
                self._roster.end(followed)


def _directory(pattern: str) -> str:
    path = root(pattern)
    return str(path if stat.S_ISDIR(mode_of(path)) else path.parent)


def _long(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"
