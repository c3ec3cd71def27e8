"""What detectors saw can be put before them again, out of the store."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.store.parts import NOW, batch, kept, message, named

from llmsec_tui.errors import NotFound
from llmsec_tui.events.batch import build
from llmsec_tui.events.model import Kind
from llmsec_tui.store.connect import connect
from llmsec_tui.store.event_batches import event_batches, one_event
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
