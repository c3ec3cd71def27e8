"""What acts on incidents do to their alerts can be undone exactly, and nobody acts on an alert unseen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.incident_parts import HOUR
from tests.store.parts import NOW, alert, batch, kept, message
from tests.store.test_over_time import over_time
from tests.store.test_suppression import committed, decided

from llmsec_tui.errors import ServiceError, StaleVersion
from llmsec_tui.incidents.keys import AlertFacts, entity
from llmsec_tui.store.commit import Memory, Withdrawal
from llmsec_tui.store.store import Store

REF = "INC-3#7"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with five alerts, of which the first three are in INC-3."""
    opened = Store.open(tmp_path / "store.duckdb")
    opened.commit(batch(alerts=[alert(number) for number in range(1, 6)]))
    opened.put_alerts([name(1), name(2), name(3)], "INC-3")
    yield opened
    opened.close()


def name(number: int) -> str:
    return str(alert(number)["alert_id"])


def acted(store: Store, number: int, version: int, state: str = "acknowledged", by: str = "bo") -> None:
    store.act_on_alert(f"{state}{number}{version}", name(number), version, state, by, by, state, "mine", NOW)


def closed(store: Store, ref: str = REF) -> int:
    return store.close_alerts("INC-3", "false_positive", ref, "ana", NOW + 1, "a test", "command")


def standing(store: Store) -> dict[int, tuple[str, str, int]]:
    rows, _ = store.reader().alerts("suppressed:any")
    return {row["seq"]: (row["state"], row["owner"], row["version"]) for row in rows}


def test_acknowledging_an_incident_acknowledges_what_is_new_in_it(store: Store) -> None:
    """With an act on each; what somebody has already is left alone, as is what is elsewhere."""
    acted(store, 2, 1)
    assert store.acknowledge_alerts("INC-3", "ana", NOW, "command") == 2
    assert standing(store) == {
        1: ("acknowledged", "ana", 2),
        2: ("acknowledged", "bo", 2),
        3: ("acknowledged", "ana", 2),
        4: ("new", "", 1),
        5: ("new", "", 1),
    }
    [act] = store.reader().alert(name(1))["acts"]
    assert act == {"at": NOW, "actor": "ana", "act": "acknowledged", "note": "With INC-3."}
    assert store.acknowledge_alerts("INC-3", "ana", NOW, "command") == 0


def test_who_read_an_alert_before_its_incident_was_acknowledged_is_told(store: Store) -> None:
    """As by any other act, though they never looked at the incident."""
    store.acknowledge_alerts("INC-3", "ana", NOW, "command")
    with pytest.raises(StaleVersion, match="acknowledged by ana at"):
        acted(store, 1, 1, "dismissed")


def test_closing_an_incident_closes_what_is_open_in_it(store: Store) -> None:
    """With its disposition; what was dismissed stays dismissed."""
    acted(store, 1, 1)
    acted(store, 2, 1, "dismissed")
    assert closed(store) == 2
    assert standing(store)[1] == ("closed", "ana", 3)
    assert standing(store)[2] == ("dismissed", "bo", 2)
    detail = store.reader().alert(name(3))
    assert (detail["row"]["disposition"], detail["row"]["incident_id"]) == ("false_positive", "INC-3")
    assert detail["acts"][-1]["note"] == "With INC-3 as false_positive: a test"


def test_a_closed_alert_is_acted_on_by_nobody(store: Store) -> None:
    """Neither on the version before the close, nor on the one after it."""
    closed(store)
    with pytest.raises(StaleVersion, match="closed by ana at"):
        acted(store, 1, 1)
    with pytest.raises(ServiceError, match="was closed with INC-3"):
        acted(store, 1, 2)


def test_reopening_undoes_exactly_one_close(store: Store) -> None:
    """State and owner of each alert are those from before it, and earlier closes stay."""
    store.put_alerts([name(4)], "INC-3")
    closed(store, "INC-3#2")
    store.put_alerts([name(5)], "INC-3")
    acted(store, 5, 1)
    assert closed(store) == 1
    assert store.reopen_alerts(REF, "ana", NOW + 2, "there is more", "again") == 1
    assert standing(store)[5] == ("acknowledged", "bo", 4)
    assert {standing(store)[number][0] for number in (1, 2, 3, 4)} == {"closed"}
    assert store.reader().alert(name(5))["row"]["disposition"] == ""
    assert store.reopen_alerts(REF, "ana", NOW + 2, "there is more", "again") == 0
    assert store.reopen_alerts("INC-3#2", "ana", NOW + 2, "there is more", "once more") == 4
    assert standing(store)[1] == ("new", "", 3)


def test_an_alert_that_was_closed_and_then_withdrawn_is_not_new_when_it_is_raised_again(tmp_path: Path) -> None:
    """People judged it. Once its incident is reopened, that judgement is gone too."""
    store = Store.open(tmp_path / "store.duckdb")
    raised = over_time(1)
    alert_id = str(raised["alert_id"])
    wrong = batch(memory=Memory(withdrawn=[Withdrawal(alert_id, "A late event proves it wrong.")]))
    store.commit(batch([kept(1, message("a"))], alerts=[raised]))
    store.put_alerts([alert_id], "INC-3")
    closed(store)
    store.commit(wrong)
    assert store.reader().alert(alert_id)["row"]["state"] == "withdrawn"
    assert store.commit(batch(alerts=[raised])).again_alert_ids == [alert_id]
    assert standing(store)[1] == ("closed", "ana", 4)
    store.commit(wrong)
    assert store.reopen_alerts(REF, "ana", NOW, "there is more", "again") == 0
    assert standing(store)[1][0] == "withdrawn"
    store.commit(batch(alerts=[raised]))
    assert standing(store)[1] == ("new", "", 6)
    store.close()


