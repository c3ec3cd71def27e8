"""Which incident an alert goes into: the policy decides, and not how the alerts are cut into batches."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.incidents.arriving import HOUR, OPENING, TEXT, alert

from llmsec_tui.incidents.grouping import Grouping, Joins, Opens, opens_by, share_of
from llmsec_tui.incidents.keys import AlertFacts, Holder, entity, keys
from llmsec_tui.incidents.policy import Grouping as Grouping_
from llmsec_tui.incidents.policy import Opening, Policy
from llmsec_tui.incidents.policy_file import load
from llmsec_tui.incidents.risk import Risk
from llmsec_tui.incidents.states import State

ALL = ("conversation", "entity", "campaign", "rule")


def policy(opening: Opening = OPENING, **given: Any) -> Policy:
    """The shipped one, with a grouping that is easier to fill."""
    grouping: dict[str, Any] = {"by": ALL, "quiet": 24 * HOUR, "most_alerts": 100, "common": 20, **given}
    return replace(load(), opening=opening, grouping=Grouping_(**grouping))


@dataclass
class One:
    """An incident as the store would have it."""

    number: int
    state: State = State.NEW
    alerts: list[AlertFacts] = field(default_factory=list)
    follows: str = ""
    how: str = ""
    links: set[str] = field(default_factory=set)


class Desk:
    """What the real desk does with the store, in memory."""

    def __init__(self, by: Policy) -> None:
        self.policy = by
        self.incidents: dict[str, One] = {}
        self.risks: dict[str, Risk] = {}
        self.stored: list[AlertFacts] = []

    def take(self, batch: Sequence[AlertFacts]) -> list[Joins | Opens | None]:
        self.stored += batch
        grouping = Grouping(self.policy, self._holders(), self.risks, self._loose, len(self.incidents) + 1)
        waiting = {one.alert_id for one in batch}
        placed = []
        for one in batch:
            waiting.discard(one.alert_id)
            placed.append(grouping.place(one, waiting))
        self.risks = grouping.risks
        for place in placed:
            self._enter(place)
        return placed

    def place_of(self) -> dict[str, str]:
        return {one.alert_id: name for name, incident in self.incidents.items() for one in incident.alerts}

    def _enter(self, place: Joins | Opens | None) -> None:
        if isinstance(place, Opens):
            one = One(place.number, alerts=list(place.alerts), follows=place.follows, how=place.how)
            self.incidents[place.incident_id] = one
        elif place is not None:
            self.incidents[place.incident_id].alerts.append(place.alert)
            for other in place.links:
                self.incidents[place.incident_id].links.add(other)
                self.incidents[other].links.add(place.incident_id)

    def _holders(self) -> list[Holder]:
        return [
            Holder(
                key=key,
                number=one.number,
                incident_id=name,
                state=one.state,
                last_alert_at=max((alert.raised_at for alert in one.alerts), default=None),
                n_alerts=len(one.alerts),
                merged_into="",
                closed_at=None,
            )
            for name, one in self.incidents.items()
            for key in {key for alert in one.alerts for key in keys(alert).values()}
        ]

    def _loose(self, name: str, since: int) -> list[AlertFacts]:
        inside = self.place_of()
        return [
            one for one in self.stored if entity(one) == name and one.raised_at >= since and one.alert_id not in inside
        ]


_levels = st.sampled_from(["low", "medium", "high"])
_alerts = st.lists(
    st.builds(
        alert,
        level=_levels,
        rule_id=st.sampled_from(["r1", "r2"]),
        confidence=st.sampled_from([0.5, 0.9]),
        user_id=st.sampled_from([None, "u1", "u2", "u3"]),
        conversation_id=st.sampled_from([None, "c1", "c2"]),
        excerpt=st.sampled_from([None, TEXT, f"{TEXT} Now!"]),
        group_id=st.sampled_from(["g1", "g2", "g3"]),
        ts=st.one_of(st.none(), st.integers(0, 40 * HOUR)),
        over_time=st.booleans(),
        environment=st.sampled_from([None, "production", "evaluation"]),
        raised_at=st.integers(0, 40 * HOUR),
    ),
    max_size=25,
)
_policies = st.builds(
    policy,
    by=st.permutations(ALL).flatmap(lambda kinds: st.integers(1, 4).map(lambda n: tuple(kinds[:n]))),
    quiet=st.sampled_from([2 * HOUR, 24 * HOUR]),
    most_alerts=st.sampled_from([1, 3, 100]),
    common=st.sampled_from([1, 2, 20]),
    opening=st.sampled_from(
        [OPENING, replace(OPENING, risk=30.0), replace(OPENING, risk=30.0, levels=frozenset())]
    ).map(lambda opening: replace(opening, except_environments=frozenset({"evaluation"}))),
)


def _told(desk: Desk) -> dict[str, object]:
    return {
        name: ([alert.alert_id for alert in one.alerts], one.follows, one.how, one.links)
        for name, one in desk.incidents.items()
    }


@settings(max_examples=150, deadline=None)
@given(_policies, _alerts, st.sets(st.integers(0, 25)))
def test_how_alerts_are_cut_into_batches_does_not_matter(by: Policy, alerts: list[AlertFacts], cuts: set[int]) -> None:
    """The same incidents, with the same alerts in the same order, links and risks: at once, one by one, and between."""
    named = [replace(one, alert_id=f"a{place}") for place, one in enumerate(alerts)]
    edges = [0, *sorted(cut for cut in cuts if cut < len(named)), len(named)]
    desks = [Desk(by), Desk(by), Desk(by)]
    desks[0].take(named)
    for one in named:
        desks[1].take([one])
    for begin, end in pairwise(edges):
        desks[2].take(named[begin:end])
    assert _told(desks[0]) == _told(desks[1]) == _told(desks[2])
    assert desks[0].risks == desks[1].risks == desks[2].risks


def _is_trial(one: AlertFacts) -> bool:
    return one.environment == "evaluation"


@settings(max_examples=100, deadline=None)
@given(_policies, _alerts)
def test_what_holds_of_all_incidents(by: Policy, alerts: list[AlertFacts]) -> None:
    """No alert is in two, none is too full, numbers have no gaps, and none has to do with what is only tried out."""
    desk = Desk(by)
    placed = desk.take([replace(one, alert_id=f"a{place}") for place, one in enumerate(alerts)])
    inside = [one.alert_id for incident in desk.incidents.values() for one in incident.alerts]
    assert len(inside) == len(set(inside))
    assert [one.number for one in desk.incidents.values()] == list(range(1, len(desk.incidents) + 1))
    assert all(1 <= len(one.alerts) <= by.grouping.most_alerts for one in desk.incidents.values())
    loose = [one for one, place in zip(desk.stored, placed, strict=True) if place is None and not _is_trial(one)]
    assert not any(_is_trial(one) for incident in desk.incidents.values() for one in incident.alerts)
    assert not any(one.level in by.opening.levels and one.confidence >= by.opening.confidence for one in loose)


@settings(max_examples=60, deadline=None)
@given(_alerts, _alerts)
def test_what_is_closed_never_grows(before: list[AlertFacts], after: list[AlertFacts]) -> None:
    """The next alert opens another, which follows it when a key leads there."""
    desk = Desk(policy())
    desk.take([replace(one, alert_id=f"a{place}") for place, one in enumerate(before)])
    closed = {name: list(one.alerts) for name, one in desk.incidents.items()}
    for one in desk.incidents.values():
        one.state = State.CLOSED
    desk.take([replace(one, alert_id=f"b{place}") for place, one in enumerate(after)])
    assert {name: desk.incidents[name].alerts for name in closed} == closed
    for name, one in desk.incidents.items():
        if name not in closed and one.follows:
            shared = share_of(one.alerts[:1]).keys.keys() & share_of(desk.incidents[one.follows].alerts).keys.keys()
            assert shared


def test_the_strongest_kind_wins_and_the_others_are_linked() -> None:
    """An alert of the conversation of one incident and of the user of another joins the first; both know of it."""
    desk = Desk(policy())
    desk.take([alert(alert_id="a", conversation_id="c1", user_id="u1"), alert(alert_id="b", user_id="u2")])
    [joins] = desk.take([alert(alert_id="c", conversation_id="c1", user_id="u2")])
    assert isinstance(joins, Joins)
    assert (joins.incident_id, joins.links) == ("INC-1", ("INC-2",))
    desk = Desk(policy(by=("entity", "conversation")))
    desk.take([alert(alert_id="a", conversation_id="c1", user_id="u1"), alert(alert_id="b", user_id="u2")])
    [joins] = desk.take([alert(alert_id="c", conversation_id="c1", user_id="u2")])
    assert isinstance(joins, Joins)
    assert (joins.incident_id, joins.links) == ("INC-2", ("INC-1",))


def test_of_one_kind_the_newest_wins() -> None:
    desk = Desk(policy(most_alerts=1))
    desk.take([alert(alert_id=name, user_id="u1") for name in "ab"])
    assert desk.incidents["INC-2"].follows == "INC-1"
    desk.policy = policy()
    [joins] = desk.take([alert(alert_id="c", user_id="u1")])
    assert isinstance(joins, Joins)
    assert (joins.incident_id, joins.links) == ("INC-2", ("INC-1",))


def test_what_many_share_says_nothing() -> None:
    """A content that is in more open incidents than the policy says groups nothing, until they are closed."""
    desk = Desk(policy(by=("campaign",), common=2, most_alerts=1))
    desk.take([alert(alert_id=name, user_id=name, excerpt=TEXT) for name in "abc"])
    assert [one.follows for one in desk.incidents.values()] == ["", "INC-1", "INC-2"]
    desk.take([alert(alert_id="d", user_id="d", excerpt=TEXT)])
    assert desk.incidents["INC-4"].follows == ""
    for one in desk.incidents.values():
        one.state = State.CLOSED
    desk.take([alert(alert_id="e", user_id="e", excerpt=TEXT)])
    assert desk.incidents["INC-5"].follows == "INC-4"


def test_a_quiet_incident_takes_no_more() -> None:
    """Not after the policy's time, and up to it."""
    for passed, name in ((24 * HOUR, "INC-1"), (24 * HOUR + 1, "INC-2")):
        desk = Desk(policy())
        desk.take([alert(alert_id="a", user_id="u1")])
        desk.take([alert(alert_id="b", user_id="u1", raised_at=1_000 + passed)])
        assert desk.place_of()["b"] == name
    assert desk.incidents["INC-2"].follows == "INC-1"


