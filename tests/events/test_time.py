"""Timestamps of every form become microseconds, and nothing else does."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.events.time import to_micros

_MOMENT = 1_747_318_642_123_456
"""2025-05-15 14:17:22.123456 UTC."""
_SECOND = 1_747_318_642_000_000


@pytest.mark.parametrize(
    ("value", "micros"),
    [
        ("2025-05-15T14:17:22Z", _SECOND),
        ("2025-05-15T14:17:22", _SECOND),
        ("2025-05-15 14:17:22", _SECOND),
        ("2025-05-15 14:17:22.000000000", _SECOND),
        ("2025-05-15T14:17:22.123Z", _SECOND + 123_000),
        ("2025-05-15T14:17:22.1234567Z", _MOMENT),
        ("2025-05-15T14:17:22.123456789Z", _MOMENT),
        ("2025-05-15T16:17:22.123456+02:00", _MOMENT),
        ("2025-05-15T09:47:22.123456-04:30", _MOMENT),
        ("2025-05-15 14:17:22 UTC", _SECOND),
        (1_747_318_642, _SECOND),
        (1_747_318_642.5, _SECOND + 500_000),
        ("1747318642", _SECOND),
        ("1747318642.123456", _MOMENT),
        (1_747_318_642_123, _SECOND + 123_000),
        ("1747318642123.456", _MOMENT),
        (1_747_318_642_123_456, _MOMENT),
        (1_747_318_642_123_456_789, _MOMENT),
        ("1747318642123456789", _MOMENT),
        (638_829_154_421_234_560, _MOMENT),
        ([1_747_318_642, 123_456_789], _MOMENT),
        ("1970-01-01T00:00:00Z", 0),
    ],
)
def test_every_form_of_a_moment_is_understood(value: Any, micros: int) -> None:
    """ISO, epochs of four units, .NET ticks and pairs name the same moment."""
    assert to_micros(value) == micros


@pytest.mark.parametrize(
    "value",
    [
        *("", "yesterday", "2025-13-40T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "12.5", "20250515"),
        *("2025-05-15", "2025-W20-4", "2025-136"),
        *(0, -1, 12.5, True, None, {}, [], [1, 2], [1_747_318_642, -1], [1_747_318_642, "x"], 10**30),
        *(float("inf"), float("nan"), -1e300, "9" * 5000, "²", "1_747_318_642"),
    ],
)
def test_what_is_no_moment_is_none(value: Any) -> None:
    """Durations, sentinels for "no time" and nonsense are not turned into times."""
    assert to_micros(value) is None


@given(
    st.datetimes(datetime(2002, 1, 1), datetime(2200, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
    st.integers(0, 9),
    st.sampled_from("T "),
)
def test_any_offset_and_any_number_of_digits_keep_the_moment(
    moment: datetime, offset: int, digits: int, separator: str
) -> None:
    """A time is the same instant in every zone, cut to the digits that were written."""
    zone = timezone(timedelta(minutes=offset))
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    fraction = f"{local.microsecond:06d}000"[:digits]
    sign, minutes = ("-" if offset < 0 else "+"), abs(offset)
    text = local.strftime(f"%Y-%m-%d{separator}%H:%M:%S") + (f".{fraction}" if fraction else "")
    text += f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"
    cut = moment.replace(microsecond=int(fraction[:6].ljust(6, "0")), tzinfo=UTC)
    assert to_micros(text) == (cut - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.lists(st.integers()), st.text("0123456789.-:TZ+ ")))
def test_nothing_makes_it_raise(value: Any) -> None:
    """Whatever a log holds, the answer is a number in range or None."""
    micros = to_micros(value)
    assert micros is None or 0 <= micros < 10**16
