"""Acts on incidents as they are asked for: capabilities, versions, repeats, and what the journal keeps of them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.service.incident_parts import act, arrive, detail, journal, reasons, row
from tests.service.parts import actor

from llmsec_tui.access import Actor
from llmsec_tui.access.role_file import shipped
from llmsec_tui.errors import AccessRefused, LlmsecError, NotFound, ServiceError, StaleVersion
from llmsec_tui.incidents.acts import ACTS
from llmsec_tui.service.api import Done, ListAlerts
from llmsec_tui.service.commands import AnyCommand
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.incidents.api import (
    AddMarker,
    BulkAct,
    ExportIncident,
    GetDesk,
    GetHandOver,
    GetIncident,
    GetMetrics,
    GetRemedies,
    GetTimeline,
    Item,
    ListIncidents,
    ListMarkers,
    ListNotifications,
    LookAt,
    OpenIncident,
    ReloadPolicy,
)
from llmsec_tui.service.incidents.rows import Bundle, Desk, IncidentPage, Present

IT = "incident:INC-1"


@pytest.fixture
async def dispatch(context: Context) -> AsyncIterator[Dispatch]:
    arrive(context, 1)
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


async def done(dispatch: Dispatch, command: AnyCommand, who: Actor | None = None) -> Done:
    reply = await dispatch.reply(who or actor(), command)
    assert isinstance(reply, Done)
    return reply


async def test_an_act_is_in_the_incident_and_on_record_under_its_own_name(dispatch: Dispatch, context: Context) -> None:
    """The journal says ``incidents.acknowledge``, which act it was, not that there was one."""
    reply = await done(dispatch, act("acknowledge", note="mine"))
    assert (reply.version, reply.audit_seq) == (2, 1)
    assert "INC-1" in reply.message
    found = await row(dispatch, actor())
    assert (found.state, found.owner, found.version) == ("acknowledged", "ada", 2)
    assert journal(context) == [("incidents.acknowledge", IT, "done", "ada")]
    assert reasons(context) == ["mine"]


async def test_a_repeated_act_is_answered_and_not_repeated(dispatch: Dispatch, context: Context) -> None:
    """A console that lost the reply may send its command again, even when the version went on."""
    command = act("acknowledge")
    first = await done(dispatch, command)
    await done(dispatch, act("investigate", 2))
    assert await done(dispatch, command) == first
    assert (await row(dispatch, actor())).state == "investigating"
    assert len(journal(context)) == 2


async def test_an_id_is_of_one_command(dispatch: Dispatch, context: Context) -> None:
    """The reply to a bulk act is none to anything else, and the other way round."""
    await done(dispatch, act("acknowledge", command_id="c1"))
    bulk = BulkAct(command_id="c1", of="incidents", act="note", items=[Item(id="INC-1", version=2)], count=1, note="n")
    with pytest.raises(ServiceError, match="had this id"):
        await dispatch.reply(actor(), bulk)
    assert len(journal(context)) == 1


async def test_on_a_stale_version_one_is_told_what_changed_and_by_whom(dispatch: Dispatch, context: Context) -> None:
    await done(dispatch, act("acknowledge"), actor(user="eve"))
    with pytest.raises(StaleVersion, match="acknowledged by eve"):
        await done(dispatch, act("acknowledge"))
    assert [one[2:] for one in journal(context)] == [("done", "eve"), ("failed", "ada")]


async def test_whoever_lacks_the_capability_of_an_act_is_refused_and_recorded(
    dispatch: Dispatch, context: Context
) -> None:
    """Each act by its own: a viewer may look and watch, an analyst may not assign or run remedies."""
    with pytest.raises(AccessRefused, match=r"incidents\.close"):
        await done(dispatch, act("close", disposition="test", note="n"), actor("viewer"))
    with pytest.raises(AccessRefused, match=r"incidents\.assign"):
        await done(dispatch, act("assign", owner="bob"), actor("analyst"))
    await done(dispatch, act("watch"), actor("viewer"))
    assert (await row(dispatch, actor())).watchers == ["ada"]
    assert [one[:3] for one in journal(context)] == [
        ("incidents.close", IT, "refused"),
        ("incidents.assign", IT, "refused"),
        ("incidents.watch", IT, "done"),
    ]


@pytest.mark.parametrize("name", [name for name in ACTS if name != "export"])
async def test_each_act_takes_exactly_its_capability(dispatch: Dispatch, context: Context, name: str) -> None:
    """Whoever lacks it never gets further than the door, whoever has it does, whatever comes of it then."""
    for role in shipped().roles:
        refused = False
        try:
            await done(dispatch, act(name), actor(role))
        except AccessRefused:
            refused = True
        except LlmsecError:
            refused = False
        assert refused is (ACTS[name].capability not in shipped().roles[role].capabilities)
        assert journal(context)[-1][0] == f"incidents.{name}"


@pytest.mark.parametrize(
    ("command", "error", "said"),
    [
        (act("explode"), ServiceError, "no act 'explode'"),
        (act("export"), ServiceError, "command of its own"),
        (act("acknowledge", incident="INC-99"), NotFound, "INC-99"),
        (act("resolve", note="n"), ServiceError, "INC-1 is new"),
        (act("pin", event_id="0000"), NotFound, "0000"),
        (act("note", note="  "), ServiceError, "note"),
        (act("unpin", pin=3, note="n"), LlmsecError, "pin"),
        (OpenIncident(command_id="o1", alert_ids=[]), ServiceError, "opened of alerts"),
        (OpenIncident(command_id="o1", alert_ids=["0" * 16]), NotFound, "no alert"),
    ],
)
async def test_what_cannot_be_done_is_said_and_on_record(
    dispatch: Dispatch, context: Context, command: Any, error: type[LlmsecError], said: str
) -> None:
    before = await row(dispatch, actor())
    with pytest.raises(error, match=said):
        await dispatch.reply(actor(), command)
    assert (await row(dispatch, actor())).version == before.version
    assert journal(context)[-1][2] == "failed"


async def test_an_act_that_nobody_knows_names_no_record(dispatch: Dispatch, context: Context) -> None:
    """What a client makes up stands in the record's facts, not in its action."""
    with pytest.raises(ServiceError):
        await done(dispatch, act("x" * 5_000))
    (only,) = journal(context)
    assert only[:3] == ("incidents.act", IT, "failed")


