"""Whatever channels, clocks and restarts do, every change is told exactly once in all, or given up and told as such."""

import threading
from collections import Counter
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from tests.service.outside import HOUR, NOW, SECOND, desk, opened, policy

from llmsec_tui.incidents.changes import Breached, Told
from llmsec_tui.incidents.policy import Channel, Quiet, Route
from llmsec_tui.service.desk.desk import Desk
from llmsec_tui.service.outward.channels import Delivery
from llmsec_tui.service.outward.message import Message
from llmsec_tui.service.outward.notifying import Notifier
from llmsec_tui.store.store import Store

NAMES = ("a", "b")
QUIET = Quiet(begins=22 * 60, ends=7 * 60, zone="Europe/Vienna", days=frozenset(range(7)), level="critical")
POLICY = policy(
    channels=tuple(Channel(name=name, kind="webhook", target="x") for name in NAMES),
    routes=(
        Route(channels=("a",), levels=frozenset({"high"}), about=frozenset({"opened", "breached"}), quiet=QUIET),
        Route(channels=("b",), levels=frozenset({"high"}), about=frozenset({"opened", "breached"})),
    ),
)


class Outboxes(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.now = NOW
        self.down: set[str] = set()
        self.heard: Counter[str] = Counter()
        self.changes = 1
        self.begin_collector()
        opened(self.store, self.desk)

    def begin_collector(self) -> None:
        self.store = Store.open(Path(self.folder.name) / "store.duckdb")
        self.notifier = Notifier(self.store, lambda: POLICY, clock=lambda: self.now, deliver=self.deliver)
        self.desk: Desk = desk(self.store, POLICY, self.notifier.changed)
        self.notifier.connect(self.desk.happened, lambda notice: None)

    def deliver(self, channel: Channel, message: Message, stop: threading.Event) -> Delivery:
        if channel.name in self.down:
            return Delivery(False, "It is down.")
        self.heard[channel.name] += message.n
        return Delivery(True)

    @rule(times=st.integers(1, 3))
    def something_happens(self, times: int) -> None:
        for _ in range(times):
            self.desk.happened("INC-1", [Breached(clock="contain", due_at=self.now)], self.now)
            self.changes += 1

    @rule(name=st.sampled_from(NAMES))
    def channel_changes(self, name: str) -> None:
        self.down ^= {name}

    @rule(span=st.sampled_from([SECOND, 30 * SECOND, 300 * SECOND, HOUR, 9 * HOUR, -HOUR, -40 * 24 * HOUR]))
    def time_passes(self, span: int) -> None:
        self.now += span
        self.notifier.deliver_due()
        self.nothing_is_told_twice_or_lost()

    @rule()
    def collector_restarts(self) -> None:
        self.store.close()
        self.begin_collector()

    def nothing_is_told_twice_or_lost(self) -> None:
        for name in NAMES:
            counts = self.counts(name)
            assert sum(counts.values()) == self.changes
            assert counts["delivered"] == self.heard[name]

    def counts(self, name: str) -> Counter[str]:
        """How many changes stand where with a channel."""
        found: Counter[str] = Counter()
        for row in self.rows():
            one = self.store.notification(row["seq"])
            if one is not None and one.channel == name:
                found[one.state] += msgspec.json.decode(one.message, type=Message).n
        return found

    def rows(self) -> list[dict[str, Any]]:
        with closing(self.store.reader()) as reader:
            return reader.notifications(None, None, 500)[0]

    def teardown(self) -> None:
        self.down = set()
        for _ in range(12):
            self.now += 5 * HOUR
            self.notifier.deliver_due()
        self.nothing_is_told_twice_or_lost()
        rows = self.rows()
        assert {row["state"] for row in rows} <= {"delivered", "given_up"}
        told = [e.change for e in self.store.incident_events("INC-1") if isinstance(e.change, Told)]
        assert len(told) == len(rows)
        self.store.close()
        self.folder.cleanup()


TestOutboxes = Outboxes.TestCase
TestOutboxes.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)
