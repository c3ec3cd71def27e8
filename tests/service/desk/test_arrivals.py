"""From a batch to incidents: in one transaction with it, whole also when the desk fails, and however it is cut."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.service.parts import actor
from tests.store.parts import NOW, alert, batch, kept, message

from llmsec_tui.errors import StoreError
from llmsec_tui.events.schema import SUPPRESSION
from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.changes import IncidentEvent
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.policy import Duty, Policy, Remedy
from llmsec_tui.incidents.policy_file import load
from llmsec_tui.incidents.states import State
from llmsec_tui.paths import Home
from llmsec_tui.service.desk import arrivals
from llmsec_tui.service.desk.arrivals import Arrivals
from llmsec_tui.service.desk.desk import Desk
from llmsec_tui.service.incidents.api import ActOnIncident
from llmsec_tui.store import writer
from llmsec_tui.store.commit import Memory, Withdrawal
from llmsec_tui.store.store import Store

MINUTE = 60_000_000
DUTY = Duty(name="gdpr", title="Report it", within=72 * 60 * MINUTE, tags=frozenset({"privacy.leak"}))
_SHIPPED = load()
POLICY = replace(
    _SHIPPED,
    opening=replace(_SHIPPED.opening, levels=frozenset({"high", "critical"}), confidence=0.6, risk=100.0),
    grouping=replace(_SHIPPED.grouping, most_alerts=20),
    duties=(DUTY,),
    remedies=(Remedy(name="block", title="Block", command=("/bin/block",)),),
)


class Bench:
    """A store and its desk, and batches to send in."""

    def __init__(self, path: Path, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.told: list[IncidentEvent] = []
        self.trips = ""
        """An alert that the desk cannot stomach."""
        self.store = Store.open(path)
        self.desk = Desk(self.store, lambda: self.policy, _playbook, self._changed)
        self.arrivals = Arrivals(self.store, self.desk)
        self._number = 0

    def send(
        self, *alerts: dict[str, Any], at: int = NOW, shown: Sequence[str | None] = (), again: bool = False
    ) -> None:
        """A batch of these alerts, each on an event of its own; ``shown`` names what suppresses each."""
        numbers = [int(row["alert_id"][:4], 16) for row in alerts]
        events = [] if again else [kept(number, message(f"text {number}", f"c{number}")) for number in numbers]
        commit = batch(events, alerts=alerts, at=at)
        if shown:
            decided = [(None if by is None else "duplicate", by, None) for by in shown]
            suppression = pl.DataFrame(decided, schema=SUPPRESSION, orient="row")
            commit = replace(commit, alerts=commit.alerts.hstack(suppression))
        self.arrivals.commit(commit)

    def withdraw(self, *alert_ids: str, at: int = NOW) -> None:
        withdrawn = [Withdrawal(alert_id, "It was wrong.") for alert_id in alert_ids]
        self.arrivals.commit(batch(at=at, memory=Memory(withdrawn=withdrawn)))

    def act(self, name: str, act: str, **given: Any) -> Incident:
        version = self[name].version
        fields = {"command_id": f"{act}-{version}", "incident_id": name, "act": act, "version": version, **given}
        return self.desk.act(actor(), ActOnIncident(**fields), NOW).incident

    def __getitem__(self, incident: str) -> Incident:
        found = self.store.incident(incident)
        assert found is not None
        return found

    def inside(self) -> dict[str, list[str]]:
        return {name: self.store.incident_alerts(name) for name in self.names()}

    def names(self) -> list[str]:
        return [f"INC-{number}" for number in range(1, self.store.next_incident_number())]

    def _changed(self, incident: Incident, events: Sequence[IncidentEvent]) -> None:
        if any(self.trips in share.alert_ids for share in _shares(events)):
            raise ZeroDivisionError("by what the log said")
        self.told += events


def _shares(events: Sequence[IncidentEvent]) -> Iterator[c.Share]:
    for event in events:
        if isinstance(event.change, c.Opened | c.AlertsJoined):
            yield event.change.share


def _playbook(rule_id: str) -> Sequence[str]:
    return {"r1": ["Look.", "Block it. (run: block)"], "r2": ["Look.", "Ask. (run: nothing)"]}.get(rule_id, [])


def one(number: int, **given: Any) -> dict[str, Any]:
    """An alert with nothing that connects it with others, but what is given."""
    plain: dict[str, Any] = {
        "conversation_id": None,
        "user_id": None,
        "excerpt": "",
        "ts": None,
        "rule_id": "r1",
        "tags": [],
    }
    return alert(number, **{**plain, **given})


def name(number: int) -> str:
    return str(alert(number)["alert_id"])


@pytest.fixture
def bench(home: Home) -> Iterator[Bench]:
    made = Bench(home.store)
    yield made
    assert made.store.incidents_differ() == []
    made.store.close()


def test_an_incident_has_all_that_its_alerts_bring(bench: Bench) -> None:
    """Steps of every rule once, their remedies where the policy knows them, clocks of its level, and duties."""
    bench.send(one(1, user_id="u"), one(2, user_id="u", rule_id="r2", level="critical", tags=["privacy.leak"]))
    incident = bench["INC-1"]
    assert [(task.text, task.remedy) for task in incident.tasks] == [
        ("Look.", ""),
        ("Block it.", "block"),
        ("Ask. (run: nothing)", ""),
    ]
    assert {clock.name: clock.within for clock in incident.clocks} == {
        **{limit.clock: limit.within for limit in POLICY.times["critical"].limits()},
        "gdpr": DUTY.within,
    }
    assert (incident.level, incident.n_alerts, incident.how, incident.opened_by) == (
        "critical",
        2,
        "level",
        "llmsec-tui",
    )
    assert bench.told == bench.store.incident_events("INC-1")


def test_only_what_people_are_shown_comes_to_incidents(bench: Bench) -> None:
    """A duplicate stays out; once what suppresses it is withdrawn, it is shown and comes in its place."""
    bench.send(one(1, user_id="u"), one(2, user_id="u"), shown=(None, name(1)))
    assert bench.inside() == {"INC-1": [name(1)]}
    bench.withdraw(name(1))
    assert bench.inside() == {"INC-1": [name(2)]}
    assert (bench["INC-1"].n_alerts, bench["INC-1"].keys["user:shop|u"]) == (1, 1)


def test_an_alert_that_is_true_again_comes_again(bench: Bench) -> None:
    """Withdrawn it leaves its incident, and raised again it finds it, once."""
    bench.send(one(1, user_id="u"), one(2, user_id="u"))
    bench.withdraw(name(2))
    assert bench["INC-1"].n_alerts == 1
    bench.withdraw(name(2))
    for _ in range(2):
        bench.send(one(2, user_id="u"), again=True)
    assert bench.inside() == {"INC-1": [name(1), name(2)]}
    kinds = [type(event.change) for event in bench.store.incident_events("INC-1")]
    assert kinds == [c.Opened, c.AlertsJoined, c.AlertsWithdrawn, c.AlertsJoined]


def test_a_repeat_of_an_alert_adds_no_risk(bench: Bench) -> None:
    """The store has it already; it is the same thing that happened."""
    for again in (False, True, True, True):
        bench.send(one(1, user_id="u", level="medium", confidence=1.0), again=again)
    assert bench.store.risks(["user:shop|u"])["user:shop|u"].amount == pytest.approx(15.0)


def test_alerts_for_a_merged_incident_go_to_where_it_went(bench: Bench) -> None:
    """Along the whole chain; and to nobody closed."""
    bench.send(one(1, user_id="u"), one(2, user_id="v"), one(3, user_id="w"))
    bench.act("INC-1", "merge", incident="INC-2")
    bench.act("INC-2", "merge", incident="INC-3")
    bench.send(one(4, user_id="u", level="low"))
    assert bench.inside() == {"INC-1": [], "INC-2": [], "INC-3": [name(1), name(2), name(3), name(4)]}
    bench.act("INC-3", "close", disposition="test", note="over", waive_open=True)
    bench.send(one(5, user_id="u"))
    assert bench["INC-4"].follows == "INC-3"
    assert bench["INC-3"].n_alerts == 4


def test_also_when_the_alert_that_had_the_key_was_withdrawn_there(bench: Bench) -> None:
    """What was merged still knows whose it was."""
    bench.send(one(1, user_id="u"), one(2, user_id="v"))
    bench.act("INC-1", "merge", incident="INC-2")
    bench.withdraw(name(1))
    bench.send(one(3, user_id="u", level="low"))
    assert bench.inside()["INC-2"] == [name(2), name(3)]


def test_a_closed_incident_never_grows(bench: Bench) -> None:
    """The next one follows it; a small alert stays in the queue."""
    bench.send(one(1, user_id="u"))
    before = bench.act("INC-1", "close", disposition="false_positive", note="no", waive_open=True)
    bench.send(one(2, user_id="u", level="low"), one(3, user_id="u"))
    assert bench["INC-1"] == before
    assert (bench["INC-2"].follows, bench.inside()["INC-2"]) == ("INC-1", [name(3)])


def test_links_are_made_once_and_both_ways(bench: Bench) -> None:
    bench.send(one(1, conversation_id="c"), one(2, user_id="u"))
    for number in (3, 4):
        bench.send(one(number, conversation_id="c", user_id="u"))
    assert (bench["INC-1"].links, bench["INC-2"].links) == (("INC-2",), ("INC-1",))
    assert sum(isinstance(event.change, c.Linked) for event in bench.told) == 2


def test_a_batch_that_cannot_be_stored_leaves_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither incidents nor what the store remembers of it; sent again, it is there once."""

    failures = []
    write_stats = writer.write_stats

    def full(*_: object) -> None:
        failures.append(1)
        raise StoreError("The disk is full.")

    def full_by_then(*given: Any) -> None:
        if failures:
            full()
        write_stats(*given)

    with monkeypatch.context() as broken:
        broken.setattr(Store, "write_incidents", full)
        broken.setattr(writer, "write_stats", full_by_then)
        with pytest.raises(StoreError):
            bench.send(one(1, user_id="u"))
    assert len(failures) == 2
    assert (bench.names(), bench.arrivals.problem) == ([], "")
    bench.send(one(1, user_id="u"))
    assert bench.inside() == {"INC-1": [name(1)]}
    reader = bench.store.reader()
    assert reader.maxima() == (1, 1)