async def test_a_false_positive_is_warned_of_where_little_could_be_seen(dispatch: Dispatch, context: Context) -> None:
    """It is closed all the same: who decides is the person."""
    for number in range(2, 5):
        arrive(context, number, seen=False, level="low", confidence=0.1)
    reply = await done(dispatch, act("close", disposition="false_positive", note="n", waive_open=True))
    assert "25% of the texts" in reply.message
    assert (await row(dispatch, actor())).disposition == "false_positive"


async def test_nothing_is_warned_of_where_all_was_seen(dispatch: Dispatch) -> None:
    reply = await done(dispatch, act("close", disposition="false_positive", note="n", waive_open=True))
    assert "of the texts" not in reply.message


async def test_people_open_incidents_of_loose_alerts(dispatch: Dispatch, context: Context) -> None:
    """The reply names the new one, and it is found by its alert too."""
    alert_id = arrive(context, 2, level="low", confidence=0.1)
    reply = await done(dispatch, OpenIncident(command_id="o1", alert_ids=[alert_id], title="Odd", note="n"))
    assert "INC-2" in reply.message
    found = await row(dispatch, actor(), alert_id)
    assert (found.incident_id, found.title, found.how, found.opened_by) == ("INC-2", "Odd", "person", "ada")
    assert journal(context)[-1] == ("incidents.open", "incident:INC-2", "done", "ada")


