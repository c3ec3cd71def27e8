"""The desks' days: always the same, in a real format, quiet for a while, and then changed as was planned."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmsec_tui.errors import SourceError
from llmsec_tui.events.model import Event, Kind
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.registry import Registry
from llmsec_tui.intake.read import WholeFile
from llmsec_tui.probes.days import Days
from llmsec_tui.probes.desk_log import CALLS_AN_HOUR, FILE, HOUR, lines
from llmsec_tui.probes.desks import (
    CREEP,
    CREEPING,
    HOURS,
    OTHER_USERS,
    QUIET_HOURS,
    RELEASE,
    STILL,
    SWAP,
    SWAPPED,
    SWAPPED_IN,
    Desk,
)

LAST = 1_800_000_000_000_000 // HOUR * HOUR
DESKS = (SWAP, CREEP, OTHER_USERS, RELEASE, STILL)


def events(days: Days, folder: Path, since: int, until: int) -> list[Event]:
    """What a collector makes of some hours of the log."""
    folder.mkdir()
    (folder / FILE).write_bytes(b"".join(line.data for line in days.lines(since, until)))
    memory, registry = Memory(), Registry()
    reads = WholeFile(folder / FILE).pieces()
    outcomes = [registry.map(record, memory) for read in reads for record in read.records]
    assert {outcome.format for outcome in outcomes} == {"otlp"}
    return [event for outcome in outcomes for event in outcome.events]


def answers(found: Sequence[Event]) -> list[Event]:
    return [event for event in found if event.kind is Kind.LLM_CALL]


@settings(max_examples=15)
@given(st.sampled_from(DESKS), st.lists(st.integers(LAST - 3 * HOUR, LAST + HOUR), min_size=3, max_size=3))
def test_a_log_may_be_cut_anywhere(desk: Desk, cuts: list[int]) -> None:
    """Each line is in one piece, and no piece depends on the others."""
    since, middle, until = sorted(cuts)
    pieces = [*lines(desk, LAST, since, middle), *lines(desk, LAST, middle, until)]
    assert sorted(pieces, key=lambda line: line.data) == sorted(
        lines(desk, LAST, since, until), key=lambda line: line.data
    )


@pytest.mark.parametrize("desk", DESKS, ids=lambda desk: desk.app)
def test_nothing_changes_while_it_is_quiet(desk: Desk) -> None:
    assert len({desk.manner(hour) for hour in range(-HOURS, QUIET_HOURS - HOURS)}) == 1
    days = Days((desk,), LAST)
    assert days.quiet_until < days.hour(CREEPING) < days.hour(SWAPPED)


def test_the_log_says_who_asked_which_desk_and_who_answered(tmp_path: Path) -> None:
    """Enough of it an hour for a verdict on one."""
    days = Days(DESKS, LAST)
    found = events(days, tmp_path / "logs", days.hour(-2), days.hour(0))
    assert {event.service_name for event in found} == {desk.app for desk in DESKS}
    assert all(event.conversation_id and event.user_id and event.tenant_id and event.ts for event in found)
    calls = answers(found)
    assert all(event.output_tokens and event.duration_ms and event.finish_reasons for event in calls)
    # What is answered a moment after the hour counts for the next.
    assert abs(len(calls) / len(DESKS) / 2 - CALLS_AN_HOUR) < 6


def test_the_swap_changes_who_answers_and_how(tmp_path: Path) -> None:
    """From an hour on, though what is asked for stays the same."""
    days = Days((SWAP,), LAST)
    before = answers(events(days, tmp_path / "before", days.hour(SWAPPED - 6), days.hour(SWAPPED)))
    after = answers(events(days, tmp_path / "after", days.hour(SWAPPED) + HOUR, days.hour(0)))
    assert SWAPPED_IN not in {event.response_model for event in before}
    assert {event.response_model for event in after} == {SWAPPED_IN}
    assert {event.request_model for event in before} == {event.request_model for event in after}
    assert _refused(after) > 3 * _refused(before)
    assert _mean_tokens(after) < 0.75 * _mean_tokens(before)


def test_answers_creep_too_slowly_to_be_seen_in_an_hour(tmp_path: Path) -> None:
    """Under prompts that are new each time."""
    days = Days((CREEP,), LAST)
    quiet = answers(events(days, tmp_path / "quiet", days.begin, days.begin + 12 * HOUR))
    end = answers(events(days, tmp_path / "end", days.hour(-10), days.hour(0)))
    assert 1.1 < _mean_tokens(end) / _mean_tokens(quiet) < 1.35
    assert len({CREEP.manner(hour).prompt for hour in range(-HOURS, 1)}) == 4
    steps = [CREEP.manner(hour + 1).sentences / CREEP.manner(hour).sentences for hour in range(-HOURS, 0)]
    assert max(steps) < 1.02


def _refused(found: Sequence[Event]) -> float:
    return sum(event.refusal is True for event in found) / len(found)


def _mean_tokens(found: Sequence[Event]) -> float:
    return sum(event.output_tokens or 0 for event in found) / len(found)


def test_the_days_are_written_at_once_and_in_order(tmp_path: Path) -> None:
    days = Days((STILL,), LAST)
    logs = tmp_path / "logs"
    logs.mkdir()
    count = days.write(logs, days.begin + 2 * HOUR)
    written = (logs / FILE).read_bytes().splitlines()
    assert count == len(written)
    spans = [json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"][0] for line in written]
    ends = [int(span["endTimeUnixNano"]) for span in spans]
    assert ends == sorted(ends)


def test_days_that_cannot_be_written_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be written"):
        Days((STILL,), LAST).write(tmp_path / "nowhere" / "logs", LAST - (HOURS - 1) * HOUR)