def test_small_alerts_add_up_and_those_before_come_along() -> None:
    """The seventh alert of medium level makes its user suspicious enough; the six before it join, another's do not."""
    desk = Desk(policy())
    small = [alert(alert_id=f"a{place}", user_id="u1", level="medium", confidence=1.0) for place in range(7)]
    desk.take([alert(alert_id="b", user_id="u2", level="medium"), *small[:6]])
    assert desk.incidents == {}
    [opens] = desk.take(small[6:])
    assert isinstance(opens, Opens)
    assert opens.how == "risk"
    assert [one.alert_id for one in opens.alerts] == ["a6", "a0", "a1", "a2", "a3", "a4", "a5"]


def test_of_those_before_only_what_still_weighs_comes_along() -> None:
    """An alert from before the half-life stays where it is, though it was raised just now."""
    desk = Desk(policy(replace(OPENING, risk=27.0)))
    times = (0, 7 * HOUR, 12 * HOUR)
    desk.take(
        [
            alert(alert_id=f"a{at // HOUR}", user_id="u1", level="medium", confidence=1.0, ts=at, raised_at=13 * HOUR)
            for at in times
        ]
    )
    assert desk.place_of() == {"a7": "INC-1", "a12": "INC-1"}


def test_risk_that_came_long_ago_has_decayed() -> None:
    """Seven alerts over two days are no seven in an hour, also when they are read from an old log at once."""
    desk = Desk(policy())
    now = 100 * HOUR
    old = [
        alert(alert_id=f"a{at}", user_id="u1", level="medium", confidence=1.0, ts=at * 8 * HOUR, raised_at=now)
        for at in range(7)
    ]
    desk.take(old)
    assert desk.incidents == {}
    assert 15 < desk.risks["user:|u1"].amount < 30


