"""Monitors of behaviour, money and rules: documents that are read strictly, selected, linted and tested like rules."""

from pathlib import Path
from typing import Any

import pytest
from tests.detect.parts import batch, said
from tests.detect.sigma.written import codes, correlation, number, read_all, watch, write_all

from llmsec_tui.detect import gate
from llmsec_tui.detect.choosing import choice
from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.rule import Watch, proofs
from llmsec_tui.drift.monitors.kinds import (
    BEHAVIOUR,
    Budget,
    Drift,
    MonitorKind,
    Period,
    SilentRule,
    Slow,
    Threshold,
    Value,
    Velocity,
    kind_name,
)
from llmsec_tui.drift.monitors.kinds import Kind as AnyKind
from llmsec_tui.events.model import Kind

GIVEN: dict[MonitorKind, dict[str, Any]] = {
    MonitorKind.DRIFT: {"metrics": "refusals", "by": ["all", "model"], "effect": 0.1},
    MonitorKind.SLOW: {"metrics": ["refusals"], "by": "all", "limit": 8},
    MonitorKind.THRESHOLD: {"metric": "latency", "value": "p95", "above": 3000, "hours": 2, "min_n": 9, "by": ["app"]},
    MonitorKind.BUDGET: {"by": ["app", "key"], "period": "month", "limit": 100, "share": 0.8},
    MonitorKind.VELOCITY: {"by": "user", "threshold": 9, "least": 2.5, "days": 7, "min_n": 30},
    MonitorKind.SILENT_RULE: {"days": 60, "chance": 0.01},
}
READ = {
    MonitorKind.DRIFT: Drift(("refusals",), ("all", "model"), 0.1),
    MonitorKind.SLOW: Slow(("refusals",), ("all",), 8.0),
    MonitorKind.THRESHOLD: Threshold("latency", Value.P95, 3000.0, None, 2, 9, ("app",)),
    MonitorKind.BUDGET: Budget(("app", "key"), Period.MONTH, 100.0, 0.8),
    MonitorKind.VELOCITY: Velocity(("user",), 9.0, 2.5, 7, 30),
    MonitorKind.SILENT_RULE: SilentRule(60, 0.01),
}


def made(folder: Path, document: dict[str, Any]) -> Watch:
    ruleset, issues = read_all(folder, document)
    assert issues == []
    [rule] = ruleset.rules
    assert isinstance(rule, Watch)
    return rule


@pytest.mark.parametrize("kind", MonitorKind)
def test_every_type_is_read_with_all_that_it_has(tmp_path: Path, kind: MonitorKind) -> None:
    rule = made(tmp_path, watch(1, type=str(kind), **GIVEN[kind]))
    assert rule.kind == READ[kind]
    assert kind_name(rule.kind) is kind
    assert (rule.alerts, rule.level, rule.selection, proofs(rule)) == (True, "high", None, (1, 1))


@pytest.mark.parametrize("usual", [Drift(), Slow(), Budget(), Velocity(), SilentRule()])
def test_what_is_left_out_is_as_documented(tmp_path: Path, usual: AnyKind) -> None:
    series = {"metric": "errors"} if isinstance(usual, Drift | Slow) else {}
    assert made(tmp_path, watch(1, series, type=str(kind_name(usual)))).kind == usual
    assert "has_user" not in BEHAVIOUR


def test_a_threshold_takes_the_figure_that_its_metric_has(tmp_path: Path) -> None:
    rate = made(tmp_path, watch(1, type="threshold", metric="errors", below=0.01)).kind
    assert rate == Threshold("errors", Value.SHARE, None, 0.01)
    number_ = made(tmp_path, watch(1, type="threshold", metric="latency", above=1)).kind
    assert number_ == Threshold("latency", Value.MEDIAN, 1.0, None)


