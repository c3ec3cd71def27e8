"""Turn every form of timestamp that logs use into microseconds since 1970 UTC."""

from datetime import UTC, datetime
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 9_999_999_999_999_999
"""Year 2286. Clocks that show more are broken, and so are those before 1970: Go and .NET write year 1 for no time."""
_SECONDS = range(1_000_000_000, 10_000_000_000)
_MILLISECONDS = range(1_000_000_000_000, 10_000_000_000_000)
_MICROSECONDS = range(1_000_000_000_000_000, 10_000_000_000_000_000)
_NANOSECONDS = range(1_000_000_000_000_000_000, 10_000_000_000_000_000_000)
_TICKS = range(630_000_000_000_000_000, 650_000_000_000_000_000)
_TICKS_TO_1970 = 621_355_968_000_000_000
_LONGEST = 40
"""Characters of the longest sensible timestamp; longer strings are not looked at."""


def to_micros(value: Any) -> int | None:
    """Microseconds since 1970 UTC, or None for what is no time between 1970 and 2286. Never raises.

    Takes ISO 8601 with 0 to 9 fractional digits (``Z``, an offset, or nothing, which means UTC; ``T`` or a space; not a
    date alone), epoch seconds, milliseconds, microseconds or nanoseconds and .NET ticks as int, float or decimal string
    (told apart by their number of digits, so epochs before September 2001 are not recognised), and ``[seconds,
    nanoseconds]``.
    """
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return _from_integer(value)
    if isinstance(value, float):
        return _from_float(value)
    if isinstance(value, list) and len(value) == 2:
        return _from_pair(value[0], value[1])
    return None


def _from_text(text: str) -> int | None:
    if len(text) > _LONGEST or not text.isascii():
        return None
    if text.isdigit():
        return _from_integer(int(text))
    if ":" not in text and "T" not in text:
        # A day alone is no moment, and midnight would be made up.
        return _from_odd_text(text.strip())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _from_odd_text(text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - _EPOCH
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return micros if 0 <= micros <= _LATEST else None


def _from_odd_text(text: str) -> int | None:
    for suffix in (" UTC", " GMT", " Z"):
        if text.endswith(suffix):
            return _from_text(text.removesuffix(suffix))
    whole, point, fraction = text.partition(".")
    if point and whole.isdigit() and fraction.isdigit():
        return _from_decimal(int(whole), fraction)
    return None


def _from_decimal(whole: int, fraction: str) -> int | None:
    if whole in _SECONDS:
        return whole * 1_000_000 + int(fraction[:6].ljust(6, "0"))
    if whole in _MILLISECONDS:
        return whole * 1_000 + int(fraction[:3].ljust(3, "0"))
    return _from_integer(whole)


def _from_integer(number: int) -> int | None:
    if number in _SECONDS:
        return number * 1_000_000
    if number in _MILLISECONDS:
        return number * 1_000
    if number in _MICROSECONDS:
        return number
    if number in _NANOSECONDS:
        return number // 1_000
    if number in _TICKS:
        return (number - _TICKS_TO_1970) // 10
    return None


def _from_float(number: float) -> int | None:
    if 1e9 <= number < 1e10:
        return round(number * 1e6)
    if 1e12 <= number < 1e13:
        return round(number * 1e3)
    # Infinity and NaN fail this comparison too.
    return _from_integer(int(number)) if 1e15 <= number < 1e19 else None


def _from_pair(seconds: Any, nanos: Any) -> int | None:
    if type(seconds) is not int or type(nanos) is not int:
        return None
    if seconds in _SECONDS and 0 <= nanos < 1_000_000_000:
        return seconds * 1_000_000 + nanos // 1_000
    return None
