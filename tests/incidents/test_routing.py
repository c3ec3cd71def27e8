"""Who is told, and the hours in which they are not: over midnight, on some days, and when clocks are changed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from llmsec_tui.incidents.policy import Quiet, Route
from llmsec_tui.incidents.routing import loud_from, routed

EVERY_DAY = frozenset(range(7))
VIENNA = "Europe/Vienna"
LEVELS = frozenset({"high", "critical"})


def micros(moment: str, zone: str = VIENNA) -> int:
    return round(datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1_000_000


def utc(moment: str) -> int:
    return micros(moment, "UTC")


def quiet(begins: str, ends: str, days: frozenset[int] = EVERY_DAY, level: str = "critical") -> Quiet:
    def minutes(written: str) -> int:
        return int(written[:2]) * 60 + int(written[3:])

    return Quiet(begins=minutes(begins), ends=minutes(ends), zone=VIENNA, days=days, level=level)


NIGHT = quiet("22:00", "07:00")


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-23T21:59:59", "2026-11-23T21:59:59"),
        ("2026-11-23T22:00:00", "2026-11-24T07:00:00"),
        ("2026-11-24T03:00:00", "2026-11-24T07:00:00"),
        ("2026-11-24T07:00:00", "2026-11-24T07:00:00"),
    ],
)
def test_hours_over_midnight_end_the_next_morning(at: str, until: str) -> None:
    assert loud_from(NIGHT, "high", micros(at)) == micros(until)


def test_hours_begin_on_their_days_only() -> None:
    fridays = quiet("22:00", "07:00", frozenset({4}))
    assert loud_from(fridays, "high", micros("2026-11-28T03:00:00")) == micros("2026-11-28T07:00:00")
    assert loud_from(fridays, "high", micros("2026-11-28T23:00:00")) == micros("2026-11-28T23:00:00")


def test_who_is_bad_enough_wakes_people_all_the_same() -> None:
    at = micros("2026-11-24T03:00:00")
    assert loud_from(NIGHT, "critical", at) == at
    assert loud_from(quiet("22:00", "07:00", level="high"), "high", at) == at


def test_the_night_in_which_clocks_go_forward_is_an_hour_shorter() -> None:
    assert loud_from(NIGHT, "high", micros("2026-03-28T23:00:00")) == utc("2026-03-29T05:00:00")


def test_the_night_in_which_clocks_go_back_is_an_hour_longer() -> None:
    assert loud_from(NIGHT, "high", micros("2026-10-24T23:00:00")) == utc("2026-10-25T06:00:00")


def test_an_end_that_the_clock_leaps_over_comes_as_much_later() -> None:
    leapt = quiet("22:00", "02:30")
    assert loud_from(leapt, "high", micros("2026-03-28T23:00:00")) == utc("2026-03-29T01:30:00")


def test_an_end_that_the_clock_shows_twice_is_the_first_of_the_two() -> None:
    twice = quiet("22:00", "02:30")
    assert loud_from(twice, "high", micros("2026-10-24T23:00:00")) == utc("2026-10-25T00:30:00")
    again = utc("2026-10-25T01:15:00")
    assert loud_from(twice, "high", again) == again


def test_hours_that_follow_each_other_are_slept_through() -> None:
    weekend = quiet("00:00", "23:59", frozenset({5, 6}))
    saturday = micros("2026-11-28T12:00:00")
    assert loud_from(weekend, "high", saturday) == micros("2026-11-28T23:59:00")
    whole = Quiet(begins=0, ends=0, zone=VIENNA, days=frozenset({5, 6}), level="critical")
    assert loud_from(whole, "high", saturday) == micros("2026-11-30T00:00:00")


@given(
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    begins=st.integers(0, 1_439),
    ends=st.integers(0, 1_439),
    days=st.frozensets(st.integers(0, 6)),
)
def test_nothing_waits_longer_than_the_hours_last(at: datetime, begins: int, ends: int, days: frozenset[int]) -> None:
    assume(begins != ends)
    asked = round(at.replace(tzinfo=UTC).timestamp()) * 1_000_000
    hours = Quiet(begins=begins, ends=ends, zone=VIENNA, days=days, level="critical")
    until = loud_from(hours, "high", asked)
    assert asked <= until
    assert until - asked <= timedelta(hours=25) / timedelta(microseconds=1)
    assert loud_from(hours, "high", until) == until


def route(*channels: str, about: str = "opened", hours: Quiet | None = None) -> Route:
    return Route(channels=channels, levels=LEVELS, about=frozenset({about}), quiet=hours)


def test_only_routes_for_the_level_and_the_change_count() -> None:
    routes = [route("a"), route("b", about="closed")]
    assert routed(routes, "high", "opened", 7) == {"a": 7}
    assert routed(routes, "low", "opened", 7) == {}
    assert routed(routes, "high", "breached", 7) == {}


def test_a_channel_of_two_routes_is_told_once_and_as_early_as_either_lets_it() -> None:
    at = micros("2026-11-24T03:00:00")
    assert routed([route("a", "b", hours=NIGHT), route("a")], "high", "opened", at) == {
        "a": at,
        "b": micros("2026-11-24T07:00:00"),
    }
