"""Monitors run by the correlator: what holds for correlations holds for them, whatever they compute."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.detect.correlate.playing import TICK, Player, happened
from tests.detect.correlate.test_semantics_of_correlations import arrival, cut

from llmsec_tui.detect.rule import Monitor, MonitorType, Sequences

FIELDS = {
    MonitorType.NEW_VALUE: "tool_name",
    MonitorType.PSI: "tool_name",
    MonitorType.SHARE: "tool_name",
    MonitorType.ROBUST_SUM: "output_tokens",
}
THRESHOLDS = {MonitorType.RATE: 4.0, MonitorType.RATIO: 0.5, MonitorType.PSI: 0.2, MonitorType.SHARE: 0.4}


def monitor(kind: MonitorType, **changes: Any) -> Monitor:
    """One that fires easily."""
    values: dict[str, Any] = {
        "id": "monitor",
        "version": "1",
        "name": "",
        "title": "Unusual",
        "description": "",
        "level": "low",
        "confidence": 0.5,
        "tags": (),
        "false_positives": (),
        "references": (),
        "playbook": (),
        "path": Path("rule.yml"),
        "sources": ("a", "b") if kind is MonitorType.RATIO else ("a",),
        "group_by": ("user_id",),
        "aliases": {},
        "timespan": 4 * TICK,
        "examples": Sequences((), ()),
        "type": kind,
        "field": FIELDS.get(kind, ""),
        "threshold": THRESHOLDS.get(kind, 1.5),
        "min_n": 3,
        "history": 6,
        "direction": "above",
    }
    return Monitor(**(values | changes))


@pytest.mark.parametrize("kind", sorted(set(MonitorType) - {MonitorType.SHARED_TEXT}))
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
@example(30_000, False).via("an entry that brought a silence forward")
def test_live_with_restarts_in_any_order_is_as_a_replay(kind: MonitorType, seed: int, with_field: bool) -> None:
    chance = Random(seed)
    can_have_field = kind in (MonitorType.ROBUST_Z, MonitorType.EWMA, MonitorType.CUSUM)
    rule = monitor(kind, field="cost_usd") if with_field and can_have_field else monitor(kind)
    events = [
        happened(
            number,
            chance.choice([chance.randint(0, 60), chance.randint(20, 30)]),
            *(["a", "b"] if chance.random() < 0.5 else ["a"]),
            user_id=chance.choice("uuv"),
            tool_name=chance.choice("ssstuvw"),
            cost_usd=chance.choice([1.0, 2.0, 50.0]),
        )
        for number in range(80)
    ]
    live, replay = Player(rule), Player(rule, lateness=None)
    for batch in cut(arrival(events, chance), chance):
        if chance.random() < 0.3:
            live.save()
        if chance.random() < 0.3:
            assert live.crash() == []
        live.batch(batch)
        replay.batch(batch)
    replay.finish()
    assert set(live.standing) == set(replay.standing)
