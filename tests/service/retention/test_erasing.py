"""Erasing: what was written is gone from every reply and counted, the rest stays, and what is held is refused."""

import asyncio
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from tests.end_to_end.collectors import until
from tests.service.content.seeing import ALERT, EMAIL, EVENT, SECRET, TEXT, USER, fill, somebody
from tests.service.parts import actor, peer
from tests.store.parts import NOW, batch, delta, kept, message, named

from llmsec_tui.access import Actor, acting
from llmsec_tui.access.role_file import shipped
from llmsec_tui.audit.verify import verify
from llmsec_tui.errors import AccessRefused, ApprovalNeeded, LlmsecError, NotFound, ServiceError
from llmsec_tui.service.access.api import Approve
from llmsec_tui.service.api import Done, GetAlert, GetEvent, ListSources
from llmsec_tui.service.commands import carry_out
from llmsec_tui.service.context import Context
from llmsec_tui.service.courtesy import Courtesy
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.handlers import answer
from llmsec_tui.service.incidents.api import ActOnIncident
from llmsec_tui.service.retention.api import (
    EraseContent,
    GetRetention,
    HoldContent,
    PreviewErasure,
    ReleaseHold,
    RetentionCommand,
    RetentionState,
    RunRetention,
    SetRetention,
)
from llmsec_tui.service.rules.explain_api import Explain
from llmsec_tui.store.retention import DAY_US

WHY = "request 17 of the person"
_numbers = iter(range(1_000_000))


def do(context: Context, command: RetentionCommand, by: Actor | None = None) -> Done:
    return carry_out(context, by or actor(), command)


def look(context: Context, ask: Any) -> Any:
    with closing(context.store.reader()) as reader:
        return answer(context, reader, ask, actor())


def erase(of: str, name: str) -> EraseContent:
    return EraseContent(command_id=f"e{next(_numbers)}", of=of, id=name, reason=WHY)


def hold(of: str, name: str) -> HoldContent:
    return HoldContent(command_id=f"h{next(_numbers)}", of=of, id=name, reason="the case of Monday")


def release(name: str) -> ReleaseHold:
    return ReleaseHold(command_id=f"r{next(_numbers)}", hold_id=name, note="the case is closed")


def retain(days: int) -> SetRetention:
    return SetRetention(command_id=f"s{next(_numbers)}", days=days, note="as the policy says")


def state_of(context: Context, event: str) -> str:
    return str(look(context, GetEvent(event_id=event)).row.content_state)


def everything(context: Context, table: str) -> str:
    """All rows of a table of the store, as text."""
    with closing(context.store.reader()) as reader:
        return "\n".join(map(repr, reader._cursor.table(table).fetchall()))


def test_an_erased_event_says_so_and_nothing_of_what_was_written_is_left(context: Context) -> None:
    fill(context)
    done = do(context, erase("event", EVENT))
    assert "the content of 1 event" in done.message
    detail = look(context, GetEvent(event_id=EVENT))
    assert (detail.row.content_state, detail.row.text, detail.row.user_id) == ("erased", "", USER)
    assert detail.erased.author == "ada"
    assert detail.erased.reason == WHY
    assert not {"content_sha256", "attrs", "error_message"} & detail.fields.keys()
    alerted = look(context, GetAlert(alert_id=ALERT))
    assert (alerted.row.excerpt, alerted.reason, alerted.decoded_text, alerted.spans) == ("", "", None, [])
    for table in ("events", "contents", "alerts", "erasures", "incident_events", "incidents", "commands"):
        left = everything(context, table)
        assert SECRET not in left, table
        assert EMAIL not in left, table


def test_a_text_that_others_have_too_stays_for_them(context: Context) -> None:
    fill(context, 1)
    fill(context, 2)
    assert "1 text that other events have too stay" in do(context, erase("conversation", "c1")).message
    assert (state_of(context, named(1)), state_of(context, named(2))) == ("erased", "present")
    assert look(context, GetEvent(event_id=named(2))).row.text == TEXT
    do(context, erase("event", named(2)))
    assert SECRET not in everything(context, "contents")


def test_of_a_user_the_name_goes_too_and_what_was_answered_them(context: Context) -> None:
    answered = message("here you are, ana", "c1", user_id=None)
    other = message("something else", "c2", user_id=None)
    fill(context, 1)
    fill(context, 2, user="bea")
    context.store.commit(batch([kept(3, answered), kept(4, other)], at=NOW))
    do(context, erase("user", USER))
    assert [state_of(context, named(n)) for n in (1, 2, 3, 4)] == ["erased", "present", "erased", "present"]
    for table in ("events", "alerts", "erasures", "contents"):
        assert USER not in everything(context, table), table
    assert look(context, GetEvent(event_id=EVENT)).row.user_id is None


