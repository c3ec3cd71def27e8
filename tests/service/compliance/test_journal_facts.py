"""What the record of acts says about a period."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.compliance.facts import Span
from llmsec_tui.service.compliance.journal_facts import acts, watched

PERIOD = Span(start=100, end=200)


def row(at: int, action: str = "collector.start", result: str = "done", actor: str = "ann") -> dict[str, Any]:
    return {"at": at, "action": action, "result": result, "actor": actor}


def test_a_collector_that_ran_through_watched_all_of_it() -> None:
    assert watched([row(50), row(250, "collector.end")], PERIOD, 300) == (PERIOD,)


def test_one_that_still_runs_watched_until_now() -> None:
    assert watched([row(50)], PERIOD, 150) == (Span(start=100, end=150),)


def test_one_that_was_killed_counts_up_to_its_last_record() -> None:
    rows = [row(50), row(120, "alerts.acknowledge"), row(180)]
    assert watched(rows, PERIOD, 190) == (Span(start=100, end=120), Span(start=180, end=190))


def test_nothing_was_watched_when_no_collector_ever_started() -> None:
    assert watched([], PERIOD, 300) == ()


@given(st.lists(st.tuples(st.integers(0, 300), st.sampled_from(["collector.start", "collector.end", "other"]))))
def test_whatever_the_clock_did_no_moment_counts_twice(told: list[tuple[int, str]]) -> None:
    spans = watched([row(at, action) for at, action in told], PERIOD, 300)
    assert all(span.start < span.end for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert all(PERIOD.start <= span.start and span.end <= PERIOD.end for span in spans)


def test_acts_are_counted_by_name_and_result_with_those_who_did_them() -> None:
    rows = [row(1, "alerts.dismiss"), row(2, "alerts.dismiss", actor="bob"), row(3, "alerts.dismiss", "refused")]
    done, refused = acts(rows)
    assert (done.n, done.people) == (2, ("ann", "bob"))
    assert (refused.result, refused.n) == ("refused", 1)
