"""Every act in every state: what the table allows is done, everything else is refused in words."""

from dataclasses import replace
from itertools import product

import pytest
from tests.incidents.parts import NOW, after, fitting, in_state, opened

from llmsec_tui.access.capabilities import CAPABILITIES
from llmsec_tui.errors import ServiceError, StaleVersion
from llmsec_tui.events.schema import LEVELS as ALERT_LEVELS
from llmsec_tui.incidents.acts import ACTS, UNCOUNTED, Act, Effect, Need
from llmsec_tui.incidents.changes import Change, Watched
from llmsec_tui.incidents.decide import ELSEWHERE, decide, legal, merge, split, unmerge
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.naming import kind
from llmsec_tui.incidents.states import LEVELS, State

_EMPTY: dict[Need, dict[str, object]] = {
    Need.NOTE: {"note": " \n"},
    Need.OWNER: {"owner": " "},
    Need.DISPOSITION: {"disposition": ""},
    Need.INCIDENT: {"incident": ""},
    Need.ALERTS: {"share": None},
    Need.LEVEL: {"level": ""},
    Need.TITLE: {"title": "\t"},
    Need.TASK: {"task": 0},
    Need.PIN: {"pin": 0},
    Need.EVENT: {"record": None},
    Need.REMEDY: {"run": None},
    Need.CLOCK: {"clock": ""},
    Need.WHEN: {"when": None},
}
_ONE_STATE_AND_ACT = [(state, act) for state, act in product(State, ACTS) if act != "export"]
_IDS = [f"{act}-{state}" for state, act in _ONE_STATE_AND_ACT]


def _actor(act: Act) -> str:
    """Alice has it; what is not up to the owner is done by bob, who must be another for taking over."""
    return "alice" if act.owners_only else "bob"


def _decided(incident: Incident, act: str, /, **changed: object) -> list[Change]:
    asked = replace(fitting(incident, act, _actor(ACTS[act])), **changed)  # type: ignore[arg-type]
    if act in ("assign", "hand_over") and "owner" not in changed:
        asked = replace(asked, owner="dora")
    match act:
        case "merge":
            return merge(incident, opened(2), asked, NOW)[0]
        case "unmerge":
            return unmerge(incident, opened(2), asked, NOW)[0]
        case "split":
            return split(incident, asked, NOW)[0]
        case _:
            return decide(incident, asked, NOW)


def _becomes(incident: Incident, act: str) -> Incident:
    ready = after(incident, *_prepared(act), actor="bob")
    return after(ready, *_decided(ready, act), actor=_actor(ACTS[act]))


def _prepared(act: str) -> list[Change]:
    return [Watched(watcher="bob")] if act == "unwatch" else []


@pytest.mark.parametrize(("state", "name"), _ONE_STATE_AND_ACT, ids=_IDS)
def test_an_act_is_done_in_exactly_the_states_of_the_table_and_leads_where_the_table_says(
    state: State, name: str
) -> None:
    incident, act = in_state(state), ACTS[name]
    if state not in act.come_from:
        with pytest.raises(ServiceError) as refused:
            _becomes(incident, name)
        assert incident.incident_id in refused.value.message
        assert ("merged into INC-2" if state is State.MERGED else f"is {state}") in refused.value.message
        assert "nothing was done" in refused.value.message
        assert refused.value.hint.startswith("What can be done now: ")
        return
    then = _becomes(incident, name)
    assert then.state is (incident.before if act.back else act.to or incident.state)
    if Effect.OWN in act.effects:
        assert then.owner == _actor(act)


@pytest.mark.parametrize("name", [act for act in ACTS if act != "export"])
def test_an_act_is_checked_for_its_version_exactly_when_it_counts_for_the_version(name: str) -> None:
    act = ACTS[name]
    incident = in_state(next(state for state in State if state in act.come_from))
    ready = after(incident, *_prepared(name), actor="bob")
    kinds = {kind(change) for change in _decided(ready, name)}
    assert bool(kinds - UNCOUNTED) is act.checked
    assert _becomes(incident, name).version == incident.version + act.checked
    if act.checked:
        for other in (0, incident.version - 1, incident.version + 1):
            with pytest.raises(StaleVersion):
                _decided(incident, name, version=other)
    else:
        assert _decided(ready, name, version=0)


_NEEDS = [(name, need) for name, act in ACTS.items() for need in act.needs]


@pytest.mark.parametrize(("name", "need"), _NEEDS, ids=[f"{name}-{need}" for name, need in _NEEDS])
def test_a_missing_field_is_named(name: str, need: Need) -> None:
    act = ACTS[name]
    incident = in_state(next(state for state in State if state in act.come_from))
    with pytest.raises(ServiceError, match=f"To {name.replace('_', ' ')} INC-1 takes (a|an|the|alerts)") as refused:
        _decided(incident, name, **_EMPTY[need])
    assert not isinstance(refused.value, StaleVersion)


def test_all_missing_fields_are_named_at_once() -> None:
    with pytest.raises(ServiceError, match="takes a disposition and a note; nothing was done"):
        _decided(in_state(State.RESOLVED), "close", note="", disposition="")


@pytest.mark.parametrize("name", [name for name, act in ACTS.items() if act.owners_only])
def test_what_is_up_to_the_owner_is_refused_to_others_while_there_is_one(name: str) -> None:
    act = ACTS[name]
    for state in act.come_from:
        incident = in_state(state)
        if incident.owner:
            with pytest.raises(
                ServiceError, match=f"alice has INC-1: to {name.replace('_', ' ')} it is up to them"
            ) as refused:
                _decided(incident, name, actor="mallory")
            assert "Take it over first" in refused.value.hint


def test_what_is_legal_is_what_the_table_has_for_the_state() -> None:
    for state in State:
        assert legal(state) == legal(in_state(state)) == [act.name for act in ACTS.values() if state in act.come_from]
    assert legal(State.MERGED) == ["unmerge", "note", "check_pins", "export"]


def test_every_act_of_the_table_is_decided_somewhere_and_by_a_capability_that_there_is() -> None:
    assert all(act.capability in CAPABILITIES for act in ACTS.values())
    for name in set(ACTS) - ELSEWHERE:
        incident = in_state(next(state for state in State if state in ACTS[name].come_from))
        assert _decided(after(incident, *_prepared(name), actor="bob"), name)


def test_from_every_state_there_is_a_way_on() -> None:
    for state in State:
        onward = [act for act in ACTS.values() if state in act.come_from and (act.to is not None or act.back)]
        assert onward, state


def test_every_kind_of_change_that_does_not_count_is_one_that_there_is() -> None:
    kinds = {str(one.__struct_config__.tag) for one in Change.__args__}
    assert kinds > UNCOUNTED


def test_levels_are_those_of_alerts() -> None:
    assert LEVELS == ALERT_LEVELS


def test_an_act_that_nobody_knows_is_refused_with_those_there_are() -> None:
    incident = in_state(State.NEW)
    with pytest.raises(ServiceError, match="no act 'explode'") as refused:
        decide(incident, replace(fitting(incident, "note"), act="explode"), NOW)
    assert "acknowledge" in refused.value.hint


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_an_act_that_is_not_on_one_incident_alone_is_not_decided_here(name: str) -> None:
    incident = in_state(next(state for state in State if state in ACTS[name].come_from))
    with pytest.raises(ServiceError, match="not an act on one incident alone"):
        decide(incident, fitting(incident, name), NOW)
