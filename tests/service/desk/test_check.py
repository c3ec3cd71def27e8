"""Somebody who doubts a store can have its incidents compared with what happened to them."""

from pathlib import Path

import pytest
from tests.store.incident_parts import wrote

from llmsec_tui.errors import StoreError
from llmsec_tui.service.desk.check import differing_incidents
from llmsec_tui.store.store import Store


def test_an_incident_that_is_not_what_happened_to_it_is_named(tmp_path: Path) -> None:
    """In a store that nobody has open; nothing in it is changed."""
    path = tmp_path / "store.duckdb"
    store = Store.open(path)
    wrote(store, 1)
    wrote(store, 2)
    store.close()
    assert differing_incidents(path) == []
    store = Store.open(path)
    store._connection.execute("UPDATE incidents SET owner = 'mallory' WHERE number = 2")
    store.close()
    before = path.read_bytes()
    assert differing_incidents(path) == ["INC-2"]
    assert path.read_bytes() == before


def test_what_is_no_store_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no store"):
        differing_incidents(tmp_path / "nowhere")
