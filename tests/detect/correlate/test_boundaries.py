"""Where windows begin and end, and what happens at the same time."""

import pytest
from tests.detect.correlate.oracle import Happened
from tests.detect.correlate.playing import Player, correlation, happened, limit, raised

from llmsec_tui.detect.correlate.fold import Entry
from llmsec_tui.detect.correlate.measures import measure_of
from llmsec_tui.detect.rule import AllRules, AnyRule, Correlation, NoRule

JUST = 1e-7
"""A microsecond, in ticks."""
TWICE = limit(">=", 2)
PAIRS = [
    correlation("event_count", "a", "b", limits=TWICE),
    correlation("value_count", "a", "b", limits=TWICE, fields=("tool_name",)),
    correlation("value_sum", "a", "b", limits=TWICE, fields=("cost_usd",)),
    correlation("temporal", "a", "b"),
    correlation("temporal", "a", "b", expression=AllRules((0, 1))),
    correlation("temporal_ordered", "a", "b"),
]
NAMES = ["event_count", "value_count", "value_sum", "temporal", "expression", "temporal_ordered"]


def first() -> Happened:
    return happened(1, 0, "a", tool_name="x", cost_usd=1.0)


def second(ticks: float) -> Happened:
    return happened(2, ticks, "b", tool_name="y", cost_usd=1.0)


@pytest.mark.parametrize("rule", PAIRS, ids=NAMES)
def test_an_event_is_out_of_the_window_when_it_is_exactly_as_old_as_the_timespan(rule: Correlation) -> None:
    assert raised(rule, first(), second(5)) == []
    assert raised(rule, first(), second(5 - JUST)) == ["file0002"]


@pytest.mark.parametrize("rule", PAIRS, ids=NAMES)
def test_it_fires_once_while_true_and_again_after_it_was_false(rule: Correlation) -> None:
    def pair(number: int, ticks: float) -> list[Happened]:
        return [
            happened(number, ticks, "a", tool_name="x", cost_usd=1.0),
            happened(number + 1, ticks + 1, "b", tool_name="y", cost_usd=1.0),
        ]

    assert raised(rule, *pair(1, 0), *pair(3, 2)) == ["file0002"]
    assert raised(rule, *pair(1, 0), *pair(3, 10)) == ["file0002", "file0004"]


@pytest.mark.parametrize("rule", [rule for rule in PAIRS if rule.type != "temporal_ordered"])
def test_one_event_that_hits_two_sources_counts_for_both(rule: Correlation) -> None:
    both = happened(1, 0, "a", "b", tool_name="x", cost_usd=1.0)
    expected = [] if rule.type == "value_count" else ["file0001"]
    assert raised(rule, both) == expected


def test_one_event_satisfies_an_order_in_the_order_of_the_sources_only() -> None:
    assert raised(correlation("temporal_ordered", "a", "b"), happened(1, 0, "a", "b")) == ["file0001"]
    three = correlation("temporal_ordered", "a", "b", "c")
    assert raised(three, happened(1, 0, "b", "c"), happened(2, 1, "a", "b")) == []
    assert raised(three, happened(1, 0, "a"), happened(2, 1, "b", "c")) == ["file0002"]


def test_events_at_the_same_time_enter_by_file_then_offset_then_part() -> None:
    rule = correlation("event_count", limits=limit(">=", 2))
    later = happened(9, 0, "a", file="a")
    assert raised(rule, happened(1, 0, "a", file="b"), later) == ["b0001"]
    ordered = correlation("temporal_ordered", "a", "b")
    assert raised(ordered, happened(1, 0, "b"), happened(2, 0, "a")) == []
    assert raised(ordered, happened(2, 0, "b"), happened(1, 0, "a")) == ["file0002"]


def test_what_is_too_old_leaves_before_what_comes_at_the_same_instant_enters() -> None:
    rule = correlation("event_count", limits=limit("=", 2))
    events = [happened(1, 0, "a"), happened(2, 1, "a"), happened(3, 2, "a"), happened(4, 5, "a")]
    player = Player(rule)
    player.play(*events, happened(5, 20))
    by = [(row["event_id"], row["n_events"]) for row in player.standing.values()]
    # 2 hits at tick 1; 3 at 2; at 5 the first leaves (2 again) before the fourth enters; at 6 the second leaves.
    assert sorted(by) == [("file0002", 2), ("file0003", 2), ("file0004", 2)]


@pytest.mark.parametrize(("op", "value"), [("<", 2), ("<=", 1), ("=", 1), ("!=", 2)])
def test_too_few_is_reported_when_enough_leave_and_the_lateness_is_over(op: str, value: int) -> None:
    player = Player(correlation("event_count", limits=limit(op, value)))
    player.play(happened(1, 0, "a"), happened(2, 1, "a"))
    begun = len(player.standing)
    player.play(happened(3, 8 - JUST))
    assert len(player.standing) == begun
    player.play(happened(4, 8))
    assert len(player.standing) == begun + 1
    assert "2026-09-21" in list(player.standing.values())[-1]["reason"]


def test_a_group_that_was_never_seen_is_not_missed() -> None:
    rule = correlation("event_count", limits=limit("<", 5), group_by=("user_id",))
    assert raised(rule, happened(1, 0, user_id="alice"), happened(2, 99, user_id="alice")) == []


@pytest.mark.parametrize("kind", ["value_avg", "value_median", "value_percentile"])
def test_a_mean_of_nothing_holds_nothing(kind: str) -> None:
    rule = correlation(kind, limits=limit("<", 5), fields=("cost_usd",), percentile=50)
    assert raised(rule, happened(1, 0, "a", cost_usd=None), happened(2, 99)) == []
    assert raised(rule, happened(1, 0, "a", cost_usd=1.0), happened(2, 99)) == ["file0001"]


