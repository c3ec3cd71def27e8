"""The three threads between the files and the store.

The first reads and maps, which is plain Python; the second judges, which for big batches happens in another process;
the third commits, which is mostly DuckDB. At most one batch is in each, and one waits before each: that bounds memory,
and lets what is written meanwhile gather in one batch instead of many small ones that would wait in line. The store
takes batches in the order in which they were read, so the checkpoint in it never runs ahead of the data.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

from llmsec_tui.errors import StoreError
from llmsec_tui.intake.follow import Follower
from llmsec_tui.intake.records import Notice, Progress, Read
from llmsec_tui.service.courtesy import WITHDRAWS, Courtesy, Waited
from llmsec_tui.service.desk.arrivals import Arrivals
from llmsec_tui.service.desk.desk import Desk
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.lag import Lag
from llmsec_tui.service.narration import told
from llmsec_tui.service.pipeline import Drafted, Pipeline
from llmsec_tui.store.commit import Commit
from llmsec_tui.store.store import Store

log = logging.getLogger(__name__)

T = TypeVar("T")

READ_BYTES = 8 * 1024 * 1024
"""The most that one batch is made of."""
WAIT_S = 0.5
RETRY_S = 1.0
LOOK_S = 0.25
_LOOK_SHARE = 20
"""A look takes no more of the time than one in so many parts."""
IDLE_S = 5.0
"""After this long without news DuckDB's log is written into its file, where it costs nobody's latency."""


class _GivenUp(Exception):
    """The store failed and the collector was told to stop: the batch stays unread and is read again next time."""


class Ingest:
    """Reads until told to stop; ``on_end`` is called, from one of the threads, when it ends by itself."""

    def __init__(
        self,
        follower: Follower,
        pipeline: Pipeline,
        store: Store,
        *,
        once: bool,
        on_end: Callable[[], None],
        desk: Desk | None = None,
    ) -> None:
        """``desk`` takes what is raised; without one, alerts are stored and that is all."""
        self.failure: BaseException | None = None
        """What nobody foresaw; the collector must end then."""
        self.progress: Sequence[Progress] = ()
        """Of every followed file, as of the last look."""
        self.lag = Lag()
        self.courtesy = Courtesy()
        """Told of people's commands, which batches let pass."""
        self._follower = follower
        self._pipeline = pipeline
        self._store = store
        self._arrivals = Arrivals(store, desk)
        self._once = once
        self._on_end = on_end
        self._batches: queue.Queue[Drafted | None] = queue.Queue()
        self._commits: queue.Queue[Commit | None] = queue.Queue(1)
        self._room = threading.Semaphore(1)
        """Held from the beginning of a read until the other thread takes the batch."""
        self._looked = -LOOK_S
        self._look_s = 0.0
        self._problems: dict[str, str] = {}
        """By the name of the thread that has it."""
        self._wishes: queue.SimpleQueue[tuple[list[str], bool]] = queue.SimpleQueue()
        self._notices: queue.SimpleQueue[Notice] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._guard, args=(self._read,), name="read"),
            threading.Thread(target=self._guard, args=(self._judge,), name="judge"),
            threading.Thread(target=self._guard, args=(self._commit,), name="commit"),
        ]

    @property
    def problem(self) -> str:
        """A sentence while the store cannot take what was read, or files cannot be followed; else empty."""
        ours = (self._pipeline.problem, self._arrivals.problem)
        problems = [*tuple(self._problems.values()), *self._follower.problems[:1], *ours]
        return " ".join(filter(None, problems))

    def start(self) -> None:
        """Begin to read."""
        # The last one first: each hands over to a live thread only.
        for thread in reversed(self._threads):
            thread.start()

    def watch(self, patterns: list[str], *, from_start: bool) -> None:
        """Follow more files, from the next look on."""
        self._wishes.put((patterns, from_start))
        self._follower.wake()

    def tell(self, notice: Notice) -> None:
        """Have what happened to this program judged like what logs say; from any thread."""
        self._notices.put(notice)
        self._follower.wake()

    def stop(self) -> None:
        """Read nothing more, commit what was read, and wait for that."""
        self._stopping.set()
        self._follower.wake()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def _guard(self, work: Callable[[], None]) -> None:
        try:
            work()
        except _GivenUp:
            log.warning("stopped before the last batch was stored; it will be read again")
        except DEFECTS as error:
            # Nothing may die silently: the collector ends with a code that says so.
            self.failure = error
            log.error("reading stopped: %s", told(error))
            self._stopping.set()
            self._on_end()

    # The reading thread.

    def _read(self) -> None:
        try:
            while not self._stopping.is_set():
                if not self._room.acquire(timeout=WAIT_S):
                    continue
                self._take_wishes()
                read = self._with_notices(self._follower.poll(READ_BYTES))
                self._look(idle=not read)
                if read:
                    self._batches.put(self._insist(partial(self._pipeline.read, read, self.courtesy.breaks())))
                    continue
                self._room.release()
                if self._once and not self._follower.streaming:
                    return self._tell_what_is_open()
                self._follower.wait(WAIT_S)
        finally:
            self._batches.put(None)

    def _with_notices(self, read: Read) -> Read:
        told: list[Notice] = []
        while not self._notices.empty():
            told.append(self._notices.get())
        return replace(read, notices=[*read.notices, *told]) if told else read

    def _tell_what_is_open(self) -> None:
        self.progress = tuple(self._follower.progress())
        for one in self.progress:
            if one.offset < one.size:
                log.warning("%s ends in %d bytes without a line's end; unread", one.path, one.size - one.offset)

    def _take_wishes(self) -> None:
        while not self._wishes.empty():
            patterns, from_start = self._wishes.get()
            self._follower.add(patterns, from_start=from_start)

    def _look(self, *, idle: bool) -> None:
        now = time.monotonic()
        # Thousands of files are looked at less often.
        if now - self._looked < max(0.0 if idle else LOOK_S, _LOOK_SHARE * self._look_s):
            return
        self._looked = now
        self.progress = tuple(self._follower.progress())
        all_stored = idle and self._batches.unfinished_tasks == 0
        for one in self.progress:
            if all_stored:
                # Also what is skipped, and a line that is still being written: neither is late.
                self.lag.committed(one.source_id, one.offset if one.behind_since is not None else one.size)
            self.lag.seen(one.source_id, one.size, now)
        self._look_s = time.monotonic() - now

    # The judging thread.

    def _judge(self) -> None:
        try:
            while True:
                try:
                    batch = self._batches.get(timeout=IDLE_S)
                except queue.Empty:
                    self._remember(at_end=False)
                    continue
                if batch is None:
                    break
                self._room.release()
                self._pass_on(self._pipeline.judge(batch, time.time_ns() // 1000))
        finally:
            self._pass_on(None)

    def _remember(self, *, at_end: bool) -> None:
        """Write what rules over time remember down whole, when every batch that they have seen is stored."""
        if at_end or not self._batches.unfinished_tasks:
            snapshot = self._pipeline.snapshot(at_end=at_end)
            if snapshot is not None:
                self._insist(partial(self._store.remember, snapshot))

    def _pass_on(self, commit: Commit | None) -> None:
        handed_over = False
        while not handed_over and self._threads[-1].is_alive():
            with suppress(queue.Full):
                self._commits.put(commit, timeout=WAIT_S)
                handed_over = True

    # The committing thread.

    def _commit(self) -> None:
        tidy = True
        while True:
            try:
                commit = self._commits.get(timeout=IDLE_S)
            except queue.Empty:
                if not tidy:
                    self._tidy_up()
                tidy = True
                continue
            if commit is None:
                break
            self._store_one(commit)
            self._batches.task_done()
            tidy = False
        if self.failure is None:
            self._remember(at_end=True)
        if self._once:
            self._on_end()

    def _tidy_up(self) -> None:
        try:
            self._store.checkpoint_wal()
        except StoreError as error:
            # Nothing is lost and nobody waits for it; it is tried again after the next batch.
            log.warning("%s", error)

    def _store_one(self, commit: Commit) -> None:
        self._insist(partial(self._commit_politely, commit))
        for checkpoint in commit.checkpoints:
            self.lag.committed(checkpoint.source_id, checkpoint.offset)

    def _commit_politely(self, commit: Commit) -> None:
        """A command waits for one step of a batch and not for all of it: what was written of it is undone, and done
        again afterwards. The next batch comes after it, so their order stays."""
        for _ in range(WITHDRAWS):
            self.courtesy.let_pass()
            with suppress(Waited):
                self._arrivals.commit(commit, self.courtesy.give_way)
                return
        self.courtesy.let_pass()
        self._arrivals.commit(commit)

    def _insist(self, step: Callable[[], T]) -> T:
        """Do a step of the store until it succeeds; nothing is skipped, and nothing is read meanwhile."""
        me = threading.current_thread().name
        while True:
            try:
                done = step()
            except StoreError as error:
                if self._stopping.is_set():
                    raise _GivenUp from error
                # A full disk can still be read. When this fails too, DuckDB gave up on the file and only a new
                # process can open it again: the error leaves from here and ends the collector.
                self._store.checkpoints()
                if self._problems.get(me) != str(error):
                    log.error("%s (trying again every second)", error)
                self._problems[me] = str(error)
                self._stopping.wait(RETRY_S)
            else:
                if self._problems.pop(me, None):
                    log.info("the store takes data again")
                return done
