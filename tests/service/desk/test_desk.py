"""People at the desk: opening, splitting, adding and what they are answered; time going by."""

from collections.abc import Iterator

import pytest
from tests.service.desk.test_arrivals import MINUTE, Bench, name, one
from tests.service.parts import actor
from tests.store.parts import NOW, named

from llmsec_tui.errors import LlmsecError, NotFound, ServiceError
from llmsec_tui.incidents import changes as c
from llmsec_tui.incidents.states import State
from llmsec_tui.paths import Home
from llmsec_tui.service.desk.desk import Acted
from llmsec_tui.service.incidents.api import ActOnIncident, OpenIncident

ADA = actor(user="ada")


@pytest.fixture
def bench(home: Home) -> Iterator[Bench]:
    made = Bench(home.store)
    yield made
    assert made.store.incidents_differ() == []
    made.store.close()


def _open(bench: Bench, *numbers: int, **given: str) -> Acted:
    ask = OpenIncident(command_id="o", alert_ids=[name(number) for number in numbers], **given)
    return bench.desk.open(ADA, ask, NOW)


def _act(bench: Bench, act: str, **given: object) -> Acted:
    """On the first incident, as it is now."""
    version = bench["INC-1"].version
    fields = {"command_id": f"{act}{version}", "incident_id": "INC-1", "act": act, "version": version, **given}
    return bench.desk.act(ADA, ActOnIncident(**fields), NOW)  # type: ignore[arg-type]


def test_a_person_opens_one_of_what_lies_loose(bench: Bench) -> None:
    """With the title and level of the worst alert, or those that they give, and by their name."""
    bench.send(
        one(1, level="low", title="Small"), one(2, level="medium", confidence=0.1, title="Bigger"), one(3, level="low")
    )
    acted = _open(bench, 1, 2)
    incident = bench["INC-1"]
    assert acted.message == "INC-1 is new."
    assert (incident.title, incident.level, incident.opened_by, incident.how) == ("Bigger", "medium", "ada", "person")
    assert bench.inside() == {"INC-1": [name(1), name(2)]}
    _open(bench, 3, title="Mine", level="critical", note="I have a feeling.")
    assert (bench["INC-2"].title, bench["INC-2"].level, bench["INC-2"].level_set) == ("Mine", "critical", True)


@pytest.mark.parametrize(
    ("numbers", "given", "why"),
    [
        ((), {}, "none was given"),
        ((9,), {}, "There is no alert"),
        ((1,), {}, "in INC-1 already"),
        ((2,), {"level": "terrible"}, "no level"),
        ((2,), {"title": "x" * 501}, "at most 500"),
        ((3,), {}, "withdrawn"),
    ],
)
def test_what_cannot_be_opened_leaves_nothing(
    bench: Bench, numbers: tuple[int, ...], given: dict[str, str], why: str
) -> None:
    """And the sentence says why."""
    bench.send(one(1), one(2, level="low"), one(3, level="low"))
    bench.withdraw(name(3))
    with pytest.raises(ServiceError, match=why):
        _open(bench, *numbers, **given)
    assert bench.names() == ["INC-1"]


def test_what_is_split_off_has_its_own_name_and_the_owner_of_the_rest(bench: Bench) -> None:
    """All alerts of it cannot be, nor those of another incident."""
    bench.send(one(1, user_id="u"), one(2, user_id="u", rule_id="r2"), one(3))
    _act(bench, "acknowledge")
    acted = _act(bench, "split", alert_ids=[name(2)])
    assert acted.message == "INC-3 was split off from INC-1, which has 1 alert left."
    assert acted.after["made"] == "INC-3"
    assert (bench["INC-3"].owner, bench["INC-3"].state) == ("ada", State.ACKNOWLEDGED)
    assert [task.text for task in bench["INC-3"].tasks] == ["Look.", "Ask. (run: nothing)"]
    assert bench.inside() == {"INC-1": [name(1)], "INC-2": [name(3)], "INC-3": [name(2)]}
    for wrong, why in (([name(1)], "no alerts left"), ([name(3)], "is not in INC-1"), ([name(8)], "There is no alert")):
        with pytest.raises(ServiceError, match=why):
            _act(bench, "split", alert_ids=wrong)


