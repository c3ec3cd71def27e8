"""Numbers, times, flags, addresses, null and presence."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.semantics.agreement import agree, one

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTS = st.integers(-3, 12) | st.sampled_from([2**31 - 1, 2**31, 2**53 - 1, 2**53, 2**62, -(2**62)])
_AMOUNTS = st.integers(-8, 8).map(lambda eighths: eighths / 8) | st.sampled_from(
    [0.1, 0.1 + 1e-17, 0.30000000000000004, 1e-9, 1e300, float("inf"), float("nan"), 2.0**53, 2.0**53 + 2]
)
_WANTED = st.integers(-3, 12) | st.sampled_from([2**53, -(2**53), 2**31, 0.1, 0.3, 0.125, -0.5, 3.0, 1e-9])


@st.composite
def _number(draw: st.DrawFn) -> Any:
    """A number, bare or in quotes."""
    number = draw(_WANTED)
    return str(number) if draw(st.booleans()) else number


@pytest.mark.parametrize("comparison", ["", "|lt", "|lte", "|gt", "|gte"])
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_numbers_in_and_out_of_quotes(comparison: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["input_tokens", "http_status", "cost_usd", "duration_ms"]))
    several = data.draw(st.booleans())
    link = data.draw(st.sampled_from(["", "|all"] if several else ["", "" if comparison else "|neq"]))
    values = data.draw(st.lists(_number(), min_size=2, max_size=3)) if several else data.draw(_number())
    amounts = _AMOUNTS if name in ("cost_usd", "duration_ms") else _COUNTS
    if name == "http_status":
        amounts = st.integers(-3, 12) | st.just(2**31 - 1)
    events: list[dict[str, Any]] = [*({name: one} for one in data.draw(st.lists(amounts, min_size=1, max_size=8))), {}]
    agree(one(name + comparison + link, values), events)


@pytest.mark.parametrize(
    ("comparison", "below", "at", "above"),
    [
        ("", False, True, False),
        ("|lt", True, False, False),
        ("|lte", True, True, False),
        ("|gt", False, False, True),
        ("|gte", False, True, True),
        ("|neq", True, False, True),
    ],
)
def test_the_limit_itself(comparison: str, below: bool, at: bool, above: bool) -> None:
    events = [{"output_tokens": value} for value in (9, 10, 11)]
    assert agree(one("output_tokens" + comparison, 10), events) == [below, at, above]
    assert agree(one("output_tokens" + comparison, "10"), events) == [below, at, above]
    costs = [{"cost_usd": value} for value in (0.0999, 0.1, 0.1001)]
    assert agree(one("cost_usd" + comparison, 0.1), costs) == [below, at, above]
    hours = [{"ts": hour * 3_600_000_000 + 59 * 60_000_000} for hour in (9, 10, 11)]
    assert agree(one("ts|hour" + comparison, 10), hours) == [below, at, above]


_PARTS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "week": (1, 53), "month": (1, 12), "year": (1960, 2040)}
_EDGES = [
    datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2027, 1, 1, tzinfo=UTC),
    datetime(2024, 12, 30, tzinfo=UTC),
    datetime(2021, 1, 3, 12, tzinfo=UTC),
    datetime(2024, 2, 29, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    _EPOCH,
]
_TIMES = st.sampled_from(_EDGES) | st.datetimes(datetime(1960, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize("part", list(_PARTS))
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_parts_of_times_are_those_of_utc(part: str, data: st.DataObject) -> None:
    times = data.draw(st.lists(_TIMES, min_size=1, max_size=8))
    events: list[dict[str, Any]] = [*({"ts": (at - _EPOCH) // timedelta(microseconds=1)} for at in times), {}]
    near = {"week": times[0].isocalendar().week}.get(part, getattr(times[0], part, 1))
    wanted: Any = data.draw(st.integers(*_PARTS[part]) | st.just(near))
    wanted = data.draw(st.sampled_from([wanted, str(wanted)]))
    comparison = data.draw(st.sampled_from(["", "|lt", "|lte", "|gt", "|gte", "|neq"]))
    agree(one(f"ts|{part}{comparison}", wanted), events)
    agree(one(f"ts|{part}", [wanted, _PARTS[part][0]]), events)


def test_weeks_are_those_of_iso_8601_and_years_those_of_the_calendar() -> None:
    new_year = {"ts": int(datetime(2027, 1, 1, 12, tzinfo=UTC).timestamp()) * 1_000_000}
    assert agree(one("ts|week", 53), [new_year]) == [True]
    assert agree(one("ts|year", 2027), [new_year]) == [True]


_ADDRESSES = [
    *("10.0.0.0", "10.0.0.255", "10.0.1.0", "9.255.255.255", "255.255.255.255", "0.0.0.0", "::ffff:10.0.0.7"),
    *("2001:db8::", "2001:db8::ffff", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:DB8:0:0::1", "::1", "::"),
    *("10.0.0", "10.0.0.1:80", " 10.0.0.1", "010.0.0.1", "host", ""),
]
_NETWORKS = [
    *("10.0.0.0/24", "10.0.0.0/23", "10.0.0.7", "0.0.0.0/0", "255.255.255.255/32", "10.0.0.128/25"),
    *("2001:db8::/32", "2001:db8::/112", "::/0", "::1", "::ffff:0:0/96"),
]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(_NETWORKS), min_size=2, max_size=3), st.sampled_from(["", "|all", "|neq"]))
def test_networks(networks: list[str], link: str) -> None:
    events: list[dict[str, Any]] = [*({"source_ip": one} for one in _ADDRESSES), {}]
    agree(one(f"source_ip|cidr{link}", networks), events)
    agree(one("source_ip|cidr", networks[0]), events)


_HELD: dict[str, list[Any]] = {
    "tool_name": ["", "x", "null"],
    "input_tokens": [0, 5],
    "tool_is_error": [False, True],
    "ts": [0],
    "finish_reasons": ["", "stop"],
    "text": ["", "x"],
    "text.raw": ["x"],
    "text.folded": ["", "\u200b"],
    "text.decoded": ["x", "aWdub3JlIHByZXZpb3Vz"],
}


@pytest.mark.parametrize("name", list(_HELD))
@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("|exists", True),
        ("|exists", False),
        ("", None),
        ("|neq", None),
        ("|exists", [True, False]),
    ],
)
def test_presence_is_one_thing_and_emptiness_another(name: str, words: str, value: Any) -> None:
    events: list[dict[str, Any]] = [*({name.split(".")[0]: one} for one in _HELD[name]), {}]
    agree(one(name + words, value), events)


def test_null_among_other_values_is_one_of_them() -> None:
    events: list[dict[str, Any]] = [{"tool_name": "bash"}, {"tool_name": ""}, {}]
    assert agree(one("tool_name", ["bash", None]), events) == [True, False, True]
    assert agree(one("tool_name|neq", ["bash", None]), events) == [False, True, False]


def test_flags_are_true_or_false_or_absent() -> None:
    events: list[dict[str, Any]] = [{"refusal": True}, {"refusal": False}, {}]
    assert agree(one("refusal", True), events) == [True, False, False]
    assert agree(one("refusal|neq", True), events) == [False, True, True]
    assert agree(one("refusal", [True, False]), events) == [True, True, False]
