"""The semantics of correlations, against the definition, over generated rules and events."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.correlate.oracle import Happened, expected
from tests.detect.correlate.playing import TICK, Player, at, correlation

from llmsec_tui.detect.correlate import group, ledger
from llmsec_tui.detect.correlate.correlator import LATENESS
from llmsec_tui.detect.rule import AllRules, AnyRule, Comparison, Correlation, CorrelationType, NoRule

SOURCES = ("a", "b", "c")
MONOTONE = (">", ">=")
OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
GROUPINGS = ((), ("user_id",), ("user_id", "tool_name"))
VALUES = st.sampled_from([None, -1.5, 0, 0.1, 0.2, 0.3, 1, 2])


@pytest.fixture(autouse=True, scope="module")
def marks_and_sweeps() -> Iterator[None]:
    """Short histories, too, shall come to the places where a group gives up what is settled."""
    kept = group._SPACING, ledger._FEW_GROUPS
    group._SPACING, ledger._FEW_GROUPS = 2, 0
    yield
    group._SPACING, ledger._FEW_GROUPS = kept


@st.composite
def expressions(draw: st.DrawFn, count: int, depth: int = 2) -> Any:
    kind = draw(st.sampled_from(["leaf", "all", "any", "not"])) if depth else "leaf"
    if kind == "leaf":
        return draw(st.integers(0, count - 1))
    if kind == "not":
        return NoRule(draw(expressions(count, depth - 1)))
    parts = tuple(draw(st.lists(expressions(count, depth - 1), min_size=2, max_size=3)))
    return AllRules(parts) if kind == "all" else AnyRule(parts)


@st.composite
def correlations(draw: st.DrawFn, name: str = "rule-0", sources: tuple[str, ...] = SOURCES) -> Correlation:
    kind = draw(st.sampled_from(list(CorrelationType)))
    chosen = tuple(draw(st.lists(st.sampled_from(sources), min_size=1, max_size=3, unique=True)))
    temporal = kind in (CorrelationType.TEMPORAL, CorrelationType.TEMPORAL_ORDERED)
    operators = MONOTONE if kind is CorrelationType.TEMPORAL_ORDERED else OPERATORS
    limits = st.builds(Comparison, st.sampled_from(operators), st.sampled_from([1, 2, 3]))
    expression = None
    taken = tuple(draw(st.lists(limits, min_size=0 if temporal else 1, max_size=2)))
    if kind is CorrelationType.TEMPORAL and draw(st.booleans()):
        expression, taken = draw(expressions(len(chosen))), ()
    elif temporal:
        most = len(chosen) - 1
        taken = tuple(Comparison(one.op, min(one.value, most or 0.5)) for one in taken)
    elif kind.startswith("value_") and kind is not CorrelationType.VALUE_COUNT:
        taken = tuple(Comparison(one.op, draw(st.sampled_from([0, 0.3, 0.15, 1]))) for one in taken)
    fields: tuple[str, ...] = ()
    if kind is CorrelationType.VALUE_COUNT:
        fields = draw(st.sampled_from([("cost_usd",), ("cost_usd", "tool_name")]))
    elif kind.startswith("value_"):
        fields = ("cost_usd",)
    return correlation(
        kind,
        *chosen,
        id=name,
        ticks=draw(st.sampled_from([1, 2, 4, 7])),
        group_by=draw(st.sampled_from(GROUPINGS)),
        limits=taken,
        expression=expression,
        fields=fields,
        percentile=draw(st.sampled_from([0, 50, 90, 100])) if kind is CorrelationType.VALUE_PERCENTILE else None,
    )


@st.composite
def rule_sets(draw: st.DrawFn) -> tuple[Correlation, ...]:
    """Up to three rules, of which each may count the alerts of those before it."""
    rules: list[Correlation] = []
    for number in range(draw(st.integers(1, 3))):
        above = tuple(rule.id for rule in rules)
        rules.append(draw(correlations(f"rule-{number}", (*above, *SOURCES))))
    return tuple(rules)


@st.composite
def histories(draw: st.DrawFn, most: int = 24) -> list[Happened]:
    """Events, some at the same time, in the order of their places."""
    count = draw(st.integers(0, most))
    one = st.tuples(
        st.sampled_from([None, *range(20)]),
        st.sampled_from(["", "a", "a", "b", "c", "ab", "bc", "abc"]).map(frozenset),
        st.sampled_from(["u", "u", "u", "v", None]),
        st.sampled_from(["t", "t", "s"]),
        VALUES,
        st.sampled_from(["f", "g"]),
    )
    drawn = draw(st.lists(one, min_size=count, max_size=count))
    return [
        Happened(
            event_id=f"e{number:03d}",
            at=None if ticks is None else at(ticks),
            place=(file, (number * 7) % 10, number),
            hit=hit,
            fields={"user_id": user, "tool_name": tool, "cost_usd": None if value is None else float(value)},
        )
        for number, (ticks, hit, user, tool, value, file) in enumerate(drawn)
    ]


def arrival(events: list[Happened], chance: Random) -> list[Happened]:
    """An order in which no event comes more than the lateness after a younger one."""
    return sorted(events, key=lambda event: (event.at or 0) + chance.randint(0, LATENESS))


def cut(events: list[Happened], chance: Random) -> list[list[Happened]]:
    """Batches of any sizes."""
    batches, start = [], 0
    while start < len(events):
        size = chance.choice([1, 1, 2, 3, 10, 100])
        batches.append(events[start : start + size])
        start += size
    return batches


def wanted(rules: tuple[Correlation, ...], events: list[Happened]) -> set[str]:
    times = [event.at for event in events if event.at is not None]
    return expected(rules, events, max(times) - LATENESS) if times else set()


@settings(max_examples=120, deadline=None)
@given(rule_sets(), histories(), st.integers(0, 2**32))
def test_live_in_any_order_and_any_batches_stands_what_the_definition_says(
    rules: tuple[Correlation, ...], events: list[Happened], seed: int
) -> None:
    chance = Random(seed)
    player = Player(*rules)
    for batch in cut(arrival(events, chance), chance):
        player.batch(batch)
    assert set(player.standing) == wanted(rules, events)
    assert all(counts.late == counts.evicted == 0 for counts in player.counts.values())


@settings(max_examples=60, deadline=None)
@given(rule_sets(), histories(), st.integers(0, 2**32))
def test_a_replay_in_no_order_at_all_stands_for_the_same(
    rules: tuple[Correlation, ...], events: list[Happened], seed: int
) -> None:
    chance = Random(seed)
    shuffled = chance.sample(events, len(events))
    player = Player(*rules, lateness=None)
    for batch in cut(shuffled, chance):
        assert player.batch(batch).alerts.is_empty()
    player.finish()
    assert set(player.standing) == wanted(rules, events)
    assert not player.withdrawn


@settings(max_examples=80, deadline=None)
@given(rule_sets(), histories(), st.integers(0, 2**32))
def test_a_restart_at_any_batch_and_a_batch_lost_in_a_crash_change_nothing(
    rules: tuple[Correlation, ...], events: list[Happened], seed: int
) -> None:
    chance = Random(seed)
    player = Player(*rules)
    for batch in cut(arrival(events, chance), chance):
        match chance.randint(0, 3):
            case 0:
                player.save()
            case 1:
                assert player.crash() == []
            case 2:
                player.lose(batch)
                assert player.crash() == []
        player.batch(batch)
    assert set(player.standing) == wanted(rules, events)


@settings(max_examples=60, deadline=None)
@given(rule_sets(), correlations("other"), histories(), st.integers(0, 2**32))
def test_other_rules_may_come_and_go_without_a_trace_in_the_rest(
    rules: tuple[Correlation, ...], other: Correlation, events: list[Happened], seed: int
) -> None:
    chance = Random(seed)
    player = Player(*rules)
    for batch in cut(arrival(events, chance), chance):
        if chance.random() < 0.5:
            with_other = (*rules, other) if chance.random() < 0.5 else rules
            assert player.replace(*with_other) == []
            player.save()
        player.batch(batch)
    mine = {name for name, row in player.standing.items() if row["rule_id"] != "other"}
    assert mine == wanted(rules, events)


@settings(max_examples=60, deadline=None)
@given(rule_sets(), histories(), st.integers(0, 2**32))
def test_events_that_come_again_in_another_version_count_as_the_last_one(
    rules: tuple[Correlation, ...], events: list[Happened], seed: int
) -> None:
    chance = Random(seed)
    versions: dict[str, Happened] = {}
    live, replay = Player(*rules), Player(*rules, lateness=None)
    clock = 0
    for batch in cut(arrival(events, chance), chance):
        for player in (live, replay):
            player.batch(batch)
        clock = max([clock, *(event.at or 0 for event in batch)])
        versions |= {event.event_id: event for event in batch}
        old = [event for event in versions.values() if event.at is not None and event.at >= clock - LATENESS]
        if old and chance.random() < 0.5:
            former, like = chance.choice(old), chance.choice(events)
            new = Happened(
                event_id=former.event_id,
                at=clock if chance.random() < 0.5 else former.at,
                place=(former.place[0], former.place[1] + 100, former.place[2]),
                hit=like.hit,
                fields=like.fields,
            )
            versions[new.event_id] = new
            for player in (live, replay):
                player.batch([new], amended=[new.event_id])
    replay.finish()
    assert set(live.standing) == set(replay.standing) == wanted(rules, list(versions.values()))


def test_batches_of_one_and_of_ten_thousand_give_the_same_even_when_much_comes_late() -> None:
    chance = Random(7)
    rules = (
        correlation("event_count", "a", id="many", limits=(Comparison(">", 3),), group_by=("user_id",)),
        correlation("value_count", "a", "b", id="different", limits=(Comparison(">=", 3),), fields=("tool_name",)),
        correlation("event_count", "many", id="often", ticks=40, limits=(Comparison(">=", 2),)),
    )
    events = [
        Happened(
            event_id=f"e{number:05d}",
            at=at(chance.randint(0, 200) + number / 10),
            place=("f", number, 0),
            hit=frozenset(chance.sample(SOURCES, 2)),
            fields={"user_id": chance.choice("uvwxyz"), "tool_name": chance.choice("rstuv")},
        )
        for number in range(800)
    ]
    one, many = Player(*rules), Player(*rules)
    one.play(*events)
    many.batch(events)
    assert set(one.standing) == set(many.standing) != set()
    assert one.counts == many.counts
    assert one.counts["many"].late > 50


def test_ticks_and_lateness_fit() -> None:
    assert LATENESS == 3 * TICK
