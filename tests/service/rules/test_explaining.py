"""What a rule says of a stored event, asked of a collector."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S
from tests.service.parts import OVER_TIME_ID, RULE_ID, actor, say, write_rules

from llmsec_tui.detect.explain_over_time import explain_over_time
from llmsec_tui.errors import AccessRefused, DeadlineExceeded, NotFound, ServiceError
from llmsec_tui.service.api import ListAlerts
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.rules import explaining
from llmsec_tui.service.rules.explain_api import Explain, Explained
from llmsec_tui.service.rules.good_rules import load_good
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.service.scan import Scan
from llmsec_tui.store.rule_writer import Off
from llmsec_tui.store.store import Store


def fill(store: Store, book: Rulebook, folder: Path, *lines: bytes) -> None:
    """Put a log into the store, as a collector with these rules does."""
    log = folder / "app.jsonl"
    log.write_bytes(b"".join(lines))
    assert list(Scan([str(log)], book.loaded, store=store).commits())


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    rules = write_rules(tmp_path / "rules")
    return Rulebook([rules], *load_good([rules]))


@pytest.fixture
async def dispatch(context: Context, book: Rulebook, tmp_path: Path) -> AsyncIterator[Dispatch]:
    """The forbidden word four times, of which the last three are within a minute, and a harmless one."""
    context.rules = book
    fill(context.store, book, tmp_path, *map(say, (0, 100, 120, 150)), say(155, text="fine"), say(156, user="u2"))
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


def events(context: Context) -> list[str]:
    """Their ids, in the order in which they came."""
    rows, _ = context.store.reader().events()
    return [row["event_id"] for row in reversed(rows)]


async def explained(dispatch: Dispatch, event: str, rule: str = "") -> Explained:
    reply = await dispatch.reply(actor(), Explain(event_id=event, rule=rule))
    assert isinstance(reply, Explained)
    return reply


async def test_a_rule_is_named_by_its_id_or_the_beginning_of_it(dispatch: Dispatch, context: Context) -> None:
    event = events(context)[0]
    found = await explained(dispatch, event, RULE_ID[:6])
    assert (found.rule_id, found.event_id, found.answer, found.kind) == (RULE_ID, event, "hit", "event")
    assert [(step.what, step.holds) for step in found.steps] == [('word: text contains "xyzzy-plugh"', True)]
    assert found.notes == [f"It raised alert {_alert_of(context, event)} on this event, which is new now."]


def _alert_of(context: Context, event: str) -> str:
    return str(context.store.reader().event(event)["alerts"][0]["alert_id"])


async def test_an_alert_stands_for_its_event_and_its_rule(dispatch: Dispatch, context: Context) -> None:
    alerts, _ = context.store.reader().alerts(f"rule:{OVER_TIME_ID}")
    found = await explained(dispatch, alerts[0]["alert_id"][:8])
    assert (found.rule_id, found.event_id) == (OVER_TIME_ID, events(context)[3])
    assert (found.answer, found.kind) == ("hit", "event_count")
    other = await explained(dispatch, alerts[0]["alert_id"], RULE_ID)
    assert other.kind == "event"


async def test_a_rule_over_time_shows_what_it_counted_and_what_was_too_old(
    dispatch: Dispatch, context: Context
) -> None:
    found = await explained(dispatch, events(context)[2], OVER_TIME_ID)
    assert found.answer == "clean"
    assert found.steps[0].why == (
        "2 hits, at least 3 needed; outside of the window 1 more, the newest at 10:00:00, 2m before: 1m too old"
    )
    mine = await explained(dispatch, events(context)[5], OVER_TIME_ID)
    assert [step.why for step in mine.steps if step.what == "user_id=u2"] == ["1 hit, at least 3 needed"]


async def test_what_is_cut_off_is_said(dispatch: Dispatch, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "MOST_EVENTS", 2)
    found = await explained(dispatch, events(context)[3], OVER_TIME_ID)
    assert found.answer == "clean"
    assert found.notes[0].startswith("Only the newest 2 events that may matter were looked at")
    assert found.notes[-1].startswith("So it was otherwise then")


async def test_a_rule_that_is_off_is_explained_and_said_to_be_off(dispatch: Dispatch, context: Context) -> None:
    context.rules.turn(RULE_ID, Off(at=1, actor="eve", reason="too loud"))
    found = await explained(dispatch, events(context)[0], RULE_ID)
    assert found.answer == "hit"
    assert found.notes[0] == "The rule is off: eve turned it off (too loud)."


async def test_what_is_not_there_is_said_with_what_is_like_it(dispatch: Dispatch, context: Context) -> None:
    event = events(context)[0]
    with pytest.raises(NotFound, match=r"no event abcdef\. There is no alert abcdef"):
        await explained(dispatch, "abcdef", RULE_ID)
    with pytest.raises(NotFound, match=r"no rule forbidden word\. Did you mean .*Says the forbidden word \(0b3c1c6e\)"):
        await explained(dispatch, event, "forbidden word")
    with pytest.raises(ServiceError, match="alone cannot be explained"):
        await explained(dispatch, event)


async def test_it_takes_the_right_to_see_events(dispatch: Dispatch, context: Context) -> None:
    with pytest.raises(AccessRefused, match=r"events\.read"):
        await dispatch.reply(actor("auditor"), Explain(event_id=events(context)[0], rule=RULE_ID))


async def test_other_questions_are_answered_while_one_explanation_is_made(
    dispatch: Dispatch, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs on a thread of its own, and is given up at the next batch when its asker leaves."""
    begun, held, ended = threading.Event(), threading.Event(), threading.Event()

    def slow(*arguments: object) -> object:
        begun.set()
        held.wait(PATIENCE_S)
        try:
            return explain_over_time(*arguments)  # type: ignore[arg-type]
        finally:
            ended.set()

    monkeypatch.setattr(explaining, "explain_over_time", slow)
    asked = asyncio.create_task(dispatch.reply(actor(), Explain(event_id=events(context)[3], rule=OVER_TIME_ID)))
    assert await asyncio.to_thread(begun.wait, PATIENCE_S)
    await dispatch.reply(actor(), ListAlerts())
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    held.set()
    assert await asyncio.to_thread(ended.wait, PATIENCE_S)
    assert (await explained(dispatch, events(context)[0], RULE_ID)).answer == "hit"


def test_a_reader_that_is_interrupted_between_batches_says_so(context: Context, book: Rulebook, tmp_path: Path) -> None:
    fill(context.store, book, tmp_path, *map(say, range(4)))
    reader = context.store.reader()
    with reader.around(None, 2**61, (), lateness=0, most=10, size=1) as found:
        next(found.batches)
        reader.interrupt()
        with pytest.raises(DeadlineExceeded):
            next(found.batches)
