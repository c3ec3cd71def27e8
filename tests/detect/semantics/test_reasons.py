"""An alert says of comparisons on times, lists and other fields what it saw."""

from typing import Any

import pytest
from tests.detect.parts import alerts
from tests.detect.semantics.agreement import issues_or_rule, made, one


@pytest.mark.parametrize(
    ("key", "value", "event", "reason"),
    [
        ("ts|hour|gte", 22, {"ts": 82_800_000_000}, "ts is 1970-01-01 23:00:00, hour at least 22 (UTC) (selection it)"),
        ("ts|week", 1, {"ts": 0}, "ts is 1970-01-01 00:00:00, week 1 (UTC) (selection it)"),
        ("finish_reasons[any]", "stop", {"finish_reasons": "a,stop"}, 'finish_reasons is "a,stop" (selection it)'),
        ("finish_reasons[none]", "stop", {}, "finish_reasons holds nothing (selection it)"),
        (
            "request_model|fieldref|cased",
            "response_model",
            {"request_model": "a", "response_model": "a"},
            "request_model agrees with response_model (selection it)",
        ),
    ],
)
def test_reasons(key: str, value: Any, event: dict[str, Any], reason: str) -> None:
    [made_of_it] = alerts(issues_or_rule(one(key, value), {})[1], made(event))["reason"]
    assert made_of_it == reason
