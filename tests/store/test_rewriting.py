"""What was erased is in no file after the next start, and nothing else is lost by that."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from tests.store.parts import NOW, alert, batch, delta, kept, message, named

from llmsec_tui.errors import StoreError
from llmsec_tui.store import rewriting
from llmsec_tui.store.store import Store

CANARY = "CANARY-IN-THE-MINE says what nobody may read"


def filled(path: Path) -> Store:
    """A store with a text that is written into its file, beside others."""
    store = Store.open(path)
    texts = [CANARY, *(f"harmless text {n}" for n in range(2, 50))]
    events = [kept(n, message(text, f"c{n}", attrs=f'{{"said":"{text}"}}')) for n, text in enumerate(texts, 1)]
    alerts = [alert(1, excerpt=CANARY, decoded_text=CANARY, reason=f"It says {CANARY}.")]
    store.commit(batch(events, alerts=alerts, keys={7: "c1"}, stats=[delta(events=49, content_yes=49)]))
    store.checkpoint_wal()
    return store


def erase(store: Store) -> None:
    store.erase(of="event", name=named(1), author="ada", reason="they asked for it", at=NOW)


def bytes_of(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file())


def test_after_the_next_start_no_file_has_what_was_erased(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    with closing(filled(path)) as store:
        assert b"MINE" in bytes_of(tmp_path)
        erase(store)
        with closing(store.reader()) as reader:
            assert reader.retention(NOW)[0]["rewrite_since"] == NOW
    with closing(Store.open(path)) as store:
        left = bytes_of(tmp_path)
        assert b"CANARY" not in left
        assert b"MINE" not in left
        assert [one.name for one in tmp_path.iterdir()] == ["store.duckdb"]
        assert path.stat().st_mode & 0o777 == 0o600
        with closing(store.reader()) as reader:
            assert reader.retention(NOW)[0]["rewrite_since"] is None
            assert reader.event(named(1))["erased"]["reason"] == "they asked for it"
            assert reader.event(named(9))["row"]["text"] == "harmless text 9"
            assert reader.events()[1] == 49
        assert store.known([7]) == {7: "c1"}
        # Still a store to write to, whose keys hold.
        store.commit(batch([kept(60, message("later", "c60"))], stats=[delta(events=1)]))
        with closing(store.reader()) as reader:
            assert reader.sources()[0]["events"] == 50


def test_a_store_without_erasures_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    filled(path).close()
    before = path.stat().st_ino
    Store.open(path).close()
    assert path.stat().st_ino == before


def test_a_full_disk_leaves_the_store_as_it_is_and_the_rewriting_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store.duckdb"
    with closing(filled(path)) as store:
        erase(store)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10))
    with closing(Store.open(path)) as store, closing(store.reader()) as reader:
        assert reader.retention(NOW)[0]["rewrite_since"] == NOW
        assert reader.events()[1] == 49


def test_a_copy_that_fails_keeps_nobody_from_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store.duckdb"
    with closing(filled(path)) as store:
        erase(store)
    with monkeypatch.context() as patched:
        patched.setattr(rewriting, "ATTACH", rewriting.ATTACH.replace("ROW_GROUP_SIZE 8192", "ROW_GROUP_SIZE 1"))
        with closing(Store.open(path)) as store, closing(store.reader()) as reader:
            assert reader.retention(NOW)[0]["rewrite_since"] == NOW
            assert reader.events()[1] == 49
    assert [one.name for one in tmp_path.iterdir()] == ["store.duckdb"]


def test_what_a_start_that_died_left_behind_is_in_nobodys_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store.duckdb"
    with closing(filled(path)) as store:
        erase(store)

    def dies(fresh: Path, path: Path) -> None:
        raise StoreError(f"died before {fresh.name} took the place of {path.name}")

    with monkeypatch.context() as patched:
        patched.setattr(rewriting, "put_in_place", dies)
        with pytest.raises(StoreError, match="died"):
            Store.open(path)
    assert (tmp_path / "store.duckdb.new").exists()
    with closing(Store.open(path)) as store, closing(store.reader()) as reader:
        assert reader.events()[1] == 49
    assert b"MINE" not in bytes_of(tmp_path)
    assert not (tmp_path / "store.duckdb.new").exists()
