"""The times inside log records: read them, and move them as if the records were written at another hour."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

TIMES = {
    "timestamp",
    "startTime",
    "endTime",
    "completionStartTime",
    "created",
    "created_at",
    "startTimeUnixNano",
    "endTimeUnixNano",
    "timeUnixNano",
    "observedTimeUnixNano",
}
"""The keys under which the formats of the story write times."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def when(record: Any) -> int | None:
    """The latest time in a record, in microseconds since 1970 UTC; None where there is none."""
    times: list[int] = []

    def remember(at: int) -> int:
        times.append(at)
        return at

    _rewrite(record, remember)
    return max(times, default=None)


def moved(record: Any, by: int) -> Any:
    """The record with all its times ``by`` microseconds later, each written as it was: ISO, seconds or nanoseconds."""
    return _rewrite(record, lambda at: at + by)


def _rewrite(value: Any, change: Callable[[int], int]) -> Any:
    if isinstance(value, dict):
        return {key: _time(item, change) if key in TIMES else _rewrite(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_rewrite(item, change) for item in value]
    return value


def _time(value: Any, change: Callable[[int], int]) -> Any:
    match value:
        case bool():
            return value
        case int():
            return change(value * 1_000_000) // 1_000_000
        case float():
            return change(round(value * 1e6)) / 1e6
        case str() if value.isascii() and value.isdigit():
            return str(change(int(value) // 1000) * 1000)
        case str():
            return _iso(value, change)
    return _rewrite(value, change)


def _iso(text: str, change: Callable[[int], int]) -> str:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    aware = read if read.tzinfo else read.replace(tzinfo=UTC)
    at = (aware - _EPOCH) // timedelta(microseconds=1)
    written = (_EPOCH + timedelta(microseconds=change(at))).isoformat(timespec="milliseconds").removesuffix("+00:00")
    return written + "Z" if read.tzinfo else written
