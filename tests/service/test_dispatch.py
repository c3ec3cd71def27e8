"""The one way in: capabilities, idempotence, versions, and what the journal keeps of it all."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import get_args

import pytest
from tests.service.parts import actor, raise_alert

from llmsec_tui.access import CAPABILITIES
from llmsec_tui.errors import AccessRefused, ConfigError, LlmsecError, NotFound, ServiceError, StaleVersion
from llmsec_tui.service.access.api import ConfirmTotp, EnrolTotp, ListApprovals, PersonalAsk
from llmsec_tui.service.api import (
    AcknowledgeAlert,
    AlertDetail,
    AnyAsk,
    AuditPage,
    DismissAlert,
    Done,
    GetAlert,
    GetConversation,
    GetEvent,
    GetOverview,
    GetStatus,
    ListAlerts,
    ListAudit,
    ListDeadLetters,
    ListEvents,
    ListSources,
    Overview,
    Status,
    StopCollector,
    WatchPaths,
)
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch

ALERT = "abcdef0123456789"


@pytest.fixture
async def dispatch(context: Context) -> AsyncIterator[Dispatch]:
    raise_alert(context.store, ALERT)
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


def _journal(context: Context) -> list[tuple[str, str, str, str]]:
    rows, _ = context.journal.page()
    return [(row["action"], row["object"], row["result"], row["actor"]) for row in reversed(rows)]


async def _alert(dispatch: Dispatch) -> AlertDetail:
    reply = await dispatch.reply(actor(), GetAlert(alert_id=ALERT))
    assert isinstance(reply, AlertDetail)
    return reply


async def test_an_acknowledged_alert_has_an_owner_and_a_record(dispatch: Dispatch, context: Context) -> None:
    """The act is in the store, in the alert's history, and in the journal."""
    done = await dispatch.reply(actor(), AcknowledgeAlert(command_id="c1", alert_id=ALERT, version=1, note="mine"))
    assert isinstance(done, Done)
    assert (done.version, done.audit_seq) == (2, 1)
    detail = await _alert(dispatch)
    assert (detail.row.state, detail.row.owner, detail.row.version) == ("acknowledged", "ada", 2)
    assert [(act.actor, act.act, act.note) for act in detail.acts] == [("ada", "acknowledged", "mine")]
    assert _journal(context) == [("alerts.acknowledge", f"alert:{ALERT}", "done", "ada")]


async def test_an_alert_says_how_suspicious_its_user_has_become(dispatch: Dispatch, context: Context) -> None:
    """Two of one user, one of them a half-life old by the other: 40 × 0.9 / 2 + 15 × 0.8, and what is left of it."""
    assert (await _alert(dispatch)).risk is None
    now, half_life = time.time_ns() // 1000, context.policy.policy.opening.half_life
    times = [datetime.fromtimestamp(at / 1e6, UTC).replace(tzinfo=None) for at in (now - half_life, now)]
    raise_alert(context.store, "a" * 16, now, user_id="ann", app="shop", ts=times[0])
    shop = {"user_id": "ann", "app": "shop", "ts": times[1], "level": "medium", "confidence": 0.8}
    raise_alert(context.store, "b" * 16, now, **shop)
    context.desk.take(["a" * 16, "b" * 16], now)
    detail = await dispatch.reply(actor(), GetAlert(alert_id="b" * 16))
    assert isinstance(detail, AlertDetail)
    assert detail.risk is not None
    assert (detail.risk.whose, detail.risk.opens_at, detail.risk.half_life) == ("user", 100, half_life)
    assert detail.risk.amount == pytest.approx(30, rel=0.05)
    assert detail.risk.added == pytest.approx(12)


async def test_a_repeated_command_is_answered_and_not_repeated(dispatch: Dispatch, context: Context) -> None:
    """A console that lost the reply may send its command again."""
    command = AcknowledgeAlert(command_id="c1", alert_id=ALERT, version=1)
    first = await dispatch.reply(actor(), command)
    assert await dispatch.reply(actor(), command) == first
    assert (await _alert(dispatch)).row.version == 2
    assert len(_journal(context)) == 1


async def test_of_two_who_act_at_the_same_time_one_is_told_about_the_other(
    dispatch: Dispatch, context: Context
) -> None:
    """A stale version is refused with what changed and by whom, and that is on record too."""
    await dispatch.reply(actor(user="eve"), AcknowledgeAlert(command_id="c1", alert_id=ALERT, version=1))
    with pytest.raises(StaleVersion, match="by eve"):
        await dispatch.reply(actor(), DismissAlert(command_id="c2", alert_id=ALERT, version=1, note="noise"))
    assert (await _alert(dispatch)).row.state == "acknowledged"
    assert [row[2:] for row in _journal(context)] == [("done", "eve"), ("failed", "ada")]


async def test_who_lacks_the_capability_is_refused_and_recorded(dispatch: Dispatch, context: Context) -> None:
    """The service decides, whatever the console showed."""
    with pytest.raises(AccessRefused):
        await dispatch.reply(actor("viewer"), AcknowledgeAlert(command_id="c1", alert_id=ALERT, version=1))
    assert (await _alert(dispatch)).row.state == "new"
    assert _journal(context) == [("alerts.acknowledge", f"alert:{ALERT}", "refused", "ada")]


