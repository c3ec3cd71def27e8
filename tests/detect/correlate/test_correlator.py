"""What a collector gets from its rules over time: alerts, counts, and a memory that survives."""

import gc
from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from tests.detect.correlate.playing import NOW, START, TICK, Player, at, correlation, frames, happened, limit

from llmsec_tui.detect.correlate import ledger
from llmsec_tui.detect.correlate.correlator import Correlator, Counts
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.errors import StoreError
from llmsec_tui.events.schema import ALERTS

MANY = correlation("event_count", limits=limit(">", 2), group_by=("user_id",))


def burst(count: int, start: int = 0, ticks: float = 0.0, user: str | None = "alice", **fields: Any) -> list[Any]:
    """A hit every tenth of a tick."""
    numbers = range(start, start + count)
    return [happened(number, ticks + number / 10, "a", user_id=user, **fields) for number in numbers]


def test_an_alert_says_what_happened_to_whom_and_points_at_its_events() -> None:
    (row,) = Player(MANY).play(*burst(3, conversation_id="c1", service_name="shop", response_model="m"))
    assert row["reason"] == '3 hits of "a" within 50s for user_id=alice, more than 2'
    assert row["excerpt"] == "3 hits for user_id=alice"
    assert row["group_key"] == '{"user_id":"alice"}'
    assert (row["event_id"], row["n_events"]) == ("file0002", 3)
    assert row["event_ids"] == ["file0000", "file0001", "file0002"]
    assert row["began"] == datetime(2026, 9, 21, 14, 13, 20)
    assert row["ts"] == datetime(2026, 9, 21, 14, 13, 22)
    assert (row["conversation_id"], row["app"], row["model"], row["source_path"]) == ("c1", "shop", "m", "file")
    assert (row["title"], row["level"], row["tags"], row["confidence"]) == ("Too much", "high", ["owasp.llm01"], 0.5)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (
            correlation("value_count", limits=limit(">=", 2), fields=("tool_name",)),
            '2 different tool_name in hits of "a" within 50s, at least 2',
        ),
        (
            correlation("value_sum", limits=limit(">", 10), fields=("output_tokens",)),
            'output_tokens adding up to 1,200 in hits of "a" within 50s, more than 10',
        ),
        (
            correlation("value_median", limits=limit(">", 10), fields=("output_tokens",)),
            'median of output_tokens at 1,200 in hits of "a" within 50s, more than 10',
        ),
        (correlation("temporal", "a", "b"), 'hits of "a" and "b" within 50s, in any order'),
        (correlation("temporal_ordered", "a", "b"), 'hits of "a", then "b" within 50s, in this order'),
    ],
)
def test_reasons_are_sentences(rule: Any, reason: str) -> None:
    rows = Player(rule).play(
        happened(1, 0, "a", tool_name="x", output_tokens=1200),
        happened(2, 1, "a", "b", tool_name="y", output_tokens=1200),
    )
    assert [row["reason"] for row in rows] == [reason]


def test_without_rules_over_time_nothing_is_done_or_remembered() -> None:
    correlator = Correlator(RuleSet(()), lambda _: {})
    found = correlator.observe(pl.DataFrame(), pl.DataFrame(), [], NOW)
    assert (found.alerts.schema, found.record, found.counts) == (pl.Schema(ALERTS), b"", {})


def test_an_alert_comes_with_the_event_that_makes_it_true_and_not_later() -> None:
    player = Player(MANY)
    player.batch(burst(2))
    found = player.batch(burst(1, start=2))
    assert found.alerts.height == 1


def test_a_late_event_withdraws_what_did_not_happen_and_raises_what_did() -> None:
    player = Player(MANY)
    player.play(*burst(2), happened(9, 1, "a", user_id="alice"))
    assert [row["event_id"] for row in player.standing.values()] == ["file0009"]
    found = player.batch([happened(5, 0.5, "a", user_id="alice")])
    assert [row["event_id"] for row in player.standing.values()] == ["file0005"]
    assert [one.reason for one in found.withdrawn] == [
        "An event that came late, or came again in another version, undid it."
    ]


def test_an_event_is_late_just_past_the_lateness_and_then_takes_no_part() -> None:
    hits = [happened(1, 0, "a", user_id="u"), happened(2, 0, "a", user_id="u")]
    for ticks, late in ((3.0, False), (3.0 + 1e-7, True)):
        player = Player(MANY)
        player.play(*hits, happened(3, ticks), happened(4, 0, "a", user_id="u"))
        assert bool(player.standing) is not late
        assert (player.counts["over-time"].late if late else 0) == int(late)


def test_events_without_a_time_are_counted_and_take_no_part() -> None:
    player = Player(MANY)
    player.batch([happened(number, None, "a", user_id="u") for number in range(5)])
    assert not player.standing
    assert player.counts == {"over-time": Counts(late=0, untimed=5, ungrouped=0, future=0, evicted=0)}


