"""A report on a period, asked for at the one way in."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import pytest
from tests.service.parts import actor, raise_alert

from llmsec_tui.errors import AccessRefused, ServiceError
from llmsec_tui.service.compliance.api import PeriodReport, ReportPeriod
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch

ALERT = "abcdef0123456789"


@pytest.fixture
async def dispatch(context: Context) -> AsyncIterator[Dispatch]:
    raise_alert(context.store, ALERT)
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


def _ask(since: int = 0, form: str = "json", command_id: str = "c-1") -> ReportPeriod:
    return ReportPeriod(command_id=command_id, since=since, until=time.time_ns() // 1000, form=form)


async def _report(dispatch: Dispatch, ask: ReportPeriod, role: str = "auditor") -> PeriodReport:
    reply = await dispatch.reply(actor(role), ask)
    assert isinstance(reply, PeriodReport)
    return reply


def _records(context: Context) -> list[dict[str, Any]]:
    return list(reversed(context.journal.page()[0]))


async def test_it_holds_what_the_store_and_the_journal_have_of_the_period(dispatch: Dispatch) -> None:
    made = await _report(dispatch, _ask())
    facts = json.loads(made.content)["facts"]
    assert facts["alerts"] == {"high": 1}
    assert [(rule["rule_id"], rule["alerts"], rule["off"]) for rule in facts["rules"]] == [("rule-1", 1, True)]
    assert facts["made_by"] == "ada"
    assert facts["journal"]["ok"]
    assert facts["watched"] == []


async def test_what_happened_before_the_period_is_not_in_it(dispatch: Dispatch) -> None:
    # The alert has no time of its own and was raised a second after 1970.
    facts = json.loads((await _report(dispatch, _ask(since=2_000_000))).content)["facts"]
    assert facts["alerts"] == {}


async def test_taking_it_is_on_record_with_its_hash(dispatch: Dispatch, context: Context) -> None:
    made = await _report(dispatch, _ask(form="markdown"))
    [record] = _records(context)
    assert (record["action"], record["result"], record["actor"]) == ("compliance.report", "done", "ada")
    line = context.journal.lines(1, 1)[0].decode()
    assert sha256(made.content).hexdigest() in line


@pytest.mark.parametrize("ask", [_ask(since=2**62), _ask(form="pdf")])
async def test_a_period_or_form_that_makes_no_sense_is_refused_on_record(
    dispatch: Dispatch, context: Context, ask: ReportPeriod
) -> None:
    with pytest.raises(ServiceError):
        await _report(dispatch, ask)
    assert [record["result"] for record in _records(context)] == ["failed"]


async def test_a_viewer_gets_none(dispatch: Dispatch, context: Context) -> None:
    with pytest.raises(AccessRefused):
        await _report(dispatch, _ask(), role="viewer")
    assert [record["result"] for record in _records(context)] == ["refused"]
