"""The secret under which a store's keys are made."""

from pathlib import Path

from llmsec_tui.store.store import Store


def test_a_store_keeps_its_secret_and_no_two_share_one(tmp_path: Path) -> None:
    """Keys stay comparable after a restart; what collides in one store does not in another."""
    kept = []
    for name in ("a.duckdb", "a.duckdb", "b.duckdb"):
        store = Store.open(tmp_path / name)
        kept.append(store.secret)
        store.close()
    assert kept[0] == kept[1] != kept[2]
    assert len(kept[0]) == 32