def test_an_event_of_2099_blinds_nobody() -> None:
    player = Player(MANY)
    far = 4_070_908_800_000_000
    odd = happened(99, (far - START) / TICK, "a", user_id="alice")
    player.batch([odd], now=at(1))
    player.batch(burst(3), now=at(1))
    player.batch(burst(3, start=3, user="bob"), now=at(1))
    assert [row["event_id"] for row in player.standing.values()] == ["file0002", "file0005"]
    assert player.counts["over-time"] == Counts(late=0, untimed=0, ungrouped=0, future=1, evicted=0)


def test_a_clock_that_runs_ahead_within_the_same_batch_makes_nothing_late() -> None:
    player = Player(MANY)
    player.batch([happened(99, 10_000_000, user_id="x"), *burst(3)], now=at(1))
    assert len(player.standing) == 1
    assert "over-time" not in player.counts


def test_old_logs_are_judged_by_their_own_time() -> None:
    player = Player(MANY)
    player.batch(burst(3), now=at(5_000_000))
    assert len(player.standing) == 1


def test_the_oldest_group_goes_when_there_are_too_many_and_that_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MOST_GROUPS", 10)
    player = Player(replace(MANY, timespan=1000 * TICK))
    for number in range(11):
        player.batch([happened(number, number / 10, "a", user_id=f"u{number}")])
    assert player.counts["over-time"].evicted == 1
    again = [happened(20 + number, 2 + number / 10, "a", user_id=user) for number, user in enumerate(("u0", "u9"))]
    player.play(*again, *[happened(30 + n, 3 + n / 10, "a", user_id=user) for n, user in enumerate(("u0", "u9"))])
    assert [row["group_key"] for row in player.standing.values()] == ['{"user_id":"u9"}']


def test_groups_with_nothing_left_in_their_window_make_room_before_any_is_evicted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ledger, "MOST_GROUPS", 10)
    player = Player(MANY)
    for number in range(100):
        player.batch([happened(number, number, "a", user_id=f"u{number}")])
    assert "over-time" not in player.counts


@pytest.mark.parametrize(
    "rule",
    [
        correlation("event_count", limits=limit(">", 10_000), ticks=10_000),
        correlation("event_count", limits=limit("<", 3), ticks=10_000),
        correlation("value_count", limits=limit(">", 10_000), fields=("tool_name",), ticks=10_000),
        correlation("value_sum", limits=limit(">", 10_000), fields=("cost_usd",), ticks=10_000),
        correlation("value_median", limits=limit(">", 10_000), fields=("cost_usd",), ticks=10_000),
    ],
)
def test_a_single_group_forgets_its_oldest_values_when_it_has_too_many(
    rule: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "MOST_VALUES", 100)
    player = Player(rule)
    for number in range(0, 300, 10):
        player.batch([happened(n, n, "a", cost_usd=1.0, tool_name=str(n)) for n in range(number, number + 10)])
    assert player.counts["over-time"].evicted > 100
    assert player.crash() == []


def test_an_event_before_what_a_full_group_fixed_comes_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MOST_VALUES", 20)
    player = Player(correlation("event_count", limits=limit(">", 1000)))
    player.batch([happened(number, number / 100, "a") for number in range(2, 30)])
    player.batch([happened(1, 0, "a")])
    assert player.counts["over-time"].late == 1


def test_alerts_of_one_rule_are_events_for_another_and_the_outer_group_counts() -> None:
    inner = replace(MANY, id="inner", alerts=False)
    outer = correlation("event_count", "inner", id="outer", ticks=100, limits=limit(">=", 2), group_by=("tenant_id",))
    player = Player(inner, outer)
    player.play(*burst(3, tenant_id="t"), *burst(3, start=10, user="bob", tenant_id="t"))
    assert [(row["rule_id"], row["group_key"]) for row in player.standing.values()] == [("outer", '{"tenant_id":"t"}')]
    by_user = replace(outer, group_by=("user_id",))
    assert Player(inner, by_user).play(*burst(3, tenant_id="t"), *burst(3, start=10, user="bob")) == []
    again = burst(3, start=80)
    assert len(Player(inner, by_user).play(*burst(3), *again)) == 1


def test_a_chain_is_undone_when_its_inner_alert_is() -> None:
    inner = correlation("temporal_ordered", "a", "b", id="inner")
    outer = correlation("event_count", "inner", id="outer", limits=limit(">=", 1))
    player = Player(inner, outer)
    player.play(happened(2, 0, "a"), happened(3, 1, "b"))
    assert {row["rule_id"] for row in player.standing.values()} == {"inner", "outer"}
    player.batch([happened(3, 0.9)], amended=["file0003"])
    assert not player.standing


def test_aliases_name_one_group_by_a_field_of_each_source() -> None:
    aliases = {"who": {"a": "user_id", "b": "agent_id"}}
    rule = correlation("temporal", "a", "b", group_by=("who",), aliases=aliases)
    player = Player(rule)
    (row,) = player.play(
        happened(1, 0, "a", user_id="x", agent_id="y"),
        happened(2, 1, "b", user_id="x", agent_id="z"),
        happened(3, 2, "b", user_id="z", agent_id="x"),
    )
    assert (row["event_id"], row["group_key"]) == ("file0003", '{"who":"x"}')


