"""What the desk says of itself: figures from what happened, a hand-over, counts on the first screen."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.incidents.lives import Life, lives
from tests.service.incident_parts import act, arrive, now
from tests.service.parts import actor

from llmsec_tui.incidents import metrics
from llmsec_tui.incidents.changes import Breached, IncidentEvent
from llmsec_tui.incidents.fold import replay
from llmsec_tui.service.api import GetOverview, Overview
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.incidents.api import GetDesk, GetHandOver, GetMetrics, HandOver
from llmsec_tui.service.incidents.report_rows import HandOverReport, Metrics
from llmsec_tui.service.incidents.rows import Desk
from llmsec_tui.store.store import Store

RULE = "prompt-injection"


@pytest.fixture
async def dispatch(context: Context) -> AsyncIterator[Dispatch]:
    for number in (1, 2, 3):
        arrive(context, number)
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


async def close(dispatch: Dispatch, incident: str, disposition: str) -> None:
    await dispatch.reply(actor(), act("acknowledge", 1, incident))
    ending = act("close", 2, incident, disposition=disposition, note="looked at it", waive_open=True)
    await dispatch.reply(actor(), ending)


async def figures(dispatch: Dispatch) -> Metrics:
    reply = await dispatch.reply(actor(), GetMetrics())
    assert isinstance(reply, Metrics)
    return reply


async def test_dispositions_say_how_often_a_rule_is_right(dispatch: Dispatch, context: Context) -> None:
    """In the figures with an interval, and beside the rule."""
    await close(dispatch, "INC-1", "true_positive")
    await close(dispatch, "INC-2", "false_positive")
    await close(dispatch, "INC-3", "test")
    [rule] = (await figures(dispatch)).rules
    assert (rule.rule_id, rule.closed, rule.true_positive, rule.false_positive, rule.other) == (RULE, 3, 1, 1, 1)
    assert rule.precision == 0.5
    assert (rule.low, rule.high) == metrics.wilson(1, 2)
    stats = context.store.reader().rule_stats(0)[RULE]
    assert (stats["precision"], stats["judged"]) == (0.5, 2)


async def test_a_rule_that_nobody_judged_has_no_precision(dispatch: Dispatch, context: Context) -> None:
    """Open incidents say nothing, and what was reopened says nothing any more."""
    await close(dispatch, "INC-1", "false_positive")
    await dispatch.reply(actor(), act("reopen", 3, "INC-1", note="it was real"))
    assert (await figures(dispatch)).rules == []
    stats = context.store.reader().rule_stats(0)[RULE]
    assert (stats["precision"], stats["judged"]) == (None, 0)


async def test_figures_are_by_level_and_team(dispatch: Dispatch, context: Context) -> None:
    """Teams come from the policy."""
    path = context.policy.path
    path.write_text("teams: {soc: [ada]}\n")
    context.policy.reload()
    await close(dispatch, "INC-1", "true_positive")
    found = await figures(dispatch)
    assert [(one.level, one.opened, one.closed, one.open) for one in found.levels[:2]] == [
        ("all", 3, 1, 2),
        ("critical", 3, 1, 2),
    ]
    assert [(team.team, team.closed, team.open) for team in found.teams] == [("soc", 1, 0), ("(nobody)", 0, 2)]
    assert found.levels[0].acknowledge.n == found.levels[0].resolve.n == 1


async def test_the_desk_says_what_holds_for_whoever_asks(dispatch: Dispatch) -> None:
    """How much at once is up to the role, and what is mine to the user."""
    await dispatch.reply(actor(user="bob"), act("acknowledge", 1, "INC-1"))
    mine = await dispatch.reply(actor(user="bob"), GetDesk())
    others = await dispatch.reply(actor("analyst", user="eve"), GetDesk())
    assert isinstance(mine, Desk)
    assert isinstance(others, Desk)
    assert (mine.open, mine.mine, others.mine) == (3, 1, 0)
    assert (mine.most_at_once, others.most_at_once) == (500, 25)
    assert [duty.name for duty in mine.duties] == ["gdpr_72h", "ai_act_15d", "ai_act_10d", "ai_act_2d"]
    assert (mine.policy, mine.problem, mine.people) == ("", "", ["bob"])
    assert mine.levels == ["informational", "low", "medium", "high", "critical"]


async def test_a_hand_over_is_of_one_person_or_of_everybody(dispatch: Dispatch) -> None:
    """With the notes, and after it was carried out with the new owner."""
    await dispatch.reply(actor(user="bob"), act("acknowledge", 1, "INC-1"))
    await dispatch.reply(actor(user="bob"), act("note", 2, "INC-1", note="key is revoked"))
    own = await dispatch.reply(actor(), GetHandOver(user="bob"))
    whole = await dispatch.reply(actor(), GetHandOver())
    assert isinstance(own, HandOverReport)
    assert isinstance(whole, HandOverReport)
    assert ([row.incident_id for row in own.rows], len(whole.rows)) == (["INC-1"], 3)
    assert "`key is revoked`" in own.markdown
    assert whole.markdown.count("### INC-") == 3
    await dispatch.reply(actor(user="bob"), HandOver(command_id="h", to="carol", note="see you"))
    after = await dispatch.reply(actor(), GetHandOver(user="carol"))
    assert isinstance(after, HandOverReport)
    assert "`see you`" in after.markdown


async def test_the_first_screen_counts_incidents(dispatch: Dispatch) -> None:
    """Those that are open, that nobody has, and that missed a clock."""
    await dispatch.reply(actor(user="bob"), act("acknowledge", 1, "INC-1"))
    known = now() - 80 * 3_600_000_000
    await dispatch.reply(actor(), act("start_duty", 2, "INC-2", clock="gdpr_72h", when=known))
    reply = await dispatch.reply(actor(), GetOverview())
    assert isinstance(reply, Overview)
    assert (reply.incidents_open, reply.incidents_unowned, reply.incidents_breached) == (3, 2, 1)


@settings(max_examples=8, deadline=None)
@given(st.lists(lives(), max_size=5, unique_by=lambda life: life.incident.number), st.integers(0, 2**40))
def test_what_the_store_gives_is_what_the_events_add_up_to(
    tmp_path_factory: pytest.TempPathFactory, told: list[Life], window: int
) -> None:
    """Figures from the projection are those of replayed events, breaches as the events have them."""
    latest = max((life.now for life in told), default=2**50)
    since = latest - window
    store = Store.open(tmp_path_factory.mktemp("metrics") / "store.duckdb")
    try:
        store.write_incidents([(life.incident, life.events) for life in told])
        found, missed = store.reader().incidents_counted(since)
    finally:
        store.close()
    wanted = [replay(life.events) for life in told]
    wanted = [one for one in wanted if one.opened_at >= since or one.state.value not in ("closed", "merged")]
    assert found == sorted(wanted, key=lambda one: one.number)
    assert missed == {life.incident.number for life in told if life.opened_at >= since and _missed(life.events)}


def _missed(events: list[IncidentEvent]) -> bool:
    return any(isinstance(event.change, Breached) and event.change.clock != "gdpr" for event in events)
