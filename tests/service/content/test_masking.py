"""No answer holds what its asker may not see, whatever was asked."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from tests.service.content.seeing import ALERT, EMAIL, EVENT, SECRET, TEXT, USER, fill, somebody
from tests.service.incident_parts import act
from tests.store.parts import alert

from llmsec_tui.access import Actor, ContentLevel
from llmsec_tui.errors import AccessRefused
from llmsec_tui.service.api import (
    AlertDetail,
    AnyAsk,
    EventDetail,
    EventPage,
    GetAlert,
    GetConversation,
    GetEvent,
    GetOverview,
    ListAlerts,
    ListDeadLetters,
    ListEvents,
)
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.incidents.api import (
    ExportIncident,
    GetHandOver,
    GetIncident,
    GetRemedies,
    GetTimeline,
    ListIncidents,
)
from llmsec_tui.service.incidents.rows import Bundle
from llmsec_tui.service.silences.api import Demand, PreviewSilence

QUESTIONS: list[AnyAsk] = [
    GetOverview(),
    ListAlerts(),
    ListAlerts(grouped=True),
    GetAlert(alert_id=ALERT),
    ListEvents(),
    ListEvents(text_chars=34),
    GetEvent(event_id=EVENT),
    GetConversation(event_id=EVENT),
    ListDeadLetters(),
    ListIncidents(),
    GetIncident(incident_id="INC-1"),
    GetTimeline(incident_id="INC-1"),
    GetRemedies(incident_id="INC-1"),
    GetHandOver(),
    PreviewSilence(demands=[Demand(field="app", value="shop")]),
]


@pytest.fixture
async def dispatch(context: Context) -> AsyncIterator[Dispatch]:
    fill(context, level="critical", confidence=1.0)
    made = Dispatch(context)
    await made.reply(somebody("owner"), act("note", note=f"ask {EMAIL} about {SECRET}"))
    yield made
    await asyncio.to_thread(made.close)


async def _said(dispatch: Dispatch, who: Actor, ask: AnyAsk) -> str:
    try:
        reply = await dispatch.reply(who, ask)
    except AccessRefused:
        return ""
    return msgspec.json.encode(reply).decode()


@pytest.mark.parametrize("ask", QUESTIONS, ids=lambda ask: type(ask).__name__)
async def test_nothing_private_is_in_any_answer(dispatch: Dispatch, ask: AnyAsk) -> None:
    for role in ("viewer", "auditor", "analyst", "responder", "admin"):
        said = await _said(dispatch, somebody(role), ask)
        assert SECRET not in said, role
        assert "KIAIOS" not in said, role
        assert EMAIL not in said, role
        assert "eve@example.org" not in said, role
    for role in ("viewer", "auditor"):
        said = await _said(dispatch, somebody(role), ask)
        assert USER not in said, role
        assert "203.0.113.7" not in said, role
        assert "ignore all" not in said, role
    nameless = somebody("analyst", content=ContentLevel.FULL, identities=False)
    assert USER not in await _said(dispatch, nameless, ask)


async def test_the_owner_sees_everything(dispatch: Dispatch) -> None:
    event = await dispatch.reply(somebody("owner"), GetEvent(event_id=EVENT))
    alert = await dispatch.reply(somebody("owner"), GetAlert(alert_id=ALERT))
    assert isinstance(event, EventDetail)
    assert isinstance(alert, AlertDetail)
    assert (event.row.text, event.fields["user_id"], alert.row.excerpt) == (TEXT, USER, TEXT)
    assert alert.spans == [(20, 30)]


async def test_what_is_hidden_says_how_long_it_is(dispatch: Dispatch) -> None:
    reply = await dispatch.reply(somebody("viewer"), ListEvents(text_chars=5))
    assert isinstance(reply, EventPage)
    assert reply.rows[0].text == f"‹hidden: {len(TEXT)} characters›"
    assert reply.rows[0].n_chars == len(TEXT)


async def test_marks_stand_where_something_was_and_spans_point_at_the_same_words(dispatch: Dispatch) -> None:
    event = await dispatch.reply(somebody("analyst"), GetEvent(event_id=EVENT))
    alert = await dispatch.reply(somebody("analyst"), GetAlert(alert_id=ALERT))
    assert isinstance(event, EventDetail)
    assert isinstance(alert, AlertDetail)
    assert event.row.text == "to ‹email›: ignore all, the key is ‹key›"
    assert [event.row.text[start:end] for start, end in alert.spans] == [TEXT[20:30]] == ["ignore all"]
    hidden = await dispatch.reply(somebody("viewer"), GetAlert(alert_id=ALERT))
    assert isinstance(hidden, AlertDetail)
    assert hidden.spans == []


async def test_a_pseudonym_is_the_same_everywhere(dispatch: Dispatch, context: Context) -> None:
    name = context.store.pseudonyms.of(USER)
    for ask in (ListEvents(), ListAlerts(), GetEvent(event_id=EVENT), GetIncident(incident_id="INC-1")):
        assert name in await _said(dispatch, somebody("viewer"), ask)


async def test_an_answer_is_not_shared_with_who_sees_less(dispatch: Dispatch) -> None:
    """Answers are kept for a moment for all who ask the same."""
    for who in (somebody("owner"), somebody("analyst"), somebody("viewer"), somebody("owner")):
        said = await _said(dispatch, who, ListEvents())
        assert (SECRET in said) is (who.role == "owner")
    wide = await _said(dispatch, somebody("analyst"), ListEvents())
    narrow = await _said(dispatch, somebody("analyst", apps=("other",)), ListEvents())
    assert '"total":1' in wide
    assert '"total":0' in narrow


async def test_an_export_is_masked_by_the_level_of_who_takes_it(dispatch: Dispatch) -> None:
    """The manifest says how, so that nobody takes it for the whole."""
    for role in ("analyst", "auditor"):
        reply = await dispatch.reply(somebody(role), ExportIncident(command_id=f"x-{role}", incident_id="INC-1"))
        assert isinstance(reply, Bundle)
        files = {file.name: file.content for file in reply.files}
        for name, content in files.items():
            assert SECRET.encode() not in content, name
            assert EMAIL.encode() not in content, name
            if role == "auditor":
                assert USER.encode() not in content, name
                assert b"ignore all" not in content, name
        assert files["manifest.sha256"].startswith(b"# Made for one who does not see all: ")
        assert b"Excerpts stand here as they are" not in files["INC-1.md"]


async def test_pinned_records_are_given_out_whole_or_not_at_all(dispatch: Dispatch) -> None:
    ask = ExportIncident(command_id="x1", incident_id="INC-1", formats=["evidence"])
    with pytest.raises(AccessRefused, match="as they are, or not at all"):
        await dispatch.reply(somebody("analyst"), ask)


async def test_a_quote_that_was_cut_gives_no_half_of_a_key_away(dispatch: Dispatch, context: Context) -> None:
    fill(context, 5, reason=f"text holds “mail it {SECRET[:12]}…”", excerpt="x", decoded_text=None)
    detail = await dispatch.reply(somebody("analyst"), GetAlert(alert_id=str(alert(5)["alert_id"])))
    assert isinstance(detail, AlertDetail)
    assert detail.reason == "text holds “mail it ‹cut›…”"


async def test_a_hash_by_which_a_short_text_could_be_guessed_is_hidden_with_it(dispatch: Dispatch) -> None:
    for role, shown in (("viewer", False), ("analyst", True)):
        detail = await dispatch.reply(somebody(role), GetEvent(event_id=EVENT))
        assert isinstance(detail, EventDetail)
        assert detail.fields["content_sha256"].isalnum() is shown
