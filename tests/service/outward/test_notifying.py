"""People are told, once, of what routes say, also when a channel fails for an hour or the collector dies meanwhile."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from tests.service.outside import HOUR, NOW, SECOND, Site, eventually, opened, policy, raised, serving
from tests.service.parts import actor

from llmsec_tui.errors import NotFound
from llmsec_tui.incidents.changes import Breached, Noted, Told
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.policy import Channel, Policy, Quiet, Route
from llmsec_tui.intake.records import Notice, NoticeKind
from llmsec_tui.service.context import Context
from llmsec_tui.service.desk.desk import Desk
from llmsec_tui.service.incidents import api as incident_api
from llmsec_tui.service.incidents.api import ActOnIncident, ListNotifications
from llmsec_tui.service.outward import notification_handlers
from llmsec_tui.service.outward.channels import Delivery
from llmsec_tui.service.outward.message import Message
from llmsec_tui.service.outward.notifying import Notifier
from llmsec_tui.store.notifications import Notification
from llmsec_tui.store.store import Store

MINUTE = 60 * SECOND
ABOUT = frozenset({"opened", "breached", "assigned", "acknowledged"})
LEVELS = frozenset({"high", "critical"})
NIGHT = Quiet(begins=22 * 60, ends=7 * 60, zone="Europe/Vienna", days=frozenset(range(7)), level="critical")


def vienna(moment: str) -> int:
    return round(datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Europe/Vienna")).timestamp()) * SECOND


class Room:
    """A desk whose notifier goes by a clock that tests move."""

    def __init__(self, path: Path, held: Policy) -> None:
        self.policy = held
        self.now = NOW
        self.store = Store.open(path)
        self.notices: list[Notice] = []
        self.notifier = Notifier(self.store, lambda: self.policy, clock=lambda: self.now)
        self.desk = Desk(self.store, lambda: self.policy, lambda _: [], self.notifier.changed)
        self.notifier.connect(self.desk.happened, self.notices.append)
        self._commands = 0

    def act(self, act: str, **fields: Any) -> None:
        self._commands += 1
        ask = ActOnIncident(
            command_id=f"c{self._commands}", incident_id="INC-1", act=act, version=self.incident.version, **fields
        )
        self.desk.act(actor(user="alice"), ask, self.now)

    @property
    def incident(self) -> Incident:
        found = self.store.incident("INC-1")
        assert found is not None
        return found

    def later(self, span: int) -> None:
        self.now += span
        self.notifier.deliver_due()

    @property
    def queue(self) -> list[dict[str, Any]]:
        """Oldest first."""
        with closing(self.store.reader()) as reader:
            return reader.notifications(None, None, 500)[0][::-1]

    @property
    def told(self) -> list[Told]:
        changes = [event.change for event in self.store.incident_events("INC-1")]
        return [change for change in changes if isinstance(change, Told)]

    def close(self) -> None:
        self.notifier.close()
        self.store.close()


Make = Callable[..., Room]


def routed(*channels: Channel, quiet: Quiet | None = None) -> Policy:
    names = tuple(channel.name for channel in channels)
    return policy(channels=channels, routes=(Route(channels=names, levels=LEVELS, about=ABOUT, quiet=quiet),))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Make]:
    rooms: list[Room] = []

    def make(held: Policy) -> Room:
        rooms.append(Room(tmp_path / "store.duckdb", held))
        return rooms[-1]

    yield make
    for made in rooms:
        made.close()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def hook(site: Site, name: str = "chat") -> Channel:
    return Channel(name=name, kind="webhook", target=f"{site.url}/{name}/t0ken")


def said(site: Site) -> list[Message]:
    return [msgspec.json.decode(body, type=Message) for _, _, _, body in site.asked]


def test_people_are_told_once_of_what_the_route_says(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    opened(made.store, made.desk)
    assert [(row["about"], row["state"]) for row in made.queue] == [("opened", "waiting")]
    made.notifier.deliver_due()
    made.later(HOUR)
    [message] = said(site)
    assert (message.about, message.incident_id, message.level, message.n) == ("opened", "INC-1", "high", 1)
    assert [(row["state"], row["attempts"], row["why"]) for row in made.queue] == [("delivered", 1, "")]
    assert made.told == [Told(channel="chat", about="opened", delivered=True)]


def test_nothing_out_of_a_log_leaves_the_desk(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    opened(made.store, made.desk, excerpt="the secret words", user_id="mallory", conversation_id="conv-9")
    made.notifier.deliver_due()
    [(_, _, _, body)] = site.asked
    assert b"secret words" not in body
    assert b"mallory" not in body
    assert b"conv-9" not in body


def test_what_is_of_no_level_or_change_of_a_route_is_told_to_nobody(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    opened(made.store, made.desk)
    made.act("note", note="x")
    made.desk.happened("INC-1", [Noted(note="y")], made.now)
    assert [row["about"] for row in made.queue] == ["opened"]


def test_a_change_that_is_rolled_back_was_told_to_nobody(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    alert = raised(made.store, 1)

    def interrupted() -> None:
        with made.store.transaction():
            made.desk.take([alert], NOW)
            assert len(made.store.due_notifications(NOW, 10)) == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert made.queue == []


def test_a_webhook_that_answers_500_for_an_hour_gets_the_message_afterwards(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    site.status = 500
    opened(made.store, made.desk)
    tries: list[int] = []
    for step in [5] * 64 + [60] * 55:
        made.later(step * SECOND)
        if len(site.asked) > len(tries):
            tries.append((made.now - NOW) // SECOND)
    assert tries == [5, 10, 20, 40, 80, 160, 320, 680, 1_340, 2_240, 3_140]
    [row] = made.queue
    assert (row["state"], row["attempts"], row["why"]) == ("waiting", 11, "It answered 500.")
    site.status = 200
    made.later(15 * MINUTE)
    assert made.queue[0]["state"] == "delivered"
    assert made.told == [Told(channel="chat", about="opened", delivered=True)]
    assert made.notifier.problem == ""


def test_a_channel_that_keeps_failing_is_told_in_another_way_once_until_it_delivers(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    site.status = 500
    opened(made.store, made.desk)
    for _ in range(40):
        made.later(SECOND)
    [notice] = made.notices
    assert (notice.kind, notice.source_id) == (NoticeKind.UNDELIVERED, "llmsec-tui:chat")
    assert notice.message == (
        "The channel chat failed 3 times in a row: It answered 500. Messages wait, and are tried for a day."
    )
    assert made.notifier.problem == "The channel chat fails: It answered 500."
    made.later(HOUR)
    assert len(made.notices) == 1
    site.status = 200
    made.later(HOUR)
    assert made.notifier.problem == ""
    site.status = 500
    made.act("acknowledge")
    for _ in range(40):
        made.later(SECOND)
    assert len(made.notices) == 2
    assert made.notices[0].offset != made.notices[1].offset


def test_two_failures_that_lie_a_quarter_of_an_hour_apart_are_told_too(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    site.status = 500
    opened(made.store, made.desk)
    made.notifier.deliver_due()
    assert made.notices == []
    made.later(16 * MINUTE)
    assert len(made.notices) == 1


def test_a_message_is_given_up_after_a_day_and_its_incident_says_so(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    site.status = 500
    opened(made.store, made.desk)
    made.notifier.deliver_due()
    made.later(24 * HOUR - 1)
    assert made.queue[0]["state"] == "waiting"
    made.later(HOUR)
    assert (made.queue[0]["state"], made.queue[0]["next_at"]) == ("given_up", None)
    assert made.told == [Told(channel="chat", about="opened", delivered=False, why="It answered 500.")]
    made.later(24 * HOUR)
    assert len(site.asked) == 3


def test_while_a_channel_fails_only_its_first_message_is_tried(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    site.status = 500
    opened(made.store, made.desk)
    made.desk.happened("INC-1", [Breached(clock="contain", due_at=NOW)], NOW)
    made.notifier.deliver_due()
    assert [(row["about"], row["attempts"]) for row in made.queue] == [("opened", 1), ("breached", 0)]
    site.status = 200
    made.later(5 * SECOND)
    assert [row["state"] for row in made.queue] == ["delivered", "delivered"]


def test_a_channel_that_fails_leaves_the_others_alone(room: Make, site: Site) -> None:
    with serving() as other:
        other.status = 500
        made = room(routed(hook(other, "down"), hook(site, "up")))
        opened(made.store, made.desk)
        made.notifier.deliver_due()
    assert [(row["channel"], row["state"]) for row in made.queue] == [("down", "waiting"), ("up", "delivered")]


def test_a_channel_with_many_waiting_starves_no_other(room: Make, site: Site) -> None:
    made = room(routed(replace(hook(site, "down"), target="http://127.0.0.1:1/"), hook(site, "up")))
    waiting = Notification(
        at=NOW,
        incident_id="",
        channel="down",
        about="opened",
        level="high",
        message=msgspec.json.encode(Message(about="opened", title="x", at=NOW)).decode(),
        state="waiting",
        next_at=NOW,
    )
    with made.store.transaction():
        for _ in range(600):
            made.store.add_notification(waiting)
    made.notifier.deliver_due()
    made.store.add_notification(replace(waiting, channel="up"))
    made.notifier.deliver_due()
    assert len(site.asked) == 1


def test_what_failed_before_follows_at_once_when_a_channel_delivers_again(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    site.status = 500
    opened(made.store, made.desk)
    for _ in range(20):
        made.later(15 * MINUTE)
    restarted = Notifier(made.store, lambda: made.policy, clock=lambda: made.now)
    made.act("acknowledge")
    restarted.deliver_due()
    made.now += 5 * SECOND
    site.status = 200
    restarted.deliver_due()
    assert [row["state"] for row in made.queue] == ["waiting", "delivered"]
    restarted.deliver_due()
    assert [row["state"] for row in made.queue] == ["delivered", "delivered"]


def test_a_channel_that_trips_this_program_is_tried_again(room: Make, site: Site) -> None:
    def trips(channel: Channel, message: Message, stop: threading.Event) -> Delivery:
        raise TypeError(f"no {channel.target}")

    made = room(routed(hook(site)))
    opened(made.store, made.desk)
    Notifier(made.store, lambda: made.policy, clock=lambda: made.now, deliver=trips).deliver_due()
    [row] = made.queue
    assert (row["state"], row["why"]) == ("waiting", "The attempt failed in this program (TypeError).")
    made.later(5 * SECOND)
    assert made.queue[0]["state"] == "delivered"


def test_changes_of_one_transaction_are_put_together_too(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    opened(made.store, made.desk)
    with made.store.transaction():
        for clock in ("acknowledge", "contain"):
            made.desk.happened("INC-1", [Breached(clock=clock, due_at=NOW)], made.now)
    assert [row["about"] for row in made.queue] == ["opened", "breached"]


def test_who_watches_is_named(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    opened(made.store, made.desk)
    made.notifier.deliver_due()
    made.act("watch")
    made.act("acknowledge")
    made.notifier.deliver_due()
    assert "watched by alice" in said(site)[1].body


def test_what_is_told_of_a_closed_incident_is_noted_on_it(room: Make, site: Site) -> None:
    held = routed(hook(site))
    made = room(replace(held, routes=(replace(held.routes[0], about=frozenset({"closed"})),)))
    opened(made.store, made.desk)
    made.act("close", disposition="test", note="a trial", waive_open=True)
    made.notifier.deliver_due()
    assert made.told == [Told(channel="chat", about="closed", delivered=True)]
    assert said(site)[0].details == ["closed as test"]


def test_the_same_within_five_minutes_is_one_message_with_a_count(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    opened(made.store, made.desk)
    for clock in ("acknowledge", "contain", "resolve"):
        made.desk.happened("INC-1", [Breached(clock=clock, due_at=NOW)], made.now)
    made.notifier.deliver_due()
    breached = said(site)[1]
    assert (breached.about, breached.n) == ("breached", 3)
    assert breached.subject == "[high] INC-1 breached (3 times): Prompt injection"
    assert breached.details == [f"the clock {clock} was missed" for clock in ("acknowledge", "contain", "resolve")]


def test_what_comes_up_after_the_first_was_delivered_follows_together_five_minutes_later(
    room: Make, site: Site
) -> None:
    made = room(routed(hook(site)))
    opened(made.store, made.desk)
    made.desk.happened("INC-1", [Breached(clock="acknowledge", due_at=NOW)], made.now)
    made.notifier.deliver_due()
    for clock in ("contain", "resolve"):
        made.now += SECOND
        made.desk.happened("INC-1", [Breached(clock=clock, due_at=NOW)], made.now)
        made.notifier.deliver_due()
    assert len(site.asked) == 2
    made.later(5 * MINUTE)
    assert [(message.about, message.n) for message in said(site)] == [("opened", 1), ("breached", 1), ("breached", 2)]


def test_what_comes_up_while_a_message_is_on_its_way_is_not_lost(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    opened(made.store, made.desk)
    made.notifier.deliver_due()
    made.desk.happened("INC-1", [Breached(clock="acknowledge", due_at=NOW)], made.now)

    def meanwhile(channel: Channel, message: Message, stop: threading.Event) -> Delivery:
        sent.append(message)
        if len(sent) == 1:
            made.desk.happened("INC-1", [Breached(clock="contain", due_at=NOW)], made.now)
        return Delivery(True)

    sent: list[Message] = []
    late = Notifier(made.store, lambda: made.policy, clock=lambda: made.now, deliver=meanwhile)
    late.deliver_due()
    made.now += 5 * MINUTE
    late.deliver_due()
    assert [(message.n, message.details) for message in sent] == [
        (1, ["the clock acknowledge was missed"]),
        (1, ["the clock contain was missed"]),
    ]
    assert [row["state"] for row in made.queue] == ["delivered"] * 3


def test_in_quiet_hours_a_message_is_held_until_they_end(room: Make, site: Site) -> None:
    made = room(routed(hook(site), quiet=NIGHT))
    made.now = vienna("2026-11-24T03:00:00")
    opened(made.store, made.desk, made.now)
    made.notifier.deliver_due()
    [row] = made.queue
    assert (row["state"], row["next_at"]) == ("held", vienna("2026-11-24T07:00:00"))
    made.later(4 * HOUR - 1)
    assert site.asked == []
    made.later(1)
    assert made.queue[0]["state"] == "delivered"


def test_the_worst_wakes_people_all_the_same(room: Make, site: Site) -> None:
    made = room(routed(hook(site), quiet=NIGHT))
    made.now = vienna("2026-11-24T03:00:00")
    opened(made.store, made.desk, made.now, level="critical")
    made.notifier.deliver_due()
    assert made.queue[0]["state"] == "delivered"


def test_what_was_held_and_became_the_worst_goes_out_at_once(room: Make, site: Site) -> None:
    made = room(routed(hook(site), quiet=NIGHT))
    made.now = vienna("2026-11-24T03:00:00")
    opened(made.store, made.desk, made.now)
    made.act("acknowledge")
    made.act("set_level", level="critical", note="worse")
    made.act("assign", owner="bob")
    made.act("assign", owner="carol")
    made.notifier.deliver_due()
    assert [(row["about"], row["state"]) for row in made.queue] == [
        *(("opened", "held"), ("acknowledged", "held")),
        ("assigned", "delivered"),
    ]


def test_a_retry_wakes_nobody_in_quiet_hours(room: Make, site: Site) -> None:
    made = room(routed(hook(site), quiet=NIGHT))
    made.now = vienna("2026-11-23T21:59:58")
    site.status = 500
    opened(made.store, made.desk, made.now)
    made.notifier.deliver_due()
    made.later(6 * SECOND)
    [row] = made.queue
    assert (row["state"], row["attempts"], row["next_at"]) == ("held", 1, vienna("2026-11-24T07:00:00"))


def test_what_waits_survives_a_restart_and_what_was_delivered_is_not_told_again(tmp_path: Path, site: Site) -> None:
    first = Room(tmp_path / "store.duckdb", routed(hook(site)))
    opened(first.store, first.desk)
    first.notifier.deliver_due()
    site.status = 500
    first.act("acknowledge")
    first.later(SECOND)
    first.close()
    assert len(site.asked) == 2
    site.status = 200
    again = Room(tmp_path / "store.duckdb", routed(hook(site)))
    again.now = first.now + 10 * SECOND
    again.notifier.deliver_due()
    again.later(HOUR)
    again.close()
    assert [message.about for message in said(site)] == ["opened", "acknowledged", "acknowledged"]


def test_a_clock_set_back_keeps_no_message_waiting(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    site.status = 500
    opened(made.store, made.desk)
    made.notifier.deliver_due()
    made.now -= 30 * 24 * HOUR
    site.status = 200
    made.notifier.deliver_due()
    assert made.queue[0]["state"] == "delivered"


def test_a_channel_that_is_gone_from_the_policy_is_given_up(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    opened(made.store, made.desk)
    made.policy = policy()
    made.notifier.deliver_due()
    assert [(row["state"], row["why"]) for row in made.queue] == [
        ("given_up", "The policy has no channel chat any more.")
    ]


def test_a_secret_of_a_channel_is_nowhere_to_be_read(room: Make, site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    made = room(routed(hook(site), replace(hook(site, "dead"), target="http://127.0.0.1:1/t0ken")))
    site.status = 500
    opened(made.store, made.desk)
    for _ in range(3):
        made.later(MINUTE)
    written = msgspec.json.encode([made.queue, made.store.incident_events("INC-1"), [n.message for n in made.notices]])
    assert len(made.notices) == 2
    assert b"t0ken" not in written
    assert "t0ken" not in caplog.text


def test_a_running_notifier_delivers_by_itself_and_a_channel_that_hangs_delays_no_other(room: Make, site: Site) -> None:
    with serving() as stuck:
        stuck.hangs = threading.Event()
        made = room(routed(hook(stuck, "stuck"), hook(site)))
        made.notifier.start()
        opened(made.store, made.desk)
        eventually(lambda: len(site.asked) == 1)
        eventually(lambda: [row["state"] for row in made.queue] == ["waiting", "delivered"])
        stuck.hangs.set()
        eventually(lambda: [row["state"] for row in made.queue] == ["delivered", "delivered"])


def test_a_trial_is_tried_once_and_its_end_can_be_looked_up(context: Context, site: Site) -> None:
    context.policy.policy = routed(hook(site))
    outcome = notification_handlers.test_channel(
        context, actor(), incident_api.TestChannel(command_id="c", channel="chat")
    )
    context.notifier.deliver_due()
    site.status = 500
    again = notification_handlers.test_channel(
        context, actor(), incident_api.TestChannel(command_id="d", channel="chat")
    )
    context.notifier.deliver_due()
    with closing(context.store.reader()) as reader:
        page = notification_handlers.list_notifications(context, reader, ListNotifications())
    assert page.total == 2
    assert [(row.seq, row.about, row.state, row.why) for row in page.rows] == [
        (again.version, "test", "given_up", "It answered 500."),
        (outcome.version, "test", "delivered", ""),
    ]
    assert said(site)[0].body == "A trial of this channel by ada."


def test_a_trial_is_tried_while_its_channel_rests_and_shows_that_it_delivers_again(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    site.status = 500
    opened(made.store, made.desk)
    for _ in range(40):
        made.later(MINUTE)
    site.status = 200
    made.notifier.trial("chat", "ada")
    made.notifier.deliver_due()
    assert [(row["about"], row["state"]) for row in made.queue] == [("opened", "waiting"), ("test", "delivered")]
    assert made.notifier.problem == ""
    made.notifier.deliver_due()
    assert made.queue[0]["state"] == "delivered"


def test_a_trial_that_fails_says_nothing_about_the_channel(room: Make, site: Site) -> None:
    made = room(routed(hook(site)))
    site.status = 500
    for _ in range(5):
        made.notifier.trial("chat", "ada")
        made.notifier.deliver_due()
    assert made.notices == []


def test_a_trial_of_a_channel_that_is_not_there_names_those_that_are(context: Context, site: Site) -> None:
    context.policy.policy = routed(hook(site))
    with pytest.raises(NotFound, match="no channel 'pigeon'") as caught:
        notification_handlers.test_channel(context, actor(), incident_api.TestChannel(command_id="c", channel="pigeon"))
    assert caught.value.hint == "There are: chat."


def test_pages_of_messages_go_by_their_numbers(room: Make) -> None:
    made = room(policy())
    for number in range(1, 6):
        one = Notification(
            at=NOW,
            incident_id=f"INC-{number}",
            channel="chat",
            about="opened",
            level="high",
            message="{}",
            state="waiting",
            next_at=NOW,
        )
        assert made.store.add_notification(one) == number
    with closing(made.store.reader()) as reader:
        older, total = reader.notifications(4, None, 2)
        newer, _ = reader.notifications(None, 2, 2)
    assert total == 5
    assert [row["seq"] for row in older] == [3, 2]
    assert [row["seq"] for row in newer] == [4, 3]
