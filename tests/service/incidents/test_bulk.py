"""One act on many things: what is not even begun, and what is done or refused one by one."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from tests.service.incident_parts import act, arrive, journal, row
from tests.service.parts import actor

from llmsec_tui.errors import AccessRefused, LlmsecError, ServiceError
from llmsec_tui.incidents.acts import ACTS
from llmsec_tui.service.api import AlertPage, Done, ListAlerts
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.incidents.api import BulkAct, HandOver, Item
from llmsec_tui.service.incidents.bulk import ON_INCIDENTS
from llmsec_tui.service.incidents.rows import BulkDone

MANY = 4


@pytest.fixture
async def dispatch(context: Context) -> AsyncIterator[Dispatch]:
    """Four new incidents."""
    for number in range(1, MANY + 1):
        arrive(context, number)
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


def items(*numbers: int, version: int = 1) -> list[Item]:
    return [Item(id=f"INC-{number}", version=version) for number in numbers]


def bulk(act: str, chosen: Sequence[Item], **fields: Any) -> BulkAct:
    given = {"command_id": "b1", "of": "incidents", "count": len(chosen), "note": "n", **fields}
    return BulkAct(act=act, items=list(chosen), **given)


async def carried_out(dispatch: Dispatch, command: BulkAct | HandOver, who: Any = None) -> BulkDone:
    reply = await dispatch.reply(who or actor(), command)
    assert isinstance(reply, BulkDone)
    return reply


async def test_each_item_is_an_act_of_its_own_with_a_record_of_its_own(dispatch: Dispatch, context: Context) -> None:
    """And the whole has one too, after them."""
    reply = await carried_out(dispatch, bulk("acknowledge", items(1, 2, 3)))
    assert [(one.name, one.done) for one in reply.results] == [(f"INC-{n}", True) for n in (1, 2, 3)]
    assert [(await row(dispatch, actor(), f"INC-{n}")).owner for n in range(1, 5)] == ["ada"] * 3 + [""]
    assert [one[:3] for one in journal(context)] == [
        *(("incidents.acknowledge", f"incident:INC-{number}", "done") for number in (1, 2, 3)),
        ("incidents.bulk", "incidents", "done"),
    ]
    assert reply.audit_seq == 4


async def test_an_item_that_is_refused_does_not_stop_the_others(dispatch: Dispatch, context: Context) -> None:
    """What somebody else did in the meantime, and what is not there, is told for that item only."""
    await dispatch.reply(actor(user="eve"), act("acknowledge", 1, "INC-2"))
    reply = await carried_out(dispatch, bulk("acknowledge", [*items(1, 2), Item(id="INC-77", version=1), *items(3)]))
    assert [one.done for one in reply.results] == [True, False, False, True]
    assert "eve" in reply.results[1].message
    assert "INC-77" in reply.results[2].message
    assert "2 of 4" in reply.message
    assert (await row(dispatch, actor(), "INC-2")).owner == "eve"
    assert [one[2] for one in journal(context)[1:]] == ["done", "failed", "failed", "done", "done"]


async def test_a_repeated_bulk_act_is_answered_and_not_repeated(dispatch: Dispatch, context: Context) -> None:
    command = bulk("acknowledge", items(1, 2))
    first = await carried_out(dispatch, command)
    assert await carried_out(dispatch, command) == first
    assert len(journal(context)) == 3


async def test_the_same_bulk_act_twice_at_once_does_each_thing_once(dispatch: Dispatch, context: Context) -> None:
    """Whoever waited too long and sent it again gets what the first one gave."""
    command = bulk("acknowledge", items(1, 2, 3, 4))
    first, second = await asyncio.gather(carried_out(dispatch, command), carried_out(dispatch, command))
    assert first == second
    assert len(journal(context)) == MANY + 1


async def test_others_get_their_turn_in_between(dispatch: Dispatch, context: Context) -> None:
    """A long bulk act does not keep the desk waiting."""
    whole = asyncio.create_task(carried_out(dispatch, bulk("acknowledge", items(1, 2, 3))))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    other = await dispatch.reply(actor(user="eve"), act("acknowledge", 1, "INC-4"))
    assert isinstance(other, Done)
    assert other.audit_seq < (await whole).audit_seq


@pytest.mark.parametrize(
    ("command", "error", "said"),
    [
        (bulk("acknowledge", items(1, 2), count=3), ServiceError, "These are 2, and 3 was typed"),
        (bulk("acknowledge", []), ServiceError, "nothing to do"),
        (bulk("acknowledge", items(1, 2, 1)), ServiceError, "INC-1 is named twice"),
        (bulk("acknowledge", [*items(1), Item(id="1", version=1)]), ServiceError, "named twice"),
        (bulk("merge", items(1, 2)), ServiceError, "cannot be done to many"),
        (bulk("export", items(1)), ServiceError, "cannot be done to many"),
        (bulk("explode", items(1)), ServiceError, "cannot be done to many"),
        (bulk("acknowledge", items(1), of="users"), ServiceError, "many users"),
        (bulk("acknowledge", items(*range(1, 2_000))), AccessRefused, "may change at most"),
    ],
)
async def test_what_makes_no_sense_is_not_even_begun(
    dispatch: Dispatch, context: Context, command: BulkAct, error: type[LlmsecError], said: str
) -> None:
    """Nothing was done, and that somebody tried is on record."""
    with pytest.raises(error, match=said):
        await carried_out(dispatch, command)
    assert (await row(dispatch, actor())).state == "new"
    result = "refused" if error is AccessRefused else "failed"
    assert [one[:3] for one in journal(context)] == [("incidents.bulk", "incidents", result)]


async def test_it_takes_the_capability_of_the_act_as_well_as_that_of_bulk_acts(
    dispatch: Dispatch, context: Context
) -> None:
    """An analyst may do much at once, and assign nothing; a viewer may watch, and only one by one."""
    with pytest.raises(AccessRefused, match=r"incidents\.assign"):
        await carried_out(dispatch, bulk("assign", items(1), owner="bob"), actor("analyst"))
    with pytest.raises(AccessRefused, match=r"incidents\.bulk"):
        await carried_out(dispatch, bulk("watch", items(1)), actor("viewer"))
    with pytest.raises(AccessRefused, match=r"alerts\.dismiss"):
        await carried_out(dispatch, bulk("dismiss", items(1), of="alerts"), actor("viewer"))
    await carried_out(dispatch, bulk("acknowledge", items(1)), actor("analyst"))
    assert [one[::2] for one in journal(context)[:3]] == [
        ("incidents.assign", "refused"),
        ("incidents.bulk", "refused"),
        ("alerts.dismiss", "refused"),
    ]


async def test_many_alerts_are_dismissed_at_once(dispatch: Dispatch, context: Context) -> None:
    """Each on the version that was seen, each with the reason."""
    page = await dispatch.reply(actor(), ListAlerts())
    assert isinstance(page, AlertPage)
    chosen = [Item(id=one.alert_id, version=one.version) for one in page.rows]
    chosen[1] = Item(id=chosen[1].id, version=9)
    reply = await carried_out(dispatch, bulk("dismiss", chosen, of="alerts", note="noise"))
    assert [one.done for one in reply.results] == [True, False, True, True]
    after = await dispatch.reply(actor(), ListAlerts(filter="state:dismissed"))
    assert isinstance(after, AlertPage)
    assert after.total == MANY - 1
    assert journal(context)[0][0] == "alerts.dismiss"


async def test_a_dismissal_of_many_takes_a_reason(dispatch: Dispatch) -> None:
    page = await dispatch.reply(actor(), ListAlerts())
    assert isinstance(page, AlertPage)
    chosen = [Item(id=one.alert_id, version=one.version) for one in page.rows]
    reply = await carried_out(dispatch, bulk("dismiss", chosen, of="alerts", note=" "))
    assert not any(one.done for one in reply.results)


async def test_all_that_is_mine_is_handed_over(dispatch: Dispatch, context: Context) -> None:
    """What is new, closed or somebody else's stays where it is."""
    await carried_out(dispatch, bulk("acknowledge", items(1, 2, 3)))
    closing = act("close", 2, "INC-3", disposition="test", note="n", waive_open=True)
    await dispatch.reply(actor(), closing)
    await dispatch.reply(actor(user="eve"), act("acknowledge", 1, "INC-4"))
    reply = await carried_out(dispatch, HandOver(command_id="h1", to="bob", note="night shift"))
    assert [one.name for one in reply.results] == ["INC-1", "INC-2"]
    owners = [(await row(dispatch, actor(), f"INC-{number}")).owner for number in range(1, 5)]
    assert owners == ["bob", "bob", "ada", "eve"]
    assert [one[0] for one in journal(context)[-3:]] == ["incidents.hand_over"] * 3
    for to, said in (("", "somebody else"), ("ada", "somebody else"), ("bob", "nothing to hand over")):
        with pytest.raises(ServiceError, match=said):
            await carried_out(dispatch, HandOver(command_id=f"h-{to}", to=to))


def test_what_can_be_done_to_many_needs_no_more_than_the_command_can_say() -> None:
    """An act that needs a task or another incident would fail for each."""
    assert {"acknowledge", "assign", "close", "note", "take_over", "watch"} <= ON_INCIDENTS
    assert not ON_INCIDENTS & {"merge", "split", "finish_task", "run", "start_duty", "export"}
    assert set(ACTS) >= ON_INCIDENTS