def test_attacks_that_are_expected_open_nothing_join_nothing_and_weigh_nothing() -> None:
    """Also when somebody who is suspicious said the same in earnest."""
    desk = Desk(policy(replace(OPENING, except_environments=frozenset({"evaluation"}))))
    trial = alert(alert_id="a1", environment="evaluation", user_id="u1", excerpt=TEXT)
    [placed] = desk.take([trial])
    assert (placed, desk.risks) == (None, {})
    desk.take([replace(trial, alert_id="a2", environment="production"), replace(trial, alert_id="a3")])
    assert desk.place_of() == {"a2": "INC-1"}


def test_what_is_expected_does_not_come_along_with_a_risk() -> None:
    opening = replace(OPENING, risk=60.0, levels=frozenset(), except_environments=frozenset({"evaluation"}))
    desk = Desk(policy(opening))
    where = [None, "evaluation", None]
    alerts = [alert(alert_id=f"a{n}", rule_id=f"r{n}", user_id="u1", environment=one) for n, one in enumerate(where)]
    desk.take(alerts)
    assert sorted(desk.place_of()) == ["a0", "a2"]


def test_why_an_alert_opens_an_incident() -> None:
    """Its level when the rule is sure enough; less will do for a rule over time; and risk."""
    assert opens_by(alert(), 0, OPENING) == "level"
    assert opens_by(alert(confidence=0.5), 0, OPENING) is None
    assert opens_by(alert(level="medium"), 0, OPENING) is None
    assert opens_by(alert(level="medium", over_time=True), 0, OPENING) == "correlation"
    assert opens_by(alert(level="low", over_time=True), 0, OPENING) is None
    assert opens_by(alert(level="low"), 100, OPENING) == "risk"
