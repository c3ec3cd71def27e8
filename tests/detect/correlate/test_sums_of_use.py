"""Sums of what calls used: a call that several events tell of counts once, however they come and go."""

from hypothesis import given
from hypothesis import strategies as st
from tests.detect.correlate.playing import Player, correlation, happened

from llmsec_tui.detect.correlate.fold import Entry
from llmsec_tui.detect.correlate.measures import Sum
from llmsec_tui.detect.correlate.plan import ONCE, plans
from llmsec_tui.detect.rule import Comparison

COSTLY = correlation("value_sum", "a", fields=("cost_usd",), limits=(Comparison(">", 10),))
TOLD = st.tuples(st.integers(0, 20), st.sampled_from([None, "x", "y"]), st.sampled_from([0.5, 1.0, 2, 3.25]))


@given(st.lists(TOLD), st.integers(0, 20))
def test_the_sum_is_the_most_that_is_told_of_each_call(told: list[tuple[int, str | None, float]], cut: int) -> None:
    """Of those still in the window; what has no key counts each time."""
    entries = [
        Entry(at, ("file", number, 0), 0, f"e{number}", (value, call))
        for number, (at, call, value) in enumerate(sorted(told, key=lambda one: one[0]))
    ]
    measure = Sum("cost_usd")
    for entry in entries:
        measure.add(entry)
    for entry in entries:
        if entry.at < cut:
            measure.remove(entry)
    left = [entry.value for entry in entries if entry.at >= cut]
    alone = sum(float(value or 0) for value, call in left if call is None)
    most = sum(max((float(value or 0) for value, call in left if call == name), default=0.0) for name in "xy")
    assert measure.seen() == f"cost_usd adding up to {alone + most:g} in hits"
    assert measure.copy().seen() == measure.seen()


def test_rules_that_sum_up_use_ask_what_tells_calls_apart() -> None:
    [use] = plans([COSTLY])
    [other] = plans([correlation("value_sum", "a", fields=("duration_ms",), limits=(Comparison(">", 10),))])
    assert (use.fields, other.fields) == (("cost_usd", ONCE), ("duration_ms",))


def test_repeated_records_of_one_call_do_not_fire() -> None:
    """Three of six dollars with one key are six dollars; a second call makes twelve."""
    player = Player(COSTLY)
    player.batch([happened(number, number, "a", cost_usd=6.0, usage_key="call-1") for number in range(3)])
    assert not player.standing
    player.batch([happened(3, 3, "a", cost_usd=6.0, usage_key="call-2")])
    assert len(player.standing) == 1
