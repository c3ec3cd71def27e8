"""What a collector does once its rules are loaded: it reads, judges, stores and answers, until told to stop."""

import asyncio
import logging
import os
import signal
import socket as sockets
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from llmsec_tui.access import local_actor
from llmsec_tui.access.signing import SigningKeys
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.record import Act, Facts, Result
from llmsec_tui.detect.campaigns.campaigns import Campaigns
from llmsec_tui.detect.correlate.correlator import Correlator
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.errors import ExitCode
from llmsec_tui.formats import own
from llmsec_tui.formats.registry import Registry
from llmsec_tui.intake.follow import Follower
from llmsec_tui.paths import Home
from llmsec_tui.service.access.door import Door
from llmsec_tui.service.access.room import AccessRoom
from llmsec_tui.service.auditing.room import AuditRoom
from llmsec_tui.service.campaigns.assigning import Assigning
from llmsec_tui.service.context import Context
from llmsec_tui.service.desk.policy import watcher
from llmsec_tui.service.desk.room import DeskRoom
from llmsec_tui.service.detection.in_force import DetectionInForce
from llmsec_tui.service.detector import Detector
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.ingest import Ingest
from llmsec_tui.service.over_time import OverTime
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.service.rules.change import listed, summary, whole
from llmsec_tui.service.rules.in_force import in_force
from llmsec_tui.service.rules.reloading import Reloader, Signature, Watcher
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.service.server import Server
from llmsec_tui.service.silences.suppression import Suppression
from llmsec_tui.service.sockets import listening, signpost
from llmsec_tui.service.source_memories import SourceMemories
from llmsec_tui.store.store import Store

log = logging.getLogger(__name__)

ALONE_S = 10.0
"""How long a collector that a console started stays without any client."""

_LOOK_S = 0.5
_OWNER_ONLY = 0o600
_OWNER_AND_GROUP = 0o660
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the collector was started for."""

    home: Home
    patterns: list[str]
    from_start: bool
    once: bool
    socket: Path | None
    child: bool


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was opened and loaded first."""

    store: Store
    journal: Journal
    keys: SigningKeys
    book: Rulebook
    detector: Detector
    seen: Signature
    """Of the rule files, before they were loaded."""