def test_a_sum_of_nothing_is_nothing() -> None:
    rule = correlation("value_sum", limits=limit("<", 5), fields=("cost_usd",))
    assert raised(rule, happened(1, 0, "a", cost_usd=None)) == ["file0001"]


@pytest.mark.parametrize(("percentile", "value"), [(0, 1), (20, 1), (21, 2), (50, 3), (81, 5), (100, 5), (None, 3)])
def test_percentiles_go_by_nearest_rank_and_follow_what_leaves(percentile: int | None, value: int) -> None:
    kind = "value_median" if percentile is None else "value_percentile"
    measure = measure_of(correlation(kind, limits=TWICE, fields=("cost_usd",), percentile=percentile))
    numbers = [9.0, 5.0, 3.0, 9.0, 1.0, 2.0, 4.0]
    entries = [Entry(number, ("f", number, 0), 0, str(number), (cost,)) for number, cost in enumerate(numbers)]
    for entry in entries:
        measure.add(entry)
    for entry in (entries[0], entries[3]):
        measure.remove(entry)
    assert f"at {value} in hits" in measure.seen()


def test_the_median_of_two_is_between_them() -> None:
    rule = correlation("value_median", limits=limit("=", 1.5), fields=("cost_usd",))
    assert raised(rule, happened(1, 0, "a", cost_usd=1.0), happened(2, 1, "a", cost_usd=2.0)) == ["file0002"]


def test_sums_are_exact_whatever_leaves_and_comes() -> None:
    rule = correlation("value_sum", limits=limit(">", 0.6), fields=("cost_usd",))
    values = [0.1, 0.2, 1e300, -1e300, 0.4]
    events = [happened(number, number / 100, "a", cost_usd=value) for number, value in enumerate(values)]
    assert raised(rule, *events) == ["file0002", "file0004"]


def test_a_sum_that_no_float_can_hold_is_still_a_sum() -> None:
    rule = correlation("value_sum", limits=limit(">", 1.7e308), fields=("cost_usd",))
    (row,) = Player(rule).play(*(happened(number, 0, "a", cost_usd=1.6e308) for number in range(3)))
    assert row["reason"].startswith("cost_usd adding up to inf in hits")


def test_values_that_are_no_finite_numbers_do_not_count() -> None:
    rule = correlation("value_sum", limits=limit(">", 1), fields=("cost_usd",))
    values = [float("nan"), float("inf"), 2.0]
    assert raised(rule, *(happened(n, n, "a", cost_usd=value) for n, value in enumerate(values))) == ["file0002"]


def test_flags_have_a_mean() -> None:
    rule = correlation("value_avg", limits=limit(">", 0.5), fields=("refusal",))
    said = [False, True, True]
    assert raised(rule, *(happened(n, n, "a", refusal=flag) for n, flag in enumerate(said))) == ["file0002"]


ALONE = correlation("temporal", "a", "b", expression=AllRules((0, NoRule(1))))


@pytest.mark.parametrize(("ticks", "fires"), [(-5, True), (-5 + JUST, False), (0, False), (5 - JUST, False), (5, True)])
def test_not_means_less_than_the_timespan_before_or_after(ticks: float, fires: bool) -> None:
    events = sorted([happened(1, 0, "a"), happened(2, ticks, "b")], key=lambda event: event.at or 0)
    assert raised(ALONE, *events, happened(3, 20)) == (["file0001"] if fires else [])


def test_an_absence_is_reported_when_the_lateness_after_the_window_is_over() -> None:
    player = Player(ALONE)
    player.play(happened(1, 0, "a"), happened(2, 8 - JUST))
    assert not player.standing
    (row,) = player.play(happened(3, 8))
    assert (row["event_id"], row["event_ids"], row["n_events"]) == ("file0001", ["file0001"], 1)


def test_an_absence_goes_by_the_first_of_the_hits_that_are_wanted() -> None:
    rule = correlation("temporal", "a", "b", "c", expression=AllRules((0, AnyRule((1,)), NoRule(2))))
    wanted = [happened(1, 0, "a"), happened(2, 3, "b")]
    assert raised(rule, *wanted, happened(4, 20)) == ["file0001"]
    assert raised(rule, *wanted, happened(3, 4, "c"), happened(4, 20)) == []
    assert raised(rule, *wanted, happened(3, 5, "c"), happened(4, 20)) == ["file0001"]


def test_absences_in_a_row_are_one_alert_until_nothing_is_left_of_them() -> None:
    row = [happened(number, 3 * number, "a") for number in range(4)]
    assert raised(ALONE, *row, happened(9, 40)) == ["file0000"]
    assert raised(ALONE, row[0], happened(8, 5, "a"), happened(9, 40)) == ["file0000", "file0008"]


def test_at_least_so_many_sources_in_any_order_or_in_theirs() -> None:
    events = [happened(1, 0, "c"), happened(2, 1, "a"), happened(3, 2, "b"), happened(4, 3, "c")]
    assert raised(correlation("temporal", "a", "b", "c", limits=limit(">=", 2)), *events) == ["file0002"]
    assert raised(correlation("temporal_ordered", "a", "b", "c", limits=limit(">=", 2)), *events) == ["file0003"]
    assert raised(correlation("temporal_ordered", "a", "b", "c"), *events) == ["file0004"]


def test_several_limits_must_all_hold() -> None:
    rule = correlation("event_count", limits=(*limit(">", 1), *limit("<=", 3)))
    events = [happened(number, number, "a") for number in range(5)]
    player = Player(rule)
    player.play(*events, happened(9, 30))
    # Up to two; then, as they leave, down to three again.
    assert [(row["event_id"], row["n_events"]) for row in player.standing.values()] == [
        ("file0001", 2),
        ("file0004", 3),
    ]
