"""Spans of time."""

import pytest

from llmsec_tui.detect.sigma.timespan import micros, problem


@pytest.mark.parametrize(
    ("written", "seconds"), [("1s", 1), ("90m", 5_400), ("2h", 7_200), ("7d", 604_800), ("366d", 31_622_400)]
)
def test_a_number_and_a_letter_are_a_span(written: str, seconds: int) -> None:
    assert micros(written) == seconds * 1_000_000
    assert problem(written) is None


@pytest.mark.parametrize(
    "written",
    ["", "5", "m", "5 m", "-5m", "1.5h", "5M", "1w", "1y", "367d", "٥m", "9" * 50 + "s", 60, None, True, ["1m"]],
)
def test_anything_else_is_refused(written: object) -> None:
    assert micros(written) is None
    assert "366d" in (problem(written) or "")


def test_nothing_is_no_span_for_a_window() -> None:
    assert micros("0s") == 0
    assert problem("0s") == "must be longer than nothing"
