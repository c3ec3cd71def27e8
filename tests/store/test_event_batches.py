"""What detectors saw can be put before them again, out of the store."""

from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.store.parts import NOW, alert, batch, kept, message, named

from llmsec_tui.errors import NotFound, StoreError
from llmsec_tui.events.batch import build
from llmsec_tui.events.model import Kind
from llmsec_tui.store.connect import connect, connect_to_read
from llmsec_tui.store.event_batches import Around, around, event_batches, one_event
from llmsec_tui.store.migrations import migrate, shipped
from llmsec_tui.store.store import Store

SECOND = 1_000_000


def stored(path: Path, count: int) -> Path:
    """A store of messages a second apart, two of which say the same; every third says nothing that is here."""
    store = Store.open(path)
    texts = [None if n % 3 == 2 else f"text {n // 2}" for n in range(count)]
    store.commit(batch([kept(n, message(text, ts=NOW + n * SECOND)) for n, text in enumerate(texts)]))
    store.close()
    return path


def test_one_event_comes_back_as_it_was_judged(tmp_path: Path) -> None:
    event = message("hello", kind=Kind.TOOL_CALL, tool_name="shell", tool_is_error=False, cost_usd=0.5)
    judged = build([kept(1, event)])
    store = Store.open(tmp_path / "store")
    store.commit(batch([kept(1, event), kept(2, message("other"))]))
    store.close()
    again = one_event(connect(tmp_path / "store"), named(1))
    assert_frame_equal(again.events, judged.events)
    assert_frame_equal(again.contents, judged.contents)


def test_all_events_come_in_their_order_each_with_its_text(tmp_path: Path) -> None:
    batches = list(event_batches(connect(stored(tmp_path / "store", 10)), 4))
    assert [part.events.height for part in batches] == [4, 4, 2]
    ids = pl.concat([part.events for part in batches])["event_id"].to_list()
    assert ids == [named(number) for number in range(10)]
    for part in batches:
        assert set(part.events["content_sha256"].drop_nulls()) == set(part.contents["content_sha256"])
        assert part.contents["content_sha256"].is_unique().all()


def test_bounds_of_time_are_inclusive(tmp_path: Path) -> None:
    cursor = connect(stored(tmp_path / "store", 6))
    batches = event_batches(cursor, 100, since=NOW + 2 * SECOND, until=NOW + 4 * SECOND)
    assert [name for part in batches for name in part.events["event_id"]] == [named(n) for n in (2, 3, 4)]


def test_an_empty_store_has_no_batches(tmp_path: Path) -> None:
    connection = connect(tmp_path / "store")
    migrate(connection, shipped())
    assert list(event_batches(connection, 10)) == []


def test_an_event_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no event nope"):
        one_event(connect(stored(tmp_path / "store", 1)), "nope")


def near(path: Path, since: int | None, until: int, *same: dict[str, object], most: int = 100) -> Around:
    return around(connect(path), since, until, same, lateness=30 * SECOND, most=most, size=2)


def arrived(found: Around) -> list[str]:
    return [name for part, _ in found.batches for name in part.events["event_id"]]


def test_the_newest_events_within_bounds_are_given_in_the_order_of_their_arrival(tmp_path: Path) -> None:
    path = stored(tmp_path / "store", 6)
    found = near(path, NOW + SECOND, NOW + 4 * SECOND)
    assert (arrived(found), found.cut, found.clock) == ([named(n) for n in (1, 2, 3, 4)], False, NOW)
    cut = near(path, None, NOW + 4 * SECOND, most=2)
    assert (arrived(cut), cut.cut) == ([named(n) for n in (3, 4)], True)


def test_events_may_be_narrowed_to_those_with_one_of_several_sets_of_values(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    who = ["ana", "bob", "eve", "ana"]
    store.commit(batch([kept(n, message("x", user_id=name, tool_name=f"t{n}")) for n, name in enumerate(who)]))
    store.close()
    path = tmp_path / "store"
    found = near(path, None, NOW, {"user_id": "ana", "tool_name": "t0"}, {"user_id": "bob"})
    assert arrived(found) == [named(0), named(1)]
    assert arrived(near(path, None, NOW, {"user_id": "nobody'; DROP TABLE events; --"})) == []


def test_events_that_came_after_much_younger_ones_are_late(tmp_path: Path) -> None:
    """As the rules over time saw it: what is dated in the future makes nobody late."""
    store = Store.open(tmp_path / "store")
    seconds = (0, 100, 70, 69, 900, 101)
    for n, second in enumerate(seconds):
        store.commit(batch([kept(n, message("x", ts=NOW + second * SECOND))], at=NOW + 200 * SECOND))
    store.close()
    found = near(tmp_path / "store", None, NOW + 101 * SECOND)
    assert [sorted(late) for _, late in found.batches] == [[], [named(3)], []]
    assert found.clock == NOW + 101 * SECOND


def test_what_became_of_the_alerts_of_each_event_is_told_once(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    rows = [alert(1), alert(2, event_id=named(1), rule_id="other"), alert(3)]
    store.commit(batch([kept(n, message("x")) for n in (1, 3)], alerts=rows))
    assert sorted(store.reader().decided().iter_rows()) == sorted([(named(1), "new"), (named(3), "new")])
    store.close()


def test_a_store_is_read_without_changing_it(tmp_path: Path) -> None:
    path = stored(tmp_path / "store", 3)
    before = path.read_bytes()
    connection = connect_to_read(path)
    assert sum(part.events.height for part in event_batches(connection, 10)) == 3
    connection.close()
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["store"]


def test_what_is_no_store_cannot_be_read_as_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no store"):
        connect_to_read(tmp_path / "gone")
    (tmp_path / "log").write_text("{}")
    with pytest.raises(StoreError, match="not a DuckDB file"):
        connect_to_read(tmp_path / "log")
    connection = duckdb.connect(str(tmp_path / "other"))
    connection.execute("CREATE TABLE things (x INTEGER)")
    connection.close()
    with pytest.raises(StoreError, match="not a store of llmsec-tui"):
        connect_to_read(tmp_path / "other")


def test_a_store_of_an_older_version_is_not_brought_up_to_date_by_reading(tmp_path: Path) -> None:
    path = stored(tmp_path / "store", 1)
    connection = duckdb.connect(str(path))
    connection.execute("DELETE FROM migrations WHERE name LIKE '0002%'")
    connection.close()
    with pytest.raises(StoreError, match="older llmsec-tui"):
        connect_to_read(path)
