"""Monitors in the correlator: the same alerts live and replayed, in any order within the lateness, after restarts."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.correlate.monitors.parts import monitor
from tests.detect.correlate.oracle import Happened
from tests.detect.correlate.playing import TICK, Player, happened

from llmsec_tui.detect.rule import Monitor, MonitorType

SPAN = 4 * TICK
MONITORS = [
    monitor(MonitorType.RATE, threshold=2, timespan=SPAN),
    monitor(MonitorType.RATE, threshold=2, direction="below", min_n=3, timespan=SPAN),
    monitor(MonitorType.RATIO, threshold=0.4, min_n=2, timespan=SPAN),
    monitor(MonitorType.ROBUST_Z, threshold=1.5, min_n=2, history=4, direction="both", timespan=SPAN),
    monitor(MonitorType.ROBUST_Z, threshold=2, min_n=2, history=4, direction="both", field="cost_usd", timespan=SPAN),
    monitor(MonitorType.EWMA, threshold=1, min_n=2, history=3, direction="both", timespan=SPAN),
    monitor(MonitorType.CUSUM, threshold=1, min_n=2, history=3, field="cost_usd", direction="both", timespan=SPAN),
    monitor(MonitorType.NEW_VALUE, min_n=1, history=3, field="tool_name", timespan=SPAN),
    monitor(MonitorType.SILENCE, min_n=2, history=3, timespan=SPAN),
    monitor(MonitorType.PSI, threshold=0.05, min_n=1, history=1, field="cost_usd", timespan=5 * SPAN),
    monitor(MonitorType.ROBUST_SUM, threshold=1, min_n=2, history=4, field="cost_usd", timespan=SPAN),
    monitor(MonitorType.SHARE, threshold=0.4, min_n=2, history=2, field="tool_name", timespan=SPAN),
]
RULES = [
    replace(
        rule,
        sources=("a", "b") if rule.type is MonitorType.RATIO else ("a",),
        group_by=() if rule.type is MonitorType.PSI else ("user_id",),
    )
    for rule in MONITORS
]
CHANGE = 40
"""The tick at which values change for a PSI, which says nothing of few values that come as they like."""

EVENT = st.tuples(
    st.integers(0, 80),
    st.integers(0, 2),
    st.sampled_from([("a",), ("a", "b")]),
    st.sampled_from(["u1", "u2"]),
    st.sampled_from([None, 0.0, 1.0, 2.0, 50.0]),
    st.sampled_from([None, "x", "y", "z"]),
)


def series(rule: Monitor, drawn: list[tuple[Any, ...]]) -> list[tuple[int, Happened]]:
    """Events and the tick at which each arrives, up to two ticks after it happened; the last closes what is open."""
    shifts = rule.type is MonitorType.PSI
    events = [
        (
            tick + late,
            happened(
                number, tick, *hit, user_id=user, cost_usd=float(tick >= CHANGE) if shifts else cost, tool_name=tool
            ),
        )
        for number, (tick, late, hit, user, cost, tool) in enumerate(drawn)
    ]
    return [*sorted(events, key=lambda pair: pair[0]), (200, happened(len(drawn), 200, user_id="u3"))]


def standing(player: Player) -> set[tuple[Any, ...]]:
    """An alert keeps the words in which it was told: what comes late may add to the other values that were known."""
    names = ("alert_id", "event_id", "group_key", "began", "n_events")
    rows = player.standing.values()
    return {(*(row[name] for name in names), row["reason"].partition(", new in ")[0]) for row in rows}


@pytest.mark.parametrize("rule", RULES, ids=[f"{rule.type} {rule.direction} {rule.field}" for rule in RULES])
@settings(max_examples=25, deadline=None)
@given(drawn=st.lists(EVENT, max_size=40), sizes=st.lists(st.integers(1, 9), min_size=1), crashes=st.booleans())
def test_live_is_as_replayed(rule: Monitor, drawn: list[tuple[Any, ...]], sizes: list[int], crashes: bool) -> None:
    """What stands after batches that came in some disorder, with restarts between, is what one pass over all finds."""
    arrived = [event for _, event in series(rule, drawn)]
    whole = Player(rule, lateness=None)
    whole.batch(arrived)
    whole.finish()
    live = Player(rule)
    number = 0
    while arrived:
        size = sizes[number % len(sizes)]
        live.batch(arrived[:size])
        del arrived[:size]
        if crashes:
            if number % 2:
                live.save()
            live.crash()
        number += 1
    assert standing(live) == standing(whole)
