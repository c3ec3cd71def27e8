"""One item is shown in full to one session, with a reason, for a while, on record."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256

import pytest
from tests.service.content.seeing import ALERT, EVENT, SECRET, TEXT, fill, somebody
from tests.service.incident_parts import journal, reasons

from llmsec_tui.access import Actor
from llmsec_tui.errors import AccessRefused, NotFound, ServiceError
from llmsec_tui.service.api import AlertDetail, EventDetail, EventPage, GetAlert, GetConversation, GetEvent, ListEvents
from llmsec_tui.service.content.api import RevealContent, Revealed
from llmsec_tui.service.content.reveals import Reveals
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch

WHY = "customer asked for it"


@pytest.fixture
async def dispatch(context: Context) -> AsyncIterator[Dispatch]:
    fill(context)
    fill(context, 2)
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


def _ask(of: str = "event", name: str = EVENT, reason: str = WHY, command: str = "r1") -> RevealContent:
    return RevealContent(command_id=command, of=of, id=name, reason=reason)


async def _text(dispatch: Dispatch, who: Actor, event: str = EVENT) -> str:
    reply = await dispatch.reply(who, GetEvent(event_id=event))
    assert isinstance(reply, EventDetail)
    return reply.row.text


async def test_a_revealed_event_is_whole_for_who_asked_and_nobody_else(dispatch: Dispatch, context: Context) -> None:
    ada = somebody(session="s1")
    assert SECRET not in await _text(dispatch, ada)
    done = await dispatch.reply(ada, _ask())
    assert isinstance(done, Revealed)
    assert await _text(dispatch, ada) == TEXT
    for other in (somebody(session="s2"), somebody(session="s1", user="eve"), somebody()):
        assert SECRET not in await _text(dispatch, other)
    detail = await dispatch.reply(ada, GetEvent(event_id=EVENT))
    assert isinstance(detail, EventDetail)
    assert detail.revealed_until == done.until
    assert (done.of, done.id, done.events) == ("event", EVENT, [EVENT])
    assert journal(context) == [("content.reveal", f"event:{EVENT}", "done", "ada")]
    assert reasons(context) == [WHY]


async def test_only_that_item_is_shown(dispatch: Dispatch) -> None:
    ada = somebody()
    await dispatch.reply(ada, _ask())
    page = await dispatch.reply(ada, ListEvents())
    assert isinstance(page, EventPage)
    assert [SECRET in row.text for row in page.rows if row.event_id == EVENT] == [True]
    assert [SECRET in row.text for row in page.rows if row.event_id != EVENT] == [False]
    talk = await dispatch.reply(ada, GetConversation(event_id=EVENT))
    assert isinstance(talk, EventPage)
    assert talk.rows[0].text == TEXT


async def test_an_alert_is_revealed_with_its_event(dispatch: Dispatch, context: Context) -> None:
    ada = somebody()
    done = await dispatch.reply(ada, _ask("alert", ALERT[:8]))
    assert isinstance(done, Revealed)
    assert (done.id, done.events) == (ALERT, [EVENT])
    detail = await dispatch.reply(ada, GetAlert(alert_id=ALERT))
    assert isinstance(detail, AlertDetail)
    assert (detail.row.excerpt, detail.spans, detail.revealed_until) == (TEXT, [(20, 30)], done.until)
    assert SECRET in (detail.decoded_text or "")
    assert await _text(dispatch, ada) == TEXT


async def test_the_journal_has_a_hash_and_no_text(dispatch: Dispatch, context: Context) -> None:
    done = await dispatch.reply(somebody(), _ask())
    assert isinstance(done, Revealed)
    assert done.sha256 == sha256(TEXT.encode()).hexdigest()
    rows, _ = context.journal.page()
    written = "".join(path.read_text() for path in context.journal.folder.glob("*.jsonl"))
    assert len(rows) == 1
    assert done.sha256 in written
    assert SECRET not in written
    assert "ignore all" not in written


async def test_the_time_ends_and_so_does_the_capability(dispatch: Dispatch, context: Context) -> None:
    ada = somebody()
    done = await dispatch.reply(ada, _ask())
    assert isinstance(done, Revealed)
    demoted = replace(ada, capabilities=ada.capabilities - {"content.reveal"})
    assert SECRET not in await _text(dispatch, demoted)
    assert context.reveals.view(ada, done.until - 1).events == {EVENT}
    assert not context.reveals.view(ada, done.until).events
    assert not context.reveals.view(ada, done.until - 1).events, "what is over stays over"


def test_a_clock_that_is_set_back_ends_a_reveal() -> None:
    """Else it would be shown for as long as the clock was wrong."""
    reveals = Reveals()
    ada = somebody()
    reveals.reveal(ada, [("event", EVENT)], 1_000, 2_000)
    assert reveals.until(ada, ("event", EVENT), 1_500) == 2_000
    assert reveals.until(ada, ("event", EVENT), 999) == 0


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (_ask(reason="because"), ServiceError),
        (_ask(reason="   a      "), ServiceError),
        (_ask(of="incident"), ServiceError),
        (_ask(name="nothing"), NotFound),
        (_ask("alert", "0000000000"), NotFound),
    ],
)
async def test_what_cannot_be_revealed_is_refused_on_record(
    dispatch: Dispatch, context: Context, ask: RevealContent, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await dispatch.reply(somebody(), ask)
    assert [row[2] for row in journal(context)] == ["failed"]
    assert SECRET not in await _text(dispatch, somebody())


async def test_who_may_not_reveal_is_refused_on_record(dispatch: Dispatch, context: Context) -> None:
    for role in ("viewer", "auditor"):
        with pytest.raises(AccessRefused):
            await dispatch.reply(somebody(role), _ask(command=role))
    assert [row[2] for row in journal(context)] == ["refused", "refused"]


async def test_a_command_that_is_sent_again_reveals_nothing_to_others(dispatch: Dispatch) -> None:
    """Whoever overhears the id of a command has the answer to it, and no content."""
    await dispatch.reply(somebody(), _ask())
    eve = somebody(user="eve")
    await dispatch.reply(eve, _ask())
    assert SECRET not in await _text(dispatch, eve)
