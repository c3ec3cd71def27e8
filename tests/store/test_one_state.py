"""Several questions about one state of the store."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.incident_parts import went_on, wrote
from tests.store.parts import NOW, batch, kept, message

from llmsec_tui.errors import NotFound
from llmsec_tui.incidents.changes import Acknowledged, Noted, Watched
from llmsec_tui.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store.duckdb")
    yield opened
    opened.close()


def test_what_is_written_meanwhile_is_seen_afterwards(store: Store) -> None:
    reader = store.reader()
    with reader.one_state():
        assert reader.maxima() == (0, 0)
        store.commit(batch([kept(1, message("a"))]))
        assert reader.maxima() == (0, 0)
    assert reader.maxima() == (0, 1)


def test_a_question_without_an_answer_ends_it(store: Store) -> None:
    """The next one is answered from what is stored by then."""
    reader = store.reader()
    with pytest.raises(NotFound), reader.one_state():
        reader.incident("INC-1")
    wrote(store, 1)
    assert reader.incident("INC-1").number == 1


def test_a_row_that_is_changed_where_it_is_says_what_happened(store: Store) -> None:
    """Beside changes that make a new row of it, and beside readers."""
    reader = store.reader()
    for number in (1, 2):
        wrote(store, number)
    with reader.one_state():
        before = reader.incident("INC-2")
        again = store.incident("INC-2")
        assert again == before
        for change in (Acknowledged(owner="ana"), Noted(note="I look."), Watched(watcher="bob"), Noted(note="Still.")):
            went_on(store, "INC-2", change, at=NOW + 5)
        assert reader.incident("INC-2") == before
    found, _, _ = reader.incidents("owner:ana", now=NOW)
    assert [one.incident_id for one in found] == ["INC-2"]
    assert store.incidents_differ() == []
