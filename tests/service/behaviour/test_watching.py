"""Monitors in a collector: each says once what it has to say, after a restart too, and that raises its alert."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.detect.parts import body
from tests.detect.sigma.written import number, read_all, watch
from tests.service.behaviour.parts import HOUR, START, call, take_in, traffic, write

from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.drift.monitors.behaviour import Hour, judged
from llmsec_tui.drift.monitors.kinds import OfHours
from llmsec_tui.drift.monitors.standing import Firing, State
from llmsec_tui.intake.read import WholeFile
from llmsec_tui.intake.records import Notice, Read
from llmsec_tui.service.behaviour import watching
from llmsec_tui.service.behaviour.price_file import load
from llmsec_tui.service.behaviour.rolling import Rolling
from llmsec_tui.service.behaviour.watching import InForce, Watching
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.service.rules.in_force import in_force
from llmsec_tui.store.store import Store

FIRST = START * 1_000_000
DAY = 24 * HOUR
NOW = FIRST + 400 * HOUR


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store.open(tmp_path / "store.duckdb")) as opened:
        yield opened


def ruleset(folder: Path, *documents: dict[str, Any]) -> RuleSet:
    found, issues = read_all(folder, *documents)
    assert issues == []
    return found


def measure(store: Store, rules: RuleSet, prices: Path | None = None) -> list[Notice]:
    """A collector starts and measures what there is: what its monitors say."""
    told: list[Notice] = []
    rolling = Rolling(store, Watching(store, InForce(lambda: rules, lambda: load(prices)), told.append))
    rolling.run()
    return told


def alerts(store: Store, rules: RuleSet, notices: Iterable[Notice]) -> int:
    """Have what was said judged and stored like everything else; how many alerts there are then."""
    pipeline = Pipeline(lambda batch: detect(rules, batch), store.known, ruleset=rules, secret=store.secret)
    store.commit(pipeline.judge(pipeline.read(Read(notices=list(notices))), NOW))
    with closing(store.reader()) as reader:
        return int(reader.alerts("", None, None, 100)[1])


def costs(*dollars: float, user: str = "ann", every: int = 3600, model: str = "gpt-4o") -> list[dict[str, Any]]:
    return [
        call(START + 60 + place * every, place, cost=one, user=user, model=model) for place, one in enumerate(dollars)
    ]


BUDGET = watch(1, type="budget", by="user", limit=5)


def test_a_budget_is_told_of_once_a_day_and_raises_one_alert_after_a_restart_too(store: Store, tmp_path: Path) -> None:
    rules = ruleset(tmp_path, BUDGET)
    take_in(store, write(tmp_path / "log.jsonl", costs(2, 2, 2)))
    [one] = measure(store, rules)
    assert (one.message, one.offset, one.path) == (
        *("A user spent $6.00 in 2026-11-01 (UTC); $5.00 may be.", FIRST),
        "budget of user",
    )
    assert alerts(store, rules, [one]) == 1
    take_in(store, write(tmp_path / "more.jsonl", [call(START + 4 * 3600, 9, cost=3.0, user="ann")]))
    [again] = measure(store, rules)
    assert again.message != one.message
    assert alerts(store, rules, [again]) == 1
    with closing(store.reader()) as reader:
        [row] = reader.alerts("", None, None, 100)[0]
        assert (row["rule_id"], row["user_id"], row["title"]) == (number(1), "ann", "Watch 1")


def test_budgets_of_the_file_are_taken_where_the_monitor_has_none(store: Store, tmp_path: Path) -> None:
    rules = ruleset(tmp_path, watch(1, type="budget"))
    take_in(store, write(tmp_path / "log.jsonl", costs(2, 2, 2)))
    assert measure(store, rules) == []
    prices = tmp_path / "prices.yml"
    prices.write_text("budgets:\n  model: {gpt-4o: 1}\n  user: {'*': 100}\n")
    take_in(store, write(tmp_path / "more.jsonl", [call(START + 4 * 3600, 9, cost=3.0)]))
    assert [one.message for one in measure(store, rules, prices)] == [
        "Model gpt-4o spent $9.00 in 2026-11-01 (UTC); $1.00 may be."
    ]


def test_a_month_adds_up_the_days_of_whoever_spends_today(store: Store, tmp_path: Path) -> None:
    rules = ruleset(tmp_path, watch(1, type="budget", by="user", period="month", limit=5))
    days = [call(START + day * 86_400 + 60, day, cost=2.0, user="ann") for day in range(3)]
    others = [call(START + day * 86_400 + 90, 50 + day, cost=2.0, user=f"u{day}") for day in range(3)]
    take_in(store, write(tmp_path / "log.jsonl", [*days[:2], *others]))
    assert measure(store, rules) == []
    take_in(store, write(tmp_path / "more.jsonl", days[2:]))
    [one] = measure(store, rules)
    assert one.message == "A user spent $6.00 in 2026-11 (UTC); $5.00 may be."
    assert (one.offset, one.said and dict(one.said.names)) == (FIRST, {"user": "ann"})
    assert alerts(store, rules, [one]) == 1


def test_a_selection_leaves_out_who_may_spend_more(store: Store, tmp_path: Path) -> None:
    detection = {"trusted": {"user|startswith": "batch-"}, "condition": "not trusted"}
    take_in(store, write(tmp_path / "log.jsonl", costs(9, user="batch-1")))
    assert measure(store, ruleset(tmp_path, BUDGET | {"detection": detection})) == []


def test_money_that_goes_too_fast_is_told_when_the_hour_is_over(store: Store, tmp_path: Path) -> None:
    rules = ruleset(tmp_path, watch(1, type="velocity", by="model", min_n=24))
    take_in(store, write(tmp_path / "log.jsonl", costs(*[0.5] * 30, 40, 0.5, 0.5)))
    [one] = measure(store, rules)
    assert one.message == "Model gpt-4o spent $40.00 within an hour, where $0.50 is usual."
    assert one.said is not None
    assert (one.said.at, dict(one.said.names)) == (FIRST + 30 * HOUR, {"model": "gpt-4o"})


def test_a_threshold_goes_on_counting_hours_after_a_restart(store: Store, tmp_path: Path) -> None:
    rules = ruleset(tmp_path, watch(1, type="threshold", metric="refusals", above=0.3, hours=3, by="model"))
    calls = list(traffic(8, swapped=4))
    until = START + 6 * 3600 + 900
    take_in(store, write(tmp_path / "log.jsonl", (one for one in calls if one["startTime"] < until)))
    assert measure(store, rules) == []
    take_in(store, write(tmp_path / "rest.jsonl", (one for one in calls if one["startTime"] >= until)))
    [one] = measure(store, rules)
    assert one.offset == FIRST + 6 * HOUR
    assert one.message.startswith("Refusals of model gpt-9: ")
    assert "for 3 hours" in one.message


def test_drift_is_asked_about_after_the_baseline_and_where_it_is_selected(store: Store, tmp_path: Path) -> None:
    drift = watch(1, {"metric": "errors"}, type="drift", by="all")
    elsewhere = watch(2, {"metric": "errors"}, type="drift") | {
        "detection": {"it": {"model": "o9"}, "condition": "it"},
        "title": "Elsewhere",
    }
    there = watch(3, {"metric": "errors"}, type="drift") | {
        "detection": {"it": {"model": ["gpt-4o", "gpt-9"]}, "condition": "it"},
        "title": "There",
    }
    rules = ruleset(tmp_path, drift, elsewhere, there)
    take_in(store, write(tmp_path / "log.jsonl", traffic(40, swapped=4, each=60)))
    assert measure(store, rules) == []
    store.pin_baseline(since=0, until=FIRST + 30 * HOUR, author="me", note="usual", at=1)
    told = measure(store, rules)
    by_rule = {one.said.rule_id for one in told if one.said is not None}
    assert by_rule == {number(1), number(3)}
    assert {"refusals of all", "output_tokens of all"} <= {one.path for one in told}
    assert min(one.offset for one in told) == FIRST + 36 * HOUR
    assert alerts(store, rules, told) == len(told)
    assert alerts(store, rules, measure(store, rules)) == len(told)


def test_a_rule_that_fell_silent_is_told_of_by_its_title(store: Store, tmp_path: Path) -> None:
    loud = body({"it": {"text|contains": "nothing works"}, "condition": "it"}, id=number(2), title="Loud")
    rules = ruleset(tmp_path, watch(1, type="silent_rule"), loud)
    texts = ["Nothing works!"] * 14 + ["All is well."] * 5
    days = [call(START + day * 86_400 + 60, day, said=said) for day, said in enumerate(texts)]
    pipeline = Pipeline(lambda batch: detect(rules, batch), store.known, ruleset=rules, secret=store.secret)
    for read in WholeFile(write(tmp_path / "log.jsonl", days[:-1])).pieces():
        store.commit(pipeline.judge(pipeline.read(read), NOW))
    assert measure(store, rules) == []
    take_in(store, write(tmp_path / "more.jsonl", days[-1:]))
    assert measure(store, RuleSet(tuple(replace(rule, alerts=False) for rule in rules.rules))) == []
    [one] = measure(store, rules)
    assert one.message == "The rule “Loud” raised alerts on 14 of 14 days with traffic, and on none of the last 4."
    assert alerts(store, rules, [one]) == 15
    assert alerts(store, rules, measure(store, rules)) == 15


def test_what_is_off_says_nothing(store: Store, tmp_path: Path) -> None:
    take_in(store, write(tmp_path / "log.jsonl", costs(9)))
    rules = ruleset(tmp_path, BUDGET)
    assert measure(store, in_force(rules, {number(1)})) == []
    assert len(measure(store, rules)) == 1


def test_money_is_not_added_up_with_every_batch(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules, told = ruleset(tmp_path, BUDGET), list[Notice]()
    rolling = Rolling(store, Watching(store, InForce(lambda: rules, load), told.append))
    take_in(store, write(tmp_path / "log.jsonl", costs(2)))
    rolling.run()
    take_in(store, write(tmp_path / "more.jsonl", [call(START + 9_000, 7, cost=9.0, user="bob")]))
    rolling.run()
    assert told == []
    monkeypatch.setattr(watching, "_EVERY_S", 0.0)
    rolling.run()
    assert len(told) == 1


def test_an_event_of_a_monitor_is_not_measured_itself(store: Store, tmp_path: Path) -> None:
    rules = ruleset(tmp_path, BUDGET)
    take_in(store, write(tmp_path / "log.jsonl", costs(6)))
    alerts(store, rules, measure(store, rules))
    with closing(store.reader()) as reader:
        before = reader.minutes(0, NOW)
    measure(store, rules)
    with closing(store.reader()) as reader:
        assert reader.minutes(0, NOW) == before
        assert reader.measured_to().events_seq > 1


def test_a_monitor_that_trips_keeps_no_other_from_being_asked(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit: dict[str, Any] = {"type": "threshold", "metric": "refusals", "above": 0.3}
    rules = ruleset(tmp_path, watch(1, **limit, by="model"), watch(2, **limit))
    asked = judged

    def tripping(kind: OfHours, hour: Hour, before: State) -> tuple[State, list[Firing]]:
        if kind.by == ("model",):
            raise ZeroDivisionError("a defect")
        return asked(kind, hour, before)

    told: list[Notice] = []
    asking = Watching(store, InForce(lambda: rules, load), told.append)
    take_in(store, write(tmp_path / "log.jsonl", traffic(6, swapped=3)))
    monkeypatch.setattr(watching, "judged", tripping)
    Rolling(store, asking).run()
    assert {one.path for one in told} == {"refusals of all"}
    assert asking.problem == "Monitors fail and say nothing: “Watch 1”; see the collector's log."
    monkeypatch.setattr(watching, "judged", asked)
    Rolling(store, asking).run()
    assert {one.path for one in told} == {"refusals of all", "refusals of model=gpt-9"}
    assert asking.problem == ""
