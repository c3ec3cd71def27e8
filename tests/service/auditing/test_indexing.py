"""The index follows the journal, and what it says wrongly is found and mended, on record."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.audit.acts import Ada, Key, act

from llmsec_tui.audit.journal import Journal
from llmsec_tui.service.auditing.indexing import REINDEX, AuditIndex
from llmsec_tui.store.store import Store


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Seven acts."""
    opened = Journal.open(tmp_path / "audit", Key())
    for number in range(1, 8):
        opened.append(act(number))
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store.duckdb")
    yield opened
    opened.close()


def seqs(store: Store) -> list[int]:
    return [row["seq"] for row in store.audit_rows(0, 10_000)]


def test_an_index_takes_in_what_was_recorded(journal: Journal, store: Store) -> None:
    """At first all of it, then what is new; every row is the journal's."""
    index = AuditIndex(journal, store)
    index.catch_up()
    assert store.audit_rows(0, 99)[::-1] == journal.page()[0]
    journal.append(act(8))
    index.catch_up()
    index.catch_up()
    assert seqs(store) == list(range(1, journal.last_seq + 1))
    assert index.compare() == ""


def test_an_index_that_was_left_behind_goes_on(journal: Journal, store: Store) -> None:
    """After a restart, without being made anew."""
    AuditIndex(journal, store).catch_up()
    journal.append(act(8))
    AuditIndex(journal, store).catch_up()
    assert seqs(store) == list(range(1, journal.last_seq + 1))
    assert REINDEX not in [row["action"] for row in journal.page()[0]]


def _emptied_and_filled(store: Store, **changes: object) -> None:
    rows = store.audit_rows(0, 99)
    store.clear_audit_rows()
    store.add_audit_rows([row | changes if row["seq"] == 3 else row for row in rows])


def _with_a_gap(store: Store) -> None:
    rows = [row for row in store.audit_rows(0, 99) if row["seq"] != 4]
    store.clear_audit_rows()
    store.add_audit_rows(rows)


def _with_one_too_many(store: Store) -> None:
    [row] = store.audit_rows(7, 7)
    store.add_audit_rows([row | {"seq": 99}])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda store: _emptied_and_filled(store, reason="nothing to see"),
        lambda store: _emptied_and_filled(store, hash="0" * 64),
        _with_a_gap,
        _with_one_too_many,
    ],
)
def test_an_index_that_disagrees_is_made_anew_at_the_start_and_on_record(
    journal: Journal, store: Store, spoil: "object"
) -> None:
    """The journal is right, whatever the store says."""
    AuditIndex(journal, store).catch_up()
    assert callable(spoil)
    spoil(store)
    index = AuditIndex(journal, store)
    index.catch_up()
    newest = journal.page(limit=1)[0][0]
    assert (newest["action"], newest["actor"]) == (REINDEX, "journal")
    assert newest["reason"].startswith(("It had", "It said"))
    index.catch_up()
    assert store.audit_rows(0, 99)[::-1] == journal.page()[0]


def test_comparing_tells_what_was_wrong(journal: Journal, store: Store) -> None:
    """And mends it."""
    index = AuditIndex(journal, store)
    index.catch_up()
    _emptied_and_filled(store, actor="mallory")
    assert index.compare() == "It said something else about record 3."
    assert index.compare() == ""


def test_an_index_begins_where_the_journal_does(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a retirement the retired records cannot be searched either."""
    monkeypatch.setattr("llmsec_tui.audit.appending.SEGMENT_BYTES", 2_000)
    journal = Journal.open(tmp_path / "other", Key())
    for number in range(1, 10):
        journal.append(act(number))
    index = AuditIndex(journal, store)
    index.catch_up()
    journal.retire(6, Ada(), "older than a year")
    index.rebuild("records were retired")
    index.catch_up()
    assert seqs(store)[0] == journal.first_seq > 1
    journal.close()
