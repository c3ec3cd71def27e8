"""Monitors of money: who spent more than may be, each once a period, and who spends far faster than usual."""

from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.drift.baseline import HOUR
from llmsec_tui.drift.monitors.kinds import Budget, Period, Velocity
from llmsec_tui.drift.monitors.money import begin, over_budget, too_fast
from llmsec_tui.drift.monitors.series import BEGIN, Series
from llmsec_tui.drift.monitors.standing import State
from llmsec_tui.drift.monitors.trying import fired

DAY = 24 * HOUR
JANUARY = BEGIN - 4 * DAY


def test_a_day_and_a_month_begin_at_midnight_in_utc() -> None:
    assert begin(BEGIN + 5 * HOUR, Period.DAY) == BEGIN
    assert begin(BEGIN + 5 * HOUR, Period.MONTH) == JANUARY
    assert begin(begin(JANUARY + 31 * DAY, Period.MONTH), Period.MONTH) == JANUARY + 31 * DAY


def test_a_budget_of_ones_own_comes_before_that_of_the_file() -> None:
    spent = {"shop": 12.0, "hr": 4.0}
    limits = {"shop": 10.0}
    _, [one] = over_budget(Budget(), "app", spent, lambda _, name: limits.get(name), BEGIN, State())
    assert one.sentence == "App shop spent $12.00 in 2026-01-05 (UTC); $10.00 may be."
    assert dict(one.names) == {"app": "shop"}
    _, both = over_budget(Budget(limit=3), "app", spent, lambda *_: None, BEGIN, State())
    assert [found.names["app"] for found in both] == ["hr", "shop"]
    kind = Budget(period=Period.MONTH, limit=14, share=0.8)
    _, [warned] = over_budget(kind, "app", spent, lambda *_: None, JANUARY, State())
    assert warned.sentence == "App shop spent $12.00 in 2026-01 (UTC); $14.00 may be, of which 80% are spent."


def test_a_user_is_not_named_in_a_sentence_that_others_read() -> None:
    _, [one] = over_budget(Budget(limit=1), "user", {"ann@example.com": 2.0}, lambda *_: None, BEGIN, State())
    assert one.sentence.startswith("A user spent $2.00 ")
    assert dict(one.names) == {"user": "ann@example.com"}


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.floats(0, 100)), max_size=12), st.floats(0, 100))
@settings(max_examples=50)
def test_each_is_told_once_and_only_when_too_much_was_spent(steps: list[dict[str, float]], limit: float) -> None:
    state, told = State(), list[str]()
    for spent in steps:
        state, found = over_budget(Budget(), "app", spent, lambda *_: limit, BEGIN, State.of(state.packed()))
        told += [one.names["app"] for one in found]
    assert sorted(told) == sorted({name for spent in steps for name, cost in spent.items() if cost > limit})
    assert not any(name in state.packed().decode("latin-1") for name in ("app=", "budget"))


def test_a_month_adds_up_days() -> None:
    steady = Series(mean=1, days=1, hours=20 * 24)
    assert not fired(Budget(limit=300), steady, None)
    assert len(fired(Budget(limit=300, period=Period.MONTH), steady, None)) == 1


def test_an_hour_is_too_dear_by_the_hours_before_it_and_not_by_one_of_them() -> None:
    past = [2.0, 2.2, 1.8, 2.1, 1.9] * 5
    assert _said(past, 2.4) == []
    assert _said(past, 40.0) == ["Model m spent $40.00 within an hour, where $2.00 is usual."]
    assert _said([*past, 900.0], 40.0) == ["Model m spent $40.00 within an hour, where $2.00 is usual."]
    assert _said(past[:20], 40.0) == []
    assert _said([cost / 1_000 for cost in past], 0.04) == []


def _said(past: list[float], now: float) -> list[str]:
    _, found = too_fast(Velocity(), "model", {"m": past}, {"m": now}, BEGIN, State())
    return [one.sentence for one in found]