async def test_a_pane_that_is_refused_over_and_over_is_recorded_once(dispatch: Dispatch, context: Context) -> None:
    """Polling what one may not see does not fill the journal."""
    for _ in range(5):
        with pytest.raises(AccessRefused):
            await dispatch.reply(actor("viewer"), ListAudit())
    assert _journal(context) == [("audit.list", "collector", "refused", "ada")]


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (DismissAlert(command_id="c1", alert_id=ALERT, version=1, note="  "), ServiceError),
        (AcknowledgeAlert(command_id="c1", alert_id="0000000000000000", version=1), NotFound),
        (WatchPaths(command_id="c1", paths=["logs/a.jsonl"]), ServiceError),
        (GetAlert(alert_id="0000"), NotFound),
        (GetEvent(event_id="0000"), NotFound),
        (ListAlerts(filter="level:huge"), ConfigError),
        (ListAudit(filter="nonsense:1"), ConfigError),
    ],
)
async def test_what_cannot_be_done_is_said(dispatch: Dispatch, ask: GetAlert, error: type[LlmsecError]) -> None:
    """Each with the kind of error that the console can act on."""
    with pytest.raises(error):
        await dispatch.reply(actor(), ask)


async def test_every_query_has_an_answer_of_its_type(dispatch: Dispatch) -> None:
    """Rows of the store fit the replies that consoles decode."""
    event = GetConversation(event_id="e" * 16)
    for ask in (GetStatus(), GetOverview(), ListAlerts(), ListEvents(), ListSources(), ListDeadLetters(), ListAudit()):
        assert type(await dispatch.reply(actor(), ask)) is ask.reply
    with pytest.raises(NotFound):
        await dispatch.reply(actor(), event)
    overview = await dispatch.reply(actor(), GetOverview(buckets=10**9, bucket_s=-1))
    assert isinstance(overview, Overview)
    assert overview.open_by_level["high"] == 1


def test_every_ask_takes_a_capability_that_exists() -> None:
    """One that nobody holds would be open to nobody; without one is only what is about the asker's own login."""
    own = {*get_args(PersonalAsk), EnrolTotp, ConfirmTotp, ListApprovals}
    assert {ask for ask in get_args(AnyAsk) if ask.capability not in CAPABILITIES} == own


async def test_shared_answers_still_say_who_asked(dispatch: Dispatch) -> None:
    """Two people of one role share the query, and each sees their own name."""
    ada, eve = await asyncio.gather(
        dispatch.reply(actor(user="ada"), GetStatus()), dispatch.reply(actor(user="eve"), GetStatus())
    )
    assert isinstance(ada, Status)
    assert isinstance(eve, Status)
    assert (ada.user, eve.user, ada.now) == ("ada", "eve", eve.now)
    assert "alerts.dismiss" in ada.capabilities


async def test_the_journal_can_be_read_by_page_and_filter(dispatch: Dispatch) -> None:
    """The same filter language as in other lists, and bounds on the number of the record."""
    for number in range(6):
        command = AcknowledgeAlert if number % 2 else DismissAlert
        ask = command(command_id=f"c{number}", alert_id=ALERT, version=number + 1, note="n")
        await dispatch.reply(actor(), ask)

    async def seqs(ask: ListAudit) -> tuple[list[int], int]:
        page = await dispatch.reply(actor(), ask)
        assert isinstance(page, AuditPage)
        return [row.seq for row in page.rows], page.total

    assert await seqs(ListAudit()) == ([6, 5, 4, 3, 2, 1], 6)
    assert await seqs(ListAudit(before=4, limit=2)) == ([3, 2], 6)
    assert await seqs(ListAudit(filter="action:dismiss")) == ([5, 3, 1], 3)
    assert await seqs(ListAudit(filter="action:dismiss", before=5, limit=1)) == ([3], 3)
    assert await seqs(ListAudit(filter="action:dismiss", after=1, limit=1)) == ([3], 3)


async def test_paths_are_followed_once_they_are_on_record(dispatch: Dispatch, context: Context) -> None:
    """The next status names them, and the journal says who wanted them."""
    await dispatch.reply(actor(), GetStatus())
    await dispatch.reply(actor(), WatchPaths(command_id="c1", paths=["/logs/a.jsonl", "/logs/*.log"]))
    await dispatch.reply(actor(), WatchPaths(command_id="c2", paths=["/logs/a.jsonl"]))
    status = await dispatch.reply(actor(), GetStatus())
    assert isinstance(status, Status)
    assert status.watching == ["/logs/a.jsonl", "/logs/*.log"]
    assert [row[0] for row in _journal(context)] == ["sources.watch", "sources.watch"]


async def test_stopping_is_on_record_before_it_happens(dispatch: Dispatch, context: Context) -> None:
    """The one who stops the collector is named by its journal."""
    seen: list[int] = []
    context.stop = lambda: seen.append(context.journal.last_seq)
    await dispatch.reply(actor(), StopCollector(command_id="c1"))
    assert seen == [1]
