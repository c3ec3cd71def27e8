"""Monitors over a selection."""

from pathlib import Path
from typing import Any

import pytest
from tests.detect.parts import batch, said
from tests.detect.sigma.written import codes, monitor, number, read_all

from llmsec_tui.detect.correlate.monitors.shapes import SHAPES
from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.rule import Monitor, MonitorType
from llmsec_tui.events.model import Kind

GIVEN: dict[MonitorType, dict[str, Any]] = {
    MonitorType.RATE: {"threshold": 5},
    MonitorType.RATIO: {"threshold": 0.5, "numerator": "it"},
    MonitorType.ROBUST_Z: {},
    MonitorType.EWMA: {"field": "cost_usd"},
    MonitorType.CUSUM: {"direction": "both"},
    MonitorType.NEW_VALUE: {"field": "tool_name"},
    MonitorType.SILENCE: {},
    MonitorType.PSI: {"field": "request_model"},
    MonitorType.ROBUST_SUM: {"field": "cost_usd"},
    MonitorType.SHARED_TEXT: {"field": "fingerprints", "into": "it"},
    MonitorType.SHARE: {"field": "user_id", "threshold": 0.3},
}


@pytest.mark.parametrize("kind", MonitorType)
def test_every_type_loads_with_what_it_needs_and_what_is_usual(tmp_path: Path, kind: MonitorType) -> None:
    ruleset, issues = read_all(tmp_path, monitor(1, type=str(kind), group_by=["user_id"], **GIVEN[kind]))
    assert issues == []
    [rule] = ruleset.grouped
    assert isinstance(rule, Monitor)
    shape, given = SHAPES[kind], GIVEN[kind]
    assert (rule.type, rule.group_by, rule.timespan) == (kind, ("user_id",), 3_600_000_000)
    assert rule.threshold == given.get("threshold", shape.threshold or 0.0)
    assert rule.field == given.get("field", "")
    assert (rule.min_n, rule.history) == (shape.min_n, shape.history or 0)
    assert rule.direction == given.get("direction", shape.directions[0])
    assert len(rule.sources) == shape.sources


