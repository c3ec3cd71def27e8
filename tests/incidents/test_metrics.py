"""Figures are what counting by hand gives, and say how sure they are."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.incidents.lives import Life, lives
from tests.incidents.parts import HOUR, MINUTE, NOW, after, opened, share

from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents import metrics
from llmsec_tui.incidents.changes import Change
from llmsec_tui.incidents.fold import replay
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.metrics import Judged, Spread, of_levels, of_rules, of_teams, spread, wilson
from llmsec_tui.incidents.states import Disposition, State

LATER = NOW + 1_000 * HOUR


def closed(number: int, disposition: Disposition, rule: str = "r1", owner: str = "alice") -> Incident:
    new = opened(number, alerts=share(f"a{number}", rule=rule))
    return after(new, c.Acknowledged(owner=owner), c.Closed(disposition=disposition, note="n"), at=NOW + HOUR)


def test_a_spread_says_how_many_the_mean_the_middle_and_nine_of_ten() -> None:
    """The last is one of the values, not something between two."""
    assert spread(range(1, 11)) == Spread(10, 5.5, 5.5, 9.0)
    assert spread([7]) == Spread(1, 7.0, 7.0, 7.0)
    assert spread([]) == Spread(0, None, None, None)


@pytest.mark.parametrize(
    ("right", "judged", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_the_interval_is_that_of_wilson(right: int, judged: int, low: float, high: float) -> None:
    """As published tables have it; the last is the example of Newcombe (1998)."""
    found = wilson(right, judged)
    assert found is not None
    assert found == pytest.approx((low, high), abs=5e-5)


def test_without_cases_there_is_no_interval() -> None:
    """Nothing is known then."""
    assert wilson(0, 0) is None
    assert Judged(0, 0, 0, 3).precision is None
    assert Judged(0, 0, 0, 3).interval is None


@given(st.integers(1, 500), st.integers(0, 500))
def test_the_interval_holds_the_share_and_stays_a_share(judged: int, right: int) -> None:
    """Also at its ends."""
    right = min(right, judged)
    found = wilson(right, judged)
    assert found is not None
    assert 0 <= found[0] <= right / judged <= found[1] <= 1


def test_a_rule_is_right_about_what_was_allowed_too() -> None:
    """What was a test, a duplicate or could not be judged says nothing about it."""
    ends = [*[Disposition.TRUE_POSITIVE] * 3, Disposition.BENIGN_TRUE_POSITIVE, Disposition.FALSE_POSITIVE]
    ends += [Disposition.TEST, Disposition.DUPLICATE, Disposition.NOT_EVALUABLE]
    found = of_rules(closed(number, end) for number, end in enumerate(ends, 1))
    assert found == {"r1": Judged(3, 1, 1, 3)}
    assert (found["r1"].closed, found["r1"].judged, found["r1"].precision) == (8, 5, 0.8)


def test_an_incident_that_was_reopened_judges_nothing_until_it_is_closed_again() -> None:
    """Its first end was a mistake."""
    again = after(closed(1, Disposition.FALSE_POSITIVE), c.Reopened(owner="bob", note="no", limits=[]))
    assert of_rules([again]) == {}


def test_the_time_to_resolve_leaves_out_what_was_pending_until_then() -> None:
    """And nothing of what was pending after a reopening."""
    steps: list[tuple[Change, int]] = [
        (c.Acknowledged(owner="alice"), NOW + 10 * MINUTE),
        (c.Moved(act="hold", state=State.PENDING, note="vendor"), NOW + HOUR),
        (c.Moved(act="resume", state=State.ACKNOWLEDGED), NOW + 3 * HOUR),
        (c.Moved(act="contain", state=State.CONTAINED, note="x"), NOW + 4 * HOUR),
        (c.Closed(disposition=Disposition.TRUE_POSITIVE, note="x"), NOW + 5 * HOUR),
        (c.Reopened(owner="bob", note="x", limits=[]), NOW + 6 * HOUR),
        (c.Moved(act="hold", state=State.PENDING, note="vendor"), NOW + 7 * HOUR),
        (c.Moved(act="resume", state=State.INVESTIGATING), NOW + 90 * HOUR),
        (c.Closed(disposition=Disposition.TRUE_POSITIVE, note="x"), NOW + 91 * HOUR),
    ]
    incident = opened()
    for change, at in steps:
        incident = after(incident, change, at=at)
    assert metrics.to_detect(incident) == MINUTE
    assert metrics.to_acknowledge(incident) == 10 * MINUTE
    assert metrics.to_contain(incident) == 2 * HOUR
    assert metrics.to_resolve(incident) == 3 * HOUR


def test_backlog_is_of_all_that_is_open_and_the_rest_of_what_was_opened_since() -> None:
    """The oldest must not drop out of the backlog."""
    old, fresh = opened(1, at=NOW - 99 * HOUR), opened(2, at=NOW)
    [whole, *levels] = of_levels([old, fresh], NOW - HOUR, NOW + HOUR, {1, 2})
    assert (whole.level, whole.opened, whole.open, whole.breached) == ("all", 1, 2, 1)
    assert whole.backlog == Spread(2, 50.5 * HOUR, 50.5 * HOUR, 100.0 * HOUR)
    assert [one.level for one in levels] == ["critical", "high", "medium", "low", "informational"]
    assert [one.open for one in levels] == [0, 2, 0, 0, 0]


def test_what_was_merged_is_counted_once() -> None:
    """As part of the incident that it is in."""
    merged = after(opened(1), c.Acknowledged(owner="alice"), c.MergedInto(into="INC-2"))
    [whole, *_] = of_levels([merged, opened(2)], NOW, LATER, ())
    assert (whole.opened, whole.open, whole.acknowledge.n) == (1, 1, 0)
    assert [(team.team, team.open) for team in of_teams([merged, opened(2)], NOW, {})] == [("(nobody)", 1)]


def test_teams_come_from_the_policy_and_others_stand_for_themselves() -> None:
    """Whoever is in two teams counts in both, and what nobody owns comes last."""
    found = of_teams(
        [closed(1, Disposition.FALSE_POSITIVE), closed(2, Disposition.TEST, owner="zoe"), opened(3)],
        NOW,
        {"soc": {"alice", "bob"}, "fraud": {"alice"}, "idle": {"carol"}},
    )
    assert [(team.team, team.closed, team.open, team.false_positive) for team in found] == [
        ("fraud", 1, 0, 1),
        ("soc", 1, 0, 1),
        ("zoe", 1, 0, 0),
        ("(nobody)", 0, 1, 0),
    ]


@settings(max_examples=80, deadline=None)
@given(st.lists(lives(), max_size=4), st.integers(0, 12 * HOUR))
def test_figures_equal_those_counted_from_the_events_by_hand(told: list[Life], window: int) -> None:
    """Whatever happened, and whatever the host's clock said."""
    now = max((life.now for life in told), default=NOW)
    since = now - window
    incidents = [replace(replay(life.events), number=number) for number, life in enumerate(told, 1)]
    missed = {one.number for one, life in zip(incidents, told, strict=True) if _missed(life)}
    [whole, *_] = of_levels(incidents, since, now, missed)
    fresh = [life for life in told if life.opened_at >= since]
    still = [life for life in told if life.state not in ("closed", "merged")]
    assert (whole.opened, whole.open) == (len(fresh), len(still))
    assert whole.closed == sum(life.state == "closed" for life in fresh)
    assert whole.breached == sum(map(_missed, fresh))
    assert whole.reopened == sum(any(isinstance(event.change, c.Reopened) for event in life.events) for life in fresh)
    assert whole.acknowledge == spread(_firsts(fresh, _is_acknowledged, paused=True))
    assert whole.contain == spread(_firsts(fresh, _is_contained, paused=False))
    assert whole.resolve == spread(_firsts(fresh, _is_resolved, paused=False))
    assert whole.backlog == spread(max(now - life.opened_at, 0) for life in still)


def _missed(life: Life) -> bool:
    return any(isinstance(event.change, c.Breached) and event.change.clock != "gdpr" for event in life.events)


def _is_acknowledged(change: Change) -> bool:
    return isinstance(change, c.Acknowledged)


def _is_contained(change: Change) -> bool:
    return isinstance(change, c.Moved) and change.act == "contain"


def _is_resolved(change: Change) -> bool:
    return isinstance(change, c.Closed) or (isinstance(change, c.Moved) and change.act == "resolve")


def _firsts(lived: Sequence[Life], is_it: Callable[[Change], bool], *, paused: bool) -> list[int]:
    """For each life the time until that first happened, moment by moment; ``paused``: also while it was pending."""
    found = []
    for life in lived:
        spent, pending, last = 0, False, life.opened_at
        for event in life.events:
            spent += 0 if pending and not paused else event.at - last
            last = event.at
            if is_it(event.change):
                found.append(spent)
                break
            if isinstance(event.change, c.Moved):
                pending = event.change.act == "hold"
    return found
