"""Bugs that users of other engines report, each as a test of ours."""

from tests.detect.correlate.playing import Player, correlation, happened, limit, raised


def test_the_order_is_checked_for_every_rule_and_not_for_the_first_only() -> None:
    """hayabusa #1810: temporal_ordered looked at the first of its rules and took the rest as they came."""
    rule = correlation("temporal_ordered", "a", "b", "c")
    assert raised(rule, happened(1, 0, "a"), happened(2, 1, "c"), happened(3, 2, "b")) == []
    assert raised(rule, happened(1, 0, "a"), happened(2, 1, "b"), happened(3, 2, "c")) == ["file0003"]


def test_an_order_is_found_behind_one_that_leads_nowhere() -> None:
    """The first `a` is too old when `c` comes; the second one is not."""
    rule = correlation("temporal_ordered", "a", "b", "c")
    steps = [happened(1, 0, "a"), happened(2, 1, "b"), happened(3, 3, "a"), happened(4, 4, "b"), happened(5, 6, "c")]
    assert raised(rule, *steps) == ["file0005"]


def test_groups_do_not_mix() -> None:
    """hayabusa #1841: events of several hosts made up one sequence."""
    rule = correlation("temporal_ordered", "a", "b", group_by=("user_id",))
    mixed = [happened(1, 0, "a", user_id="alice"), happened(2, 1, "b", user_id="bob")]
    assert raised(rule, *mixed) == []
    assert raised(rule, *mixed, happened(3, 2, "b", user_id="alice")) == ["file0003"]
    assert raised(rule, happened(1, 0, "a", user_id="a"), happened(2, 1, "a", user_id="b")) == []


def test_events_beyond_the_timespan_are_not_counted() -> None:
    """hayabusa #1811, #1896: counts went on past the timeframe."""
    rule = correlation("event_count", limits=limit(">=", 3))
    assert raised(rule, *(happened(number, 3 * number, "a") for number in range(10))) == []
    rows = Player(rule).play(*(happened(number, 2 * number, "a") for number in range(10)))
    # One leaves before the next comes, so that it is true anew each time, of three and never of more.
    assert [(row["event_id"], row["n_events"]) for row in rows] == [(f"file{n:04d}", 3) for n in range(2, 10)]
    assert rows[-1]["event_ids"] == ["file0007", "file0008", "file0009"]


def test_a_timespan_is_not_a_bucket() -> None:
    """Zircolite does not apply it at all; others cut time into fixed windows and miss what lies across two."""
    rule = correlation("event_count", limits=limit(">=", 4))
    assert raised(rule, *(happened(number, 4 + number / 2, "a") for number in range(4))) == ["file0003"]


def test_four_of_five_before_a_restart_and_one_after_it_make_five() -> None:
    """rsigma's promise: 4 of 5 resumes at 4."""
    player = Player(correlation("event_count", limits=limit(">=", 5)))
    player.play(*(happened(number, number / 2, "a") for number in range(4)))
    assert player.crash() == []
    (row,) = player.play(happened(9, 2.5, "a"))
    assert row["n_events"] == 5


def test_a_rule_that_is_missing_a_group_field_does_not_put_its_events_in_a_group_of_their_own() -> None:
    rule = correlation("event_count", limits=limit(">=", 2), group_by=("user_id",))
    player = Player(rule)
    assert player.play(happened(1, 0, "a"), happened(2, 1, "a", user_id=None)) == []
    assert player.counts["over-time"].ungrouped == 2
