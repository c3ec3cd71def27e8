"""Tell people: messages are queued with the change that they are about, and delivered until that succeeds."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from llmsec_tui.errors import StoreError
from llmsec_tui.incidents.changes import IncidentEvent
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.policy import Channel, Policy
from llmsec_tui.incidents.routing import routed
from llmsec_tui.intake.records import OURS, Notice, NoticeKind
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.service.outward.channel_health import Health
from llmsec_tui.service.outward.channels import Delivery, deliver
from llmsec_tui.service.outward.message import Message, message_of
from llmsec_tui.service.outward.outbox import Happened, Outbox, read
from llmsec_tui.service.outward.secrets_elsewhere import without
from llmsec_tui.store.notifications import TRIAL, Notification
from llmsec_tui.store.store import Store

log = logging.getLogger(__name__)

_LOOK_S = 1.0
_RETRY_S = 1.0
_CLOSE_S = 3.0
_NEVER = frozenset({"told"})
"""Changes that say that somebody was told are told to nobody."""


class Deliver(Protocol):
    """``channels.deliver``."""

    def __call__(self, channel: Channel, message: Message, stop: threading.Event) -> Delivery: ...


def _clock() -> int:
    return time.time_ns() // 1000


class Notifier:
    """Any thread may call it. Each channel is served by a thread of its own, so that one that hangs delays no other."""

    def __init__(
        self,
        store: Store,
        policy: Callable[[], Policy],
        *,
        clock: Callable[[], int] = _clock,
        deliver: Deliver = deliver,
    ) -> None:
        self._outbox = Outbox(store, clock)
        self._policy = policy
        self._clock = clock
        self._deliver = deliver
        self._tell: Callable[[Notice], None] | None = None
        self._health: dict[str, Health] = {}
        self._busy: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notify", daemon=True)
        self._failure = ""

    def connect(self, happened: Happened, tell: Callable[[Notice], None]) -> None:
        """``happened`` notes on an incident that people were told. ``tell`` takes notices of channels that fail, which
        become events, and by a rule alerts. To be called before anything is delivered."""
        self._outbox.happened = happened
        self._tell = tell

    @property
    def problem(self) -> str:
        """A sentence while channels fail or nothing is delivered any more, else empty."""
        with self._lock:
            known = sorted(self._health.items())
        failing = [f"The channel {name} fails: {health.why}" for name, health in known if health.told]
        return " ".join(filter(None, (self._failure, *failing[:1])))

    def changed(self, incident: Incident, events: Sequence[IncidentEvent]) -> None:
        """Queue what people are to be told; to be called inside the transaction that stores these events."""
        routes = self._policy().routes
        for event in events:
            about = str(event.change.__struct_config__.tag)
            if about in _NEVER:
                continue
            for channel, since in routed(routes, incident.level, about, self._clock()).items():
                self._outbox.put(channel, message_of(incident, event), since)
                self._wake.set()

    def trial(self, channel: str, by: str) -> int:
        """Queue a message that only tries a channel; its number. It is tried once, also while the channel rests."""
        seq = self._outbox.trial(channel, by)
        self._wake.set()
        return seq

    def start(self) -> None:
        """Begin to deliver, also what the last collector left."""
        self._thread.start()

    def close(self) -> None:
        """Deliver nothing more. What is on its way when that takes too long is delivered again at the next start."""
        self._stop.set()
        self._wake.set()
        until = time.monotonic() + _CLOSE_S
        with self._lock:
            threads = [self._thread, *self._busy.values()]
        for thread in threads:
            if thread.ident is not None:
                thread.join(max(until - time.monotonic(), 0))

    def deliver_due(self) -> None:
        """Deliver all that is due now, one channel after the other."""
        for name, due in self._due().items():
            self._serve(name, due)

    # The thread that looks for what is due.

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                for name, due in self._due().items():
                    self._begin(name, due)
                self._failure = ""
            except DEFECTS as error:
                # Nothing may die silently; the next look may be luckier.
                why = error.message if isinstance(error, StoreError) else told(error)
                if not self._failure:
                    log.error("nobody is notified: %s", why)
                self._failure = f"Nobody is notified: {why}"
            self._wake.wait(_LOOK_S)

    def _due(self) -> dict[str, list[Notification]]:
        now = self._clock()
        with self._lock:
            resting = [name for name, health in self._health.items() if health.rests(now)]
            busy = list(self._busy)
        return self._outbox.due(busy, resting)

    def _begin(self, name: str, due: list[Notification]) -> None:
        thread = threading.Thread(target=self._serve_alone, args=(name, due), name=f"notify-{name}", daemon=True)
        with self._lock:
            self._busy[name] = thread
        thread.start()

    # The thread of one channel.

    def _serve_alone(self, name: str, due: list[Notification]) -> None:
        try:
            self._serve(name, due)
        except DEFECTS as error:
            log.error("channel %s was not served: %s", name, told(error))
            self._note_health(name, _tripped(error))
        finally:
            with self._lock:
                del self._busy[name]

    def _serve(self, name: str, due: Sequence[Notification]) -> None:
        channel = next((channel for channel in self._policy().channels if channel.name == name), None)
        gone = Delivery(False, f"The policy has no channel {name} any more.")
        for number, one in enumerate(due, 1):
            if self._stop.is_set():
                return
            if channel is None:
                self._insist(partial(self._outbox.settle, one, gone, for_good=True))
            elif one.about == TRIAL:
                self._attempt(channel, one)
            elif (since := self._quiet_until(one)) is not None:
                self._insist(partial(self._outbox.hold, one, since))
            elif not (delivery := self._attempt(channel, one)).delivered:
                for other in filter(self._outbox.is_old, due[number:]):
                    self._insist(partial(self._outbox.settle, other, delivery))
                return

    def _attempt(self, channel: Channel, one: Notification) -> Delivery:
        is_trial = one.about == TRIAL
        delivery = self._tried(channel, one)
        if self._stop.is_set() and not delivery.delivered:
            # It was cut short, which says nothing about the channel.
            return delivery
        self._insist(partial(self._outbox.settle, one, delivery, for_good=is_trial))
        if delivery.delivered or not is_trial:
            self._note_health(channel.name, delivery)
        return delivery

    def _tried(self, channel: Channel, one: Notification) -> Delivery:
        try:
            return self._deliver(channel, read(one), self._stop)
        except DEFECTS as error:
            # Channels are code of many hands; one that trips is tried again like one that does not answer.
            log.error("channel %s: %s", channel.name, without(told(error), channel.target))
            return _tripped(error)

    def _quiet_until(self, one: Notification) -> int | None:
        """When quiet hours end that it is due in; they are looked at again, for a retry must not wake anybody."""
        now = self._clock()
        since = routed(self._policy().routes, one.level, one.about, now).get(one.channel, now)
        return since if since > now else None

    def _note_health(self, name: str, delivery: Delivery) -> None:
        now = self._clock()
        with self._lock:
            before = self._health.get(name, Health())
            health = Health() if delivery.delivered else before.failed(now, delivery.why)
            alarming = health.is_alarming(now)
            self._health[name] = replace(health, told=True) if alarming else health
        if alarming and self._tell is not None:
            self._tell(_notice(name, health))
        if before.failures and delivery.delivered:
            self._insist(partial(self._outbox.hasten, name))
            log.info("the channel %s delivers again", name)

    def _insist(self, step: Callable[[], None]) -> None:
        """Do it until the store takes it: what was delivered must not be delivered again because the disk is full."""
        while True:
            try:
                step()
            except StoreError as error:
                log.error("what became of a message could not be stored: %s", error)
                if self._stop.wait(_RETRY_S):
                    return
            else:
                return


def _tripped(error: BaseException) -> Delivery:
    return Delivery(False, f"The attempt failed in this program ({type(error).__name__}).")


def _notice(name: str, health: Health) -> Notice:
    count = f"{health.failures} times" if health.failures > 1 else "once"
    message = f"The channel {name} failed {count} in a row: {health.why} Messages wait, and are tried for a day."
    return Notice(f"{OURS}{name}", f"channel {name}", health.since, NoticeKind.UNDELIVERED, message)
