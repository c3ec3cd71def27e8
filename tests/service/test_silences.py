"""Silences as they are asked for: what is refused, what each does to the alerts that follow, what is on record."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.service.parts import RULE, actor

from llmsec_tui.detect.ruleset import load
from llmsec_tui.errors import AccessRefused, LlmsecError, NotFound, ServiceError
from llmsec_tui.events.batch import build, dead_letters
from llmsec_tui.events.schema import ALERTS
from llmsec_tui.service.api import AlertDetail, AlertPage, Done, GetAlert, GetStatus, ListAlerts, Status
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.service.silences.api import (
    AddSilence,
    Demand,
    EndSilence,
    ListSilences,
    PreviewSilence,
    SilencePage,
    SilencePreview,
)
from llmsec_tui.service.silences.handlers import preview
from llmsec_tui.service.silences.limits import MOST_CHARS, SilenceRefused
from llmsec_tui.store.commit import Commit

RULE_ID = "0b3c1c6e-5d0c-4b77-9c39-9a3f5d1f0a11"
HOUR = 3_600_000_000
DAY = 24 * HOUR


@pytest.fixture
async def dispatch(context: Context, tmp_path: Path) -> AsyncIterator[Dispatch]:
    (tmp_path / "rule.yml").write_text(RULE.replace("status: test", "name: says\nstatus: test"))
    context.rules = Rulebook([tmp_path], load([tmp_path]))
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


def now() -> int:
    return time.time_ns() // 1000


def raised(context: Context, number: int, at: int | None = None, **fields: Any) -> str:
    """One alert more, through suppression and into the store, as a batch takes it there; its id."""
    row = {
        **dict.fromkeys(ALERTS),
        "alert_id": f"{number:016x}",
        "rule_id": RULE_ID,
        "rule_version": "1",
        "title": "Says the word",
        "level": "high",
        "confidence": 0.9,
        "tags": [],
        "event_id": f"{number:016x}",
        "format": "generic",
        "source_path": "/logs/a.jsonl",
        "source_offset": 0,
        "source_len": 10,
        "record_sha256": bytes(32),
        "user_id": "bob",
        "excerpt": f"words {number}",
        "field": "text",
        "reason": "because",
        **fields,
    }
    at = now() if at is None else at
    alerts = context.suppression.decided(pl.DataFrame([row], schema=ALERTS), (), at)
    context.store.commit(Commit(build([]), alerts, dead_letters([]), {}, [], [], at))
    return str(row["alert_id"])


def demands(**fields: str) -> list[Demand]:
    return [Demand(field=field, value=value) for field, value in fields.items()]


def silence(until: int | None = None, note: str = "load test", command_id: str = "c1", **fields: str) -> AddSilence:
    until = now() + HOUR if until is None else until
    return AddSilence(command_id=command_id, demands=demands(**fields), until=until, note=note)


async def shown(dispatch: Dispatch) -> AlertPage:
    reply = await dispatch.reply(actor(), ListAlerts())
    assert isinstance(reply, AlertPage)
    return reply


def previewed(context: Context, days: int = 7, **fields: str) -> SilencePreview:
    # Not by way of the dispatch, which gives an answer twice within a quarter of a second.
    with closing(context.store.reader()) as reader:
        return preview(context, reader, PreviewSilence(demands=demands(**fields), days=days))


async def silences(dispatch: Dispatch, typed: str = "") -> SilencePage:
    reply = await dispatch.reply(actor(), ListSilences(filter=typed))
    assert isinstance(reply, SilencePage)
    return reply


def journal(context: Context) -> list[dict[str, Any]]:
    return [dict(row) for row in reversed(context.journal.page()[0])]


async def test_a_silence_hides_what_follows_until_somebody_ends_it(dispatch: Dispatch, context: Context) -> None:
    """What it hid stays in the store, counted, and says which silence it was."""
    raised(context, 1)
    done = await dispatch.reply(actor(), silence(rule_id="says", user_id="b*"))
    assert isinstance(done, Done)
    hidden = raised(context, 2)
    raised(context, 3, user_id="eve")
    page = await shown(dispatch)
    assert [row.user_id for row in page.rows] == ["eve", "bob"]
    assert (page.total, page.suppressed) == (2, 1)
    (row,) = (await silences(dispatch)).rows
    assert (row.state, row.author, row.reason, row.hidden) == ("holds", "ada", "load test", 1)
    assert row.rule_title == "Says the forbidden word"
    assert [(one.field, one.value) for one in row.demands] == [("rule_id", RULE_ID), ("user_id", "b*")]
    status = await dispatch.reply(actor(), GetStatus())
    assert isinstance(status, Status)
    assert (status.silences, status.silenced) == (1, 1)
    detail = await dispatch.reply(actor(), GetAlert(alert_id=hidden))
    assert isinstance(detail, AlertDetail)
    assert detail.silence is not None
    assert (detail.row.suppressed_by, detail.silence.silence_id) == ("silenced", row.silence_id)
    await dispatch.reply(actor(user="eve"), EndSilence(command_id="c2", silence_id=row.silence_id[:4], note="over"))
    raised(context, 4)
    assert (await shown(dispatch)).total == 3
    (row,) = (await silences(dispatch)).rows
    assert (row.state, row.ended_by, row.end_reason, row.hidden) == ("ended", "eve", "over", 1)
    with pytest.raises(ServiceError, match="was ended by eve"):
        await dispatch.reply(actor(), EndSilence(command_id="c3", silence_id=row.silence_id))
    acts = [(act["action"], act["result"], act["object"]) for act in journal(context)]
    it = f"silence:{row.silence_id}"
    assert acts == [
        *(("silences.add", "done", it), ("silences.end", "done", it)),
        ("silences.end", "failed", it),
    ]


async def test_a_silence_ends_by_itself(dispatch: Dispatch, context: Context) -> None:
    await dispatch.reply(actor(), silence(user_id="bob", until=now() + HOUR))
    assert raised(context, 1, at=now())
    raised(context, 2, at=now() + 2 * HOUR)
    assert (await shown(dispatch)).total == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "demands nothing"),
        ({"level": "high"}, "level alone is too broad"),
        ({"trust": "user", "model": "gpt"}, "trust and model alone is too broad"),
        ({"user_id": "*"}, "says nothing"),
        ({"user_id": " ** "}, "says nothing"),
        ({"user_id": ""}, "says nothing"),
        ({"excerpt": "x"}, "cannot go by excerpt"),
        ({"user_id": "bob", "level": "huge"}, "no level huge"),
        ({"user_id": "bob", "level": "c*"}, "names their rule"),
        ({"user_id": "bob" * MOST_CHARS}, "characters"),
        ({"user_id": "bob", "note": " "}, "needs a reason"),
        ({"user_id": "bob", "note": "x" * (MOST_CHARS + 1)}, "characters"),
        ({"user_id": "bob", "until": 1_000_000}, "over before it begins"),
        ({"user_id": "bob", "until": now() + 31 * DAY}, "30 days at most"),
    ],
)
async def test_what_is_too_broad_too_long_or_unexplained_is_refused_and_on_record(
    dispatch: Dispatch, context: Context, fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(SilenceRefused, match=says):
        await dispatch.reply(actor(), silence(**fields))
    assert (await silences(dispatch)).total == 0
    ((act),) = journal(context)
    assert (act["action"], act["result"], act["object"]) == ("silences.add", "refused", "silences")


async def test_one_field_cannot_be_demanded_twice(dispatch: Dispatch) -> None:
    twice = [*demands(user_id="bob"), *demands(user_id="eve")]
    with pytest.raises(SilenceRefused, match="user_id is demanded twice"):
        await dispatch.reply(actor(), PreviewSilence(demands=twice))


async def test_a_rule_that_is_not_there_is_no_rule_to_silence(dispatch: Dispatch) -> None:
    with pytest.raises(NotFound):
        await dispatch.reply(actor(), silence(rule_id="no-such-rule"))


async def test_critical_alerts_are_only_silenced_with_their_rule(dispatch: Dispatch, context: Context) -> None:
    """Also those that come later, and that nobody could have foreseen."""
    raised(context, 1, level="critical", user_id="eve")
    with pytest.raises(SilenceRefused, match="1 critical alert of the last 7 days"):
        await dispatch.reply(actor(), silence(user_id="eve"))
    await dispatch.reply(actor(), silence(user_id="bob", command_id="c2"))
    raised(context, 2, level="critical")
    assert (await shown(dispatch)).total == 2
    await dispatch.reply(actor(), silence(rule_id=RULE_ID, command_id="c3"))
    raised(context, 3, level="critical")
    assert (await shown(dispatch)).total == 2


async def test_more_than_half_of_the_last_week_is_too_much(dispatch: Dispatch, context: Context) -> None:
    """Unless there were so few that this says nothing; the preview says it beforehand."""
    for number in range(11):
        raised(context, number)
    for number in range(11, 19):
        raised(context, number, user_id="eve")
    assert previewed(context, user_id="bob").refusal == ""
    raised(context, 19, user_id="eve")
    found = previewed(context, user_id="bob")
    assert (found.total, found.hidden, found.shown) == (20, 11, 11)
    assert found.refusal.startswith("It would have hidden 11 of the 20 alerts of the last 7 days")
    with pytest.raises(SilenceRefused, match="more than half"):
        await dispatch.reply(actor(), silence(user_id="bob"))
    raised(context, 20, user_id="eve")
    raised(context, 21, user_id="eve")
    assert previewed(context, user_id="bob").refusal == ""


async def test_a_preview_says_what_of_which_rules_and_how_far_back(dispatch: Dispatch, context: Context) -> None:
    """Beside what people saw it counts what something else has hidden already."""
    raised(context, 1, at=now() - 3 * DAY)
    raised(context, 2, excerpt="same")
    raised(context, 3, excerpt="same")
    raised(context, 4, level="low", user_id="eve")
    found = previewed(context, rule_id="0b3c1c6e", user_id="bob")
    assert (found.days, found.total, found.hidden, found.shown) == (7, 4, 3, 2)
    assert [(one.field, one.value) for one in found.demands] == [("rule_id", RULE_ID), ("user_id", "bob")]
    assert [(one.rule_id, one.level, one.n, one.shown) for one in found.rules] == [(RULE_ID, "high", 3, 2)]
    assert [row.excerpt for row in found.examples] == ["same", "same", "words 1"]
    assert previewed(context, days=1, user_id="bob").hidden == 2


async def test_silences_are_for_those_who_may_put_alerts_away(dispatch: Dispatch, context: Context) -> None:
    await dispatch.reply(actor("analyst"), silence(user_id="bob"))
    for command in (silence(user_id="bob", command_id="c2"), EndSilence(command_id="c3", silence_id="abcdef")):
        for role in ("viewer", "auditor"):
            with pytest.raises(AccessRefused):
                await dispatch.reply(actor(role), command)
    assert (await silences(dispatch)).total == 1
    assert [act["result"] for act in journal(context)] == ["done", *["refused"] * 4]


async def test_a_repeated_command_adds_one_silence(dispatch: Dispatch) -> None:
    command = silence(user_id="bob")
    assert await dispatch.reply(actor(), command) == await dispatch.reply(actor(), command)
    assert (await silences(dispatch)).total == 1


async def test_silences_are_listed_those_that_hold_first_and_can_be_searched(dispatch: Dispatch) -> None:
    for number, user in enumerate(("ann", "bob", "cy")):
        await dispatch.reply(actor(), silence(user_id=user, command_id=f"c{number}"))
    (newest,) = (await silences(dispatch, "cy")).rows
    await dispatch.reply(actor(), EndSilence(command_id="c9", silence_id=newest.silence_id))
    rows = (await silences(dispatch)).rows
    assert [(row.demands[0].value, row.state) for row in rows] == [("bob", "holds"), ("ann", "holds"), ("cy", "ended")]
    assert [row.seq for row in rows] == [3, 2, 1]
    page = await dispatch.reply(actor(), ListSilences(before=3, limit=1))
    assert isinstance(page, SilencePage)
    assert [row.seq for row in page.rows] == [2]
    assert (await silences(dispatch, "state:ended author:ada")).total == 1


@pytest.mark.parametrize("name", ["abc", "abcdef", ""])
async def test_a_silence_that_is_not_there_cannot_be_ended(dispatch: Dispatch, name: str) -> None:
    with pytest.raises(LlmsecError, match="There is no silence"):
        await dispatch.reply(actor(), EndSilence(command_id="c1", silence_id=name))