def test_alerts_are_put_into_incidents_and_taken_out(store: Store) -> None:
    store.place_alerts({name(1): "INC-4", name(5): "INC-5"})
    assert store.incident_alerts("INC-3") == [name(2), name(3)]
    store.put_alerts([name(2), "nowhere"], None)
    assert store.incident_alerts("INC-3") == [name(3)]
    assert store.incident_alerts("INC-4") == [name(1)]
    store.put_alerts([], "INC-3")


def test_alerts_of_long_ago_are_found_and_put_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the newest are looked through first."""
    monkeypatch.setattr("llmsec_tui.store.incident_alerts._RECENT", 2)
    store.place_alerts({name(1): "INC-4", name(5): "INC-5"})
    facts = store.alert_facts([name(5), name(1), name(4)])
    assert [(one.alert_id, one.incident_id) for one in facts] == [
        (name(1), "INC-4"),
        (name(4), None),
        (name(5), "INC-5"),
    ]


def test_facts_are_what_the_alert_says(store: Store) -> None:
    """In the order of arrival, whatever the order asked in; what is not there is left out."""
    store.commit(
        batch(alerts=[alert(6, ts=None, conversation_id=None, n_events=7, began=None, environment="test")], at=NOW + 5)
    )
    facts = store.alert_facts([name(6), name(1), "nowhere"])
    assert [one.alert_id for one in facts] == [name(1), name(6)]
    assert facts[1] == AlertFacts(
        alert_id=name(6),
        rule_id="prompt-injection",
        title="Prompt injection",
        level="high",
        confidence=0.8,
        tags=("owasp.llm01",),
        user_id="ana",
        app="shop",
        environment="test",
        excerpt="ignore all",
        over_time=True,
        raised_at=NOW + 5,
        state="new",
    )
    assert (facts[0].incident_id, facts[0].shown, facts[0].over_time) == ("INC-3", True, False)
    assert store.alert_facts([]) == []


def test_loose_alerts_are_the_open_ones_of_an_entity_that_are_in_no_incident(tmp_path: Path) -> None:
    """By the app's own user, since a time, and only what is shown."""
    store = Store.open(tmp_path / "store.duckdb")
    long = "u" * 300
    committed(
        store,
        decided(1, group=name(1)),
        decided(2, "duplicate", name(1)),
        decided(3, group=name(1), app="bank", user_id=None),
        decided(4, group=name(4), user_id="anabel"),
        decided(5, group=name(1), user_id=long),
        decided(6, group=name(1), user_id=long + "!"),
        decided(7, group=name(1), app=None),
        decided(8, group=name(1)),
        decided(9, group=name(1)),
    )
    committed(store, decided(10, group=name(1)), at=NOW + HOUR)
    store.put_alerts([name(8)], "INC-1")
    acted(store, 9, 1, "dismissed")
    assert [one.alert_id for one in store.loose_alerts("user:shop|ana", NOW - HOUR)] == [name(1), name(10)]
    assert [one.alert_id for one in store.loose_alerts("user:shop|ana", NOW + 1)] == [name(10)]
    assert [one.alert_id for one in store.loose_alerts("user:|ana", NOW)] == [name(7)]
    assert [one.alert_id for one in store.loose_alerts("conversation:bank|c1", NOW)] == [name(3)]
    by_name = {fact.alert_id: fact for fact in store.alert_facts([name(5), name(6)])}
    assert [one.alert_id for one in store.loose_alerts(entity(by_name[name(5)]), NOW)] == [name(5)]
    store.close()


def test_alerts_are_found_by_incident_and_disposition(store: Store) -> None:
    """All that is in an incident is found by it, also what is not shown; INC-3 is not INC-33."""
    committed(store, decided(6, "duplicate", name(1)))
    store.put_alerts([name(6)], "INC-3")
    store.put_alerts([name(4)], "INC-33")
    reader = store.reader()

    def found(typed: str) -> list[int]:
        return [row["seq"] for row in reader.alerts(typed)[0]]

    assert found("incident:inc-3") == [6, 3, 2, 1]
    assert found("incident:INC-33") == [4]
    assert found("!incident:/./ suppressed:no") == [5]
    closed(store)
    assert found("state:closed") == [3, 2, 1]
    assert found("disposition:false_positive") == [3, 2, 1]
    overview = reader.overview(1, 60, NOW)
    assert (overview["closed"], overview["open_by_level"]["high"]) == (3, 2)


def test_what_was_closed_stands_for_nothing_that_comes_after_a_restart(store: Store) -> None:
    """The same attack again is news, once people have closed the first."""
    assert len(store.shown(NOW)) == 5
    closed(store)
    assert [one.alert_id for one in store.shown(NOW)] == [name(4), name(5)]