def test_of_a_log_what_could_not_be_read_goes_too(context: Context) -> None:
    fill(context)
    do(context, hold("source", "/logs/a.jsonl"))
    with pytest.raises(ServiceError, match="H-1"):
        do(context, erase("event", EVENT))
    do(context, release("1"))
    assert "1 excerpt of what could not be read" in do(context, erase("source", "/logs/a.jsonl")).message
    assert "oh no" not in everything(context, "dead_letters")
    assert state_of(context, EVENT) == "erased"


def test_coverage_counts_what_was_erased(context: Context) -> None:
    events = [kept(n, message(f"text {n}", f"c{n}")) for n in (1, 2, 3)]
    context.store.commit(batch(events, stats=[delta(events=3, content_yes=3)]))
    do(context, erase("event", named(2)))
    [source] = look(context, ListSources()).rows
    assert (source.content_yes, source.content_no) == (2, {"erased": 1})


@pytest.mark.parametrize(
    ("of", "name"),
    [
        ("event", EVENT),
        ("conversation", "c1"),
        ("user", USER),
        ("app", "shop"),
        ("incident", "INC-1"),
        ("source", "/logs/a.jsonl"),
    ],
)
def test_what_is_held_is_not_erased_until_the_hold_is_released(context: Context, of: str, name: str) -> None:
    fill(context, level="critical")
    assert look(context, GetAlert(alert_id=ALERT)).row.incident_id == "INC-1"
    do(context, hold(of, name))
    for target in (("event", EVENT), ("conversation", "c1"), ("user", USER)):
        with pytest.raises(ServiceError, match=f"held by H-1 \\(of {of}, by ada\\)"):
            do(context, erase(*target))
    assert [one.hold_id for one in look(context, PreviewErasure(of="event", id=EVENT)).held] == ["H-1"]
    do(context, release("h-1"))
    with pytest.raises(ServiceError, match="released by ada already"):
        do(context, release("H-1"))
    do(context, erase("event", EVENT))


def test_a_hold_on_an_incident_outlives_that_it_is_merged(context: Context) -> None:
    fill(context, 1, level="critical")
    fill(context, 2, level="critical", app="bank", user="bea", excerpt="another thing entirely", decoded_text=None)
    do(context, hold("incident", "1"))
    merged = ActOnIncident(
        command_id="m", incident_id="INC-1", act="merge", incident="INC-2", version=1, note="the same attack"
    )
    carry_out(context, actor(), merged)
    assert look(context, GetAlert(alert_id=ALERT)).row.incident_id == "INC-2"
    with pytest.raises(ServiceError, match="held by H-1"):
        do(context, erase("event", EVENT))


def test_a_hold_keeps_what_is_yet_to_come(context: Context) -> None:
    do(context, hold("user", USER))
    fill(context)
    with pytest.raises(ServiceError, match="H-1"):
        do(context, erase("event", EVENT))


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (erase("app", "shop"), "no 'app' of content"),
        (erase("event", ""), "Say of which event"),
        (erase("event", "unknown"), "nothing left to erase"),
        (EraseContent(command_id="x1", of="event", id=EVENT, reason="no"), "with a reason of 8"),
        (HoldContent(command_id="x2", of="event", id=EVENT, reason=" "), "with a reason of 8"),
        (hold("incident", "INC-9"), "no incident"),
        (hold("event", "unknown"), "no event"),
        (ReleaseHold(command_id="x3", hold_id="H-9", note="there is none"), "no hold H-9"),
        (SetRetention(command_id="x4", days=-1, note="as the policy says"), "1 to 36,500 days"),
        (RunRetention(command_id="x5"), "kept for ever"),
    ],
)
def test_what_makes_no_sense_is_refused_and_on_record(context: Context, command: RetentionCommand, why: str) -> None:
    with pytest.raises(LlmsecError, match=why):
        do(context, command)
    [last] = context.journal.page(limit=1)[0]
    assert last["result"] == "failed"


def test_the_journal_has_counts_and_hashes_and_no_names_and_stays_whole(context: Context, tmp_path: Path) -> None:
    fill(context)
    do(context, hold("user", USER))
    with pytest.raises(ServiceError):
        do(context, erase("user", USER))
    do(context, release("H-1"))
    do(context, erase("user", USER))
    records = b"".join(one.read_bytes() for one in sorted((tmp_path / "home" / "audit").glob("*.jsonl"))).decode()
    assert '"contents":1' in records
    assert '"asked_sha256"' in records
    for text in (USER, SECRET, EMAIL):
        assert text not in records
    assert verify(tmp_path / "home" / "audit").ok