def test_what_is_added_raises_the_level_and_shortens_the_clocks(bench: Bench) -> None:
    """As if it had come by itself."""
    bench.send(one(1, level="high"), one(2, level="critical", confidence=0.1, tags=["privacy.leak"]))
    _act(bench, "add_alerts", alert_ids=[name(2)])
    incident = bench["INC-1"]
    limits = {clock.name: clock.within for clock in incident.clocks if not clock.duty}
    assert limits == {limit.clock: limit.within for limit in bench.policy.times["critical"].limits()}
    assert [clock.name for clock in incident.clocks if clock.duty] == ["gdpr"]


def test_an_incident_has_many_names(bench: Bench) -> None:
    """Its number, its id in any case, and the beginning of the id of an alert that is in it."""
    bench.send(one(1))
    assert {bench.desk.name(called) for called in ("1", "INC-1", "inc-1", name(1), name(1)[:6])} == {"INC-1"}
    for wrong in ("", "x", "INC-", "INC-1x", name(7)):
        with pytest.raises(LlmsecError):
            bench.desk.name(wrong)
    with pytest.raises(NotFound, match="INC-7"):
        bench.act("INC-1", "merge", incident="7")


def test_merged_and_taken_apart_again(bench: Bench) -> None:
    """Both are as they were, but for what was withdrawn meanwhile."""
    bench.send(one(1, user_id="u"), one(2, user_id="u"), one(3, user_id="v"))
    before = bench.inside()
    _act(bench, "merge", incident="INC-2")
    bench.withdraw(name(2))
    _act(bench, "unmerge", note="no, they are two")
    assert bench.inside() == {**before, "INC-1": [name(1)]}
    assert (bench["INC-1"].n_alerts, bench["INC-2"].n_alerts) == (1, 1)
    with pytest.raises(ServiceError, match="INC-1 is new"):
        _act(bench, "unmerge", note="again")


def test_reopening_undoes_exactly_the_last_close(bench: Bench) -> None:
    """An alert that somebody dismissed before stays dismissed."""
    bench.send(one(1, user_id="u"), one(2, user_id="u"))
    bench.store.act_on_alert("d", name(2), 1, "dismissed", "bob", "bob", "dismissed", "noise", NOW)
    for _ in range(2):
        _act(bench, "close", disposition="test", note="a drill", waive_open=True)
        assert _states(bench) == {name(1): "closed", name(2): "dismissed"}
        _act(bench, "reopen", note="it was none")
        assert _states(bench) == {name(1): "new", name(2): "dismissed"}


def test_a_pin_is_checked_outside_of_every_transaction(bench: Bench) -> None:
    """Its file is not there any more; that is what is noted."""
    bench.send(one(1))
    ask = ActOnIncident(command_id="p", incident_id="1", act="pin", event_id=named(1))
    bench.desk.act(ADA, ask, NOW, bench.desk.look_up(ask))
    check = ActOnIncident(command_id="q", incident_id="1", act="check_pins")
    looked_up = bench.desk.look_up(check)
    assert looked_up.results == {1: "gone"}
    message = bench.desk.act(ADA, check, NOW, looked_up).message
    assert message.startswith("INC-1 had its pins checked: 1 gone. Pin 1 is gone: there is no /logs/a.jsonl")


def test_time_goes_by(bench: Bench) -> None:
    """A missed clock is told once; who took it and did nothing has it no more; nothing else happens."""
    bench.send(one(1, level="critical"))
    _act(bench, "acknowledge")
    for minutes in (1, 31, 61, 61, 62, 0):
        bench.desk.tick(NOW + minutes * MINUTE)
    kinds = [type(event.change) for event in bench.store.incident_events("INC-1")]
    assert kinds == [c.Opened, c.Acknowledged, c.AcknowledgementTimedOut, c.Breached]
    assert bench["INC-1"].owner == ""


def _states(bench: Bench) -> dict[str, str]:
    return {alert.alert_id: alert.state for alert in bench.store.alert_facts(bench.inside()["INC-1"])}
