"""One timeline: what was logged, found, done and changed, for those who may see it, in pages that hold still."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.service.incident_parts import act, arrive, now
from tests.service.parts import actor
from tests.store.parts import alert, batch, kept, message

from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.record import Act, Result
from llmsec_tui.errors import AccessRefused, NotFound, ServiceError
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.incidents import log_events
from llmsec_tui.service.incidents.api import AddMarker, GetTimeline
from llmsec_tui.service.incidents.configuration import changes_between
from llmsec_tui.service.incidents.rows import Timeline


@pytest.fixture
async def dispatch(context: Context) -> AsyncIterator[Dispatch]:
    arrive(context, 1)
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


async def _timeline(dispatch: Dispatch, role: str = "owner", **fields: object) -> Timeline:
    ask = GetTimeline(incident_id="INC-1", **fields)  # type: ignore[arg-type]
    reply = await dispatch.reply(actor(role), ask)
    assert isinstance(reply, Timeline)
    return reply


def _journal(context: Context, action: str, result: Result = Result.DONE, about: str = "rules") -> None:
    context.journal.append(Act(actor(), action, about, result, reason="because"))


async def test_everything_that_has_to_do_with_it_is_on_one_timeline(dispatch: Dispatch, context: Context) -> None:
    """A log event, the alert, the opening, what people did, a deploy and a reload, the newest first."""
    await dispatch.reply(actor(), act("acknowledge", note="mine"))
    await dispatch.reply(actor(), act("mark", when=now(), note="here it began"))
    await dispatch.reply(actor(), AddMarker(command_id="m1", kind="deploy", text="v2", app="shop"))
    _journal(context, "rules.reload")
    found = await _timeline(dispatch)
    assert {row.kind for row in found.rows} == {"event", "alert", "act", "mark", "marker", "configuration"}
    assert [row.seq for row in found.rows] == list(range(found.total, 0, -1))
    assert [row.at for row in found.rows] == sorted((row.at for row in found.rows), reverse=True)
    by_kind = {row.kind: row for row in reversed(found.rows)}
    assert (by_kind["event"].what, by_kind["event"].who, by_kind["event"].text) == ("user", "user1", "ignore all")
    assert (by_kind["alert"].what, by_kind["alert"].level) == ("Prompt injection", "critical")
    assert (by_kind["marker"].what, by_kind["marker"].text) == ("deploy shop", "v2")
    assert (by_kind["configuration"].what, by_kind["configuration"].text) == ("rules reloaded", "because")
    assert (by_kind["act"].who, by_kind["act"].what, by_kind["act"].text) == ("ada", "acknowledged, owner ada", "mine")
    assert by_kind["mark"].text == "here it began"


async def test_log_events_are_for_those_who_may_read_them(dispatch: Dispatch) -> None:
    """An auditor sees what was done, and not what users said to a model."""
    assert "event" in {row.kind for row in (await _timeline(dispatch, "viewer")).rows}
    assert "event" not in {row.kind for row in (await _timeline(dispatch, "auditor")).rows}
    assert "event" not in {row.kind for row in (await _timeline(dispatch, "auditor", kinds=["event", "act"])).rows}
    with pytest.raises(AccessRefused, match=r"events\.read"):
        await _timeline(dispatch, "auditor", kinds=["event"])


async def test_only_the_kinds_asked_for_are_there_and_numbered(dispatch: Dispatch) -> None:
    await dispatch.reply(actor(), act("note", note="hm"))
    found = await _timeline(dispatch, kinds=["act"])
    assert [(row.seq, row.what) for row in found.rows] == [
        (2, "noted"),
        (1, "opened by itself, for its level, critical, 1 alert"),
    ]
    with pytest.raises(ServiceError, match="rumour"):
        await _timeline(dispatch, kinds=["rumour"])


async def test_pages_hold_still_while_people_act(dispatch: Dispatch) -> None:
    """What is done meanwhile comes after what was shown, in both directions."""
    for number in range(5):
        await dispatch.reply(actor(), act("note", note=f"n{number}"))
    newest = await _timeline(dispatch, limit=3)
    await dispatch.reply(actor(), act("note", note="n5"))
    older = await _timeline(dispatch, before=newest.rows[-1].seq, limit=100)
    assert [row.seq for row in older.rows] == list(range(newest.rows[-1].seq - 1, 0, -1))
    newer = await _timeline(dispatch, after=newest.rows[0].seq)
    assert [row.text for row in newer.rows] == ["n5"]


async def test_only_changes_near_the_incident_that_were_made_are_on_it(dispatch: Dispatch, context: Context) -> None:
    """What was refused changed nothing, but for a reload: that tells what stayed in force. Reading is no change."""
    _journal(context, "rules.disable", about="rule:r1")
    _journal(context, "rules.enable", Result.REFUSED, "rule:r1")
    _journal(context, "rules.reload", Result.REFUSED)
    _journal(context, "rules.list", Result.REFUSED)
    _journal(context, "incidents.note")
    found = await _timeline(dispatch, kinds=["configuration"])
    assert [(row.what, row.text) for row in reversed(found.rows)] == [
        ("rule turned off", "rule:r1: because"),
        ("rules reloaded, refused", "because"),
    ]
    await dispatch.reply(actor(), act("acknowledge"))
    await dispatch.reply(actor(), act("close", 2, disposition="test", note="a drill", waive_open=True))
    _journal(context, "rules.enable", about="rule:r1")
    assert (await _timeline(dispatch, kinds=["configuration"])).total == 2


async def test_a_long_conversation_is_cut_and_said_to_be(dispatch: Dispatch, context: Context) -> None:
    """Hundreds of messages between two alerts leave room for what people did."""
    talk = [kept(number, message(f"text {number}", "c1", ts=None)) for number in range(100, 500)]
    last = alert(499, conversation_id="c1", user_id="user1", ts=None)
    with context.store.transaction():
        context.store.commit(batch(talk, alerts=[last], at=now()))
        context.desk.take([last["alert_id"]], now())
    found = await _timeline(dispatch, kinds=["event"])
    assert (found.total, found.left_out) == (300, 101)
    assert (await _timeline(dispatch, kinds=["act"])).left_out == 0


async def test_log_events_are_looked_up_again_after_a_while_or_when_the_incident_changes(
    dispatch: Dispatch, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are searched for among all that is stored, and a pane asks every second."""

    async def texts(role: str) -> list[str]:
        return [row.text for row in (await _timeline(dispatch, role, kinds=["event"])).rows]

    def say(number: int) -> None:
        event = kept(number, message(f"text {number}", "c1", ts=None))
        context.store.commit(batch([event], at=now()))

    assert await texts("admin") == ["ignore all"]
    say(50)
    assert await texts("viewer") == ["‹hidden: 10 characters›"], "as it was a moment ago"
    await dispatch.reply(actor(), act("note", note="hm"))
    assert await texts("analyst") == ["text 50", "ignore all"]
    say(51)
    monkeypatch.setattr(log_events, "KEEP_S", 0.0)
    await dispatch.reply(actor(), act("note", note="hm"))
    assert len(await texts("responder")) == 3
    say(52)
    assert len(await texts("admin")) == 4


def test_each_journal_is_read_on_from_where_it_was_read_to(context: Context, tmp_path: Path) -> None:
    """Nothing is told twice, and nothing of another journal."""
    other = Journal.open(tmp_path / "other")
    for number in range(3):
        _journal(context, "rules.reload")
        found = changes_between(context.journal, 0, now(), 10)
        assert len(found) == number + 1
    assert [moment.at for moment in changes_between(context.journal, 0, now(), 2)] == [one.at for one in found][1:]
    assert changes_between(context.journal, now(), now() + 1, 10) == []
    assert changes_between(other, 0, now(), 10) == []
    other.close()


async def test_there_is_no_timeline_of_what_is_not_there(dispatch: Dispatch) -> None:
    with pytest.raises(NotFound):
        await dispatch.reply(actor(), GetTimeline(incident_id="INC-99"))