def test_an_erasure_that_is_sent_again_is_done_once(context: Context) -> None:
    fill(context)
    command = erase("event", EVENT)
    assert do(context, command) == do(context, command)


def test_a_rule_cannot_judge_what_was_erased(context: Context) -> None:
    fill(context)
    do(context, erase("event", EVENT))
    with closing(context.store.reader()) as reader:
        events = reader.judged_event(EVENT)
    assert events.events["content_state"].to_list() == ["erased"]
    assert events.contents.is_empty()
    with pytest.raises(NotFound):
        look(context, Explain(event_id=EVENT, rule="unknown"))


def expire(context: Context, most: int = 5_000) -> int:
    return context.expiry.run(context.store, context.journal, Courtesy(), most)


def test_content_expires_when_it_is_too_old_and_not_held(context: Context) -> None:
    for number in range(1, 8):
        fill(context, number)
    fresh = message("something new", "new", ts=NOW + 40_000 * DAY_US)
    context.store.commit(batch([kept(9, fresh)], at=NOW + 40_000 * DAY_US))
    assert expire(context) == 0
    do(context, hold("conversation", "c3"))
    do(context, retain(30))
    assert look(context, GetRetention()).due == 6
    assert look(context, GetRetention()).due_held == 1
    assert expire(context, most=4) == 6
    states = [state_of(context, named(number)) for number in (1, 2, 3, 7, 9)]
    assert states == ["erased", "erased", "present", "erased", "present"]
    assert "oh no" not in everything(context, "dead_letters")
    state = look(context, GetRetention())
    assert (state.due, state.due_held, state.erased_events, state.days, state.set_by) == (0, 1, 6, 30, "ada")
    assert state.rewrite_since is not None
    slices = [row for row in context.journal.page()[0] if row["action"] == "retention.expire"]
    assert len(slices) == 2
    assert expire(context) == 0


async def test_how_long_content_is_kept_can_take_two_people(context: Context) -> None:
    """By the mechanism that all acts go through: asked, approved by somebody else, and then done."""
    roles = context.access.roles
    roles.accept(replace(roles.now, four_eyes=frozenset({"retention.set"})))
    ada, bob = (
        acting(peer(uid, user, loginuid=uid), shipped().roles["admin"]) for uid, user in ((1, "ada"), (2, "bob"))
    )
    dispatch = Dispatch(context)
    with pytest.raises(ApprovalNeeded, match="A-1"):
        await dispatch.reply(ada, retain(30))
    assert context.store.kept().days == 0
    await dispatch.reply(bob, Approve(command_id="yes", approval_id="A-1", note="fine"))
    await dispatch.reply(ada, retain(30))
    assert context.store.kept().days == 30
    await asyncio.to_thread(dispatch.close)


def test_the_thread_expires_when_it_is_woken_and_says_when_it_cannot(context: Context) -> None:
    fill(context)
    do(context, retain(30))
    expiry = context.expiry
    expiry.start(context.store, context.journal, Courtesy())
    try:
        do(context, RunRetention(command_id="now"))
        until(lambda: state_of(context, EVENT) == "erased")
        context.journal.close()
        fill(context, 2)
        expiry.wake()
        until(lambda: expiry.problem)
        assert "cannot be erased" in look(context, GetRetention()).problem
        assert state_of(context, named(2)) == "present", "without a record nothing is erased"
    finally:
        expiry.stop()


async def test_what_reaches_out_of_a_scope_can_be_neither_erased_nor_held(context: Context) -> None:
    fill(context, 1, app="shop")
    fill(context, 2, app="bank", user="bea")
    fill(context, 3, app="bank")
    dispatch = Dispatch(context)
    narrow = somebody("owner", apps=("shop",))
    with pytest.raises(NotFound):
        await dispatch.reply(narrow, erase("event", named(2)))
    with pytest.raises(AccessRefused, match="further than your scope"):
        await dispatch.reply(narrow, erase("user", USER))
    with pytest.raises(AccessRefused, match="more than your scope"):
        await dispatch.reply(narrow, retain(1))
    await dispatch.reply(narrow, hold("app", "shop"))
    with pytest.raises(NotFound):
        await dispatch.reply(narrow, hold("app", "bank"))
    assert state_of(context, named(3)) == "present"
    with pytest.raises(AccessRefused):
        await dispatch.reply(somebody("responder"), erase("event", named(3)))
    seen = cast(RetentionState, await dispatch.reply(somebody("viewer"), GetRetention()))
    assert [one.id for one in seen.holds] == ["shop"]
    await asyncio.to_thread(dispatch.close)
