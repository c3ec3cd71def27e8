"""The index of the journal in the store: what goes in comes out, by filter and by page."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmsec_tui.errors import ConfigError
from llmsec_tui.store.audit_index import Extent
from llmsec_tui.store.rows import Row
from llmsec_tui.store.store import Store

NOW = time.time_ns() // 1000


def row(seq: int, **fields: object) -> Row:
    """A record as lists show it."""
    return {
        "seq": seq,
        "at": NOW + seq,
        "actor": "ada",
        "uid": 1000,
        "role": "analyst",
        "action": "alerts.dismiss",
        "object": f"alert:{seq}",
        "result": "done",
        "reason": "known",
        "hash": f"{seq:064x}",
        "os_user": "al",
        "session": "s-1",
        "tty": "pts/1",
        **fields,
    }


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """With nine records, of which some were refused."""
    opened = Store.open(tmp_path / "store.duckdb")
    opened.add_audit_rows([row(seq, result="refused" if seq % 3 == 0 else "done") for seq in range(1, 10)])
    yield opened
    opened.close()


def test_rows_come_back_as_they_went_in(store: Store) -> None:
    """Every field, times to the microsecond."""
    assert store.audit_rows(2, 2) == [row(2)]
    assert store.audit_extent() == Extent(9, 1, 9, f"{9:064x}")


def test_a_filter_finds_by_field_and_pages_by_number(store: Store) -> None:
    """Newest first; ``after`` gives the page next to it."""
    reader = store.reader()
    rows, total = reader.audit("result:refused", limit=2)
    assert ([one["seq"] for one in rows], total) == ([9, 6], 3)
    assert [one["seq"] for one in reader.audit("result:refused", before=6)[0]] == [3]
    assert [one["seq"] for one in reader.audit("result:done", after=4, limit=2)[0]] == [7, 5]
    assert reader.audit("session:s-1 !object:alert:7 os_user:al seq:>5 last:1h")[1] == 3
    assert reader.audit("uid:1001") == ([], 0)


def test_a_filter_that_makes_no_sense_is_refused(store: Store) -> None:
    """With what would be right."""
    with pytest.raises(ConfigError, match="Did you mean result"):
        store.reader().audit("resut:done")


def test_the_index_can_be_forgotten(store: Store) -> None:
    """It is made from the journal again."""
    store.clear_audit_rows()
    assert store.audit_extent() == Extent(0, 0, 0, "")
    assert store.reader().audit("ada") == ([], 0)