async def test_an_export_is_on_record_once_and_its_files_can_be_had_again(dispatch: Dispatch, context: Context) -> None:
    """Its act is on the timeline of the incident; the manifest's hash is in the journal."""
    command = ExportIncident(command_id="e1", incident_id="1", formats=["json"])
    first = await dispatch.reply(actor(), command)
    again = await dispatch.reply(actor(), command)
    assert isinstance(first, Bundle)
    assert isinstance(again, Bundle)
    assert [file.name for file in first.files] == [file.name for file in again.files]
    assert first.files[-1].name == "manifest.sha256"
    assert journal(context) == [("incidents.export", IT, "done", "ada")]
    for kind, who, error in (("nonsense", actor(), ServiceError), ("json", actor("viewer"), AccessRefused)):
        with pytest.raises(error):
            await dispatch.reply(who, ExportIncident(command_id=f"e-{kind}", incident_id="1", formats=[kind]))
    assert [one[:3] for one in journal(context)[1:]] == [
        ("incidents.export", IT.replace("INC-", ""), "failed"),
        ("incidents.export", IT.replace("INC-", ""), "refused"),
    ]


async def test_a_policy_is_read_again_when_it_is_told_to(dispatch: Dispatch, context: Context) -> None:
    """A broken one changes nothing, which is a refusal on record."""
    await done(dispatch, ReloadPolicy(command_id="p1"))
    context.policy.path.write_text("opening: {levels: [huge]}\n")
    with pytest.raises(ServiceError):
        await done(dispatch, ReloadPolicy(command_id="p2"))
    assert [one[:3] for one in journal(context)] == [
        ("incidents.reload_policy", "desk:policy", "done"),
        ("incidents.reload_policy", "desk:policy", "refused"),
    ]


async def test_markers_are_on_record_with_what_they_say(dispatch: Dispatch, context: Context) -> None:
    await done(dispatch, AddMarker(command_id="m1", kind="deploy", text="v2", app="shop"))
    assert journal(context) == [("markers.add", "marker:1", "done", "ada")]
    assert reasons(context) == ["v2"]


async def test_who_has_an_incident_open_is_seen_by_others(dispatch: Dispatch) -> None:
    """Presence stands in the queue; looking away ends it."""
    reply = await dispatch.reply(actor(user="eve"), LookAt(incident_id="INC-1"))
    assert reply == Present(others=[])
    assert await dispatch.reply(actor(), LookAt(incident_id="INC-1")) == Present(others=["eve@pts/0"])
    page = await dispatch.reply(actor(), ListIncidents())
    assert isinstance(page, IncidentPage)
    assert page.rows[0].viewers == ["ada@pts/0", "eve@pts/0"]
    await dispatch.reply(actor(user="eve"), LookAt(incident_id=""))
    assert (await row(dispatch, actor())).viewers == ["ada@pts/0"]


async def test_every_query_about_incidents_has_an_answer_of_its_type(dispatch: Dispatch) -> None:
    """Rows of the store fit the replies that consoles decode."""
    name = "INC-1"
    of_one = (GetIncident(incident_id=name), GetTimeline(incident_id=name), GetRemedies(incident_id=name))
    asks = (*of_one, ListIncidents(), GetDesk(), GetMetrics())
    for ask in (*asks, GetHandOver(), ListNotifications(), ListMarkers(), ListAlerts()):
        assert type(await dispatch.reply(actor(), ask)) is ask.reply
    for name in ("inc-1", "1", f"{1:04x}"):
        assert (await row(dispatch, actor(), name)).incident_id == "INC-1"
    found = await detail(dispatch, actor())
    assert [(one.conversation_id, one.n) for one in found.conversations] == [("c1", 1)]
    assert (found.row.users, found.row.apps, found.content_share) == (["user1"], ["shop"], 1.0)


async def test_what_is_ones_own_is_not_shared_with_others_of_the_same_role(dispatch: Dispatch) -> None:
    """Two people who ask at the same moment see each their own number."""
    await done(dispatch, act("acknowledge"))
    ada, eve = await asyncio.gather(
        dispatch.reply(actor(user="ada"), GetDesk()), dispatch.reply(actor(user="eve"), GetDesk())
    )
    assert isinstance(ada, Desk)
    assert isinstance(eve, Desk)
    assert (ada.mine, eve.mine) == (1, 0)
