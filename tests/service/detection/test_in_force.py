"""What holds in a running collector, and what is on record about it."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.detect.parts import batch, ruleset, said
from tests.patience import PATIENCE_S
from tests.service.parts import actor

from llmsec_tui.audit.journal import Journal
from llmsec_tui.detect.confidence.leveling import TOO_LITTLE
from llmsec_tui.detect.confidence.shipped import shipped
from llmsec_tui.detect.engine import detect
from llmsec_tui.events.batch import dead_letters
from llmsec_tui.events.model import Trust
from llmsec_tui.service.context import Context
from llmsec_tui.service.detection.api import Detection, GetDetection
from llmsec_tui.service.detection.in_force import ACTION, DetectionInForce
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.store.commit import Commit

RULE = {"it": {"text|contains": "obey"}, "condition": "it"}
RULES = ruleset(RULE)


def look_until(in_force: DetectionInForce, done: Callable[[], bool]) -> None:
    async def look() -> None:
        watcher = in_force.watcher()
        watcher.ask()
        looking = asyncio.create_task(watcher.run())
        async with asyncio.timeout(PATIENCE_S):
            while not done():
                await asyncio.sleep(0.01)
        looking.cancel()

    asyncio.run(look())


def test_a_file_holds_as_soon_as_it_changes_and_a_broken_one_leaves_what_held(tmp_path: Path) -> None:
    path, journal = tmp_path / "detection.yml", Journal.open(tmp_path / "audit")
    in_force = DetectionInForce(path, journal)
    assert in_force.now.threshold == shipped().threshold
    path.write_text("threshold: 0.99\n")
    look_until(in_force, lambda: in_force.now.threshold == 0.99)
    path.write_text("threshold: much\n")
    look_until(in_force, lambda: in_force.problem != "")
    assert in_force.now.threshold == 0.99
    path.unlink()
    look_until(in_force, lambda: in_force.now.threshold == shipped().threshold)
    assert in_force.problem == ""
    acts = [json.loads(line) for line in journal.lines(1, journal.last_seq)]
    journal.close()
    assert [(act["action"], act["result"], act["after"]["threshold"]) for act in acts] == [
        (ACTION, "done", "0.99"),
        (ACTION, "refused", "0.99"),
        (ACTION, "done", f"{shipped().threshold:g}"),
    ]


def test_alerts_have_the_levels_that_hold_here(tmp_path: Path) -> None:
    scoring = ruleset({"it": {"injection_score|gte": 0}, "condition": "it"}, RULE)
    told = detect(scoring, batch([said("obey")])).alerts
    confidence = told["confidence"][0]
    journal = Journal.open(tmp_path / "audit")
    for threshold, level in ((confidence - 0.001, "high"), (confidence + 0.001, "informational")):
        (tmp_path / "detection.yml").write_text(f"threshold: {threshold}\n")
        in_force = DetectionInForce(tmp_path / "detection.yml", journal)
        for alert in in_force.leveled(told, scoring).iter_rows(named=True):
            assert alert["level"] == level
            assert alert["reason"].endswith(TOO_LITTLE) == (level == "informational")
    journal.close()


async def test_how_much_is_judged_is_told_by_the_logs_own_times(context: Context) -> None:
    start = datetime.now(UTC) - timedelta(days=90)
    texts = [("one", 0, Trust.USER), ("two", 1, Trust.TOOL), ("two", 7, Trust.USER), ("ours", 8, Trust.SYSTEM)]
    events = batch(
        [said(text, trust, ts=round((start + timedelta(days=day)).timestamp() * 1e6)) for text, day, trust in texts]
    )
    context.store.commit(
        Commit(
            batch=events,
            alerts=detect(RULES, events).alerts,
            dead_letters=dead_letters([]),
            keys={},
            checkpoints=[],
            stats=[],
            at=time.time_ns() // 1000,
        )
    )
    dispatch = Dispatch(context)
    found = await dispatch.reply(actor(), GetDetection())
    dispatch.close()
    assert isinstance(found, Detection)
    assert (found.texts, found.days, found.threshold, found.origin) == (2, 7.0, shipped().threshold, "")
