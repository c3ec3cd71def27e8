"""The times in records: read and moved in each format's own spelling."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.probes.clock import moved, when

HOUR = 3_600_000_000
AT = 1_781_618_400_000_000
"""2026-06-16T14:00:00Z."""

SPELLINGS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"timestamp": "2026-06-16T14:00:00.000Z"}, {"timestamp": "2026-06-16T15:00:00.000Z"}),
    ({"timestamp": "2026-06-16T14:00:00.000"}, {"timestamp": "2026-06-16T15:00:00.000"}),
    ({"startTime": AT / 1e6}, {"startTime": (AT + HOUR) / 1e6}),
    ({"created": AT // 10**6}, {"created": (AT + HOUR) // 10**6}),
    ({"endTimeUnixNano": f"{AT}000"}, {"endTimeUnixNano": f"{AT + HOUR}000"}),
    ({"spans": [{"timeUnixNano": f"{AT}000"}]}, {"spans": [{"timeUnixNano": f"{AT + HOUR}000"}]}),
]


@pytest.mark.parametrize(("record", "later"), SPELLINGS)
def test_a_time_is_moved_in_its_own_spelling(record: dict[str, Any], later: dict[str, Any]) -> None:
    """ISO stays ISO, seconds stay seconds, nanoseconds stay a string."""
    assert when(record) == AT
    assert moved(record, HOUR) == later


def test_the_latest_time_counts() -> None:
    """A record is written when the call that it describes is over."""
    assert when({"startTime": 10.0, "endTime": 12.5, "response": {"created": 11}}) == 12_500_000


def test_what_is_no_time_stays() -> None:
    """Neither a null, nor a word, nor a number under another name."""
    record = {"timestamp": None, "endTime": "never", "started": 5, "text": "2026-06-16T14:00:00.000Z"}
    assert when(record) is None
    assert moved(record, HOUR) == record


@given(st.integers(0, 4 * 10**9).map(lambda ms: ms * 1000), st.integers(-(10**9), 10**9).map(lambda ms: ms * 1000))
def test_moving_there_and_back_changes_nothing(at: int, by: int) -> None:
    """Milliseconds survive in every spelling, also as floating-point seconds."""
    at += AT
    record = {"endTime": at / 1e6, "timeUnixNano": f"{at}000", "inner": [{"timestamp": at / 1e6}]}
    assert moved(moved(record, by), -by) == record
    assert when(moved(record, by)) == at + by
