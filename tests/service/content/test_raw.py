"""Records are read from their files by the collector, and shown as far as their asker sees."""

import asyncio
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.service.content.seeing import SECRET, somebody
from tests.store.parts import batch, kept, message, named

from llmsec_tui.access import Actor
from llmsec_tui.errors import AccessRefused, NotFound, SourceError
from llmsec_tui.events.model import Record
from llmsec_tui.service.content.api import GetRawRecord, RawRecord, RevealContent
from llmsec_tui.service.content.raw import masked
from llmsec_tui.service.content.view import view_of
from llmsec_tui.service.content.words import Words
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.store.pseudonyms import Pseudonyms

LINE = json.dumps({"text": f"line\n{SECRET}", "to": "bob\u0040example.org", "n": 4, "user": "ana.smith"}).encode()
EVENT = named(1)


@pytest.fixture
async def dispatch(context: Context, tmp_path: Path) -> AsyncIterator[Dispatch]:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}\n" + LINE + b"\n")
    record = Record("s1", str(path), 1, 3, len(LINE), sha256(LINE).digest(), {})
    whole = replace(kept(1, message("text", user_id="ana.smith")), record=record)
    nowhere = kept(2, message("other"))
    gone = kept(3, message("gone"), path=str(tmp_path / "gone.jsonl"))
    context.store.commit(batch([whole, replace(nowhere, record=replace(nowhere.record, length=0)), gone]))
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


async def _raw(dispatch: Dispatch, who: Actor, event: str = EVENT) -> RawRecord:
    reply = await dispatch.reply(who, GetRawRecord(event_id=event))
    assert isinstance(reply, RawRecord)
    return reply


async def test_the_owner_has_exactly_the_bytes(dispatch: Dispatch) -> None:
    reply = await _raw(dispatch, somebody("owner"))
    assert (reply.data, reply.masked) == (LINE, False)
    assert reply.now_sha256 == reply.record_sha256 == sha256(LINE).hexdigest()


async def test_others_have_marks_in_it_and_the_hash_of_the_whole(dispatch: Dispatch) -> None:
    reply = await _raw(dispatch, somebody("analyst"))
    assert reply.masked
    assert reply.now_sha256 == sha256(LINE).hexdigest()
    assert json.loads(reply.data) == {"text": "line\n‹key›", "to": "‹email›", "n": 4, "user": "ana.smith"}
    hidden = await _raw(dispatch, somebody("viewer"))
    assert hidden.data.decode() == f"‹hidden: {len(LINE)} characters›"


async def test_a_revealed_event_comes_with_its_record(dispatch: Dispatch) -> None:
    await dispatch.reply(
        somebody("analyst"), RevealContent(command_id="r1", of="event", id=EVENT, reason="for the report")
    )
    assert (await _raw(dispatch, somebody("analyst"))).data == LINE


async def test_what_is_not_there_is_said(dispatch: Dispatch) -> None:
    with pytest.raises(SourceError, match="has no record in it"):
        await _raw(dispatch, somebody("owner"), named(2))
    with pytest.raises(SourceError, match="cannot be read"):
        await _raw(dispatch, somebody("owner"), named(3))
    with pytest.raises(NotFound):
        await _raw(dispatch, somebody("owner", apps=("bank",)))
    with pytest.raises(AccessRefused):
        await _raw(dispatch, somebody("auditor"))


JSON = st.recursive(st.text(max_size=20), lambda deep: st.lists(deep) | st.dictionaries(st.text(max_size=5), deep))


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=100)
def test_any_bytes_can_be_masked(data: bytes) -> None:
    """What is no JSON is masked as the text that it is."""
    words = Words(view_of(somebody("analyst")), Pseudonyms(b"1" * 32))
    masked(data, words).decode()
    assert SECRET.encode() not in masked(data + b" " + SECRET.encode(), words)
