"""A shift is cut into parts without a rest, and blamed on what speaks for it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.drift.traffic import REFUSALS, TOKENS, TOOLS, sketched

from llmsec_tui.drift.causes import Cause, Change, blame, changes_seen, split, splits
from llmsec_tui.drift.segments import DIMENSIONS, Segment, Slice, slices, values
from llmsec_tui.drift.sketch import Sketch

Parts = list[tuple[Segment, Sketch]]

SEGMENTS = st.builds(
    Segment,
    app=st.sampled_from(["shop", "desk", ""]),
    model=st.sampled_from(["a", "b"]),
    tenant=st.just(""),
    agent=st.just(""),
    language=st.sampled_from(["en", "de"]),
    prompt=st.sampled_from(["p1", "p2"]),
)
PARTS = st.lists(st.tuples(SEGMENTS, st.lists(st.floats(0, 1e5), max_size=8)), max_size=8).map(
    lambda parts: [(segment, sketched(TOKENS, np.array(found))) for segment, found in parts]
)


def part(n: int, value: float, **changes: str) -> tuple[Segment, Sketch]:
    segment = Segment("shop", "a", "", "", "en", "p1")._replace(**changes)
    return segment, sketched(TOKENS, np.full(n, value))


@given(PARTS, PARTS, st.sampled_from(DIMENSIONS))
def test_the_parts_are_the_whole(usual: Parts, now: Parts, dimension: str) -> None:
    found = split(TOKENS, dimension, usual, now)
    sides = [
        [sum(one.n(TOKENS) for _, one in side), sum(float(one.sums.sum()) for _, one in side)] for side in (usual, now)
    ]
    if found is None:
        assert not (sides[0][0] and sides[1][0])
        return
    (n0, s0), (n1, s1) = sides
    assert found.total == pytest.approx(s1 / n1 - s0 / n0, abs=1e-6)
    assert found.mix + found.within == pytest.approx(found.total, abs=1e-6)
    assert 0 <= found.fresh <= 1
    if len(found.movers) < 5:
        assert sum(adds for *_, adds in found.movers) == pytest.approx(found.total, abs=1e-6)


def test_other_shares_are_mix_and_other_values_are_within() -> None:
    usual = [part(50, 10.0), part(50, 100.0, app="desk")]
    mix = split(TOKENS, "app", usual, [part(10, 10.0), part(90, 100.0, app="desk")])
    within = split(TOKENS, "app", usual, [part(50, 20.0), part(50, 200.0, app="desk")])
    assert mix is not None
    assert within is not None
    assert (mix.total, mix.mix, mix.within) == pytest.approx((36.0, 36.0, 0.0))
    assert (within.total, within.mix, within.within) == pytest.approx((55.0, 0.0, 55.0))


def test_a_mix_of_names_is_not_cut_and_nothing_is_said_of_nothing() -> None:
    assert split(TOOLS, "app", [part(9, 1.0)], [part(9, 1.0)]) is None
    assert split(TOKENS, "app", [], [part(9, 1.0)]) is None
    assert splits(TOKENS, [part(9, 1.0)], [part(9, 2.0)]) == []


def causes(usual: Parts, now: Parts, *changes: Change, attacked: float = 0.0) -> list[Cause]:
    return [one.cause for one in blame(splits(TOKENS, usual, now), changes, attacked, 0.0)]


def test_each_kind_of_change_is_blamed_on_who_made_it() -> None:
    usual = [part(80, 10.0), part(20, 100.0, app="desk")]
    assert causes(usual, [part(100, 90.0, model="b")])[0] is Cause.PROVIDER
    assert causes(usual, [part(100, 90.0, prompt="p2")])[0] is Cause.OURS
    assert causes(usual, [part(20, 10.0), part(80, 100.0, app="desk")])[0] is Cause.USERS
    assert causes([part(9, 1.0)], [part(9, 9.0)], attacked=0.6)[0] is Cause.ATTACK
    assert causes([part(9, 1.0)], [part(9, 9.0)], Change(5, "deploy", "v2"))[0] is Cause.OURS
    assert causes([part(9, 1.0)], [part(9, 9.0)], Change(5, "model", "b"))[0] is Cause.PROVIDER
    assert causes([part(9, 1.0)], [part(9, 9.0)]) == [Cause.UNKNOWN]


def test_a_new_model_says_how_many_calls_go_to_it() -> None:
    [first, *_] = blame(splits(TOKENS, [part(9, 1.0)], [part(1, 1.0), part(3, 9.0, model="b")]), [], 0.0, 0.0)
    assert first.why == "75% of calls go to b, which the baseline does not have"
    assert 0 < first.share <= 1


def test_models_that_were_first_seen_lately_are_changes_but_not_of_a_new_application() -> None:
    def seen(at: int, app: str, model: str) -> dict[str, object]:
        return {"first_at": at, "app": app, "model": model, "prompt": ""}

    rows = [seen(1, "shop", "a"), seen(90, "shop", "b"), seen(95, "shop", "a"), seen(92, "desk", "c")]
    assert [(one.at, one.text, one.app) for one in changes_seen(rows, [], 50)] == [(90, "b", "shop")]


def test_tools_fingerprints_and_guardrails_that_were_first_seen_lately_are_changes_too() -> None:
    def seen(at: int, kind: str, value: str) -> dict[str, object]:
        return {"first_at": at, "app": "shop", "kind": kind, "value": value}

    began = [{"first_at": 1, "app": "shop", "model": "a", "prompt": ""}]
    others = [
        seen(1, "tools", "t1"),
        seen(70, "tools", "t2"),
        seen(80, "fingerprint", "fp"),
        seen(20, "tools", "t0"),
    ]
    found = changes_seen(began, others, 50)
    assert [(one.at, one.kind, one.text, one.seen) for one in found] == [
        (70, "tools", "t2", True),
        (80, "fingerprint", "fp", True),
    ]


def test_changes_shortly_before_have_what_is_left_of_a_shift_in_equal_parts() -> None:
    """And a guardrail that was first heard of is no change that anybody made, one that was noted is."""
    usual, now = [part(80, 10.0), part(20, 100.0, app="desk")], [part(60, 20.0), part(40, 200.0, app="desk")]
    by_mix = blame(splits(TOKENS, usual, now), [], 0.0, 0.0)
    [users] = by_mix
    assert (users.cause, 0.1 < users.share < 0.9) == (Cause.USERS, True)
    noted, seen = Change(5, "deploy", "v2"), Change(5, "fingerprint", "fp", seen=True)
    heard = Change(5, "guardrail", "g", seen=True)
    found = blame(splits(TOKENS, usual, now), [noted, seen, heard], 0.0, 0.0)
    shares = {one.cause: one.share for one in found}
    assert set(shares) == {Cause.USERS, Cause.OURS, Cause.PROVIDER}
    assert shares[Cause.OURS] == shares[Cause.PROVIDER] == pytest.approx((1 - users.share) / 2)
    fresh = [part(60, 20.0, prompt="p2"), part(40, 200.0, app="desk", prompt="p2")]
    prompted = blame(splits(TOKENS, usual, fresh), [Change(5, "prompt", "p2", seen=True)], 0.0, 0.0)
    assert [one.cause for one in prompted] == [Cause.OURS, Cause.USERS]
    alone = blame([], [Change(5, "guardrail", "g")], 0.0, 0.0)
    assert [(one.cause, one.share) for one in alone] == [(Cause.OURS, 1.0)]
    assert [one.cause for one in blame([], [heard], 0.0, 0.0)] == [Cause.UNKNOWN]


def test_slices_are_of_dimensions_with_several_values() -> None:
    one, other = (Segment("shop", model, "", "", "en", "") for model in ("a", "b"))
    found = slices({3: one, 7: other})
    assert {part.name: numbers for part, numbers in found.items()} == {"all": [3, 7], "model=a": [3], "model=b": [7]}
    assert all(Slice.named(part.name) == part for part in found)
    assert values([other, one], "model") == ["a", "b"]
    assert sketched(REFUSALS, np.array([1.0])).n(TOKENS) == 0
