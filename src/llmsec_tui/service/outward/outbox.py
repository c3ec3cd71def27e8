"""The queue of messages: what is put together, what waits for when, and what became of each.

A message is delivered at least once. It comes twice when the collector dies between handing it over and noting that.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Protocol

import msgspec

from llmsec_tui.errors import NotFound
from llmsec_tui.incidents.changes import Change, Told
from llmsec_tui.service.outward.channel_health import pause
from llmsec_tui.service.outward.channels import Delivery
from llmsec_tui.service.outward.message import Message
from llmsec_tui.store.notifications import DELIVERED, GIVEN_UP, HELD, TRIAL, WAITING, Notification
from llmsec_tui.store.store import Store

log = logging.getLogger(__name__)

TOGETHER_US = 5 * 60 * 1_000_000
"""Changes of one kind of one incident within this time are one message; the first of them goes out at once."""
GIVE_UP_US = 24 * 3_600 * 1_000_000
_MOST_AT_ONCE = 500


class Happened(Protocol):
    """``Desk.happened``."""

    def __call__(self, incident_id: str, changes: Sequence[Change], at: int) -> object: ...


class Outbox:
    """Any thread may use it. Every method is one transaction, or part of the one that it is called in."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self.happened: Happened | None = None
        """Where it is noted on an incident that people were told; to be set before anything is delivered."""
        self._store = store
        self._clock = clock

    def put(self, channel: str, message: Message, since: int) -> None:
        """Queue a message that may be delivered from ``since`` (µs) on, with others of its kind where there are any."""
        now = self._clock()
        before = self._store.latest_notification(message.incident_id, channel, message.about, now - TOGETHER_US)
        if before is None:
            self._add(channel, message, since)
        elif before.state in (WAITING, HELD):
            self._put_together(before, message, since)
        else:
            self._add(channel, message, max(since, min(before.at, now) + TOGETHER_US), WAITING)

    def trial(self, channel: str, by: str) -> int:
        """Queue a message that only tries a channel; its number."""
        now = self._clock()
        return self._add(channel, Message(about=TRIAL, title="llmsec-tui can reach you", at=now, by=by), now)

    def due(self, busy: Collection[str], resting: Collection[str]) -> dict[str, list[Notification]]:
        """What is to be delivered now, by channel: to those that rest trials only, and to busy ones nothing."""
        found: dict[str, list[Notification]] = {}
        for one in self._store.due_notifications(self._clock(), _MOST_AT_ONCE, busy, resting):
            found.setdefault(one.channel, []).append(one)
        return found

    def hold(self, one: Notification, since: int) -> None:
        """Let it wait for the end of quiet hours."""
        with self._store.transaction():
            current = self._store.notification(one.seq)
            if current is not None and current.state in (WAITING, HELD):
                self._store.change_notification(replace(current, state=HELD, next_at=since))

    def settle(self, one: Notification, delivery: Delivery, *, for_good: bool = False) -> None:
        """Note how an attempt went; ``for_good`` makes it the last."""
        now = self._clock()
        attempts = one.attempts + 1
        over = delivery.delivered or for_good or self.is_old(one)
        with self._store.transaction():
            current = self._store.notification(one.seq)
            assert current is not None
            if delivery.delivered and current.message != one.message:
                # More of it came up while it was on its way: that follows as a message of its own.
                self._add(one.channel, _less(read(current), read(one)), min(one.at, now) + TOGETHER_US, WAITING)
            self._store.change_notification(
                replace(
                    current,
                    state=DELIVERED if delivery.delivered else GIVEN_UP if over else WAITING,
                    attempts=attempts,
                    next_at=None if over else now + pause(attempts),
                    why=delivery.why,
                    message=one.message if delivery.delivered else current.message,
                )
            )
            if over and one.incident_id:
                self._note_on_incident(one, delivery, now)
        if not delivery.delivered:
            log.warning("channel %s, attempt %d for %s: %s", one.channel, attempts, one.incident_id, delivery.why)

    def hasten(self, channel: str) -> None:
        """Make everything due that failed on a channel that delivers again."""
        self._store.hasten_notifications(channel, self._clock())

    def is_old(self, one: Notification) -> bool:
        """Whether it has waited so long that it is given up when it fails once more."""
        return self._clock() - one.at >= GIVE_UP_US

    def _add(self, channel: str, message: Message, since: int, state: str = "") -> int:
        now = self._clock()
        return self._store.add_notification(
            Notification(
                at=now,
                incident_id=message.incident_id,
                channel=channel,
                about=message.about,
                level=message.level,
                message=msgspec.json.encode(message).decode(),
                state=state or (HELD if since > now else WAITING),
                next_at=since,
            )
        )

    def _put_together(self, before: Notification, message: Message, since: int) -> None:
        both = msgspec.json.encode(read(before).with_later(message)).decode()
        together = replace(before, message=both, level=message.level)
        if before.state == HELD and since <= self._clock():
            # It has become so bad that it may be told in quiet hours too.
            together = replace(together, state=WAITING, next_at=since)
        self._store.change_notification(together)

    def _note_on_incident(self, one: Notification, delivery: Delivery, now: int) -> None:
        change = Told(channel=one.channel, about=one.about, delivered=delivery.delivered, why=delivery.why)
        try:
            if self.happened is not None:
                self.happened(one.incident_id, [change], now)
        except NotFound as error:
            log.warning("%s", error)


def read(one: Notification) -> Message:
    """The message itself."""
    return msgspec.json.decode(one.message, type=Message)


def _less(all_of_it: Message, sent: Message) -> Message:
    details = [detail for detail in all_of_it.details if detail not in sent.details]
    return msgspec.structs.replace(all_of_it, n=max(all_of_it.n - sent.n, 1), details=details)
