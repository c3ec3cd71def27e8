"""What rules over time leave in the store: memory, alerts that are taken back, and counts."""

from datetime import datetime
from pathlib import Path

import pytest
from tests.store.parts import NOW, alert, batch, delta, kept, message, named

from llmsec_tui.errors import ServiceError, StaleVersion
from llmsec_tui.store.commit import LeftOut, Memory, Withdrawal
from llmsec_tui.store.rule_writer import Off
from llmsec_tui.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store.duckdb")


def over_time(number: int, **fields: object) -> dict[str, object]:
    """An alert of a rule over time."""
    began = datetime(2025, 11, 24, 16)
    grouped = {"group_key": '{"user_id":"ana"}', "began": began, "event_ids": [named(number)], "n_events": 1}
    return alert(number, rule_id="five-in-a-row", **{**grouped, **fields})


def test_records_are_kept_in_order_until_a_snapshot_takes_their_place(tmp_path: Path) -> None:
    """Also across a restart; what a batch has nothing to add to stays as it is."""
    path = tmp_path / "store.duckdb"
    store = Store.open(path)
    assert store.memory() == (None, [])
    for record in (b"one", b"", b"two"):
        store.commit(batch(memory=Memory(record=record)))
    assert store.memory() == (None, [b"one", b"two"])
    store.commit(batch(memory=Memory(record=b"three", snapshot=b"all three")))
    assert store.memory() == (b"all three", [])
    store.commit(batch(memory=Memory(record=b"four")))
    store.close()
    store = Store.open(path)
    assert store.memory() == (b"all three", [b"four"])
    store.remember(b"all four")
    assert store.memory() == (b"all four", [])
    store.close()


def test_an_alert_that_is_withdrawn_stays_to_be_found_and_says_why(store: Store) -> None:
    """It is not open any more, and nothing can be done to it."""
    raised = over_time(1)
    store.commit(batch([kept(1, message("a"))], alerts=[raised, alert(2)]))
    store.commit(batch(memory=Memory(withdrawn=[Withdrawal(raised["alert_id"], "A late event proves it wrong.")])))  # type: ignore[arg-type]
    reader = store.reader()
    detail = reader.alert(str(raised["alert_id"]))
    assert (detail["row"]["state"], detail["row"]["version"]) == ("withdrawn", 2)
    [act] = detail["acts"]
    assert (act["actor"], act["act"], act["note"]) == ("llmsec-tui", "withdrawn", "A late event proves it wrong.")
    overview = reader.overview(1, 60, NOW)
    assert (sum(overview["open_by_level"].values()), overview["withdrawn"]) == (1, 1)
    assert reader.alerts("state:withdrawn")[1] == 1
    with pytest.raises(ServiceError, match="was withdrawn: A late event"):
        store.act_on_alert("c1", str(raised["alert_id"]), 2, "dismissed", "ada", "ada", "dismissed", "no", NOW)
    with pytest.raises(StaleVersion, match="withdrawn by llmsec-tui"):
        store.act_on_alert("c2", str(raised["alert_id"]), 1, "dismissed", "ada", "ada", "dismissed", "no", NOW)
    store.close()


def test_what_was_withdrawn_can_be_raised_again(store: Store) -> None:
    """With what is known now; a second withdrawal of the same alert is one more act."""
    raised = over_time(1)
    name = str(raised["alert_id"])
    store.commit(batch([kept(1, message("a"))], alerts=[raised]))
    for turn in range(2):
        store.commit(batch(memory=Memory(withdrawn=[Withdrawal(name, "wrong")])))
        committed = store.commit(batch(alerts=[over_time(1, reason="true again", n_events=7)]))
        assert committed.new_alert_ids == []
        detail = store.reader().alert(name)
        assert (detail["row"]["state"], detail["row"]["version"]) == ("new", 3 + 2 * turn)
        assert (detail["reason"], detail["n_events"]) == ("true again", 7)
    store.commit(batch(memory=Memory(withdrawn=[Withdrawal("nobody", "wrong")])))
    stats = store.reader().rule_stats(0)["five-in-a-row"]
    assert (stats["alerts"], stats["withdrawn"]) == (1, 2)
    store.close()


def test_counts_of_each_rule_add_up(store: Store) -> None:
    """Alerts, the last of them, and what was left out by reason."""
    left_out = [LeftOut("five-in-a-row", late=1, untimed=2), LeftOut("other", evicted=3)]
    for number in range(3):
        store.commit(
            batch(
                [kept(number, message(f"{number}"))],
                alerts=[alert(number), over_time(number + 10)],
                memory=Memory(left_out=left_out),
                at=NOW + number,
            )
        )
    stats = store.reader().rule_stats(NOW)
    row = stats["five-in-a-row"]
    assert (row["alerts"], row["last_alert_at"], row["alerts_24h"]) == (3, NOW + 2, 2)
    assert (row["late"], row["untimed"], row["future"]) == (3, 6, 0)
    assert (stats["other"]["evicted"], stats["other"]["alerts"], stats["other"]["last_alert_at"]) == (9, 0, None)
    assert stats["prompt-injection"]["alerts"] == 3
    store.close()


def test_alerts_over_time_are_counted_to_the_source_of_their_event(store: Store) -> None:
    """Also where the event came with an earlier batch."""
    store.commit(batch([kept(1, message("a"))], stats=[delta(alerts=0)]))
    store.commit(batch(alerts=[over_time(1)]))
    [source] = store.reader().sources()
    assert source["alerts"] == 1
    assert store.origins([named(1), "nobody"])[named(1)]["user_id"] == "ana"
    store.close()


def test_a_rule_that_is_off_stays_off_over_a_restart(tmp_path: Path) -> None:
    """With who did it and why; turned on, nothing of it is left."""
    path = tmp_path / "store.duckdb"
    store = Store.open(path)
    off = Off(NOW, "ada", "too noisy")
    store.turn_rule("rule-1", Off(NOW - 1, "eve", "no idea"))
    store.turn_rule("rule-1", off)
    store.close()
    store = Store.open(path)
    assert store.rules_off() == {"rule-1": off}
    store.turn_rule("rule-1", None)
    assert store.rules_off() == {}
    store.close()