def test_the_selection_is_a_hidden_rule_whose_hits_the_engine_gives(tmp_path: Path) -> None:
    given = monitor(1, type="ratio", threshold=0.5, numerator="bad and not it_2")
    given["detection"] |= {"bad": {"tool_is_error": True}, "it_2": {"tool_name": "ls"}}
    ruleset, issues = read_all(tmp_path, given)
    assert issues == []
    assert ruleset.grouped[0].sources == (f"{number(1)}/selection", f"{number(1)}/numerator")
    events = (
        said(None, kind=Kind.TOOL_RESULT, tool_is_error=True),
        said(None, kind=Kind.TOOL_RESULT, tool_is_error=False),
        said(None, kind=Kind.TOOL_RESULT, tool_is_error=True, tool_name="ls"),
        said(None, kind=Kind.TOOL_CALL, tool_is_error=True),
    )
    found = detect(ruleset, batch(events))
    assert found.alerts.is_empty()
    hits = found.hits["rule_id"].str.split("/").list.last().to_list()
    assert sorted(hits) == ["numerator", "selection", "selection", "selection"]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"type": "rates"}, ["detector-type"]),
        ({"type": None}, ["missing-key"]),
        ({"type": "rate"}, ["missing-key"]),
        ({"type": "rate", "threshold": "5"}, ["threshold"]),
        ({"type": "rate", "threshold": -1}, ["threshold"]),
        ({"type": "rate", "threshold": float("nan")}, ["threshold"]),
        ({"type": "rate", "threshold": 5, "field": "cost_usd"}, ["unknown-key"]),
        ({"type": "rate", "threshold": 5, "direction": "both"}, ["direction"]),
        ({"type": "rate", "threshold": 5, "min_n": 0}, ["min_n"]),
        ({"type": "rate", "threshold": 5, "min_n": True}, ["min_n"]),
        ({"type": "rate", "threshold": 5, "history": 5}, ["unknown-key"]),
        ({"type": "shared_text", "field": "fingerprints"}, ["missing-key"]),
        ({"type": "shared_text", "field": "tool_name", "into": "it"}, ["value-type"]),
        ({"type": "shared_text", "field": "finger", "into": "it"}, ["unknown-field"]),
        ({"type": "shared_text", "field": "fingerprints", "into": ["it"]}, ["condition"]),
        ({"type": "shared_text", "field": "fingerprints", "into": "its"}, ["undefined-selection"]),
        ({"type": "shared_text", "field": "fingerprints", "into": "it", "threshold": 2}, ["threshold"]),
        ({"type": "shared_text", "field": "fingerprints", "into": "it", "of": "all"}, ["shared-text"]),
        ({"type": "shared_text", "field": "fingerprints", "into": "it", "same": "user"}, ["unknown-field"]),
        (
            {"type": "shared_text", "field": "fingerprints", "into": "it", "same": "user_id", "apart": "user_id"},
            ["shared-text"],
        ),
        ({"type": "shared_text", "field": "fingerprints", "into": "it", "common": 3}, ["shared-text"]),
        (
            {"type": "shared_text", "field": "fingerprints", "into": "it", "common": {"field": "user_id", "gte": 1}},
            ["shared-text"],
        ),
        ({"type": "rate", "threshold": 5, "into": "it"}, ["unknown-key"]),
        ({"type": "rate", "threshold": 5, "timespan": "5"}, ["timespan"]),
        ({"type": "rate", "threshold": 5, "timespan": None}, ["timespan"]),
        ({"type": "rate", "threshold": 5, "group_by": ["usr"]}, ["unknown-field"]),
        ({"type": "rate", "treshold": 5}, ["unknown-key", "missing-key"]),
        ({"type": "ratio", "threshold": 0.5}, ["missing-key"]),
        ({"type": "ratio", "threshold": 2, "numerator": "it"}, ["threshold"]),
        ({"type": "ratio", "threshold": 0.5, "numerator": "itt"}, ["undefined-selection"]),
        ({"type": "ratio", "threshold": 0.5, "numerator": ["it"]}, ["condition"]),
        ({"type": "robust_z", "field": "user_id"}, ["value-type"]),
        ({"type": "robust_z", "field": ["cost_usd"]}, ["unknown-field"]),
        ({"type": "robust_z", "history": 0}, ["history"]),
        ({"type": "cusum", "history": 10, "min_n": 11}, ["min_n"]),
        ({"type": "new_value"}, ["missing-key"]),
        ({"type": "new_value", "field": "text"}, ["value-type"]),
        ({"type": "new_value", "field": "tool_name", "threshold": 1}, ["unknown-key"]),
        ({"type": "silence", "direction": "above"}, ["direction", "unknown-key"]),
    ],
)
def test_blocks_that_make_no_sense_are_refused(tmp_path: Path, changes: dict[str, Any], wanted: list[str]) -> None:
    whole = monitor(1, **changes)
    if "type" in changes and changes["type"] is None:
        del whole["detector"]["type"]
    assert sorted(codes(tmp_path, whole)) == sorted(wanted)


def test_selections_may_be_used_by_the_numerator_alone_but_not_by_nobody(tmp_path: Path) -> None:
    given = monitor(1, type="ratio", threshold=0.5, numerator="1 of bad_*")
    given["detection"] |= {"bad_1": {"tool_is_error": True}, "spare": {"tool_name": "ls"}}
    _, issues = read_all(tmp_path, given)
    assert [(issue.code, "'spare'" in issue.message) for issue in issues] == [("unused-selection", True)]


def test_a_problem_in_a_selection_that_both_use_is_told_once(tmp_path: Path) -> None:
    given = monitor(1, type="ratio", threshold=0.5, numerator="it and bad")
    given["detection"] |= {"it": {"knd": "tool_result"}, "bad": {"tool_is_error": "yes!"}}
    assert codes(tmp_path, given) == ["unknown-field", "value-type"]
