"""Whatever logs and baselines are like, it is said plainly, and nothing is green that was not judged."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.service.behaviour.parts import HOUR, START, call, measured, take_in, traffic, write
from tests.service.parts import actor

from llmsec_tui.service.behaviour.api import BehaviourBoard, BehaviourDetail, CompareModels, GetBehaviour, ListBehaviour
from llmsec_tui.service.behaviour.detail import get_behaviour
from llmsec_tui.service.behaviour.handlers import list_behaviour
from llmsec_tui.service.behaviour.models import compare_models
from llmsec_tui.service.context import Context

FIRST = START * 1_000_000


def board(context: Context, hours: int = 1) -> BehaviourBoard:
    with closing(context.store.reader()) as reader:
        return list_behaviour(context, reader, ListBehaviour(hours=hours))


def detail(context: Context, metric: str, hours: int = 1) -> BehaviourDetail:
    with closing(context.store.reader()) as reader:
        return get_behaviour(context, reader, GetBehaviour(metric=metric, hours=hours, chart_hours=4), actor())


def pinned(context: Context, hours: int) -> None:
    context.store.pin_baseline(since=0, until=FIRST + hours * HOUR, author="a", note="b", at=1)


def test_an_empty_store_has_an_empty_board_that_says_so(context: Context) -> None:
    shown = board(context)
    assert (shown.rows, shown.total, shown.drifting) == ([], 0, 0)
    assert shown.note.startswith("Nothing was measured")
    found = detail(context, "latency")
    assert (found.row.verdict, found.contributors, found.causes) == ("absent", [], [])
    with closing(context.store.reader()) as reader:
        assert compare_models(context, reader, CompareModels()).rows == []


def test_without_a_baseline_nothing_is_steady(context: Context, tmp_path: Path) -> None:
    measured(context.store, tmp_path, traffic(3))
    shown = board(context)
    assert {one.verdict for one in shown.rows} == {"no baseline", "absent"}
    assert shown.note.startswith("Nothing is pinned as usual")
    found = detail(context, "latency")
    assert (found.row.verdict, found.row.why) == ("no baseline", "Nothing was pinned as usual yet.")
    assert {(one.low, one.high) for one in found.points} == {(None, None)}
    assert (found.splits, found.shifts, found.terms, found.contributors) == ([], [], None, [])


def test_a_baseline_of_another_schema_is_not_compared_with(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(context.store, tmp_path, traffic(8, each=5))
    monkeypatch.setattr("llmsec_tui.store.behaviour_store.SCHEMA", 99)
    pinned(context, 4)
    shown = board(context)
    assert {one.verdict for one in shown.rows} == {"no baseline", "absent"}
    assert "schema 99" in shown.note


def test_one_event_is_too_few_to_judge(context: Context, tmp_path: Path) -> None:
    measured(context.store, tmp_path, traffic(10))
    pinned(context, 6)
    take_in(context.store, write(tmp_path / "one.jsonl", [call(START + 20 * 3600, 9_999)]))
    context.behaviour.rolling.run()
    shown = board(context)
    assert {one.verdict for one in shown.rows} == {"insufficient", "absent"}
    assert {one.n for one in shown.rows} <= {0, 1, 2}
    whys = {one.metric: one.why for one in shown.rows if one.slice == "all"}
    assert whys["latency"] == "1 value in this time: it takes 50 to judge."
    assert shown.note.startswith("This time has too little in it for any verdict")


def test_what_never_changes_is_steady_and_what_is_never_told_is_absent(context: Context, tmp_path: Path) -> None:
    calls = [call(START + place * 60, place, tokens=7, cost=None) for place in range(12 * 60)]
    measured(context.store, tmp_path, calls)
    pinned(context, 8)
    shown = {one.metric: one for one in board(context).rows if one.slice == "all"}
    assert (shown["output_tokens"].verdict, shown["output_tokens"].effect) == ("steady", 0.0)
    assert (shown["cost"].verdict, shown["cost"].why) == ("absent", "The logs do not tell it.")
    found = detail(context, "cost")
    assert (found.row.verdict, found.row.why) == ("absent", "The logs do not tell it.")


def test_what_the_logs_tell_no_longer_and_what_is_new_is_not_green(context: Context, tmp_path: Path) -> None:
    calls = [call(START + place * 60, place, cost=0.001 if place < 480 else None) for place in range(12 * 60)]
    for one in calls[600:]:
        one["model"] = one["model_group"] = "gpt-9"
    measured(context.store, tmp_path, calls)
    pinned(context, 7)
    shown = {(one.slice, one.metric): one for one in board(context).rows}
    gone, new = shown["all", "cost"], shown["all", "latency"]
    assert (gone.verdict, gone.n) == ("insufficient", 0)
    assert gone.why == "The logs do not tell it in this time; the baseline has 420 values of it."
    assert new.verdict == "steady"
    shown = {(one.slice, one.metric): one for one in board(context, hours=3).rows}
    fresh = shown["model=gpt-9", "latency"]
    assert fresh.verdict == "insufficient"
    assert fresh.why.startswith("The baseline has nothing of it: it is new")


def test_a_clock_that_jumps_does_not_move_the_window_and_is_told(context: Context, tmp_path: Path) -> None:
    measured(context.store, tmp_path, traffic(3))
    before = board(context)
    wild: list[dict[str, Any]] = [call(at, 9_000 + place) for place, at in enumerate((START + 40 * 365 * 86_400, 1.0))]
    take_in(context.store, write(tmp_path / "wild.jsonl", wild))
    context.behaviour.rolling.run()
    after = board(context)
    assert (after.since, after.until, len(after.rows)) == (before.since, before.until, len(before.rows))
    assert "A log's clock is ahead (2066-" in after.note


def test_a_late_event_changes_its_own_hour(context: Context, tmp_path: Path) -> None:
    measured(context.store, tmp_path, traffic(8, each=10))
    take_in(context.store, write(tmp_path / "late.jsonl", [call(START + 1_800, 9_000)]))
    context.behaviour.rolling.run()
    with closing(context.store.reader()) as reader:
        points = reader.behaviour_points(0, FIRST + 8 * HOUR, "all", "latency")
    assert [one["n"] for one in points] == [11, 10, 10, 10, 10, 10, 10]