@pytest.mark.parametrize(
    ("block", "code", "words"),
    [
        ({}, "missing-key", "'monitor.type' is missing"),
        ({"type": "drfit"}, "monitor-type", "did you mean 'drift'?"),
        ({"type": "drift", "metric": "cost"}, "unknown-key", "did you mean 'metrics'?"),
        ({"type": "drift", "metrics": ["refusal"]}, "monitor-name", "did you mean 'refusals'?"),
        ({"type": "drift", "metrics": ["cost", "cost"]}, "monitor-name", "listed twice"),
        ({"type": "drift", "metrics": []}, "monitor", "'metrics' is empty"),
        ({"type": "drift", "by": "user"}, "monitor-name", "no thing to tell by 'user'"),
        ({"type": "drift", "effect": 2}, "monitor", "'effect' must be a number from 0.001 to 1"),
        ({"type": "slow", "limit": True}, "monitor", "'limit' must be a number"),
        ({"type": "threshold", "above": 1}, "missing-key", "'monitor.metric' is missing"),
        ({"type": "threshold", "metric": "tools", "above": 1}, "monitor", "a mix of names"),
        ({"type": "threshold", "metric": "costs", "above": 1}, "monitor-name", "did you mean 'cost'?"),
        ({"type": "threshold", "metric": "cost"}, "monitor", "either 'above' or 'below'"),
        ({"type": "threshold", "metric": "cost", "above": 1, "below": 2}, "monitor", "either 'above' or 'below'"),
        ({"type": "threshold", "metric": "errors", "above": 1, "value": "p95"}, "monitor", "'value' may be share"),
        ({"type": "threshold", "metric": "cost", "above": 1, "value": "p96"}, "monitor", "must be one of share"),
        ({"type": "threshold", "metric": "cost", "above": float("nan")}, "monitor", "'above' must be a number"),
        ({"type": "threshold", "metric": "cost", "above": 1, "hours": 0}, "monitor", "a whole number from 1 to 168"),
        ({"type": "budget", "period": "week"}, "monitor", "'period' must be one of day, month"),
        ({"type": "budget", "by": "language"}, "monitor-name", "no thing to tell by 'language'"),
        ({"type": "silent_rule", "days": 1}, "monitor", "a whole number from 2 to 60"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(tmp_path: Path, block: dict[str, Any], code: str, words: str) -> None:
    document = watch(1, {"metric": "cost"}, **block)
    found = [issue for issue in read_all(tmp_path, document)[1] if issue.code == code]
    assert found
    assert words in str(found[0])
    assert found[0].line > 10


def test_a_block_is_a_mapping_and_stands_alone(tmp_path: Path) -> None:
    assert codes(tmp_path, watch(1) | {"monitor": ["drift"]}) == ["monitor"]
    both = watch(1, {"metric": "cost"}, type="drift") | {"detector": {"type": "rate"}}
    assert "kind" in codes(tmp_path, both)


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        ({"app|startswith": "Shop"}, [True, True, False]),
        ({"model": ["gpt-5", "gpt-6"], "tenant|exists": False}, [True, False, False]),
        ({"app|re": "^(?:shop|hr)$"}, [True, False, True]),
        ({"tenant": "acme", "app|neq": "hr"}, [False, True, False]),
    ],
)
def test_a_selection_asks_what_things_are_called(tmp_path: Path, selection: dict[str, Any], chosen: list[bool]) -> None:
    detection = {"it": selection, "condition": "it"}
    rule = made(tmp_path, watch(1, {"metric": "errors"}, type="drift") | {"detection": detection})
    things = [{"app": "shop", "model": "gpt-5"}, {"app": "shop-eu", "tenant": "acme"}, {"app": "hr", "model": "o9"}]
    choose = choice(rule.selection)
    assert choose is not None
    assert list(choose(things)) == chosen
    assert choice(None) is None


@pytest.mark.parametrize(
    ("block", "selection", "code"),
    [
        ({"type": "drift"}, {"service_name": "shop"}, "unknown-field"),
        ({"type": "drift"}, {"user": "ann"}, "monitor"),
        ({"type": "budget"}, {"app": "shop"}, "monitor"),
        ({"type": "velocity", "by": "app"}, {"user": "ann"}, "monitor"),
        ({"type": "silent_rule"}, {"app": "shop"}, "monitor"),
        ({"type": "drift"}, "a word", "keyword"),
    ],
)
def test_what_a_monitor_cannot_tell_apart_cannot_be_selected(
    tmp_path: Path, block: dict[str, Any], selection: Any, code: str
) -> None:
    series = {"metric": "errors"} if block["type"] == "drift" else {}
    document = watch(1, series, **block) | {"detection": {"it": selection, "condition": "it"}}
    assert codes(tmp_path, document) == [code]
    fine = watch(2, type="budget", by="user") | {"detection": {"it": {"user|startswith": "bot-"}, "condition": "it"}}
    assert codes(tmp_path, fine) == []


@pytest.mark.parametrize(
    ("series", "words"),
    [
        ({"metric": "costs"}, "did you mean 'cost'?"),
        ({"metric": "errors", "n": 0}, "a whole number from 1"),
        ({"metric": "errors", "at": 6}, "such as 6h"),
        ({"metric": "errors", "mean": -1}, "not negative"),
        ({"metric": "errors", "men": 1}, "did you mean"),
        ({"metric": "errors", "app": 7}, "app is a name; quote 7"),
        ({"metric": "finish"}, "needs 'mix'"),
        ({"metric": "finish", "mix": {"stop": 0}}, "names to their weights"),
        ({"metric": "errors", "n": 10_000, "days": 60}, "at most 2,000,000 values"),
        ({}, "needs 'metric'"),
    ],
)
def test_series_are_read_strictly(tmp_path: Path, series: dict[str, Any], words: str) -> None:
    issues = read_all(tmp_path, watch(1, series, type="drift"))[1]
    assert {issue.code for issue in issues} == {"example-series"}
    assert all(words in str(issue) for issue in issues)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    document = watch(1, {"men": 1}, type="drift", metrics="refusal") | {
        "detection": {"it": {"ap": "x"}, "condition": "it"}
    }
    assert sorted(codes(tmp_path, document)) == ["example-series", "example-series", "monitor-name", "unknown-field"]


def test_series_of_money_have_no_metric(tmp_path: Path) -> None:
    assert codes(tmp_path, watch(1, {"metric": "cost"}, type="budget")) == ["example-series", "example-series"]
    wrong = watch(1, type="budget")
    wrong["llmsec"]["examples"] = {"match": ["a"], "no_match": []}
    assert codes(tmp_path, wrong) == ["examples", "examples"]


def test_examples_that_miss_or_fire_wrongly_are_named_with_their_line(tmp_path: Path) -> None:
    document = watch(1, type="threshold", metric="errors", above=0.5)
    loud, quiet = {"mean": 0.9, "hours": 2}, {"mean": 0.1, "hours": 2}
    document["llmsec"]["examples"] = {"match": [loud, quiet], "no_match": [quiet, loud]}
    path = write_all(tmp_path / "rules.yml", document)
    ruleset, issues = read_all(tmp_path, document)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert issues == []
    found = [(one.code, lines[one.line - 1].strip(" -")) for one in gate.test(ruleset)]
    assert found == [("no-hit", "mean: 0.1"), ("false-hit", "mean: 0.9")]
    assert gate.fired(ruleset) == frozenset()


def test_what_is_not_selected_is_not_looked_at_in_a_series_either(tmp_path: Path) -> None:
    document = watch(1, type="threshold", metric="errors", above=0.5)
    document["detection"] = {"it": {"app": "shop"}, "condition": "it"}
    loud = {"mean": 0.9, "hours": 2}
    document["llmsec"]["examples"] = {"match": [loud | {"app": "shop"}], "no_match": [loud | {"app": "hr"}]}
    ruleset, issues = read_all(tmp_path, document)
    assert (issues, gate.test(ruleset)) == ([], [])
    assert gate.fired(ruleset) == {number(1)}
    assert gate.examine([tmp_path]).issues != []


def test_it_is_hit_by_what_it_says_itself_and_by_nothing_else(tmp_path: Path) -> None:
    rule = made(tmp_path, watch(1, type="budget"))
    ruleset, _ = read_all(tmp_path, watch(1, type="budget"))
    events = (
        said("Spent.", kind=Kind.INTAKE, error_type="monitor", operation_name=rule.id),
        said("Spent.", kind=Kind.INTAKE, error_type="monitor", operation_name=number(2)),
        said("Spent.", kind=Kind.ERROR, error_type="monitor", operation_name=rule.id),
    )
    assert detect(ruleset, batch(events)).alerts["title"].to_list() == ["Watch 1"]


def test_correlations_can_count_what_it_says(tmp_path: Path) -> None:
    counted = correlation(2, [number(1)], group_by=["service_name"])
    ruleset, issues = read_all(tmp_path, watch(1, type="budget"), counted)
    assert issues == []
    assert ruleset.counted == {number(1)}
    assert not ruleset.rules[0].alerts
