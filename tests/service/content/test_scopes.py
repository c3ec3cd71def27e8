"""What is outside of somebody's applications or tenants does not exist for them, in whatever they ask or do."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from tests.service.content.seeing import EVENT, fill, somebody
from tests.service.incident_parts import act, journal
from tests.store.parts import alert, named

from llmsec_tui.access import Actor
from llmsec_tui.errors import AccessRefused, NotFound
from llmsec_tui.service.api import (
    AcknowledgeAlert,
    AlertPage,
    AnyAsk,
    EventPage,
    GetAlert,
    GetConversation,
    GetEvent,
    GetOverview,
    GetStatus,
    ListAlerts,
    ListDeadLetters,
    ListEvents,
    ListSources,
    Overview,
    Status,
)
from llmsec_tui.service.content.api import RevealContent
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.incidents.api import (
    ActOnIncident,
    BulkAct,
    ExportIncident,
    GetDesk,
    GetIncident,
    GetMetrics,
    GetTimeline,
    Item,
    ListIncidents,
    ListNotifications,
    LookAt,
    OpenIncident,
)
from llmsec_tui.service.incidents.rows import Desk, IncidentPage
from llmsec_tui.service.rules.explain_api import Explain
from llmsec_tui.service.silences.api import AddSilence, Demand

MINE, OTHER = str(alert(1)["alert_id"]), str(alert(2)["alert_id"])
SHOP = somebody("responder", apps=("shop",))
TENANT = somebody("responder", tenants=("t1",))
BOTH = somebody("responder", apps=("shop",), tenants=("t1",))


@pytest.fixture
async def dispatch(context: Context) -> AsyncIterator[Dispatch]:
    """Three events with an alert and an incident each: of shop and t1, of bank and t2, of shop and t2."""
    for number, app, tenant, user in (
        (1, "shop", "t1", "ana.one"),
        (2, "bank", "t2", "bea.two"),
        (3, "shop", "t2", "cora.three"),
    ):
        # Alerts that say the same would be one campaign, and one incident.
        words = {"excerpt": f"{user} says something of their own {number}", "decoded_text": None}
        fill(context, number, app, tenant, user=user, level="critical", confidence=1.0, **words)
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


async def _events(dispatch: Dispatch, who: Actor) -> list[str]:
    page = await dispatch.reply(who, ListEvents())
    assert isinstance(page, EventPage)
    assert page.total == len(page.rows)
    return [row.event_id for row in page.rows]


async def _alerts(dispatch: Dispatch, who: Actor, typed: str = "") -> list[str]:
    page = await dispatch.reply(who, ListAlerts(filter=typed))
    assert isinstance(page, AlertPage)
    assert page.total == len(page.rows)
    return [row.alert_id for row in page.rows]


async def test_lists_hold_what_is_inside_and_count_it(dispatch: Dispatch) -> None:
    assert await _events(dispatch, SHOP) == [named(3), named(1)]
    assert await _events(dispatch, TENANT) == [named(1)]
    assert await _events(dispatch, BOTH) == [named(1)]
    assert await _alerts(dispatch, SHOP) == [alert(3)["alert_id"], MINE]
    assert await _alerts(dispatch, TENANT, "level:critical") == [MINE]
    assert await _alerts(dispatch, somebody("responder", apps=("none",))) == []
    assert len(await _events(dispatch, somebody("responder"))) == 3


async def test_figures_count_what_is_inside(dispatch: Dispatch) -> None:
    seen = await dispatch.reply(TENANT, GetOverview())
    desk = await dispatch.reply(TENANT, GetDesk())
    incidents = await dispatch.reply(TENANT, ListIncidents())
    status = await dispatch.reply(TENANT, GetStatus())
    assert isinstance(seen, Overview)
    assert isinstance(desk, Desk)
    assert isinstance(incidents, IncidentPage)
    assert isinstance(status, Status)
    assert (seen.events, seen.conversations, seen.dead_letters, seen.incidents_open) == (1, 1, 0, 1)
    assert seen.open_by_level["critical"] == 1
    assert [row.alert_id for row in seen.latest] == [MINE]
    assert (desk.open, incidents.total, status.alerts_seq, status.events_seq) == (1, 1, 1, 1)


OUTSIDE: list[AnyAsk] = [
    GetAlert(alert_id=OTHER),
    GetEvent(event_id=named(2)),
    GetConversation(event_id=named(2)),
    GetIncident(incident_id="INC-2"),
    GetIncident(incident_id=OTHER),
    GetTimeline(incident_id="2"),
    LookAt(incident_id="INC-2"),
    Explain(event_id=OTHER),
    AcknowledgeAlert(command_id="a", alert_id=OTHER, version=1),
    OpenIncident(command_id="b", alert_ids=[MINE, OTHER]),
    act("acknowledge", incident="INC-2"),
    ActOnIncident(command_id="c", act="link", incident_id="INC-1", incident="INC-2", note="n", version=1),
    ActOnIncident(command_id="d", act="pin", incident_id="INC-1", event_id=named(2)),
    BulkAct(
        command_id="e", of="incidents", act="acknowledge", items=[Item(id="INC-2", version=1)], count=1, note="because"
    ),
    BulkAct(command_id="f", of="alerts", act="dismiss", items=[Item(id=OTHER, version=1)], count=1, note="because"),
    ExportIncident(command_id="g", incident_id="INC-2"),
    RevealContent(command_id="h", of="event", id=named(2), reason="I want to see it"),
    RevealContent(command_id="i", of="alert", id=OTHER, reason="I want to see it"),
]


@pytest.mark.parametrize("who", [SHOP, TENANT, BOTH], ids=["app", "tenant", "both"])
async def test_what_is_outside_is_not_there(dispatch: Dispatch, context: Context, who: Actor) -> None:
    """It is told with the words for what never was; that a command was tried is on record."""
    for ask in OUTSIDE:
        before = len(journal(context))
        with pytest.raises(NotFound):
            await dispatch.reply(who, ask)
        done = journal(context)[before:]
        assert all(result != "done" for _, _, result, _ in done), ask
        assert len(done) == (1 if hasattr(ask, "command_id") else 0), ask


async def test_no_answer_names_anybody_outside(dispatch: Dispatch) -> None:
    asks: list[AnyAsk] = [
        *(ListEvents(), ListAlerts(), GetOverview(), ListSources(), ListDeadLetters(), ListIncidents()),
        *(GetMetrics(), ListNotifications(), GetAlert(alert_id=MINE), GetIncident(incident_id="INC-1")),
        *(GetTimeline(incident_id="INC-1"), GetEvent(event_id=EVENT), GetStatus()),
        ExportIncident(command_id="x1", incident_id="INC-1", formats=["json", "markdown"]),
    ]
    for ask in asks:
        said = msgspec.json.encode(await dispatch.reply(TENANT, ask)).decode()
        assert "bea.two" not in said, ask
        assert "cora.three" not in said, ask
        assert "bank" not in said, ask


async def test_an_incident_across_a_border_is_for_who_sees_both_sides(dispatch: Dispatch) -> None:
    merged = ActOnIncident(command_id="m", act="merge", incident_id="INC-2", incident="INC-1", note="same", version=1)
    await dispatch.reply(somebody("owner"), merged)
    with pytest.raises(NotFound):
        await dispatch.reply(SHOP, GetIncident(incident_id="INC-1"))
    page = await dispatch.reply(somebody("owner"), ListIncidents())
    assert isinstance(page, IncidentPage)
    assert "INC-1" in {row.incident_id for row in page.rows}


async def test_a_silence_reaches_no_further_than_its_author_sees(dispatch: Dispatch) -> None:
    until = 4_000_000_000_000_000
    for demands in ([Demand(field="rule_id", value="*")], [Demand(field="app", value="*")]):
        with pytest.raises(AccessRefused, match="reaches no further"):
            await dispatch.reply(SHOP, AddSilence(command_id="s1", demands=demands, until=until, note="noise"))


async def test_acts_inside_are_done(dispatch: Dispatch) -> None:
    await dispatch.reply(TENANT, AcknowledgeAlert(command_id="ok", alert_id=MINE, version=1))
    assert await _alerts(dispatch, TENANT, "state:acknowledged") == [MINE]