def test_an_amended_event_counts_once_and_as_its_last_version() -> None:
    player = Player(MANY)
    player.play(*burst(2))
    for _ in range(5):
        player.batch([happened(1, 0.1, "a", user_id="alice")], amended=["file0001"])
    assert not player.standing
    player.play(happened(2, 0.2, "a", user_id="alice"))
    assert len(player.standing) == 1
    player.batch([happened(1, 0.1, "a", user_id="bob")], amended=["file0001"])
    assert not player.standing


def test_an_amended_event_whose_former_version_is_settled_is_not_counted_again() -> None:
    for restart in (False, True):
        player = Player(MANY)
        player.play(*burst(2), happened(50, 4))
        if restart:
            player.save()
            player.crash()
        player.batch([happened(1, 4, "a", user_id="alice")], amended=["file0001"])
        assert not player.standing
        player.play(happened(2, 4.1, "a", user_id="alice"))
        assert len(player.standing) == 1


def test_an_alert_whose_evidence_is_in_the_store_takes_it_from_there() -> None:
    player = Player(correlation("event_count", limits=limit("<", 1)))
    player.play(happened(1, 0, "a", conversation_id="c1"))
    player.crash()
    (row,) = player.play(happened(2, 50))
    assert (row["event_id"], row["conversation_id"], row["n_events"]) == ("file0001", "c1", 0)
    player = Player(correlation("event_count", limits=limit("<", 1)))
    player.play(happened(1, 0, "a", conversation_id="c1"))
    player.crash()
    player.events.clear()
    (row,) = player.play(happened(2, 50))
    assert (row["conversation_id"], row["source_offset"], row["ts"]) == (None, 1, datetime(2026, 9, 21, 14, 13, 20))


def test_a_changed_rule_begins_anew_and_so_do_the_rules_that_build_on_it() -> None:
    inner, other = replace(MANY, id="inner"), replace(MANY, id="other")
    outer = correlation("event_count", "inner", id="outer", limits=limit(">=", 1))
    changed = (replace(inner, version="2"), other, outer)
    for save in (False, True):
        player = Player(inner, other, outer)
        player.play(*burst(2), *burst(3, start=5, user="bob"))
        if save:
            player.save()
        player.ruleset = RuleSet((), changed)
        assert player.crash() == (["inner", "outer"] if save else ["inner"])
        player.standing.clear()
        player.play(happened(2, 0.8, "a", user_id="alice"))
        assert [row["rule_id"] for row in player.standing.values()] == ["other"]
    player = Player(inner, other, outer)
    player.play(*burst(2), *burst(3, start=5, user="bob"))
    assert player.replace(*changed) == ["inner", "outer"]
    player.standing.clear()
    player.play(happened(2, 0.8, "a", user_id="alice"))
    assert [row["rule_id"] for row in player.standing.values()] == ["other"]


def test_a_batch_that_brings_nothing_leaves_no_record() -> None:
    player = Player(MANY)
    assert player.batch(burst(1)).record
    quiet = [happened(7, 0.0, user_id="x")]
    assert player.batch(quiet).record == b""


@pytest.mark.parametrize("data", [b"\xc1", b"\x93\x02\xa1x\x80", b"text"])
def test_what_is_no_record_is_refused_in_words(data: bytes) -> None:
    correlator = Correlator(RuleSet((), (MANY,)), lambda _: {})
    with pytest.raises(StoreError, match="rules over time cannot be read"):
        correlator.restore(None, [data])
    with pytest.raises(StoreError, match="rules over time cannot be read"):
        correlator.restore(data, [])


def test_what_another_version_of_this_program_wrote_is_left_and_that_is_told() -> None:
    correlator = Correlator(RuleSet((), (MANY,)), lambda _: {})
    assert correlator.restore(b"\x92\xcd\x03\xe7\xc0", []) == ["over-time"]


def test_the_same_batches_give_the_same_bytes() -> None:
    def run() -> tuple[bytes, list[bytes], list[dict[str, Any]]]:
        player = Player(MANY, correlation("value_avg", id="mean", limits=limit(">", 0), fields=("cost_usd",)))
        player.batch([*burst(5, cost_usd=0.5), *burst(5, start=5, user="bob")])
        return player.correlator.snapshot(), player.records, list(player.standing.values())

    assert run() == run()


def test_the_end_of_a_live_input_adds_nothing() -> None:
    player = Player(MANY)
    player.batch(burst(3))
    assert player.finish().alerts.is_empty()


def test_frames_are_what_a_batch_has() -> None:
    events, hits = frames(burst(2))
    assert (events.height, hits.rows()) == (2, [("file0000", "a"), ("file0001", "a")])


def test_what_a_batch_was_taken_apart_into_goes_with_it() -> None:
    """Nothing holds on to itself: cycles of references are looked for rarely, and each would keep a whole batch."""
    player = Player(correlation("event_count", "a", group_by=("user_id",), limits=limit(">=", 1_000)))
    player.batch([happened(0, 0, "a", user_id="ada")])
    gc.collect()
    gc.disable()
    try:
        player.batch([happened(number, number, "a", user_id=f"u{number}") for number in range(1, 500)])
        assert gc.collect() == 0
    finally:
        gc.enable()
