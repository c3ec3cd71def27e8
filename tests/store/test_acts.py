"""An act happens once, on the version that was seen, or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.parts import NOW, alert, batch

from llmsec_tui.errors import NotFound, StaleVersion
from llmsec_tui.store.store import Store

ALERT = alert(1)["alert_id"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with one alert."""
    opened = Store.open(tmp_path / "store.duckdb")
    opened.commit(batch(alerts=[alert(1)]))
    yield opened
    opened.close()


def acknowledge(store: Store, command: str, version: int, actor: str = "ana", alert_id: str = ALERT) -> int:
    return store.act_on_alert(command, alert_id, version, "acknowledged", actor, actor, "acknowledged", "mine", NOW)


def test_an_act_changes_the_alert_and_its_history(store: Store) -> None:
    """State, owner and version, and one act with its note."""
    assert acknowledge(store, "one", 1) == 2
    detail = store.reader().alert(ALERT)
    row = detail["row"]
    assert (row["state"], row["owner"], row["version"]) == ("acknowledged", "ana", 2)
    assert detail["acts"] == [{"at": NOW, "actor": "ana", "act": "acknowledged", "note": "mine"}]


def test_a_command_that_is_sent_again_acts_once(store: Store) -> None:
    """The second time it is answered with the version of the first, though the alert went on."""
    acknowledge(store, "one", 1)
    acknowledge(store, "two", 2, "bob")
    assert acknowledge(store, "one", 1) == 2
    assert store.reader().alert(ALERT)["row"]["version"] == 3


def test_who_read_an_older_version_is_told_what_changed_and_by_whom(store: Store) -> None:
    """And nothing happens."""
    acknowledge(store, "one", 1, "bob")
    with pytest.raises(StaleVersion, match=r"acknowledged by bob at 2025-11-24 16:00:00 UTC"):
        acknowledge(store, "two", 1)
    assert store.reader().alert(ALERT)["row"]["owner"] == "bob"


def test_a_version_that_never_was_is_refused(store: Store) -> None:
    with pytest.raises(StaleVersion, match="no version 7"):
        acknowledge(store, "one", 7)


def test_an_alert_that_is_not_there_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="no alert nowhere"):
        acknowledge(store, "one", 1, alert_id="nowhere")


def test_a_reply_is_kept_with_its_act(store: Store) -> None:
    """Both are there after the transaction."""
    with store.transaction():
        acknowledge(store, "one", 1)
        store.record_reply("one", b"done", NOW)
    assert store.recorded_reply("one") == b"done"
    assert store.recorded_reply("two") is None


def test_an_act_whose_reply_cannot_be_made_did_not_happen(store: Store) -> None:
    """An error inside a transaction undoes all of it, and the command can be sent again."""

    def fails_on_the_way() -> None:
        with store.transaction():
            acknowledge(store, "one", 1)
            store.record_reply("one", b"done", NOW)
            raise OSError("the journal is full")

    with pytest.raises(OSError, match="journal"):
        fails_on_the_way()
    assert store.recorded_reply("one") is None
    assert store.reader().alert(ALERT)["acts"] == []
    assert acknowledge(store, "one", 1) == 2