def test_an_alert_that_trips_the_desk_costs_no_other_its_incident(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """It is stored and shown like the rest; the others are in incidents; the status says so."""
    bench.trips = name(3)
    bench.send(*(one(number, user_id="u") for number in range(1, 7)))
    assert bench.inside() == {"INC-1": [name(number) for number in (1, 2, 4, 5, 6)]}
    reader = bench.store.reader()
    assert reader.maxima() == (6, 6)
    assert "incidents" in bench.arrivals.problem
    assert "ZeroDivisionError" in caplog.text
    bench.send(one(7, user_id="u"))
    assert bench["INC-1"].n_alerts == 6


def test_a_desk_that_always_fails_does_not_stop_the_store(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not tried for ever; every alert is stored, and none twice."""
    calls = []

    def broken(*_: object) -> None:
        calls.append(1)
        raise ValueError

    monkeypatch.setattr(Desk, "take", broken)
    bench.send(*(one(number) for number in range(1, 201)))
    assert bench.store.reader().maxima() == (200, 200)
    assert len(calls) == arrivals.MOST_FAILURES + 1
    assert bench.arrivals.problem


def test_a_person_and_an_alert_at_once(bench: Bench) -> None:
    """An alert that comes after a merge goes to the target, and makes no version stale that somebody has read."""
    bench.send(one(1, user_id="u"), one(2, user_id="v"))
    version = bench["INC-2"].version
    bench.act("INC-1", "merge", incident="INC-2")
    bench.send(one(3, user_id="u"), at=NOW - MINUTE)
    assert bench["INC-2"].version == version
    assert bench.act("INC-2", "acknowledge", version=version).state is State.ACKNOWLEDGED


_texts = st.sampled_from(["", "The very same text goes around.", "Another text that goes around."])
_rows: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.builds(
        dict,
        level=st.sampled_from(["low", "medium", "high"]),
        confidence=st.sampled_from([0.5, 1.0]),
        rule_id=st.sampled_from(["r1", "r2"]),
        user_id=st.sampled_from([None, "u1", "u2"]),
        conversation_id=st.sampled_from([None, "c1", "c2"]),
        excerpt=_texts,
    ),
    min_size=1,
    max_size=15,
)
_small = replace(
    POLICY,
    opening=replace(POLICY.opening, risk=40.0),
    grouping=replace(POLICY.grouping, most_alerts=4, common=2),
)


@settings(max_examples=6, deadline=None)
@given(_rows, st.sets(st.integers(1, 14)), st.sampled_from([POLICY, _small]))
def test_how_alerts_are_cut_into_batches_does_not_matter(
    rows: list[dict[str, Any]], cuts: set[int], policy: Policy
) -> None:
    """The same incidents come of them, also over the real store; nothing of it is kept in memory."""
    alerts = [one(number, **row) for number, row in enumerate(rows, 1)]
    edges = [0, *sorted(cut for cut in cuts if cut < len(alerts)), len(alerts)]
    assert _after([alerts], policy) == _after([alerts[begin:end] for begin, end in pairwise(edges)], policy)


def _after(batches: Sequence[Sequence[dict[str, Any]]], policy: Policy) -> list[object]:
    with TemporaryDirectory() as folder:
        bench = Bench(Path(folder) / "store.duckdb", policy)
        try:
            for alerts in batches:
                bench.send(*alerts)
            assert bench.store.incidents_differ() == []
            inside = bench.inside()
            counted = [replace(bench[name], seq=0, last_at=0) for name in inside]
            return [inside, counted, bench.store.risks(["user:shop|u1", "user:shop|u2", "conversation:shop|c1"])]
        finally:
            bench.store.close()