def collect(wanted: Wanted, loaded: Loaded) -> int:
    """Collect until told to stop; the exit code."""
    home, store, journal, book = wanted.home, loaded.store, loaded.journal, loaded.book
    with ExitStack() as rooms:
        checkpoints = store.checkpoints()
        follower = Follower(wanted.patterns, checkpoints, from_start=wanted.from_start)
        rooms.callback(follower.close)
        if wanted.socket is None:
            sock = rooms.enter_context(listening(home.socket, _OWNER_ONLY))
        else:
            sock = rooms.enter_context(listening(wanted.socket, _OWNER_AND_GROUP))
            rooms.enter_context(signpost(home.socket, wanted.socket))
        over_time = OverTime(_remembering(book.in_force, store, journal))
        suppression = Suppression(book.in_force, store.silences(), store.shown(time.time_ns() // 1000))
        detection = DetectionInForce(home.detection, journal)
        pipeline = Pipeline(
            loaded.detector,
            store.known,
            over_time,
            ruleset=book.in_force,
            suppression=suppression,
            assigning=Assigning(Campaigns(store.secret, store.variants())),
            leveled=detection.leveled,
            secret=store.secret,
            memories=SourceMemories(checkpoints),
            registry=Registry(own.load(home.formats)),
        )
        book.install = partial(_install, loaded.detector, pipeline)
        room = DeskRoom.open(home, store, journal, book)
        collector = _Collector(
            store,
            journal,
            book,
            suppression,
            room,
            AccessRoom.open(home, store, journal),
            AuditRoom.open(home, store, journal, loaded.keys),
            detection,
            loaded.seen,
            pipeline,
            follower,
            wanted.patterns,
            wanted.once,
            wanted.child,
        )
        return asyncio.run(collector.work(sock))


def _remembering(ruleset: RuleSet, store: Store, journal: Journal) -> Correlator:
    """The rules over time with what they remembered when the last batch was stored."""
    correlator = Correlator(ruleset, store.origins)
    if forgotten := correlator.restore(*store.memory()):
        log.warning("these rules changed since the last start and start anew: %s", ", ".join(forgotten))
        facts: Facts = {"forgotten": listed(forgotten)}
        journal.append(Act(local_actor(), "rules.forget", "rules", Result.DONE, after=facts))
    return correlator


def _install(
    detector: Detector, pipeline: Pipeline, loaded: RuleSet, off: frozenset[str], tell: Callable[[], None]
) -> Sequence[str]:
    """Put other rules in force, between two batches, and ``tell`` of it there."""
    ruleset = in_force(loaded, off)

    def use() -> None:
        detector.use(ruleset, off)
        tell()

    return pipeline.install(ruleset, use)


@dataclass(frozen=True, slots=True)
class _Collector:
    store: Store
    journal: Journal
    rules: Rulebook
    suppression: Suppression
    room: DeskRoom
    access: AccessRoom
    auditing: AuditRoom
    detection: DetectionInForce
    seen: Signature
    """Of the rule files, before they were loaded."""
    pipeline: Pipeline
    follower: Follower
    patterns: list[str]
    once: bool
    child: bool

    async def work(self, sock: sockets.socket) -> int:
        """Read and answer until a signal, a command, an end of reading or a defect says otherwise; the exit code."""
        loop = asyncio.get_running_loop()
        until = asyncio.Event()
        reloader = Reloader(self.rules, self.journal, self.seen)
        for number in _STOP_SIGNALS:
            loop.add_signal_handler(number, until.set)
        policy = watcher(self.room.policy, self.journal)
        roles = self.access.roles.watcher()
        watchers = (reloader, policy, roles, self.auditing.anchors.watcher(), self.detection.watcher())
        loop.add_signal_handler(signal.SIGHUP, until.set if _has_terminal() else partial(_ask, *watchers))

        def stop() -> None:
            loop.call_soon_threadsafe(until.set)

        desk = self.room.desk
        ingest = Ingest(self.follower, self.pipeline, self.store, once=self.once, on_end=stop, desk=desk)
        context = self._context(ingest, stop)
        dispatch = Dispatch(context)
        server = Server(Door(context, dispatch).reply)
        self._record("collector.start")
        log.info(
            "collecting with %d rules; following %s",
            len(whole(self.rules.in_force)),
            ", ".join(self.patterns) or "nothing",
        )
        self.room.start(ingest.tell)
        self.auditing.start()
        ingest.start()
        context.expiry.start(self.store, self.journal, ingest.courtesy)
        context.behaviour.start(ingest.courtesy)
        beside = [asyncio.create_task(one.run()) for one in (*watchers, context.behaviour.prices.watcher())]
        if self.child:
            beside.append(asyncio.create_task(_leave_when_alone(server, until)))
        try:
            await server.serve(sock, until)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.to_thread(dispatch.close)
            await asyncio.to_thread(self.access.close)
            await asyncio.to_thread(context.expiry.stop)
            await asyncio.to_thread(context.behaviour.stop)
            await asyncio.to_thread(ingest.stop)
            await asyncio.to_thread(self.room.stop)
        self._record("collector.end")
        await asyncio.to_thread(self.auditing.stop)
        log.info("the collector ends")
        return ExitCode.FINE if ingest.failure is None else ExitCode.BAD_INPUT

    def _context(self, ingest: Ingest, stop: Callable[[], None]) -> Context:
        return Context(
            store=self.store,
            journal=self.journal,
            rules=self.rules,
            suppression=self.suppression,
            ingest=ingest,
            room=self.room,
            access=self.access,
            auditing=self.auditing,
            detection=self.detection,
            pid=os.getpid(),
            watching=list(self.patterns),
            started_at=time.time_ns() // 1000,
            stop=stop,
        )

    def _record(self, action: str) -> None:
        after: Facts = {**summary(self.rules.loaded), "rules_off": len(self.rules.off_now)}
        self.journal.append(Act(local_actor(), action, "collector", Result.DONE, after=after))


def _ask(*watchers: Watcher) -> None:
    for one in watchers:
        one.ask()


def _has_terminal() -> bool:
    """Whether a terminal could go away and take this process with it; then SIGHUP says so, and else "reload"."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


async def _leave_when_alone(server: Server, until: asyncio.Event) -> None:
    """Set the event once nobody was connected for ``ALONE_S``."""
    last_seen = time.monotonic()
    while time.monotonic() - last_seen < ALONE_S:
        await asyncio.sleep(_LOOK_S)
        if server.clients:
            last_seen = time.monotonic()
    log.info("no console is connected any more")
    until.set()
