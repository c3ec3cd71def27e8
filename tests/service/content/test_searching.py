"""Filters look into texts only for who may search them, and know users by the names that their asker knows."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.service.content.seeing import USER, fill, somebody

from llmsec_tui.access import Actor
from llmsec_tui.errors import AccessRefused
from llmsec_tui.service.api import AlertPage, EventPage, ListAlerts, ListEvents
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.incidents.api import ListIncidents
from llmsec_tui.service.incidents.rows import IncidentPage
from llmsec_tui.service.silences.api import Demand, ListSilences, PreviewSilence
from llmsec_tui.store.pseudonyms import Pseudonyms, is_pseudonym


@pytest.fixture
async def dispatch(context: Context) -> AsyncIterator[Dispatch]:
    fill(context, 1, level="critical", confidence=1.0)
    fill(context, 2, user="somebody.else")
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


async def _found(dispatch: Dispatch, who: Actor, typed: str) -> tuple[int, int, int]:
    events = await dispatch.reply(who, ListEvents(filter=typed))
    alerts = await dispatch.reply(who, ListAlerts(filter=typed))
    incidents = await dispatch.reply(who, ListIncidents(filter=typed))
    assert isinstance(events, EventPage)
    assert isinstance(alerts, AlertPage)
    assert isinstance(incidents, IncidentPage)
    return events.total, alerts.total, incidents.total


async def test_a_pseudonym_finds_its_user_for_everybody(dispatch: Dispatch, context: Context) -> None:
    name = context.store.pseudonyms.of(USER)
    assert is_pseudonym(name)
    for role in ("viewer", "analyst", "owner"):
        assert await _found(dispatch, somebody(role), f"user:{name}") == (1, 1, 1)
        assert await _found(dispatch, somebody(role), name) == (1, 1, 1)
        assert (await _found(dispatch, somebody(role), f"!user:{name}"))[:2] == (1, 1)
        assert await _found(dispatch, somebody(role), "user:user-aaaaaaaaaaaa") == (0, 0, 0)


async def test_who_knows_no_names_cannot_ask_for_them(dispatch: Dispatch) -> None:
    assert await _found(dispatch, somebody("analyst"), f"user:{USER}") == (1, 1, 1)
    assert await _found(dispatch, somebody("viewer"), USER) == (0, 0, 0), "plain words are not looked for there"
    for typed in (f"user:{USER}", "user:/ana/", "user_id:a", f"!user:{USER}", "user:ana"):
        with pytest.raises(AccessRefused, match="by name"):
            await dispatch.reply(somebody("viewer"), ListEvents(filter=typed))
    with pytest.raises(AccessRefused):
        await dispatch.reply(somebody("viewer"), ListEvents(filter="ip:203.0.113.7"))
    with pytest.raises(AccessRefused):
        await dispatch.reply(somebody("viewer"), ListSilences(filter="demands:ana"))
    with pytest.raises(AccessRefused):
        await dispatch.reply(somebody("viewer"), PreviewSilence(demands=[Demand(field="user_id", value="a*")]))


async def test_texts_are_searched_by_who_may(dispatch: Dispatch) -> None:
    for typed in ("text:ignore", "error:x", "text:/ignore.*/", "!text:ignore"):
        await dispatch.reply(somebody("analyst"), ListEvents(filter=typed))
        with pytest.raises(AccessRefused, match=r"content\.search"):
            await dispatch.reply(somebody("viewer"), ListEvents(filter=typed))
    for typed in ("text:ignore", "excerpt:ignore", "reason:says"):
        with pytest.raises(AccessRefused, match=r"content\.search"):
            await dispatch.reply(somebody("auditor"), ListAlerts(filter=typed))
    assert (await _found(dispatch, somebody("analyst"), "ignore"))[:2] == (2, 2)
    assert await _found(dispatch, somebody("viewer"), "ignore") == (0, 0, 0)
    assert (await _found(dispatch, somebody("viewer"), "injection"))[1] == 2, "titles are searched by everybody"


async def test_the_group_of_an_alert_is_found_without_the_users_in_it(dispatch: Dispatch) -> None:
    page = await dispatch.reply(somebody("viewer"), ListAlerts(filter=f"group:{USER}"))
    assert isinstance(page, AlertPage)
    assert page.total == 0
    whole = await dispatch.reply(somebody("analyst"), ListAlerts(filter=f"group:{USER}"))
    assert isinstance(whole, AlertPage)
    assert whole.total == 1


def test_stores_call_one_user_by_different_names() -> None:
    one, other = Pseudonyms(b"1" * 32), Pseudonyms(b"2" * 32)
    assert one.of("ana") == Pseudonyms(b"1" * 32).of("ana") != other.of("ana")
    assert one.of("ana") != one.of("anb")
    assert one.of("ana", "address").startswith("address-")
    assert one.named(one.of("ana"), ["bob", "ana"]) == ["ana"]
    assert one.of("\ud800") != one.of("?"), "what is no text has a name too"
